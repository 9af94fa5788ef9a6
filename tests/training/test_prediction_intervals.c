/* SPDX-License-Identifier: BSD-3-Clause */
/* Prediction intervals: of a linear network those of the textbook, and of a curved one as many
 * labels as they promise. */
#include "support/counting_allocator.h"
#include "support/support.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static double roll_normal(dice *d) {
    double u = roll_uniform(d, 0x1p-53, 1.0), v = roll_uniform(d, 0.0, 1.0);
    return sqrt(-2.0 * log(u)) * cos(2.0 * acos(-1.0) * v);
}

static nnblas_trainer *make_trainer(nnblas_net *net) {
    nnblas_trainer *trainer;
    ck_assert_ok(nnblas_trainer_create(net, &trainer));
    ck_assert_ok(nnblas_trainer_set_optimizer(trainer, NNBLAS_LEVENBERG_MARQUARDT));
    ck_assert_ok(nnblas_trainer_set_posterior(trainer, 1));
    ck_assert_ok(nnblas_trainer_set_epochs(trainer, 60));
    return trainer;
}

static nnblas_net *make_net_of(size_t inputs, size_t hidden) {
    nnblas_net *net;
    const size_t SIZES[] = {inputs, hidden, 1}, LINEAR[] = {inputs, 1};
    ck_assert_ok(
        nnblas_net_create(hidden > 0 ? SIZES : LINEAR, hidden > 0 ? 3 : 2, NNBLAS_BIAS, &net));
    ck_assert_ok(nnblas_net_set_hidden(net, NNBLAS_TANH));
    ck_assert_ok(nnblas_net_set_output(net, NNBLAS_IDENTITY, NNBLAS_MSE));
    return net;
}

/* ---- a straight line ------------------------------------------------------------------------- */

enum { ROWS = 9 };
static const double X[ROWS] = {-2, -1.5, -1, 0, 0.5, 1, 2, 2.5, 3},
                    Y[ROWS] = {1.1, 0.2, 0.9, 2.1, 1.7, 3.2, 3.9, 4.2, 5.1};

/* s^2 (1 + 1/n + (x - m)^2 / sum (x_i - m)^2), s^2 = sum e^2 / (n - 2). */
static double compute_reach(double x, double quantile) {
    double mx = 0.0, my = 0.0, xx = 0.0, xy = 0.0, squares = 0.0;
    for (int i = 0; i < ROWS; i++) {
        mx += X[i] / ROWS;
        my += Y[i] / ROWS;
    }
    for (int i = 0; i < ROWS; i++) {
        xx += (X[i] - mx) * (X[i] - mx);
        xy += (X[i] - mx) * (Y[i] - my);
    }
    for (int i = 0; i < ROWS; i++) {
        double error = Y[i] - my - xy / xx * (X[i] - mx);
        squares += error * error;
    }
    return quantile * sqrt(squares / (ROWS - 2) * (1.0 + 1.0 / ROWS + (x - mx) * (x - mx) / xx));
}

START_TEST(a_line_has_the_intervals_of_regression) {
    /* Quantiles of the normal distribution, from tables. */
    static const double LEVELS[] = {0.5, 0.9, 0.95, 0.99, 0.999999},
                        QUANTILES[] = {0.6744897501960817, 1.6448536269514722, 1.9599639845400545,
                                       2.5758293035489004, 4.891638475698590};
    nnblas_net *net = make_net_of(1, 0);
    nnblas_trainer *trainer = make_trainer(net);
    double x[3] = {-4.0, 0.7, 8.0}, O_out[3], lower[3], upper[3];
    ck_assert_int_ge(nnblas_trainer_fit(trainer, ROWS, X, 1, Y, 1), 0);
    ck_assert_int_eq(nnblas_net_has_posterior(net), 1);
    for (int level = 0; level < 5; level++) {
        ck_assert_ok(
            nnblas_net_predict_interval(net, 3, x, 1, LEVELS[level], O_out, 1, lower, 1, upper, 1));
        for (int i = 0; i < 3; i++) {
            double reach = compute_reach(x[i], QUANTILES[level]), plain;
            ck_assert_ok(nnblas_net_predict(net, 1, x + i, 1, &plain, 1));
            ck_assert_double_eq_tol(O_out[i], plain, 1e-14);
            ck_assert_double_eq_tol(upper[i] - O_out[i], reach, 1e-9);
            ck_assert_double_eq_tol(O_out[i] - lower[i], reach, 1e-9);
        }
    }
    nnblas_trainer_destroy(trainer);
    nnblas_net_destroy(net);
}
END_TEST

