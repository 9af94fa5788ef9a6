/* SPDX-License-Identifier: BSD-3-Clause */
/* The file beside a checkpoint to which the epochs of a long history are added. */
#include "file/disk.h"
#include "support/checkpoint_file.h"
#include "support/resumable_training.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { EPOCHS = 4000, BETWEEN = 100, MOST_RECENT = 1024, ROW = 48, MAGIC = 16 };

static const char PATH[] = "checkpoint", FILE_PATH[] = "checkpoint.epochs";

static training begin(size_t epochs) {
    training t = make_training(NNBLAS_MOMENTUM, 0.01, epochs);
    fault.is_never_flushed = true;
    ck_assert_ok(nnblas_trainer_set_checkpoint(t.trainer, PATH, BETWEEN));
    return t;
}

static bool exists(const char *path) {
    return access(path, F_OK) == 0;
}

static off_t get_size(const char *path) {
    struct stat s;
    ck_assert_int_eq(stat(path, &s), 0);
    return s.st_size;
}

static void copy(const char *from, const char *to) {
    file_contents contents = read_whole(from);
    write_whole(to, &contents);
    free(contents.bytes);
}

/* Does something after an epoch, before its checkpoint. */
typedef struct step {
    size_t epoch;
    void (*act)(void);
} step;

static int act_at(void *user, size_t epoch, double cost) {
    (void)cost;
    for (const step *s = user; s->act; s++)
        if (s->epoch == epoch)
            s->act();
    return 0;
}

/* A whole training, with what is done in between. */
static training train(const step *steps) {
    training t = begin(EPOCHS);
    ck_assert_ok(nnblas_trainer_set_callback(t.trainer, act_at, (void *)steps));
    ck_assert_ok(fit(&t));
    ck_assert_ok(nnblas_trainer_checkpoint_status(t.trainer));
    return t;
}

/* The copy at "kept" goes on to the same end. */
static void check_kept(const training *whole) {
    double expected[PARAMETERS];
    keep_parameters(whole, expected);
    training t = begin(EPOCHS);
    ck_assert_ok(nnblas_trainer_resume(t.trainer, "kept"));
    ck_assert_ok(fit(&t));
    ck_assert(has_parameters(&t, expected));
    check_same_history(whole->trainer, t.trainer);
    free_training(&t);
}

static void check_kept_is_refused(nnblas_status expected, const char *words, const char *name) {
    training t = begin(EPOCHS);
    ck_assert_int_eq(nnblas_trainer_resume(t.trainer, "kept"), expected);
    check_words(words);
    check_words(name);
    free_training(&t);
}

/* ---- what is where --------------------------------------------------------------------------- */

static void check_files(void) {
    ck_assert(exists(PATH));
    ck_assert(exists(FILE_PATH));
    size_t rows = count_saved_elements(PATH, "checkpoint.history") / 6;
    size_t in_file = (size_t)get_saved_number(PATH, "file_epochs");
    ck_assert_uint_le(rows, MOST_RECENT);
    ck_assert_uint_eq(rows + in_file, get_saved_number(PATH, "epoch"));
    ck_assert_int_eq(get_size(FILE_PATH), (off_t)(MAGIC + in_file * ROW));
}

static void check_one_file(void) {
    ck_assert(exists(PATH));
    ck_assert(!exists(FILE_PATH));
    ck_assert_uint_eq(get_saved_number(PATH, "file_epochs"), 0);
    ck_assert_uint_eq(count_saved_elements(PATH, "checkpoint.history") / 6,
                      get_saved_number(PATH, "epoch"));
}

START_TEST(the_file_is_there_while_it_is_needed) {
    const step STEPS[] = {{101, check_one_file},
                          {1099, check_one_file},
                          {1101, check_files},
                          {2000, check_files},
                          {2300, check_files},
                          {3999, check_files},
                          {0, NULL}};
    training t = train(STEPS);
    check_one_file();
    ck_assert_uint_eq(get_saved_number(PATH, "epoch"), EPOCHS);
    ck_assert_uint_eq(count_names(""), 1);
    free_training(&t);
}
END_TEST

static void keep_both(void) {
    copy(PATH, "kept");
    if (exists(FILE_PATH))
        copy(FILE_PATH, "kept.epochs");
}

START_TEST(both_files_go_on) {
    const size_t AT[] = {150, 1150, 2250, 3999};
    for (size_t i = 0; i < sizeof AT / sizeof *AT; i++) {
        const step STEPS[] = {{AT[i], keep_both}, {0, NULL}};
        training t = train(STEPS);
        check_kept(&t);
        free_training(&t);
    }
}
END_TEST

