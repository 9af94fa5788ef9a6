/* SPDX-License-Identifier: BSD-3-Clause */
#include "harness/planned_run.h"
#include "harness/runs.h"

nn_model get_planned_model(const planned_run *run) {
    return (nn_model){.layers = run->layers, .sizes = run->sizes, .n_layers = 2};
}

nn_problem get_planned_problem(const planned_run *run) {
    nn_model model = get_planned_model(run);
    return nn_make_problem(&model, &run->rows, NN_GRADIENT);
}

planned_run open_planned_run(const problem *p, double *updates) {
    const shape *s = &p->shape;
    double *W2 = p->parameters + s->inputs * s->hidden;
    return (planned_run){
        .sizes = {s->inputs, s->hidden, s->outputs},
        .layers = {{.inputs = s->inputs, .outputs = s->hidden, .W = p->parameters},
                   {.inputs = s->hidden, .outputs = s->outputs, .W = W2}},
        .rows = {.N = s->N, .X = p->X, .ldx = s->inputs, .Y = p->Y, .ldy = s->outputs},
        .updates = {updates, updates + s->inputs * s->hidden},
    };
}

void start_plan(planned_run *run, const nn_plan *plan) {
    nn_problem planned = get_planned_problem(run);
    require_ok(nn_engine_open(&run->engine, &planned, plan, NULL));
}

void end_plan(planned_run *run) {
    nn_engine_close(&run->engine);
}

void run_planned_gradient(void *context) {
    planned_run *run = context;
    nn_model model = get_planned_model(run);
    nn_engine_run(&run->engine,
                  &(nn_call){.model = &model, .rows = &run->rows, .updates = run->updates});
}
