/* SPDX-License-Identifier: BSD-3-Clause */
#include "workers/shares.h"
#include "core/sizes.h"
#include "workers/threads.h"
#include "workers/workers.h"

typedef struct shares {
    size_t count, number;
    nn_share_task *task;
    void *context;
} shares;

static void run_share(void *context, size_t share, size_t runner) {
    (void)runner;
    const shares *s = context;
    size_t begin = nn_get_share(s->count, s->number, share);
    s->task(s->context, begin, nn_get_share(s->count, s->number, share + 1));
}

void nn_run_worthy_shares(size_t threads, size_t count, double nanoseconds, nn_share_task *task,
                          void *context) {
    /* Of one thread that fetches what the others have in their caches. */
    static const double FETCH = 0.5;
    double time = (nanoseconds + FETCH) * (double)count;
    threads = nn_min(threads, nn_min(nn_count_worthy_threads(time, count), nn_count_threads()));
    nn_run_parts(threads, threads, run_share, &(shares){count, threads, task, context});
}