/* All epochs were done before: the checkpoint that ends the fit is the last one nevertheless. */
START_TEST(a_fit_without_epochs_holds_them_all) {
    const step STEPS[] = {{2250, keep_both}, {0, NULL}};
    training whole = train(STEPS), t = begin(2200);
    ck_assert(exists("kept.epochs"));
    ck_assert_ok(nnblas_trainer_set_checkpoint(t.trainer, "kept", BETWEEN));
    ck_assert_ok(nnblas_trainer_resume(t.trainer, "kept"));
    ck_assert_ok(fit(&t));
    ck_assert_uint_eq(nnblas_trainer_history_count(t.trainer), 2200);
    ck_assert(!exists("kept.epochs"));
    ck_assert_uint_eq(count_saved_elements("kept", "checkpoint.history") / 6, 2200);
    check_kept(&whole);
    free_training(&whole);
    free_training(&t);
}
END_TEST

/* ---- files that are not as they were --------------------------------------------------------- */

static void add_bytes(const char *path, const char *bytes) {
    FILE *file = fopen(path, "ae");
    ck_assert_ptr_nonnull(file);
    ck_assert_int_ge(fputs(bytes, file), 0);
    ck_assert_int_eq(fclose(file), 0);
}

START_TEST(what_is_behind_does_not_count) {
    const step STEPS[] = {{2250, keep_both}, {0, NULL}};
    training t = train(STEPS);
    for (size_t i = 0; i < 3; i++) {
        add_bytes("kept.epochs", "the beginning of an epoch that was being added");
        check_kept(&t);
    }
    free_training(&t);
}
END_TEST

static void add_behind(void) {
    check_files();
    add_bytes(FILE_PATH, "what another process wrote behind the epochs");
}

/* Epochs are added behind those that are counted on, and not behind what else is there. */
START_TEST(what_is_behind_is_overwritten) {
    const step STEPS[] = {{1250, add_behind}, {2450, keep_both}, {0, NULL}};
    training t = train(STEPS);
    ck_assert_uint_gt(get_saved_number("kept", "file_epochs"), 2000);
    check_kept(&t);
    free_training(&t);
}
END_TEST

START_TEST(other_files_are_refused) {
    const step STEPS[] = {{2250, keep_both}, {0, NULL}};
    training t = train(STEPS);
    file_contents epochs = read_whole("kept.epochs");
    ck_assert_int_eq(unlink("kept.epochs"), 0);
    check_kept_is_refused(NNBLAS_ERROR_FORMAT, "the second, with 2200 of its epochs, is missing",
                          "'kept.epochs'");
    ck_assert_int_eq(mkdir("kept.epochs", 0700), 0);
    check_kept_is_refused(NNBLAS_ERROR_FILE, "it is a folder", "'kept.epochs'");
    ck_assert_int_eq(rmdir("kept.epochs"), 0);
    const struct damage {
        size_t byte;
        const char *words;
    } DAMAGES[] = {
        {0, "the file is no history of a training"},
        {MAGIC - 1, "the file is no history of a training"},
        {MAGIC + 7, "the number of epoch 1 in the history is"},
        {MAGIC + 8, "the file is not the history of this checkpoint"},
        {MAGIC + 1000 * ROW + 33, "the file is not the history of this checkpoint"},
    };
    for (size_t i = 0; i < sizeof DAMAGES / sizeof *DAMAGES; i++) {
        epochs.bytes[DAMAGES[i].byte] ^= 1;
        write_whole("kept.epochs", &epochs);
        check_kept_is_refused(NNBLAS_ERROR_FORMAT, DAMAGES[i].words, "'kept.epochs'");
        epochs.bytes[DAMAGES[i].byte] ^= 1;
    }
    for (size_t size = 0; size < epochs.size; size += 9999) {
        write_whole("kept.epochs", &(file_contents){epochs.bytes, size});
        check_kept_is_refused(NNBLAS_ERROR_FORMAT, "epochs; the checkpoint needs", "'kept.epochs'");
    }
    write_whole("kept.epochs", &epochs);
    check_kept(&t);
    free(epochs.bytes);
    free_training(&t);
}
END_TEST

/* Of another training of the same settings: only the seconds differ. */
START_TEST(the_file_of_another_training_is_refused) {
    const step STEPS[] = {{2250, keep_both}, {0, NULL}};
    training one = train(STEPS);
    copy("kept", "first");
    training other = train(STEPS);
    copy("first", "kept");
    check_kept_is_refused(NNBLAS_ERROR_FORMAT, "not the history of this checkpoint",
                          "'kept.epochs'");
    free_training(&one);
    free_training(&other);
}
END_TEST

