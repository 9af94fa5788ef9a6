/* SPDX-License-Identifier: BSD-3-Clause */
/* Settings that are refused, alone or together. */
#include "support/small_training.h"
#include "training/training.h"

#include <float.h>
#include <limits.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

/* ---- each setter ----------------------------------------------------------------------------- */

/* A call of a setter with one value, the others being good. */
typedef nnblas_status set_number(nnblas_trainer *t, double value);

static nnblas_status set_beta1(nnblas_trainer *t, double value) {
    return nnblas_trainer_set_adam(t, value, 0.9, 1e-8);
}

static nnblas_status set_beta2(nnblas_trainer *t, double value) {
    return nnblas_trainer_set_adam(t, 0.8, value, 1e-8);
}

static nnblas_status set_epsilon(nnblas_trainer *t, double value) {
    return nnblas_trainer_set_adam(t, 0.7, 0.6, value);
}

static nnblas_status set_lbfgs_tolerance(nnblas_trainer *t, double value) {
    return nnblas_trainer_set_lbfgs(t, 5, value);
}

static nnblas_status set_damping(nnblas_trainer *t, double value) {
    return nnblas_trainer_set_levenberg_marquardt(t, value, 0.5);
}

static nnblas_status set_damping_tolerance(nnblas_trainer *t, double value) {
    return nnblas_trainer_set_levenberg_marquardt(t, 0.5, value);
}

static nnblas_status set_step_factor(nnblas_trainer *t, double value) {
    return nnblas_trainer_set_step_schedule(t, 3, value);
}

static nnblas_status set_plateau_factor(nnblas_trainer *t, double value) {
    return nnblas_trainer_set_plateau_schedule(t, 3, value);
}

static nnblas_status set_adaptive_factor(nnblas_trainer *t, double value) {
    return nnblas_trainer_set_adaptive_schedule(t, 3, value, 0.1);
}

static nnblas_status set_adaptive_last(nnblas_trainer *t, double value) {
    return nnblas_trainer_set_adaptive_schedule(t, 3, 0.5, value);
}

static nnblas_status set_scale(nnblas_trainer *t, double value) {
    return nnblas_trainer_set_inverse_schedule(t, value, 0.5);
}

static nnblas_status set_power(nnblas_trainer *t, double value) {
    return nnblas_trainer_set_inverse_schedule(t, 3.0, value);
}

/* Its values are from low to high, without what is said to be left out; word: of the message. */
static const struct number_setter {
    set_number *set;
    const char *word;
    double low, high;
    bool without_low, without_high;
} NUMBERS[] = {
    {nnblas_trainer_set_learning_rate, "learning_rate", 0, DBL_MAX, true, false},
    {nnblas_trainer_set_momentum, "momentum", 0, 1, false, true},
    {set_beta1, "beta1", 0, 1, false, true},
    {set_beta2, "beta2", 0, 1, false, true},
    {set_epsilon, "epsilon", 0, DBL_MAX, true, false},
    {set_lbfgs_tolerance, "tolerance", 0, 1, false, true},
    {nnblas_trainer_set_scaled_conjugate_gradient, "tolerance", 0, 1, false, true},
    {set_damping, "damping", 0, DBL_MAX, true, false},
    {set_damping_tolerance, "tolerance", 0, 1, false, true},
    {nnblas_trainer_set_weight_decay, "decay", 0, DBL_MAX, false, false},
    {nnblas_trainer_set_l1, "l1", 0, DBL_MAX, false, false},
    {set_step_factor, "factor", 0, 1, true, false},
    {set_plateau_factor, "factor", 0, 1, true, false},
    {nnblas_trainer_set_cosine_schedule, "last", 0, DBL_MAX, false, false},
    {set_adaptive_factor, "factor", 0, 1, true, false},
    {set_adaptive_last, "last", 0, DBL_MAX, false, false},
    {set_scale, "scale", 0, DBL_MAX, false, false},
    {set_power, "power", 0, DBL_MAX, false, false},
    {nnblas_trainer_set_desired_cost, "the desired cost", 0, DBL_MAX, false, false},
    {nnblas_trainer_set_time_limit, "seconds", 0, DBL_MAX, false, false},
    {nnblas_trainer_set_validation_fraction, "fraction", 0, 1, false, true},
    {nnblas_trainer_set_tolerance, "tolerance", 0, DBL_MAX, false, false},
    {nnblas_trainer_set_checkpoint_interval, "seconds", 0, DBL_MAX, false, false},
};
enum { N_NUMBERS = sizeof NUMBERS / sizeof *NUMBERS };

