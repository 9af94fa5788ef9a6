/* SPDX-License-Identifier: BSD-3-Clause */
/* How each of many trainings ends, and what nnblas_fit_many refuses. */
#include "support/many_trainings.h"

#include <math.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

enum { COUNT = 8 };

typedef struct pair {
    many_trainings many, alone;
} pair;

static pair make_pair(void) {
    ck_assert_ok(nnblas_set_threads(2));
    return (pair){make_many(COUNT, NNBLAS_ADAM), make_many(COUNT, NNBLAS_ADAM)};
}

static void free_pair(pair *p) {
    free_many(&p->many);
    free_many(&p->alone);
    ck_assert_ok(nnblas_set_threads(0));
}

/* ---- failures -------------------------------------------------------------------------------- */

static void overflow(const many_trainings *m, size_t i) {
    ck_assert_ok(nnblas_trainer_set_optimizer(m->trainers[i], NNBLAS_GRADIENT_DESCENT));
    ck_assert_ok(nnblas_trainer_set_learning_rate(m->trainers[i], 1e308));
    ck_assert_ok(nnblas_net_set_output(m->nets[i], NNBLAS_IDENTITY, NNBLAS_MSE));
}

/* Each trainer tells the status of its own. */
static void check_fit_statuses(const many_trainings *m) {
    for (size_t i = 0; i < COUNT; i++)
        ck_assert_int_eq(nnblas_trainer_fit_status(m->trainers[i]), m->statuses[i]);
}

/* Those that fail keep the others from nothing. */
START_TEST(the_first_that_fails_is_named) {
    pair p = make_pair();
    char words[256];
    nnblas_net_parameters(p.many.nets[6])[0] = nnblas_net_parameters(p.alone.nets[6])[0] =
        (double)NAN;
    for (size_t i = 2; i <= 4; i += 2) {
        overflow(&p.many, i);
        overflow(&p.alone, i);
    }
    fit_each(&p.alone);
    ck_assert_int_eq(p.alone.statuses[6], NNBLAS_ERROR_NOT_FINITE);
    ck_assert_int_eq(nnblas_trainer_fit(p.alone.trainers[2], p.alone.p.N, p.alone.p.X,
                                        p.alone.p.ldx, p.alone.p.Y, p.alone.p.ldy),
                     NNBLAS_ERROR_NOT_FINITE);
    snprintf(words, sizeof words, "trainer 2: %s", nnblas_error_message());
    ck_assert_int_eq(fit_many(&p.many), NNBLAS_ERROR_NOT_FINITE);
    ck_assert_str_eq(nnblas_error_message(), words);
    for (size_t i = 0; i < COUNT; i++)
        if (i == 2 || i == 4 || i == 6)
            ck_assert_int_eq(p.many.statuses[i], NNBLAS_ERROR_NOT_FINITE);
        else
            check_same_training(&p.alone, &p.many, i);
    check_fit_statuses(&p.many);
    ck_assert_int_eq(nnblas_trainer_fit_status(p.many.trainers[6]), NNBLAS_ERROR_NOT_FINITE);
    ck_assert_str_eq(nnblas_error_message(), "W1 holds a NaN at row 0, column 0");
    free_pair(&p);
}
END_TEST

/* Rows that no training can take fail in each. */
START_TEST(rows_are_refused_by_each) {
    pair p = make_pair();
    p.many.p.X[3 * p.many.p.ldx + 1] = HUGE_VAL;
    ck_assert_int_eq(fit_many(&p.many), NNBLAS_ERROR_NOT_FINITE);
    ck_assert_str_eq(nnblas_error_message(), "trainer 0: X holds an infinity at row 3, column 1");
    for (size_t i = 0; i < COUNT; i++)
        ck_assert_int_eq(p.many.statuses[i], NNBLAS_ERROR_NOT_FINITE);
    ck_assert_int_eq(nnblas_fit_many(p.many.trainers, COUNT, p.many.p.N, p.many.p.X, 1, p.many.p.Y,
                                     p.many.p.ldy, p.many.statuses),
                     NNBLAS_ERROR_LEADING);
    ck_assert_int_eq(p.many.statuses[COUNT - 1], NNBLAS_ERROR_LEADING);
    free_pair(&p);
}
END_TEST

