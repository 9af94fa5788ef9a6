/* SPDX-License-Identifier: BSD-3-Clause */
#include "training/history.h"
#include "core/memory.h"
#include "core/sizes.h"

#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

/* With room for twice the limit, all epochs are moved to the front once in limit epochs. */
static size_t get_most_room(size_t limit) {
    return limit > SIZE_MAX / 2 ? SIZE_MAX : 2 * limit;
}

/* Keeps the last epochs, count of them. */
static nnblas_status change_room(nn_history *history, size_t count, size_t limit) {
    size_t room = nn_min(nn_max(256, 2 * history->room), get_most_room(limit));
    nnblas_epoch *epochs = nn_allocate(room, sizeof *epochs);
    if (!epochs)
        return NNBLAS_ERROR_MEMORY;
    if (count > 0)
        memcpy(epochs, history->epochs + history->first + history->count - count,
               count * sizeof *epochs);
    free(history->epochs);
    *history = (nn_history){.epochs = epochs, .count = count, .room = room};
    return NNBLAS_OK;
}

nnblas_status nn_history_make_room(nn_history *history, size_t limit) {
    size_t count = nn_min(history->count, limit);
    size_t end = history->first + history->count, first = end - count;
    if (limit == 0) {
        nn_history_clear(history);
        return NNBLAS_OK;
    }
    if (history->room > get_most_room(limit) || (end == history->room && first < nn_max(count, 1)))
        return change_room(history, count, limit);
    if (end == history->room) {
        memcpy(history->epochs, history->epochs + first, count * sizeof *history->epochs);
        first = 0;
    }
    history->first = first;
    history->count = count;
    return NNBLAS_OK;
}

void nn_history_add(nn_history *history, size_t limit, const nnblas_epoch *epoch) {
    if (limit == 0)
        return;
    history->epochs[history->first + history->count++] = *epoch;
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

double nn_get_watched(const nnblas_epoch *epoch) {
    if (!isnan(epoch->score))
        return -epoch->score;
    return isnan(epoch->validation_cost) ? epoch->cost : epoch->validation_cost;
}
