/* SPDX-License-Identifier: BSD-3-Clause */
/* The file of the history when somebody else moves it, or may not write to it. */
#include "file/disk.h"
#include "support/checkpoint_file.h"
#include "support/resumable_training.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

enum { EPOCHS = 2500, BETWEEN = 100, MOVED_AT = 1550, KEPT_AT = 1750 };

static const char PATH[] = "checkpoint", FILE_PATH[] = "checkpoint.epochs";

static training begin(uint64_t seed) {
    training t = make_training(NNBLAS_MOMENTUM, 0.01, EPOCHS);
    fault.is_never_flushed = true;
    ck_assert_ok(nnblas_net_init(t.net, seed));
    ck_assert_ok(nnblas_trainer_set_checkpoint(t.trainer, PATH, BETWEEN));
    return t;
}

/* ---- a file that is moved -------------------------------------------------------------------- */

typedef void act(void);

static int act_at_an_epoch(void *user, size_t epoch, double cost) {
    (void)cost;
    if (epoch == MOVED_AT)
        ((act *const *)user)[0]();
    if (epoch == KEPT_AT) /* the checkpoints since then are at the path */
        ((act *const *)user)[1]();
    return 0;
}

static void move_both(void) {
    ck_assert_uint_gt(get_saved_number(PATH, "file_epochs"), 0);
    ck_assert_int_eq(rename(PATH, "moved"), 0);
    ck_assert_int_eq(rename(FILE_PATH, "moved.epochs"), 0);
}

static void move_file(void) {
    ck_assert_int_eq(rename(FILE_PATH, "moved.epochs"), 0);
}

static void swap_file(void) {
    move_file();
    write_file(FILE_PATH, "nnblas epochs 1\n", 16);
}

static void copy_file(const char *from, const char *to) {
    file_contents contents = read_whole(from);
    write_whole(to, &contents);
    free(contents.bytes);
}

static void keep_both(void) {
    copy_file(PATH, "kept");
    if (access(FILE_PATH, F_OK) == 0)
        copy_file(FILE_PATH, "kept.epochs");
}

static void check_goes_on(const training *whole, const char *path) {
    double expected[PARAMETERS];
    keep_parameters(whole, expected);
    training t = begin(999);
    ck_assert_ok(nnblas_trainer_set_checkpoint(t.trainer, path, BETWEEN));
    ck_assert_ok(nnblas_trainer_resume(t.trainer, path));
    ck_assert_ok(fit(&t));
    ck_assert(has_parameters(&t, expected));
    check_same_history(whole->trainer, t.trainer);
    free_training(&t);
}

static void check_moved(act *move, const char *const *goes_on) {
    act *const acts[] = {move, keep_both};
    training t = begin(5);
    ck_assert_ok(nnblas_trainer_set_callback(t.trainer, act_at_an_epoch, (void *)acts));
    ck_assert_ok(fit(&t));
    for (; *goes_on; goes_on++)
        check_goes_on(&t, *goes_on);
    free_training(&t);
}

START_TEST(a_checkpoint_that_is_moved_is_followed_by_a_whole_one) {
    check_moved(move_both, (const char *[]){"moved", "kept", PATH, NULL});
}
END_TEST

START_TEST(a_file_that_is_moved_is_not_counted_on) {
    check_moved(move_file, (const char *[]){"kept", PATH, NULL});
}
END_TEST

START_TEST(a_file_that_is_swapped_is_not_counted_on) {
    check_moved(swap_file, (const char *[]){"kept", PATH, NULL});
}
END_TEST

int main(void) {
    const TTest *const tests[] = {
        a_checkpoint_that_is_moved_is_followed_by_a_whole_one,
        a_file_that_is_moved_is_not_counted_on,
        a_file_that_is_swapped_is_not_counted_on,
    };
    return run_in_folders("history_file", tests, sizeof tests / sizeof *tests);
}
