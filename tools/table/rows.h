/* SPDX-License-Identifier: BSD-3-Clause */
/* All rows of a table as text: the types of columns are known only when all rows are read. */
#ifndef NNBLAS_TABLE_ROWS_H
#define NNBLAS_TABLE_ROWS_H

#include "table/gaps.h"
#include "table/source.h"

/* Each cell is read as a number once, and the number kept. */
typedef struct {
    char *text;
    size_t length, text_capacity;
    size_t *begins; /* N, where the rows begin in text */
    size_t *lines;  /* N, where they begin in the file */
    size_t begins_capacity, lines_capacity;
    uint32_t *starts; /* N x columns, where the values begin in the row */
    double *numbers;  /* N x columns, NaN where a value is no number */
    size_t starts_capacity;
    size_t N, columns;
} text_rows;

/* Whether bad rows are skipped, how many were, and the errors of the first; whether rows that lack
 * the value of a feature are left out, how many were; and how many lacked that of a target, which
 * are left out in any case. */
enum { MOST_ERRORS_KEPT = 10 };
typedef struct {
    bool is_allowed, leaves_out_gaps;
    size_t count, gaps, without_target;
    gap_counts filled; /* of the rows that are used */
    table_error errors[MOST_ERRORS_KEPT];
} skipped_rows;

/* Counts a row that is not used; false if it must not be skipped. */
bool skip_row(skipped_rows *skipped, const table_error *error);

/* Prints on stderr how many rows were skipped, and the first errors, and how many were left out or
 * had values filled in. */
void report_skipped(const char *command, const char *name, const skipped_rows *skipped);

bool read_rows(table_source *source, text_rows *rows, skipped_rows *skipped, table_error *error);
void free_rows(text_rows *rows);

csv_row get_row(const text_rows *rows, size_t r);
/* Moves row r to the place of an earlier row. */
void move_row(text_rows *rows, size_t to, size_t r);

#endif
