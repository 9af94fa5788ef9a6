/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The diagonal of the Hessian of the cost, exactly, on a tile of rows with plain layouts.
 *
 * A weight w_ij of a layer changes H_in_j of that layer alone, in proportion to the input a_i. So
 * of one row d2 cost / d w_ij^2 = a_i^2 K_jj, where K is the Hessian of the row's cost by the H_in
 * of the layer, and over the rows it is the update of squared inputs with the diagonals of K. K is
 * a matrix of its own for each row. From layer to layer, with D the diagonal matrix of f'(H_in) and
 * H_error the derivative of the cost by H_out,
 *
 *   K_hidden = D W K W^T D + diag(H_error f''(H_in)).
 *
 * D W K W^T D is two products of all K of the tile at once: S = K W^T D, and S^T W^T D. Of the
 * first layer only the diagonal is needed, and not the second product.
 */
#ifndef NN_HESSIAN_DIAGONAL_H
#define NN_HESSIAN_DIAGONAL_H

#include "core/arena.h"
#include "engine/backpropagation.h"

/* What one thread works in. */
typedef struct nn_diagonal_buffers {
    double *Y;
    double **activations, **deltas, **inputs; /* one a layer */
    double *squares;                          /* of the inputs of a layer */
    double *slopes, *curvatures;              /* f' and H_error f'' of a layer */
    double *diagonal;                         /* of the K of a layer */
    double *K, *S, *S_transposed;             /* a matrix for each row */
} nn_diagonal_buffers;

/* For tiles of at most so many rows. */
nn_diagonal_buffers nn_lay_out_diagonal_buffers(nn_arena *arena, const nn_model *model,
                                                size_t rows);

/* What one row takes in K, S and S_transposed together, and its multiplications in their products.
 */
size_t nn_count_diagonal_numbers(const nn_model *model);
double nn_count_diagonal_multiplications(const nn_model *model);

/* diagonals, one matrix a layer with its biases: := alpha (that of the sum of the costs of the
 * rows, half of it for the mse) + beta diagonals. */
void nn_accumulate_diagonals(const nn_model *model, const nn_tile *tile,
                             const nn_diagonal_buffers *b, double alpha, double beta,
                             double *const *diagonals);

#endif