/* ---- files that are in the way --------------------------------------------------------------- */

static void keep_one(void) {
    ck_assert_uint_eq(get_saved_number(PATH, "file_epochs"), 0);
    copy(PATH, "kept");
}

START_TEST(a_file_that_is_not_ours_stays) {
    static const char TEXT[] = "a table of somebody's own, with more bytes than the first";
    write_file(FILE_PATH, TEXT, sizeof TEXT);
    const step STEPS[] = {{3000, keep_one}, {0, NULL}};
    training t = train(STEPS);
    file_contents found = read_whole(FILE_PATH);
    ck_assert_uint_eq(found.size, sizeof TEXT);
    ck_assert_mem_eq(found.bytes, TEXT, sizeof TEXT);
    check_kept(&t);
    ck_assert(exists(FILE_PATH));
    free(found.bytes);
    free_training(&t);
}
END_TEST

static void remove_file(void) {
    ck_assert_int_eq(unlink(FILE_PATH), 0);
}

/* The checkpoint between is written without it, and then it is made anew. */
START_TEST(a_file_that_is_removed_is_not_missed) {
    const step STEPS[] = {{2050, remove_file}, {2150, keep_one}, {2250, check_files}, {0, NULL}};
    training t = train(STEPS);
    check_kept(&t);
    free_training(&t);
}
END_TEST

static void replace_file(void) {
    file_contents epochs = read_whole(FILE_PATH);
    ck_assert_int_eq(unlink(FILE_PATH), 0);
    epochs.bytes[MAGIC + 8] ^= 1;
    write_whole(FILE_PATH, &epochs);
    free(epochs.bytes);
}

START_TEST(a_file_that_is_replaced_is_not_trusted) {
    const step STEPS[] = {{2050, replace_file}, {2150, keep_one}, {2250, check_files}, {0, NULL}};
    training t = train(STEPS);
    check_kept(&t);
    free_training(&t);
}
END_TEST

/* A weight that each epoch multiplies by -1.3, until its cost overflows near epoch 1350: the fit
 * ends without a last checkpoint, and both files go on. */
START_TEST(a_fit_that_fails_leaves_both_files) {
    const double x = 1.0, y = 0.0;
    nnblas_net *net;
    nnblas_trainer *trainer;
    fault.is_never_flushed = true;
    ck_assert_ok(nnblas_net_create((size_t[]){1, 1}, 2, 0, &net));
    ck_assert_ok(nnblas_net_set_output(net, NNBLAS_IDENTITY, NNBLAS_MSE));
    ck_assert_ok(nnblas_trainer_create(net, &trainer));
    *nnblas_net_parameters(net) = 1.0;
    ck_assert_ok(nnblas_trainer_set_learning_rate(trainer, 2.3));
    ck_assert_ok(nnblas_trainer_set_epochs(trainer, EPOCHS));
    ck_assert_ok(nnblas_trainer_set_checkpoint(trainer, PATH, BETWEEN));
    ck_assert_int_eq(nnblas_trainer_fit(trainer, 1, &x, 1, &y, 1), NNBLAS_ERROR_NOT_FINITE);
    check_files();
    size_t done = nnblas_trainer_history_count(trainer);
    ck_assert_uint_gt(done, 1200);
    ck_assert_ok(nnblas_trainer_resume(trainer, PATH));
    ck_assert_int_eq(nnblas_trainer_fit(trainer, 1, &x, 1, &y, 1), NNBLAS_ERROR_NOT_FINITE);
    ck_assert_uint_eq(nnblas_trainer_history_count(trainer), done);
    nnblas_trainer_destroy(trainer);
    nnblas_net_destroy(net);
}
END_TEST

/* ---- failures -------------------------------------------------------------------------------- */

static void fail_to_add(void) {
    ck_assert_int_eq(get_size(FILE_PATH), MAGIC + 1100 * ROW);
    fault.most = 1000;
    fail_once("write", 3, ENOSPC);
}

/* The checkpoint holds the epochs itself; what was added in vain is gone. */
static void check_not_added(void) {
    fault.most = 0;
    ck_assert_ptr_null(fault.call);
    ck_assert_int_eq(get_size(FILE_PATH), MAGIC + 1100 * ROW);
    ck_assert_uint_eq(get_saved_number(PATH, "file_epochs"), 1100);
    ck_assert_uint_eq(count_saved_elements(PATH, "checkpoint.history") / 6, 1100);
    keep_both();
}