/* The decay turns units off, whose biases then have no effect. */
START_TEST(a_weight_decay_leaves_a_posterior) {
    dice d = {5};
    for (int i = 0; i < 20; i++) {
        double x[40], y[40], O_out, lower, upper;
        nnblas_net *net = make_net_of(1, 8);
        nnblas_trainer *trainer = make_trainer(net);
        for (int e = 0; e < 40; e++) {
            x[e] = roll_uniform(&d, -1.0, 1.0);
            y[e] = sin(2.0 * x[e]) + 0.3 * roll_normal(&d);
        }
        ck_assert_ok(nnblas_net_init(net, roll(&d)));
        ck_assert_ok(nnblas_trainer_set_weight_decay(trainer, i % 2 ? 0.1 : 0.01));
        ck_assert_ok(nnblas_trainer_set_epochs(trainer, 300));
        ck_assert_int_ge(nnblas_trainer_fit(trainer, 40, x, 1, y, 1), 0);
        ck_assert_int_eq(nnblas_net_has_posterior(net), 1);
        ck_assert_ok(
            nnblas_net_predict_interval(net, 1, x, 1, 0.9, &O_out, 1, &lower, 1, &upper, 1));
        ck_assert_double_gt(upper - O_out, 0.2);
        ck_assert_double_lt(upper - O_out, 2.0);
        nnblas_trainer_destroy(trainer);
        nnblas_net_destroy(net);
    }
}
END_TEST

/* ---- a curve --------------------------------------------------------------------------------- */

static double f(double x) {
    return sin(2.0 * x) + 0.5 * x;
}

enum { TRAINED = 80, TRIED = 50 };

/* Of 50 new labels, how many are within 90 % intervals. */
static size_t count_hits(dice *d, int bayesian) {
    nnblas_net *net = make_net_of(1, bayesian ? 10 : 3);
    nnblas_trainer *trainer = make_trainer(net);
    double x[TRAINED], y[TRAINED], O_out[TRIED], lower[TRIED], upper[TRIED];
    size_t hits = 0;
    for (int i = 0; i < TRAINED; i++) {
        x[i] = roll_uniform(d, -1.5, 1.5);
        y[i] = f(x[i]) + 0.25 * roll_normal(d);
    }
    ck_assert_ok(nnblas_net_init(net, roll(d)));
    ck_assert_ok(nnblas_trainer_set_bayesian(trainer, bayesian));
    ck_assert_ok(nnblas_trainer_set_weight_decay(trainer, 1e-5));
    ck_assert_int_ge(nnblas_trainer_fit(trainer, TRAINED, x, 1, y, 1), 0);
    for (int i = 0; i < TRIED; i++)
        x[i] = roll_uniform(d, -1.5, 1.5);
    ck_assert_ok(nnblas_net_predict_interval(net, TRIED, x, 1, 0.9, O_out, 1, lower, 1, upper, 1));
    for (int i = 0; i < TRIED; i++) {
        double label = f(x[i]) + 0.25 * roll_normal(d);
        hits += lower[i] <= label && label <= upper[i];
    }
    nnblas_trainer_destroy(trainer);
    nnblas_net_destroy(net);
    return hits;
}

/* 300 sets of data: by chance alone the share strays by less than 0.01. */
START_TEST(intervals_hold_what_they_promise) {
    for (int bayesian = 0; bayesian <= 1; bayesian++) {
        dice d = {11};
        size_t hits = 0, sets = count_trials(300);
        for (size_t i = 0; i < sets; i++)
            hits += count_hits(&d, bayesian);
        double share = (double)hits / (double)(sets * TRIED);
        ck_assert_msg(share >= 0.87 && share <= 0.93, "%g", share);
    }
}
END_TEST

/* ---- where the posterior is ------------------------------------------------------------------ */

static nnblas_net *make_trained(void) {
    nnblas_net *net = make_net_of(1, 0);
    nnblas_trainer *trainer = make_trainer(net);
    ck_assert_int_ge(nnblas_trainer_fit(trainer, ROWS, X, 1, Y, 1), 0);
    nnblas_trainer_destroy(trainer);
    return net;
}

static nnblas_status predict(const nnblas_net *net, double *upper) {
    double O_out, lower;
    return nnblas_net_predict_interval(net, 1, X, 1, 0.9, &O_out, 1, &lower, 1, upper, 1);
}

