/* SPDX-License-Identifier: BSD-3-Clause */
/* The file of the history when somebody else moves it, or may not write to it. */
#include "file/disk.h"
#include "support/checkpoint_file.h"
#include "support/resumable_training.h"
#include "training/history_file.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
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

/* ---- a file that nobody may write to --------------------------------------------------------- */

static nnblas_epoch epochs[3] = {{.epoch = 1}, {.epoch = 2}, {.epoch = 3}};

/* The new file gets the mode of the old one, and cannot be opened to write then. */
START_TEST(a_file_that_is_read_only_is_replaced_and_grows) {
    static const uid_t SOMEBODY = 12345;
    bool is_root = geteuid() == 0; /* who may write to any file */
    nn_history_file file = {.is_open = false};
    ck_assert_int_eq(chmod(".", 0777), 0);
    ck_assert(!is_root || seteuid(SOMEBODY) == 0);
    write_file(FILE_PATH, "nnblas epochs 1\n", 16);
    ck_assert_int_eq(chmod(FILE_PATH, 0444), 0);
    ck_assert(nn_history_file_create(&file, FILE_PATH, epochs, 2));
    ck_assert(nn_history_file_is_at(&file, FILE_PATH));
    ck_assert(nn_history_file_append(&file, epochs + 2, 1));
    nn_history_file_close(&file);
    ck_assert(!is_root || seteuid(0) == 0);
    ck_assert_int_eq(get_mode(FILE_PATH), S_IFREG | 0444);
    file_contents found = read_whole(FILE_PATH);
    ck_assert_uint_eq(found.size, 16 + 3 * 48);
    free(found.bytes);
}
END_TEST

/* With any number of descriptors left: either it is made, or the old one is there. */
START_TEST(a_file_that_cannot_be_made_leaves_the_old_one) {
    struct rlimit all, few;
    ck_assert_int_eq(getrlimit(RLIMIT_NOFILE, &all), 0);
    int next = dup(0);
    close(next);
    size_t made = 0;
    for (rlim_t left = 0; left < 6; left++) {
        nn_history_file file = {.is_open = false};
        write_file(FILE_PATH, "nnblas epochs 1\n", 16);
        few = (struct rlimit){(rlim_t)next + left, all.rlim_max};
        ck_assert_int_eq(setrlimit(RLIMIT_NOFILE, &few), 0);
        bool is_made = nn_history_file_create(&file, FILE_PATH, epochs, 3);
        ck_assert_int_eq(setrlimit(RLIMIT_NOFILE, &all), 0);
        ck_assert(file.is_open == is_made);
        nn_history_file_close(&file);
        file_contents found = read_whole(FILE_PATH);
        ck_assert_uint_eq(found.size, is_made ? 16 + 3 * 48 : 16);
        free(found.bytes);
        made += is_made;
        ck_assert_uint_eq(count_names(""), 1);
    }
    ck_assert_uint_gt(made, 0);
    ck_assert_uint_lt(made, 6);
}
END_TEST

int main(void) {
    const TTest *const tests[] = {
        a_checkpoint_that_is_moved_is_followed_by_a_whole_one,
        a_file_that_is_moved_is_not_counted_on,
        a_file_that_is_swapped_is_not_counted_on,
        a_file_that_is_read_only_is_replaced_and_grows,
        a_file_that_cannot_be_made_leaves_the_old_one,
    };
    return run_in_folders("history_file", tests, sizeof tests / sizeof *tests);
}
