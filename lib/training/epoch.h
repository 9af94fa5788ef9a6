/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef NN_EPOCH_H
#define NN_EPOCH_H

#include "training/training.h"

/* After the steps of an epoch that went on at rate: validates, watches, records, calls back, saves.
 * Returns why to stop, NNBLAS_OK for no reason, or an error. */
nnblas_status nn_finish_epoch(nn_fit *fit, double cost, double rate);

/* Saves where a training that was resumed has nothing more to do. */
void nn_finish_without_epochs(nn_fit *fit);

#endif
