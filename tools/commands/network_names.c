/* SPDX-License-Identifier: BSD-3-Clause */
#include "commands/network_names.h"

#include "cli/memory.h"

#include <stdbool.h>
#include <stdio.h>

const char *name_units(nnblas_activation activation) {
    switch (activation) {
    case NNBLAS_SIGMOID:
        return "sigmoid";
    case NNBLAS_TANH:
        return "tanh";
    case NNBLAS_RELU:
        return "relu";
    case NNBLAS_IDENTITY:
        return "identity";
    case NNBLAS_SOFTMAX:
        return "softmax";
    case NNBLAS_EXPONENTIAL:
        return "exponential";
    case NNBLAS_SOFTSIGN:
        return "softsign";
    case NNBLAS_SOFTPLUS:
        return "softplus";
    case NNBLAS_ELU:
        return "elu";
    case NNBLAS_LEAKY_RELU:
        return "leaky_relu";
    case NNBLAS_GELU:
        return "gelu";
    case NNBLAS_SILU:
        return "silu";
    case NNBLAS_SINE:
        return "sine";
    }
    return "unknown";
}

char *name_hidden(const nnblas_net *net) {
    enum { NAME_LENGTH = 16 }; /* the most bytes of a name and its comma */
    size_t layers = nnblas_net_layer_count(net);
    nnblas_activation first = nnblas_net_hidden_activation(net);
    char *names = resize_array(NULL, layers, NAME_LENGTH), *end = names;
    bool differ = false;
    for (size_t l = 2; l + 1 < layers; l++)
        differ |= nnblas_net_activation(net, l) != first;
    end += snprintf(end, NAME_LENGTH, "%s", name_units(first));
    for (size_t l = 2; l + 1 < layers && differ; l++)
        end += snprintf(end, NAME_LENGTH, ",%s", name_units(nnblas_net_activation(net, l)));
    return names;
}

const char *name_cost(nnblas_cost cost) {
    switch (cost) {
    case NNBLAS_MSE:
        return "mse";
    case NNBLAS_CROSS_ENTROPY:
        return "cross_entropy";
    case NNBLAS_HUBER:
        return "huber";
    case NNBLAS_QUANTILE:
        return "quantile";
    case NNBLAS_POISSON:
        return "poisson";
    case NNBLAS_GAMMA:
        return "gamma";
    case NNBLAS_GAUSSIAN:
        return "gaussian";
    case NNBLAS_HINGE:
        return "hinge";
    }
    return "unknown";
}
