/* SPDX-License-Identifier: BSD-3-Clause */
/* A layer of the network, and how a plan lays it out. */
#ifndef NN_LAYER_H
#define NN_LAYER_H

#include "core/public.h"
#include "core/sizes.h"

#include <stdbool.h>
#include <stddef.h>

/* One layer of weights, fan-in x outputs, row-major, followed by its biases as one more row. */
typedef struct nn_layer {
    size_t inputs, outputs;
    size_t skips; /* of the last layer: the columns of X that it takes too, in rows of W behind its
                   * inputs; 0 without skip connections */
    const double *W;
    bool has_bias;
    nnblas_activation activation;
} nn_layer;

/* Whether the derivative is computed from the input of a unit, because two inputs with the same
 * value have other derivatives; else it is computed from the value. */
static inline bool nn_is_differentiated_by_input(nnblas_activation activation) {
    return activation == NNBLAS_GELU || activation == NNBLAS_SILU || activation == NNBLAS_SINE;
}

/* The rows of W: what each unit takes beside its bias. */
static inline size_t nn_get_fan_in(const nn_layer *layer) {
    return layer->inputs + layer->skips;
}

static inline size_t nn_count_weights(const nn_layer *layer) {
    return nn_get_fan_in(layer) * layer->outputs;
}

/* How many labels a row has that such outputs are trained on: one each, but of NNBLAS_GAUSSIAN one
 * for a mean and its log variance. */
static inline size_t nn_get_label_columns(size_t outputs, nnblas_cost cost) {
    return cost == NNBLAS_GAUSSIAN ? outputs / 2 : outputs;
}

/* W and its biases. */
static inline size_t nn_count_parameters(const nn_layer *layer) {
    return (nn_get_fan_in(layer) + layer->has_bias) * layer->outputs;
}

/* The layout of a layer for the products. Padding adds units that nothing reads: their columns in
 * W, in the activations, deltas and updates are computed, because whole vectors are fast, and then
 * ignored. So an infinity or a NaN in them has no effect. */
typedef struct nn_layout {
    size_t padded_inputs, padded_outputs;
    bool is_padded;         /* one of them is more than the layer has */
    size_t block;           /* how many of the inputs, or of the skips, each product takes */
    bool transposed;        /* its activations and deltas: the values of a unit are contiguous */
    bool transposed_update; /* while the updates are added up; the biases stay behind them */
    /* (padded_inputs + skips) x padded_outputs, then the biases; of the layer or the copy. */
    const double *W;
    double *copy; /* memory for a copy; null where none is ever needed */
} nn_layout;

/* The layer as it is: nothing is padded, cut or transposed. */
static inline void nn_lay_out_plainly(const nn_layer *layer, nn_layout *layout) {
    *layout = (nn_layout){
        .padded_inputs = layer->inputs,
        .padded_outputs = layer->outputs,
        .block = nn_max(layer->inputs, layer->skips),
        .W = layer->W,
    };
}

#endif