/* Refused with words that hold both, and no setting has changed. */
static void check_refused(const nnblas_trainer *t, const nn_settings *before, nnblas_status found,
                          nnblas_status expected, const char *word) {
    ck_assert_msg(found == expected, "%s instead of %s: %s", nnblas_status_string(found),
                  nnblas_status_string(expected), word);
    ck_assert_msg(strstr(nnblas_error_message(), word), "\"%s\" does not say \"%s\"",
                  nnblas_error_message(), word);
    ck_assert_msg(memcmp(before, &t->settings, sizeof *before) == 0, "a setting changed: %s", word);
}

static void check_number(nnblas_trainer *t, const struct number_setter *s, double value,
                         bool is_good) {
    nn_settings before;
    char words[64];
    memcpy(&before, &t->settings, sizeof before);
    snprintf(words, sizeof words, "%s is %g", s->word, value);
    if (is_good)
        ck_assert_ok(s->set(t, value));
    else
        check_refused(t, &before, s->set(t, value), NNBLAS_ERROR_VALUE, words);
}

START_TEST(numbers_are_taken_within_their_limits) {
    training s = make_training(NNBLAS_GRADIENT_DESCENT, 0.1, 2);
    for (size_t i = 0; i < N_NUMBERS; i++) {
        const struct number_setter *n = &NUMBERS[i];
        check_number(s.trainer, n, n->low, !n->without_low);
        check_number(s.trainer, n, nextafter(n->low, 1.0), true);
        check_number(s.trainer, n, nextafter(n->low, -1.0), false);
        check_number(s.trainer, n, n->high, !n->without_high);
        check_number(s.trainer, n, nextafter(n->high, 0.0), true);
        check_number(s.trainer, n, nextafter(n->high, (double)INFINITY), false);
        check_number(s.trainer, n, (double)INFINITY, false);
        check_number(s.trainer, n, -(double)INFINITY, false);
        check_number(s.trainer, n, (double)NAN, false);
        check_number(s.trainer, n, -1.0, false);
    }
    free_training(&s);
}
END_TEST

