/* SPDX-License-Identifier: BSD-3-Clause */
#include "network/network.h"
#include "core/memory.h"
#include "core/sizes.h"
#include "network/cost_rules.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* The columns of X that layer l of weights takes beside its inputs: where skip connections lead,
 * all. n_layers: of weights. */
static size_t get_skips(const size_t *layer_sizes, size_t n_layers, size_t l, unsigned flags) {
    return l > 0 && l + 1 == n_layers && flags & NNBLAS_SKIP ? layer_sizes[0] : 0;
}

static nnblas_status check_layer_sizes(const size_t *layer_sizes, size_t n_layers, unsigned flags,
                                       size_t *parameter_count) {
    bool has_bias = flags & NNBLAS_BIAS;
    if (nn_check_pointer("layer_sizes", layer_sizes))
        return NNBLAS_ERROR_NULL;
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
        size_t skips = l > 0 ? get_skips(layer_sizes, n_layers - 1, l - 1, flags) : 0;
        if (skips > 0)
            status = nn_check_size("the sum of the inputs and the last hidden layer",
                                   layer_sizes[l - 1] + skips);
        if (status)
            return status;
        size_t parameters =
            l > 0 ? nn_multiply_sizes(layer_sizes[l - 1] + skips + has_bias, layer_sizes[l]) : 0;
        *parameter_count = nn_add_sizes(*parameter_count, parameters);
        if (*parameter_count > PTRDIFF_MAX / sizeof(double))
            return nn_fail(NNBLAS_ERROR_SIZE,
                           "the parameters up to layer %zu do not fit in the address space", l);
    }
    return NNBLAS_OK;
}

/* Points each layer at its matrix in the vector of parameters. */
static void lay_out_layers(nnblas_net *net, const size_t *layer_sizes, unsigned flags) {
    double *W = net->parameters;
    memcpy(net->sizes, layer_sizes, (net->n_layers + 1) * sizeof *layer_sizes);
    for (size_t l = 0; l < net->n_layers; l++) {
        net->layers[l] = (nn_layer){.inputs = layer_sizes[l],
                                    .outputs = layer_sizes[l + 1],
                                    .skips = get_skips(layer_sizes, net->n_layers, l, flags),
                                    .W = W,
                                    .has_bias = flags & NNBLAS_BIAS,
                                    .activation = NNBLAS_SIGMOID};
        net->W[l] = W;
        W += nn_count_parameters(&net->layers[l]);
    }
}

/* A network with parameters that are not set yet. Null where the system is out of memory. */
static nnblas_net *allocate_net(const size_t *layer_sizes, size_t n_layers, unsigned flags,
                                size_t parameter_count) {
    nnblas_net *net = nn_allocate(1, sizeof *net);
    if (!net)
        return NULL;
    *net = (nnblas_net){
        .n_layers = n_layers - 1,
        .parameter_count = parameter_count,
        .sizes = nn_allocate(n_layers, sizeof *net->sizes),
        .layers = nn_allocate(n_layers - 1, sizeof *net->layers),
        .W = nn_allocate(n_layers - 1, sizeof *net->W),
        .parameters = nn_allocate(parameter_count, sizeof *net->parameters),
    };
    if (!net->sizes || !net->layers || !net->W || !net->parameters) {
        nnblas_net_destroy(net);
        return NULL;
    }
    lay_out_layers(net, layer_sizes, flags);
    return net;
}

static nnblas_status check_flags(unsigned flags, size_t n_layers) {
    static const unsigned ALL = NNBLAS_BIAS | NNBLAS_ZERO | NNBLAS_SKIP;
    if (flags & ~ALL)
        return nn_fail(NNBLAS_ERROR_VALUE,
                       "flags is 0x%x; it must be 0, or added together 0x%x (biases), 0x%x "
                       "(weights of 0) and 0x%x (skip connections)",
                       flags, (unsigned)NNBLAS_BIAS, (unsigned)NNBLAS_ZERO, (unsigned)NNBLAS_SKIP);
    if (flags & NNBLAS_SKIP && n_layers == 2)
        return nn_fail(NNBLAS_ERROR_VALUE,
                       "n_layers is 2: skip connections go past hidden layers, and without one the "
                       "outputs take the inputs anyway");
    return NNBLAS_OK;
}

