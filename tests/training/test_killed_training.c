/* SPDX-License-Identifier: BSD-3-Clause */
/* A training that is killed again and again loses nothing. */
#include "support/resumable_training.h"

#include <glob.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

/* Goes on from the checkpoint, if there is one, and saves after every epoch. Nothing of
 * Check is called here: it would write into the file through which the parent tells its results. */
static _Noreturn void train_in_child(const training *s, const char *path) {
    bool good = true;
    if (access(path, F_OK) == 0)
        good = nnblas_trainer_resume(s->trainer, path) == NNBLAS_OK;
    good = good && fit(s) == NNBLAS_OK;
    _exit(good ? 0 : 1);
}

/* Returns whether it was killed, after so many microseconds. */
static bool kill_a_training(const recipe *r, useconds_t after) {
    training s = begin_recipe(r, 5);
    ck_assert_ok(nnblas_trainer_set_checkpoint(s.trainer, r->path, 1));
    pid_t child = fork();
    if (child == 0)
        train_in_child(&s, r->path);
    ck_assert_int_ge(child, 0);
    usleep(after);
    kill(child, SIGKILL);
    int status = wait_for_child(child);
    ck_assert_msg(WIFSIGNALED(status) || WEXITSTATUS(status) == 0, "a training failed");
    free_training(&s);
    return WIFSIGNALED(status);
}

/* What killed processes were writing, and the folder with it. */
static void remove_folder(const char *folder) {
    char pattern[128];
    glob_t found;
    snprintf(pattern, sizeof pattern, "%s/.nnblas-*.tmp", folder);
    if (glob(pattern, 0, NULL, &found) == 0)
        for (size_t i = 0; i < found.gl_pathc; i++)
            ck_assert_int_eq(unlink(found.gl_pathv[i]), 0);
    globfree(&found);
    ck_assert_int_eq(rmdir(folder), 0);
}

/* At most KILLS_EACH in each training, which then goes on alone to its end: that has to have the
 * bits of one that nobody killed. A child of a process that has used the library has one thread, so
 * has this one. */
START_TEST(a_thousand_kills_lose_nothing) {
    enum { KILLS = 1000, KILLS_EACH = 250 };
    recipe r = {.optimizer = NNBLAS_ADAM, .rate = 0.05, .batch = 9, .fraction = 0.2};
    char folder[] = "killed.XXXXXX";
    ck_assert_ptr_nonnull(mkdtemp(folder));
    snprintf(r.path, sizeof r.path, "%s/checkpoint.safetensors", folder);
    ck_assert_ok(nnblas_set_threads(1));
    double expected[PARAMETERS];
    training whole = begin_recipe(&r, 5);
    ck_assert_ok(fit(&whole));
    keep_parameters(&whole, expected);
    dice d = {99};
    size_t kills = 0;
    while (kills < KILLS) {
        for (int i = 0; i < KILLS_EACH; i++, kills++)
            if (!kill_a_training(&r, (useconds_t)roll_between(&d, 0, 6000)))
                break;
        training end = begin_recipe(&r, 5);
        if (access(r.path, F_OK) == 0)
            ck_assert_ok(nnblas_trainer_resume(end.trainer, r.path));
        ck_assert_ok(fit(&end));
        ck_assert(has_parameters(&end, expected));
        check_same_history(whole.trainer, end.trainer);
        free_training(&end);
        unlink(r.path);
    }
    remove_folder(folder);
    free_training(&whole);
}
END_TEST

int main(void) {
    const TTest *const tests[] = {
        a_thousand_kills_lose_nothing,
    };
    return run_tests("killed_training", tests, sizeof tests / sizeof *tests);
}
