/* SPDX-License-Identifier: BSD-3-Clause */
#include "harness/trial_problem.h"
#include "harness/runs.h"

void open_trial_problem(trial_problem *t, const shape *s) {
    const shape one_row = {1, s->inputs, s->hidden, s->outputs};
    *t = (trial_problem){
        .one_row = make_problem(&one_row, 1),
        .sizes = {s->inputs, s->hidden, s->outputs},
        .layers = {{.inputs = s->inputs, .outputs = s->hidden},
                   {.inputs = s->hidden, .outputs = s->outputs}},
        .model = {.layers = t->layers, .sizes = t->sizes, .n_layers = 2},
    };
    t->layers[0].W = t->one_row.parameters;
    t->layers[1].W = t->one_row.parameters + s->inputs * s->hidden;
    require_ok(nn_trial_rows_open(&t->rows, &t->model, s->N, NN_GRADIENT, SIZE_MAX));
}

void close_trial_problem(trial_problem *t) {
    nn_trial_rows_close(&t->rows);
    free_problem(&t->one_row);
}

void open_trial(nn_trial *trial, const trial_problem *t, const nn_plan *plan) {
    require_ok(nn_trial_open(trial, &t->rows, plan, t->rows.problem.N));
}

void run_trial(void *trial) {
    nn_trial_run(trial);
}
