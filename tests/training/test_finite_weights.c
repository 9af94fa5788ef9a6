/* SPDX-License-Identifier: BSD-3-Clause */
/* Trainings near the ends of what a double can hold: weights and costs stay finite, or fit fails.
 */
#include "support/support.h"

#include <float.h>
#include <math.h>
#include <string.h>

/* ---- a network of a few numbers, and its trainer --------------------------------------------- */

enum { MOST_WEIGHTS = 32, MOST_ROWS = 20 };

typedef struct tiny {
    nnblas_net *net;
    nnblas_trainer *trainer;
    size_t N, inputs, outputs;
    double X[MOST_ROWS], Y[MOST_ROWS];
    double start[MOST_WEIGHTS];
    size_t calls;
} tiny;

static int look(void *user, size_t epoch, double cost) {
    tiny *t = user;
    ck_assert(isfinite(cost));
    ck_assert(are_finite(nnblas_net_parameter_count(t->net), nnblas_net_parameters(t->net)));
    t->calls = epoch;
    return 0;
}

/* Identity outputs: nothing keeps the numbers small. */
static void open_tiny(tiny *t, const size_t *sizes, size_t n_sizes, nnblas_optimizer optimizer,
                      double rate) {
    *t = (tiny){.N = 1, .inputs = sizes[0], .outputs = sizes[n_sizes - 1]};
    ck_assert_ok(nnblas_net_create(sizes, n_sizes, 0, &t->net));
    ck_assert_ok(nnblas_net_set_output(t->net, NNBLAS_IDENTITY, NNBLAS_MSE));
    ck_assert_ok(nnblas_trainer_create(t->net, &t->trainer));
    ck_assert_ok(nnblas_trainer_set_optimizer(t->trainer, optimizer));
    ck_assert_ok(nnblas_trainer_set_learning_rate(t->trainer, rate));
    ck_assert_ok(nnblas_trainer_set_epochs(t->trainer, 5));
    ck_assert_ok(nnblas_trainer_set_callback(t->trainer, look, t));
}

static nnblas_status fit(tiny *t) {
    size_t count = nnblas_net_parameter_count(t->net);
    const double *W = nnblas_net_parameters(t->net);
    memcpy(t->start, W, count * sizeof *W);
    nnblas_status status = nnblas_trainer_fit(t->trainer, t->N, t->X, t->inputs, t->Y, t->outputs);
    ck_assert(are_finite(count, W) || !are_finite(count, t->start));
    ck_assert_uint_eq(nnblas_trainer_history_count(t->trainer), t->calls);
    return status;
}

static bool has_start(const tiny *t) {
    return memcmp(nnblas_net_parameters(t->net), t->start,
                  nnblas_net_parameter_count(t->net) * sizeof(double)) == 0;
}

static void check_message(const char *part) {
    ck_assert_msg(strstr(nnblas_error_message(), part), "\"%s\" does not say \"%s\"",
                  nnblas_error_message(), part);
}

static void close_tiny(tiny *t) {
    nnblas_trainer_destroy(t->trainer);
    nnblas_net_destroy(t->net);
}

/* ---- weights of rows ------------------------------------------------------------------------- */

/* In batches of one row, a row counts as itself, however small its weight is. */
START_TEST(tiny_weights_in_batches_of_one) {
    static const double WEIGHTS[][2] = {
        {1.0, 1e-310}, {0x1p-1074, 1.0}, {1e308, 1e308}, {DBL_MAX, 0x1p-1074}};
    for (size_t i = 0; i < sizeof WEIGHTS / sizeof *WEIGHTS; i++) {
        tiny t, plain;
        open_tiny(&t, (size_t[]){1, 1}, 2, NNBLAS_GRADIENT_DESCENT, 0.25);
        open_tiny(&plain, (size_t[]){1, 1}, 2, NNBLAS_GRADIENT_DESCENT, 0.25);
        t.N = plain.N = 2;
        t.X[0] = t.X[1] = plain.X[0] = plain.X[1] = 1.0;
        t.Y[0] = plain.Y[0] = 0.5;
        t.Y[1] = plain.Y[1] = -0.75;
        ck_assert_ok(nnblas_trainer_set_batch_size(t.trainer, 1));
        ck_assert_ok(nnblas_trainer_set_batch_size(plain.trainer, 1));
        ck_assert_ok(nnblas_trainer_set_sample_weights(t.trainer, WEIGHTS[i]));
        ck_assert_ok(fit(&t));
        ck_assert_ok(fit(&plain));
        ck_assert_close(1, nnblas_net_parameters(plain.net), nnblas_net_parameters(t.net));
        close_tiny(&t);
        close_tiny(&plain);
    }
}
END_TEST

