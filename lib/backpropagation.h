/* SPDX-License-Identifier: BSD-3-Clause */
/* The algorithm on one tile of rows. */
#ifndef NN_BACKPROPAGATION_H
#define NN_BACKPROPAGATION_H

#include <stddef.h>

/* One layer of weights. */
typedef struct nn_layer {
    size_t inputs, outputs;
    const double *W; /* inputs x outputs */
} nn_layer;

/*
 * Rows that are worked on together. Layer l = 0 .. n_layers - 1 takes activations(l - 1), X for the
 * first, to activations[l]; with one hidden layer activations are {H_out, O_out} and deltas
 * {H_delta, O_delta}. All but X are contiguous. deltas[l] may be activations[l] for the last layer,
 * and layers that are not neighbours may share one deltas[l].
 */
typedef struct nn_tile {
    size_t rows;
    const double *X;
    size_t ldx;
    const double *Y;
    double *const *activations;
    double *const *deltas;
} nn_tile;

void nn_forward(const nn_layer *layers, size_t n_layers, const nn_tile *tile);

/*
 * After nn_forward. updates[l] := alpha dE/dW + beta updates[l], where E = 1/2 sum of squared
 * errors over the tile. Returns that sum of squared errors, without the 1/2.
 */
double nn_backward(const nn_layer *layers, size_t n_layers, const nn_tile *tile, double alpha,
                   double beta, double *const *updates);

#endif
