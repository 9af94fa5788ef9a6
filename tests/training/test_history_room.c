/* SPDX-License-Identifier: BSD-3-Clause */
/* The room of a history whose limit is lowered or raised, also between a resume and its fit. */
#include "support/counting_allocator.h"
#include "support/resumable_training.h"
#include "training/history.h"

#include <stdio.h>
#include <unistd.h>

static char path[64];

/* ---- a history by itself --------------------------------------------------------------------- */

static void add_epochs(nn_history *history, size_t last, size_t limit) {
    size_t first = history->count > 0 ? nn_history_get(history)[history->count - 1].epoch : 0;
    for (size_t number = first + 1; number <= last; number++) {
        ck_assert_ok(nn_history_make_room(history, limit));
        nn_history_add(history, limit, &(nnblas_epoch){.epoch = number});
    }
}

static void check_history(const nn_history *history, size_t last, size_t expected) {
    ck_assert_uint_eq(history->count, expected);
    for (size_t i = 0; i < expected; i++)
        ck_assert_uint_eq(nn_history_get(history)[i].epoch, last - expected + i + 1);
}

static size_t get_smaller(size_t a, size_t b) {
    return a < b ? a : b;
}

static void try_limits(size_t epochs, size_t then, size_t now) {
    nn_history history = {.count = 0};
    add_epochs(&history, epochs, then);
    size_t expected = get_smaller(get_smaller(epochs, then), now);
    ck_assert_ok(nn_history_make_room(&history, now));
    check_history(&history, epochs, expected);
    ck_assert_uint_le(history.room, 2 * now);
    ck_assert(now == 0 || history.first + history.count < history.room);
    add_epochs(&history, epochs + 30, now);
    check_history(&history, epochs + 30, get_smaller(expected + 30, now));
    nn_history_clear(&history);
}

START_TEST(a_limit_may_change_at_any_epoch) {
    const size_t LIMITS[] = {0, 1, 2, 10, 127, 128, 200, 255, 256, 257, 300, 600, 100000};
    const size_t EPOCHS[] = {1, 2, 9, 10, 20, 128, 255, 256, 257, 400, 511, 512, 513, 1300};
    enum { N_LIMITS = sizeof LIMITS / sizeof *LIMITS, N_EPOCHS = sizeof EPOCHS / sizeof *EPOCHS };
    for (size_t then = 1; then < N_LIMITS; then++)
        for (size_t now = 0; now < N_LIMITS; now++)
            for (size_t i = 0; i < N_EPOCHS; i++)
                try_limits(EPOCHS[i], LIMITS[then], LIMITS[now]);
}
END_TEST

START_TEST(a_failure_leaves_the_history) {
    nn_history history = {.count = 0};
    add_epochs(&history, 256, 1000);
    start_counting(1);
    ck_assert_int_eq(nn_history_make_room(&history, 10), NNBLAS_ERROR_MEMORY);
    start_counting(0);
    check_history(&history, 256, 256);
    nn_history_clear(&history);
}
END_TEST

/* ---- a fit that goes on ---------------------------------------------------------------------- */

static size_t count_bytes_of_fit(const training *t) {
    start_counting(0);
    ck_assert_ok(fit(t));
    return get_heap_count().bytes;
}

/* As many epochs as there is room for at first. Memory comes in whole cache lines. */
START_TEST(a_limit_may_be_lowered_behind_the_resume) {
    enum { EPOCHS = 256, MORE = 40 };
    const size_t LIMITS[] = {1, 10, 255, 256};
    training first = make_training(NNBLAS_GRADIENT_DESCENT, 0.1, EPOCHS);
    ck_assert_ok(nnblas_trainer_set_checkpoint(first.trainer, path, EPOCHS));
    ck_assert_ok(fit(&first));
    for (size_t i = 0; i < sizeof LIMITS / sizeof *LIMITS; i++) {
        training t = make_training(NNBLAS_GRADIENT_DESCENT, 0.1, EPOCHS + MORE);
        ck_assert_ok(nnblas_trainer_set_history_limit(t.trainer, 0));
        size_t without = count_bytes_of_fit(&t);
        ck_assert_ok(nnblas_trainer_set_history_limit(t.trainer, SIZE_MAX));
        ck_assert_ok(nnblas_trainer_resume(t.trainer, path));
        ck_assert_ok(nnblas_trainer_set_history_limit(t.trainer, LIMITS[i]));
        ck_assert_uint_lt(count_bytes_of_fit(&t) - without,
                          2 * LIMITS[i] * sizeof(nnblas_epoch) + 64);
        ck_assert_uint_eq(nnblas_trainer_history_count(t.trainer), LIMITS[i]);
        ck_assert_uint_eq(get_epoch(t.trainer, 0).epoch, EPOCHS + MORE - LIMITS[i] + 1);
        free_training(&t);
    }
    free_training(&first);
    ck_assert_int_eq(unlink(path), 0);
}
END_TEST

int main(void) {
    snprintf(path, sizeof path, "history_room.%ld.safetensors", (long)getpid());
    const TTest *const tests[] = {
        a_limit_may_change_at_any_epoch,
        a_failure_leaves_the_history,
        a_limit_may_be_lowered_behind_the_resume,
    };
    return run_tests("history_room", tests, sizeof tests / sizeof *tests);
}
