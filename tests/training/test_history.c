/* SPDX-License-Identifier: BSD-3-Clause */
/* The history of a fit, and its limit. */
#include "support/counting_allocator.h"
#include "support/resumable_training.h"

#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static char path[64];

static training make_long(size_t epochs, size_t limit) {
    training t = make_training(NNBLAS_GRADIENT_DESCENT, 0.1, epochs);
    ck_assert_ok(nnblas_trainer_set_history_limit(t.trainer, limit));
    return t;
}

/* The history is the last epochs of a whole one, but for the seconds. */
static void check_end(const training *whole, const training *t, size_t expected) {
    size_t all = nnblas_trainer_history_count(whole->trainer);
    ck_assert_uint_eq(nnblas_trainer_history_count(t->trainer), expected);
    for (size_t i = 0; i < expected; i++) {
        const nnblas_epoch a = get_epoch(whole->trainer, all - expected + i),
                           b = get_epoch(t->trainer, i);
        ck_assert_uint_eq(b.epoch, a.epoch);
        ck_assert_double_eq(b.cost, a.cost);
        ck_assert_double_eq(b.learning_rate, a.learning_rate);
    }
}

/* ---- one fit --------------------------------------------------------------------------------- */

enum { EPOCHS = 1500 };

START_TEST(a_limit_keeps_the_last_epochs) {
    const size_t LIMITS[] = {
        0,   1,   2,    3,    127,  128,  255,          256,          257,
        300, 511, 1000, 1499, 1500, 1501, SIZE_MAX / 2, SIZE_MAX - 1, SIZE_MAX};
    training whole = make_training(NNBLAS_GRADIENT_DESCENT, 0.1, EPOCHS);
    ck_assert_ok(fit(&whole));
    ck_assert_uint_eq(nnblas_trainer_history_count(whole.trainer), EPOCHS);
    for (size_t i = 0; i < sizeof LIMITS / sizeof *LIMITS; i++) {
        training t = make_long(EPOCHS, LIMITS[i]);
        ck_assert_ok(fit(&t));
        check_end(&whole, &t, LIMITS[i] < EPOCHS ? LIMITS[i] : EPOCHS);
        free_training(&t);
    }
    free_training(&whole);
}
END_TEST

typedef struct observer {
    const training *t;
    size_t limit;
} observer;

static int check_so_far(void *user, size_t epoch, double cost) {
    const observer *o = user;
    size_t expected = epoch < o->limit ? epoch : o->limit;
    ck_assert_uint_eq(nnblas_trainer_history_count(o->t->trainer), expected);
    for (size_t i = 0; i < expected; i++)
        ck_assert_uint_eq(get_epoch(o->t->trainer, i).epoch, epoch - expected + i + 1);
    if (expected > 0)
        ck_assert_double_eq(get_epoch(o->t->trainer, expected - 1).cost, cost);
    return 0;
}

START_TEST(a_callback_sees_what_is_held) {
    const size_t LIMITS[] = {0, 1, 5, 300, SIZE_MAX};
    for (size_t i = 0; i < sizeof LIMITS / sizeof *LIMITS; i++) {
        training t = make_long(EPOCHS, LIMITS[i]);
        observer o = {&t, LIMITS[i]};
        ck_assert_ok(nnblas_trainer_set_callback(t.trainer, check_so_far, &o));
        ck_assert_ok(fit(&t));
        free_training(&t);
    }
}
END_TEST

START_TEST(a_limit_counts_from_the_next_fit) {
    training t = make_long(40, SIZE_MAX);
    ck_assert_ok(fit(&t));
    ck_assert_ok(nnblas_trainer_set_history_limit(t.trainer, 3));
    ck_assert_uint_eq(nnblas_trainer_history_count(t.trainer), 40);
    ck_assert_ok(fit(&t));
    ck_assert_uint_eq(nnblas_trainer_history_count(t.trainer), 3);
    ck_assert_uint_eq(get_epoch(t.trainer, 0).epoch, 38);
    ck_assert_ok(nnblas_trainer_set_history_limit(t.trainer, SIZE_MAX));
    ck_assert_ok(fit(&t));
    ck_assert_uint_eq(nnblas_trainer_history_count(t.trainer), 40);
    ck_assert_int_eq(nnblas_trainer_set_history_limit(NULL, 3), NNBLAS_ERROR_NULL);
    free_training(&t);
}
END_TEST

