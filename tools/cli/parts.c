/* SPDX-License-Identifier: BSD-3-Clause */
#include "cli/parts.h"

#include "core/processors.h"
#include "core/sizes.h"

#include <nnblas.h>

typedef struct {
    part_work work;
    void *context;
    size_t part, begin, end;
    pthread_t thread;
    bool is_thread;
} item_part;

static void *run_part(void *user) {
    const item_part *p = user;
    p->work(p->context, p->part, p->begin, p->end);
    return NULL;
}

static size_t count_threads(void) {
    int threads = nnblas_local_threads() > 0 ? nnblas_local_threads() : nnblas_threads();
    return (size_t)(threads > 0 ? threads : nn_count_processors());
}

static size_t count_parts(size_t count, size_t size) {
    enum { LEAST_VALUES = 200000 };
    size_t least = LEAST_VALUES / nn_min(nn_max(size, 1), LEAST_VALUES);
    size_t enough = nn_min(count / least + 1, count);
    return enough > 1 ? nn_min(enough, nn_min(count_threads(), MOST_PARTS)) : enough;
}

/* Where no thread can be created, the part is run here. */
void run_in_parts(size_t count, size_t size, part_work work, void *context) {
    item_part parts[MOST_PARTS];
    size_t n_parts = count_parts(count, size);
    for (size_t i = n_parts; i-- > 0;) {
        parts[i] =
            (item_part){work, context, i, count * i / n_parts, count * (i + 1) / n_parts, 0, false};
        parts[i].is_thread =
            i > 0 && pthread_create(&parts[i].thread, NULL, run_part, &parts[i]) == 0;
        if (!parts[i].is_thread)
            run_part(&parts[i]);
    }
    for (size_t i = 0; i < n_parts; i++)
        if (parts[i].is_thread)
            pthread_join(parts[i].thread, NULL);
}

/* ---- a thread beside the caller's ------------------------------------------------------------ */

static void *run_beside(void *user) {
    side_thread *side = user;
    side->work(side->context);
    atomic_store(&side->is_done, true);
    return NULL;
}

bool begin_beside(side_thread *side, void (*work)(void *context), void *context) {
    if (count_threads() < 2 || (side->is_begun && !atomic_load(&side->is_done)))
        return false;
    end_beside(side);
    side->work = work;
    side->context = context;
    atomic_store(&side->is_done, false);
    side->is_begun = pthread_create(&side->thread, NULL, run_beside, side) == 0;
    return side->is_begun;
}

void end_beside(side_thread *side) {
    if (side->is_begun)
        pthread_join(side->thread, NULL);
    side->is_begun = false;
}
