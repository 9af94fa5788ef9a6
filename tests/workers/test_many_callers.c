/* SPDX-License-Identifier: BSD-3-Clause */
/* Many callers of one network at once, and the bounds on threads. */
#include "support/shared_work.h"
#include "workers/threads.h"
#include "workers/workers.h"

#include <string.h>
#include <unistd.h>

START_TEST(many_callers_share_one_network) {
    for (size_t N = 7; N < 5000; N *= 20) {
        shared_work w = make_work(N);
        run_callers(CALLERS, call_many_times, &w);
        ck_assert_int_eq(w.differences, 0);
        free_work(&w);
    }
}
END_TEST

static void repeat_work_as_task(void *work, size_t part, size_t runner) {
    (void)part, (void)runner;
    shared_work *w = work;
    w->differences += repeat_work(w, 5);
}

/* A caller that is itself one of the workers. */
START_TEST(calls_work_inside_a_task) {
    shared_work w = make_work(3000);
    nn_run_parts(4, 8, repeat_work_as_task, &w);
    ck_assert_int_eq(w.differences, 0);
    free_work(&w);
}
END_TEST

START_TEST(the_thread_limit_is_kept) {
    for (int threads = 1; threads <= 3; threads++) {
        ck_assert_ok(nnblas_set_threads(threads));
        ck_assert_uint_eq(nn_count_threads(), (size_t)threads);
    }
    ck_assert_ok(nnblas_set_threads(0));
    ck_assert_uint_eq(nn_count_threads(), (size_t)sysconf(_SC_NPROCESSORS_ONLN));
    ck_assert_int_eq(nnblas_set_threads(-1), NNBLAS_ERROR_VALUE);
    ck_assert_ptr_nonnull(strstr(nnblas_error_message(), "threads is -1"));
}
END_TEST

/* Far more threads than OpenBLAS has buffers for, and the results of few. */
START_TEST(the_threads_of_all_calls_together_are_bounded) {
    ck_assert_ok(nnblas_set_threads(500));
    shared_work w = make_work(100000);
    ck_assert_int_eq(repeat_work(&w, 2), 0);
    run_callers(CALLERS, call_once, &w);
    ck_assert_int_eq(w.differences, 0);
    free_work(&w);
}
END_TEST

int main(void) {
    const TTest *const tests[] = {
        many_callers_share_one_network,
        calls_work_inside_a_task,
        the_thread_limit_is_kept,
        the_threads_of_all_calls_together_are_bounded,
    };
    return run_tests("many_callers", tests, sizeof tests / sizeof *tests);
}
