/* SPDX-License-Identifier: BSD-3-Clause */
/* What the optimizers lower: all that a training computes of its rows for a step goes through here.
 * With a group, each function is called by all ranks, and the result is that of the rows of all. */
#ifndef NN_TRAINING_GRADIENT_H
#define NN_TRAINING_GRADIENT_H

#include "engine/normal_equations.h"
#include "training/training.h"

/* A source or the group of a fit may fail in the midst of what is computed below. Then costs are
 * NaN from then on, and the fit ends with what this returns: the failure, or NNBLAS_OK. */
nnblas_status nn_check_rows(const nn_fit *fit);

/* What the source of this process has failed with, if it has. */
void nn_note_row_failure(nn_fit *fit, nnblas_status status);

/* The cost of rows of the fit, with that of the derivatives where they are given and without the
 * weight decay; its gradient becomes the updates of the engine. */
double nn_compute_gradient(nn_fit *fit, const nn_rows *rows);

/* The cost of the training rows, without derivatives and weight decay. */
double nn_compute_training_cost(nn_fit *fit);

/* The normal equations of the training rows. */
void nn_compute_normal_equations(nn_fit *fit, nn_normal_equations *equations);

#endif
