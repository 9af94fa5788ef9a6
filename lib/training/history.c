/* SPDX-License-Identifier: BSD-3-Clause */
#include "training/history.h"
#include "core/memory.h"
#include "core/sizes.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

/* With room for twice the limit, all epochs are moved to the front once in limit epochs. */
static size_t choose_room(size_t room, size_t limit) {
    size_t most = limit > SIZE_MAX / 2 ? SIZE_MAX : 2 * limit;
    return nn_min(nn_max(256, 2 * room), most);
}

static nnblas_status grow(nn_history *history, size_t limit) {
    size_t room = choose_room(history->room, limit);
    nnblas_epoch *epochs = nn_allocate(room, sizeof *epochs);
    if (!epochs)
        return NNBLAS_ERROR_MEMORY;
    if (history->count > 0)
        memcpy(epochs, history->epochs + history->first, history->count * sizeof *epochs);
    free(history->epochs);
    *history = (nn_history){.epochs = epochs, .count = history->count, .room = room};
    return NNBLAS_OK;
}

nnblas_status nn_history_make_room(nn_history *history, size_t limit) {
    if (limit == 0 || history->first + history->count < history->room)
        return NNBLAS_OK;
    if (history->first < nn_max(history->count, 1))
        return grow(history, limit);
    memcpy(history->epochs, history->epochs + history->first,
           history->count * sizeof *history->epochs);
    history->first = 0;
    return NNBLAS_OK;
}

void nn_history_add(nn_history *history, size_t limit, const nnblas_epoch *epoch) {
    if (limit == 0)
        return;
    history->epochs[history->first + history->count++] = *epoch;
    nn_history_trim(history, limit);
}

void nn_history_trim(nn_history *history, size_t limit) {
    size_t dropped = history->count - nn_min(history->count, limit);
    history->first += dropped;
    history->count -= dropped;
}

void nn_history_clear(nn_history *history) {
    free(history->epochs);
    *history = (nn_history){.count = 0};
}

const nnblas_epoch *nn_history_get(const nn_history *history) {
    return history->count > 0 ? history->epochs + history->first : NULL;
}
