/* SPDX-License-Identifier: BSD-3-Clause */
/* The types of the elements of arrays in files, and their values as doubles. */
#ifndef NNBLAS_ARRAYS_ELEMENT_TYPE_H
#define NNBLAS_ARRAYS_ELEMENT_TYPE_H

#include <stdbool.h>
#include <stddef.h>

typedef enum { ELEMENT_UNSIGNED, ELEMENT_SIGNED, ELEMENT_FLOAT } element_kind;

/* size: bytes; 1, 2, 4 or 8, of floats not 1. A bool is an unsigned number of 1 byte. */
typedef struct {
    element_kind kind;
    size_t size;
    bool is_swapped; /* the bytes stand in another order than in this machine's memory */
} element_type;

bool is_little_endian(void);

/* The values of count elements. Whole numbers beyond 2^53 are rounded. */
void convert_elements(element_type type, const unsigned char *bytes, size_t count, double *values);

/* "float32", "uint8"; for messages. */
typedef struct {
    char text[16];
} type_name;

type_name name_type(element_type type);

#endif
