/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A checkpoint: the network as it is now, in a form that nnblas_net_load reads, and with it the
 * optimizer's vectors, the best parameters, the settings, the progress and the history.
 *
 * A long history is not written anew with each checkpoint. While the training runs, its older part
 * is in a file beside the checkpoint (history_file.h). The order of writing matters: the first
 * checkpoint holds all epochs itself; once it is on the disk, the file is created; and epochs that
 * are added to the file are on the disk before a checkpoint refers to them. The last checkpoint
 * holds all epochs again, and the file is removed. So whenever the process ends, the checkpoint at
 * the path is complete, or the file has all epochs that it refers to.
 */
#ifndef NN_CHECKPOINT_H
#define NN_CHECKPOINT_H

#include "training/training.h"

/* Writes a checkpoint to the path of the settings. is_last: no other follows in this training. */
nnblas_status nn_checkpoint_write(nn_fit *fit, bool is_last);

/* A checkpoint that was read and checked, for the next fit. */
typedef struct nn_checkpoint nn_checkpoint;

/* Reads a checkpoint, and checks all that can be checked before there are rows. */
nnblas_status nn_checkpoint_read(const char *path, const nnblas_trainer *trainer,
                                 nn_checkpoint **checkpoint);

/* The plan with which the training did what this problem is: its steps or, for NN_PREDICT, its
 * validation. Null where the checkpoint, which may be null, has none, or one of another number of
 * rows: that cannot be restored. */
const nn_plan *nn_checkpoint_get_plan(nn_checkpoint *checkpoint, const nn_problem *p);

/* Restores the parameters, the optimizer, the best parameters, the progress and the history.
 * Changes nothing where the fit has other rows or settings, or the system is out of memory. After a
 * success the checkpoint can only be freed. */
nnblas_status nn_checkpoint_restore(nn_checkpoint *checkpoint, nn_fit *fit);

void nn_checkpoint_free(nn_checkpoint *checkpoint);

#endif
