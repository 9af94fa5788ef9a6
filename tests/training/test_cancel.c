/* SPDX-License-Identifier: BSD-3-Clause */
/* A fit that is cancelled ends soon, with all that it has learnt; callbacks see each epoch. */
#include "support/resumable_training.h"

#include <math.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

static char path[64];

static void sleep_milliseconds(long milliseconds) {
    nanosleep(&(struct timespec){.tv_nsec = milliseconds * 1000000}, NULL);
}

/* ---- from where it is cancelled -------------------------------------------------------------- */

/* It would train for days. */
static training make_endless(void) {
    training t = make_training(NNBLAS_GRADIENT_DESCENT, 1e-3, SIZE_MAX);
    ck_assert_ok(nnblas_trainer_set_history_limit(t.trainer, 1));
    return t;
}

static void *cancel_later(void *trainer) {
    sleep_milliseconds(20);
    ck_assert_ok(nnblas_trainer_cancel(trainer));
    return NULL;
}

START_TEST(another_thread_cancels) {
    training t = make_endless();
    pthread_t other;
    ck_assert_int_eq(pthread_create(&other, NULL, cancel_later, t.trainer), 0);
    ck_assert_int_eq(fit(&t), NNBLAS_STOPPED_CANCELLED);
    ck_assert_int_eq(pthread_join(other, NULL), 0);
    ck_assert_uint_ge(nnblas_trainer_history_count(t.trainer), 1);
    free_training(&t);
}
END_TEST

static nnblas_trainer *of_handler;

static void cancel_in_handler(int number) {
    (void)number;
    nnblas_trainer_cancel(of_handler);
}

START_TEST(a_signal_handler_cancels) {
    training t = make_endless();
    struct sigaction action = {.sa_handler = cancel_in_handler}, found;
    of_handler = t.trainer;
    ck_assert_int_eq(sigaction(SIGALRM, &action, &found), 0);
    timer_t timer;
    const struct itimerspec soon = {.it_value = {.tv_nsec = 20000000}};
    ck_assert_int_eq(timer_create(CLOCK_MONOTONIC, NULL, &timer), 0);
    ck_assert_int_eq(timer_settime(timer, 0, &soon, NULL), 0);
    ck_assert_int_eq(fit(&t), NNBLAS_STOPPED_CANCELLED);
    timer_delete(timer);
    sigaction(SIGALRM, &found, NULL);
    free_training(&t);
}
END_TEST

/* The request is not lost where the fit has not begun yet, and is fulfilled once. */
START_TEST(a_request_waits_for_the_fit) {
    for (int optimizer = NNBLAS_GRADIENT_DESCENT; optimizer <= NNBLAS_SCALED_CONJUGATE_GRADIENT;
         optimizer++) {
        training t = make_training(NNBLAS_GRADIENT_DESCENT, 0.01, 3);
        double kept[PARAMETERS];
        nnblas_trainer_set_optimizer(t.trainer, (nnblas_optimizer)optimizer);
        keep_parameters(&t, kept);
        ck_assert_ok(nnblas_trainer_cancel(t.trainer));
        ck_assert_int_eq(fit(&t), NNBLAS_STOPPED_CANCELLED);
        ck_assert(has_parameters(&t, kept));
        ck_assert_uint_eq(nnblas_trainer_history_count(t.trainer), 0);
        ck_assert_ok(fit(&t));
        ck_assert_uint_eq(nnblas_trainer_history_count(t.trainer), 3);
        free_training(&t);
    }
}
END_TEST

/* A fit that is refused fulfils it too. */
START_TEST(a_fit_that_fails_clears_the_request) {
    training t = make_training(NNBLAS_GRADIENT_DESCENT, 0.01, 3);
    ck_assert_ok(nnblas_trainer_cancel(t.trainer));
    ck_assert_int_eq(nnblas_trainer_fit(t.trainer, 0, t.p.X, t.p.ldx, t.p.Y, t.p.ldy),
                     NNBLAS_ERROR_SIZE);
    ck_assert_ok(fit(&t));
    ck_assert_int_eq(nnblas_trainer_cancel(NULL), NNBLAS_ERROR_NULL);
    free_training(&t);
}
END_TEST

/* ---- where it ends --------------------------------------------------------------------------- */

typedef struct canceller {
    nnblas_trainer *trainer;
    size_t epoch, calls;
} canceller;

static int cancel_at_epoch(void *user, size_t epoch, double mse) {
    canceller *c = user;
    (void)mse;
    c->calls++;
    if (epoch == c->epoch)
        nnblas_trainer_cancel(c->trainer);
    return 0;
}