START_TEST(counts_are_taken_within_their_limits) {
    training s = make_training(NNBLAS_GRADIENT_DESCENT, 0.1, 2);
    nnblas_trainer *t = s.trainer;
    nn_settings before;
    memcpy(&before, &t->settings, sizeof before);
    const double *X = s.p.X, *Y = s.p.Y;
    const size_t ldx = s.p.ldx, ldy = s.p.ldy, LARGE = (size_t)INT_MAX + 1;
    const nnblas_status VALUE = NNBLAS_ERROR_VALUE, SIZE = NNBLAS_ERROR_SIZE;
    check_refused(t, &before, nnblas_trainer_set_optimizer(t, (nnblas_optimizer)-1), VALUE,
                  "optimizer is -1");
    check_refused(t, &before, nnblas_trainer_set_optimizer(t, (nnblas_optimizer)8), VALUE,
                  "optimizer is 8");
    check_refused(t, &before, nnblas_trainer_set_score(t, (nnblas_score)-1), VALUE, "score is -1");
    check_refused(t, &before, nnblas_trainer_set_score(t, (nnblas_score)4), VALUE, "score is 4");
    check_refused(t, &before, nnblas_trainer_set_shuffle(t, 2), VALUE, "shuffle is 2");
    check_refused(t, &before, nnblas_trainer_set_shuffle(t, -1), VALUE, "shuffle is -1");
    check_refused(t, &before, nnblas_trainer_set_lbfgs(t, 0, 0.1), VALUE, "memory is 0");
    check_refused(t, &before, nnblas_trainer_set_lbfgs(t, 1001, 0.1), VALUE, "memory is 1001");
    check_refused(t, &before, nnblas_trainer_set_step_schedule(t, 0, 0.5), VALUE, "epochs is 0");
    check_refused(t, &before, nnblas_trainer_set_plateau_schedule(t, 0, 0.5), VALUE, "epochs is 0");
    check_refused(t, &before, nnblas_trainer_set_adaptive_schedule(t, 0, 0.5, 0.1), VALUE,
                  "epochs is 0");
    check_refused(t, &before, nnblas_trainer_set_epochs(t, 0), VALUE, "epochs is 0");
    check_refused(t, &before, nnblas_trainer_set_checkpoint(t, "x", 0), VALUE, "epochs is 0");
    check_refused(t, &before, nnblas_trainer_set_batch_size(t, LARGE), SIZE, "rows is 2147483648");
    check_refused(t, &before, nnblas_trainer_set_validation_weights(t, X), VALUE,
                  "there are no validation rows");
    check_refused(t, &before, nnblas_trainer_set_validation_rows(t, LARGE, X, ldx, Y, ldy), SIZE,
                  "N is 2147483648");
    check_refused(t, &before, nnblas_trainer_set_validation_rows(t, 2, NULL, ldx, Y, ldy),
                  NNBLAS_ERROR_NULL, "X");
    check_refused(t, &before, nnblas_trainer_set_validation_rows(t, 2, X, ldx, NULL, ldy),
                  NNBLAS_ERROR_NULL, "Y");
    check_refused(t, &before, nnblas_trainer_set_validation_rows(t, 2, X, INPUTS - 1, Y, ldy),
                  NNBLAS_ERROR_LEADING, "X");
    check_refused(t, &before, nnblas_trainer_set_validation_rows(t, 2, X, ldx, Y, OUTPUTS - 1),
                  NNBLAS_ERROR_LEADING, "Y");
    ck_assert_ok(nnblas_trainer_set_lbfgs(t, 1, 0.1));
    ck_assert_ok(nnblas_trainer_set_lbfgs(t, 1000, 0.1));
    ck_assert_ok(nnblas_trainer_set_epochs(t, SIZE_MAX));
    ck_assert_ok(nnblas_trainer_set_patience(t, SIZE_MAX));
    ck_assert_ok(nnblas_trainer_set_batch_size(t, INT_MAX));
    ck_assert_ok(nnblas_trainer_set_checkpoint(t, NULL, 0));
    ck_assert_ok(nnblas_trainer_resume(t, NULL));
    ck_assert_ok(nnblas_trainer_set_validation_rows(t, 0, NULL, 0, NULL, 0));
    ck_assert_ok(nnblas_trainer_set_validation_weights(t, NULL));
    free_training(&s);
}
END_TEST

/* Without a trainer, each has the same words. */
START_TEST(no_trainer_is_told) {
    nnblas_trainer *t = NULL;
    const double number = 0.5;
    for (size_t i = 0; i < N_NUMBERS; i++) {
        ck_assert_int_eq(NUMBERS[i].set(NULL, number), NNBLAS_ERROR_NULL);
        ck_assert_ptr_nonnull(strstr(nnblas_error_message(), "trainer is null"));
    }
    const nnblas_status OTHERS[] = {
        nnblas_trainer_set_optimizer(t, NNBLAS_ADAM),
        nnblas_trainer_set_constant_schedule(t),
        nnblas_trainer_schedule(t, NULL, NULL, NULL, NULL),
        nnblas_trainer_inverse_schedule(t, NULL, NULL),
        nnblas_trainer_set_batch_size(t, 1),
        nnblas_trainer_set_shuffle(t, 0),
        nnblas_trainer_set_seed(t, 1),
        nnblas_trainer_set_sample_weights(t, &number),
        nnblas_trainer_set_epochs(t, 1),
        nnblas_trainer_set_patience(t, 1),
        nnblas_trainer_set_score(t, NNBLAS_SCORE_R2),
        nnblas_trainer_set_validation_rows(t, 1, &number, 1, &number, 1),
        nnblas_trainer_set_validation_weights(t, &number),
        nnblas_trainer_set_callback(t, NULL, NULL),
        nnblas_trainer_set_history_limit(t, 1),
        nnblas_trainer_set_checkpoint(t, "x", 1),
        nnblas_trainer_checkpoint_status(t),
        nnblas_trainer_fit_status(t),
        nnblas_trainer_resume(t, "x"),
        nnblas_trainer_fit(t, 1, &number, 1, &number, 1),
    };
    for (size_t i = 0; i < sizeof OTHERS / sizeof *OTHERS; i++)
        ck_assert_int_eq(OTHERS[i], NNBLAS_ERROR_NULL);
    ck_assert_int_eq(nnblas_trainer_score(t), NNBLAS_SCORE_NONE);
    ck_assert_uint_eq(nnblas_trainer_history_count(t), 0);
    nnblas_trainer_destroy(t);
}
END_TEST

