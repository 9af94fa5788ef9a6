/* SPDX-License-Identifier: BSD-3-Clause */
/* Bayesian regularisation: the evidence of a linear network is that of a Gaussian process, and a
 * network with more units than it needs does not learn the noise. */
#include "support/small_training.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* A network of one output on rows of its own. */
typedef struct curve {
    nnblas_net *net;
    nnblas_trainer *trainer;
    size_t rows, inputs;
    double *X, *Y;
} curve;

static double roll_normal(dice *d) {
    double u = roll_uniform(d, 0x1p-53, 1.0), v = roll_uniform(d, 0.0, 1.0);
    return sqrt(-2.0 * log(u)) * cos(2.0 * acos(-1.0) * v);
}

static curve make_curve(size_t rows, size_t inputs, size_t hidden) {
    const size_t SIZES[] = {inputs, hidden, 1}, LINEAR[] = {inputs, 1};
    curve c = {.rows = rows, .inputs = inputs};
    c.X = allocate_doubles(rows * inputs);
    c.Y = allocate_doubles(rows);
    ck_assert_ok(
        nnblas_net_create(hidden > 0 ? SIZES : LINEAR, hidden > 0 ? 3 : 2, NNBLAS_BIAS, &c.net));
    ck_assert_ok(nnblas_net_set_hidden(c.net, NNBLAS_TANH));
    ck_assert_ok(nnblas_net_set_output(c.net, NNBLAS_IDENTITY, NNBLAS_MSE));
    ck_assert_ok(nnblas_net_init(c.net, 3));
    ck_assert_ok(nnblas_trainer_create(c.net, &c.trainer));
    ck_assert_ok(nnblas_trainer_set_optimizer(c.trainer, NNBLAS_LEVENBERG_MARQUARDT));
    ck_assert_ok(nnblas_trainer_set_bayesian(c.trainer, 1));
    ck_assert_ok(nnblas_trainer_set_epochs(c.trainer, 100));
    return c;
}

static nnblas_status fit_curve(const curve *c) {
    return nnblas_trainer_fit(c->trainer, c->rows, c->X, c->inputs, c->Y, 1);
}

static void free_curve(curve *c) {
    nnblas_trainer_destroy(c->trainer);
    nnblas_net_destroy(c->net);
    free(c->X);
    free(c->Y);
}

/* ---- a linear network ------------------------------------------------------------------------ */

enum { ROWS = 14, FEATURES = 3 };

/* ln of the density of Y, normal with the covariance noise + X X^T / alpha, where each row of X has
 * a 1 for the bias. */
static double compute_log_density(const curve *c, double noise, double alpha) {
    long double C[ROWS][ROWS], y[ROWS], sum = 0.0L;
    for (size_t i = 0; i < ROWS; i++) {
        y[i] = (long double)c->Y[i];
        for (size_t j = 0; j < ROWS; j++) {
            C[i][j] = 1.0L / (long double)alpha + (i == j ? (long double)noise : 0.0L);
            for (size_t k = 0; k < FEATURES; k++)
                C[i][j] += (long double)c->X[i * FEATURES + k] *
                           (long double)c->X[j * FEATURES + k] / (long double)alpha;
        }
    }
    for (size_t p = 0; p < ROWS; p++) { /* C = L D L^T; y := L^-1 y */
        sum -= logl(2.0L * acosl(-1.0L) * C[p][p]) + y[p] * y[p] / C[p][p];
        for (size_t i = p + 1; i < ROWS; i++) {
            long double factor = C[i][p] / C[p][p];
            for (size_t j = p; j < ROWS; j++)
                C[i][j] -= factor * C[p][j];
            y[i] -= factor * y[p];
        }
    }
    return (double)(0.5L * sum);
}

/* Where the estimates stand still, they are those of the highest evidence. */
START_TEST(the_evidence_of_a_linear_network_is_exact) {
    dice d = {7};
    curve c = make_curve(ROWS, FEATURES, 0);
    double decay, noise, effective, evidence;
    for (size_t i = 0; i < ROWS; i++) {
        for (size_t k = 0; k < FEATURES; k++)
            c.X[i * FEATURES + k] = roll_normal(&d);
        c.Y[i] =
            0.8 * c.X[i * FEATURES] - 0.4 * c.X[i * FEATURES + 1] + 0.3 + 0.3 * roll_normal(&d);
    }
    ck_assert_ok(nnblas_trainer_set_levenberg_marquardt(c.trainer, 1e-6, 0.0));
    ck_assert_int_ge(fit_curve(&c), 0);
    ck_assert_ok(nnblas_trainer_evidence(c.trainer, &decay, &noise, &effective, &evidence));
    double alpha = decay * ROWS / noise, best = compute_log_density(&c, noise, alpha);
    ck_assert_double_eq_tol(evidence, best, 1e-6);
    ck_assert_double_le(compute_log_density(&c, 1.05 * noise, alpha), best);
    ck_assert_double_le(compute_log_density(&c, 0.95 * noise, alpha), best);
    ck_assert_double_le(compute_log_density(&c, noise, 1.05 * alpha), best);
    ck_assert_double_le(compute_log_density(&c, noise, 0.95 * alpha), best);
    ck_assert(effective > 2.0 && effective < FEATURES + 1);
    free_curve(&c);
}
END_TEST

