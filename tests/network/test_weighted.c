/* SPDX-License-Identifier: BSD-3-Clause */
/* The cost and its gradient over rows with weights. */
#include "support/support.h"

#include <float.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static problem roll_problem(dice *d) {
    size_t sizes[MAX_SIZES], n_sizes = roll_between(d, 2, 4), N = roll_size(d, 400);
    for (size_t l = 0; l < n_sizes; l++)
        sizes[l] = roll_size(d, 24);
    problem p = make_problem_of(d, roll_kind(d), N, sizes, n_sizes, roll_between(d, 0, 2));
    weigh_rows(d, &p);
    return p;
}

static void compute(const nnblas_net *net, const problem *p, double *gradient, double *cost) {
    ck_assert_ok(nnblas_net_gradient_weighted(net, p->N, p->X, p->ldx, p->Y, p->ldy, p->weights,
                                              gradient, cost));
}

START_TEST(weighted_calls_agree_with_long_double) {
    dice d = {13};
    for (size_t i = 0; i < count_trials(600); i++) {
        problem p = roll_problem(&d);
        nnblas_net *net = make_net(&p);
        double *expected = allocate_doubles(p.parameter_count), cost;
        double *gradient = allocate_doubles(p.parameter_count);
        double expected_cost = compute_reference(&p, expected, NULL);
        ck_assert_ok(
            nnblas_net_evaluate_weighted(net, p.N, p.X, p.ldx, p.Y, p.ldy, p.weights, &cost));
        ck_assert_close(1, &expected_cost, &cost);
        compute(net, &p, gradient, &cost);
        ck_assert_close(1, &expected_cost, &cost);
        ck_assert_close(p.parameter_count, expected, gradient);
        compute(net, &p, gradient, NULL);
        ck_assert_close(p.parameter_count, expected, gradient);
        free(expected);
        free(gradient);
        nnblas_net_destroy(net);
        free_problem(&p);
    }
}
END_TEST

/* A step of gradient descent over all rows is the gradient times the rate. */
START_TEST(training_takes_the_weighted_gradient) {
    const double RATE = 0.5;
    dice d = {4};
    for (size_t i = 0; i < count_trials(100); i++) {
        problem p = roll_problem(&d);
        nnblas_net *net = make_net(&p);
        nnblas_trainer *trainer;
        double *stepped = allocate_doubles(p.parameter_count), cost;
        compute(net, &p, stepped, &cost);
        for (size_t w = 0; w < p.parameter_count; w++)
            stepped[w] = p.parameters[w] - RATE * stepped[w];
        ck_assert_ok(nnblas_trainer_create(net, &trainer));
        ck_assert_ok(nnblas_trainer_set_learning_rate(trainer, RATE));
        ck_assert_ok(nnblas_trainer_set_epochs(trainer, 1));
        ck_assert_ok(nnblas_trainer_set_sample_weights(trainer, p.weights));
        ck_assert_ok(nnblas_trainer_fit(trainer, p.N, p.X, p.ldx, p.Y, p.ldy));
        ck_assert_close(p.parameter_count, stepped, nnblas_net_parameters(net));
        const nnblas_epoch first = get_epoch(trainer, 0);
        ck_assert_close(1, &cost, &first.cost);
        free(stepped);
        nnblas_trainer_destroy(trainer);
        nnblas_net_destroy(net);
        free_problem(&p);
    }
}
END_TEST

/* Weights of 1 are no weights; a factor common to all changes no bit where it is a power of 2. */
START_TEST(only_ratios_count) {
    static const int EXPONENTS[] = {-1070, -1022, -1000, -999, -300, 1, 900, 1000, 1021};
    dice d = {5};
    for (size_t i = 0; i < count_trials(60); i++) {
        problem p = roll_problem(&d);
        nnblas_net *net = make_net(&p);
        double *first = allocate_doubles(p.parameter_count), first_cost, cost;
        double *again = allocate_doubles(p.parameter_count), *given = p.weights;
        p.weights = allocate_doubles(p.N);
        for (size_t e = 0; e < p.N; e++)
            given[e] = (double)roll_between(&d, e == 0, 3);
        for (size_t k = 0; k < sizeof EXPONENTS / sizeof *EXPONENTS; k++) {
            for (size_t e = 0; e < p.N; e++)
                p.weights[e] = ldexp(given[e], EXPONENTS[k]);
            compute(net, &p, again, &cost);
            if (k == 0)
                memcpy(first, again, p.parameter_count * sizeof *first);
            first_cost = k == 0 ? cost : first_cost;
            ck_assert_double_eq(cost, first_cost);
            ck_assert(memcmp(first, again, p.parameter_count * sizeof *first) == 0);
            ck_assert_ok(
                nnblas_net_evaluate_weighted(net, p.N, p.X, p.ldx, p.Y, p.ldy, p.weights, &cost));
            ck_assert_close(1, &first_cost, &cost);
        }
        fill(p.N, p.weights, 7.25);
        compute(net, &p, first, &first_cost);
        ck_assert_ok(nnblas_net_gradient(net, p.N, p.X, p.ldx, p.Y, p.ldy, again, &cost));
        ck_assert_close(p.parameter_count, again, first);
        ck_assert_close(1, &cost, &first_cost);
        free(first);
        free(again);
        free(given);
        nnblas_net_destroy(net);
        free_problem(&p);
    }
}
END_TEST

