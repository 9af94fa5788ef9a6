/* SPDX-License-Identifier: BSD-3-Clause */
/* How good predictions are: of classes or of numbers, row after row. */
#ifndef NNBLAS_TABLE_SCORES_H
#define NNBLAS_TABLE_SCORES_H

#include "table/confusion.h"
#include "table/schema.h"

#include <stdio.h>

/* Of one target; the values' mean and sum of squared distances from it are kept as B. P. Welford
 * has them, Technometrics 4 (1962). */
typedef struct {
    double squared_errors, absolute_errors, mean, squared_distances;
} target_score;

typedef struct {
    const schema *schema;
    size_t rows, outputs;
    double squared_errors;
    confusion_matrix confusion; /* with classes */
    target_score *targets;      /* with numbers */
} scores;

scores start_scores(const schema *s);
void free_scores(scores *s);

/* Y and O_out: N rows of what the targets become and of the network's outputs. With numbers Y is as
 * the table has them, and O_out is scaled. */
void add_scores(scores *s, size_t N, const double *Y, const double *O_out);

/* "accuracy 0.9733 mse 0.0123 rows 150", or "r2 0.9733 mae 1.2345 rows 150". */
void print_score_line(FILE *stream, const scores *s);
/* The page of nnblas evaluate before that line. */
void print_score_page(FILE *stream, const scores *s);

#endif
