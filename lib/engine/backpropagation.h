/* SPDX-License-Identifier: BSD-3-Clause */
/* The algorithm on one tile of rows. */
#ifndef NN_BACKPROPAGATION_H
#define NN_BACKPROPAGATION_H

#include "engine/products.h"

typedef struct nn_model {
    const nn_layer *layers;
    const size_t *sizes; /* n_layers + 1: the inputs, then the outputs of each layer */
    size_t n_layers;
    nnblas_cost cost;
} nn_model;

/*
 * Rows that are worked on together, and how a plan lays the layers out for them. Layer l = 0 ..
 * n_layers - 1 takes activations[l - 1], X for the first, to activations[l]; with one hidden layer
 * activations are {H_out, O_out} and deltas {H_delta, O_delta}. Each is contiguous, rows x padded
 * outputs in the layer's layout; so is Y, in the layout of the last layer, which is not padded.
 */
typedef struct nn_tile {
    size_t rows;
    const nn_layout *layouts; /* one a layer */
    const double *X;
    size_t ldx;
    const double *Y;
    const double *weights; /* of the elements of Y, laid out as they are; null: 1 each */
    double *const *activations;
    double *const *deltas;
} nn_tile;

void nn_forward(const nn_model *model, const nn_tile *tile);

/* The same as far as the cost takes it: the cross-entropy is computed from O_in, and finds that in
 * activations where O_out would be. */
void nn_forward_to_cost(const nn_model *model, const nn_tile *tile);

/* After nn_forward_to_cost: the sum of the rows' costs, of which an mse is half the mean. */
double nn_compute_cost(const nn_model *model, const nn_tile *tile);

/* The same, and the deltas. */
double nn_compute_deltas(const nn_model *model, const nn_tile *tile);

/* After nn_compute_deltas, for layer l and the count inputs from first on:
 * W_update := alpha dE/dW + beta W_update, where E is the sum of the rows' costs (half of it for
 * the mse). With the last of the inputs come the biases, as one more row. Rows of W_update have the
 * padded outputs. */
void nn_accumulate_update(const nn_model *model, const nn_tile *tile, size_t l, size_t first,
                          size_t count, double alpha, double beta, double *W_update);

#endif
