/* SPDX-License-Identifier: BSD-3-Clause */
/* Steps one at a time: the optimizer goes on where it was. */
#include "support/small_training.h"

#include <math.h>
#include <string.h>

enum { STEPS = 30 };

static nnblas_status step(const training *t, const double *weights, double *mse) {
    return nnblas_trainer_step(t->trainer, N, t->p.X, t->p.ldx, t->p.Y, t->p.ldy, weights, mse);
}

static training make_decaying(nnblas_optimizer optimizer) {
    training t = make_training(optimizer, 0.05, STEPS);
    ck_assert_ok(nnblas_trainer_set_weight_decay(t.trainer, 1e-3));
    return t;
}

/* ---- the numbers ----------------------------------------------------------------------------- */

/* Each epoch of a fit with all rows is one step. */
static void check_steps(nnblas_optimizer optimizer, const double *weights) {
    training whole = make_decaying(optimizer), single = make_decaying(optimizer);
    double kept[PARAMETERS];
    ck_assert_ok(nnblas_trainer_set_sample_weights(whole.trainer, weights));
    ck_assert_ok(fit(&whole));
    for (size_t e = 0; e < STEPS; e++) {
        double mse;
        ck_assert_ok(step(&single, weights, &mse));
        ck_assert_double_eq(mse, get_epoch(whole.trainer, e).cost);
    }
    keep_parameters(&whole, kept);
    ck_assert(has_parameters(&single, kept));
    free_training(&whole);
    free_training(&single);
}

START_TEST(steps_are_those_of_a_fit) {
    double weights[N];
    for (size_t e = 0; e < N; e++)
        weights[e] = (double)(e % 3);
    for (int optimizer = NNBLAS_GRADIENT_DESCENT; optimizer <= NNBLAS_ADAM; optimizer++) {
        check_steps((nnblas_optimizer)optimizer, NULL);
        check_steps((nnblas_optimizer)optimizer, weights);
    }
}
END_TEST

/* Rows one by one, by the formula of momentum on the gradients of the library. */
START_TEST(rows_may_arrive_one_by_one) {
    training t = make_training(NNBLAS_MOMENTUM, 0.1, 1),
             by_hand = make_training(NNBLAS_MOMENTUM, 0.1, 1);
    double velocity[PARAMETERS] = {0.0}, gradient[PARAMETERS], *W = get_parameters(&by_hand);
    for (size_t e = 0; e < N; e++) {
        const double *X = t.p.X + e * t.p.ldx, *Y = t.p.Y + e * t.p.ldy;
        double mse, expected;
        ck_assert_ok(nnblas_trainer_step(t.trainer, 1, X, INPUTS, Y, OUTPUTS, NULL, &mse));
        ck_assert_ok(
            nnblas_net_gradient(by_hand.net, 1, X, INPUTS, Y, OUTPUTS, gradient, &expected));
        ck_assert_double_eq_tol(mse, expected, 1e-14);
        for (size_t i = 0; i < PARAMETERS; i++) {
            velocity[i] = 0.9 * velocity[i] - 0.1 * gradient[i];
            W[i] += velocity[i];
        }
    }
    for (size_t i = 0; i < PARAMETERS; i++)
        ck_assert_double_eq_tol(get_parameters(&t)[i], W[i], 1e-12);
    free_training(&t);
    free_training(&by_hand);
}
END_TEST

/* The rate that is set by then, whatever the schedule; the parameters that the caller left. */
START_TEST(rates_and_parameters_may_change_between_steps) {
    training t = make_training(NNBLAS_GRADIENT_DESCENT, 0.1, 1);
    double gradient[PARAMETERS], expected[PARAMETERS];
    ck_assert_ok(nnblas_trainer_set_step_schedule(t.trainer, 1, 0.5));
    for (size_t e = 0; e < 5; e++) {
        double rate = 0.5 + (double)e;
        ck_assert_ok(nnblas_trainer_set_learning_rate(t.trainer, rate));
        ck_assert_ok(nnblas_net_init(t.net, e));
        ck_assert_ok(nnblas_net_gradient(t.net, N, t.p.X, t.p.ldx, t.p.Y, t.p.ldy, gradient, NULL));
        for (size_t i = 0; i < PARAMETERS; i++)
            expected[i] = get_parameters(&t)[i] - rate * gradient[i];
        ck_assert_ok(step(&t, NULL, NULL));
        for (size_t i = 0; i < PARAMETERS; i++)
            ck_assert_double_eq_tol(get_parameters(&t)[i], expected[i], 1e-13);
    }
    free_training(&t);
}
END_TEST