/* From its callback, a fit ends with the epoch. */
START_TEST(a_callback_cancels) {
    for (int optimizer = NNBLAS_GRADIENT_DESCENT; optimizer <= NNBLAS_SCALED_CONJUGATE_GRADIENT;
         optimizer++) {
        training t = make_training(NNBLAS_GRADIENT_DESCENT, 0.01, 50);
        nnblas_trainer_set_optimizer(t.trainer, (nnblas_optimizer)optimizer);
        canceller c = {t.trainer, 4, 0};
        ck_assert_ok(nnblas_trainer_set_callback(t.trainer, cancel_at_epoch, &c));
        ck_assert_int_eq(fit(&t), NNBLAS_STOPPED_CANCELLED);
        ck_assert_uint_eq(c.calls, 4);
        ck_assert_uint_eq(nnblas_trainer_history_count(t.trainer), 4);
        free_training(&t);
    }
}
END_TEST

/* A fit that another thread cancels once it has done an epoch. */
typedef struct watched_fit {
    training t;
    double last[PARAMETERS]; /* at the end of the last epoch */
    atomic_size_t epochs;
    atomic_bool has_ended;
} watched_fit;

static int see_parameters(void *user, size_t epoch, double mse) {
    watched_fit *w = user;
    (void)mse;
    keep_parameters(&w->t, w->last);
    w->epochs = epoch;
    return 0;
}

static void *cancel_after_an_epoch(void *argument) {
    watched_fit *w = argument;
    while (w->epochs == 0 && !w->has_ended)
        sched_yield();
    nnblas_trainer_cancel(w->t.trainer);
    return NULL;
}

static void run_watched_fit(watched_fit *w) {
    pthread_t other;
    w->epochs = 0;
    w->has_ended = false;
    ck_assert_ok(nnblas_trainer_set_callback(w->t.trainer, see_parameters, w));
    ck_assert_int_eq(pthread_create(&other, NULL, cancel_after_an_epoch, w), 0);
    nnblas_status status = fit(&w->t);
    w->has_ended = true;
    ck_assert_int_eq(pthread_join(other, NULL), 0);
    ck_assert_int_eq(status, NNBLAS_STOPPED_CANCELLED);
    ck_assert_uint_eq(nnblas_trainer_history_count(w->t.trainer), w->epochs);
}

static training make_many_batches(void) {
    training t = make_training(NNBLAS_GRADIENT_DESCENT, 0.01, SIZE_MAX);
    ck_assert_ok(nnblas_trainer_set_batch_size(t.trainer, 1));
    return t;
}

/* One of many fits at least is cancelled before the last batch of its epoch. The epoch leaves no
 * trace but its steps. */
START_TEST(batches_are_left_out) {
    watched_fit w = {.t = make_many_batches()};
    bool is_cut = false;
    for (int fits = 0; fits < 50; fits++) {
        run_watched_fit(&w);
        is_cut = is_cut || !has_parameters(&w.t, w.last);
    }
    ck_assert(is_cut);
    free_training(&w.t);
}
END_TEST

/* A fit that is cancelled before its first epoch has nothing to save. */
START_TEST(an_older_checkpoint_stays) {
    training t = make_training(NNBLAS_ADAM, 0.01, 9), resumed = make_training(NNBLAS_ADAM, 0.01, 9);
    double kept[PARAMETERS];
    ck_assert_ok(nnblas_trainer_set_checkpoint(t.trainer, path, 1));
    ck_assert_ok(fit(&t));
    keep_parameters(&t, kept);
    ck_assert_ok(nnblas_trainer_cancel(t.trainer));
    ck_assert_int_eq(fit(&t), NNBLAS_STOPPED_CANCELLED);
    ck_assert_ok(nnblas_trainer_resume(resumed.trainer, path));
    ck_assert_ok(fit(&resumed));
    ck_assert(has_parameters(&resumed, kept));
    free_training(&t);
    free_training(&resumed);
    ck_assert_int_eq(unlink(path), 0);
}
END_TEST

/* With a checkpoint, the epoch is finished first. */
START_TEST(a_checkpoint_waits_for_the_epoch) {
    watched_fit w = {.t = make_many_batches()};
    ck_assert_ok(nnblas_trainer_set_checkpoint(w.t.trainer, path, SIZE_MAX));
    for (int fits = 0; fits < 20; fits++) {
        nnblas_net *saved;
        run_watched_fit(&w);
        ck_assert(has_parameters(&w.t, w.last));
        ck_assert_ok(nnblas_net_load(path, &saved));
        ck_assert_mem_eq(nnblas_net_parameters(saved), w.last, sizeof w.last);
        nnblas_net_destroy(saved);
    }
    free_training(&w.t);
    ck_assert_int_eq(unlink(path), 0);
}
END_TEST

