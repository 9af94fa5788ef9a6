/* SPDX-License-Identifier: BSD-3-Clause */
/* What the values of a column look like, counted in one pass over the rows of a table. */
#ifndef NNBLAS_TABLE_SURVEY_H
#define NNBLAS_TABLE_SURVEY_H

#include "table/number_format.h"
#include "table/rows.h"

/* numbers: values that are numbers in the format that was expected; others: all other values but
 * those that stand for a missing one. */
typedef struct {
    size_t numbers, others;
    size_t number_gaps, text_gaps; /* missing, if the column holds numbers, or texts */
    format_set formats;            /* in which all values are numbers, with this unit */
    char unit[8];
    unsigned dates;                             /* the date formats of all values, as bits */
    const char *odd, *leading_zeros, *too_long; /* the first value that is so, or null */
    bool is_constant, is_whole, counts_rows;    /* of the numbers */
    bool has_other_bytes;                       /* than those of ASCII */
    double first;
} column_survey;

/* Of all columns of the table whose numbers are expected in this format, or in another one with
 * these marks if they are not 0; released by free(). */
column_survey *survey_columns(const text_rows *rows, const bool *is_used, char decimal,
                              char thousands);

#endif