/* ---- more units than needed ------------------------------------------------------------------ */

static double f(double x) {
    return sin(3.0 * x);
}

static curve make_noisy(dice *d, size_t rows, double noise) {
    curve c = make_curve(rows, 1, 30);
    for (size_t i = 0; i < rows; i++) {
        c.X[i] = roll_uniform(d, -1.7, 1.7);
        c.Y[i] = f(c.X[i]) + noise * roll_normal(d);
    }
    return c;
}

static double measure_error(const curve *c) {
    double squares = 0.0;
    for (int i = 0; i <= 100; i++) {
        double x = -1.6 + 0.032 * i, o;
        ck_assert_ok(nnblas_net_predict(c->net, 1, &x, 1, &o, 1));
        squares += (o - f(x)) * (o - f(x)) / 101.0;
    }
    return sqrt(squares);
}

START_TEST(the_noise_is_found_and_not_learnt) {
    dice d = {8}, same = {8};
    curve c = make_noisy(&d, 120, 0.3), plain = make_noisy(&same, 120, 0.3);
    double noise, effective;
    ck_assert_int_ge(fit_curve(&c), 0);
    ck_assert_ok(nnblas_trainer_evidence(c.trainer, NULL, &noise, &effective, NULL));
    ck_assert_double_eq_tol(sqrt(noise), 0.3, 0.05);
    ck_assert(effective > 5.0 && effective < 20.0); /* of 91 */
    ck_assert_ok(nnblas_trainer_set_bayesian(plain.trainer, 0));
    ck_assert_int_ge(fit_curve(&plain), 0);
    ck_assert_double_lt(measure_error(&c), 0.12);
    ck_assert_double_gt(measure_error(&plain), 1.5 * measure_error(&c));
    free_curve(&c);
    free_curve(&plain);
}
END_TEST

/* Rows of weight 0 are no rows, and only the ratios of weights count. */
START_TEST(rows_without_weight_do_not_count) {
    dice d = {9};
    curve c = make_noisy(&d, 60, 0.2);
    double weights[60], found[4], all[4];
    for (size_t i = 0; i < 60; i++)
        weights[i] = i < 40 ? 7.0 : 0.0;
    ck_assert_ok(nnblas_trainer_set_sample_weights(c.trainer, weights));
    ck_assert_int_ge(fit_curve(&c), 0);
    ck_assert_ok(nnblas_trainer_evidence(c.trainer, found, found + 1, found + 2, found + 3));
    ck_assert_ok(nnblas_net_init(c.net, 3));
    ck_assert_ok(nnblas_trainer_set_sample_weights(c.trainer, NULL));
    c.rows = 40;
    ck_assert_int_ge(fit_curve(&c), 0);
    ck_assert_ok(nnblas_trainer_evidence(c.trainer, all, all + 1, all + 2, all + 3));
    for (int i = 0; i < 4; i++)
        ck_assert_double_eq_tol(found[i], all[i], 1e-3 * fabs(all[i]));
    free_curve(&c);
}
END_TEST

/* A weight that the mask keeps is no parameter: the other network lacks it and its input, and has
 * labels without its part. */
START_TEST(a_mask_leaves_the_parameters_that_it_trains) {
    static const double KEPT = 0.7;
    dice d = {11};
    curve masked = make_curve(40, 3, 0), lesser = make_curve(40, 2, 0);
    const uint8_t MASK[] = {1, 1, 0, 1};
    double found[4], expected[4];
    for (size_t i = 0; i < masked.rows; i++) {
        double *x = masked.X + 3 * i;
        for (size_t k = 0; k < 3; k++)
            x[k] = roll_normal(&d);
        memcpy(lesser.X + 2 * i, x, 2 * sizeof *x);
        lesser.Y[i] = 0.8 * x[0] - 0.4 * x[1] + 0.3 + 0.3 * roll_normal(&d);
        masked.Y[i] = lesser.Y[i] + KEPT * x[2];
    }
    nnblas_net_parameters(masked.net)[2] = KEPT;
    const curve *const BOTH[] = {&masked, &lesser};
    ck_assert_ok(nnblas_trainer_set_mask(masked.trainer, MASK));
    for (int i = 0; i < 2; i++) {
        double *const at = i == 0 ? found : expected;
        ck_assert_ok(nnblas_trainer_set_posterior(BOTH[i]->trainer, 1));
        ck_assert_int_ge(fit_curve(BOTH[i]), 0);
        ck_assert_ok(nnblas_trainer_evidence(BOTH[i]->trainer, at, at + 1, at + 2, at + 3));
    }
    for (int i = 0; i < 4; i++)
        ck_assert_double_eq_tol(found[i], expected[i], 1e-6 * fabs(expected[i]));
    ck_assert_double_eq(nnblas_net_parameters(masked.net)[2], KEPT);
    for (size_t i = 0; i < masked.rows; i++) {
        const double *x = masked.X + 3 * i;
        double of_masked[3], of_lesser[3];
        ck_assert_ok(nnblas_net_predict_interval(masked.net, 1, x, 3, 0.9, of_masked, 1,
                                                 of_masked + 1, 1, of_masked + 2, 1));
        ck_assert_ok(nnblas_net_predict_interval(lesser.net, 1, x, 2, 0.9, of_lesser, 1,
                                                 of_lesser + 1, 1, of_lesser + 2, 1));
        for (int k = 0; k < 3; k++)
            ck_assert_double_eq_tol(of_masked[k], of_lesser[k] + KEPT * x[2], 1e-6);
    }
    free_curve(&masked);
    free_curve(&lesser);
}
END_TEST

