/* SPDX-License-Identifier: BSD-3-Clause */
/* What the values of a column look like, counted in one pass over the rows of a table. */
#ifndef NNBLAS_TABLE_SURVEY_H
#define NNBLAS_TABLE_SURVEY_H

#include "table/number_format.h"
#include "table/rows.h"

/* Of a set of formats, as bits, those that are still tried, and how many values do not fit each. */
typedef struct {
    unsigned set;
    size_t misfits[N_NUMBER_FORMATS];
} format_trial;

/* numbers: values that are numbers in the format that was expected; others: all other values but
 * those that stand for a missing one. */
typedef struct {
    size_t numbers, others;
    size_t number_gaps, text_gaps; /* missing, if the column holds numbers, or texts */
    format_trial number_trial, date_trial;
    /* In which the most values are numbers, with this unit, or dates: all values, or at least nine
     * of ten and the others are bad; 0 where there is none. */
    format_set formats;
    unsigned dates;
    size_t bad_numbers, bad_dates; /* the values that do not fit */
    char unit[8];
    char *odd;                               /* the first other value that fits a format, or null */
    char *pointed;                           /* the first plain number with a point, or null */
    char *leading_zeros, *too_long;          /* the first value that is so, or null */
    bool is_constant, is_whole, counts_rows; /* of the numbers */
    bool has_bad_text;                       /* that is not UTF-8 */
    double first;
} column_survey;

typedef void visit_rows(void *context, const text_rows *rows, const column_survey *surveys);

/* Of all columns of the table whose numbers are expected in this format, or in another one with
 * these marks if they are not 0; released by free_surveys(). visit: each part of the rows, once it
 * was surveyed, with what was found so far; or null. */
column_survey *survey_columns(text_rows *rows, const bool *is_used, char decimal, char thousands,
                              visit_rows *visit, void *context);
void free_surveys(column_survey *surveys, size_t columns);

#endif
