/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef NN_EPOCH_H
#define NN_EPOCH_H

#include "training/training.h"

/* Ends an epoch whose steps had this rate: computes the validation cost, keeps the best parameters,
 * adds to the history, calls the callback and writes checkpoints. Returns a reason to stop,
 * NNBLAS_OK for none, or an error. */
nnblas_status nn_finish_epoch(nn_fit *fit, double cost, double rate);

/* Writes the last checkpoint, where they are asked for, of a training that ends by a reason of its
 * optimizer. Without an epoch there is nothing to save, and an older checkpoint stays. */
void nn_save_last_checkpoint(nn_fit *fit);

/* Whether a training ended before its checkpoint, by these settings: by its epochs, with the reason
 * NNBLAS_OK, or by a reason to stop. Then its checkpoint is written again. Or an error of the
 * group. */
bool nn_has_ended(nn_fit *fit, nnblas_status *reason);

#endif
