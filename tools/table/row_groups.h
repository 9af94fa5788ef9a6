/* SPDX-License-Identifier: BSD-3-Clause */
/* The groups of which rows that are held out take a share, noted while the categories of the
 * targets are found. */
#ifndef NNBLAS_TABLE_ROW_GROUPS_H
#define NNBLAS_TABLE_ROW_GROUPS_H

#include "table/categories.h"

/* Of more rows there are none: they are drawn one by one. */
enum { MOST_GROUPED_ROWS = 2000000 };

/* Whether rows with such targets have groups: those of a class, or with the same labels. */
bool has_groups(const schema *s);

/* A number that is sorted as these targets are, not scaled. */
double get_group(const schema *s, const double *y);

/* The targets are the last columns of the search. note_groups: of each part, once it was searched.
 * end_groups: before the search ends; a number of each row, sorted as the targets are, to be
 * released by free(), or null where there are too many. */
typedef struct {
    const schema *s;
    uint64_t *found; /* the categories of a row, in the order in which they were found */
    size_t N, capacity;
    bool are_too_many;
} row_groups;
void note_groups(row_groups *groups, const category_search *search, const text_rows *rows);
double *end_groups(row_groups *groups, const category_search *search);

#endif