/* Half a weight makes the rate over the total weight twice the rate, which is infinite. */
START_TEST(a_rate_over_the_total_weight_overflows) {
    const double weight = 0.5;
    tiny t;
    open_tiny(&t, (size_t[]){1, 1}, 2, NNBLAS_GRADIENT_DESCENT, DBL_MAX);
    nnblas_net_parameters(t.net)[0] = 0.0;
    t.X[0] = 1.0; /* the gradient is 0 */
    ck_assert_ok(nnblas_trainer_set_sample_weights(t.trainer, &weight));
    ck_assert_ok(fit(&t));
    ck_assert_double_eq(nnblas_net_parameters(t.net)[0], 0.0);
    close_tiny(&t);
}
END_TEST

/* Each row costs 8e307, and all together more than a double can hold. */
START_TEST(the_mean_of_large_costs_is_a_number) {
    tiny t;
    open_tiny(&t, (size_t[]){1, 1}, 2, NNBLAS_GRADIENT_DESCENT, 1e-300);
    t.N = 8;
    fill(8, t.X, 1e-10);
    fill(8, t.Y, 1.27e154);
    ck_assert_ok(nnblas_trainer_set_batch_size(t.trainer, 1));
    ck_assert_ok(fit(&t));
    ck_assert_double_eq_tol(get_epoch(t.trainer, 0).cost / 1e307, 8.0645, 1e-6);
    close_tiny(&t);
}
END_TEST

/* ---- bounds ---------------------------------------------------------------------------------- */

/* The validation fraction picks the rows to learn from out of all of them, the large ones too. */
START_TEST(large_rows_behind_the_first_ones_count) {
    for (uint64_t seed = 0; seed < 20; seed++) {
        tiny t;
        open_tiny(&t, (size_t[]){1, 1}, 2, NNBLAS_GRADIENT_DESCENT, 1.0);
        t.N = MOST_ROWS;
        for (size_t e = 0; e < MOST_ROWS; e++) {
            t.X[e] = e < MOST_ROWS / 2 ? 1.0 : 1e120;
            t.Y[e] = 1.0;
        }
        ck_assert_ok(nnblas_trainer_set_validation_fraction(t.trainer, 0.5));
        ck_assert_ok(nnblas_trainer_set_seed(t.trainer, seed));
        ck_assert_int_eq(fit(&t), NNBLAS_ERROR_NOT_FINITE);
        close_tiny(&t);
    }
}
END_TEST

/* A step at a rate that no bound covers makes weights of 1e150; the next rate is small. */
START_TEST(a_falling_rate_trusts_no_old_bound) {
    for (int optimizer = NNBLAS_GRADIENT_DESCENT; optimizer <= NNBLAS_ADAM; optimizer++) {
        tiny t;
        open_tiny(&t, (size_t[]){1, 1, 1}, 3, (nnblas_optimizer)optimizer, 1e155);
        ck_assert_ok(nnblas_net_set_hidden(t.net, NNBLAS_RELU));
        ck_assert_ok(nnblas_trainer_set_step_schedule(t.trainer, 1, 1e-60));
        fill(2, nnblas_net_parameters(t.net), 1.0);
        t.X[0] = 1.0;
        t.Y[0] = 10.0;
        nnblas_status status = fit(&t);
        if (optimizer == NNBLAS_RPROP)
            ck_assert_ok(status);
        else
            ck_assert_int_eq(status, NNBLAS_ERROR_NOT_FINITE);
        ck_assert(optimizer == NNBLAS_RPROP || t.calls == 1);
        close_tiny(&t);
    }
}
END_TEST