nnblas_status nnblas_net_create(const size_t *layer_sizes, size_t n_layers, unsigned flags,
                                nnblas_net **net) {
    size_t parameter_count = 0;
    nnblas_status status = check_layer_sizes(layer_sizes, n_layers, flags, &parameter_count);
    if (!status)
        status = check_flags(flags, n_layers);
    if (status)
        return status;
    if (nn_check_pointer("net", net))
        return NNBLAS_ERROR_NULL;
    nnblas_net *created = allocate_net(layer_sizes, n_layers, flags, parameter_count);
    if (!created)
        return NNBLAS_ERROR_MEMORY;
    if (flags & NNBLAS_ZERO)
        memset(created->parameters, 0, parameter_count * sizeof *created->parameters);
    else
        nnblas_net_init(created, 0);
    *net = created;
    return NNBLAS_OK;
}

nnblas_status nnblas_net_clone(const nnblas_net *net, nnblas_net **clone) {
    if (nn_check_pointer("net", net) || nn_check_pointer("clone", clone))
        return NNBLAS_ERROR_NULL;
    nnblas_net *created =
        allocate_net(net->sizes, net->n_layers + 1, nnblas_net_flags(net), net->parameter_count);
    if (!created)
        return NNBLAS_ERROR_MEMORY;
    for (size_t l = 0; l < net->n_layers; l++)
        created->layers[l].activation = net->layers[l].activation;
    created->cost = net->cost;
    created->cost_parameter = net->cost_parameter;
    memcpy(created->parameters, net->parameters, net->parameter_count * sizeof *net->parameters);
    if (!nn_copy_texts(net->metadata, &created->metadata) || !nn_copy_posterior(net, created)) {
        nnblas_net_destroy(created);
        return NNBLAS_ERROR_MEMORY;
    }
    *clone = created;
    return NNBLAS_OK;
}

void nnblas_net_destroy(nnblas_net *net) {
    if (!net)
        return;
    nn_free_texts(net->metadata);
    free(net->sizes);
    free(net->layers);
    free(net->W);
    free(net->parameters);
    free(net->posterior.factor);
    free(net);
}

/* ---- activations and cost -------------------------------------------------------------------- */

static bool is_activation(nnblas_activation activation) {
    return (int)activation >= NNBLAS_SIGMOID && (int)activation <= NNBLAS_EXPONENTIAL;
}

static nnblas_status check_hidden(nnblas_activation activation) {
    if (!is_activation(activation) || activation == NNBLAS_SOFTMAX ||
        activation == NNBLAS_EXPONENTIAL)
        return nn_fail(
            NNBLAS_ERROR_VALUE,
            "the hidden activation is %d; it must be %d (sigmoid) to %d (sine), and not %d "
            "(softmax)",
            (int)activation, NNBLAS_SIGMOID, NNBLAS_SINE, NNBLAS_SOFTMAX);
    return NNBLAS_OK;
}

static nnblas_status check_output(const nnblas_net *net, nnblas_activation activation,
                                  nnblas_cost cost) {
    if (!is_activation(activation))
        return nn_fail(NNBLAS_ERROR_VALUE,
                       "the output activation is %d; it must be %d (sigmoid) to %d (exponential)",
                       (int)activation, NNBLAS_SIGMOID, NNBLAS_EXPONENTIAL);
    return nn_check_cost(cost, activation, net->sizes[net->n_layers]);
}

