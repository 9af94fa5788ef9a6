/* SPDX-License-Identifier: BSD-3-Clause */
/* What stands for a missing value. */
#ifndef NNBLAS_TABLE_GAPS_H
#define NNBLAS_TABLE_GAPS_H

#include <stdbool.h>
#include <stddef.h>

/* Empty, ?, NA, N/A, NaN, null or an error of a spreadsheet, as #DIV/0!, in upper or lower case;
 * where numbers are expected also none, - and a point, which can be texts with a meaning. */
bool is_gap(const char *text, bool is_number);

/*
 * MISSING_IMPUTED  a number is the mean, a category is none or one of its own
 * MISSING_REFUSED  the row is bad
 * MISSING_SKIPPED  the row is left out
 * MISSING_TARGET   of a target: the row is left out
 */
typedef enum { MISSING_IMPUTED, MISSING_REFUSED, MISSING_SKIPPED, MISSING_TARGET } missing_rule;

/* How many values were missing in rows that are used, and how many texts were none of the
 * categories of the training. */
typedef struct {
    size_t missing, unknown;
} gap_counts;

#endif
