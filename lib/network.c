/* SPDX-License-Identifier: BSD-3-Clause */
#include "network.h"
#include "memory.h"
#include "random.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

static nnblas_status check_layer_sizes(const size_t *layer_sizes, size_t n_layers,
                                       size_t *parameter_count) {
    if (!layer_sizes)
        return nn_fail(NNBLAS_ERROR_NULL, "layer_sizes is null");
    if (n_layers < 2)
        return nn_fail(NNBLAS_ERROR_SIZE, "n_layers is %zu; a network has at least 2", n_layers);
    nnblas_status status = nn_check_size("n_layers", n_layers);
    if (status)
        return status;
    for (size_t l = 0; l < n_layers; l++) {
        char name[40];
        snprintf(name, sizeof name, "layer_sizes[%zu]", l);
        status = nn_check_size(name, layer_sizes[l]);
        if (status)
            return status;
        /* Two sizes of at most INT_MAX do not wrap; their sum over the layers may. */
        if (l > 0 && __builtin_add_overflow(*parameter_count, layer_sizes[l - 1] * layer_sizes[l],
                                            parameter_count))
            return nn_fail(NNBLAS_ERROR_SIZE, "the parameters up to layer %zu are too many", l);
    }
    return NNBLAS_OK;
}

/* Points each layer at its matrix in the vector of parameters. */
static void lay_out_layers(nnblas_net *net, const size_t *layer_sizes) {
    double *W = net->parameters;
    for (size_t l = 0; l < net->n_layers; l++) {
        net->layers[l] = (nn_layer){.inputs = layer_sizes[l],
                                    .outputs = layer_sizes[l + 1],
                                    .W = W,
                                    .block = layer_sizes[l]};
        net->W[l] = W;
        W += layer_sizes[l] * layer_sizes[l + 1];
    }
}

nnblas_status nnblas_net_create(const size_t *layer_sizes, size_t n_layers, unsigned flags,
                                nnblas_net **net) {
    size_t parameter_count = 0;
    nnblas_status status = check_layer_sizes(layer_sizes, n_layers, &parameter_count);
    if (status)
        return status;
    if (flags != 0)
        return nn_fail(NNBLAS_ERROR_VALUE, "flags is 0x%x; it must be 0", flags);
    if (!net)
        return nn_fail(NNBLAS_ERROR_NULL, "net is null");

    nnblas_net *created = nn_allocate(1, sizeof *created);
    if (!created)
        return NNBLAS_ERROR_MEMORY;
    *created = (nnblas_net){
        .n_layers = n_layers - 1,
        .parameter_count = parameter_count,
        .layers = nn_allocate(n_layers - 1, sizeof *created->layers),
        .W = nn_allocate(n_layers - 1, sizeof *created->W),
        .parameters = nn_allocate(parameter_count, sizeof *created->parameters),
    };
    if (!created->layers || !created->W || !created->parameters) {
        nnblas_net_destroy(created);
        return NNBLAS_ERROR_MEMORY;
    }
    lay_out_layers(created, layer_sizes);
    nnblas_net_init(created, 0);
    *net = created;
    return NNBLAS_OK;
}

void nnblas_net_destroy(nnblas_net *net) {
    if (!net)
        return;
    free(net->layers);
    free(net->W);
    free(net->parameters);
    free(net);
}

nnblas_status nnblas_net_init(nnblas_net *net, uint64_t seed) {
    if (!net)
        return nn_fail(NNBLAS_ERROR_NULL, "net is null");
    nn_random random;
    nn_random_seed(&random, seed);
    for (size_t l = 0; l < net->n_layers; l++) {
        size_t inputs = net->layers[l].inputs, outputs = net->layers[l].outputs;
        double bound = 4.0 * sqrt(6.0 / (double)(inputs + outputs));
        for (size_t i = 0; i < inputs * outputs; i++)
            net->W[l][i] = bound * (2.0 * nn_random_unit(&random) - 1.0);
    }
    return NNBLAS_OK;
}

