/* SPDX-License-Identifier: BSD-3-Clause */
/* The rows of a group: the order of all of them, and which of them are this rank's. */
#ifndef NN_GROUP_ROWS_H
#define NN_GROUP_ROWS_H

#include "training/training.h"

/* Chooses the training rows and the validation rows among those given to all ranks, as one process
 * chooses them that has all, and refuses what it would refuse. */
nnblas_status nn_choose_own_rows(nn_fit *fit, const nn_rows *given);
void nn_close_own_rows(nn_own_rows *own);

/* At the beginning of an epoch with mini-batches, when the order is drawn: picks this rank's rows
 * of each batch. */
void nn_pick_batches(nn_fit *fit);

/* This rank's rows of the batch that begins at row first of all. */
nn_rows nn_get_own_batch(const nn_fit *fit, size_t first);

#endif
