/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef NN_HISTORY_H
#define NN_HISTORY_H

#include "core/status.h"

/* The last epochs, at most as many as the limit; SIZE_MAX for all. */
typedef struct nn_history {
    nnblas_epoch *epochs;
    size_t first, count; /* the epochs are epochs[first], epochs[first + 1], ... */
    size_t room;
} nn_history;

/* Drops all but the last limit epochs, and makes room for one more. There is room for at most twice
 * the limit then. After a failure the history is as it was. */
nnblas_status nn_history_make_room(nn_history *history, size_t limit);

/* Adds an epoch, for which there is room. Drops the first one over the limit. */
void nn_history_add(nn_history *history, size_t limit, const nnblas_epoch *epoch);

/* Drops all epochs, and frees the memory. */
void nn_history_clear(nn_history *history);

/* The oldest epoch, followed by the others; null where there are none. */
const nnblas_epoch *nn_history_get(const nn_history *history);

/* What early stopping watches of an epoch: the lower, the better. */
double nn_get_watched(const nnblas_epoch *epoch);

#endif
