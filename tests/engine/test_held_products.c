/* SPDX-License-Identifier: BSD-3-Clause */
/* Each product that OpenBLAS could share among threads of its own, and each that runs beside others
 * of the library, finds it held to one thread. */
#include "support/support.h"

#include <cblas.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>

/* Null with another BLAS. */
extern int openblas_get_num_threads(void) __attribute__((weak));
extern void openblas_set_num_threads(int threads) __attribute__((weak));
extern int openblas_get_parallel(void) __attribute__((weak));

extern void __real_cblas_dgemm(CBLAS_LAYOUT layout, CBLAS_TRANSPOSE A_turned,
                               CBLAS_TRANSPOSE B_turned, int m, int n, int k, double alpha,
                               const double *A, int lda, const double *B, int ldb, double beta,
                               double *C, int ldc);
extern void __wrap_cblas_dgemm(CBLAS_LAYOUT layout, CBLAS_TRANSPOSE A_turned,
                               CBLAS_TRANSPOSE B_turned, int m, int n, int k, double alpha,
                               const double *A, int lda, const double *B, int ldb, double beta,
                               double *C, int ldc);

static pthread_t caller;
static atomic_int large, large_not_held, beside, beside_not_held;

static void look(int m, int n, int k) {
    const double MOST = 65536.0 * 4.0;
    bool is_held = openblas_get_num_threads() == 1;
    if ((double)m * n * k > MOST) {
        large++;
        large_not_held += !is_held;
    }
    if (!pthread_equal(pthread_self(), caller)) {
        beside++;
        beside_not_held += !is_held;
    }
}

void __wrap_cblas_dgemm(CBLAS_LAYOUT layout, CBLAS_TRANSPOSE A_turned, CBLAS_TRANSPOSE B_turned,
                        int m, int n, int k, double alpha, const double *A, int lda,
                        const double *B, int ldb, double beta, double *C, int ldc) {
    if (openblas_get_num_threads)
        look(m, n, k);
    __real_cblas_dgemm(layout, A_turned, B_turned, m, n, k, alpha, A, lda, B, ldb, beta, C, ldc);
}

static void call_all(const problem *p) {
    nnblas_net *net = make_net(p);
    double *gradient = allocate_doubles(p->parameter_count), mse;
    double *O_out = allocate_doubles(p->N * p->ldy);
    ck_assert_ok(nnblas_net_predict(net, 1, p->X, p->ldx, O_out, p->ldy));
    ck_assert_ok(nnblas_net_predict(net, p->N, p->X, p->ldx, O_out, p->ldy));
    ck_assert_ok(nnblas_net_evaluate(net, p->N, p->X, p->ldx, p->Y, p->ldy, &mse));
    ck_assert_ok(nnblas_net_gradient(net, p->N, p->X, p->ldx, p->Y, p->ldy, gradient, &mse));
    free(gradient);
    free(O_out);
    nnblas_net_destroy(net);
}

START_TEST(products_are_held) {
    dice d = {95};
    if (!openblas_get_parallel || openblas_get_parallel() != 1)
        return;
    caller = pthread_self();
    openblas_set_num_threads(2);
    for (size_t i = 0; i < 8 + count_trials(120); i++) {
        /* Wide layers and few rows, or the other way round: products that BLAS would share among
         * threads, and many parts with small ones. */
        bool is_wide = i % 2 == 0;
        size_t most = is_wide ? 700 : 12, N = is_wide ? roll_size(&d, 2000) : 20000;
        const size_t sizes[] = {roll_size(&d, most), roll_size(&d, most), roll_between(&d, 1, 9)};
        problem p = make_problem(&d, N, sizes, 3, 0);
        ck_assert_ok(nnblas_set_threads((int)roll_between(&d, 1, 3)));
        call_all(&p);
        free_problem(&p);
    }
    ck_assert_int_gt(large, 0);
    ck_assert_int_gt(beside, 0);
    ck_assert_int_eq(large_not_held, 0);
    ck_assert_int_eq(beside_not_held, 0);
    ck_assert_int_eq(openblas_get_num_threads(), 2);
}
END_TEST

int main(void) {
    const TTest *const tests[] = {
        products_are_held,
    };
    return run_tests("held_products", tests, sizeof tests / sizeof *tests);
}
