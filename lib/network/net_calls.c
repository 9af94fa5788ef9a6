/* SPDX-License-Identifier: BSD-3-Clause */
/* The calls that take rows and a network. */
#include "engine/row_weights.h"
#include "engine/small_run.h"
#include "network/network.h"

#include <stdlib.h>

nn_model nn_net_model(const nnblas_net *net) {
    return (nn_model){
        .layers = net->layers,
        .sizes = net->sizes,
        .n_layers = net->n_layers,
        .cost = net->cost,
        .cost_parameter = net->cost_parameter,
    };
}

/* Inlined, so that the caller need not write a struct that is read at once, which takes longer than
 * the checks. */
__attribute__((always_inline)) static inline nnblas_status check_call(const nn_net_call *call) {
    const nnblas_net *net = call->net;
    if (nn_check_pointer("net", net))
        return NNBLAS_ERROR_NULL;
    nnblas_status status = nn_check_size("N", call->N);
    if (status)
        return status;
    size_t N = call->N, parameters = net->parameter_count;
    size_t inputs = net->layers[0].inputs, labels = nn_count_label_columns(net);
    size_t columns = call->target_access == NN_READ ? labels : net->sizes[net->n_layers];
    /* An initializer would clear the places that are left, which takes a tenth of a small call. */
    nn_argument arguments[6];
    size_t count = 0;
    arguments[count++] =
        nn_describe_vector("the network's parameters", net->parameters, parameters, NN_READ);
    arguments[count++] = (nn_argument){"X", call->X, N, inputs, call->ldx, NN_READ};
    arguments[count++] = (nn_argument){call->target_name, call->target,    N,
                                       columns,           call->ld_target, call->target_access};
    if (call->weights)
        arguments[count++] = nn_describe_vector("weights", call->weights, N, NN_READ);
    if (call->gradient)
        arguments[count++] = nn_describe_vector("gradient", call->gradient, parameters, NN_WRITE);
    if (call->mse)
        arguments[count++] = nn_describe_vector("mse", call->mse, 1, NN_WRITE);
    return nn_check_arguments(arguments, count);
}

nnblas_status nn_check_net_call(const nn_net_call *call) {
    return check_call(call);
}

/* Where the updates of each layer are in a gradient. */
static void place_updates(const nnblas_net *net, double *gradient, double **updates) {
    for (size_t l = 0; l < net->n_layers; l++)
        updates[l] = gradient + (net->W[l] - net->parameters);
}

/* With more memory on the stack, and an engine where that is not enough. Not inlined, since a small
 * call should not touch that memory. gradient and cost may be null. */
__attribute__((noinline)) static nnblas_status run_larger(const nnblas_net *net, nn_call call,
                                                          double *gradient, double *cost) {
    nn_scratch scratch;
    if (nn_run_small(&call, scratch.numbers, NN_SCRATCH_NUMBERS, cost))
        return NNBLAS_OK;
    nn_purpose purpose = gradient ? NN_GRADIENT : NN_PREDICT;
    const nn_problem problem = nn_make_problem(call.model, call.rows, purpose);
    nn_engine engine;
    nnblas_status status = nn_engine_open(&engine, &problem, NULL, &scratch);
    if (status)
        return status;
    if (gradient) {
        place_updates(net, gradient, engine.updates);
        call.updates = engine.updates;
    }
    double computed = nn_engine_run(&engine, &call);
    nn_engine_close(&engine);
    if (cost)
        *cost = computed;
    return NNBLAS_OK;
}

nnblas_status nnblas_net_predict(const nnblas_net *net, size_t N, const double *X, size_t ldx,
                                 double *O_out, size_t ldo) {
    const nn_net_call call = {.net = net,
                              .N = N,
                              .X = X,
                              .ldx = ldx,
                              .target_name = "O_out",
                              .target = O_out,
                              .ld_target = ldo,
                              .target_access = NN_WRITE};
    nnblas_status status = check_call(&call);
    if (status)
        return status;
    nn_model model = nn_net_model(net);
    const nn_rows rows = {.N = N, .X = X, .ldx = ldx};
    const nn_call run = {.model = &model, .rows = &rows, .O_out = O_out, .ldo = ldo};
    double few[NN_FEW_NUMBERS];
    return nn_run_small(&run, few, NN_FEW_NUMBERS, NULL) ? NNBLAS_OK
                                                         : run_larger(net, run, NULL, NULL);
}

