/* SPDX-License-Identifier: BSD-3-Clause */
/* Second derivatives of the cost by the parameters, over any number of rows. */
#ifndef NN_HESSIAN_H
#define NN_HESSIAN_H

#include "core/status.h"
#include "engine/backpropagation.h"
#include "engine/rows.h"

/* For rows without an order and without weights. v, Hv and diagonal are vectors like the
 * parameters. Both fail only with NNBLAS_ERROR_MEMORY, and have then written nothing. */
nnblas_status nn_compute_hessian_vector(const nn_model *model, const nn_rows *rows, const double *v,
                                        double *Hv);
nnblas_status nn_compute_hessian_diagonal(const nn_model *model, const nn_rows *rows,
                                          double *diagonal);

#endif
