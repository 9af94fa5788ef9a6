/* SPDX-License-Identifier: BSD-3-Clause */
/* Networks that are trained side by side have the bits of their own fits, in one thread each. */
#include "support/host_threads.h"
#include "support/many_trainings.h"
#include "workers/waits.h"

#include <pthread.h>
#include <stdatomic.h>
#include <time.h>

extern int openblas_get_num_threads(void) __attribute__((weak));
extern void openblas_set_num_threads(int threads) __attribute__((weak));
extern int openblas_get_parallel(void) __attribute__((weak));

/* ---- bits ------------------------------------------------------------------------------------ */

static void compare_with_own_fits(size_t count, nnblas_optimizer optimizer, int threads) {
    many_trainings many = make_many(count, optimizer), alone = make_many(count, optimizer);
    ck_assert_ok(nnblas_set_threads(3));
    fit_each(&alone);
    ck_assert_ok(nnblas_set_threads(threads));
    ck_assert_ok(fit_many(&many));
    ck_assert_ok(nnblas_set_threads(0));
    check_same_trainings(&alone, &many);
    free_many(&many);
    free_many(&alone);
}

START_TEST(each_network_has_the_bits_of_its_own_fit) {
    for (int optimizer = NNBLAS_GRADIENT_DESCENT; optimizer <= NNBLAS_SCALED_CONJUGATE_GRADIENT;
         optimizer++)
        for (int threads = 1; threads <= 8; threads = threads < 2 ? 2 : 4 * threads)
            compare_with_own_fits(9, (nnblas_optimizer)optimizer, threads);
}
END_TEST

START_TEST(there_may_be_one_training_or_a_hundred) {
    compare_with_own_fits(1, NNBLAS_ADAM, 2);
    compare_with_own_fits(100, NNBLAS_ADAM, 2);
    compare_with_own_fits(100, NNBLAS_ADAM, 80);
}
END_TEST

START_TEST(the_hosts_threads_give_the_same_bits) {
    nnblas_parallel_for *const HOSTS[] = {run_in_order, run_on_threads};
    for (int h = 0; h < 2; h++) {
        host_log log = {0};
        ck_assert_ok(nnblas_set_parallel_for(HOSTS[h], &log));
        compare_with_own_fits(9, NNBLAS_MOMENTUM, 3);
        ck_assert_uint_eq(log.most, 3);
        ck_assert_ok(nnblas_set_parallel_for(NULL, NULL));
    }
}
END_TEST

/* Fold f holds out each row of f modulo the folds. */
static void leave_out_folds(many_trainings *m, double (*weights)[10][97]) {
    for (size_t f = 0; f < m->count; f++) {
        for (size_t e = 0; e < m->p.N; e++)
            (*weights)[f][e] = e % m->count == f ? 0.0 : 1.0;
        ck_assert_ok(nnblas_trainer_set_sample_weights(m->trainers[f], (*weights)[f]));
    }
}

START_TEST(weights_make_folds) {
    static double weights[10][97];
    many_trainings many = make_many(10, NNBLAS_ADAM), alone = make_many(10, NNBLAS_ADAM);
    ck_assert_uint_le(many.p.N, 97);
    leave_out_folds(&many, &weights);
    leave_out_folds(&alone, &weights);
    ck_assert_ok(nnblas_set_threads(2));
    ck_assert_ok(fit_many(&many));
    fit_each(&alone);
    ck_assert_ok(nnblas_set_threads(0));
    check_same_trainings(&alone, &many);
    free_many(&many);
    free_many(&alone);
}
END_TEST

/* ---- threads --------------------------------------------------------------------------------- */

/* What the callbacks of all trainings see. Check's assertions are for its own thread. */
typedef struct witness {
    pthread_t caller;
    int wanted;                 /* callbacks that wait for each other; 0: none waits */
    atomic_int met;             /* those that have come */
    atomic_int inside;          /* callbacks that run */
    atomic_int most;            /* at the same time */
    atomic_int elsewhere;       /* in other threads than the caller's */
    atomic_int several_threads; /* that may use more than one */
    atomic_int several_blas_threads;
} witness;

static void sleep_milliseconds(long milliseconds) {
    nanosleep(&(struct timespec){.tv_nsec = milliseconds * 1000000}, NULL);
}

/* Half a minute at most. */
static void meet_others(witness *w) {
    atomic_fetch_add(&w->met, 1);
    for (int waits = 0; w->met < w->wanted && waits < 30000; waits++)
        sleep_milliseconds(1);
}

static int look_around(void *user, size_t epoch, double mse) {
    witness *w = user;
    (void)mse;
    int inside = atomic_fetch_add(&w->inside, 1) + 1, most = w->most;
    while (inside > most && !atomic_compare_exchange_weak(&w->most, &most, inside))
        ;
    w->elsewhere += !pthread_equal(pthread_self(), w->caller);
    w->several_threads += nnblas_local_threads() != 1;
    if (openblas_get_parallel && openblas_get_parallel() == 1)
        w->several_blas_threads += openblas_get_num_threads() != 1;
    if (epoch == 1 && w->wanted > 0)
        meet_others(w);
    atomic_fetch_sub(&w->inside, 1);
    return 0;
}

static many_trainings make_watched(size_t count, witness *w) {
    many_trainings m = make_many(count, NNBLAS_ADAM);
    w->caller = pthread_self();
    for (size_t i = 0; i < count; i++)
        ck_assert_ok(nnblas_trainer_set_callback(m.trainers[i], look_around, w));
    return m;
}