/* ---- Adam ------------------------------------------------------------------------------------ */

/* epsilon is 0 once it is corrected, and so are the moments of an input that is always 0. */
START_TEST(adam_with_the_least_epsilon) {
    tiny t;
    open_tiny(&t, (size_t[]){2, 1}, 2, NNBLAS_ADAM, 0.01);
    ck_assert_ok(nnblas_trainer_set_adam(t.trainer, 0.9, 0.999, 0x1p-1074));
    t.X[1] = 1.0;
    t.Y[0] = 3.0;
    ck_assert_ok(fit(&t));
    ck_assert_double_eq(nnblas_net_parameters(t.net)[0], t.start[0]);
    ck_assert_double_eq_tol(nnblas_net_parameters(t.net)[1], t.start[1] + 0.05, 1e-3);
    close_tiny(&t);
}
END_TEST

/* The squares of such gradients are 0, and an epsilon of 1e-300 divides by next to nothing. */
START_TEST(adam_with_inputs_whose_squares_underflow) {
    for (double x = 1e-160; x >= 1e-320; x *= 1e-10) {
        tiny t;
        open_tiny(&t, (size_t[]){1, 1}, 2, NNBLAS_ADAM, 1.0);
        ck_assert_ok(nnblas_trainer_set_adam(t.trainer, 0.9, 0.999, 1e-300));
        t.X[0] = x;
        t.Y[0] = 1.0;
        ck_assert_ok(fit(&t));
        ck_assert_double_le(fabs(nnblas_net_parameters(t.net)[0] - t.start[0]), 5.0);
        close_tiny(&t);
    }
}
END_TEST

/* An infinite second moment would make every later step 0. */
START_TEST(adam_whose_squares_overflow_fails) {
    tiny t;
    open_tiny(&t, (size_t[]){1, 1}, 2, NNBLAS_ADAM, 1e-3);
    t.X[0] = 1e150;
    t.Y[0] = 1e10;
    nnblas_net_parameters(t.net)[0] = 0.0;
    ck_assert_int_eq(fit(&t), NNBLAS_ERROR_NOT_FINITE);
    check_message("the gradient");
    ck_assert(has_start(&t));
    close_tiny(&t);
}
END_TEST

/* ---- before the first step ------------------------------------------------------------------- */

/* The sigmoid of infinity is 1, the cost 0: there is no step that could see the weight. */
START_TEST(infinite_weights_are_refused) {
    for (int optimizer = NNBLAS_GRADIENT_DESCENT; optimizer <= NNBLAS_SCALED_CONJUGATE_GRADIENT;
         optimizer++) {
        tiny t;
        open_tiny(&t, (size_t[]){1, 1}, 2, NNBLAS_GRADIENT_DESCENT, 1.0);
        if (nnblas_trainer_set_optimizer(t.trainer, (nnblas_optimizer)optimizer) == NNBLAS_OK) {
            ck_assert_ok(nnblas_net_set_output(t.net, NNBLAS_SIGMOID, NNBLAS_MSE));
            ck_assert_ok(nnblas_trainer_set_desired_cost(t.trainer, 0.5));
            nnblas_net_parameters(t.net)[0] = (double)INFINITY;
            t.X[0] = t.Y[0] = 1.0;
            ck_assert_int_eq(fit(&t), NNBLAS_ERROR_NOT_FINITE);
            check_message("W1 holds an infinity at row 0, column 0");
            ck_assert(has_start(&t));
        }
        close_tiny(&t);
    }
}
END_TEST

/* ---- validation ------------------------------------------------------------------------------ */

/* The weight grows by 1e50 an epoch; the validation cost sees it after the step, so before the cost
 * does. */
