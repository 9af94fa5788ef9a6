/* SPDX-License-Identifier: BSD-3-Clause */
#include "commands/demo_speed.h"

#ifdef HAVE_BENCH

#include "harness/allocate.h"
#include "harness/naive.h"
#include "harness/timing.h"
#include "iris/iris_split.h"

#include <stdio.h>
#include <stdlib.h>

/* So small that hundreds of thousands of steps do not change the weights. */
static const double LEARNING_RATE = 1e-12;

static const double BUDGET_SECONDS = 0.3;

static void step_library(void *context) {
    const naive_iteration *it = context;
    nnblas_gradient_step(it->N, it->inputs, it->hidden, it->outputs, it->X, it->Y, LEARNING_RATE,
                         it->W1, it->W2, NULL);
}

static void step_naive(void *context) {
    naive_step(context, LEARNING_RATE);
}

static void time_steps(naive_iteration *it) {
    enum { LIBRARY, NAIVE, COUNT };
    candidate candidates[COUNT] = {{step_library, it, 0.0}, {step_naive, it, 0.0}};
    measure_medians(candidates, COUNT, BUDGET_SECONDS);
    double library = candidates[LIBRARY].median, naive = candidates[NAIVE].median;
    printf("speed: one gradient step over %zu flowers takes libnnblas %.2f microseconds\n"
           "speed: and naive loops %.2f microseconds, %.1f times as long\n\n",
           it->N, 1e6 * library, 1e6 * naive, naive / library);
}

nnblas_status print_speed(size_t hidden) {
    nnblas_net *net;
    nnblas_status status =
        nnblas_net_create((const size_t[]){IRIS_INPUTS, hidden, IRIS_SPECIES}, 3, 0, &net);
    if (status)
        return status;
    iris_part train, test;
    split_iris(1, &train, &test);
    naive_iteration it = {.N = train.N,
                          .inputs = IRIS_INPUTS,
                          .hidden = hidden,
                          .outputs = IRIS_SPECIES,
                          .X = train.X[0],
                          .Y = train.Y[0],
                          .W1 = nnblas_net_weights(net, 1),
                          .W2 = nnblas_net_weights(net, 2)};
    double *workspace = allocate_array(naive_count_workspace(&it), sizeof *workspace);
    naive_lay_out_workspace(&it, workspace);
    time_steps(&it);
    free(workspace);
    nnblas_net_destroy(net);
    return NNBLAS_OK;
}

#else

nnblas_status print_speed(size_t hidden) {
    (void)hidden;
    return NNBLAS_OK;
}

#endif
