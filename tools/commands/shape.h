/* SPDX-License-Identifier: BSD-3-Clause */
/* Shapes on the command line: N,INPUTS,HIDDEN...,OUTPUTS. */
#ifndef NNBLAS_COMMANDS_SHAPE_H
#define NNBLAS_COMMANDS_SHAPE_H

#include "engine/backpropagation.h"

#include <stdbool.h>

enum { MOST_SHAPE_LAYERS = 16 };

/* N rows and the layers of weights, without the weights. */
typedef struct {
    size_t N, n_layers;
    nn_layer layers[MOST_SHAPE_LAYERS];
} network_shape;

/* False, with a message on stderr, where text is no shape. */
bool read_network_shape(const char *command, const char *text, network_shape *shape);

#endif
