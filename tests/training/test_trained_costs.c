/* SPDX-License-Identifier: BSD-3-Clause */
/* What a training by each cost comes to, where that is known: one output, the same for all rows. */
#include "support/support.h"

#include <math.h>
#include <string.h>

enum { N = 101 };

/* Fits one weight and no bias to labels of rows that are all 1; returns the output. */
static double fit_constant(nnblas_activation output, nnblas_cost cost, double parameter,
                           nnblas_optimizer optimizer, const double *Y) {
    static const double ONE = 1.0;
    double X[N], O_out;
    fill(N, X, 1.0);
    nnblas_net *net;
    nnblas_trainer *trainer;
    ck_assert_ok(nnblas_net_create((size_t[]){1, 1}, 2, 0, &net));
    ck_assert_ok(nnblas_net_set_output(net, output, cost));
    if (parameter != 0.0)
        ck_assert_ok(nnblas_net_set_cost_parameter(net, parameter));
    ck_assert_ok(nnblas_trainer_create(net, &trainer));
    ck_assert_ok(nnblas_trainer_set_optimizer(trainer, optimizer));
    ck_assert_ok(nnblas_trainer_set_learning_rate(trainer, 0.1));
    ck_assert_ok(nnblas_trainer_set_epochs(trainer, 500));
    ck_assert_int_ge(nnblas_trainer_fit(trainer, N, X, 1, Y, 1), 0);
    ck_assert_ok(nnblas_net_predict(net, 1, &ONE, 1, &O_out, 1));
    nnblas_trainer_destroy(trainer);
    nnblas_net_destroy(net);
    return O_out;
}

/* The numbers 1 to N, in another order. */
static void fill_labels(double *Y) {
    for (size_t i = 0; i < N; i++)
        Y[i] = (double)(i * 37 % N + 1);
}

START_TEST(deviances_come_to_the_mean) {
    double Y[N];
    fill_labels(Y);
    if (!nnblas_has(NNBLAS_FEATURE_LBFGS))
        return;
    ck_assert_double_eq_tol(fit_constant(NNBLAS_EXPONENTIAL, NNBLAS_POISSON, 0.0, NNBLAS_LBFGS, Y),
                            51.0, 1e-9);
    ck_assert_double_eq_tol(fit_constant(NNBLAS_EXPONENTIAL, NNBLAS_GAMMA, 0.0, NNBLAS_LBFGS, Y),
                            51.0, 1e-9);
}
END_TEST

START_TEST(a_quantile_comes_to_the_quantile) {
    double Y[N];
    fill_labels(Y);
    const double TAUS[] = {0.05, 0.25, 0.5, 0.9};
    for (size_t i = 0; i < sizeof TAUS / sizeof *TAUS; i++) {
        double found = fit_constant(NNBLAS_IDENTITY, NNBLAS_QUANTILE, TAUS[i], NNBLAS_RPROP, Y);
        ck_assert_double_eq_tol(found, ceil(TAUS[i] * N), 1e-3);
    }
}
END_TEST

/* Where no error is beyond delta it is the mean, and for a small delta the median; one label far
 * away moves it by delta over the rows that are near. */
START_TEST(huber_lies_between_mean_and_median) {
    double Y[N];
    fill_labels(Y);
    Y[0] = 1.0 + 101.0 * N; /* it was 1: the mean is 101 more, the median 1 */
    ck_assert_double_eq_tol(fit_constant(NNBLAS_IDENTITY, NNBLAS_HUBER, 1e6, NNBLAS_RPROP, Y),
                            152.0, 1e-3);
    ck_assert_double_eq_tol(fit_constant(NNBLAS_IDENTITY, NNBLAS_HUBER, 1e-3, NNBLAS_RPROP, Y),
                            52.0, 1e-3);
    /* The others are 2 to 101, with the mean 51.5. */
    ck_assert_double_eq_tol(fit_constant(NNBLAS_IDENTITY, NNBLAS_HUBER, 200.0, NNBLAS_RPROP, Y),
                            51.5 + 200.0 / 100.0, 1e-3);
}
END_TEST