START_TEST(the_rate_of_a_validation_cost_is_named) {
    const double X = 1.0, Y = 1.0;
    tiny t;
    open_tiny(&t, (size_t[]){1, 1}, 2, NNBLAS_GRADIENT_DESCENT, 1e50);
    t.X[0] = 1.0;
    t.Y[0] = 0.0;
    ck_assert_ok(nnblas_trainer_set_epochs(t.trainer, 100));
    ck_assert_ok(nnblas_trainer_set_validation_rows(t.trainer, 1, &X, 1, &Y, 1));
    ck_assert_int_eq(fit(&t), NNBLAS_ERROR_NOT_FINITE);
    check_message("overflows: the learning rate 1e+50 may be too large");
    check_message("the validation cost of epoch ");
    ck_assert_uint_gt(t.calls, 1);
    close_tiny(&t);
}
END_TEST

START_TEST(a_validation_cost_that_overflows_fails) {
    const double X = 1.0, Y = 1e200;
    tiny t;
    open_tiny(&t, (size_t[]){1, 1}, 2, NNBLAS_GRADIENT_DESCENT, 0.1);
    t.X[0] = t.Y[0] = 1.0;
    ck_assert_ok(nnblas_trainer_set_validation_rows(t.trainer, 1, &X, 1, &Y, 1));
    ck_assert_int_eq(fit(&t), NNBLAS_ERROR_NOT_FINITE);
    check_message(
        "the validation cost of epoch 1 overflows: the validation rows, the weights or the");
    ck_assert_uint_eq(t.calls, 0);
    ck_assert(has_start(&t));
    close_tiny(&t);
}
END_TEST

/* All weight on one row: there is none left to validate with, whatever the seed. With two such
 * rows, each part gets one. */
START_TEST(the_fraction_leaves_weight_on_both_sides) {
    double weights[MOST_ROWS] = {0.0};
    for (uint64_t seed = 0; seed < 100; seed++) {
        tiny t;
        open_tiny(&t, (size_t[]){1, 1}, 2, NNBLAS_GRADIENT_DESCENT, 0.1);
        t.N = MOST_ROWS;
        for (size_t e = 0; e < MOST_ROWS; e++)
            t.X[e] = t.Y[e] = (double)e;
        ck_assert_ok(nnblas_trainer_set_validation_fraction(t.trainer, 0.3));
        ck_assert_ok(nnblas_trainer_set_seed(t.trainer, seed));
        ck_assert_ok(nnblas_trainer_set_batch_size(t.trainer, (size_t)(seed % 7)));
        ck_assert_ok(nnblas_trainer_set_sample_weights(t.trainer, weights));
        weights[seed % MOST_ROWS] = 1e-310;
        ck_assert_int_eq(fit(&t), NNBLAS_ERROR_VALUE);
        check_message("takes at least 2 rows of a sample weight above 0; there is 1");
        weights[(seed + 1) % MOST_ROWS] = 1e300;
        weights[seed % MOST_ROWS] = seed % 2 ? 1e-310 : 1.0;
        ck_assert_int_ge(fit(&t), NNBLAS_OK);
        weights[seed % MOST_ROWS] = weights[(seed + 1) % MOST_ROWS] = 0.0;
        close_tiny(&t);
    }
}
END_TEST

int main(void) {
    const TTest *const tests[] = {
        tiny_weights_in_batches_of_one,
        a_rate_over_the_total_weight_overflows,
        the_mean_of_large_costs_is_a_number,
        large_rows_behind_the_first_ones_count,
        a_falling_rate_trusts_no_old_bound,
        adam_with_the_least_epsilon,
        adam_with_inputs_whose_squares_underflow,
        adam_whose_squares_overflow_fails,
        infinite_weights_are_refused,
        a_validation_cost_that_overflows_fails,
        the_rate_of_a_validation_cost_is_named,
        the_fraction_leaves_weight_on_both_sides,
    };
    return run_tests("finite_weights", tests, sizeof tests / sizeof *tests);
}
