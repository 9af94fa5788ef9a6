/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The derivatives of every output by every parameter, on a tile of rows with plain layouts.
 *
 * Backpropagation sends one error a row backward, that of the cost. Here each row sends one for
 * each output: layer l has a stack of matrices, one an output, and deltas[l] holds them behind one
 * another. Matrix k, rows x outputs of the layer, is dO_out_k / dH_in, where H_in is what the
 * layer's activation takes. A product takes the whole stack at once, as a matrix of outputs times
 * as many rows.
 *
 * The derivatives by the parameters of a layer are outer products of its input and its delta, those
 * by the inputs of the network are the first stack times W1^T, and with skip connections the last
 * one times W_skip^T more.
 */
#ifndef NN_OUTPUT_JACOBIAN_H
#define NN_OUTPUT_JACOBIAN_H

#include "core/status.h"
#include "engine/backpropagation.h"
#include "engine/rows.h"

/* What one thread needs for tiles of at most so many rows. */
typedef struct nn_jacobian_buffers {
    nn_layout *layouts; /* plain, one a layer */
    double **activations;
    double **deltas; /* stacks */
    double **inputs; /* of the layers whose derivative takes them */
    double *X;       /* inputs that are gathered */
    void *memory;    /* the block with all of the above */
} nn_jacobian_buffers;

/* Fails only with NNBLAS_ERROR_MEMORY; then there is nothing to close. */
nnblas_status nn_jacobian_buffers_open(nn_jacobian_buffers *b, const nn_model *model, size_t rows);
void nn_jacobian_buffers_close(nn_jacobian_buffers *b);

/* The tile of count rows from first on, with its activations. It has no Y and no weights. It is
 * valid until the next call. */
nn_tile nn_forward_rows(const nn_model *model, const nn_rows *rows, size_t first, size_t count,
                        nn_jacobian_buffers *b);

/* The stacks of a tile of nn_forward_rows. factors: null, or a number for each row by which its
 * derivatives are multiplied. */
void nn_compute_output_deltas(const nn_model *model, const nn_tile *tile, const double *factors,
                              double *const *deltas);

/* Writes the Jacobian from the stacks. Row e outputs + k of J holds the derivatives of output k of
 * row e, in the order of the parameters. */
void nn_write_jacobian(const nn_model *model, const nn_tile *tile, double *const *deltas, double *J,
                       size_t ldj);

#endif
