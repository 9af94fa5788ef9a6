/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The three kinds of product of backpropagation, each made of cblas_dgemm calls. A network with one
 * hidden layer makes five products:
 *
 *   forward   X W1, H_out W2
 *   error     O_delta W2^T
 *   update    X^T H_delta, H_out^T O_delta
 *
 * With skip connections X goes into the outputs too, and two more follow: X W_skip, which is added
 * to H_out W2, and X^T O_delta. W_skip are the rows of W2 behind those of the hidden units.
 *
 * And a fourth kind, of the Jacobian J and the errors e in least squares:
 *
 *   normal    J^T J, J^T e
 */
#ifndef NN_PRODUCTS_H
#define NN_PRODUCTS_H

#include "engine/layer.h"

/* A matrix with a row for each example. Element (e, j) is data[e ld + j], or data[j ld + e] where
 * the matrix is transposed. BLAS computes with vectors along the contiguous dimension: in a layer
 * of few units the units do not fill a vector, and the examples do. */
typedef struct nn_matrix_view {
    double *data;
    int ld; /* BLAS takes an int; and two words are passed in registers */
    bool transposed;
} nn_matrix_view;

/* A_out := A W, (rows x inputs) (inputs x outputs). Where the layer has biases, A_out must hold
 * them, and the product is added. */
void nn_product_forward(size_t rows, const nn_layer *layer, const nn_layout *layout,
                        nn_matrix_view A, nn_matrix_view A_out);

/* The same, added to what A_out holds whether the layer has biases or not. */
void nn_add_product_forward(size_t rows, const nn_layer *layer, const nn_layout *layout,
                            nn_matrix_view A, nn_matrix_view A_out);

/* A_out := A_out + X W_skip, (rows x skips) (skips x outputs). */
void nn_add_product_skip(size_t rows, const nn_layer *layer, const nn_layout *layout,
                         nn_matrix_view X, nn_matrix_view A_out);

/* error := delta W^T without the rows of W_skip, (rows x outputs) (outputs x inputs). */
void nn_product_error(size_t rows, const nn_layer *layer, const nn_layout *layout,
                      nn_matrix_view delta, nn_matrix_view error);

/* error := error + delta W^T. */
void nn_add_product_error(size_t rows, const nn_layer *layer, const nn_layout *layout,
                          nn_matrix_view delta, nn_matrix_view error);

/* X_error := X_error + delta W_skip^T, (rows x outputs) (outputs x skips). */
void nn_add_product_skip_error(size_t rows, const nn_layer *layer, const nn_layout *layout,
                               nn_matrix_view delta, nn_matrix_view X_error);

/* W_update := alpha A^T delta + beta W_update, (fan-in x rows) (rows x outputs), for count rows of
 * W from first on, all of which are of the inputs, or all of W_skip: then A is X. A row of W_update
 * has the padded outputs. Where the layout has a transposed update, W_update^T is computed instead,
 * and a row of it has the fan-in of the layer. */
void nn_product_update(size_t rows, const nn_layer *layer, const nn_layout *layout, size_t first,
                       size_t count, double alpha, nn_matrix_view A, nn_matrix_view delta,
                       double beta, double *W_update);

/* C := alpha A^T B + beta C, (width x rows) (rows x columns), where neither A nor B is transposed.
 * A row of C has ldc elements. */
void nn_product_normal(size_t rows, size_t width, size_t columns, double alpha, nn_matrix_view A,
                       nn_matrix_view B, double beta, double *C, size_t ldc);

#endif