/* ---- the beginning --------------------------------------------------------------------------- */

/* From the first parameters, STEPS steps come to the same end as before. */
static void check_begins_anew(const training *t, const double *first, const double *end) {
    memcpy(get_parameters(t), first, PARAMETERS * sizeof *first);
    for (size_t e = 0; e < STEPS; e++)
        ck_assert_ok(step(t, NULL, NULL));
    ck_assert(has_parameters(t, end));
}

START_TEST(steps_begin_anew_after_a_fit_and_another_optimizer) {
    training t = make_decaying(NNBLAS_ADAM);
    double first[PARAMETERS], end[PARAMETERS], later[PARAMETERS];
    keep_parameters(&t, first);
    for (size_t e = 0; e < STEPS; e++)
        ck_assert_ok(step(&t, NULL, NULL));
    keep_parameters(&t, end);
    ck_assert_ok(fit(&t));
    check_begins_anew(&t, first, end);
    ck_assert_ok(nnblas_trainer_set_optimizer(t.trainer, NNBLAS_ADAM));
    check_begins_anew(&t, first, end);
    /* And not otherwise. */
    memcpy(get_parameters(&t), first, sizeof first);
    for (size_t e = 0; e < STEPS; e++)
        ck_assert_ok(step(&t, NULL, NULL));
    keep_parameters(&t, later);
    ck_assert(memcmp(later, end, sizeof end) != 0);
    free_training(&t);
}
END_TEST

/* ---- refusals -------------------------------------------------------------------------------- */

/* Parameters, vectors and mse are as before: what follows is the same as without the failure. */
static void check_refused(nnblas_status status, nnblas_status expected, const training *t,
                          const double *kept, const double *mse) {
    ck_assert_int_eq(status, expected);
    ck_assert(has_parameters(t, kept));
    ck_assert_double_eq(*mse, 7.0);
}

START_TEST(what_is_refused_changes_nothing) {
    training t = make_decaying(NNBLAS_ADAM), undisturbed = make_decaying(NNBLAS_ADAM);
    double kept[PARAMETERS], mse = 7.0, weights[N] = {0.0};
    size_t ldx = t.p.ldx, ldy = t.p.ldy;
    nnblas_trainer *trainer = t.trainer;
    double *X = t.p.X, *Y = t.p.Y, *W = get_parameters(&t), good = X[3 * ldx + 1];
    for (size_t e = 0; e < 5; e++) {
        ck_assert_ok(step(&t, NULL, NULL));
        ck_assert_ok(step(&undisturbed, NULL, NULL));
    }
    keep_parameters(&t, kept);
    ck_assert_int_eq(nnblas_trainer_step(NULL, N, X, ldx, Y, ldy, NULL, &mse), NNBLAS_ERROR_NULL);
    check_refused(nnblas_trainer_step(trainer, 0, X, ldx, Y, ldy, NULL, &mse), NNBLAS_ERROR_SIZE,
                  &t, kept, &mse);
    check_refused(nnblas_trainer_step(trainer, N, NULL, ldx, Y, ldy, NULL, &mse), NNBLAS_ERROR_NULL,
                  &t, kept, &mse);
    check_refused(nnblas_trainer_step(trainer, N, X, INPUTS - 1, Y, ldy, NULL, &mse),
                  NNBLAS_ERROR_LEADING, &t, kept, &mse);
    check_refused(nnblas_trainer_step(trainer, 1, W, INPUTS, Y, ldy, NULL, &mse),
                  NNBLAS_ERROR_OVERLAP, &t, kept, &mse);
    check_refused(nnblas_trainer_step(trainer, N, X, ldx, Y, ldy, NULL, W), NNBLAS_ERROR_OVERLAP,
                  &t, kept, &mse);
    check_refused(step(&t, weights, &mse), NNBLAS_ERROR_VALUE, &t, kept, &mse);
    X[3 * ldx + 1] = (double)NAN;
    check_refused(step(&t, NULL, &mse), NNBLAS_ERROR_NOT_FINITE, &t, kept, &mse);
    ck_assert_str_eq(nnblas_error_message(), "X holds a NaN at row 3, column 1");
    X[3 * ldx + 1] = good;
    for (size_t e = 0; e < 5; e++) {
        ck_assert_ok(step(&t, NULL, NULL));
        ck_assert_ok(step(&undisturbed, NULL, NULL));
    }
    keep_parameters(&undisturbed, kept);
    ck_assert(has_parameters(&t, kept));
    free_training(&t);
    free_training(&undisturbed);
}
END_TEST

