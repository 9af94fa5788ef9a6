/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef NN_HISTORY_H
#define NN_HISTORY_H

#include "core/status.h"

/* The last epochs, as many as the limit allows; SIZE_MAX: all. */
typedef struct nn_history {
    nnblas_epoch *epochs;
    size_t first, count; /* those that are held lie one behind the other from here on */
    size_t room;
} nn_history;

/* For one more epoch. */
nnblas_status nn_history_make_room(nn_history *history, size_t limit);

/* There is room. Over the limit the first epoch is dropped. */
void nn_history_add(nn_history *history, size_t limit, const nnblas_epoch *epoch);

/* Drops all but the last limit epochs. */
void nn_history_trim(nn_history *history, size_t limit);

/* Of no epochs, without the memory. */
void nn_history_clear(nn_history *history);

/* The epochs that are held; null where there are none. */
const nnblas_epoch *nn_history_get(const nn_history *history);

#endif
