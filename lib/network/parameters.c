/* SPDX-License-Identifier: BSD-3-Clause */
/* The parameters of a network: how they are drawn, and where they are. */
#include "core/random.h"
#include "network/network.h"

#include <math.h>

/* Weights are drawn from -bound to bound. */
static double get_bound(const nnblas_net *net, const nn_layer *layer,
                        nnblas_initialization method) {
    double inputs = (double)nn_get_fan_in(layer), outputs = (double)layer->outputs;
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

/* What suits the activation. SIREN also multiplies the input of its first layer by 30, which suits
 * the coordinates of images and not scaled features. */
static nnblas_initialization choose_method(const nn_layer *layer) {
    switch (layer->activation) {
    case NNBLAS_RELU:
    case NNBLAS_LEAKY_RELU:
    case NNBLAS_ELU:
    case NNBLAS_GELU:
    case NNBLAS_SILU:
    case NNBLAS_SOFTPLUS:
    case NNBLAS_SINE:
        return NNBLAS_HE;
    case NNBLAS_SIGMOID:
    case NNBLAS_TANH:
    case NNBLAS_SOFTSIGN:
    case NNBLAS_IDENTITY:
    case NNBLAS_SOFTMAX:
    case NNBLAS_EXPONENTIAL:
        break;
    }
    return NNBLAS_GLOROT;
}

static void draw_layer(nnblas_net *net, size_t l, nnblas_initialization method, nn_random *random) {
    const nn_layer *layer = &net->layers[l];
    size_t weights = nn_count_weights(layer), all = nn_count_parameters(layer);
    double bound = get_bound(net, layer, method);
    for (size_t i = 0; i < weights; i++)
        net->W[l][i] = bound * (2.0 * nn_random_unit(random) - 1.0);
    for (size_t i = weights; i < all; i++)
        net->W[l][i] = 0.0;
}

/* method: null for what suits each layer. */
static void draw_layers(nnblas_net *net, const nnblas_initialization *method, uint64_t seed) {
    nn_random random;
    nn_random_seed(&random, seed);
    for (size_t l = 0; l < net->n_layers; l++)
        draw_layer(net, l, method ? *method : choose_method(&net->layers[l]), &random);
}

nnblas_status nnblas_net_init(nnblas_net *net, uint64_t seed) {
    if (nn_check_pointer("net", net))
        return NNBLAS_ERROR_NULL;
    draw_layers(net, NULL, seed);
    return NNBLAS_OK;
}

nnblas_status nnblas_net_init_by(nnblas_net *net, nnblas_initialization method, uint64_t seed) {
    if (nn_check_pointer("net", net))
        return NNBLAS_ERROR_NULL;
    if (method != NNBLAS_UNIFORM && method != NNBLAS_GLOROT && method != NNBLAS_HE)
        return nn_fail(NNBLAS_ERROR_VALUE,
                       "the initialization is %d; it must be %d (uniform), %d (Glorot) or %d (He)",
                       (int)method, NNBLAS_UNIFORM, NNBLAS_GLOROT, NNBLAS_HE);
    draw_layers(net, &method, seed);
    return NNBLAS_OK;
}

size_t nnblas_net_parameter_count(const nnblas_net *net) {
    if (nn_check_pointer("net", net))
        return 0;
    return net->parameter_count;
}

/* ---- reading and writing them ---------------------------------------------------------------- */

const double *nnblas_net_const_parameters(const nnblas_net *net) {
    return nn_check_pointer("net", net) ? NULL : net->parameters;
}

double *nnblas_net_parameters(nnblas_net *net) {
    return nn_check_pointer("net", net) ? NULL : net->parameters;
}

/* The first weight of a layer, or null where there is no such layer. */
static double *find_weights(const nnblas_net *net, size_t layer) {
    if (nn_check_pointer("net", net))
        return NULL;
    if (layer >= 1 && layer <= net->n_layers)
        return net->W[layer - 1];
    nn_fail(NNBLAS_ERROR_VALUE, "layer is %zu; weights and biases have layers 1 to %zu", layer,
            net->n_layers);
    return NULL;
}

static double *find_bias(const nnblas_net *net, size_t layer) {
    double *weights = find_weights(net, layer);
    if (!weights)
        return NULL;
    const nn_layer *l = &net->layers[layer - 1];
    if (l->has_bias)
        return weights + nn_count_weights(l);
    nn_fail(NNBLAS_ERROR_VALUE, "the network was created without biases");
    return NULL;
}

const double *nnblas_net_const_weights(const nnblas_net *net, size_t layer) {
    return find_weights(net, layer);
}

double *nnblas_net_weights(nnblas_net *net, size_t layer) {
    return find_weights(net, layer);
}

const double *nnblas_net_const_bias(const nnblas_net *net, size_t layer) {
    return find_bias(net, layer);
}

double *nnblas_net_bias(nnblas_net *net, size_t layer) {
    return find_bias(net, layer);
}