/* Moments that would overflow are taken back with the parameters. */
START_TEST(a_step_that_overflows_is_taken_back) {
    training t = make_training(NNBLAS_MOMENTUM, 1.0, 1);
    double kept[PARAMETERS], end[PARAMETERS];
    ck_assert_ok(nnblas_net_set_output(t.net, NNBLAS_IDENTITY, NNBLAS_MSE));
    ck_assert_ok(step(&t, NULL, NULL));
    keep_parameters(&t, kept);
    ck_assert_ok(step(&t, NULL, NULL));
    keep_parameters(&t, end);
    memcpy(get_parameters(&t), kept, sizeof kept);
    training other = make_training(NNBLAS_MOMENTUM, 1.0, 1);
    ck_assert_ok(nnblas_net_set_output(other.net, NNBLAS_IDENTITY, NNBLAS_MSE));
    ck_assert_ok(step(&other, NULL, NULL));
    ck_assert_ok(nnblas_trainer_set_learning_rate(other.trainer, 1e308));
    double mse = 7.0;
    check_refused(step(&other, NULL, &mse), NNBLAS_ERROR_NOT_FINITE, &other, kept, &mse);
    ck_assert_ok(nnblas_trainer_set_learning_rate(other.trainer, 1.0));
    ck_assert_ok(step(&other, NULL, NULL));
    ck_assert(has_parameters(&other, end));
    free_training(&t);
    free_training(&other);
}
END_TEST

/* Those that search for their steps. */
START_TEST(searches_take_no_single_steps) {
    static const struct {
        nnblas_optimizer optimizer;
        const char *message;
    } SEARCHES[] = {
        {NNBLAS_LBFGS, "L-BFGS takes no single steps"},
        {NNBLAS_LEVENBERG_MARQUARDT, "Levenberg-Marquardt takes no single steps"},
        {NNBLAS_SCALED_CONJUGATE_GRADIENT,
         "the method of scaled conjugate gradients takes no single steps"},
    };
    training t = make_training(NNBLAS_GRADIENT_DESCENT, 0.1, 1);
    for (size_t i = 0; i < sizeof SEARCHES / sizeof *SEARCHES; i++)
        if (nnblas_trainer_set_optimizer(t.trainer, SEARCHES[i].optimizer) == NNBLAS_OK) {
            ck_assert_int_eq(step(&t, NULL, NULL), NNBLAS_ERROR_VALUE);
            ck_assert_ptr_nonnull(strstr(nnblas_error_message(), SEARCHES[i].message));
        }
    free_training(&t);
}
END_TEST

int main(void) {
    const TTest *const tests[] = {
        steps_are_those_of_a_fit,
        rows_may_arrive_one_by_one,
        rates_and_parameters_may_change_between_steps,
        steps_begin_anew_after_a_fit_and_another_optimizer,
        what_is_refused_changes_nothing,
        a_step_that_overflows_is_taken_back,
        searches_take_no_single_steps,
    };
    return run_tests("single_steps", tests, sizeof tests / sizeof *tests);
}