/* The mean of two rows whose weights are as far apart as doubles can be. */
START_TEST(extreme_weights_are_weights) {
    static const double WEIGHTS[][2] = {
        {1.0, 1e-310},        {1e-310, 1e-310},       {1e308, 1e308},   {DBL_MAX, DBL_MAX},
        {DBL_MAX, 0x1p-1074}, {0x1p-1074, 0x1p-1074}, {0.0, 0x1p-1074}, {1e300, 1e308},
    };
    dice d = {6};
    problem p = make_problem(&d, 2, (size_t[]){4, 3, 2}, 3, 0);
    nnblas_net *net = make_net(&p);
    double gradient[18], expected[18], cost;
    for (size_t i = 0; i < sizeof WEIGHTS / sizeof *WEIGHTS; i++) {
        p.weights = (double *)WEIGHTS[i];
        double expected_cost = compute_reference(&p, expected, NULL);
        compute(net, &p, gradient, &cost);
        ck_assert_close(1, &expected_cost, &cost);
        ck_assert_close(18, expected, gradient);
        ck_assert_ok(
            nnblas_net_evaluate_weighted(net, p.N, p.X, p.ldx, p.Y, p.ldy, p.weights, &cost));
        ck_assert_close(1, &expected_cost, &cost);
    }
    p.weights = NULL;
    nnblas_net_destroy(net);
    free_problem(&p);
}
END_TEST

/* ---- refusals -------------------------------------------------------------------------------- */

enum { N = 6, PARAMETERS = 5 * 3 + 4 * 2 };

/* A good call of each, which a test spoils. */
typedef struct call {
    problem p;
    nnblas_net *net;
    double *weights, *gradient, *mse;
    double weight_values[N], gradient_values[PARAMETERS], mse_value;
} call;

static void open_call(call *c) {
    dice d = {7};
    kind k = {NNBLAS_SIGMOID, NNBLAS_SIGMOID, NNBLAS_MSE, NNBLAS_BIAS};
    *c = (call){.p = make_problem_of(&d, k, N, (size_t[]){4, 3, 2}, 3, 1)};
    c->net = make_net(&c->p);
    c->weights = c->weight_values;
    c->gradient = c->gradient_values;
    c->mse = &c->mse_value;
    fill(N, c->weights, 2.0);
    fill(PARAMETERS, c->gradient, -7.0);
    c->mse_value = -7.0;
}

static void close_call(call *c) {
    nnblas_net_destroy(c->net);
    free_problem(&c->p);
}

static void check_call(const call *c, nnblas_status expected, const char *part) {
    const problem *p = &c->p;
    nnblas_status evaluated =
        nnblas_net_evaluate_weighted(c->net, N, p->X, p->ldx, p->Y, p->ldy, c->weights, c->mse);
    ck_assert_int_eq(evaluated, expected);
    ck_assert_msg(strstr(nnblas_error_message(), part), "%s", nnblas_error_message());
    nnblas_status differentiated = nnblas_net_gradient_weighted(
        c->net, N, p->X, p->ldx, p->Y, p->ldy, c->weights, c->gradient, c->mse);
    ck_assert_int_eq(differentiated, expected);
    ck_assert_msg(strstr(nnblas_error_message(), part), "%s", nnblas_error_message());
    ck_assert(holds_only(PARAMETERS, c->gradient_values, -7.0));
    ck_assert_double_eq(c->mse_value, -7.0);
}

START_TEST(weights_that_are_none_are_refused) {
    static const double BAD[] = {-1.0, -0x1p-1074, (double)NAN, (double)INFINITY,
                                 -(double)INFINITY};
    call c;
    open_call(&c);
    for (size_t i = 0; i < sizeof BAD / sizeof *BAD; i++)
        for (size_t row = 0; row < N; row++) {
            char part[40];
            snprintf(part, sizeof part, "the weight of row %zu is %g", row, BAD[i]);
            c.weights[row] = BAD[i];
            check_call(&c, isfinite(BAD[i]) ? NNBLAS_ERROR_VALUE : NNBLAS_ERROR_NOT_FINITE, part);
            c.weights[row] = 2.0;
        }
    fill(N, c.weights, 0.0);
    check_call(&c, NNBLAS_ERROR_VALUE, "the weights add up to 0");
    c.weights[3] = -0.0;
    check_call(&c, NNBLAS_ERROR_VALUE, "the weights add up to 0");
    c.weights = NULL;
    check_call(&c, NNBLAS_ERROR_NULL, "weights is null");
    close_call(&c);
}
END_TEST

