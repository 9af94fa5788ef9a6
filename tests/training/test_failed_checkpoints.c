/* SPDX-License-Identifier: BSD-3-Clause */
/* A checkpoint that cannot be written does not end the training; its status is there afterwards. */
#include "file/disk.h"
#include "support/checkpoint_file.h"
#include "support/resumable_training.h"

#include <errno.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/resource.h>
#include <unistd.h>

static const char PATH[] = "checkpoint";

enum { EPOCHS = 12, BETWEEN = 4 };

static training begin(const char *path) {
    training t = make_training(NNBLAS_MOMENTUM, 0.1, EPOCHS);
    ck_assert_ok(nnblas_trainer_set_checkpoint(t.trainer, path, BETWEEN));
    return t;
}

static void check_status(const training *t, nnblas_status expected, const char *words) {
    nnblas_net_destroy(NULL);
    ck_assert_int_eq(nnblas_trainer_resume(NULL, PATH), NNBLAS_ERROR_NULL); /* other words */
    ck_assert_int_eq(nnblas_trainer_checkpoint_status(t->trainer), expected);
    check_words(words);
}

/* The training is as one that saves nothing. */
static void check_trained(const training *t) {
    double expected[PARAMETERS];
    training whole = make_training(NNBLAS_MOMENTUM, 0.1, EPOCHS);
    ck_assert_ok(fit(&whole));
    keep_parameters(&whole, expected);
    ck_assert(has_parameters(t, expected));
    check_same_history(whole.trainer, t->trainer);
    free_training(&whole);
}

START_TEST(each_call_that_fails_is_told) {
    static const struct call {
        const char *name;
        int error;
        const char *words;
    } CALLS[] = {
        {"write", ENOSPC, "(No space left on device)"},
        {"fsync", EIO, "could not flush a temporary file beside the file (Input/output error)"},
        {"close", EDQUOT, "could not close a temporary file beside the file (Disk quota"},
        {"renameat", EPERM, "could not rename a temporary file to the file (Operation not"},
    };
    for (size_t i = 0; i < sizeof CALLS / sizeof *CALLS; i++) {
        training t = begin(PATH);
        ck_assert_ok(nnblas_trainer_checkpoint_status(t.trainer));
        fail_once(CALLS[i].name, 0, CALLS[i].error);
        ck_assert_ok(fit(&t));
        ck_assert_ptr_null(fault.call);
        check_status(&t, NNBLAS_ERROR_FILE, "no checkpoint after epoch 4: could not ");
        check_words(CALLS[i].words);
        check_words("'checkpoint'");
        check_trained(&t);
        ck_assert_uint_eq(get_saved_number(PATH, "epoch"), EPOCHS);
        ck_assert_uint_eq(count_names(""), 1);
        /* The status is that of the next fit. */
        ck_assert_ok(fit(&t));
        ck_assert_ok(nnblas_trainer_checkpoint_status(t.trainer));
        free_training(&t);
    }
}
END_TEST

/* The last failure counts, whatever was written between. */
static int fail_at_four_and_eight(void *user, size_t epoch, double cost) {
    (void)user, (void)cost;
    if (epoch == 4 || epoch == 8)
        fail_once("write", 0, epoch == 4 ? EIO : ENOSPC);
    return 0;
}

START_TEST(the_last_failure_is_kept) {
    training t = begin(PATH);
    ck_assert_ok(nnblas_trainer_set_callback(t.trainer, fail_at_four_and_eight, NULL));
    ck_assert_ok(fit(&t));
    check_status(&t, NNBLAS_ERROR_FILE, "no checkpoint after epoch 8: ");
    check_words("No space left");
    free_training(&t);
}
END_TEST

static int fail_after_eight(void *user, size_t epoch, double cost) {
    (void)user, (void)cost;
    fault.untakable = epoch > 8 ? PATH : NULL;
    return 0;
}

START_TEST(the_checkpoint_before_stays) {
    training t = begin(PATH);
    ck_assert_ok(nnblas_trainer_set_callback(t.trainer, fail_after_eight, NULL));
    ck_assert_ok(fit(&t));
    check_status(&t, NNBLAS_ERROR_FILE, "no checkpoint after epoch 12: ");
    ck_assert_uint_eq(get_saved_number(PATH, "epoch"), 8);
    free_training(&t);
    fault.untakable = NULL;
    t = begin(PATH);
    ck_assert_ok(nnblas_trainer_resume(t.trainer, PATH));
    ck_assert_ok(fit(&t));
    ck_assert_ok(nnblas_trainer_checkpoint_status(t.trainer));
    check_trained(&t);
    free_training(&t);
}
END_TEST

/* A reason to stop is still the one that fit returns. */
static int stop_at_five(void *user, size_t epoch, double cost) {
    (void)user, (void)cost;
    return epoch == 5;
}

START_TEST(a_folder_that_is_not_there_is_told) {
    training t = begin("missing/checkpoint");
    ck_assert_ok(nnblas_trainer_set_callback(t.trainer, stop_at_five, NULL));
    ck_assert_int_eq(fit(&t), NNBLAS_STOPPED_CALLBACK);
    check_status(&t, NNBLAS_ERROR_FILE, "no checkpoint after epoch 5: could not open the folder");
    ck_assert_uint_eq(count_names(""), 0);
    ck_assert_int_eq(nnblas_trainer_checkpoint_status(NULL), NNBLAS_ERROR_NULL);
    check_words("trainer is null");
    free_training(&t);
}
END_TEST

