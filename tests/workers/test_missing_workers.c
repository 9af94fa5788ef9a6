/* SPDX-License-Identifier: BSD-3-Clause */
/* Threads that cannot be created, and workers that get no processor: calls go on without them. */
#include "blas/blas.h"
#include "support/support.h"
#include "workers/waits.h"
#include "workers/workers.h"

#include <errno.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

int __real_pthread_create(pthread_t *thread, const pthread_attr_t *attributes,
                          void *(*function)(void *), void *argument);
void __real_nn_blas_begin_worker(void);
int __wrap_pthread_create(pthread_t *thread, const pthread_attr_t *attributes,
                          void *(*function)(void *), void *argument);
void __wrap_nn_blas_begin_worker(void);

static atomic_int creations_left = INT32_MAX, creations_tried;
static pthread_mutex_t gate = PTHREAD_MUTEX_INITIALIZER; /* who holds it keeps workers from work */
static atomic_int begun;

int __wrap_pthread_create(pthread_t *thread, const pthread_attr_t *attributes,
                          void *(*function)(void *), void *argument) {
    creations_tried++;
    if (atomic_fetch_sub(&creations_left, 1) <= 0)
        return EAGAIN;
    return __real_pthread_create(thread, attributes, function, argument);
}

void __wrap_nn_blas_begin_worker(void) {
    pthread_mutex_lock(&gate);
    pthread_mutex_unlock(&gate);
    begun++;
    __real_nn_blas_begin_worker();
}

/* ---- parts ----------------------------------------------------------------------------------- */

static pthread_t caller;
static atomic_size_t own_runs, foreign_runs;

static void count_run(void *context, size_t part, size_t runner) {
    (void)context, (void)part, (void)runner;
    (*(pthread_equal(pthread_self(), caller) ? &own_runs : &foreign_runs))++;
}

/* Returns how many parts were run by others than the caller. */
static size_t count_foreign_runs(size_t threads, size_t count) {
    caller = pthread_self();
    own_runs = foreign_runs = 0;
    nn_run_parts(threads, count, count_run, NULL);
    ck_assert_uint_eq(own_runs + foreign_runs, count);
    return foreign_runs;
}

/* ---- tests, each of which leaves some workers to the next -------------------------------------
 */

/* Longer than the pause between two tries. */
static void wait_for_next_try(void) {
    struct timespec pause = {.tv_sec = 1, .tv_nsec = 100000000};
    nanosleep(&pause, NULL);
}

START_TEST(calls_go_on_where_no_thread_can_be_created) {
    creations_left = 0;
    ck_assert_uint_eq(count_foreign_runs(4, 100), 0);
    ck_assert_int_eq(creations_tried, 1);
    /* Not tried again at once: it takes longer than a small gradient. */
    for (int call = 0; call < 1000; call++)
        ck_assert_uint_eq(count_foreign_runs(4, 10), 0);
    ck_assert_int_lt(creations_tried, 100);
}
END_TEST

/* A training of two epochs; its parameters in bits. */
static double *train(const problem *p) {
    nnblas_net *net = make_net(p);
    nnblas_trainer *trainer;
    ck_assert_ok(nnblas_trainer_create(net, &trainer));
    ck_assert_ok(nnblas_trainer_set_epochs(trainer, 2));
    ck_assert_ok(nnblas_trainer_fit(trainer, p->N, p->X, p->ldx, p->Y, p->ldy));
    double *parameters = allocate_doubles(p->parameter_count);
    memcpy(parameters, nnblas_net_parameters(net), p->parameter_count * sizeof *parameters);
    nnblas_trainer_destroy(trainer);
    nnblas_net_destroy(net);
    return parameters;
}

START_TEST(a_training_has_the_same_bits_with_the_threads_that_there_are) {
    static const size_t SIZES[] = {12, 9, 3};
    dice d = {31};
    problem p = make_problem(&d, 20000, SIZES, 3, 0);
    ck_assert_ok(nnblas_set_threads(6));
    double *expected = NULL;
    for (int threads = 0; threads < 6; threads++) {
        wait_for_next_try();
        creations_left = threads > 0; /* one more than before */
        double *found = train(&p);
        expected = expected ? expected : found;
        ck_assert_int_eq(memcmp(found, expected, p.parameter_count * sizeof *found), 0);
        if (found != expected)
            free(found);
    }
    free(expected);
    free_problem(&p);
}
END_TEST

START_TEST(threads_are_created_when_they_can_be) {
    wait_for_next_try();
    creations_left = INT32_MAX;
    count_foreign_runs(6, 100);
    int tried = creations_tried;
    creations_left = 2;
    count_foreign_runs(12, 100);
    ck_assert_int_eq(creations_tried, tried + 3); /* two, and the one that failed */
    wait_for_next_try();
    creations_left = INT32_MAX;
    for (int call = 0; call < 20; call++)
        count_foreign_runs(12, 100);
    ck_assert_int_eq(creations_tried, tried + 7);
}
END_TEST

/* The threads of new workers wait at the gate, as if they got no processor. */
START_TEST(nobody_waits_for_a_worker_that_has_not_begun) {
    pthread_mutex_lock(&gate);
    int tried = creations_tried;
    for (int call = 0; call < 1000; call++)
        count_foreign_runs(20, 50);
    ck_assert_int_eq(creations_tried, tried + 8);
    ck_assert_int_le(begun, 11);
    pthread_mutex_unlock(&gate);
}
END_TEST

int main(void) {
    nn_avoid_waits(false); /* parts wait for one another */
    const TTest *const tests[] = {
        calls_go_on_where_no_thread_can_be_created,
        a_training_has_the_same_bits_with_the_threads_that_there_are,
        threads_are_created_when_they_can_be,
        nobody_waits_for_a_worker_that_has_not_begun,
    };
    return run_tests("missing_workers", tests, sizeof tests / sizeof *tests);
}