START_TEST(there_is_no_evidence_without_it) {
    dice d = {10};
    curve c = make_noisy(&d, 30, 0.2);
    double kept = 7.0;
    ck_assert_int_eq(nnblas_trainer_bayesian(c.trainer), 1);
    ck_assert_int_eq(nnblas_trainer_evidence(c.trainer, &kept, NULL, NULL, NULL),
                     NNBLAS_ERROR_VALUE);
    ck_assert_int_ge(fit_curve(&c), 0);
    ck_assert_ok(nnblas_trainer_evidence(c.trainer, NULL, NULL, NULL, NULL));
    ck_assert_ok(nnblas_trainer_set_bayesian(c.trainer, 0));
    ck_assert_int_ge(fit_curve(&c), 0);
    ck_assert_int_eq(nnblas_trainer_evidence(c.trainer, &kept, NULL, NULL, NULL),
                     NNBLAS_ERROR_VALUE);
    ck_assert_int_eq(nnblas_trainer_evidence(NULL, &kept, NULL, NULL, NULL), NNBLAS_ERROR_NULL);
    ck_assert_double_eq(kept, 7.0);
    ck_assert_int_eq(nnblas_trainer_bayesian(NULL), 0);
    ck_assert_int_eq(nnblas_trainer_set_bayesian(c.trainer, 2), NNBLAS_ERROR_VALUE);
    ck_assert_int_eq(nnblas_trainer_bayesian(c.trainer), 0);
    free_curve(&c);
}
END_TEST

/* Labels of 0, which weights of 0 meet exactly: there were estimates in the epochs before. */
START_TEST(there_is_no_evidence_of_exact_rows) {
    dice d = {12};
    curve c = make_curve(ROWS, FEATURES, 0);
    double kept = 7.0;
    for (size_t i = 0; i < ROWS * FEATURES; i++)
        c.X[i] = roll_normal(&d);
    memset(c.Y, 0, ROWS * sizeof *c.Y);
    ck_assert_ok(nnblas_trainer_set_levenberg_marquardt(c.trainer, 1e-6, 0.0));
    ck_assert_ok(nnblas_trainer_set_epochs(c.trainer, 1000));
    ck_assert_int_ge(fit_curve(&c), 0);
    size_t epochs = nnblas_trainer_history_count(c.trainer);
    ck_assert_uint_gt(epochs, 1);
    ck_assert_double_eq(get_epoch(c.trainer, epochs - 1).cost, 0.0);
    ck_assert_int_eq(nnblas_trainer_evidence(c.trainer, &kept, NULL, NULL, NULL),
                     NNBLAS_ERROR_VALUE);
    ck_assert_ptr_nonnull(strstr(nnblas_error_message(), "met the rows exactly"));
    ck_assert_double_eq(kept, 7.0);
    free_curve(&c);
}
END_TEST

START_TEST(other_optimizers_have_none) {
    training t = make_training(NNBLAS_ADAM, 0.01, 3);
    double kept[PARAMETERS];
    keep_parameters(&t, kept);
    ck_assert_ok(nnblas_trainer_set_bayesian(t.trainer, 1));
    ck_assert_int_eq(fit(&t), NNBLAS_ERROR_VALUE);
    ck_assert_ptr_nonnull(
        strstr(nnblas_error_message(), "only Levenberg-Marquardt has Bayesian regularisation"));
    ck_assert(has_parameters(&t, kept));
    free_training(&t);
}
END_TEST

int main(void) {
    const TTest *const tests[] = {
        the_evidence_of_a_linear_network_is_exact,
        the_noise_is_found_and_not_learnt,
        rows_without_weight_do_not_count,
        a_mask_leaves_the_parameters_that_it_trains,
        there_is_no_evidence_without_it,
        there_is_no_evidence_of_exact_rows,
        other_optimizers_have_none,
    };
    return run_tests("bayesian", tests, sizeof tests / sizeof *tests);
}
