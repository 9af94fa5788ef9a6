/* SPDX-License-Identifier: BSD-3-Clause */
/* A training of many epochs ends at each of the calls by which it changes a file: what is on the
 * disk goes on to the same end. */
#include "file/disk.h"
#include "support/checkpoint_file.h"
#include "support/resumable_training.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

/* Long enough that the file of the history is made, and added to. */
enum { EPOCHS = 2600, BETWEEN = 600 };

typedef struct expectation {
    training whole;
    double parameters[PARAMETERS];
} expectation;

static size_t between = BETWEEN;

static training begin(size_t history_limit) {
    training t = make_training(NNBLAS_MOMENTUM, 0.01, EPOCHS);
    ck_assert_ok(nnblas_trainer_set_checkpoint(t.trainer, "checkpoint", between));
    ck_assert_ok(nnblas_trainer_set_history_limit(t.trainer, history_limit));
    return t;
}

/* Nothing of Check is called here: it would write into the file that the parent reports its results
 * in. */
static _Noreturn void train_until_killed(const training *t, size_t call, bool is_torn,
                                         bool goes_on) {
    fault.killed_at = call;
    fault.is_torn = is_torn;
    nnblas_status status = NNBLAS_OK;
    if (goes_on && access("checkpoint", F_OK) == 0)
        status = nnblas_trainer_resume(t->trainer, "checkpoint");
    _exit(!status && !fit(t) && !nnblas_trainer_checkpoint_status(t->trainer) ? 0 : 1);
}

/* Returns whether it was killed. */
static bool kill_at(const training *t, size_t call, bool is_torn, bool goes_on) {
    pid_t child = fork();
    if (child == 0)
        train_until_killed(t, call, is_torn, goes_on);
    int status = wait_for_child(child);
    ck_assert(WIFEXITED(status));
    ck_assert_msg(WEXITSTATUS(status) == KILLED || WEXITSTATUS(status) == 0,
                  "a training failed that was to be killed at call %zu", call);
    return WEXITSTATUS(status) == KILLED;
}

static void go_on(const expectation *e, size_t history_limit) {
    training t = begin(history_limit);
    if (access("checkpoint", F_OK) == 0)
        ck_assert_ok(nnblas_trainer_resume(t.trainer, "checkpoint"));
    ck_assert_ok(fit(&t));
    ck_assert_ok(nnblas_trainer_checkpoint_status(t.trainer));
    ck_assert(has_parameters(&t, e->parameters));
    check_same_history(e->whole.trainer, t.trainer);
    ck_assert_uint_eq(count_names(""), 1);
    free_training(&t);
}

static void check_every_call(size_t history_limit, bool is_torn) {
    expectation e = {.whole = begin(history_limit)};
    fault.is_never_flushed = true;
    ck_assert_ok(nnblas_set_threads(1));
    ck_assert_ok(fit(&e.whole));
    keep_parameters(&e.whole, e.parameters);
    ck_assert_int_eq(unlink("checkpoint"), 0);
    size_t call = 1, with_history = 0;
    for (bool was_killed = true; was_killed; call++) {
        training t = begin(history_limit);
        was_killed = kill_at(&t, call, is_torn, true);
        free_training(&t);
        with_history += access("checkpoint.epochs", F_OK) == 0;
        /* The next one is killed as well, at another call. */
        if (was_killed && call % 3 == 0) {
            t = begin(history_limit);
            kill_at(&t, 1 + call % 50, is_torn, true);
            free_training(&t);
        }
        go_on(&e, history_limit);
        ck_assert_int_eq(unlink("checkpoint"), 0);
    }
    /* Or this test has tested nothing. */
    ck_assert_uint_gt(call, 30);
    ck_assert_uint_gt(with_history, 10);
    free_training(&e.whole);
}

START_TEST(no_call_loses_anything) {
    check_every_call(SIZE_MAX, false);
}
END_TEST

START_TEST(half_of_a_write_loses_nothing) {
    check_every_call(SIZE_MAX, true);
}
END_TEST

/* Epochs between the file and those that are held are dropped, so that it is given up. */
START_TEST(a_limited_history_loses_nothing) {
    check_every_call(1100, true);
}
END_TEST

/* Kills trainings until one leaves a checkpoint that needs the file beside it. */
static void leave_two_files(void) {
    size_t call = 1;
    do {
        unlink("checkpoint");
        training t = begin(SIZE_MAX);
        ck_assert(kill_at(&t, call++, false, false));
        free_training(&t);
    } while (access("checkpoint", F_OK) || get_saved_number("checkpoint", "file_epochs") == 0);
}

/* It begins anew, over the files of another, which has to be there until it has one of its own. */
START_TEST(a_new_training_loses_nothing_of_the_old_one) {
    fault.is_never_flushed = true;
    between = 1100;
    ck_assert_ok(nnblas_set_threads(1));
    leave_two_files();
    file_contents checkpoint = read_whole("checkpoint"), epochs = read_whole("checkpoint.epochs");
    size_t call = 1;
    for (bool was_killed = true; was_killed; call++) {
        write_whole("checkpoint", &checkpoint);
        write_whole("checkpoint.epochs", &epochs);
        training t = begin(SIZE_MAX);
        was_killed = kill_at(&t, call, true, false);
        ck_assert_ok(nnblas_trainer_resume(t.trainer, "checkpoint"));
        free_training(&t);
    }
    ck_assert_uint_gt(call, 20);
    free(checkpoint.bytes);
    free(epochs.bytes);
    between = BETWEEN;
}
END_TEST

int main(void) {
    const TTest *const tests[] = {
        no_call_loses_anything,
        half_of_a_write_loses_nothing,
        a_limited_history_loses_nothing,
        a_new_training_loses_nothing_of_the_old_one,
    };
    return run_in_folders("killed_at_each_call", tests, sizeof tests / sizeof *tests);
}