START_TEST(statuses_may_be_null) {
    pair p = make_pair();
    p.many.p.N = p.alone.p.N = 9;
    overflow(&p.many, 1);
    ck_assert_int_eq(nnblas_fit_many(p.many.trainers, COUNT, 9, p.many.p.X, p.many.p.ldx,
                                     p.many.p.Y, p.many.p.ldy, NULL),
                     NNBLAS_ERROR_NOT_FINITE);
    ck_assert_mem_eq(nnblas_error_message(), "trainer 1: ", 11);
    free_pair(&p);
}
END_TEST

/* ---- reasons to stop ------------------------------------------------------------------------- */

static int stop_at(void *user, size_t epoch, double mse) {
    (void)mse;
    return epoch == *(size_t *)user;
}

/* Each stops for a reason of its own, and that is no failure. */
START_TEST(each_ends_for_its_own_reason) {
    pair p = make_pair();
    size_t third = 3;
    for (int k = 0; k < 2; k++) {
        const many_trainings *m = k ? &p.many : &p.alone;
        ck_assert_ok(nnblas_trainer_set_callback(m->trainers[1], stop_at, &third));
        ck_assert_ok(nnblas_trainer_set_desired_cost(m->trainers[2], 1e6));
        ck_assert_ok(nnblas_trainer_set_tolerance(m->trainers[4], 1e6));
        ck_assert_ok(nnblas_trainer_set_patience(m->trainers[4], 2));
        ck_assert_ok(nnblas_trainer_set_time_limit(m->trainers[5], 1e-9));
    }
    fit_each(&p.alone);
    ck_assert_ok(fit_many(&p.many));
    check_same_trainings(&p.alone, &p.many);
    ck_assert_int_eq(p.many.statuses[0], NNBLAS_OK);
    ck_assert_int_eq(p.many.statuses[1], NNBLAS_STOPPED_CALLBACK);
    ck_assert_int_eq(p.many.statuses[2], NNBLAS_STOPPED_COST);
    ck_assert_int_eq(p.many.statuses[4], NNBLAS_STOPPED_PATIENCE);
    ck_assert_int_eq(p.many.statuses[5], NNBLAS_STOPPED_TIME);
    free_pair(&p);
}
END_TEST

/* The time of a training begins with it, and not with the call. */
static int take_time(void *user, size_t epoch, double mse) {
    (void)user, (void)epoch, (void)mse;
    nanosleep(&(struct timespec){.tv_nsec = 20000000}, NULL);
    return epoch == 3;
}

START_TEST(times_are_those_of_the_own_training) {
    many_trainings m = make_many(4, NNBLAS_ADAM);
    ck_assert_ok(nnblas_set_local_threads(1));
    ck_assert_ok(nnblas_trainer_set_callback(m.trainers[0], take_time, NULL));
    ck_assert_ok(fit_many(&m));
    ck_assert_double_lt(get_epoch(m.trainers[1], 0).seconds, get_epoch(m.trainers[0], 2).seconds);
    ck_assert_ok(nnblas_set_local_threads(0));
    free_many(&m);
}
END_TEST

/* Cancels trainings when the first of them has an epoch. */
typedef struct canceller {
    const many_trainings *m;
    atomic_bool has_begun;
} canceller;

static int note_beginning(void *user, size_t epoch, double mse) {
    (void)epoch, (void)mse;
    ((canceller *)user)->has_begun = true;
    return 0;
}

static void *cancel_endless(void *argument) {
    canceller *c = argument;
    while (!c->has_begun)
        nanosleep(&(struct timespec){.tv_nsec = 1000000}, NULL);
    nnblas_trainer_cancel(c->m->trainers[0]);
    nnblas_trainer_cancel(c->m->trainers[COUNT - 1]);
    return NULL;
}

/* Two that would train for days, and the others, which do not notice. */
START_TEST(another_thread_cancels_some) {
    pair p = make_pair();
    canceller c = {.m = &p.many};
    pthread_t other;
    for (size_t i = 0; i < COUNT; i += COUNT - 1) {
        ck_assert_ok(nnblas_trainer_set_epochs(p.many.trainers[i], SIZE_MAX));
        ck_assert_ok(nnblas_trainer_set_history_limit(p.many.trainers[i], 1));
    }
    ck_assert_ok(nnblas_trainer_set_callback(p.many.trainers[0], note_beginning, &c));
    fit_each(&p.alone);
    ck_assert_int_eq(pthread_create(&other, NULL, cancel_endless, &c), 0);
    ck_assert_ok(fit_many(&p.many));
    ck_assert_int_eq(pthread_join(other, NULL), 0);
    ck_assert_int_eq(p.many.statuses[0], NNBLAS_STOPPED_CANCELLED);
    ck_assert_int_eq(p.many.statuses[COUNT - 1], NNBLAS_STOPPED_CANCELLED);
    for (size_t i = 1; i < COUNT - 1; i++)
        check_same_training(&p.alone, &p.many, i);
    free_pair(&p);
}
END_TEST

