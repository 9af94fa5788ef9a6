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
        double cost = get_epoch(s.trainer, e).cost;
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

/* r / (1 + scale e)^power. */
START_TEST(the_inverse_schedule_follows_its_formula) {
    enum { EPOCHS = 30 };
    static const double CASES[][2] = {
        {83.0, 0.5}, {1.0, 1.0}, {0.0, 3.0}, {2.5, 0.0}, {1e308, 2.0}};
    training s = make_training(NNBLAS_ADAM, 0.02, EPOCHS);
    for (size_t i = 0; i < sizeof CASES / sizeof *CASES; i++) {
        double scale = CASES[i][0], power = CASES[i][1];
        ck_assert_ok(nnblas_trainer_set_inverse_schedule(s.trainer, scale, power));
        ck_assert_ok(fit(&s));
        for (size_t e = 0; e < EPOCHS; e++) {
            long double divisor =
                powl(1.0L + (long double)scale * (long double)e, (long double)power);
            ck_assert_double_eq_tol(get_rate(&s, e), (double)(0.02L / divisor), 1e-17);
        }
    }
    free_training(&s);
}
END_TEST

/* scale e overflows, and the rate does not. */
START_TEST(the_inverse_schedule_may_have_a_huge_scale) {
    enum { EPOCHS = 5 };
    training s = make_training(NNBLAS_ADAM, 0.02, EPOCHS);
    ck_assert_ok(nnblas_trainer_set_inverse_schedule(s.trainer, 1e308, 1e-3));
    ck_assert_ok(fit(&s));
    for (size_t e = 1; e < EPOCHS; e++) {
        double logarithm = log(1e308) + log((double)e);
        ck_assert_double_eq_tol(get_rate(&s, e), 0.02 * exp(-1e-3 * logarithm), 1e-15);
    }
    free_training(&s);
}
END_TEST

/* ---- adaptive -------------------------------------------------------------------------------- */

/* Nothing but the first epoch improves. */
static training begin_adaptive(nnblas_optimizer optimizer, double last) {
    training s = make_training(optimizer, 0.01, 40);
    ck_assert_ok(nnblas_trainer_set_adaptive_schedule(s.trainer, 3, 0.5, last));
    ck_assert_ok(nnblas_trainer_set_tolerance(s.trainer, 1e9));
    return s;
}

static void check_adaptive_end(const training *s, nnblas_status status, size_t epochs) {
    ck_assert_int_eq(fit(s), status);
    ck_assert_uint_eq(nnblas_trainer_history_count(s->trainer), epochs);
    for (size_t e = 0; e < epochs; e++)
        ck_assert_double_eq_tol(get_rate(s, e), 0.01 * pow(0.5, e < 4 ? 0 : (double)((e - 1) / 3)),
                                1e-17);
}

/* The rate 0.01 has 4 epochs, 0.005, 0.0025 and so on have 3 each. */
START_TEST(an_adaptive_schedule_ends_at_its_last_rate) {
    static const struct {
        double last;
        nnblas_status status;
        size_t epochs;
    } CASES[] = {
        {0.02, NNBLAS_STOPPED_PATIENCE, 4},    {0.01, NNBLAS_STOPPED_PATIENCE, 4},
        {0.00999, NNBLAS_STOPPED_PATIENCE, 7}, {0.005, NNBLAS_STOPPED_PATIENCE, 7},
        {0.002, NNBLAS_STOPPED_PATIENCE, 13},  {0.0, NNBLAS_OK, 40},
    };
    for (size_t i = 0; i < sizeof CASES / sizeof *CASES; i++) {
        training s = begin_adaptive(NNBLAS_NESTEROV, CASES[i].last);
        check_adaptive_end(&s, CASES[i].status, CASES[i].epochs);
        free_training(&s);
    }
}
END_TEST

/* It counts through the plateaus: the schedule alone would end after 13 epochs. */
START_TEST(a_patience_ends_an_adaptive_schedule_too) {
    static const size_t CASES[][2] = {{2, 3}, {3, 4}, {8, 9}, {12, 13}, {20, 13}, {0, 13}};
    for (size_t i = 0; i < sizeof CASES / sizeof *CASES; i++) {
        training s = begin_adaptive(NNBLAS_ADAM, 0.002);
        ck_assert_ok(nnblas_trainer_set_patience(s.trainer, CASES[i][0]));
        check_adaptive_end(&s, NNBLAS_STOPPED_PATIENCE, CASES[i][1]);
        free_training(&s);
    }
}
END_TEST

