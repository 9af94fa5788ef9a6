/* SPDX-License-Identifier: BSD-3-Clause */
#include "harness/runs.h"
#include "harness/allocate.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void require_ok(nnblas_status status) {
    if (status == NNBLAS_OK)
        return;
    fprintf(stderr, "nnblas-bench: %s: %s\n", nnblas_status_string(status), nnblas_error_message());
    exit(EXIT_FAILURE);
}

library_run make_network_run(const problem *p, unsigned flags) {
    const shape *s = &p->shape;
    size_t sizes[] = {s->inputs, s->hidden, s->outputs};
    library_run run = {.problem = p};
    require_ok(nnblas_net_create(sizes, 3, flags, &run.net));
    memcpy(nnblas_net_weights(run.net, 1), p->parameters, s->inputs * s->hidden * sizeof(double));
    memcpy(nnblas_net_weights(run.net, 2), p->parameters + s->inputs * s->hidden,
           s->hidden * s->outputs * sizeof(double));
    run.gradient = allocate_array(nnblas_net_parameter_count(run.net), sizeof(double));
    run.O_out = allocate_array(s->N * s->outputs, sizeof(double));
    return run;
}

library_run make_library_run(const problem *p) {
    return make_network_run(p, 0);
}

void free_library_run(library_run *run) {
    nnblas_net_destroy(run->net);
    free(run->gradient);
    free(run->O_out);
    *run = (library_run){0};
}

naive_run make_naive_run(const problem *p) {
    const shape *s = &p->shape;
    naive_run run = {.iteration = {
                         .N = s->N,
                         .inputs = s->inputs,
                         .hidden = s->hidden,
                         .outputs = s->outputs,
                         .X = p->X,
                         .Y = p->Y,
                         .W1 = p->parameters,
                         .W2 = p->parameters + s->inputs * s->hidden,
                     }};
    run.workspace = allocate_array(naive_count_workspace(&run.iteration), sizeof(double));
    naive_lay_out_workspace(&run.iteration, run.workspace);
    return run;
}

void free_naive_run(naive_run *run) {
    free(run->workspace);
    *run = (naive_run){0};
}

void run_library_gradient(void *context) {
    library_run *run = context;
    const shape *s = &run->problem->shape;
    require_ok(nnblas_net_gradient(run->net, s->N, run->problem->X, s->inputs, run->problem->Y,
                                   s->outputs, run->gradient, &run->mse));
}

void run_library_predict(void *context) {
    library_run *run = context;
    const shape *s = &run->problem->shape;
    require_ok(
        nnblas_net_predict(run->net, s->N, run->problem->X, s->inputs, run->O_out, s->outputs));
}

void run_naive_gradient(void *context) {
    naive_run *run = context;
    run->mse = naive_gradient(&run->iteration);
}

void run_naive_feedforward(void *context) {
    const naive_run *run = context;
    naive_feedforward(&run->iteration);
}
