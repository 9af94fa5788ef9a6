/* SPDX-License-Identifier: BSD-3-Clause */
/* The means of the scores of folds, and the deviations between them. */
#ifndef NNBLAS_COMMANDS_FOLD_MEANS_H
#define NNBLAS_COMMANDS_FOLD_MEANS_H

#include "commands/folds.h"

/* A complete result; null if there is none. */
const fold_result *find_complete(const fold_result *results, size_t count);

/* The mean of a measure over the complete results for which it is defined, NaN if there are none,
 * and its standard deviation between them: the root of their squared distances over their
 * number less 1; NaN of one result. */
typedef struct {
    double mean, deviation;
} fold_mean;

typedef fold_mean fold_average(const fold_result *results, size_t count, size_t m);
fold_average average_held_out, average_learnt;

/* {"accuracy": {"mean": ..., "deviation": ...}, ...} */
json_t *pack_means(const fold_result *results, size_t count, fold_average *average);

/* The value of a measure in four or five digits. */
number_text write_measure(const measure *m, double value);

#endif