/* ---- memory ---------------------------------------------------------------------------------- */

/* Epochs as small as they get: one row, one weight. */
static size_t count_bytes(size_t epochs, size_t limit) {
    nnblas_net *net;
    nnblas_trainer *trainer;
    const double X = 0.5, Y = 0.25;
    ck_assert_ok(nnblas_net_create((size_t[]){1, 1}, 2, 0, &net));
    ck_assert_ok(nnblas_trainer_create(net, &trainer));
    ck_assert_ok(nnblas_trainer_set_epochs(trainer, epochs));
    ck_assert_ok(nnblas_trainer_set_history_limit(trainer, limit));
    start_counting(0);
    ck_assert_ok(nnblas_trainer_fit(trainer, 1, &X, 1, &Y, 1));
    size_t bytes = get_heap_count().bytes;
    ck_assert_uint_eq(nnblas_trainer_history_count(trainer), limit < epochs ? limit : epochs);
    nnblas_trainer_destroy(trainer);
    nnblas_net_destroy(net);
    return bytes;
}

START_TEST(memory_does_not_grow_with_the_epochs) {
    enum { FEW = 10, MILLIONS = 3000000, LIMIT = 1000 };
    size_t without = count_bytes(FEW, 0);
    ck_assert_uint_eq(count_bytes(MILLIONS, 0), without);
    /* Room for twice as many, to which it grew by doubling. */
    ck_assert_uint_le(count_bytes(MILLIONS, LIMIT) - without, 4 * LIMIT * sizeof(nnblas_epoch));
    ck_assert_uint_ge(count_bytes(MILLIONS, SIZE_MAX), MILLIONS * sizeof(nnblas_epoch));
}
END_TEST

/* ---- checkpoints ----------------------------------------------------------------------------- */

/* Trains to the middle by one limit, and on to the end by another. */
static void check_cut(const training *whole, size_t then, size_t now, size_t expected) {
    training first = make_long(EPOCHS / 2, then), second = make_long(EPOCHS, now);
    ck_assert_ok(nnblas_trainer_set_checkpoint(first.trainer, path, EPOCHS));
    ck_assert_ok(fit(&first));
    ck_assert_ok(nnblas_trainer_resume(second.trainer, path));
    ck_assert_ok(fit(&second));
    check_end(whole, &second, expected);
    double parameters[PARAMETERS];
    keep_parameters(whole, parameters);
    ck_assert(has_parameters(&second, parameters));
    free_training(&first);
    free_training(&second);
}

START_TEST(a_checkpoint_has_what_is_held) {
    training whole = make_training(NNBLAS_GRADIENT_DESCENT, 0.1, EPOCHS);
    ck_assert_ok(fit(&whole));
    const size_t HALF = EPOCHS / 2;
    check_cut(&whole, SIZE_MAX, SIZE_MAX, EPOCHS);
    check_cut(&whole, 0, SIZE_MAX, HALF);
    check_cut(&whole, 5, SIZE_MAX, HALF + 5);
    check_cut(&whole, 5, 7, 7);
    check_cut(&whole, SIZE_MAX, 3, 3);
    check_cut(&whole, SIZE_MAX, HALF + 100, HALF + 100);
    check_cut(&whole, SIZE_MAX, 0, 0);
    check_cut(&whole, 600, 1000, 1000);
    free_training(&whole);
    ck_assert_int_eq(unlink(path), 0);
}
END_TEST

