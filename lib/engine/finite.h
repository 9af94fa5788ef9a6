/* SPDX-License-Identifier: BSD-3-Clause */
/* Searches for numbers that are not finite. */
#ifndef NN_FINITE_H
#define NN_FINITE_H

#include "core/status.h"
#include "engine/backpropagation.h"
#include "engine/rows.h"

/* NNBLAS_OK, or NNBLAS_ERROR_NOT_FINITE with a message that names the first such element. */
nnblas_status nn_check_finite(const char *name, size_t rows, size_t columns, const double *data,
                              size_t ld);

/* The same of a block of rows, the first of which is row first in the message. */
nnblas_status nn_check_finite_block(const char *name, size_t first, size_t rows, size_t columns,
                                    const double *data, size_t ld);

/* The same for all weights and biases of a model: "W1 holds a NaN at row 0, column 3". */
nnblas_status nn_check_parameters_finite(const nn_model *model);

/* After a step that would have stored a number that is not finite: finds the first such number, in
 * the order X, Y, W, the cost, the updates, the step, and names it in the message. learning_rate: 0
 * where there is none. Returns NNBLAS_ERROR_NOT_FINITE. */
nnblas_status nn_report_not_finite(const nn_model *model, const nn_rows *rows, double cost,
                                   double learning_rate, double *const *updates);

#endif