size_t nnblas_net_layer_count(const nnblas_net *net) {
    if (!net) {
        nn_fail(NNBLAS_ERROR_NULL, "net is null");
        return 0;
    }
    return net->n_layers + 1;
}

size_t nnblas_net_layer_size(const nnblas_net *net, size_t layer) {
    if (!net) {
        nn_fail(NNBLAS_ERROR_NULL, "net is null");
        return 0;
    }
    if (layer > net->n_layers) {
        nn_fail(NNBLAS_ERROR_VALUE, "layer is %zu; the last is %zu", layer, net->n_layers);
        return 0;
    }
    return layer == 0 ? net->layers[0].inputs : net->layers[layer - 1].outputs;
}

size_t nnblas_net_parameter_count(const nnblas_net *net) {
    if (!net) {
        nn_fail(NNBLAS_ERROR_NULL, "net is null");
        return 0;
    }
    return net->parameter_count;
}

double *nnblas_net_parameters(nnblas_net *net) {
    if (!net) {
        nn_fail(NNBLAS_ERROR_NULL, "net is null");
        return NULL;
    }
    return net->parameters;
}

double *nnblas_net_weights(nnblas_net *net, size_t layer) {
    if (!net) {
        nn_fail(NNBLAS_ERROR_NULL, "net is null");
        return NULL;
    }
    if (layer < 1 || layer > net->n_layers) {
        nn_fail(NNBLAS_ERROR_VALUE, "layer is %zu; weights have layers 1 to %zu", layer,
                net->n_layers);
        return NULL;
    }
    return net->W[layer - 1];
}

nn_model nn_net_model(const nnblas_net *net) {
    return (nn_model){net->layers, net->n_layers};
}

nnblas_status nn_check_net_call(const nn_net_call *call, const double *gradient,
                                const double *mse) {
    const nnblas_net *net = call->net;
    if (!net)
        return nn_fail(NNBLAS_ERROR_NULL, "net is null");
    nnblas_status status = nn_check_size("N", call->N);
    if (status)
        return status;
    size_t inputs = net->layers[0].inputs, outputs = net->layers[net->n_layers - 1].outputs;
    nn_argument arguments[5] = {
        {"the network's parameters", net->parameters, 1, net->parameter_count, net->parameter_count,
         NN_READ},
        {"X", call->X, call->N, inputs, call->ldx, NN_READ},
        {call->target_name, call->target, call->N, outputs, call->ld_target, call->target_access},
    };
    size_t count = 3;
    if (gradient)
        arguments[count++] = (nn_argument){"gradient",           gradient, 1, net->parameter_count,
                                           net->parameter_count, NN_WRITE};
    if (mse)
        arguments[count++] = (nn_argument){"mse", mse, 1, 1, 1, NN_WRITE};
    return nn_check_arguments(arguments, count);
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
    nn_engine engine;
    status = nn_engine_open(&engine, &model, N, NN_PREDICT, NULL, &scratch);
    if (status)
        return status;
    const nn_rows rows = {.N = N, .X = X, .ldx = ldx};
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
    nn_engine engine;
    nn_scratch scratch;
    status = nn_engine_open(&engine, &model, N, NN_PREDICT, NULL, &scratch);
    if (status)
        return status;
    const nn_rows rows = {N, X, ldx, Y, ldy};
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
    nn_engine engine;
    nn_scratch scratch;
    status = nn_engine_open(&engine, &model, N, NN_TRAIN, NULL, &scratch);
    if (status)
        return status;
    for (size_t l = 0; l < net->n_layers; l++)
        engine.updates[l] = gradient + (net->W[l] - net->parameters);
    const nn_rows rows = {N, X, ldx, Y, ldy};
    double cost = nn_engine_gradient(&engine, &model, &rows, engine.updates);
    nn_engine_close(&engine);
    if (mse)
        *mse = cost;
    return NNBLAS_OK;
}
