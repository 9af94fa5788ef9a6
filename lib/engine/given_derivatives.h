/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The cost of derivatives that were given, on a tile of rows with plain layouts, and its gradient:
 * of each row 1/2 sum_ki w (J_ki - D_ki)^2, where J is d O_out / d x and D was given for it (W. M.
 * Czarnecki et al., "Sobolev training for neural networks", NeurIPS 2017; B. Huge, A. Savine,
 * "Differential machine learning", 2020).
 *
 * Its derivatives by the parameters are those of sum_ki E_ki J_ki, where the errors E = w (J - D)
 * stay as they are. The sum is made of passes: one for each output, or one for each input,
 * whichever are fewer. A pass is the number v J u of directions u of the inputs and v of the
 * outputs. For output k, v is its unit vector and u row k of E; for input i, u is its unit vector
 * and v column i of E. T{f} is the derivative of f along u:
 *
 *   T{H_in}  = T{A} W                               T{X} = u
 *   T{H_out} = T{H_in} f'(H_in)
 *
 * and the derivatives of v J u by T{H_in} are what v becomes on its way to the inputs:
 *
 *   O_delta  = v f'(O_in)                           for softmax outputs a matrix for each row
 *   H_error  = delta W^T
 *   H_delta  = H_error f'(H_in)
 *
 * So v J u is v T{O_out}, and delta W1^T is v J; with skip connections T{O_in} has u W_skip more,
 * and v J has O_delta W_skip^T. The parameters reach it by T{H_in} = T{A} W, and
 * by H_in = A W in f': with S, its derivatives by H_in,
 *
 *   S_O      = v f''(O_in) T{O_in}
 *   S_hidden = (S W^T) f'(H_in) + H_error f''(H_in) T{H_in}
 *   update   = T{A}^T delta + A^T S
 *
 * S is a sum of what each pass adds at each layer: that of all passes, and the deltas of the cost
 * of the values, go backward once, together.
 */
#ifndef NN_GIVEN_DERIVATIVES_H
#define NN_GIVEN_DERIVATIVES_H

#include "core/arena.h"
#include "engine/backpropagation.h"
#include "engine/rows.h"

/* What the caller gave: for row e of the matrices the derivative of output k by input i at
 * data[e ld + k inputs + i], and the weight of their errors beside those of the values. */
typedef struct nn_given_derivatives {
    double weight;
    const double *data;
    size_t ld;
} nn_given_derivatives;

/* What one thread works in; of the lists one matrix a layer, like the activations. */
typedef struct nn_given_buffers {
    double *X, *Y, *weights;                  /* of a tile, where they are copied */
    double **activations, **deltas, **inputs; /* of a tile. deltas: S */
    double **terms;                           /* what the passes add to S */
    double **T_in, **T_out;
    double **errors, **pass_deltas; /* H_error and H_delta of a pass */
    double *u;                      /* rows x inputs */
    nn_layer *T_layers;             /* the layers without biases: T{b} is 0 */
    double *D, *factors;            /* those of a pass, and w of each element */
} nn_given_buffers;

/* For tiles of at most so many rows. */
nn_given_buffers nn_lay_out_given_buffers(nn_arena *arena, const nn_model *model, size_t rows);

/* The passes of a tile. */
size_t nn_count_passes(const nn_model *model);

/*
 * Rows first .. first + tile->rows of a call, after nn_forward_to_cost, nn_compute_output_delta and
 * nn_activate_outputs. Returns the sum of w (J - D)^2, where w is the weight of the derivatives
 * times the scaled one of the row. Adds alpha times the update of the values' cost and of half that
 * sum to updates, one matrix a layer with its biases. updates null: computes the sum alone.
 */
double nn_add_given_derivatives(const nn_model *model, const nn_tile *tile, const nn_rows *rows,
                                size_t first, const nn_given_derivatives *given,
                                const nn_given_buffers *b, double alpha, double *const *updates);

#endif