/* The limit of the fit counts, not that of the moment when the checkpoint was read. */
START_TEST(a_limit_may_come_after_the_checkpoint) {
    training first = make_long(40, SIZE_MAX), second = make_long(40, SIZE_MAX);
    ck_assert_ok(nnblas_trainer_set_checkpoint(first.trainer, path, EPOCHS));
    ck_assert_ok(fit(&first));
    ck_assert_ok(nnblas_trainer_resume(second.trainer, path));
    ck_assert_uint_eq(nnblas_trainer_history_count(second.trainer), 0);
    ck_assert_ok(nnblas_trainer_set_history_limit(second.trainer, 6));
    ck_assert_ok(fit(&second)); /* there is nothing more to do */
    check_end(&first, &second, 6);
    free_training(&first);
    free_training(&second);
    ck_assert_int_eq(unlink(path), 0);
}
END_TEST

/* ---- versions -------------------------------------------------------------------------------- */

/* A caller of an older header knows fewer members, one of a newer header more. */
START_TEST(structs_of_other_sizes_are_filled) {
    training t = make_long(3, SIZE_MAX);
    ck_assert_ok(fit(&t));
    const nnblas_epoch whole = get_epoch(t.trainer, 1);
    struct {
        nnblas_epoch epoch;
        double later[2];
    } newer = {.later = {1.0, 2.0}};
    nnblas_epoch older = {.seconds = -1.0};
    size_t size = offsetof(nnblas_epoch, seconds);
    ck_assert_ok(nnblas_trainer_history_epoch(t.trainer, 1, &newer.epoch, sizeof newer));
    ck_assert_mem_eq(&newer.epoch, &whole, sizeof whole);
    ck_assert_double_eq(newer.later[0], 0.0);
    ck_assert_double_eq(newer.later[1], 0.0);
    ck_assert_ok(nnblas_trainer_history_epoch(t.trainer, 1, &older, size));
    ck_assert_mem_eq(&older, &whole, size);
    ck_assert_double_eq(older.seconds, -1.0);
    free_training(&t);
}
END_TEST

START_TEST(epochs_that_there_are_not_are_refused) {
    training t = make_long(3, SIZE_MAX);
    nnblas_epoch epoch = {.epoch = 7};
    ck_assert_int_eq(nnblas_trainer_history_epoch(t.trainer, 0, &epoch, sizeof epoch),
                     NNBLAS_ERROR_VALUE);
    ck_assert_str_eq(nnblas_error_message(), "index is 0; the history has 0 epochs");
    ck_assert_ok(fit(&t));
    ck_assert_int_eq(nnblas_trainer_history_epoch(t.trainer, 3, &epoch, sizeof epoch),
                     NNBLAS_ERROR_VALUE);
    ck_assert_int_eq(nnblas_trainer_history_epoch(t.trainer, 0, &epoch, 0), NNBLAS_ERROR_SIZE);
    ck_assert_int_eq(nnblas_trainer_history_epoch(t.trainer, 0, NULL, sizeof epoch),
                     NNBLAS_ERROR_NULL);
    ck_assert_int_eq(nnblas_trainer_history_epoch(NULL, 0, &epoch, sizeof epoch),
                     NNBLAS_ERROR_NULL);
    ck_assert_uint_eq(epoch.epoch, 7);
    free_training(&t);
}
END_TEST

int main(void) {
    snprintf(path, sizeof path, "history.%ld.safetensors", (long)getpid());
    const TTest *const tests[] = {
        a_limit_keeps_the_last_epochs,     a_callback_sees_what_is_held,
        a_limit_counts_from_the_next_fit,  memory_does_not_grow_with_the_epochs,
        a_checkpoint_has_what_is_held,     a_limit_may_come_after_the_checkpoint,
        structs_of_other_sizes_are_filled, epochs_that_there_are_not_are_refused,
    };
    return run_tests("history", tests, sizeof tests / sizeof *tests);
}
