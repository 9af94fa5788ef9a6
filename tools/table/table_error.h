/* SPDX-License-Identifier: BSD-3-Clause */
/* The error message about a table. */
#ifndef NNBLAS_TABLE_TABLE_ERROR_H
#define NNBLAS_TABLE_TABLE_ERROR_H

#include <stdbool.h>
#include <stddef.h>

/* ERROR_BAD is any but those of a row that lacks a value of a feature, or of a target. */
typedef enum { ERROR_BAD, ERROR_GAP, ERROR_NO_TARGET } error_kind;

/* advice: what to do, where the error ends the program; or "". */
typedef struct {
    char text[600];
    const char *advice;
    error_kind kind;
} table_error;

/* An error of the kind ERROR_BAD, without advice. Returns false, so that a failing function can
 * return it. */
bool set_error(table_error *error, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* Says so of a file that is read again and again; returns false. */
bool refuse_changed_file(const char *name, table_error *error);

#endif
