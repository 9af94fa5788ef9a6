/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The three kinds of product of backpropagation, each made of cblas_dgemm calls. A network with one
 * hidden layer makes five products:
 *
 *   forward   X W1, H_out W2
 *   error     O_delta W2^T
 *   update    X^T H_delta, H_out^T O_delta
 */
#ifndef NN_PRODUCTS_H
#define NN_PRODUCTS_H

#include "core/public.h"
#include "core/sizes.h"

#include <stdbool.h>
#include <stddef.h>

/*
 * A matrix with a row for each example. Element (e, j) is data[e ld + j], or data[j ld + e] where
 * it is kept transposed: BLAS runs its vectors along what is contiguous, and in a layer of a few
 * units that had better be the examples.
 */
typedef struct nn_panel {
    double *data;
    size_t ld;
    bool transposed;
} nn_panel;

/* One layer of weights, inputs x outputs, row-major; its biases are one more row behind them. */
typedef struct nn_layer {
    size_t inputs, outputs;
    const double *W;
    bool has_bias;
    nnblas_activation activation;
    bool transposed; /* how the engine keeps the panels behind this layer */
    size_t block;    /* so many of the inputs at a time in each product; inputs = all at once */
} nn_layer;

/* W and its biases. Of a layer that a plan pads, they may not fit in the address space: SIZE_MAX.
 */
static inline size_t nn_count_parameters(const nn_layer *layer) {
    return nn_multiply_sizes(layer->inputs + layer->has_bias, layer->outputs);
}

/* A_out := A W, (rows x inputs) (inputs x outputs); added to A_out, which comes holding them, where
 * the layer has biases. */
void nn_product_forward(size_t rows, const nn_layer *layer, nn_panel A, nn_panel A_out);

/* error := delta W^T, (rows x outputs) (outputs x inputs). */
void nn_product_error(size_t rows, const nn_layer *layer, nn_panel delta, nn_panel error);

/* W_update := alpha A^T delta + beta W_update, (inputs x rows) (rows x outputs), for the count
 * inputs from first on. */
void nn_product_update(size_t rows, const nn_layer *layer, size_t first, size_t count, double alpha,
                       nn_panel A, nn_panel delta, double beta, double *W_update);

#endif
