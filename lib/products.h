/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The three kinds of product of backpropagation, each a cblas_dgemm call. A network with one hidden
 * layer makes five of them:
 *
 *   forward   X W1, H_out W2
 *   error     O_delta W2^T
 *   update    X^T H_delta, H_out^T O_delta
 *
 * Matrices are row-major. `inputs` and `outputs` are the widths of one layer, A the activations
 * that enter it, W its weights (inputs x outputs, contiguous), delta the delta behind it.
 */
#ifndef NN_PRODUCTS_H
#define NN_PRODUCTS_H

#include <stddef.h>

/* A_out := A W, (rows x inputs) (inputs x outputs). */
void nn_product_forward(size_t rows, size_t inputs, size_t outputs, const double *A, size_t lda,
                        const double *W, double *A_out);

/* error := delta W^T, (rows x outputs) (outputs x inputs). */
void nn_product_error(size_t rows, size_t inputs, size_t outputs, const double *delta,
                      const double *W, double *error);

/* W_update := alpha A^T delta + beta W_update, (inputs x rows) (rows x outputs). */
void nn_product_update(size_t rows, size_t inputs, size_t outputs, double alpha, const double *A,
                       size_t lda, const double *delta, double beta, double *W_update);

#endif