START_TEST(it_goes_with_the_parameters) {
    nnblas_net *net = make_trained(), *clone, *loaded;
    double upper, found = 0.0;
    void *bytes;
    size_t size;
    ck_assert_ok(predict(net, &upper));
    ck_assert_ok(nnblas_net_clone(net, &clone));
    ck_assert_ok(predict(clone, &found));
    ck_assert_double_eq(found, upper);
    ck_assert_ok(nnblas_net_save_to_memory(net, &bytes, &size));
    ck_assert_ok(nnblas_net_load_from_memory(bytes, size, &loaded));
    nnblas_free(bytes);
    ck_assert_ok(predict(loaded, &found));
    ck_assert_double_eq(found, upper);
    ck_assert_ok(nnblas_net_set_output(clone, NNBLAS_IDENTITY, NNBLAS_HUBER));
    ck_assert_int_eq(nnblas_net_has_posterior(clone), 0);
    ck_assert_ok(nnblas_net_set_output(clone, NNBLAS_IDENTITY, NNBLAS_MSE));
    ck_assert_int_eq(nnblas_net_has_posterior(clone), 1);
    nnblas_net_parameters(clone)[1] += 1e-9;
    found = 7.0;
    ck_assert_int_eq(predict(clone, &found), NNBLAS_ERROR_VALUE);
    ck_assert_ptr_nonnull(strstr(nnblas_error_message(), "have changed"));
    ck_assert_int_eq(nnblas_net_has_posterior(clone), 0);
    ck_assert_double_eq(found, 7.0);
    /* And is not saved then. */
    nnblas_net_destroy(loaded);
    ck_assert_ok(nnblas_net_save_to_memory(clone, &bytes, &size));
    ck_assert_ok(nnblas_net_load_from_memory(bytes, size, &loaded));
    nnblas_free(bytes);
    ck_assert_int_eq(predict(loaded, &found), NNBLAS_ERROR_VALUE);
    ck_assert_ptr_nonnull(strstr(nnblas_error_message(), "no posterior"));
    nnblas_net_destroy(loaded);
    nnblas_net_destroy(clone);
    nnblas_net_destroy(net);
}
END_TEST

/* Also one that takes no step and keeps none. One that is refused leaves it. */
START_TEST(it_ends_with_the_next_fit) {
    nnblas_net *net = make_trained();
    nnblas_trainer *trainer;
    ck_assert_ok(nnblas_trainer_create(net, &trainer));
    ck_assert_int_eq(nnblas_trainer_fit(trainer, 0, X, 1, Y, 1), NNBLAS_ERROR_SIZE);
    ck_assert_int_eq(nnblas_net_has_posterior(net), 1);
    ck_assert_ok(nnblas_trainer_set_desired_cost(trainer, 1e9));
    ck_assert_int_eq(nnblas_trainer_fit(trainer, ROWS, X, 1, Y, 1), NNBLAS_STOPPED_COST);
    ck_assert_int_eq(nnblas_net_has_posterior(net), 0);
    nnblas_trainer_destroy(trainer);
    nnblas_net_destroy(net);
}
END_TEST

/* From the beginning or from a checkpoint, which has no posterior, whoever wrote it. */
static nnblas_net *train_to(const char *checkpoint, bool resumes, bool keeps_posterior) {
    nnblas_net *net = make_net_of(1, 2);
    ck_assert_ok(nnblas_net_init(net, 5));
    nnblas_trainer *trainer = make_trainer(net);
    ck_assert_ok(nnblas_trainer_set_bayesian(trainer, 1));
    ck_assert_ok(nnblas_trainer_set_posterior(trainer, keeps_posterior));
    ck_assert_ok(nnblas_trainer_set_epochs(trainer, 12));
    ck_assert_ok(nnblas_trainer_set_checkpoint(trainer, checkpoint, 5));
    if (resumes)
        ck_assert_ok(nnblas_trainer_resume(trainer, checkpoint));
    ck_assert_int_eq(nnblas_trainer_fit(trainer, ROWS, X, 1, Y, 1), NNBLAS_OK);
    nnblas_trainer_destroy(trainer);
    return net;
}

START_TEST(a_checkpoint_of_all_epochs_gives_it_again) {
    char path[64];
    double upper = 0.0, found = 7.0;
    snprintf(path, sizeof path, "posterior.%ld.checkpoint", (long)getpid());
    nnblas_net *first = train_to(path, false, true), *without = train_to(path, false, false),
               *again = train_to(path, true, true);
    ck_assert_int_eq(nnblas_net_has_posterior(without), 0);
    ck_assert_ok(predict(first, &upper));
    ck_assert_ok(predict(again, &found));
    ck_assert_double_eq(found, upper);
    nnblas_net_destroy(first);
    nnblas_net_destroy(without);
    nnblas_net_destroy(again);
    unlink(path);
}
END_TEST

