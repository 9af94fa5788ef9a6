/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The headers of arrays in files: .npy of NumPy, versions 1 to 3, and IDX, as the files of MNIST
 * are. The first dimension is that of the rows; a row has all others, one after the other.
 */
#ifndef NNBLAS_ARRAYS_ARRAY_HEADER_H
#define NNBLAS_ARRAYS_ARRAY_HEADER_H

#include "arrays/element_type.h"
#include "table/table_error.h"

#include <stdint.h>

/* bytes: those of the header, before the elements. */
typedef struct {
    size_t bytes;
    element_type type;
    size_t rows, columns;
} array_header;

/* A header is no longer than this, which holds 32 dimensions many times over. */
enum { MOST_HEADER_BYTES = 64 * 1024 };

/* Reads the header from the first bytes of a file, all or at least MOST_HEADER_BYTES of them. The
 * bytes of all elements fit an int64_t, and so do those of the file. */
bool read_array_header(const char *name, const char *bytes, size_t count, array_header *header,
                       table_error *error);

/* Those of all elements. */
uint64_t count_array_bytes(const array_header *header);

#endif
