/* SPDX-License-Identifier: BSD-3-Clause */
/* What the ranks of a group have to have in common when a fit begins. */
#ifndef NN_GROUP_BEGINNING_H
#define NN_GROUP_BEGINNING_H

#include "training/training.h"

/* Whether network and settings are rank 0's: else NNBLAS_ERROR_VALUE, with the first that differs.
 * Takes from rank 0 whether there are checkpoints. */
nnblas_status nn_compare_ranks(nn_fit *fit, const nnblas_source *source);

/* Begins anew, or goes on from a checkpoint. With a group, from that of rank 0, with its
 * parameters; the checkpoints of other ranks are left out. */
nnblas_status nn_share_beginning(nn_fit *fit);

#endif
