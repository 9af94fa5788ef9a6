/* SPDX-License-Identifier: BSD-3-Clause */
/* The gradients of the other networks beside that of sigmoids and the mse. */
#include "harness/runs.h"
#include "harness/timing.h"
#include "subcommands/subcommand.h"

#include <stdio.h>
#include <stdlib.h>

static const column COLUMNS[] = {
    SHAPE_COLUMN,
    {"network", "network", 38, 1.0, NULL},
    {"seconds", "us", 12, 1e6, "%.2f"},
    {"ratio", "over sigmoid", 13, 1.0, "%.2f"},
    {0},
};

static const char NOTE[] = "One gradient over all rows. Labels are from 0 to 1 for all; each "
                           "network has the same sizes.";

typedef struct kind {
    const char *name;
    unsigned flags;
    nnblas_activation hidden, output;
    nnblas_cost cost;
} kind;

/* The others are compared with the first. */
static const kind KINDS[] = {
    {"sigmoid, sigmoid, mse", 0, NNBLAS_SIGMOID, NNBLAS_SIGMOID, NNBLAS_MSE},
    {"sigmoid, sigmoid, mse, biases", NNBLAS_BIAS, NNBLAS_SIGMOID, NNBLAS_SIGMOID, NNBLAS_MSE},
    {"tanh, identity, mse, biases", NNBLAS_BIAS, NNBLAS_TANH, NNBLAS_IDENTITY, NNBLAS_MSE},
    {"identity, identity, mse, biases", NNBLAS_BIAS, NNBLAS_IDENTITY, NNBLAS_IDENTITY, NNBLAS_MSE},
    {"relu, identity, mse, biases", NNBLAS_BIAS, NNBLAS_RELU, NNBLAS_IDENTITY, NNBLAS_MSE},
    {"relu, sigmoid, cross-entropy, biases", NNBLAS_BIAS, NNBLAS_RELU, NNBLAS_SIGMOID,
     NNBLAS_CROSS_ENTROPY},
    {"relu, softmax, cross-entropy, biases", NNBLAS_BIAS, NNBLAS_RELU, NNBLAS_SOFTMAX,
     NNBLAS_CROSS_ENTROPY},
    {"tanh, softmax, mse, biases", NNBLAS_BIAS, NNBLAS_TANH, NNBLAS_SOFTMAX, NNBLAS_MSE},
};
enum { N_KINDS = sizeof KINDS / sizeof *KINDS };

static bool time_networks(const shape *s, const options *o, report *r) {
    problem p = make_problem(s, 1);
    library_run runs[N_KINDS];
    candidate candidates[N_KINDS];
    for (size_t i = 0; i < N_KINDS; i++) {
        const kind *k = &KINDS[i];
        runs[i] = make_network_run(&p, k->flags);
        require_ok(nnblas_net_set_hidden(runs[i].net, k->hidden));
        require_ok(nnblas_net_set_output(runs[i].net, k->output, k->cost));
        candidates[i] = (candidate){run_library_gradient, &runs[i], 0.0};
    }
    measure_medians(candidates, N_KINDS, o->seconds * N_KINDS);
    for (size_t i = 0; i < N_KINDS; i++) {
        json_t *result = describe_shape(s);
        json_object_set_new(result, "network", json_string(KINDS[i].name));
        json_object_set_new(result, "seconds", json_real(candidates[i].median));
        json_object_set_new(result, "ratio",
                            json_real(candidates[i].median / candidates[0].median));
        add_result(r, result);
        free_library_run(&runs[i]);
    }
    free_problem(&p);
    return true;
}

int run_networks(const options *o) {
    const report_head head = {"networks", COLUMNS, NOTE};
    return report_shapes(o, choose_shapes(o, DEFAULT_SHAPES), &head, time_networks);
}
