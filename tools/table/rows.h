/* SPDX-License-Identifier: BSD-3-Clause */
/* All rows of a table as text, for those who must see all of them before they know what they are.
 */
#ifndef NNBLAS_TABLE_ROWS_H
#define NNBLAS_TABLE_ROWS_H

#include "table/source.h"

typedef struct {
    char *text;
    size_t length, text_capacity;
    size_t *starts; /* of N x columns values */
    size_t starts_capacity;
    size_t *lines; /* of N rows */
    size_t lines_capacity;
    size_t N, columns;
} text_rows;

/* Whether rows that are bad are left out, and how many were. */
typedef struct {
    bool is_allowed;
    size_t count;
    table_error first;
} skipped_rows;

/* Counts a bad row; false where none may be left out. */
bool skip_row(skipped_rows *skipped, const table_error *error);

bool read_rows(table_source *source, text_rows *rows, skipped_rows *skipped, table_error *error);
void free_rows(text_rows *rows);

csv_row get_row(const text_rows *rows, size_t r);
/* Row r in the place of row `to`, which is not behind it. */
void move_row(text_rows *rows, size_t to, size_t r);

#endif
