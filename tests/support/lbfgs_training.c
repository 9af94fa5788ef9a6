/* SPDX-License-Identifier: BSD-3-Clause */
#include "support/lbfgs_training.h"

#include <math.h>
#include <stdlib.h>

lbfgs_training make_lbfgs_training(const size_t *sizes, size_t n_sizes, kind k, size_t N) {
    lbfgs_training t = {.N = N, .inputs = sizes[0], .outputs = sizes[n_sizes - 1]};
    ck_assert_ok(nnblas_net_create(sizes, n_sizes, NNBLAS_BIAS, &t.net));
    set_kind(t.net, k);
    ck_assert_ok(nnblas_net_init(t.net, 1));
    ck_assert_ok(nnblas_trainer_create(t.net, &t.trainer));
    if (nnblas_has(NNBLAS_FEATURE_LBFGS))
        ck_assert_ok(nnblas_trainer_set_optimizer(t.trainer, NNBLAS_LBFGS));
    t.parameters = nnblas_net_parameters(t.net);
    t.parameter_count = nnblas_net_parameter_count(t.net);
    t.X = allocate_doubles(N * t.inputs);
    t.Y = allocate_doubles(N * t.outputs);
    fill(N * t.inputs, t.X, 0.0);
    fill(N * t.outputs, t.Y, 0.0);
    return t;
}

void free_lbfgs_training(lbfgs_training *t) {
    nnblas_trainer_destroy(t->trainer);
    nnblas_net_destroy(t->net);
    free(t->X);
    free(t->Y);
}

nnblas_status fit_lbfgs(const lbfgs_training *t) {
    ck_assert_ok(nnblas_trainer_set_weight_decay(t->trainer, t->decay));
    return nnblas_trainer_fit(t->trainer, t->N, t->X, t->inputs, t->Y, t->outputs);
}

double get_cost(const lbfgs_training *t) {
    double cost;
    ck_assert_ok(nnblas_net_evaluate(t->net, t->N, t->X, t->inputs, t->Y, t->outputs, &cost));
    return cost;
}

static void add_decay(const lbfgs_training *t, double *gradient) {
    for (size_t l = 1; l < nnblas_net_layer_count(t->net); l++) {
        size_t first = (size_t)(nnblas_net_weights(t->net, l) - t->parameters),
               end = (size_t)(nnblas_net_bias(t->net, l) - t->parameters);
        for (size_t i = first; i < end; i++)
            gradient[i] += t->decay * t->parameters[i];
    }
}

double get_gradient_norm(const lbfgs_training *t, double *gradient) {
    double *g = gradient ? gradient : allocate_doubles(t->parameter_count), squares = 0.0;
    ck_assert_ok(nnblas_net_gradient(t->net, t->N, t->X, t->inputs, t->Y, t->outputs, g, NULL));
    add_decay(t, g);
    for (size_t i = 0; i < t->parameter_count; i++)
        squares += g[i] * g[i];
    if (!gradient)
        free(g);
    return sqrt(squares);
}

double get_unexplained_variance(const lbfgs_training *t) {
    double mean = 0.0, squares = 0.0, n = (double)(t->N * t->outputs);
    for (size_t i = 0; i < t->N * t->outputs; i++)
        mean += t->Y[i] / n;
    for (size_t i = 0; i < t->N * t->outputs; i++)
        squares += (t->Y[i] - mean) * (t->Y[i] - mean);
    return get_cost(t) * 2.0 * (double)t->N / squares;
}
