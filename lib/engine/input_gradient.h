/* SPDX-License-Identifier: BSD-3-Clause */
/* The derivatives of a number that is made of the outputs, by the inputs, over any number of rows.
 */
#ifndef NN_INPUT_GRADIENT_H
#define NN_INPUT_GRADIENT_H

#include "core/status.h"
#include "engine/backpropagation.h"
#include "engine/rows.h"

/* Row e of V holds the derivatives of row e's number by its outputs, and row e of X_gradient
 * becomes those by its inputs. For rows without an order. Fails only with NNBLAS_ERROR_MEMORY, and
 * has then written nothing. */
nnblas_status nn_compute_input_gradient(const nn_model *model, const nn_rows *rows, const double *V,
                                        size_t ldv, double *X_gradient, size_t ldg);

#endif