START_TEST(lbfgs_has_no_use_for_an_adaptive_schedule) {
    training s = begin_adaptive(NNBLAS_GRADIENT_DESCENT, 1.0);
    if (nnblas_trainer_set_optimizer(s.trainer, NNBLAS_LBFGS) == NNBLAS_OK) {
        ck_assert_ok(nnblas_trainer_set_epochs(s.trainer, 8));
        ck_assert_ok(fit(&s));
        ck_assert_uint_eq(nnblas_trainer_history_count(s.trainer), 8);
    }
    free_training(&s);
}
END_TEST

/* ---- what was set ---------------------------------------------------------------------------- */

static void check_schedule(const nnblas_trainer *t, nnblas_schedule expected, size_t epochs,
                           const double numbers[4]) {
    nnblas_schedule schedule;
    size_t found_epochs;
    double factor, last, scale, power;
    ck_assert_ok(nnblas_trainer_schedule(t, &schedule, &found_epochs, &factor, &last));
    ck_assert_ok(nnblas_trainer_inverse_schedule(t, &scale, &power));
    ck_assert_int_eq(schedule, expected);
    ck_assert_uint_eq(found_epochs, epochs);
    ck_assert_double_eq(factor, numbers[0]);
    ck_assert_double_eq(last, numbers[1]);
    ck_assert_double_eq(scale, numbers[2]);
    ck_assert_double_eq(power, numbers[3]);
    ck_assert_ok(nnblas_trainer_schedule(t, NULL, NULL, NULL, NULL));
    ck_assert_ok(nnblas_trainer_inverse_schedule(t, NULL, NULL));
}

/* Factor, last, scale and power; 0 where a schedule has none. */
START_TEST(each_schedule_comes_back) {
    training s = make_training(NNBLAS_ADAM, 0.02, 1);
    nnblas_trainer *t = s.trainer;
    check_schedule(t, NNBLAS_SCHEDULE_CONSTANT, 0, (double[4]){0});
    ck_assert_ok(nnblas_trainer_set_adaptive_schedule(t, 7, 0.2, 1e-6));
    check_schedule(t, NNBLAS_SCHEDULE_ADAPTIVE, 7, (double[4]){0.2, 1e-6});
    ck_assert_ok(nnblas_trainer_set_inverse_schedule(t, 150.0, 0.5));
    check_schedule(t, NNBLAS_SCHEDULE_INVERSE, 0, (double[4]){0, 0, 150.0, 0.5});
    ck_assert_ok(nnblas_trainer_set_plateau_schedule(t, 5, 0.25));
    check_schedule(t, NNBLAS_SCHEDULE_PLATEAU, 5, (double[4]){0.25});
    ck_assert_ok(nnblas_trainer_set_cosine_schedule(t, 0.01));
    check_schedule(t, NNBLAS_SCHEDULE_COSINE, 0, (double[4]){0, 0.01});
    ck_assert_ok(nnblas_trainer_set_step_schedule(t, 3, 0.5));
    check_schedule(t, NNBLAS_SCHEDULE_STEP, 3, (double[4]){0.5});
    ck_assert_ok(nnblas_trainer_set_constant_schedule(t));
    check_schedule(t, NNBLAS_SCHEDULE_CONSTANT, 0, (double[4]){0});
    free_training(&s);
}
END_TEST

int main(void) {
    const TTest *const tests[] = {
        schedules_follow_their_formulas,
        the_rate_falls_on_a_plateau,
        an_improvement_ends_a_plateau,
        a_cosine_may_be_short,
        the_inverse_schedule_follows_its_formula,
        the_inverse_schedule_may_have_a_huge_scale,
        an_adaptive_schedule_ends_at_its_last_rate,
        a_patience_ends_an_adaptive_schedule_too,
        lbfgs_has_no_use_for_an_adaptive_schedule,
        each_schedule_comes_back,
    };
    return run_tests("schedules", tests, sizeof tests / sizeof *tests);
}