nnblas_status nnblas_net_set_hidden(nnblas_net *net, nnblas_activation activation) {
    if (nn_check_pointer("net", net))
        return NNBLAS_ERROR_NULL;
    nnblas_status status = check_hidden(activation);
    for (size_t l = 0; l + 1 < net->n_layers && !status; l++)
        net->layers[l].activation = activation;
    return status;
}

nnblas_status nnblas_net_set_output(nnblas_net *net, nnblas_activation activation,
                                    nnblas_cost cost) {
    if (nn_check_pointer("net", net))
        return NNBLAS_ERROR_NULL;
    nnblas_status status = check_output(net, activation, cost);
    if (status)
        return status;
    net->layers[net->n_layers - 1].activation = activation;
    net->cost = cost;
    net->cost_parameter = nn_get_default_cost_parameter(cost);
    return NNBLAS_OK;
}

/* The layers that have an activation. */
static nnblas_status check_layer(const nnblas_net *net, size_t layer) {
    if (nn_check_pointer("net", net))
        return NNBLAS_ERROR_NULL;
    if (layer < 1 || layer > net->n_layers)
        return nn_fail(NNBLAS_ERROR_VALUE, "layer is %zu; activations have layers 1 to %zu", layer,
                       net->n_layers);
    return NNBLAS_OK;
}

nnblas_status nnblas_net_set_activation(nnblas_net *net, size_t layer,
                                        nnblas_activation activation) {
    nnblas_status status = check_layer(net, layer);
    if (!status)
        status = layer == net->n_layers ? check_output(net, activation, net->cost)
                                        : check_hidden(activation);
    if (!status)
        net->layers[layer - 1].activation = activation;
    return status;
}

nnblas_activation nnblas_net_activation(const nnblas_net *net, size_t layer) {
    return check_layer(net, layer) ? NNBLAS_SIGMOID : net->layers[layer - 1].activation;
}

nnblas_status nnblas_net_set_cost_parameter(nnblas_net *net, double parameter) {
    if (nn_check_pointer("net", net))
        return NNBLAS_ERROR_NULL;
    nnblas_status status = nn_check_cost_parameter(net->cost, parameter);
    if (!status)
        net->cost_parameter = parameter;
    return status;
}

size_t nnblas_net_layer_count(const nnblas_net *net) {
    if (nn_check_pointer("net", net))
        return 0;
    return net->n_layers + 1;
}

size_t nnblas_net_layer_size(const nnblas_net *net, size_t layer) {
    if (nn_check_pointer("net", net))
        return 0;
    if (layer > net->n_layers) {
        nn_fail(NNBLAS_ERROR_VALUE, "layer is %zu; the last is %zu", layer, net->n_layers);
        return 0;
    }
    return layer == 0 ? net->layers[0].inputs : net->layers[layer - 1].outputs;
}

size_t nnblas_net_label_count(const nnblas_net *net) {
    return nn_check_pointer("net", net) ? 0 : nn_count_label_columns(net);
}

unsigned nnblas_net_flags(const nnblas_net *net) {
    if (nn_check_pointer("net", net))
        return 0;
    return (net->layers[0].has_bias ? NNBLAS_BIAS : 0) |
           (net->layers[net->n_layers - 1].skips > 0 ? NNBLAS_SKIP : 0);
}

/* A network without hidden units has what they would get. */
nnblas_activation nnblas_net_hidden_activation(const nnblas_net *net) {
    return !nn_check_pointer("net", net) && net->n_layers > 1 ? net->layers[0].activation
                                                              : NNBLAS_SIGMOID;
}

nnblas_activation nnblas_net_output_activation(const nnblas_net *net) {
    return nn_check_pointer("net", net) ? NNBLAS_SIGMOID
                                        : net->layers[net->n_layers - 1].activation;
}

nnblas_cost nnblas_net_cost(const nnblas_net *net) {
    return nn_check_pointer("net", net) ? NNBLAS_MSE : net->cost;
}

double nnblas_net_cost_parameter(const nnblas_net *net) {
    return nn_check_pointer("net", net) ? 0.0 : net->cost_parameter;
}
