/* SPDX-License-Identifier: BSD-3-Clause */
/* NaN and infinity: passed on by what only reads, never stored by a step. */
#include "support/sample_arguments.h"

#include <float.h>
#include <math.h>
#include <string.h>

/* feedforward, backpropagate, predict, evaluate and gradient pass them on. */
START_TEST(not_finite_values_are_passed_on) {
    arguments a = make_arguments();
    a.X[2 * INPUTS + 1] = (double)NAN;
    ck_assert_ok(call_feedforward(&a));
    ck_assert(isnan(a.O_out[2 * OUTPUTS]) && isfinite(a.O_out[OUTPUTS]));
    ck_assert_ok(call_backpropagate(&a));
    ck_assert(isnan(*a.mse) && isnan(a.W1_update[0]));
    ck_assert_ok(call_predict(&a));
    ck_assert(isnan(a.O_out[2 * OUTPUTS + 2]) && isfinite(a.O_out[3 * OUTPUTS]));
    *a.mse = 0.0;
    ck_assert_ok(call_evaluate(&a));
    ck_assert(isnan(*a.mse));
    *a.mse = 0.0;
    ck_assert_ok(call_gradient(&a));
    ck_assert(isnan(*a.mse) && isnan(a.W1_update[0]));
    /* An infinity saturates a sigmoid, which is a number. */
    a.X[2 * INPUTS + 1] = (double)INFINITY;
    ck_assert_ok(call_predict(&a));
    ck_assert(isfinite(a.O_out[2 * OUTPUTS]));
    free_arguments(&a);
}
END_TEST

/* The Gaussian cost needs an even number of outputs. */
enum { MOST_OUTPUTS = OUTPUTS + 1 };

/* One NaN among the parameters of each kind of network reaches the outputs that depend on it, the
 * cost and, but for what no path leads from, the gradient. */
static void check_nan_parameter(const problem *p, nnblas_net *net, double *parameter,
                                size_t n_reached) {
    double O_out[MOST_OUTPUTS], cost, kept = *parameter;
    double updates[(INPUTS + 1) * HIDDEN + (HIDDEN + 1) * MOST_OUTPUTS];
    size_t outputs = get_outputs(p);
    *parameter = (double)NAN;
    ck_assert_ok(nnblas_net_predict(net, 1, p->X, p->ldx, O_out, outputs));
    size_t reached = 0;
    for (size_t k = 0; k < outputs; k++)
        reached += isnan(O_out[k]) != 0;
    ck_assert_msg(reached == n_reached, "%zu: %s", reached, describe_kind(p->kind));
    ck_assert_ok(nnblas_net_evaluate(net, p->N, p->X, p->ldx, p->Y, p->ldy, &cost));
    ck_assert(isnan(cost));
    ck_assert_ok(nnblas_net_gradient(net, p->N, p->X, p->ldx, p->Y, p->ldy, updates, &cost));
    ck_assert(isnan(cost) && isnan(updates[p->parameter_count - outputs]));
    *parameter = kept;
}

START_TEST(a_nan_goes_through_every_activation) {
    static const size_t SIZES[] = {INPUTS, HIDDEN, OUTPUTS};
    dice d = {8};
    for (size_t i = 0; i < N_KINDS; i++) {
        kind k = get_kind(i);
        k.flags = NNBLAS_BIAS;
        problem p = make_problem_of(&d, k, N, SIZES, 3, 0);
        nnblas_net *net = make_net(&p);
        size_t outputs = get_outputs(&p), reached = k.output == NNBLAS_SOFTMAX ? outputs : 1;
        /* No relu is at 0: some BLAS pass over a 0, and what it would be multiplied by. */
        fill(HIDDEN, nnblas_net_bias(net, 1), 5.0);
        check_nan_parameter(&p, net, nnblas_net_weights(net, 1) + 1, outputs);
        check_nan_parameter(&p, net, nnblas_net_bias(net, 1) + 1, outputs);
        check_nan_parameter(&p, net, nnblas_net_weights(net, 2), reached);
        check_nan_parameter(&p, net, nnblas_net_bias(net, 2), reached);
        nnblas_net_destroy(net);
        free_problem(&p);
    }
}
END_TEST

/* Whatever the bits of a NaN: 0x7a2 in the low half is the missing value of R. */
static void check_nan_row(const problem *p, const nnblas_net *net, uint64_t bits) {
    enum { ROW = 2 };
    size_t outputs = get_outputs(p);
    double O_out[N * MOST_OUTPUTS], cost, *element = p->X + ROW * p->ldx + 1, kept = *element;
    memcpy(element, &bits, sizeof bits);
    ck_assert_ok(nnblas_net_predict(net, N, p->X, p->ldx, O_out, outputs));
    for (size_t i = 0; i < N * outputs; i++)
        ck_assert_msg((isnan(O_out[i]) != 0) == (i / outputs == ROW), "%llx: O_out[%zu] is %g, %s",
                      (unsigned long long)bits, i, O_out[i], describe_kind(p->kind));
    ck_assert_ok(nnblas_net_predict(net, 1, p->X + ROW * p->ldx, p->ldx, O_out, outputs));
    for (size_t k = 0; k < outputs; k++)
        ck_assert(isnan(O_out[k]));
    ck_assert_ok(nnblas_net_evaluate(net, N, p->X, p->ldx, p->Y, p->ldy, &cost));
    ck_assert(isnan(cost));
    *element = kept;
}

