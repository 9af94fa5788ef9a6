/* SPDX-License-Identifier: BSD-3-Clause */
/* Scores of predictions: accuracy, precision and recall of classes, R2 and errors of numbers. */
#ifndef NNBLAS_TABLE_SCORES_H
#define NNBLAS_TABLE_SCORES_H

#include "table/confusion.h"
#include "table/schema.h"

#include <stdio.h>

/* Of one target of numbers, in long double, where no square of a double overflows. mean and
 * squared_distances of its values follow B. P. Welford, Technometrics 4 (1962). */
typedef struct {
    long double squared_errors, absolute_errors, mean, squared_distances;
} target_score;

typedef struct {
    const schema *schema;
    size_t rows, outputs;
    double squared_errors;      /* with classes */
    confusion_matrix confusion; /* with classes */
    target_score *targets;      /* with numbers */
} scores;

scores start_scores(const schema *s);
void free_scores(scores *s);

/* Adds N rows of targets Y and outputs O_out. Numbers in Y are unscaled, in O_out scaled. */
void add_scores(scores *s, size_t N, const double *Y, const double *O_out);

/* "accuracy 0.9733 mse 0.0123 rows 150", or "r2 0.9733 mae 1.2345 rows 150". */
void print_score_line(FILE *stream, const scores *s);
/* The scores of each class or target, and the confusion matrix. */
void print_scores_in_full(FILE *stream, const scores *s);

#endif