/* The double at byte `place` of the data of a file, from its end, is replaced. */
static void check_damaged(size_t place, double value, const char *words) {
    nnblas_net *net = make_trained(), *loaded = NULL;
    void *bytes;
    size_t size;
    ck_assert_ok(nnblas_net_save_to_memory(net, &bytes, &size));
    memcpy((char *)bytes + size - (place + 1) * sizeof value, &value, sizeof value);
    ck_assert_int_eq(nnblas_net_load_from_memory(bytes, size, &loaded), NNBLAS_ERROR_FORMAT);
    ck_assert_msg(strstr(nnblas_error_message(), words) != NULL, "%s", nnblas_error_message());
    ck_assert_ptr_null(loaded);
    nnblas_free(bytes);
    nnblas_net_destroy(net);
}

/* The factor is the last tensor, 2 x 2, and the noise lies before it. */
START_TEST(a_damaged_posterior_is_refused) {
    check_damaged(0, 0.0, "it must be above 0");
    check_damaged(0, -1.0, "it must be above 0");
    check_damaged(0, (double)NAN, "posterior.factor holds a NaN");
    check_damaged(2, 1.0, "it must be 0");
    check_damaged(4, 0.0, "posterior.noise is 0");
    check_damaged(4, (double)INFINITY, "posterior.noise is inf");
}
END_TEST

START_TEST(memory_that_is_not_there_is_an_error) {
    nnblas_net *net = make_trained();
    for (size_t fail_at = 1;; fail_at++) {
        double upper = 7.0;
        size_t live = get_heap_count().live;
        start_counting(fail_at);
        nnblas_status status = predict(net, &upper);
        bool failed = get_heap_count().allocations >= fail_at;
        start_counting(0);
        ck_assert_int_eq(status, failed ? NNBLAS_ERROR_MEMORY : NNBLAS_OK);
        ck_assert_uint_eq(get_heap_count().live, live);
        ck_assert(failed == (upper == 7.0));
        if (!failed)
            break;
    }
    nnblas_net_destroy(net);
}
END_TEST

START_TEST(what_cannot_be_is_refused) {
    nnblas_net *net = make_trained();
    double O_out, lower, upper;
    ck_assert_int_eq(
        nnblas_net_predict_interval(net, 1, X, 1, 0.0, &O_out, 1, &lower, 1, &upper, 1),
        NNBLAS_ERROR_VALUE);
    ck_assert_int_eq(
        nnblas_net_predict_interval(net, 1, X, 1, 1.0, &O_out, 1, &lower, 1, &upper, 1),
        NNBLAS_ERROR_VALUE);
    ck_assert_int_eq(
        nnblas_net_predict_interval(net, 1, X, 1, 0.9, &O_out, 1, &lower, 1, &lower, 1),
        NNBLAS_ERROR_OVERLAP);
    ck_assert_int_eq(nnblas_net_predict_interval(net, 1, X, 1, 0.9, &O_out, 1, NULL, 1, &upper, 1),
                     NNBLAS_ERROR_NULL);
    ck_assert_int_eq(
        nnblas_net_predict_interval(net, 0, X, 1, 0.9, &O_out, 1, &lower, 1, &upper, 1),
        NNBLAS_ERROR_SIZE);
    nnblas_trainer *trainer;
    ck_assert_ok(nnblas_trainer_create(net, &trainer));
    ck_assert_int_eq(nnblas_trainer_posterior(trainer), 0);
    ck_assert_int_eq(nnblas_trainer_set_posterior(trainer, -1), NNBLAS_ERROR_VALUE);
    ck_assert_ok(nnblas_trainer_set_posterior(trainer, 1));
    ck_assert_int_eq(nnblas_trainer_posterior(trainer), 1);
    ck_assert_int_eq(nnblas_trainer_fit(trainer, ROWS, X, 1, Y, 1), NNBLAS_ERROR_VALUE);
    ck_assert_ptr_nonnull(
        strstr(nnblas_error_message(), "only Levenberg-Marquardt keeps a posterior"));
    nnblas_trainer_destroy(trainer);
    nnblas_net_destroy(net);
}
END_TEST

int main(void) {
    const TTest *const tests[] = {
        a_weight_decay_leaves_a_posterior, a_line_has_the_intervals_of_regression,
        intervals_hold_what_they_promise,  it_goes_with_the_parameters,
        it_ends_with_the_next_fit,         a_checkpoint_of_all_epochs_gives_it_again,
        a_damaged_posterior_is_refused,    memory_that_is_not_there_is_an_error,
        what_cannot_be_is_refused,
    };
    return run_tests("prediction_intervals", tests, sizeof tests / sizeof *tests);
}
