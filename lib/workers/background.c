/* SPDX-License-Identifier: BSD-3-Clause */
#include "workers/background.h"
#include "core/memory.h"
#include "workers/signals.h"

#include <pthread.h>
#include <stdbool.h>
#include <stdlib.h>

struct nn_background {
    pthread_t thread;
    pthread_mutex_t mutex;
    pthread_cond_t changed;
    nn_background_task *task; /* null: none is running */
    void *context;
    bool ends;
};

/* With the mutex. */
static void run_task(nn_background *b) {
    nn_background_task *task = b->task;
    void *context = b->context;
    pthread_mutex_unlock(&b->mutex);
    task(context);
    pthread_mutex_lock(&b->mutex);
    b->task = NULL;
    pthread_cond_signal(&b->changed);
}

static void *serve(void *argument) {
    nn_background *b = argument;
    pthread_mutex_lock(&b->mutex);
    while (!b->ends)
        if (b->task)
            run_task(b);
        else
            pthread_cond_wait(&b->changed, &b->mutex);
    pthread_mutex_unlock(&b->mutex);
    return NULL;
}

static bool create_thread(nn_background *b) {
    sigset_t found;
    nn_block_signals(&found);
    bool is_created = pthread_create(&b->thread, NULL, serve, b) == 0;
    nn_restore_signals(&found);
#ifdef __linux__
    if (is_created)
        pthread_setname_np(b->thread, "nnblas");
#endif
    return is_created;
}

static void destroy(nn_background *b) {
    pthread_cond_destroy(&b->changed);
    pthread_mutex_destroy(&b->mutex);
    free(b);
}

nn_background *nn_background_open(void) {
    nn_background *b = nn_allocate(1, sizeof *b);
    if (!b)
        return NULL;
    *b = (nn_background){.task = NULL};
    pthread_mutex_init(&b->mutex, NULL);
    pthread_cond_init(&b->changed, NULL);
    if (create_thread(b))
        return b;
    destroy(b);
    return NULL;
}

void nn_background_begin(nn_background *b, nn_background_task *task, void *context) {
    pthread_mutex_lock(&b->mutex);
    b->task = task;
    b->context = context;
    pthread_cond_signal(&b->changed);
    pthread_mutex_unlock(&b->mutex);
}

void nn_background_wait(nn_background *b) {
    pthread_mutex_lock(&b->mutex);
    while (b->task)
        pthread_cond_wait(&b->changed, &b->mutex);
    pthread_mutex_unlock(&b->mutex);
}

void nn_background_close(nn_background *b) {
    if (!b)
        return;
    nn_background_wait(b);
    pthread_mutex_lock(&b->mutex);
    b->ends = true;
    pthread_cond_signal(&b->changed);
    pthread_mutex_unlock(&b->mutex);
    pthread_join(b->thread, NULL);
    destroy(b);
}
