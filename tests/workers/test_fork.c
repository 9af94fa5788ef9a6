/* SPDX-License-Identifier: BSD-3-Clause */
/* Forked children, beside running calls too. */
#include "support/shared_work.h"

#include <pthread.h>
#include <sys/wait.h>
#include <unistd.h>

/* Null with another BLAS than OpenBLAS. */
extern int openblas_get_num_threads(void) __attribute__((weak));

/* The child has none of the threads that the parent's workers are, and makes its own. */
static void check_child(shared_work *w) {
    pid_t child = fork();
    ck_assert_int_ge(child, 0);
    if (child == 0) {
        alarm(60); /* a hang is a failure */
        _exit(repeat_work(w, 2) == 0 ? 0 : 1);
    }
    int status = wait_for_child(child);
    ck_assert(WIFEXITED(status) && WEXITSTATUS(status) == 0);
}

START_TEST(a_forked_child_computes_the_same_bits) {
    ck_assert_ok(nnblas_set_threads(2));
    shared_work w = make_work(20000);
    ck_assert_int_eq(repeat_work(&w, 2), 0);
    check_child(&w);
    ck_assert_int_eq(repeat_work(&w, 2), 0);
    free_work(&w);
}
END_TEST

/* A fork while other threads are in the middle of calls. OpenBLAS looks after its own locks; BLIS
 * 0.9 leaves the child one that nobody holds any more. */
START_TEST(a_fork_beside_running_calls_is_safe) {
    if (!openblas_get_num_threads)
        return;
    shared_work w = make_work(2000);
    pthread_t callers[4];
    for (size_t i = 0; i < 4; i++)
        ck_assert_int_eq(pthread_create(&callers[i], NULL, call_many_times, &w), 0);
    for (int i = 0; i < 5; i++)
        check_child(&w);
    for (size_t i = 0; i < 4; i++)
        pthread_join(callers[i], NULL);
    ck_assert_int_eq(w.differences, 0);
    free_work(&w);
}
END_TEST

int main(void) {
    const TTest *const tests[] = {
        a_forked_child_computes_the_same_bits,
        a_fork_beside_running_calls_is_safe,
    };
    return run_tests("fork", tests, sizeof tests / sizeof *tests);
}