static void fit_watched(size_t count, witness *w) {
    many_trainings m = make_watched(count, w);
    ck_assert_ok(fit_many(&m));
    free_many(&m);
}

/* The first three do not end before each has begun. */
START_TEST(as_many_run_at_once_as_threads_are_allowed) {
    witness w = {.wanted = 3};
    ck_assert_ok(nnblas_set_threads(3));
    fit_watched(12, &w);
    ck_assert_int_ge(w.met, 12);
    ck_assert_int_eq(w.most, 3);
    ck_assert_int_gt(w.elsewhere, 0);
    ck_assert_int_eq(w.several_threads, 0);
    ck_assert_ok(nnblas_set_threads(0));
}
END_TEST

START_TEST(one_thread_runs_all_in_the_caller) {
    witness w = {.wanted = 0};
    ck_assert_ok(nnblas_set_threads(4));
    ck_assert_ok(nnblas_set_local_threads(1));
    fit_watched(5, &w);
    ck_assert_int_eq(w.most, 1);
    ck_assert_int_eq(w.elsewhere, 0);
    ck_assert_ok(nnblas_set_local_threads(0));
    ck_assert_ok(nnblas_set_threads(0));
}
END_TEST

START_TEST(the_limit_of_the_calling_thread_comes_back) {
    for (int limit = 0; limit <= 2; limit++) {
        witness w = {.wanted = 0};
        ck_assert_ok(nnblas_set_local_threads(limit));
        fit_watched(4, &w);
        ck_assert_int_eq(w.several_threads, 0);
        ck_assert_int_eq(nnblas_local_threads(), limit);
    }
    ck_assert_ok(nnblas_set_local_threads(0));
}
END_TEST

START_TEST(blas_is_held_from_beginning_to_end) {
    if (!openblas_get_parallel || openblas_get_parallel() != 1)
        return;
    openblas_set_num_threads(2);
    for (int threads = 1; threads <= 2; threads++) {
        witness w = {.wanted = 0};
        ck_assert_ok(nnblas_set_threads(threads));
        fit_watched(3, &w);
        ck_assert_int_eq(w.several_blas_threads, 0);
        ck_assert_int_eq(openblas_get_num_threads(), 2);
    }
    ck_assert_ok(nnblas_set_threads(0));
    openblas_set_num_threads(1);
}
END_TEST

/* A training that trains others in its callback, while all workers may be busy. */
static int train_others(void *user, size_t epoch, double mse) {
    (void)mse;
    return epoch == 1 && fit_many(user) != NNBLAS_OK;
}

START_TEST(a_callback_may_train_others) {
    enum { OUTER = 6 };
    many_trainings outer = make_many(OUTER, NNBLAS_ADAM), inner[OUTER],
                   alone = make_many(3, NNBLAS_NESTEROV);
    ck_assert_ok(nnblas_set_threads(2));
    for (size_t i = 0; i < OUTER; i++) {
        inner[i] = make_many(3, NNBLAS_NESTEROV);
        ck_assert_ok(nnblas_trainer_set_callback(outer.trainers[i], train_others, &inner[i]));
    }
    ck_assert_ok(fit_many(&outer));
    ck_assert_ok(nnblas_set_threads(0));
    fit_each(&alone);
    for (size_t i = 0; i < OUTER; i++) {
        ck_assert_int_eq(outer.statuses[i], NNBLAS_OK);
        check_same_trainings(&alone, &inner[i]);
        free_many(&inner[i]);
    }
    free_many(&outer);
    free_many(&alone);
}
END_TEST

/* ---- waits ----------------------------------------------------------------------------------- */

/* The second of two trainings, beside the caller's, takes far longer. */
static int take_long(void *user, size_t epoch, double mse) {
    look_around(user, epoch, mse);
    sleep_milliseconds(epoch == 1 ? 60 : 0);
    return 1;
}

static void wait_for_worker(void) {
    witness w = {.wanted = 2};
    many_trainings m = make_watched(2, &w);
    ck_assert_ok(nnblas_trainer_set_callback(m.trainers[1], take_long, &w));
    ck_assert_ok(fit_many(&m));
    ck_assert_int_gt(w.elsewhere, 0);
    free_many(&m);
}

/* Waiting for the last training is no reason for other calls to do without workers. */
START_TEST(the_wait_for_the_last_does_not_count) {
    ck_assert_ok(nnblas_set_threads(2));
    for (int call = 0; call < 3; call++)
        wait_for_worker();
    ck_assert(!nn_runs_alone());
    ck_assert_ok(nnblas_set_threads(0));
}
END_TEST

START_TEST(trainings_have_workers_while_calls_run_alone) {
    nn_note_wait(1.0, 0.0);
    nn_note_wait(1.0, 0.0);
    ck_assert(nn_runs_alone());
    ck_assert_ok(nnblas_set_threads(2));
    wait_for_worker();
    ck_assert_ok(nnblas_set_threads(0));
}
END_TEST

int main(void) {
    const TTest *const tests[] = {
        each_network_has_the_bits_of_its_own_fit,
        there_may_be_one_training_or_a_hundred,
        the_hosts_threads_give_the_same_bits,
        weights_make_folds,
        as_many_run_at_once_as_threads_are_allowed,
        one_thread_runs_all_in_the_caller,
        the_limit_of_the_calling_thread_comes_back,
        blas_is_held_from_beginning_to_end,
        a_callback_may_train_others,
        the_wait_for_the_last_does_not_count,
        trainings_have_workers_while_calls_run_alone,
    };
    return run_tests("fit_many", tests, sizeof tests / sizeof *tests);
}
