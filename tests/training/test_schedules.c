/* SPDX-License-Identifier: BSD-3-Clause */
/* The learning rate of each epoch. */
#include "support/small_training.h"

#include <math.h>

START_TEST(schedules_follow_their_formulas) {
    enum { EPOCHS = 21 };
    training s = make_training(NNBLAS_ADAM, 0.02, EPOCHS);
    ck_assert_ok(nnblas_trainer_set_step_schedule(s.trainer, 4, 0.5));
    ck_assert_ok(fit(&s));
    for (size_t e = 0; e < EPOCHS; e++)
        ck_assert_double_eq_tol(get_rate(&s, e), 0.02 * pow(0.5, (double)(e / 4)), 1e-17);
    ck_assert_ok(nnblas_trainer_set_cosine_schedule(s.trainer, 0.001));
    ck_assert_ok(fit(&s));
    ck_assert_double_eq(get_rate(&s, 0), 0.02);
    ck_assert_double_eq_tol(get_rate(&s, 10), 0.0105, 1e-15);
    ck_assert_double_eq_tol(get_rate(&s, 20), 0.001, 1e-15);
    ck_assert_ok(nnblas_trainer_set_constant_schedule(s.trainer));
    ck_assert_ok(fit(&s));
    ck_assert_double_eq(get_rate(&s, 20), 0.02);
    free_training(&s);
}
END_TEST

START_TEST(the_rate_falls_on_a_plateau) {
    training s = make_training(NNBLAS_GRADIENT_DESCENT, 0.01, 12);
    ck_assert_ok(nnblas_trainer_set_plateau_schedule(s.trainer, 3, 0.1));
    ck_assert_ok(nnblas_trainer_set_tolerance(s.trainer, 1e9)); /* nothing but the first improves */
    ck_assert_ok(fit(&s));
    for (size_t e = 0; e < 12; e++) /* the first, three in a row, and then lower */
        ck_assert_double_eq_tol(get_rate(&s, e), 0.01 * pow(0.1, e < 4 ? 0 : (double)((e - 1) / 3)),
                                1e-17);
    free_training(&s);
}
END_TEST

/* The same with costs that go up and down, beside a count of what the header says. */
START_TEST(an_improvement_ends_a_plateau) {
    enum { EPOCHS = 60, PLATEAU = 3 };
    training s = make_training(NNBLAS_GRADIENT_DESCENT, 3.0, EPOCHS);
    ck_assert_ok(nnblas_trainer_set_batch_size(s.trainer, 1));
    ck_assert_ok(nnblas_trainer_set_plateau_schedule(s.trainer, PLATEAU, 0.9));
    ck_assert_ok(fit(&s));
    double lowest = (double)INFINITY, rate = 3.0;
    size_t in_a_row = 0, ended = 0, falls = 0;
    for (size_t e = 0; e < EPOCHS; e++) {
        double cost = nnblas_trainer_history(s.trainer)[e].cost;
        ck_assert_double_eq_tol(get_rate(&s, e), rate, 1e-14);
        ended += cost < lowest && in_a_row > 0;
        in_a_row = cost < lowest ? 0 : in_a_row + 1;
        lowest = fmin(lowest, cost);
        if (in_a_row == PLATEAU) {
            rate *= 0.9;
            in_a_row = 0;
            falls++;
        }
    }
    ck_assert_uint_gt(falls, 1);
    ck_assert_uint_gt(ended, 0);
    free_training(&s);
}
END_TEST

/* E - 1 is 0 then. Of two epochs, the second has the last rate. */
START_TEST(a_cosine_may_be_short) {
    training s = make_training(NNBLAS_GRADIENT_DESCENT, 0.5, 1);
    ck_assert_ok(nnblas_trainer_set_cosine_schedule(s.trainer, 0.125));
    ck_assert_ok(fit(&s));
    ck_assert_double_eq(get_rate(&s, 0), 0.5);
    ck_assert_ok(nnblas_trainer_set_epochs(s.trainer, 2));
    ck_assert_ok(fit(&s));
    ck_assert_double_eq(get_rate(&s, 0), 0.5);
    ck_assert_double_eq(get_rate(&s, 1), 0.125);
    free_training(&s);
}
END_TEST

int main(void) {
    const TTest *const tests[] = {
        schedules_follow_their_formulas,
        the_rate_falls_on_a_plateau,
        an_improvement_ends_a_plateau,
        a_cosine_may_be_short,
    };
    return run_tests("schedules", tests, sizeof tests / sizeof *tests);
}