/* Whoever wants to stop at the first failure asks after each epoch. */
static int stop_at_failure(void *user, size_t epoch, double cost) {
    (void)epoch, (void)cost;
    return nnblas_trainer_checkpoint_status(user) != NNBLAS_OK;
}

START_TEST(a_callback_may_ask) {
    training t = begin("missing/checkpoint");
    ck_assert_ok(nnblas_trainer_set_callback(t.trainer, stop_at_failure, t.trainer));
    ck_assert_int_eq(fit(&t), NNBLAS_STOPPED_CALLBACK);
    ck_assert_uint_eq(nnblas_trainer_history_count(t.trainer), BETWEEN + 1);
    free_training(&t);
}
END_TEST

/* ---- two files ------------------------------------------------------------------------------- */

enum { MANY = 2300, MANY_BETWEEN = 100 };

static training begin_long(void) {
    training t = make_training(NNBLAS_MOMENTUM, 0.01, MANY);
    fault.is_never_flushed = true;
    ck_assert_ok(nnblas_trainer_set_checkpoint(t.trainer, PATH, MANY_BETWEEN));
    return t;
}

static int fail_at_the_end(void *user, size_t epoch, double cost) {
    (void)user, (void)cost;
    fault.untakable = epoch > MANY - MANY_BETWEEN ? PATH : NULL;
    return 0;
}

/* Both files of the last one that was written stay, also where another training begins that cannot
 * write its own. */
START_TEST(failures_leave_both_files) {
    training t = begin_long();
    ck_assert_ok(nnblas_trainer_set_callback(t.trainer, fail_at_the_end, NULL));
    ck_assert_ok(fit(&t));
    ck_assert_int_eq(nnblas_trainer_checkpoint_status(t.trainer), NNBLAS_ERROR_FILE);
    ck_assert_uint_gt(get_saved_number(PATH, "file_epochs"), 0);
    training other = begin_long();
    ck_assert_ok(fit(&other));
    ck_assert_int_eq(nnblas_trainer_checkpoint_status(other.trainer), NNBLAS_ERROR_FILE);
    fault.untakable = NULL;
    training resumed = begin_long();
    ck_assert_ok(nnblas_trainer_resume(resumed.trainer, PATH));
    ck_assert_ok(fit(&resumed));
    ck_assert_ok(nnblas_trainer_checkpoint_status(resumed.trainer));
    double expected[PARAMETERS];
    keep_parameters(&other, expected);
    ck_assert(has_parameters(&resumed, expected));
    check_same_history(other.trainer, resumed.trainer);
    ck_assert_uint_eq(count_names(""), 1);
    free_training(&t);
    free_training(&other);
    free_training(&resumed);
}
END_TEST

/* ---- full disks ------------------------------------------------------------------------------ */

/* Makes room, or takes it. */
static bool fill_up(void) {
    FILE *file = fopen("filler", "we");
    while (file && fputc('x', file) != EOF)
        if (fflush(file))
            break;
    if (file)
        fclose(file);
    return file != NULL;
}

static int fill_and_empty(void *user, size_t epoch, double cost) {
    (void)user, (void)cost;
    if (epoch == 6)
        fill_up();
    if (epoch == 10)
        unlink("filler");
    return 0;
}

/* A disk of its own, which is full from epoch 6 to 10. */
static const char *train_on_a_full_disk(nnblas_net *net) {
    (void)net;
    if (unshare(CLONE_NEWNS) || mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) ||
        mount("none", ".", "tmpfs", 0, "size=64k") || chdir(folder)) {
        fputs("no disk could be mounted: none is filled\n", stderr);
        return NULL;
    }
    training t = begin(PATH);
    if (nnblas_trainer_set_callback(t.trainer, fill_and_empty, NULL) || fit(&t))
        return "the training failed";
    if (nnblas_trainer_checkpoint_status(t.trainer) != NNBLAS_ERROR_FILE ||
        !strstr(nnblas_error_message(), "no checkpoint after epoch 8: ") ||
        !strstr(nnblas_error_message(), "(No space left on device)"))
        return "other words";
    if (count_names("") != 1)
        return "there are other files";
    training resumed = begin(PATH);
    if (nnblas_trainer_resume(resumed.trainer, PATH))
        return "the last checkpoint was not written";
    free_training(&t);
    free_training(&resumed);
    return NULL;
}

START_TEST(a_full_disk_is_told) {
    ck_assert(run_in_child(train_on_a_full_disk));
}
END_TEST

static const char *train_over_the_limit(nnblas_net *net) {
    (void)net;
    signal(SIGXFSZ, SIG_IGN);
    if (setrlimit(RLIMIT_FSIZE, &(struct rlimit){1000, 1000}))
        return "setrlimit";
    training t = begin(PATH);
    if (fit(&t))
        return "the training failed";
    if (nnblas_trainer_checkpoint_status(t.trainer) != NNBLAS_ERROR_FILE ||
        !strstr(nnblas_error_message(), "(File too large)"))
        return "other words";
    free_training(&t);
    return count_names("") == 0 ? NULL : "there are files";
}

START_TEST(files_that_may_not_grow_are_told) {
    ck_assert(run_in_child(train_over_the_limit));
}
END_TEST

int main(void) {
    const TTest *const tests[] = {
        each_call_that_fails_is_told, the_last_failure_is_kept,
        the_checkpoint_before_stays,  a_folder_that_is_not_there_is_told,
        a_callback_may_ask,           failures_leave_both_files,
        a_full_disk_is_told,          files_that_may_not_grow_are_told,
    };
    return run_in_folders("failed_checkpoints", tests, sizeof tests / sizeof *tests);
}
