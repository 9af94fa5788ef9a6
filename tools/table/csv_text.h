/* SPDX-License-Identifier: BSD-3-Clause */
/* Comma-separated values that are written to memory. */
#ifndef NNBLAS_TABLE_CSV_TEXT_H
#define NNBLAS_TABLE_CSV_TEXT_H

#include <stddef.h>

typedef struct {
    char *bytes; /* length of them, and no NUL */
    size_t length, capacity;
} csv_text;

void append_bytes(csv_text *text, const char *bytes, size_t count);
void append_byte(csv_text *text, char byte);

/* A value, in quotes only if it needs them. The only value of a row must not be empty. */
void append_csv_value(csv_text *text, const char *value);

void free_csv_text(csv_text *text);

#endif
