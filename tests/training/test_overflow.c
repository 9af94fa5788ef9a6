/* SPDX-License-Identifier: BSD-3-Clause */
/* A step that overflows is not taken; data that are not finite are refused. */
#include "support/small_training.h"

#include <math.h>
#include <string.h>

/* Identity outputs run away at a rate like that; no parameter may. */
START_TEST(a_step_that_overflows_is_not_taken) {
    for (int optimizer = NNBLAS_GRADIENT_DESCENT; optimizer <= NNBLAS_NESTEROV; optimizer++)
        for (size_t batch = 0; batch <= 20; batch += 20) {
            training s = make_training((nnblas_optimizer)optimizer, 1e60, 1000);
            ck_assert_ok(nnblas_net_set_hidden(s.net, NNBLAS_RELU));
            ck_assert_ok(nnblas_net_set_output(s.net, NNBLAS_IDENTITY, NNBLAS_MSE));
            ck_assert_ok(nnblas_trainer_set_batch_size(s.trainer, batch));
            ck_assert_int_eq(fit(&s), NNBLAS_ERROR_NOT_FINITE);
            ck_assert_ptr_nonnull(strstr(nnblas_error_message(), "overflow"));
            for (size_t i = 0; i < PARAMETERS; i++)
                ck_assert(isfinite(get_parameters(&s)[i]));
            free_training(&s);
        }
}
END_TEST

static int count_calls(void *user, size_t epoch, double cost) {
    (void)epoch, (void)cost;
    ++*(int *)user;
    return 0;
}

/* Refused with these words, and nothing is written. */
static void check_refused_data(const training *s, const char *words) {
    double kept[PARAMETERS];
    keep_parameters(s, kept);
    ck_assert_int_eq(fit(s), NNBLAS_ERROR_NOT_FINITE);
    ck_assert_msg(strstr(nnblas_error_message(), words), "\"%s\" does not say \"%s\"",
                  nnblas_error_message(), words);
    ck_assert(has_parameters(s, kept));
}

START_TEST(fit_looks_at_the_data_before_it_starts) {
    training s = make_training(NNBLAS_GRADIENT_DESCENT, 0.1, 2);
    int calls = 0;
    ck_assert_ok(nnblas_trainer_set_callback(s.trainer, count_calls, &calls));
    double *x = &s.p.X[4 * s.p.ldx + 1], *y = &s.p.Y[5 * s.p.ldy + 1];
    *x = (double)NAN;
    check_refused_data(&s, "X holds a NaN at row 4, column 1");
    *x = 0.0;
    *y = (double)INFINITY;
    check_refused_data(&s, "Y holds an infinity at row 5, column 1");
    *y = 0.0;
    nnblas_net_weights(s.net, 2)[0] = (double)NAN;
    check_refused_data(&s, "W2 holds a NaN at row 0, column 0");
    ck_assert_int_eq(calls, 0);
    free_training(&s);
}
END_TEST

START_TEST(a_rate_that_overflows_is_named) {
    training s = make_training(NNBLAS_GRADIENT_DESCENT, 1e200, 2);
    for (size_t i = 0; i < N; i++)
        for (size_t k = 0; k < OUTPUTS; k++)
            s.p.Y[i * s.p.ldy + k] = 1e153;
    check_refused_data(&s, "learning_rate");
    free_training(&s);
}
END_TEST

int main(void) {
    const TTest *const tests[] = {
        a_step_that_overflows_is_not_taken,
        fit_looks_at_the_data_before_it_starts,
        a_rate_that_overflows_is_named,
    };
    return run_tests("overflow", tests, sizeof tests / sizeof *tests);
}
