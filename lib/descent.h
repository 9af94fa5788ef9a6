/* SPDX-License-Identifier: BSD-3-Clause */
/* Steps of gradient descent that never store a weight that is not finite. */
#ifndef NN_DESCENT_H
#define NN_DESCENT_H

#include "engine.h"

/* W[l], which are the model's matrices. */
typedef struct nn_descent {
    nn_engine *engine; /* for training */
    const nn_model *model;
    const nn_rows *rows;
    double learning_rate;
    double *const *W;
} nn_descent;

/*
 * One step, after a look at every new weight. If the mse or a new weight is not finite:
 * NNBLAS_ERROR_NOT_FINITE, words that name the first culprit, and the weights as they were. *mse is
 * the cost before the step.
 */
nnblas_status nn_step_checked(const nn_descent *d, double *mse);

/* The second half of it, for an mse and updates that nn_engine_gradient has left in the engine. */
nnblas_status nn_update_checked(const nn_descent *d, double mse);

/*
 * What no element of the matrices exceeds, so that most steps need no look: activations are at most
 * 1, so from these bounds follow bounds of every update and of the next weights.
 */
typedef struct nn_bounds {
    double X, Y, W;
} nn_bounds;

/* X and Y are finite. */
nn_bounds nn_find_bounds(const nn_descent *d);

/* The same as nn_step_checked, and faster where the bounds show that nothing can overflow. */
nnblas_status nn_step_bounded(const nn_descent *d, nn_bounds *bounds, double *mse);

#endif
