/* SPDX-License-Identifier: BSD-3-Clause */
/* The cost of values and of derivatives by the inputs that are given beside them. */
#include "engine/derivative_engine.h"
#include "engine/row_weights.h"
#include "network/network.h"

#include <math.h>
#include <stdlib.h>

/* What both calls take; gradient is null for the cost alone. */
typedef struct derivative_call {
    const nnblas_net *net;
    nn_rows rows;
    nn_given_derivatives given;
    double *gradient, *cost;
} derivative_call;

static nnblas_status check_memory(const derivative_call *c) {
    const nnblas_net *net = c->net;
    const nn_rows *rows = &c->rows;
    size_t N = rows->N, parameters = net->parameter_count;
    size_t inputs = net->layers[0].inputs, outputs = net->layers[net->n_layers - 1].outputs;
    nn_argument arguments[7] = {
        nn_describe_vector("the network's parameters", net->parameters, parameters, NN_READ),
        {"X", rows->X, N, inputs, rows->ldx, NN_READ},
        {"Y", rows->Y, N, nn_count_label_columns(net), rows->ldy, NN_READ},
        {"dYdX", c->given.data, N, nn_multiply_sizes(outputs, inputs), c->given.ld, NN_READ},
    };
    size_t count = 4;
    if (rows->weights)
        arguments[count++] = nn_describe_vector("weights", rows->weights, N, NN_READ);
    if (c->gradient)
        arguments[count++] = nn_describe_vector("gradient", c->gradient, parameters, NN_WRITE);
    if (c->cost)
        arguments[count++] = nn_describe_vector("mse", c->cost, 1, NN_WRITE);
    return nn_check_arguments(arguments, count);
}

static nnblas_status check(const derivative_call *c) {
    nnblas_status status = nn_check_pointer("net", c->net);
    if (!status)
        status = nn_check_size("N", c->rows.N);
    if (!status)
        status = nn_check_derivative_weight(c->given.weight);
    if (!status)
        status = check_memory(c);
    return status ? status : nn_check_row_weights("weight", c->rows.N, c->rows.weights);
}

/* The rows have weight. */
static nnblas_status run(derivative_call *c) {
    const nn_model model = nn_net_model(c->net);
    nn_scratch scratch;
    nn_derivative_engine engine;
    nnblas_status status = nn_derivative_engine_open(&engine, &model, c->rows.N, c->gradient,
                                                     scratch.bytes, sizeof scratch);
    if (status)
        return status;
    nn_weigh_rows(&c->rows);
    double cost = nn_derivative_engine_run(&engine, &c->rows, &c->given);
    nn_derivative_engine_close(&engine);
    if (c->cost)
        *c->cost = cost;
    return NNBLAS_OK;
}

static nnblas_status compute(derivative_call *c) {
    uint32_t *list;
    nnblas_status status = check(c);
    if (!status)
        status = nn_leave_out_rows(&c->rows, &list);
    if (status)
        return status;
    status = run(c);
    free(list);
    return status;
}

nnblas_status nn_check_derivative_weight(double weight) {
    static const nn_range R = {"derivative_weight", 0, HUGE_VAL, true, false, "finite and above 0"};
    return nn_check_range(&R, weight);
}

nnblas_status nnblas_net_evaluate_derivatives(const nnblas_net *net, size_t N, const double *X,
                                              size_t ldx, const double *Y, size_t ldy,
                                              const double *weights, double derivative_weight,
                                              const double *dYdX, size_t ldd, double *mse) {
    if (nn_check_pointer("mse", mse))
        return NNBLAS_ERROR_NULL;
    derivative_call call = {
        .net = net,
        .rows = {.N = N, .X = X, .ldx = ldx, .Y = Y, .ldy = ldy, .weights = weights},
        .given = {derivative_weight, dYdX, ldd},
        .cost = mse,
    };
    return compute(&call);
}

nnblas_status nnblas_net_gradient_derivatives(const nnblas_net *net, size_t N, const double *X,
                                              size_t ldx, const double *Y, size_t ldy,
                                              const double *weights, double derivative_weight,
                                              const double *dYdX, size_t ldd, double *gradient,
                                              double *mse) {
    if (nn_check_pointer("gradient", gradient))
        return NNBLAS_ERROR_NULL;
    derivative_call call = {
        .net = net,
        .rows = {.N = N, .X = X, .ldx = ldx, .Y = Y, .ldy = ldy, .weights = weights},
        .given = {derivative_weight, dYdX, ldd},
        .gradient = gradient,
        .cost = mse,
    };
    return compute(&call);
}
