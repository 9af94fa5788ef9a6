/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The library runs on the threads of a program that has a pool of its own, here a small one:
 * threads that take numbered tasks until none is left. The thread that called works too.
 *
 *   cc -pthread -o pool_threads examples/pool_threads.c $(pkg-config --cflags --libs nnblas)
 *   ./pool_threads
 */
#include <nnblas.h>

#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

enum { N = 20000, INPUTS = 20, THREADS = 2 };
static double X[N][INPUTS], Y[N];

typedef struct pool {
    pthread_mutex_t mutex;
    pthread_cond_t changed;
    nnblas_task *task;
    void *context;
    size_t next, count, running;
    bool ends;
} pool;

/* With the mutex locked; runs one task, if there is one. */
static bool run_next(pool *p) {
    if (p->next == p->count)
        return false;
    size_t i = p->next++;
    p->running++;
    pthread_mutex_unlock(&p->mutex);
    p->task(p->context, i);
    pthread_mutex_lock(&p->mutex);
    if (--p->running == 0 && p->next == p->count)
        pthread_cond_broadcast(&p->changed);
    return true;
}

static void *serve(void *argument) {
    pool *p = argument;
    pthread_mutex_lock(&p->mutex);
    while (!p->ends)
        if (!run_next(p))
            pthread_cond_wait(&p->changed, &p->mutex);
    pthread_mutex_unlock(&p->mutex);
    return NULL;
}

/* One call at a time: this program calls the library from one thread. */
static void run_in_pool(void *user, size_t count, nnblas_task *task, void *context) {
    pool *p = user;
    pthread_mutex_lock(&p->mutex);
    p->task = task;
    p->context = context;
    p->next = 0;
    p->count = count;
    pthread_cond_broadcast(&p->changed);
    while (run_next(p))
        ;
    while (p->running > 0)
        pthread_cond_wait(&p->changed, &p->mutex);
    pthread_mutex_unlock(&p->mutex);
}

static void end_pool(pool *p, const pthread_t *threads, size_t count) {
    pthread_mutex_lock(&p->mutex);
    p->ends = true;
    pthread_cond_broadcast(&p->changed);
    pthread_mutex_unlock(&p->mutex);
    for (size_t i = 0; i < count; i++)
        pthread_join(threads[i], NULL);
}

/* Whether two of the numbers have the same sign. */
static void make_rows(void) {
    uint32_t state = 1;
    for (size_t e = 0; e < N; e++) {
        for (size_t j = 0; j < INPUTS; j++) {
            state = 1664525 * state + 1013904223;
            X[e][j] = 2.0 * state / UINT32_MAX - 1.0;
        }
        Y[e] = X[e][0] * X[e][1] > 0.0;
    }
}

int main(void) {
    pool p = {.mutex = PTHREAD_MUTEX_INITIALIZER, .changed = PTHREAD_COND_INITIALIZER};
    pthread_t threads[THREADS - 1];
    size_t created = 0;
    double mse = 1.0;
    nnblas_net *net = NULL;
    nnblas_trainer *trainer = NULL;
    make_rows();
    while (created < THREADS - 1 && pthread_create(&threads[created], NULL, serve, &p) == 0)
        created++;

    int failed = nnblas_set_threads(THREADS) || nnblas_set_parallel_for(run_in_pool, &p) ||
                 nnblas_net_create((const size_t[]){INPUTS, 30, 1}, 3, NNBLAS_BIAS, &net) ||
                 nnblas_trainer_create(net, &trainer) ||
                 nnblas_trainer_set_optimizer(trainer, NNBLAS_RPROP) ||
                 nnblas_trainer_set_epochs(trainer, 200) ||
                 nnblas_trainer_fit(trainer, N, X[0], INPUTS, Y, 1) < 0 ||
                 nnblas_net_evaluate(net, N, X[0], INPUTS, Y, 1, &mse);
    if (failed)
        fprintf(stderr, "%s\n", nnblas_error_message());
    else
        printf("mse %.4f\n", mse);
    nnblas_set_parallel_for(NULL, NULL);
    end_pool(&p, threads, created);
    nnblas_trainer_destroy(trainer);
    nnblas_net_destroy(net);
    return failed || mse > 0.05;
}
