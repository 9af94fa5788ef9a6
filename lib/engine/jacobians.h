/* SPDX-License-Identifier: BSD-3-Clause */
/* The derivatives of every output by the inputs and by the parameters, over any number of rows. */
#ifndef NN_JACOBIANS_H
#define NN_JACOBIANS_H

#include "core/status.h"
#include "engine/backpropagation.h"
#include "engine/rows.h"

/* J, N x outputs x inputs, and J, (N outputs) x parameters, for rows without an order. Both fail
 * only with NNBLAS_ERROR_MEMORY, and have then written nothing. */
nnblas_status nn_compute_input_jacobian(const nn_model *model, const nn_rows *rows, double *J);
nnblas_status nn_compute_jacobian(const nn_model *model, const nn_rows *rows, double *J,
                                  size_t ldj);

#endif
