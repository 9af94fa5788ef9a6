/* SPDX-License-Identifier: BSD-3-Clause */
#include "support/host_threads.h"

#include <check.h>
#include <pthread.h>
#include <stdlib.h>

void record_call(host_log *log, size_t count) {
    log->calls++;
    log->tasks += (int)count;
    if (count > log->most)
        log->most = count;
}

void run_in_order(void *user, size_t count, nnblas_task *task, void *context) {
    record_call(user, count);
    for (size_t i = 0; i < count; i++)
        task(context, i);
}

typedef struct thread_task {
    nnblas_task *task;
    void *context;
    size_t i;
} thread_task;

static void *run_task(void *argument) {
    const thread_task *t = argument;
    t->task(t->context, t->i);
    return NULL;
}

void run_on_threads(void *user, size_t count, nnblas_task *task, void *context) {
    record_call(user, count);
    pthread_t *threads = malloc(count * sizeof *threads);
    thread_task *tasks = malloc(count * sizeof *tasks);
    ck_assert(threads && tasks);
    for (size_t i = 0; i < count; i++) {
        tasks[i] = (thread_task){task, context, i};
        ck_assert_int_eq(pthread_create(&threads[i], NULL, run_task, &tasks[i]), 0);
    }
    for (size_t i = 0; i < count; i++)
        pthread_join(threads[i], NULL);
    free(threads);
    free(tasks);
}
