/* SPDX-License-Identifier: BSD-3-Clause */
/* The library's own trials of plans, for gradients of a shape. */
#ifndef TRIAL_PROBLEM_H
#define TRIAL_PROBLEM_H

#include "harness/problem.h"

#include "engine/plan_trial.h"

typedef struct trial_problem {
    problem one_row; /* its parameters are those of the model */
    size_t sizes[3];
    nn_layer layers[2];
    nn_model model;
    nn_trial_rows rows;
} trial_problem;

/* Not to be moved before it is closed. */
void open_trial_problem(trial_problem *t, const shape *s);
void close_trial_problem(trial_problem *t);

/* Trials of the problem write to the same gradient; nn_trial_close() closes them. */
void open_trial(nn_trial *trial, const trial_problem *t, const nn_plan *plan);

/* For candidates: one gradient of all rows. */
void run_trial(void *trial);

#endif
