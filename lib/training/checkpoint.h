/* SPDX-License-Identifier: BSD-3-Clause */
/* Trainings in files. */
#ifndef NN_CHECKPOINT_H
#define NN_CHECKPOINT_H

#include "training/training.h"

/* A file that was read, until the fit that goes on from it. */
typedef struct nn_checkpoint nn_checkpoint;

nnblas_status nn_checkpoint_write(const char *path, const nn_fit *fit);

/* Reads and checks all that can be checked before there are rows. */
nnblas_status nn_checkpoint_read(const char *path, const nnblas_trainer *trainer,
                                 nn_checkpoint **checkpoint);

/* Puts the parameters, the optimizer, the best parameters, the progress and the history where they
 * were; all is untouched where the fit is of other rows or settings. */
nnblas_status nn_checkpoint_restore(const nn_checkpoint *checkpoint, nn_fit *fit);

void nn_checkpoint_free(nn_checkpoint *checkpoint);

#endif