START_TEST(outputs_do_not_overlap_the_weights) {
    call c;
    open_call(&c);
    c.mse = c.weights + N - 1;
    check_call(&c, NNBLAS_ERROR_OVERLAP, "mse");
    ck_assert(holds_only(N, c.weight_values, 2.0));
    c.mse = &c.mse_value;
    double shared[PARAMETERS + N];
    fill(PARAMETERS + N, shared, 2.0);
    c.weights = shared + PARAMETERS - 1;
    ck_assert_int_eq(nnblas_net_gradient_weighted(c.net, N, c.p.X, c.p.ldx, c.p.Y, c.p.ldy,
                                                  c.weights, shared, NULL),
                     NNBLAS_ERROR_OVERLAP);
    c.weights = shared + PARAMETERS;
    ck_assert_ok(nnblas_net_gradient_weighted(c.net, N, c.p.X, c.p.ldx, c.p.Y, c.p.ldy, c.weights,
                                              shared, NULL));
    /* They are only read: they may share memory with what is read as well. */
    ck_assert_ok(
        nnblas_net_evaluate_weighted(c.net, 1, c.p.X, c.p.ldx, c.p.Y, c.p.ldy, c.p.Y, c.mse));
    close_call(&c);
}
END_TEST

/* ---- rows that are not finite, or whose cost is not ------------------------------------------ */

static double evaluate(const call *c) {
    double cost;
    ck_assert_ok(nnblas_net_evaluate_weighted(c->net, N, c->p.X, c->p.ldx, c->p.Y, c->p.ldy,
                                              c->weights, &cost));
    return cost;
}

static void differentiate(call *c) {
    ck_assert_ok(nnblas_net_gradient_weighted(c->net, N, c->p.X, c->p.ldx, c->p.Y, c->p.ldy,
                                              c->weights, c->gradient, c->mse));
}

/* As without weights, however small the weight is. */
START_TEST(not_finite_rows_are_passed_on) {
    call c;
    open_call(&c);
    c.weights[2] = 0x1p-1074;
    c.p.X[2 * c.p.ldx + 1] = (double)NAN;
    ck_assert(isnan(evaluate(&c)));
    differentiate(&c);
    ck_assert(isnan(c.mse_value) && isnan(c.gradient[0]));
    close_call(&c);
}
END_TEST

/* The relu of such a row is infinite or NaN, and so are its cost and what it adds to a product. */
START_TEST(rows_without_weight_are_not_there) {
    static const double CONTENTS[] = {1e300, -1e300, DBL_MAX, (double)INFINITY, (double)NAN};
    call c;
    open_call(&c);
    ck_assert_ok(nnblas_net_set_hidden(c.net, NNBLAS_RELU));
    ck_assert_ok(nnblas_net_set_output(c.net, NNBLAS_IDENTITY, NNBLAS_MSE));
    c.weights[0] = c.weights[2] = c.weights[N - 1] = 0.0;
    differentiate(&c);
    double cost = c.mse_value, gradient[PARAMETERS];
    memcpy(gradient, c.gradient, sizeof gradient);
    ck_assert(isfinite(cost) && cost > 0.0);
    for (size_t i = 0; i < sizeof CONTENTS / sizeof *CONTENTS; i++) {
        fill(4, c.p.X + 2 * c.p.ldx, CONTENTS[i]);
        fill(2, c.p.Y, CONTENTS[i]);
        fill(2, c.p.Y + (N - 1) * c.p.ldy, CONTENTS[i]);
        ck_assert_double_eq(evaluate(&c), cost);
        differentiate(&c);
        ck_assert_double_eq(c.mse_value, cost);
        ck_assert(memcmp(c.gradient, gradient, sizeof gradient) == 0);
    }
    close_call(&c);
}
END_TEST

int main(void) {
    const TTest *const tests[] = {
        weighted_calls_agree_with_long_double,
        training_takes_the_weighted_gradient,
        only_ratios_count,
        extreme_weights_are_weights,
        weights_that_are_none_are_refused,
        outputs_do_not_overlap_the_weights,
        not_finite_rows_are_passed_on,
        rows_without_weight_are_not_there,
    };
    return run_tests("weighted", tests, sizeof tests / sizeof *tests);
}
