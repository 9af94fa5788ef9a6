/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef NN_HISTORY_H
#define NN_HISTORY_H

#include "core/status.h"

typedef struct nn_history {
    nnblas_epoch *epochs;
    size_t count, room;
} nn_history;

/* For one more epoch. */
nnblas_status nn_history_make_room(nn_history *history);

#endif
