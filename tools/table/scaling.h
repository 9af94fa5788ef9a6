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

/* Sets mean and deviation of the columns of the list, and frees the sums. */
void end_scaling(scaling_sums *sums);

#endif
