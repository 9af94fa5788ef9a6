/* SPDX-License-Identifier: BSD-3-Clause */
/* What a forked child, and its parent, make of a hold of the BLAS. */
#include "blas/blas.h"
#include "support/support.h"
#include "workers/waits.h"
#include "workers/workers.h"

#include <cblas.h>
#include <sys/wait.h>
#include <unistd.h>

/* Null with another BLAS. */
extern int openblas_get_num_threads(void) __attribute__((weak));
extern void openblas_set_num_threads(int threads) __attribute__((weak));
extern int openblas_get_parallel(void) __attribute__((weak));

enum { THREADS = 2 };

/* Only a build on pthreads has one setting for the whole process. */
static bool has_one_setting(void) {
    return openblas_get_parallel && openblas_get_parallel() == 1;
}

/* For the linker too, which drops a library of which only weak names are asked for. */
static double multiply(double a, double b) {
    double product = 0.0;
    cblas_dgemm(CblasRowMajor, CblasNoTrans, CblasNoTrans, 1, 1, 1, 1.0, &a, 1, &b, 1, 0.0,
                &product, 1);
    return product;
}

/* In the child: no hold of the parent counts, and a new one works. */
static bool can_hold_anew(void) {
    bool good = openblas_get_num_threads() == THREADS;
    nn_blas_hold();
    good = good && openblas_get_num_threads() == 1;
    good = good && multiply(2.0, 3.0) == 6.0;
    nn_blas_release();
    return good && openblas_get_num_threads() == THREADS;
}

static void check_child(void) {
    pid_t child = fork();
    if (child == 0) {
        limit_child(); /* a mutex may be held by a thread that is gone */
        _exit(can_hold_anew() ? 0 : 1);
    }
    int status = wait_for_child(child);
    ck_assert(WIFEXITED(status) && WEXITSTATUS(status) == 0);
}

static void do_nothing(void *context, size_t part, size_t runner) {
    (void)context, (void)part, (void)runner;
}

START_TEST(a_child_does_not_inherit_a_hold) {
    if (!has_one_setting())
        return;
    nn_run_parts(2, 2, do_nothing, NULL); /* it is the workers that watch forks */
    openblas_set_num_threads(THREADS);
    for (int holds = 0; holds < 3; holds++) {
        for (int i = 0; i < holds; i++)
            nn_blas_hold();
        check_child();
        ck_assert_int_eq(openblas_get_num_threads(), holds > 0 ? 1 : THREADS);
        for (int i = 0; i < holds; i++)
            nn_blas_release();
        ck_assert_int_eq(openblas_get_num_threads(), THREADS);
    }
}
END_TEST

int main(void) {
    nn_avoid_waits(false); /* parts wait for one another */
    const TTest *const tests[] = {
        a_child_does_not_inherit_a_hold,
    };
    return run_tests("blas_forks", tests, sizeof tests / sizeof *tests);
}
