/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Weights of the rows. Only their ratios count: the cost of weighted rows is
 * sum_e (w_e / sum w) cost_e, and so is the gradient.
 */
#ifndef NN_ROW_WEIGHTS_H
#define NN_ROW_WEIGHTS_H

#include "core/status.h"
#include "engine/rows.h"

/* NNBLAS_OK for weights that are finite, 0 or above and not all 0, or null. name is that of one
 * weight: "sample weight". NNBLAS_ERROR_NOT_FINITE or NNBLAS_ERROR_VALUE otherwise. */
nnblas_status nn_check_row_weights(const char *name, size_t N, const double *weights);

/* Fills in the scale and the total weight of the rows, once for any number of calls of the engine.
 * The scale is a power of 2, by which the largest weight comes near 1: neither the sum of scaled
 * weights nor its reciprocal can overflow, and the results have the bits of unscaled weights. */
void nn_weigh_rows(nn_rows *rows);

#endif