START_TEST(a_hinge_keeps_its_margin) {
    double Y[N];
    fill(N, Y, 1.0);
    ck_assert_double_ge(fit_constant(NNBLAS_IDENTITY, NNBLAS_HINGE, 0.0, NNBLAS_RPROP, Y), 1.0);
    fill(N / 3, Y, 0.0);
    ck_assert_double_eq_tol(fit_constant(NNBLAS_IDENTITY, NNBLAS_HINGE, 0.0, NNBLAS_RPROP, Y), 1.0,
                            1e-3);
    fill(N, Y, 0.0);
    ck_assert_double_le(fit_constant(NNBLAS_IDENTITY, NNBLAS_HINGE, 0.0, NNBLAS_RPROP, Y), -1.0);
}
END_TEST

/* ---- labels ---------------------------------------------------------------------------------- */

static nnblas_status fit_label(nnblas_activation output, nnblas_cost cost, double label) {
    double X[N], Y[N];
    fill(N, X, 0.5);
    fill(N, Y, 1.0);
    Y[17] = label;
    nnblas_net *net;
    nnblas_trainer *trainer;
    ck_assert_ok(nnblas_net_create((size_t[]){1, 1}, 2, 0, &net));
    ck_assert_ok(nnblas_net_set_output(net, output, cost));
    ck_assert_ok(nnblas_trainer_create(net, &trainer));
    ck_assert_ok(nnblas_trainer_set_learning_rate(trainer, 1e-6));
    ck_assert_ok(nnblas_trainer_set_epochs(trainer, 1));
    nnblas_status status = nnblas_trainer_fit(trainer, N, X, 1, Y, 1);
    nnblas_trainer_destroy(trainer);
    nnblas_net_destroy(net);
    return status;
}

START_TEST(labels_that_a_cost_does_not_know_are_refused) {
    static const struct {
        nnblas_activation output;
        nnblas_cost cost;
        double taken[3], refused[3];
        const char *words;
    } CASES[] = {
        {NNBLAS_EXPONENTIAL,
         NNBLAS_POISSON,
         {0.0, -0.0, 0.5},
         {-1.0, -0x1p-1074, -1e300},
         "the Poisson deviance needs labels of 0 or more"},
        {NNBLAS_EXPONENTIAL,
         NNBLAS_GAMMA,
         {0x1p-1074, 0.5, 1e9},
         {0.0, -0.0, -1.0},
         "the gamma deviance needs labels above 0"},
        {NNBLAS_IDENTITY,
         NNBLAS_HINGE,
         {0.0, -0.0, 1.0},
         {0.5, -1.0, 2.0},
         "the hinge cost needs labels 0 and 1"},
    };
    for (size_t c = 0; c < sizeof CASES / sizeof *CASES; c++)
        for (size_t i = 0; i < 3; i++) {
            ck_assert_ok(fit_label(CASES[c].output, CASES[c].cost, CASES[c].taken[i]));
            ck_assert_int_eq(fit_label(CASES[c].output, CASES[c].cost, CASES[c].refused[i]),
                             NNBLAS_ERROR_VALUE);
            ck_assert_pstr_eq(strstr(nnblas_error_message(), CASES[c].words), CASES[c].words);
            ck_assert_ptr_nonnull(strstr(nnblas_error_message(), "at row 17, column 0"));
        }
    ck_assert_ok(fit_label(NNBLAS_IDENTITY, NNBLAS_HUBER, -1e3));
    ck_assert_ok(fit_label(NNBLAS_EXPONENTIAL, NNBLAS_QUANTILE, -1e3));
}
END_TEST

int main(void) {
    const TTest *const tests[] = {
        deviances_come_to_the_mean,
        a_quantile_comes_to_the_quantile,
        huber_lies_between_mean_and_median,
        a_hinge_keeps_its_margin,
        labels_that_a_cost_does_not_know_are_refused,
    };
    return run_tests("trained_costs", tests, sizeof tests / sizeof *tests);
}
