/* SPDX-License-Identifier: BSD-3-Clause */
/* The means and deviations of columns, from rows that come a block at a time. */
#ifndef NNBLAS_TABLE_SCALING_H
#define NNBLAS_TABLE_SCALING_H

#include "table/schema.h"

typedef struct scaling_sums scaling_sums;

scaling_sums *start_scaling(column_list *list);

/* Adds N rows of count_numbers(list) numbers, not scaled. counts: how often each row counts, or
 * null where that is once. */
void add_to_scaling(scaling_sums *sums, size_t N, const double *numbers, const double *counts);

/* What another process, with rows of its own, can add to its sums for columns of the same list. The
 * result depends on the order. */
const void *get_scaling_bytes(const scaling_sums *sums, size_t *count);
void join_scaling(scaling_sums *sums, const void *bytes);
void free_scaling(scaling_sums *sums);

/* Sets mean and deviation of the columns of the list, and frees the sums. */
void end_scaling(scaling_sums *sums);

#endif
