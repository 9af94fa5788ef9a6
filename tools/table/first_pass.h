/* SPDX-License-Identifier: BSD-3-Clause */
/* What the pass over a large table that its schema is inferred from finds as well, so that its rows
 * need no other pass before a training: the categories of texts, the means and deviations of
 * numbers, rows that are drawn, and a hash. */
#ifndef NNBLAS_TABLE_FIRST_PASS_H
#define NNBLAS_TABLE_FIRST_PASS_H

#include "table/categories.h"
#include "table/dataset.h"
#include "table/draw.h"
#include "table/scaling.h"
#include "table/survey.h"

/* holds_out: the rows that are drawn are not learnt from. is_lost: what was found is of other rows,
 * or of numbers that are read in another way. */
typedef struct first_pass {
    const table_source *source;
    bool holds_out, is_lost;
    row_draw drawn;
    size_t N;
    uint64_t hash;
    size_t *missing; /* values of each feature */
    /* While the pass goes on. */
    const bool *is_used;
    const schema *s;
    number_format format;
    size_t columns;
    table_column *places; /* one for each search */
    category_search *categories;
    column_list numbers; /* one for each column of the table */
    scaling_sums *sums;
    uint64_t *hashes;
    double *counts; /* of each row of a part: 0 where it is not learnt from */
    size_t capacity;
} first_pass;

void start_first_pass(first_pass *first, const table_source *source, const draw_request *draw,
                      bool holds_out);
void free_first_pass(first_pass *first);

/* Before the pass: which columns are used, of this schema; and how numbers are expected. Both stay
 * until its end. */
void choose_first_columns(first_pass *first, const schema *s, const bool *is_used,
                          const number_format *format);
/* Each part of the rows, and what was found of the columns so far. */
void visit_first_rows(void *first, const text_rows *rows, const column_survey *surveys);

/* After the schema was inferred: the means and deviations of its columns, and the rows that are
 * drawn. It is lost where a column needs another pass. */
void settle_first_pass(first_pass *first, schema *s, const column_survey *surveys, size_t N);

/* The rows that are drawn, not scaled, and their places, which are released by free(). */
bool take_drawn_rows(const first_pass *first, const schema *s, dataset *d, size_t **places,
                     table_error *error);

#endif
