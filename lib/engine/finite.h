/* SPDX-License-Identifier: BSD-3-Clause */
/* The search for the number that is not finite. */
#ifndef NN_FINITE_H
#define NN_FINITE_H

#include "engine/engine.h"

/* NNBLAS_OK, or NNBLAS_ERROR_NOT_FINITE and words that name the first such element. */
nnblas_status nn_check_finite(const char *name, size_t rows, size_t columns, const double *data,
                              size_t ld);

/* The same for all weights and biases of a model: "W1 holds a NaN at row 0, column 3". */
nnblas_status nn_check_parameters_finite(const nn_model *model);

/* Names the first number that is not finite, in the order of the algorithm: searched for only after
 * a step that would have stored one. updates are those of the step. Returns
 * NNBLAS_ERROR_NOT_FINITE. */
nnblas_status nn_find_culprit(const nn_model *model, const nn_rows *rows, double cost,
                              double learning_rate, double *const *updates);

#endif
