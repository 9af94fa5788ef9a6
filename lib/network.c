/* SPDX-License-Identifier: BSD-3-Clause */
#include "network.h"
#include "memory.h"
#include "random.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static nnblas_status check_layer_sizes(const size_t *layer_sizes, size_t n_layers, bool has_bias,
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
        if (l > 0 && __builtin_add_overflow(*parameter_count,
                                            (layer_sizes[l - 1] + has_bias) * layer_sizes[l],
                                            parameter_count))
            return nn_fail(NNBLAS_ERROR_SIZE, "the parameters up to layer %zu are too many", l);
    }
    return NNBLAS_OK;
}

/* Points each layer at its matrix in the vector of parameters. */
static void lay_out_layers(nnblas_net *net, const size_t *layer_sizes, bool has_bias) {
    double *W = net->parameters;
    for (size_t l = 0; l < net->n_layers; l++) {
        net->layers[l] = (nn_layer){.inputs = layer_sizes[l],
                                    .outputs = layer_sizes[l + 1],
                                    .W = W,
                                    .has_bias = has_bias,
                                    .activation = NNBLAS_SIGMOID,
                                    .block = layer_sizes[l]};
        net->W[l] = W;
        W += nn_count_parameters(&net->layers[l]);
    }
}

nnblas_status nnblas_net_create(const size_t *layer_sizes, size_t n_layers, unsigned flags,
                                nnblas_net **net) {
    size_t parameter_count = 0;
    bool has_bias = flags & NNBLAS_BIAS;
    nnblas_status status = check_layer_sizes(layer_sizes, n_layers, has_bias, &parameter_count);
    if (status)
        return status;
    if (flags & ~(unsigned)NNBLAS_BIAS)
        return nn_fail(NNBLAS_ERROR_VALUE, "flags is 0x%x; it must be 0 or NNBLAS_BIAS, 0x%x",
                       flags, (unsigned)NNBLAS_BIAS);
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
    lay_out_layers(created, layer_sizes, has_bias);
    nnblas_net_init(created, 0);
    *net = created;
    return NNBLAS_OK;
}

void nnblas_net_destroy(nnblas_net *net) {
    if (!net)
        return;
    for (nn_text *text = net->metadata, *next; text; text = next) {
        next = text->next;
        free(text);
    }
    free(net->layers);
    free(net->W);
    free(net->parameters);
    free(net);
}

/* ---- activations and cost -------------------------------------------------------------------- */

static nnblas_status check_net(const nnblas_net *net) {
    return net ? NNBLAS_OK : nn_fail(NNBLAS_ERROR_NULL, "net is null");
}

nnblas_status nnblas_net_set_hidden(nnblas_net *net, nnblas_activation activation) {
    if (check_net(net))
        return NNBLAS_ERROR_NULL;
    if (activation != NNBLAS_SIGMOID && activation != NNBLAS_TANH && activation != NNBLAS_RELU)
        return nn_fail(NNBLAS_ERROR_VALUE,
                       "the hidden activation is %d; it must be NNBLAS_SIGMOID (%d), NNBLAS_TANH "
                       "(%d) or NNBLAS_RELU (%d)",
                       (int)activation, NNBLAS_SIGMOID, NNBLAS_TANH, NNBLAS_RELU);
    for (size_t l = 0; l + 1 < net->n_layers; l++)
        net->layers[l].activation = activation;
    return NNBLAS_OK;
}

nnblas_status nnblas_net_set_output(nnblas_net *net, nnblas_activation activation,
                                    nnblas_cost cost) {
    if (check_net(net))
        return NNBLAS_ERROR_NULL;
    if (activation != NNBLAS_SIGMOID && activation != NNBLAS_IDENTITY &&
        activation != NNBLAS_SOFTMAX)
        return nn_fail(NNBLAS_ERROR_VALUE,
                       "the output activation is %d; it must be NNBLAS_SIGMOID (%d), "
                       "NNBLAS_IDENTITY (%d) or NNBLAS_SOFTMAX (%d)",
                       (int)activation, NNBLAS_SIGMOID, NNBLAS_IDENTITY, NNBLAS_SOFTMAX);
    if (cost != NNBLAS_MSE && cost != NNBLAS_CROSS_ENTROPY)
        return nn_fail(NNBLAS_ERROR_VALUE,
                       "the cost is %d; it must be NNBLAS_MSE (%d) or NNBLAS_CROSS_ENTROPY (%d)",
                       (int)cost, NNBLAS_MSE, NNBLAS_CROSS_ENTROPY);
    if (activation == NNBLAS_IDENTITY && cost == NNBLAS_CROSS_ENTROPY)
        return nn_fail(NNBLAS_ERROR_VALUE, "the cross-entropy is of probabilities: it goes with "
                                           "sigmoid or softmax outputs, not with identity");
    net->layers[net->n_layers - 1].activation = activation;
    net->cost = cost;
    return NNBLAS_OK;
}

