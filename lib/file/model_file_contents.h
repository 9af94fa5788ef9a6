/* SPDX-License-Identifier: BSD-3-Clause */
/* The names and words in the file of a network, see doc/file_format.md. */
#ifndef NN_MODEL_FILE_CONTENTS_H
#define NN_MODEL_FILE_CONTENTS_H

#include "core/public.h"

#include <stdio.h>

/* The texts of each network. Keys with this prefix are the library's own. */
static const char NN_OWN_PREFIX[] = "nnblas.", NN_FORMAT[] = "nnblas.format",
                  NN_LAYER_SIZES[] = "nnblas.layer_sizes", NN_HIDDEN[] = "nnblas.hidden_activation",
                  NN_OUTPUT[] = "nnblas.output_activation", NN_COST[] = "nnblas.cost",
                  NN_SKIP[] = "nnblas.skip_connections";
enum { NN_OWN_TEXTS = 6 };

/* The text of the last key, which only a network with skip connections has. */
static const char NN_INPUTS_TO_OUTPUTS[] = "inputs_to_outputs";

/* Raised when an older library would misread a new file. */
static const char NN_FORMAT_VERSION[] = "1";

static const char *const NN_ACTIVATIONS[] = {
    [NNBLAS_SIGMOID] = "sigmoid",
    [NNBLAS_TANH] = "tanh",
    [NNBLAS_RELU] = "relu",
    [NNBLAS_IDENTITY] = "identity",
    [NNBLAS_SOFTMAX] = "softmax",
    [NNBLAS_SOFTSIGN] = "softsign",
    [NNBLAS_SOFTPLUS] = "softplus",
    [NNBLAS_ELU] = "elu",
    [NNBLAS_LEAKY_RELU] = "leaky_relu",
    [NNBLAS_GELU] = "gelu",
    [NNBLAS_SILU] = "silu",
    [NNBLAS_SINE] = "sine",
    [NNBLAS_EXPONENTIAL] = "exponential",
};
static const char *const NN_COSTS[] = {
    [NNBLAS_MSE] = "mse",         [NNBLAS_CROSS_ENTROPY] = "cross_entropy",
    [NNBLAS_HUBER] = "huber",     [NNBLAS_QUANTILE] = "quantile",
    [NNBLAS_POISSON] = "poisson", [NNBLAS_GAMMA] = "gamma",
    [NNBLAS_HINGE] = "hinge",     [NNBLAS_GAUSSIAN] = "gaussian",
};

/* The tensor of one number with the parameter of a cost that has one. */
static const char NN_COST_PARAMETER[] = "cost_parameter";
/* The tensors of a posterior, where a network has one. */
static const char NN_POSTERIOR_NOISE[] = "posterior.noise",
                  NN_POSTERIOR_FACTOR[] = "posterior.factor";
enum { NN_POSTERIOR_TENSORS = 2 };

/* "W1" for 'W' and layer 1. */
typedef struct nn_tensor_name {
    char text[24];
} nn_tensor_name;

static inline nn_tensor_name nn_name_tensor(char kind, size_t layer) {
    nn_tensor_name name;
    snprintf(name.text, sizeof name.text, "%c%zu", kind, layer);
    return name;
}

#endif