/* ---- the cost and its gradient, with weights of the rows or without -------------------------- */

/* The cost over checked rows, and its gradient where gradient is not null. mse may be null. */
static nnblas_status run_rows(const nnblas_net *net, const nn_rows *rows, double *gradient,
                              double *mse) {
    nn_model model = nn_net_model(net);
    double few[NN_FEW_NUMBERS], *updates[NN_MOST_SMALL_LAYERS];
    const nn_call call = {.model = &model, .rows = rows, .updates = gradient ? updates : NULL};
    if (gradient && net->n_layers <= NN_MOST_SMALL_LAYERS)
        place_updates(net, gradient, updates);
    return nn_run_small(&call, few, NN_FEW_NUMBERS, mse) ? NNBLAS_OK
                                                         : run_larger(net, call, gradient, mse);
}

/* The same with checks, for the rows that have weight. */
static nnblas_status compute_cost(const nnblas_net *net, nn_rows rows, double *gradient,
                                  double *mse) {
    const nn_net_call call = {.net = net,
                              .N = rows.N,
                              .X = rows.X,
                              .ldx = rows.ldx,
                              .target_name = "Y",
                              .target = rows.Y,
                              .ld_target = rows.ldy,
                              .target_access = NN_READ,
                              .weights = rows.weights,
                              .gradient = gradient,
                              .mse = mse};
    nnblas_status status = check_call(&call);
    if (!status)
        status = nn_check_row_weights("weight", rows.N, rows.weights);
    uint32_t *list = NULL;
    if (!status)
        status = nn_leave_out_rows(&rows, &list);
    if (status)
        return status;
    nn_weigh_rows(&rows);
    status = run_rows(net, &rows, gradient, mse);
    free(list);
    return status;
}

nnblas_status nnblas_net_evaluate(const nnblas_net *net, size_t N, const double *X, size_t ldx,
                                  const double *Y, size_t ldy, double *mse) {
    if (nn_check_pointer("mse", mse))
        return NNBLAS_ERROR_NULL;
    const nn_rows rows = {.N = N, .X = X, .ldx = ldx, .Y = Y, .ldy = ldy};
    return compute_cost(net, rows, NULL, mse);
}

nnblas_status nnblas_net_evaluate_weighted(const nnblas_net *net, size_t N, const double *X,
                                           size_t ldx, const double *Y, size_t ldy,
                                           const double *weights, double *mse) {
    if (nn_check_pointer("weights", weights) || nn_check_pointer("mse", mse))
        return NNBLAS_ERROR_NULL;
    const nn_rows rows = {.N = N, .X = X, .ldx = ldx, .Y = Y, .ldy = ldy, .weights = weights};
    return compute_cost(net, rows, NULL, mse);
}

nnblas_status nnblas_net_gradient(const nnblas_net *net, size_t N, const double *X, size_t ldx,
                                  const double *Y, size_t ldy, double *gradient, double *mse) {
    if (nn_check_pointer("gradient", gradient))
        return NNBLAS_ERROR_NULL;
    const nn_rows rows = {.N = N, .X = X, .ldx = ldx, .Y = Y, .ldy = ldy};
    return compute_cost(net, rows, gradient, mse);
}

nnblas_status nnblas_net_gradient_weighted(const nnblas_net *net, size_t N, const double *X,
                                           size_t ldx, const double *Y, size_t ldy,
                                           const double *weights, double *gradient, double *mse) {
    if (nn_check_pointer("weights", weights) || nn_check_pointer("gradient", gradient))
        return NNBLAS_ERROR_NULL;
    const nn_rows rows = {.N = N, .X = X, .ldx = ldx, .Y = Y, .ldy = ldy, .weights = weights};
    return compute_cost(net, rows, gradient, mse);
}
