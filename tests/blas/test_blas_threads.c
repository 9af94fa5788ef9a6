/* SPDX-License-Identifier: BSD-3-Clause */
/* The BLAS under many threads: its products, and its process-wide number of threads. */
#include "blas/blas.h"
#include "support/shared_work.h"
#include "workers/waits.h"
#include "workers/workers.h"

#include <cblas.h>
#include <stdatomic.h>
#include <string.h>
#include <unistd.h>

/* OpenBLAS's own functions, null with another BLAS. */
extern int openblas_get_num_threads(void) __attribute__((weak));
extern void openblas_set_num_threads(int threads) __attribute__((weak));
extern int openblas_get_parallel(void) __attribute__((weak));

/* Of the OpenMP that a build of OpenBLAS runs on. */
extern int omp_get_max_threads(void) __attribute__((weak));

/* Small whole numbers, so that every order of the sums gives the same exact result. */
static void *multiply_many_times(void *failures) {
    enum { M = 37, K = 53 };
    double A[M * K], At[K * M], B[K * M], Bt[M * K], C[M * M], expected[M * M];
    for (size_t i = 0; i < M; i++)
        for (size_t k = 0; k < K; k++) {
            A[i * K + k] = At[k * M + i] = (double)((i * 3 + k) % 7);
            B[k * M + i] = Bt[i * K + k] = (double)((i + k * 5) % 11);
        }
    for (size_t i = 0; i < M; i++)
        for (size_t j = 0; j < M; j++) {
            expected[i * M + j] = 0.0;
            for (size_t k = 0; k < K; k++)
                expected[i * M + j] += A[i * K + k] * B[k * M + j];
        }
    for (int call = 0; call < 300; call++) {
        switch (call % 3) {
        case 0:
            cblas_dgemm(CblasRowMajor, CblasNoTrans, CblasNoTrans, M, M, K, 1.0, A, K, B, M, 0.0, C,
                        M);
            break;
        case 1:
            cblas_dgemm(CblasRowMajor, CblasNoTrans, CblasTrans, M, M, K, 1.0, A, K, Bt, K, 0.0, C,
                        M);
            break;
        default:
            cblas_dgemm(CblasRowMajor, CblasTrans, CblasNoTrans, M, M, K, 1.0, At, M, B, M, 0.0, C,
                        M);
        }
        *(atomic_int *)failures += memcmp(C, expected, sizeof C) != 0;
    }
    return NULL;
}

START_TEST(blas_keeps_concurrent_products_apart) {
    atomic_int failures = 0;
    nn_blas_hold();
    run_callers(CALLERS, multiply_many_times, &failures);
    nn_blas_release();
    ck_assert_int_eq(failures, 0);
}
END_TEST

/* What a product of the calling thread would use: an OpenMP build asks OpenMP. */
static int count_blas_threads(void) {
    return openblas_get_parallel() == 2 ? omp_get_max_threads() : openblas_get_num_threads();
}

START_TEST(the_hosts_blas_threads_come_back) {
    if (!openblas_set_num_threads)
        return;
    shared_work w = make_work(4000);
    for (int threads = 1; threads <= 3; threads++) {
        openblas_set_num_threads(threads);
        int found = count_blas_threads();
        ck_assert_int_eq(repeat_work(&w, 3), 0);
        ck_assert_int_eq(count_blas_threads(), found);
        run_callers(CALLERS, call_many_times, &w);
        ck_assert_int_eq(count_blas_threads(), found);
    }
    free_work(&w);
}
END_TEST

START_TEST(holds_nest) {
    if (!openblas_set_num_threads)
        return;
    openblas_set_num_threads(2);
    int found = count_blas_threads();
    nn_blas_hold();
    ck_assert_int_eq(count_blas_threads(), 1);
    nn_blas_hold();
    nn_blas_release();
    ck_assert_int_eq(count_blas_threads(), 1);
    nn_blas_release();
    ck_assert_int_eq(count_blas_threads(), found);
}
END_TEST

START_TEST(a_number_that_the_host_sets_meanwhile_stays) {
    if (!openblas_set_num_threads)
        return;
    openblas_set_num_threads(3);
    nn_blas_hold();
    openblas_set_num_threads(2);
    int set = count_blas_threads();
    nn_blas_release();
    ck_assert_int_eq(count_blas_threads(), set);
}
END_TEST

static void look_at_openmp(void *others, size_t part, size_t runner) {
    (void)part, (void)runner;
    usleep(200);
    *(atomic_int *)others += omp_get_max_threads() != 1;
}

/* OpenMP has a number for each thread: the caller's is held, and a worker sets its own. */
START_TEST(products_of_workers_stay_in_their_threads) {
    if (!openblas_get_parallel || openblas_get_parallel() != 2)
        return;
    atomic_int others = 0;
    nn_blas_hold();
    nn_run_parts(5, 40, look_at_openmp, &others);
    nn_blas_release();
    ck_assert_int_eq(others, 0);
}
END_TEST

int main(void) {
    nn_avoid_waits(false); /* parts wait for one another */
    const TTest *const tests[] = {
        blas_keeps_concurrent_products_apart,
        the_hosts_blas_threads_come_back,
        holds_nest,
        a_number_that_the_host_sets_meanwhile_stays,
        products_of_workers_stay_in_their_threads,
    };
    return run_tests("blas_threads", tests, sizeof tests / sizeof *tests);
}
