/* SPDX-License-Identifier: BSD-3-Clause */
/* Rows that each rank of a group has by itself, in a source of its own: what all ranks have
 * together. Without a group they are all rows. */
#ifndef NN_GROUP_SOURCE_H
#define NN_GROUP_SOURCE_H

#include "training/training.h"

/* Rows that were chosen and weighed on each rank with this status: they get the scale of the
 * weights and the total weight that those of all ranks have, *N becomes how many rows these are,
 * and *share this rank's share of the total weight. Where a rank's status is an error, all return
 * it. */
nnblas_status nn_join_rows(nn_group *group, nnblas_status status, nn_rows *rows, size_t *N,
                           double *share);

/* The same for the training rows of the source. */
nnblas_status nn_join_source(nn_fit *fit, nnblas_status status);

/* How many of this rank's rows belong to the batches of an epoch before this one. Every rank has
 * its share of each batch, to a row. */
size_t nn_count_rows_before(const nn_fit *fit, size_t batch);

/* The rows of a batch on all ranks. Perhaps none, where there are fewer than ranks. */
size_t nn_count_batch_rows(const nn_fit *fit, size_t batch);

/* Weighs this rank's rows of a batch, with the total weight of the batch on all ranks. */
void nn_weigh_batch(nn_fit *fit, size_t batch, nn_rows *rows);

#endif