START_TEST(what_cannot_be_added_is_kept) {
    const step STEPS[] = {
        {2150, fail_to_add}, {2250, check_not_added}, {2350, check_files}, {0, NULL}};
    training t = train(STEPS);
    check_kept(&t);
    free_training(&t);
}
END_TEST

static void fail_to_flush(void) {
    fail_once("fsync", 0, EIO);
}

START_TEST(what_cannot_be_flushed_is_kept) {
    const step STEPS[] = {
        {2150, fail_to_flush}, {2250, check_not_added}, {2350, check_files}, {0, NULL}};
    training t = train(STEPS);
    check_kept(&t);
    free_training(&t);
}
END_TEST

static void fail_to_make(void) {
    fault.untakable = FILE_PATH;
}

static void let_make(void) {
    fault.untakable = NULL;
}

START_TEST(a_file_that_cannot_be_made_is_tried_again) {
    const step STEPS[] = {
        {500, fail_to_make}, {1450, keep_one}, {1450, let_make}, {1550, check_files}, {0, NULL}};
    training t = train(STEPS);
    check_kept(&t);
    free_training(&t);
}
END_TEST

/* ---- limits ---------------------------------------------------------------------------------- */

/* The file does not grow for ever where the history does not. */
static void check_limited_files(void) {
    if (exists(FILE_PATH))
        ck_assert_int_le(get_size(FILE_PATH), MAGIC + (2 * 1200 + 3 * MOST_RECENT + BETWEEN) * ROW);
    training t = begin(EPOCHS);
    ck_assert_ok(nnblas_trainer_set_history_limit(t.trainer, 1200));
    ck_assert_ok(nnblas_trainer_resume(t.trainer, PATH));
    free_training(&t);
}

START_TEST(a_limited_history_has_a_limited_file) {
    step steps[200] = {{0, NULL}};
    for (size_t i = 0; i < 199; i++)
        steps[i] = (step){250 + BETWEEN * i, check_limited_files};
    steps[199] = (step){0, NULL};
    training t = begin(20000);
    ck_assert_ok(nnblas_trainer_set_history_limit(t.trainer, 1200));
    ck_assert_ok(nnblas_trainer_set_callback(t.trainer, act_at, steps));
    ck_assert_ok(fit(&t));
    ck_assert(!exists(FILE_PATH));
    ck_assert_uint_eq(count_saved_elements(PATH, "checkpoint.history") / 6, 1200);
    free_training(&t);
}
END_TEST

/* Between two checkpoints there are more epochs than the history holds: those of 5100 cannot be
 * added to those of 3400, and are held from 300 places into the history's memory on. */
START_TEST(a_file_without_the_dropped_epochs_is_given_up) {
    enum { LIMIT = 1200, FAR_BETWEEN = 1700 };
    step steps[] = {{3 * FAR_BETWEEN + 1, keep_both}, {0, NULL}};
    training t = begin(3 * FAR_BETWEEN + 100), kept = begin(3 * FAR_BETWEEN + 100);
    training *both[] = {&t, &kept};
    for (size_t i = 0; i < 2; i++) {
        ck_assert_ok(nnblas_trainer_set_history_limit(both[i]->trainer, LIMIT));
        ck_assert_ok(nnblas_trainer_set_checkpoint(both[i]->trainer, PATH, FAR_BETWEEN));
    }
    ck_assert_ok(nnblas_trainer_set_callback(t.trainer, act_at, steps));
    ck_assert_ok(fit(&t));
    ck_assert_uint_eq(get_saved_number("kept", "file_epochs"), 0);
    ck_assert_ok(nnblas_trainer_resume(kept.trainer, "kept"));
    ck_assert_ok(fit(&kept));
    check_same_history(t.trainer, kept.trainer);
    free_training(&t);
    free_training(&kept);
}
END_TEST

int main(void) {
    const TTest *const tests[] = {
        the_file_is_there_while_it_is_needed,    both_files_go_on,
        a_fit_without_epochs_holds_them_all,     what_is_behind_does_not_count,
        what_is_behind_is_overwritten,           other_files_are_refused,
        the_file_of_another_training_is_refused, a_file_that_is_not_ours_stays,
        a_file_that_is_removed_is_not_missed,    a_file_that_is_replaced_is_not_trusted,
        a_fit_that_fails_leaves_both_files,      what_cannot_be_added_is_kept,
        what_cannot_be_flushed_is_kept,          a_file_that_cannot_be_made_is_tried_again,
        a_limited_history_has_a_limited_file,    a_file_without_the_dropped_epochs_is_given_up,
    };
    return run_in_folders("long_history", tests, sizeof tests / sizeof *tests);
}
