/* SPDX-License-Identifier: BSD-3-Clause */
/* nnblas_gradient_step with data, weights and rates of any magnitude: it stores finite weights and
 * a finite cost, or nothing. */
#include "support/support.h"

#include <math.h>
#include <string.h>

enum { MOST_ROWS = 6, MOST_UNITS = 4, MOST_NUMBERS = MOST_ROWS * MOST_UNITS };

static double roll_magnitude(dice *d) {
    return pow(10.0, roll_uniform(d, -323, 308));
}

/* Every other array is ordinary. */
static void roll_numbers(dice *d, double *a) {
    bool is_ordinary = roll_between(d, 0, 1);
    for (size_t i = 0; i < MOST_NUMBERS; i++)
        a[i] = roll_uniform(d, -1, 1) * (is_ordinary ? 1.0 : roll_magnitude(d));
}

START_TEST(steps_store_finite_numbers_or_nothing) {
    dice d = {81};
    size_t good = 0, failed = 0;
    for (size_t i = 0; i < count_trials(20000); i++) {
        double X[MOST_NUMBERS], Y[MOST_NUMBERS], W[2][MOST_NUMBERS], before[2][MOST_NUMBERS];
        double mse = -1.0, rate = roll_between(&d, 0, 1) ? 0.5 : roll_magnitude(&d);
        roll_numbers(&d, X);
        roll_numbers(&d, Y);
        roll_numbers(&d, W[0]);
        roll_numbers(&d, W[1]);
        memcpy(before, W, sizeof W);
        size_t N = roll_between(&d, 1, MOST_ROWS), inputs = roll_between(&d, 1, MOST_UNITS);
        size_t hidden = roll_between(&d, 1, MOST_UNITS), outputs = roll_between(&d, 1, MOST_UNITS);
        nnblas_status status =
            nnblas_gradient_step(N, inputs, hidden, outputs, X, Y, rate, W[0], W[1], &mse);
        bool holds = status == NNBLAS_OK ? are_finite(2 * MOST_NUMBERS, W[0]) && isfinite(mse)
                                         : status == NNBLAS_ERROR_NOT_FINITE && mse == -1.0 &&
                                               memcmp(before, W, sizeof W) == 0;
        if (!holds)
            ck_abort_msg("step %zu at a rate of %g: %s", i, rate, nnblas_status_string(status));
        good += status == NNBLAS_OK;
        failed += status != NNBLAS_OK;
    }
    ck_assert_uint_gt(good, (good + failed) / 10);
    ck_assert_uint_gt(failed, (good + failed) / 10);
}
END_TEST

int main(void) {
    const TTest *const tests[] = {
        steps_store_finite_numbers_or_nothing,
    };
    return run_tests("extreme_steps", tests, sizeof tests / sizeof *tests);
}