unsigned nnblas_net_flags(const nnblas_net *net) {
    return !check_net(net) && net->layers[0].has_bias ? NNBLAS_BIAS : 0;
}

/* A network without hidden units has what they would get. */
nnblas_activation nnblas_net_hidden_activation(const nnblas_net *net) {
    return !check_net(net) && net->n_layers > 1 ? net->layers[0].activation : NNBLAS_SIGMOID;
}

nnblas_activation nnblas_net_output_activation(const nnblas_net *net) {
    return check_net(net) ? NNBLAS_SIGMOID : net->layers[net->n_layers - 1].activation;
}

nnblas_cost nnblas_net_cost(const nnblas_net *net) {
    return check_net(net) ? NNBLAS_MSE : net->cost;
}

/* ---- parameters ------------------------------------------------------------------------------ */

/* Weights lie in +- this. */
static double get_bound(const nnblas_net *net, const nn_layer *layer,
                        nnblas_initialization method) {
    double inputs = (double)layer->inputs, outputs = (double)layer->outputs;
    bool is_squashed = layer->activation == NNBLAS_SIGMOID && net->cost == NNBLAS_MSE;
    switch (method) {
    case NNBLAS_UNIFORM:
        return 0.5;
    case NNBLAS_HE:
        return sqrt(6.0 / inputs);
    case NNBLAS_GLOROT:
        break;
    }
    return (is_squashed ? 4.0 : 1.0) * sqrt(6.0 / (inputs + outputs));
}

static void draw_layer(nnblas_net *net, size_t l, nnblas_initialization method, nn_random *random) {
    const nn_layer *layer = &net->layers[l];
    size_t weights = layer->inputs * layer->outputs, all = nn_count_parameters(layer);
    double bound = get_bound(net, layer, method);
    for (size_t i = 0; i < weights; i++)
        net->W[l][i] = bound * (2.0 * nn_random_unit(random) - 1.0);
    for (size_t i = weights; i < all; i++)
        net->W[l][i] = 0.0;
}

nnblas_status nnblas_net_init(nnblas_net *net, uint64_t seed) {
    if (check_net(net))
        return NNBLAS_ERROR_NULL;
    nn_random random;
    nn_random_seed(&random, seed);
    for (size_t l = 0; l < net->n_layers; l++)
        draw_layer(net, l, net->layers[l].activation == NNBLAS_RELU ? NNBLAS_HE : NNBLAS_GLOROT,
                   &random);
    return NNBLAS_OK;
}

nnblas_status nnblas_net_init_by(nnblas_net *net, nnblas_initialization method, uint64_t seed) {
    if (check_net(net))
        return NNBLAS_ERROR_NULL;
    if (method != NNBLAS_UNIFORM && method != NNBLAS_GLOROT && method != NNBLAS_HE)
        return nn_fail(NNBLAS_ERROR_VALUE,
                       "the initialization is %d; it must be NNBLAS_UNIFORM (%d), NNBLAS_GLOROT "
                       "(%d) or NNBLAS_HE (%d)",
                       (int)method, NNBLAS_UNIFORM, NNBLAS_GLOROT, NNBLAS_HE);
    nn_random random;
    nn_random_seed(&random, seed);
    for (size_t l = 0; l < net->n_layers; l++)
        draw_layer(net, l, method, &random);
    return NNBLAS_OK;
}

size_t nnblas_net_layer_count(const nnblas_net *net) {
    if (check_net(net))
        return 0;
    return net->n_layers + 1;
}

size_t nnblas_net_layer_size(const nnblas_net *net, size_t layer) {
    if (check_net(net))
        return 0;
    if (layer > net->n_layers) {
        nn_fail(NNBLAS_ERROR_VALUE, "layer is %zu; the last is %zu", layer, net->n_layers);
        return 0;
    }
    return layer == 0 ? net->layers[0].inputs : net->layers[layer - 1].outputs;
}

size_t nnblas_net_parameter_count(const nnblas_net *net) {
    if (check_net(net))
        return 0;
    return net->parameter_count;
}

double *nnblas_net_parameters(nnblas_net *net) {
    if (check_net(net))
        return NULL;
    return net->parameters;
}

