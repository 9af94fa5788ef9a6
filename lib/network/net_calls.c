/* SPDX-License-Identifier: BSD-3-Clause */
/* The calls that take rows and a network. */
#include "network/network.h"

nn_model nn_net_model(const nnblas_net *net) {
    return (nn_model){
        .layers = net->layers,
        .sizes = net->sizes,
        .n_layers = net->n_layers,
        .cost = net->cost,
    };
}

nnblas_status nn_check_net_call(const nn_net_call *call, const double *gradient,
                                const double *mse) {
    const nnblas_net *net = call->net;
    if (nn_check_net(net))
        return NNBLAS_ERROR_NULL;
    nnblas_status status = nn_check_size("N", call->N);
    if (status)
        return status;
    size_t inputs = net->layers[0].inputs, outputs = net->layers[net->n_layers - 1].outputs;
    const nn_argument gradient_argument = {"gradient",           gradient, 1, net->parameter_count,
                                           net->parameter_count, NN_WRITE};
    const nn_argument mse_argument = {"mse", mse, 1, 1, 1, NN_WRITE};
    const nn_argument arguments[] = {
        {"the network's parameters", net->parameters, 1, net->parameter_count, net->parameter_count,
         NN_READ},
        {"X", call->X, call->N, inputs, call->ldx, NN_READ},
        {call->target_name, call->target, call->N, outputs, call->ld_target, call->target_access},
        gradient ? gradient_argument : mse_argument,
        mse_argument,
    };
    return nn_check_arguments(arguments, 3u + (gradient ? 1u : 0u) + (mse ? 1u : 0u));
}

nnblas_status nnblas_net_predict(const nnblas_net *net, size_t N, const double *X, size_t ldx,
                                 double *O_out, size_t ldo) {
    const nn_net_call call = {net, N, X, ldx, "O_out", O_out, ldo, NN_WRITE};
    nnblas_status status = nn_check_net_call(&call, NULL, NULL);
    if (status)
        return status;
    nn_model model = nn_net_model(net);
    nn_scratch scratch;
    if (N == 1 && nn_predict_row(&model, X, O_out, &scratch))
        return NNBLAS_OK;
    const nn_rows rows = {.N = N, .X = X, .ldx = ldx};
    const nn_problem problem = nn_make_problem(&model, &rows, NN_PREDICT);
    nn_engine engine;
    status = nn_engine_open(&engine, &problem, NULL, &scratch);
    if (status)
        return status;
    nn_engine_predict(&engine, &model, &rows, O_out, ldo);
    nn_engine_close(&engine);
    return NNBLAS_OK;
}

nnblas_status nnblas_net_evaluate(const nnblas_net *net, size_t N, const double *X, size_t ldx,
                                  const double *Y, size_t ldy, double *mse) {
    if (!mse)
        return nn_fail(NNBLAS_ERROR_NULL, "mse is null");
    const nn_net_call call = {net, N, X, ldx, "Y", Y, ldy, NN_READ};
    nnblas_status status = nn_check_net_call(&call, NULL, mse);
    if (status)
        return status;
    nn_model model = nn_net_model(net);
    const nn_rows rows = {.N = N, .X = X, .ldx = ldx, .Y = Y, .ldy = ldy};
    const nn_problem problem = nn_make_problem(&model, &rows, NN_PREDICT);
    nn_engine engine;
    nn_scratch scratch;
    status = nn_engine_open(&engine, &problem, NULL, &scratch);
    if (status)
        return status;
    *mse = nn_engine_evaluate(&engine, &model, &rows);
    nn_engine_close(&engine);
    return NNBLAS_OK;
}

nnblas_status nnblas_net_gradient(const nnblas_net *net, size_t N, const double *X, size_t ldx,
                                  const double *Y, size_t ldy, double *gradient, double *mse) {
    if (!gradient)
        return nn_fail(NNBLAS_ERROR_NULL, "gradient is null");
    const nn_net_call call = {net, N, X, ldx, "Y", Y, ldy, NN_READ};
    nnblas_status status = nn_check_net_call(&call, gradient, mse);
    if (status)
        return status;
    nn_model model = nn_net_model(net);
    const nn_rows rows = {.N = N, .X = X, .ldx = ldx, .Y = Y, .ldy = ldy};
    const nn_problem problem = nn_make_problem(&model, &rows, NN_GRADIENT);
    nn_engine engine;
    nn_scratch scratch;
    status = nn_engine_open(&engine, &problem, NULL, &scratch);
    if (status)
        return status;
    for (size_t l = 0; l < net->n_layers; l++)
        engine.updates[l] = gradient + (net->W[l] - net->parameters);
    double cost = nn_engine_gradient(&engine, &model, &rows, engine.updates);
    nn_engine_close(&engine);
    if (mse)
        *mse = cost;
    return NNBLAS_OK;
}