START_TEST(a_nan_of_any_bits_makes_its_row_nan) {
    static const uint64_t NANS[] = {0x7ff8000000000000, 0x7ff0000000000002, 0x7ff0000000000400,
                                    0x7ff00000000007a2, 0x7ff80000000007a2, 0xfff00000000007a2,
                                    0xfff8000000000002, 0x7fffffffffffffff};
    static const size_t SIZES[] = {INPUTS, HIDDEN, OUTPUTS};
    dice d = {9};
    for (size_t i = 0; i < N_KINDS; i++) {
        problem p = make_problem_of(&d, get_kind(i), N, SIZES, 3, 0);
        nnblas_net *net = make_net(&p);
        for (size_t bits = 0; bits < sizeof NANS / sizeof *NANS; bits++)
            check_nan_row(&p, net, NANS[bits]);
        nnblas_net_destroy(net);
        free_problem(&p);
    }
}
END_TEST

/* An infinite bias of a hidden unit that counts 1, -1 and -1 in the outputs: sigmoid and tanh make
 * 1 of it, relu and identity leave it. */
START_TEST(an_infinity_goes_through_every_activation) {
    static const double X[INPUTS] = {0.5, -0.5, 0.25, 1.0};
    static const struct {
        nnblas_activation hidden, output;
        double expected[OUTPUTS];
    } CASES[] = {
        {NNBLAS_SIGMOID, NNBLAS_IDENTITY, {1, -1, -1}},
        {NNBLAS_TANH, NNBLAS_IDENTITY, {1, -1, -1}},
        {NNBLAS_RELU, NNBLAS_IDENTITY, {(double)INFINITY, -(double)INFINITY, -(double)INFINITY}},
        {NNBLAS_RELU, NNBLAS_SIGMOID, {1, 0, 0}},
        {NNBLAS_IDENTITY, NNBLAS_SIGMOID, {1, 0, 0}},
        {NNBLAS_RELU, NNBLAS_SOFTMAX, {(double)NAN, (double)NAN, (double)NAN}},
    };
    for (size_t i = 0; i < sizeof CASES / sizeof *CASES; i++) {
        nnblas_net *net;
        double O_out[OUTPUTS];
        ck_assert_ok(nnblas_net_create((size_t[]){INPUTS, HIDDEN, OUTPUTS}, 3, NNBLAS_BIAS, &net));
        ck_assert_ok(nnblas_net_set_hidden(net, CASES[i].hidden));
        ck_assert_ok(nnblas_net_set_output(net, CASES[i].output, NNBLAS_MSE));
        fill(nnblas_net_parameter_count(net), nnblas_net_parameters(net), 0.0);
        nnblas_net_bias(net, 1)[0] = (double)INFINITY;
        memcpy(nnblas_net_weights(net, 2), (double[]){1.0, -1.0, -1.0}, OUTPUTS * sizeof(double));
        ck_assert_ok(nnblas_net_predict(net, 1, X, INPUTS, O_out, OUTPUTS));
        for (size_t k = 0; k < OUTPUTS; k++)
            ck_assert_msg(isnan(CASES[i].expected[k]) ? isnan(O_out[k])
                                                      : O_out[k] == CASES[i].expected[k],
                          "case %zu: output %zu is %g", i, k, O_out[k]);
        nnblas_net_destroy(net);
    }
}
END_TEST

/* element points into arrays, which make_arguments fills. */
static void check_not_finite_step(double *element, double value, const char *part) {
    arguments a = make_arguments();
    *element = value;
    check_refused_call(call_gradient_step, &a, NNBLAS_ERROR_NOT_FINITE, part);
    free_arguments(&a);
}

START_TEST(steps_name_the_first_bad_value) {
    check_not_finite_step(&arrays.X[1 * INPUTS + 3], (double)NAN,
                          "X holds a NaN at row 1, column 3");
    check_not_finite_step(&arrays.X[5 * INPUTS], (double)INFINITY,
                          "X holds an infinity at row 5, column 0");
    check_not_finite_step(&arrays.Y[4 * OUTPUTS + 2], (double)NAN,
                          "Y holds a NaN at row 4, column 2");
    check_not_finite_step(&arrays.W1[3 * HIDDEN + 1], (double)NAN,
                          "W1 holds a NaN at row 3, column 1");
    check_not_finite_step(&arrays.W2[OUTPUTS + 2], -(double)INFINITY,
                          "W2 holds an infinity at row 1, column 2");
    check_not_finite_step(&arrays.Y[0], 1e200, "cost overflows");
}
END_TEST

START_TEST(steps_that_overflow_leave_the_weights) {
    arguments a = make_arguments(), given = a;
    given.learning_rate = DBL_MAX;
    for (size_t i = 0; i < N * OUTPUTS; i++)
        a.Y[i] = 1e3;
    check_refused_call(call_gradient_step, &given, NNBLAS_ERROR_NOT_FINITE, "learning_rate");
    free_arguments(&a);
}
END_TEST

int main(void) {
    const TTest *const tests[] = {
        not_finite_values_are_passed_on,           a_nan_goes_through_every_activation,
        an_infinity_goes_through_every_activation, steps_name_the_first_bad_value,
        steps_that_overflow_leave_the_weights,     a_nan_of_any_bits_makes_its_row_nan,
    };
    return run_tests("not_finite", tests, sizeof tests / sizeof *tests);
}