static int cancel_all(void *user, size_t epoch, double mse) {
    const many_trainings *m = user;
    (void)epoch, (void)mse;
    for (size_t i = 0; i < m->count; i++)
        nnblas_trainer_cancel(m->trainers[i]);
    return 0;
}

/* In one thread, the first cancels all after its first epoch: the others take no step. */
START_TEST(what_has_not_begun_takes_no_step) {
    pair p = make_pair();
    ck_assert_ok(nnblas_set_local_threads(1));
    ck_assert_ok(nnblas_trainer_set_callback(p.many.trainers[0], cancel_all, &p.many));
    ck_assert_ok(fit_many(&p.many));
    for (size_t i = 0; i < COUNT; i++) {
        ck_assert_int_eq(p.many.statuses[i], NNBLAS_STOPPED_CANCELLED);
        ck_assert_uint_eq(nnblas_trainer_history_count(p.many.trainers[i]), i == 0);
        if (i > 0)
            ck_assert_mem_eq(nnblas_net_parameters(p.many.nets[i]),
                             nnblas_net_parameters(p.alone.nets[i]),
                             nnblas_net_parameter_count(p.many.nets[i]) * sizeof(double));
    }
    /* The requests are fulfilled. */
    check_fit_statuses(&p.many);
    ck_assert_ok(nnblas_trainer_set_callback(p.many.trainers[0], NULL, NULL));
    ck_assert_ok(fit_many(&p.many));
    for (size_t i = 0; i < COUNT; i++)
        ck_assert_int_eq(p.many.statuses[i], NNBLAS_OK);
    check_fit_statuses(&p.many);
    ck_assert_ok(nnblas_set_local_threads(0));
    free_pair(&p);
}
END_TEST

/* ---- checkpoints ----------------------------------------------------------------------------- */

typedef struct path_text {
    char text[64];
} path_text;

static path_text write_path(size_t i) {
    path_text path;
    snprintf(path.text, sizeof path.text, "fit_many.%ld.%zu.safetensors", (long)getpid(), i);
    return path;
}

/* Each writes its own, also on a worker's small stack, and all are resumed together. */
START_TEST(each_has_its_own_checkpoint) {
    pair p = make_pair();
    size_t second = 2;
    fit_each(&p.alone);
    for (size_t i = 0; i < COUNT; i++) {
        ck_assert_ok(nnblas_trainer_set_checkpoint(p.many.trainers[i], write_path(i).text, 1));
        ck_assert_ok(nnblas_trainer_set_callback(p.many.trainers[i], stop_at, &second));
    }
    ck_assert_ok(fit_many(&p.many));
    for (size_t i = 0; i < COUNT; i++) {
        ck_assert_int_eq(p.many.statuses[i], NNBLAS_STOPPED_CALLBACK);
        ck_assert_ok(nnblas_trainer_checkpoint_status(p.many.trainers[i]));
        ck_assert_ok(nnblas_net_init(p.many.nets[i], 999));
        ck_assert_ok(nnblas_trainer_resume(p.many.trainers[i], write_path(i).text));
    }
    ck_assert_ok(fit_many(&p.many));
    check_same_trainings(&p.alone, &p.many);
    for (size_t i = 0; i < COUNT; i++)
        ck_assert_int_eq(unlink(write_path(i).text), 0);
    free_pair(&p);
}
END_TEST

/* ---- what is refused ------------------------------------------------------------------------- */

/* Nothing is trained and no status written. */
static void expect_refusal(const pair *p, nnblas_status expected, const char *words,
                           nnblas_status found) {
    ck_assert_int_eq(found, expected);
    ck_assert_str_eq(nnblas_error_message(), words);
    for (size_t i = 0; i < COUNT; i++) {
        ck_assert_int_eq(p->many.statuses[i], 99);
        ck_assert_mem_eq(nnblas_net_parameters(p->many.nets[i]),
                         nnblas_net_parameters(p->alone.nets[i]),
                         nnblas_net_parameter_count(p->many.nets[i]) * sizeof(double));
    }
}

static pair make_refused(void) {
    pair p = make_pair();
    for (size_t i = 0; i < COUNT; i++)
        p.many.statuses[i] = (nnblas_status)99;
    return p;
}

