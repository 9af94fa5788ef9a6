/* SPDX-License-Identifier: BSD-3-Clause */
/* A gradient by one plan, which need not be the library's choice. */
#ifndef PLANNED_RUN_H
#define PLANNED_RUN_H

#include "harness/problem.h"

#include "engine/engine.h"

typedef struct planned_run {
    nn_engine engine;
    size_t sizes[3];
    nn_layer layers[2];
    nn_rows rows;
    double *updates[2];
} planned_run;

/* On a problem, which has to outlive the run; updates has room for count_parameters(). */
planned_run open_planned_run(const problem *p, double *updates);

/* Good until the run is moved. */
nn_model get_planned_model(const planned_run *run);
nn_problem get_planned_problem(const planned_run *run);

void start_plan(planned_run *run, const nn_plan *plan);
void end_plan(planned_run *run);

/* For candidates: one gradient by the plan that was started. */
void run_planned_gradient(void *planned_run);

#endif
