/* SPDX-License-Identifier: BSD-3-Clause */
/* Settings that are refused, alone or together. */
#include "support/small_training.h"

#include <math.h>
#include <string.h>

START_TEST(bad_values_are_refused) {
    training s = make_training(NNBLAS_GRADIENT_DESCENT, 0.1, 2);
    static const double BAD[] = {(double)NAN, (double)INFINITY, -(double)INFINITY, -0.5};
    for (size_t i = 0; i < sizeof BAD / sizeof *BAD; i++) {
        ck_assert_int_eq(nnblas_trainer_set_learning_rate(s.trainer, BAD[i]), NNBLAS_ERROR_VALUE);
        ck_assert_int_eq(nnblas_trainer_set_desired_cost(s.trainer, BAD[i]), NNBLAS_ERROR_VALUE);
    }
    ck_assert_int_eq(nnblas_trainer_set_learning_rate(NULL, 1.0), NNBLAS_ERROR_NULL);
    ck_assert_int_eq(nnblas_trainer_set_epochs(NULL, 1), NNBLAS_ERROR_NULL);
    ck_assert_int_eq(nnblas_trainer_set_desired_cost(NULL, 1.0), NNBLAS_ERROR_NULL);
    ck_assert_int_eq(nnblas_trainer_set_callback(NULL, NULL, NULL), NNBLAS_ERROR_NULL);
    free_training(&s);
}
END_TEST

START_TEST(bad_settings_are_refused) {
    training s = make_training(NNBLAS_GRADIENT_DESCENT, 0.1, 2);
    nnblas_trainer *t = s.trainer;
    const double BAD = (double)NAN;
    const struct {
        nnblas_status status;
        const char *word;
    } REFUSALS[] = {
        {nnblas_trainer_set_optimizer(t, (nnblas_optimizer)6), ""},
        {nnblas_trainer_set_momentum(t, 1.0), ""},
        {nnblas_trainer_set_momentum(t, -0.1), ""},
        {nnblas_trainer_set_adam(t, 1.0, 0.9, 1e-8), ""},
        {nnblas_trainer_set_adam(t, 0.9, BAD, 1e-8), ""},
        {nnblas_trainer_set_adam(t, 0.9, 0.9, 0.0), ""},
        {nnblas_trainer_set_weight_decay(t, -1.0), ""},
        {nnblas_trainer_set_weight_decay(t, (double)INFINITY), ""},
        {nnblas_trainer_set_step_schedule(t, 0, 0.5), ""},
        {nnblas_trainer_set_step_schedule(t, 3, 1.5), ""},
        {nnblas_trainer_set_plateau_schedule(t, 3, 0.0), ""},
        {nnblas_trainer_set_cosine_schedule(t, -1.0), ""},
        {nnblas_trainer_set_time_limit(t, BAD), ""},
        {nnblas_trainer_set_tolerance(t, -1e-9), ""},
        {nnblas_trainer_set_validation_fraction(t, 1.0), ""},
        {nnblas_trainer_set_validation_fraction(t, -0.1), ""},
        {nnblas_trainer_set_epochs(t, 0), ""},
        {nnblas_trainer_set_learning_rate(t, 0.0), ""},
        {nnblas_trainer_set_checkpoint(t, "/nowhere/x", 0), ""},
    };
    for (size_t i = 0; i < sizeof REFUSALS / sizeof *REFUSALS; i++)
        ck_assert_msg(REFUSALS[i].status == NNBLAS_ERROR_VALUE, "refusal %zu is %s", i,
                      nnblas_status_string(REFUSALS[i].status));
    ck_assert_ok(fit(&s));
    ck_assert_double_eq(get_rate(&s, 1), 0.1);
    free_training(&s);
}
END_TEST

START_TEST(settings_have_to_go_together) {
    training s = make_training(NNBLAS_RPROP, 0.1, 2);
    double kept[PARAMETERS], weights[N] = {0.0};
    keep_parameters(&s, kept);
    ck_assert_ok(nnblas_trainer_set_batch_size(s.trainer, 10));
    ck_assert_int_eq(fit(&s), NNBLAS_ERROR_VALUE);
    ck_assert_ptr_nonnull(strstr(nnblas_error_message(), "batch_size"));
    ck_assert_ok(nnblas_trainer_set_batch_size(s.trainer, 0));
    ck_assert_ok(nnblas_trainer_set_sample_weights(s.trainer, weights));
    ck_assert_int_eq(fit(&s), NNBLAS_ERROR_VALUE);
    ck_assert_ptr_nonnull(strstr(nnblas_error_message(), "add up to 0"));
    weights[3] = -1.0;
    ck_assert_int_eq(fit(&s), NNBLAS_ERROR_VALUE);
    ck_assert_ptr_nonnull(strstr(nnblas_error_message(), "row 3"));
    weights[3] = (double)NAN;
    ck_assert_int_eq(fit(&s), NNBLAS_ERROR_NOT_FINITE);
    ck_assert_ok(nnblas_trainer_set_sample_weights(s.trainer, NULL));
    ck_assert_ok(nnblas_trainer_set_validation_fraction(s.trainer, 0.5));
    ck_assert_int_eq(nnblas_trainer_fit(s.trainer, 1, s.p.X, s.p.ldx, s.p.Y, s.p.ldy),
                     NNBLAS_ERROR_VALUE);
    double X[5] = {0, 0, (double)NAN, 0, 0}, Y[2] = {0, 0};
    ck_assert_ok(nnblas_trainer_set_validation_rows(s.trainer, 1, X, 5, Y, 2));
    ck_assert_int_eq(fit(&s), NNBLAS_ERROR_NOT_FINITE);
    ck_assert_ptr_nonnull(strstr(nnblas_error_message(), "validation X holds a NaN"));
    ck_assert(has_parameters(&s, kept));
    ck_assert_uint_eq(nnblas_trainer_history_count(s.trainer), 0);
    free_training(&s);
}
END_TEST

int main(void) {
    const TTest *const tests[] = {
        bad_values_are_refused,
        bad_settings_are_refused,
        settings_have_to_go_together,
    };
    return run_tests("settings", tests, sizeof tests / sizeof *tests);
}