START_TEST(missing_arguments_are_refused) {
    pair p = make_refused();
    const problem *r = &p.many.p;
    nnblas_trainer **t = p.many.trainers, *found = t[5];
    nnblas_status *s = p.many.statuses;
    expect_refusal(&p, NNBLAS_ERROR_NULL, "trainers is null",
                   nnblas_fit_many(NULL, COUNT, r->N, r->X, r->ldx, r->Y, r->ldy, s));
    expect_refusal(&p, NNBLAS_ERROR_SIZE, "count is 0; it must be at least 1",
                   nnblas_fit_many(t, 0, r->N, r->X, r->ldx, r->Y, r->ldy, s));
    expect_refusal(&p, NNBLAS_ERROR_SIZE, "N is 0; it must be at least 1",
                   nnblas_fit_many(t, COUNT, 0, r->X, r->ldx, r->Y, r->ldy, s));
    expect_refusal(&p, NNBLAS_ERROR_NULL, "X is null",
                   nnblas_fit_many(t, COUNT, r->N, NULL, r->ldx, r->Y, r->ldy, s));
    expect_refusal(&p, NNBLAS_ERROR_NULL, "Y is null",
                   nnblas_fit_many(t, COUNT, r->N, r->X, r->ldx, NULL, r->ldy, s));
    t[5] = NULL;
    expect_refusal(&p, NNBLAS_ERROR_NULL, "trainer 5 is null", fit_many(&p.many));
    t[5] = found;
    free_pair(&p);
}
END_TEST

START_TEST(a_network_has_one_training) {
    pair p = make_refused();
    nnblas_trainer *second = NULL, *found = p.many.trainers[6];
    ck_assert_ok(nnblas_trainer_create(p.many.nets[2], &second));
    p.many.trainers[6] = second;
    expect_refusal(&p, NNBLAS_ERROR_VALUE, "trainers 2 and 6 have the same network",
                   fit_many(&p.many));
    p.many.trainers[6] = p.many.trainers[0];
    expect_refusal(&p, NNBLAS_ERROR_VALUE, "trainers 0 and 6 have the same network",
                   fit_many(&p.many));
    p.many.trainers[6] = found;
    nnblas_trainer_destroy(second);
    free_pair(&p);
}
END_TEST

static int hand_out_nothing(void *user, nnblas_block *block) {
    (void)user;
    block->N = 0;
    return 0;
}

static int restart_nothing(void *user) {
    (void)user;
    return 0;
}

START_TEST(a_validation_source_has_one_training) {
    pair p = make_refused();
    const nnblas_net *net = p.many.nets[0];
    nnblas_source *source;
    ck_assert_ok(nnblas_source_create(nnblas_net_layer_size(net, 0), nnblas_net_label_count(net),
                                      hand_out_nothing, restart_nothing, NULL, &source));
    ck_assert_ok(nnblas_trainer_set_validation_source(p.many.trainers[1], source));
    ck_assert_ok(nnblas_trainer_set_validation_source(p.many.trainers[5], source));
    expect_refusal(&p, NNBLAS_ERROR_VALUE, "trainers 1 and 5 have the same validation source",
                   fit_many(&p.many));
    free_pair(&p);
    nnblas_source_destroy(source);
}
END_TEST

START_TEST(a_checkpoint_has_one_training) {
    pair p = make_refused();
    const size_t shared[] = {1, 7}, own[] = {3, 4};
    for (size_t i = 0; i < 2; i++) {
        ck_assert_ok(
            nnblas_trainer_set_checkpoint(p.many.trainers[shared[i]], write_path(0).text, 1));
        ck_assert_ok(
            nnblas_trainer_set_checkpoint(p.many.trainers[own[i]], write_path(own[i]).text, 1));
    }
    expect_refusal(&p, NNBLAS_ERROR_VALUE, "trainers 1 and 7 have the same path for checkpoints",
                   fit_many(&p.many));
    ck_assert_int_ne(access(write_path(0).text, F_OK), 0);
    free_pair(&p);
}
END_TEST

int main(void) {
    const TTest *const tests[] = {
        the_first_that_fails_is_named,
        rows_are_refused_by_each,
        statuses_may_be_null,
        each_ends_for_its_own_reason,
        times_are_those_of_the_own_training,
        another_thread_cancels_some,
        what_has_not_begun_takes_no_step,
        each_has_its_own_checkpoint,
        missing_arguments_are_refused,
        a_network_has_one_training,
        a_validation_source_has_one_training,
        a_checkpoint_has_one_training,
    };
    return run_tests("fit_many_ends", tests, sizeof tests / sizeof *tests);
}
