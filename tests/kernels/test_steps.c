/* SPDX-License-Identifier: BSD-3-Clause */
/* The checks for what is not finite, and the ends of what a step makes. */
#include "kernels/kernel_table.h"
#include "support/support.h"

#include <float.h>
#include <math.h>

enum { LONGEST = 67 };

START_TEST(checks_see_one_bad_element_anywhere) {
    static const double BAD[] = {(double)NAN, (double)INFINITY, -(double)INFINITY};
    size_t n_sets;
    const nn_kernels *const *sets = nn_kernel_sets(&n_sets);
    for (size_t s = 0; s < n_sets; s++)
        for (size_t k = 0; k < N_KERNELS; k++)
            for (size_t n = 1; KERNELS[k].traits & SEES_NOT_FINITE && n <= LONGEST; n++)
                for (size_t i = 0; i < 3 * n; i++) {
                    double a[LONGEST], c[LONGEST];
                    fill(n, a, DBL_MAX);
                    fill(n, c, 0.5);
                    operands x = {.n = n, .a = a, .c = c};
                    ck_assert_double_eq(call_kernel(sets[s], &KERNELS[k], &x), 0.0);
                    a[i / 3] = BAD[i % 3];
                    ck_assert_msg(isnan(call_kernel(sets[s], &KERNELS[k], &x)),
                                  "%s of %s misses %g at %zu of %zu", KERNELS[k].name,
                                  sets[s]->name, BAD[i % 3], i / 3, n);
                }
}
END_TEST

START_TEST(a_step_that_overflows_is_seen) {
    size_t n_sets;
    const nn_kernels *const *sets = nn_kernel_sets(&n_sets);
    for (size_t s = 0; s < n_sets; s++) {
        double W[] = {DBL_MAX}, W_update[] = {-DBL_MAX};
        ck_assert(isnan(sets[s]->check_descent(1, 1.0, W_update, W)));
        ck_assert_double_eq(sets[s]->check_descent(1, 1e-300, W_update, W), 0.0);
    }
}
END_TEST

/* Gradients whose product is 0 have signs nevertheless, and step sizes have bounds. */
START_TEST(rprop_keeps_its_bounds_and_sees_signs) {
    static const struct {
        double gradient, previous, step, next_step, W;
    } CASES[] = {
        {1e-200, 1e-200, 0.1, 0.12, -0.12},  {1e-200, -1e-200, 0.1, 0.05, 0.0},
        {-5e-324, -5e-324, 0.1, 0.12, 0.12}, {1e200, 1e200, 0.1, 0.12, -0.12},
        {1.0, 1.0, 49.0, 50.0, -50.0},       {-1.0, 1.0, 1.5e-6, 1e-6, 0.0},
        {0.0, 1.0, 0.1, 0.1, 0.0},           {3.0, 0.0, 0.1, 0.1, -0.1},
    };
    size_t n_sets;
    const nn_kernels *const *sets = nn_kernel_sets(&n_sets);
    for (size_t s = 0; s < n_sets; s++)
        for (size_t n = 1; n <= LONGEST; n++)
            for (size_t i = 0; i < sizeof CASES / sizeof *CASES; i++) {
                double gradient[LONGEST], previous[LONGEST], step[LONGEST], W[LONGEST];
                fill(n, gradient, CASES[i].gradient);
                fill(n, previous, CASES[i].previous);
                fill(n, step, CASES[i].step);
                fill(n, W, 0.0);
                sets[s]->step_by_rprop(n, 0.0, gradient, previous, step, W);
                for (size_t e = 0; e < n; e++) {
                    ck_assert_double_eq_tol(step[e], CASES[i].next_step, 1e-16);
                    ck_assert_double_eq_tol(W[e], CASES[i].W, 1e-16);
                }
            }
}
END_TEST

int main(void) {
    const TTest *const tests[] = {
        checks_see_one_bad_element_anywhere,
        a_step_that_overflows_is_seen,
        rprop_keeps_its_bounds_and_sees_signs,
    };
    return run_tests("steps", tests, sizeof tests / sizeof *tests);
}
