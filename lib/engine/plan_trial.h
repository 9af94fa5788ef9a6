/* SPDX-License-Identifier: BSD-3-Clause */
/* Trials: calls on made-up rows, by one plan or another, to see how long they take. */
#ifndef NN_PLAN_TRIAL_H
#define NN_PLAN_TRIAL_H

#include "engine/engine.h"

/* What the calls read and write. */
typedef struct nn_trial_rows {
    const nn_model *model;
    nn_problem problem; /* of all rows; nothing is gathered or weighted */
    size_t most;        /* how many rows there are; the problem may have more */
    double *memory;     /* X, then Y or O_out, then a gradient */
    double *X, *Y, *O_out, *gradient;
} nn_trial_rows;

/* Makes up so many rows for the model, or as many as fit in bytes. Fails only with
 * NNBLAS_ERROR_MEMORY; then there is nothing to close. */
nnblas_status nn_trial_rows_open(nn_trial_rows *rows, const nn_model *model, size_t N,
                                 nn_purpose purpose, size_t bytes);
void nn_trial_rows_close(nn_trial_rows *rows);

/* One plan on those rows. Any number may be open at once. */
typedef struct nn_trial {
    const nn_trial_rows *made;
    nn_engine engine;
    size_t first, count; /* the rows of the next run */
    double scale;        /* all rows of the problem over those of a run */
} nn_trial;

/*
 * A run has about so many rows, but at least a tile for each thread: those behind the rows of the
 * run before, so that they are in the caches only where all rows would be. If they are fewer than
 * the problem has, the run has as many of the plan's parts as go with them, but no fewer than
 * threads, and each part has whole tiles. What a row costs is then the same but for the sum of the
 * updates, which may be more.
 */
nnblas_status nn_trial_open(nn_trial *trial, const nn_trial_rows *rows, const nn_plan *plan,
                            size_t count);
void nn_trial_close(nn_trial *trial);

void nn_trial_run(nn_trial *trial);

/* Runs so many times. Returns the seconds of one run, as of all rows of the problem. */
double nn_trial_time(nn_trial *trial, size_t runs);

#endif