/* The checkpoint has the parameters that the fit left, and the training goes on from it. */
START_TEST(a_checkpoint_has_whole_epochs) {
    training whole = make_training(NNBLAS_ADAM, 0.01, 9),
             first = make_training(NNBLAS_ADAM, 0.01, 9),
             second = make_training(NNBLAS_ADAM, 0.01, 9);
    double kept[PARAMETERS];
    canceller c = {first.trainer, 4, 0};
    ck_assert_ok(nnblas_trainer_set_batch_size(whole.trainer, 10));
    ck_assert_ok(nnblas_trainer_set_batch_size(first.trainer, 10));
    ck_assert_ok(nnblas_trainer_set_batch_size(second.trainer, 10));
    ck_assert_ok(fit(&whole));
    ck_assert_ok(nnblas_trainer_set_checkpoint(first.trainer, path, 100));
    ck_assert_ok(nnblas_trainer_set_callback(first.trainer, cancel_at_epoch, &c));
    ck_assert_int_eq(fit(&first), NNBLAS_STOPPED_CANCELLED);
    ck_assert_ok(nnblas_trainer_resume(second.trainer, path));
    ck_assert_ok(fit(&second));
    keep_parameters(&whole, kept);
    ck_assert(has_parameters(&second, kept));
    check_same_history(whole.trainer, second.trainer);
    free_training(&whole);
    free_training(&first);
    free_training(&second);
    ck_assert_int_eq(unlink(path), 0);
}
END_TEST

/* ---- callbacks ------------------------------------------------------------------------------- */

typedef struct witness {
    nnblas_epoch epochs[20];
    size_t calls, stop_at;
} witness;

static int see_epoch(void *user, const nnblas_epoch *epoch) {
    witness *w = user;
    w->epochs[w->calls++] = *epoch;
    return epoch->epoch == w->stop_at;
}

/* Stops at epoch 6. */
static int count_call(void *user, size_t epoch, double mse) {
    (void)mse;
    ++*(size_t *)user;
    return epoch == 6;
}

START_TEST(the_whole_epoch_is_seen) {
    for (size_t limit = 0; limit <= 20; limit += 20) {
        training t = make_training(NNBLAS_ADAM, 0.01, 20);
        witness w = {.calls = 0};
        ck_assert_ok(nnblas_trainer_set_validation_fraction(t.trainer, 0.3));
        ck_assert_ok(nnblas_trainer_set_step_schedule(t.trainer, 2, 0.5));
        ck_assert_ok(nnblas_trainer_set_history_limit(t.trainer, limit));
        ck_assert_ok(nnblas_trainer_set_epoch_callback(t.trainer, see_epoch, &w));
        ck_assert_ok(fit(&t));
        ck_assert_uint_eq(w.calls, 20);
        for (size_t e = 0; e < 20; e++) {
            ck_assert_uint_eq(w.epochs[e].epoch, e + 1);
            ck_assert(isfinite(w.epochs[e].validation_cost));
            if (limit > 0) {
                const nnblas_epoch held = get_epoch(t.trainer, e);
                ck_assert_mem_eq(&w.epochs[e], &held, sizeof held);
            }
        }
        free_training(&t);
    }
}
END_TEST

START_TEST(both_callbacks_are_called_and_either_stops) {
    training t = make_training(NNBLAS_ADAM, 0.01, 20);
    witness w = {.stop_at = 4};
    size_t calls = 0;
    ck_assert_ok(nnblas_trainer_set_callback(t.trainer, count_call, &calls));
    ck_assert_ok(nnblas_trainer_set_epoch_callback(t.trainer, see_epoch, &w));
    ck_assert_int_eq(fit(&t), NNBLAS_STOPPED_CALLBACK);
    ck_assert_uint_eq(calls, 4);
    ck_assert_uint_eq(w.calls, 4);
    w.stop_at = 0;
    ck_assert_int_eq(fit(&t), NNBLAS_STOPPED_CALLBACK);
    ck_assert_uint_eq(calls, 4 + 6);
    ck_assert_uint_eq(w.calls, 4 + 6);
    ck_assert_ok(nnblas_trainer_set_epoch_callback(t.trainer, NULL, NULL));
    ck_assert_int_eq(fit(&t), NNBLAS_STOPPED_CALLBACK);
    ck_assert_uint_eq(calls, 4 + 6 + 6);
    ck_assert_uint_eq(w.calls, 4 + 6);
    free_training(&t);
}
END_TEST

int main(void) {
    snprintf(path, sizeof path, "cancel.%ld.safetensors", (long)getpid());
    const TTest *const tests[] = {
        another_thread_cancels,
        a_signal_handler_cancels,
        a_request_waits_for_the_fit,
        a_fit_that_fails_clears_the_request,
        a_callback_cancels,
        batches_are_left_out,
        a_checkpoint_has_whole_epochs,
        an_older_checkpoint_stays,
        a_checkpoint_waits_for_the_epoch,
        the_whole_epoch_is_seen,
        both_callbacks_are_called_and_either_stops,
    };
    return run_tests("cancel", tests, sizeof tests / sizeof *tests);
}
