/* SPDX-License-Identifier: BSD-3-Clause */
/* When checkpoints are written: by epochs, by seconds, and at the end. */
#include "support/checkpoint_file.h"
#include "support/small_training.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

static char path[64];

/* ---- time ------------------------------------------------------------------------------------ */

/* Time passes when the training calls back, and nowhere else. The linker puts this in the place of
 * the library's clock. */
static double moment;

double __wrap_nn_read_clock(void);
double __wrap_nn_read_clock(void) {
    return moment;
}

/* ---- what was written ------------------------------------------------------------------------ */

enum { EPOCHS = 20 };

typedef struct observer {
    double seconds_an_epoch;
    size_t stop_at;
    bool wrote[EPOCHS + 1]; /* after the epoch */
} observer;

/* Looks for the checkpoint of the epoch before, and removes it. */
static void observe(observer *o, size_t epoch) {
    if (access(path, F_OK) != 0)
        return;
    ck_assert_uint_eq(get_saved_number(path, "epoch"), epoch);
    o->wrote[epoch] = true;
    ck_assert_int_eq(unlink(path), 0);
}

static int finish_epoch(void *user, size_t epoch, double cost) {
    observer *o = user;
    (void)cost;
    observe(o, epoch - 1);
    moment += o->seconds_an_epoch;
    return epoch == o->stop_at;
}

static void run(observer *o, size_t epochs, double interval) {
    training t = make_training(NNBLAS_GRADIENT_DESCENT, 0.5, EPOCHS);
    ck_assert_ok(nnblas_trainer_set_checkpoint(t.trainer, path, epochs));
    ck_assert_ok(nnblas_trainer_set_checkpoint_interval(t.trainer, interval));
    ck_assert_ok(nnblas_trainer_set_callback(t.trainer, finish_epoch, o));
    ck_assert_int_eq(fit(&t), o->stop_at ? NNBLAS_STOPPED_CALLBACK : NNBLAS_OK);
    observe(o, nnblas_trainer_history_count(t.trainer));
    free_training(&t);
}

/* expected: "x" for each epoch after which there is one. */
static void check(double seconds_an_epoch, size_t epochs, double interval, const char *expected) {
    observer o = {.seconds_an_epoch = seconds_an_epoch};
    run(&o, epochs, interval);
    char wrote[EPOCHS + 1] = "";
    for (size_t e = 1; e <= EPOCHS; e++)
        wrote[e - 1] = o.wrote[e] ? 'x' : '.';
    ck_assert_str_eq(wrote, expected);
}

START_TEST(each_multiple_of_the_epochs_has_one) {
    check(0.0, 1, 0.0, "xxxxxxxxxxxxxxxxxxxx");
    check(0.0, 2, 0.0, ".x.x.x.x.x.x.x.x.x.x");
    check(0.0, 5, 0.0, "....x....x....x....x");
    check(0.0, 7, 0.0, "......x......x.....x");
    check(0.0, 20, 0.0, "...................x");
    check(0.0, 1000, 0.0, "...................x");
}
END_TEST

START_TEST(between_two_there_is_the_interval) {
    check(1.0, 1, 3.0, "..x..x..x..x..x..x.x");
    check(1.0, 1, 0.5, "xxxxxxxxxxxxxxxxxxxx");
    check(2.0, 1, 3.0, ".x.x.x.x.x.x.x.x.x.x");
    check(0.1, 1, 1000.0, "...................x");
    check(5.0, 1, 0.0, "xxxxxxxxxxxxxxxxxxxx");
}
END_TEST

/* A multiple that comes too early is passed over. */
START_TEST(both_have_to_be_over) {
    check(1.0, 2, 3.0, "...x...x...x...x...x");
    check(1.0, 3, 4.0, ".....x.....x.....x.x");
    check(1.0, 5, 1.0, "....x....x....x....x");
    check(1.0, 6, 13.0, ".................x.x");
}
END_TEST

START_TEST(an_early_end_has_one) {
    observer o = {.seconds_an_epoch = 1.0, .stop_at = 6};
    run(&o, 4, 1000.0);
    for (size_t e = 1; e <= EPOCHS; e++)
        ck_assert(o.wrote[e] == (e == 6));
}
END_TEST

/* ---- settings -------------------------------------------------------------------------------- */

START_TEST(bad_intervals_are_refused) {
    training t = make_training(NNBLAS_GRADIENT_DESCENT, 0.5, EPOCHS);
    const double BAD[] = {-1.0, -0x1p-1074, 0.0 / 0.0, 1.0 / 0.0};
    for (size_t i = 0; i < sizeof BAD / sizeof *BAD; i++) {
        ck_assert_int_eq(nnblas_trainer_set_checkpoint_interval(t.trainer, BAD[i]),
                         NNBLAS_ERROR_VALUE);
        ck_assert_ptr_nonnull(strstr(nnblas_error_message(), "seconds is "));
    }
    ck_assert_int_eq(nnblas_trainer_set_checkpoint_interval(NULL, 1.0), NNBLAS_ERROR_NULL);
    free_training(&t);
}
END_TEST

int main(void) {
    snprintf(path, sizeof path, "times.%ld.safetensors", (long)getpid());
    const TTest *const tests[] = {
        each_multiple_of_the_epochs_has_one,
        between_two_there_is_the_interval,
        both_have_to_be_over,
        an_early_end_has_one,
        bad_intervals_are_refused,
    };
    return run_tests("checkpoint_times", tests, sizeof tests / sizeof *tests);
}