/* ---- settings that replace each other -------------------------------------------------------- */

START_TEST(each_sort_of_validation_replaces_the_other) {
    training s = make_training(NNBLAS_GRADIENT_DESCENT, 0.1, 1);
    const double X[2 * INPUTS] = {0.0}, Y[2 * OUTPUTS] = {0.0}, weights[2] = {1.0, 2.0};
    nn_settings *settings = &s.trainer->settings;
    ck_assert_ok(nnblas_trainer_set_validation_fraction(s.trainer, 0.25));
    ck_assert_ok(nnblas_trainer_set_validation_rows(s.trainer, 2, X, INPUTS, Y, OUTPUTS));
    ck_assert_double_eq(settings->validation_fraction, 0.0);
    ck_assert_ok(nnblas_trainer_set_validation_weights(s.trainer, weights));
    ck_assert_ptr_eq(settings->validation.weights, weights);
    ck_assert_ok(nnblas_trainer_set_validation_rows(s.trainer, 1, X, INPUTS, Y, OUTPUTS));
    ck_assert_ptr_null(settings->validation.weights);
    ck_assert_ok(nnblas_trainer_set_validation_fraction(s.trainer, 0.25));
    ck_assert_uint_eq(settings->validation.N, 0);
    ck_assert_ok(fit(&s));
    ck_assert(isfinite(get_epoch(s.trainer, 0).validation_cost));
    free_training(&s);
}
END_TEST

/* ---- settings that do not go together -------------------------------------------------------- */

START_TEST(lbfgs_has_no_checkpoints) {
    training s = make_training(NNBLAS_GRADIENT_DESCENT, 0.1, 1);
    if (nnblas_trainer_set_optimizer(s.trainer, NNBLAS_LBFGS) == NNBLAS_OK) {
        ck_assert_ok(nnblas_trainer_set_checkpoint(s.trainer, "never-written", 1));
        ck_assert_int_eq(fit(&s), NNBLAS_ERROR_VALUE);
        ck_assert_ptr_nonnull(strstr(nnblas_error_message(), "no checkpoints"));
        ck_assert_ok(nnblas_trainer_set_checkpoint(s.trainer, NULL, 1));
        ck_assert_ok(fit(&s));
    }
    free_training(&s);
}
END_TEST

START_TEST(a_score_needs_validation_rows) {
    training s = make_training(NNBLAS_ADAM, 0.1, 2);
    double kept[PARAMETERS];
    keep_parameters(&s, kept);
    ck_assert_int_eq(nnblas_trainer_score(s.trainer), NNBLAS_SCORE_NONE);
    for (int score = NNBLAS_SCORE_ACCURACY; score <= NNBLAS_SCORE_R2; score++) {
        ck_assert_ok(nnblas_trainer_set_score(s.trainer, (nnblas_score)score));
        ck_assert_int_eq(nnblas_trainer_score(s.trainer), score);
        ck_assert_int_eq(fit(&s), NNBLAS_ERROR_VALUE);
        ck_assert_ptr_nonnull(strstr(nnblas_error_message(), "a score is that of the validation"));
        ck_assert(has_parameters(&s, kept));
    }
    ck_assert_ok(nnblas_trainer_set_validation_fraction(s.trainer, 0.5));
    ck_assert_ok(fit(&s));
    ck_assert_ok(nnblas_trainer_set_validation_rows(s.trainer, 2, s.p.X, s.p.ldx, s.p.Y, s.p.ldy));
    ck_assert_ok(fit(&s));
    ck_assert_ok(nnblas_trainer_set_score(s.trainer, NNBLAS_SCORE_NONE));
    ck_assert_ok(nnblas_trainer_set_validation_fraction(s.trainer, 0.0));
    ck_assert_ok(fit(&s));
    ck_assert(isnan(get_epoch(s.trainer, 0).score));
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
        numbers_are_taken_within_their_limits,
        counts_are_taken_within_their_limits,
        no_trainer_is_told,
        each_sort_of_validation_replaces_the_other,
        lbfgs_has_no_checkpoints,
        a_score_needs_validation_rows,
        settings_have_to_go_together,
    };
    return run_tests("settings", tests, sizeof tests / sizeof *tests);
}
