/* SPDX-License-Identifier: BSD-3-Clause */
/* The error message about a table. */
#ifndef NNBLAS_TABLE_TABLE_ERROR_H
#define NNBLAS_TABLE_TABLE_ERROR_H

#include <stdbool.h>
#include <stddef.h>

typedef struct {
    char text[600];
} table_error;

/* Returns false, so that a failing function can return it. */
bool set_error(table_error *error, const char *format, ...) __attribute__((format(printf, 2, 3)));

#endif
