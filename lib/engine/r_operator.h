/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The product of the Hessian of the cost with a vector v, on a tile of rows with plain layouts,
 * without the Hessian (B. A. Pearlmutter, "Fast exact multiplication by the Hessian", Neural
 * Computation 6 (1994)).
 *
 * R{f} is the derivative of f along v: d/dr f(w + r v) at r = 0. It follows the rules of
 * derivatives, so R of each equation of backpropagation is one more equation, and R of the gradient
 * is the product. V is the part of v in the place of W, H_error = delta W^T:
 *
 *   R{H_in}    = A V + R{A} W                          R{X} = 0, so R{O_in} has + X V_skip
 *   R{H_out}   = R{H_in} f'(H_in)
 *   R{O_delta} = R{O_in} d2 cost / d O_in^2            for softmax outputs a matrix for each row
 *   R{H_error} = R{delta} W^T + delta V^T
 *   R{H_delta} = R{H_error} f'(H_in) + H_error f''(H_in) R{H_in}
 *   R{update}  = A^T R{delta} + R{A}^T delta
 */
#ifndef NN_R_OPERATOR_H
#define NN_R_OPERATOR_H

#include "core/arena.h"
#include "engine/backpropagation.h"

/* What one thread works in: matrices like the activations, one a layer. */
typedef struct nn_r_buffers {
    double *Y, *curvature;                    /* like O_out */
    double **activations, **deltas, **inputs; /* of the tile itself */
    double **R_in, **R_out, **R_deltas;
} nn_r_buffers;

/* For tiles of at most so many rows. */
nn_r_buffers nn_lay_out_r_buffers(nn_arena *arena, const nn_model *model, size_t rows);

/* direction: the model with v in the place of the parameters, and its layouts. R_updates, one
 * matrix a layer with its biases: := alpha R{update} + beta R_updates, where the update is that of
 * nn_accumulate_update. */
void nn_accumulate_r_updates(const nn_model *model, const nn_model *direction,
                             const nn_layout *direction_layouts, const nn_tile *tile,
                             const nn_r_buffers *b, double alpha, double beta,
                             double *const *R_updates);

#endif
