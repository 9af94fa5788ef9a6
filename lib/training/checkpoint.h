/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Trainings in files: the network as it is now, as nnblas_net_load reads it, and behind it the
 * optimizer's vectors, the best parameters, the settings, the progress and the history.
 *
 * A history of many epochs is not written whole each time. While the training runs, its older part
 * is in a file beside the checkpoint (history_file.h), in this order: the first checkpoint holds
 * all epochs itself; when it is on the disk, the file is made; and epochs that are added to the
 * file are on the disk before a checkpoint counts on them. The last checkpoint holds all epochs
 * again, and the file is removed. So whenever the process ends, the checkpoint at its path is
 * complete, or the file has all that it counts on.
 */
#ifndef NN_CHECKPOINT_H
#define NN_CHECKPOINT_H

#include "training/training.h"

/* Writes it to the path of the settings. is_last: no other will follow in this training. */
nnblas_status nn_checkpoint_write(nn_fit *fit, bool is_last);

/* What was read and checked, until the fit that goes on from it. */
typedef struct nn_checkpoint nn_checkpoint;

/* Reads and checks all that can be checked before there are rows. */
nnblas_status nn_checkpoint_read(const char *path, const nnblas_trainer *trainer,
                                 nn_checkpoint **checkpoint);

/* Puts the parameters, the optimizer, the best parameters, the progress and the history where they
 * were; all is untouched where the fit is of other rows or settings, or memory is out. Otherwise,
 * the checkpoint can only be freed then. */
nnblas_status nn_checkpoint_restore(nn_checkpoint *checkpoint, nn_fit *fit);

void nn_checkpoint_free(nn_checkpoint *checkpoint);

#endif
