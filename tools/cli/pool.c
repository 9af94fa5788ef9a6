/* SPDX-License-Identifier: BSD-3-Clause */
#include "cli/pool.h"

#include "cli/memory.h"
#include "cli/rank_pool.h"
#include "cli/ranks.h"
#include "cli/stop_signal.h"
#include "core/processors.h"
#include "core/sizes.h"

#include <nnblas.h>

#include <limits.h>
#include <pthread.h>
#include <stdlib.h>

typedef struct {
    const task_pool *pool;
    int threads_a_task;
    pthread_mutex_t mutex;
    size_t begun, done;
    bool is_ended;
} pool_run;

static size_t count_threads(const task_pool *pool) {
    return pool->threads > 0 ? pool->threads : (size_t)nn_count_processors();
}

size_t count_pool_threads(const task_pool *pool) {
    size_t at_once = has_ranks() ? count_ranks() : count_threads(pool);
    return nn_max(nn_min(at_once, pool->count), 1);
}

static bool take_task(pool_run *run, size_t *i) {
    pthread_mutex_lock(&run->mutex);
    bool is_left = !run->is_ended && !is_stop_requested() && run->begun < run->pool->count;
    if (is_left)
        *i = run->begun++;
    pthread_mutex_unlock(&run->mutex);
    return is_left;
}

static void end_task(pool_run *run, bool goes_on) {
    const task_pool *pool = run->pool;
    pthread_mutex_lock(&run->mutex);
    run->is_ended = run->is_ended || !goes_on;
    run->done++;
    if (pool->finished)
        pool->finished(pool->context, run->done);
    pthread_mutex_unlock(&run->mutex);
}

static void *work(void *argument) {
    pool_run *run = argument;
    size_t i;
    nnblas_set_local_threads(run->threads_a_task);
    while (take_task(run, &i))
        end_task(run, run->pool->run(run->pool->context, i));
    nnblas_set_local_threads(0);
    return NULL;
}

/* The calling thread works too: where no thread can be created, it does all. */
static void run_tasks_here(const task_pool *pool) {
    size_t threads = count_pool_threads(pool), created = 0;
    pool_run run = {.pool = pool,
                    .threads_a_task = (int)nn_min(count_threads(pool) / threads, INT_MAX)};
    pthread_t *others = resize_array(NULL, threads, sizeof *others);
    pthread_mutex_init(&run.mutex, NULL);
    while (created + 1 < threads && pthread_create(&others[created], NULL, work, &run) == 0)
        created++;
    work(&run);
    for (size_t t = 0; t < created; t++)
        pthread_join(others[t], NULL);
    pthread_mutex_destroy(&run.mutex);
    free(others);
}

void run_tasks(const task_pool *pool) {
    if (has_ranks())
        run_tasks_over_ranks(pool);
    else
        run_tasks_here(pool);
}
