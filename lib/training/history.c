/* SPDX-License-Identifier: BSD-3-Clause */
#include "training/history.h"
#include "core/memory.h"
#include "core/sizes.h"

#include <stdlib.h>
#include <string.h>

nnblas_status nn_history_make_room(nn_history *history) {
    if (history->count < history->room)
        return NNBLAS_OK;
    size_t room = nn_max(256, 2 * history->room);
    nnblas_epoch *epochs = nn_allocate(room, sizeof *epochs);
    if (!epochs)
        return NNBLAS_ERROR_MEMORY;
    if (history->count > 0)
        memcpy(epochs, history->epochs, history->count * sizeof *epochs);
    free(history->epochs);
    history->epochs = epochs;
    history->room = room;
    return NNBLAS_OK;
}
