/* SPDX-License-Identifier: BSD-3-Clause */
/* Why a step failed. */
#ifndef NN_CULPRIT_H
#define NN_CULPRIT_H

#include "engine.h"

/* Names the first number that is not finite, in the order of the algorithm: searched for only after
 * a step that would have stored one. updates are those of the step. Returns
 * NNBLAS_ERROR_NOT_FINITE. */
nnblas_status nn_find_culprit(const nn_model *model, const nn_rows *rows, double cost,
                              double learning_rate, double *const *updates);

#endif
