/* SPDX-License-Identifier: BSD-3-Clause */
/* All rows of a table as text: the types of columns are known only when all rows are read. */
#ifndef NNBLAS_TABLE_ROWS_H
#define NNBLAS_TABLE_ROWS_H

#include "table/source.h"

typedef struct {
    char *text;
    size_t length, text_capacity;
    size_t *starts; /* N x columns, where the values begin in text */
    size_t starts_capacity;
    size_t *lines; /* N, where the rows begin in the file */
    size_t lines_capacity;
    size_t N, columns;
} text_rows;

/* Whether bad rows are skipped, how many were, and the error of the first. */
typedef struct {
    bool is_allowed;
    size_t count;
    table_error first;
} skipped_rows;

/* Counts a bad row; false if rows must not be skipped. */
bool skip_row(skipped_rows *skipped, const table_error *error);

bool read_rows(table_source *source, text_rows *rows, skipped_rows *skipped, table_error *error);
void free_rows(text_rows *rows);

csv_row get_row(const text_rows *rows, size_t r);
/* Moves row r to the place of an earlier row. */
void move_row(text_rows *rows, size_t to, size_t r);

#endif
