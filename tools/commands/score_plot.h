/* SPDX-License-Identifier: BSD-3-Clause */
/* Scores as a picture: the confusion matrix of classes, and of numbers the predicted ones against
 * the true ones. */
#ifndef NNBLAS_COMMANDS_SCORE_PLOT_H
#define NNBLAS_COMMANDS_SCORE_PLOT_H

#include "core/random.h"
#include "table/scores.h"

/* Some of the rows, each as likely as another (J. S. Vitter's algorithm R, 1985). */
enum { SAMPLED_ROWS = 2000 };

typedef struct {
    size_t rows, N, outputs; /* N of the rows are in the sample */
    double *Y, *P;           /* N x outputs, the true and the predicted ones, unscaled */
    nn_random random;
} row_sample;

row_sample start_sample(size_t outputs);
void add_to_sample(row_sample *sample, const column_list *targets, size_t N, const double *Y,
                   const double *O_out);
void free_sample(row_sample *sample);

/* Draws a part for each target, at most 9. False, with a message on stderr, where that fails. */
bool plot_scores(const char *command, const scores *s, const row_sample *sample, const char *path);

#endif