static bool has_layer(const nnblas_net *net, size_t layer) {
    if (check_net(net))
        return false;
    if (layer >= 1 && layer <= net->n_layers)
        return true;
    nn_fail(NNBLAS_ERROR_VALUE, "layer is %zu; weights and biases have layers 1 to %zu", layer,
            net->n_layers);
    return false;
}

double *nnblas_net_weights(nnblas_net *net, size_t layer) {
    return has_layer(net, layer) ? net->W[layer - 1] : NULL;
}

double *nnblas_net_bias(nnblas_net *net, size_t layer) {
    if (!has_layer(net, layer))
        return NULL;
    const nn_layer *l = &net->layers[layer - 1];
    if (l->has_bias)
        return net->W[layer - 1] + l->inputs * l->outputs;
    nn_fail(NNBLAS_ERROR_VALUE, "the network was created without NNBLAS_BIAS");
    return NULL;
}

/* ---- metadata -------------------------------------------------------------------------------- */

nnblas_status nn_check_key(const char *key) {
    if (!key)
        return nn_fail(NNBLAS_ERROR_NULL, "key is null");
    size_t length = 0;
    for (; key[length]; length++)
        if (length == 100 || key[length] < 0x20 || key[length] > 0x7e)
            return nn_fail(
                NNBLAS_ERROR_VALUE,
                "key is to be 1 to 100 printable ASCII characters; it is not at byte %zu", length);
    if (length == 0)
        return nn_fail(NNBLAS_ERROR_VALUE, "key is empty");
    if (strncmp(key, "nnblas.", 7) == 0)
        return nn_fail(NNBLAS_ERROR_VALUE, "key is '%s'; the library keeps 'nnblas.' for itself",
                       key);
    return NNBLAS_OK;
}

nn_text *nn_create_text(const char *key, const char *value) {
    size_t key_size = strlen(key) + 1, value_size = strlen(value) + 1;
    nn_text *text = nn_allocate(sizeof *text + key_size + value_size, 1);
    if (!text)
        return NULL;
    *text = (nn_text){.key = (char *)(text + 1)};
    text->value = text->key + key_size;
    memcpy(text->key, key, key_size);
    memcpy(text->value, value, value_size);
    return text;
}

/* Where the text of key hangs, or would. */
static nn_text **find_text(nn_text **link, const char *key) {
    while (*link && strcmp((*link)->key, key) != 0)
        link = &(*link)->next;
    return link;
}

nnblas_status nnblas_net_set_metadata(nnblas_net *net, const char *key, const char *value) {
    if (check_net(net))
        return NNBLAS_ERROR_NULL;
    nnblas_status status = nn_check_key(key);
    if (!status && value)
        status = nn_check_utf8(value);
    if (status)
        return status;
    nn_text **link = find_text(&net->metadata, key), *old = *link, *created = NULL;
    if (value) {
        created = nn_create_text(key, value);
        if (!created)
            return NNBLAS_ERROR_MEMORY;
        created->next = old ? old->next : NULL;
        *link = created;
    } else if (old) {
        *link = old->next;
    }
    free(old);
    return NNBLAS_OK;
}

const char *nnblas_net_metadata(const nnblas_net *net, const char *key) {
    if (check_net(net) || !key)
        return NULL;
    nn_text *texts = net->metadata, *text = *find_text(&texts, key);
    return text ? text->value : NULL;
}

/* ---- calls on rows --------------------------------------------------------------------------- */

nn_model nn_net_model(const nnblas_net *net) {
    const nn_layer *last = &net->layers[net->n_layers - 1];
    return (nn_model){
        .layers = net->layers,
        .n_layers = net->n_layers,
        .cost = net->cost,
        .keeps_rows = last->activation == NNBLAS_SOFTMAX,
    };
}

nnblas_status nn_check_net_call(const nn_net_call *call, const double *gradient,
                                const double *mse) {
    const nnblas_net *net = call->net;
    if (check_net(net))
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
    const nn_rows rows = {.N = N, .X = X, .ldx = ldx, .Y = Y, .ldy = ldy};
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
    status = nn_engine_open(&engine, &model, N, NN_GRADIENT, NULL, &scratch);
    if (status)
        return status;
    for (size_t l = 0; l < net->n_layers; l++)
        engine.updates[l] = gradient + (net->W[l] - net->parameters);
    const nn_rows rows = {.N = N, .X = X, .ldx = ldx, .Y = Y, .ldy = ldy};
    double cost = nn_engine_gradient(&engine, &model, &rows, engine.updates);
    nn_engine_close(&engine);
    if (mse)
        *mse = cost;
    return NNBLAS_OK;
}
