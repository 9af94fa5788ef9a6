/* SPDX-License-Identifier: BSD-3-Clause */
/* The cost of given derivatives and its gradient, against sums over paths. test_derivatives.c
 * compares them with the reference. */
#include "support/support.h"

#include <math.h>
#include <stdlib.h>

/* dYdX for the rows of a problem, between columns of NaN. */
typedef struct given {
    double weight;
    double *dYdX;
    size_t ldd;
} given;

static given make_given(dice *d, const problem *p, double weight) {
    size_t columns = get_outputs(p) * get_inputs(p);
    given g = {.weight = weight, .ldd = columns + roll_between(d, 0, 2)};
    g.dYdX = allocate_doubles(p->N * g.ldd);
    fill(p->N * g.ldd, g.dYdX, (double)NAN);
    for (size_t e = 0; e < p->N; e++)
        for (size_t j = 0; j < columns; j++)
            g.dYdX[e * g.ldd + j] = roll_uniform(d, -1.0, 1.0);
    return g;
}

/* ---- the sum over paths ---------------------------------------------------------------------- */

enum { N = 5, MOST = 4, MOST_PARAMETERS = MOST * MOST * 2 };

/* A network of one hidden layer of sigmoids and identity outputs, and one row of it. */
typedef struct row {
    const problem *p;
    const double *x, *W1, *W2;
    double first[MOST], second[MOST]; /* derivatives of the hidden units */
} row;

static row get_row(const problem *p, size_t e) {
    size_t inputs = p->sizes[0], hidden = p->sizes[1];
    row r = {.p = p, .x = p->X + e * p->ldx, .W1 = p->parameters};
    r.W2 = r.W1 + inputs * hidden;
    for (size_t j = 0; j < hidden; j++) {
        double in = 0.0;
        for (size_t i = 0; i < inputs; i++)
            in += r.x[i] * r.W1[i * hidden + j];
        double h = 1.0 / (1.0 + exp(-in));
        r.first[j] = h * (1.0 - h);
        r.second[j] = h * (1.0 - h) * (1.0 - 2.0 * h);
    }
    return r;
}

/* d o_k / d x_i: over each hidden unit. */
static double sum_paths(const row *r, size_t k, size_t i) {
    size_t hidden = r->p->sizes[1], outputs = r->p->sizes[2];
    double sum = 0.0;
    for (size_t j = 0; j < hidden; j++)
        sum += r->W1[i * hidden + j] * r->first[j] * r->W2[j * outputs + k];
    return sum;
}

/* Adds error times the derivatives of that by every parameter: w_ij is on the path itself, and each
 * w_bj into the same unit changes the slope there. */
static void add_paths(const row *r, size_t k, size_t i, double error, double *gradient) {
    size_t inputs = r->p->sizes[0], hidden = r->p->sizes[1], outputs = r->p->sizes[2];
    double *W1_update = gradient, *W2_update = gradient + inputs * hidden;
    for (size_t j = 0; j < hidden; j++) {
        double w1 = r->W1[i * hidden + j], w2 = r->W2[j * outputs + k];
        W1_update[i * hidden + j] += error * r->first[j] * w2;
        for (size_t b = 0; b < inputs; b++)
            W1_update[b * hidden + j] += error * w1 * r->second[j] * r->x[b] * w2;
        W2_update[j * outputs + k] += error * w1 * r->first[j];
    }
}

/* What the derivatives add to the cost and to the gradient of the values. */
static void check_paths(size_t inputs, size_t outputs) {
    const size_t sizes[] = {inputs, 3, outputs};
    kind k = {.hidden = NNBLAS_SIGMOID, .output = NNBLAS_IDENTITY};
    dice d = {inputs};
    problem p = make_problem_of(&d, k, N, sizes, 3, 1);
    given g = make_given(&d, &p, 0.7);
    nnblas_net *net = make_net(&p);
    double cost, expected_cost, expected[MOST_PARAMETERS], found[MOST_PARAMETERS];
    ck_assert_ok(nnblas_net_gradient(net, N, p.X, p.ldx, p.Y, p.ldy, expected, &expected_cost));
    for (size_t e = 0; e < N; e++) {
        row r = get_row(&p, e);
        for (size_t out = 0; out < outputs; out++)
            for (size_t in = 0; in < inputs; in++) {
                double error = sum_paths(&r, out, in) - g.dYdX[e * g.ldd + out * inputs + in];
                expected_cost += g.weight * error * error / (2.0 * N);
                add_paths(&r, out, in, g.weight * error / N, expected);
            }
    }
    ck_assert_ok(nnblas_net_gradient_derivatives(net, N, p.X, p.ldx, p.Y, p.ldy, NULL, g.weight,
                                                 g.dYdX, g.ldd, found, &cost));
    ck_assert_close(1, &expected_cost, &cost);
    ck_assert_close(p.parameter_count, expected, found);
    nnblas_net_destroy(net);
    free(g.dYdX);
    free_problem(&p);
}

/* By way of the outputs, where they are as many as the inputs or fewer, and of the inputs. */
START_TEST(path_sums_give_the_gradient) {
    check_paths(4, 2);
    check_paths(3, 3);
    check_paths(2, 4);
}
END_TEST

/* ---- the right derivatives ------------------------------------------------------------------- */

/* Where the given ones are those of the network, they add nothing. */
START_TEST(derivatives_without_error_add_nothing) {
    static const size_t SIZES[] = {3, 5, 2};
    dice d = {4};
    problem p = make_problem(&d, 20, SIZES, 3, 0);
    nnblas_net *net = make_net(&p);
    given g = make_given(&d, &p, 100.0);
    double *expected = allocate_doubles(p.parameter_count), expected_cost;
    double *found = allocate_doubles(p.parameter_count), cost;
    ck_assert_ok(nnblas_net_input_jacobian(net, p.N, p.X, p.ldx, g.dYdX));
    ck_assert_ok(nnblas_net_gradient(net, p.N, p.X, p.ldx, p.Y, p.ldy, expected, &expected_cost));
    ck_assert_ok(nnblas_net_gradient_derivatives(net, p.N, p.X, p.ldx, p.Y, p.ldy, NULL, g.weight,
                                                 g.dYdX, 6, found, &cost));
    ck_assert_close(1, &expected_cost, &cost);
    ck_assert_close(p.parameter_count, expected, found);
    nnblas_net_destroy(net);
    free(expected);
    free(found);
    free(g.dYdX);
    free_problem(&p);
}
END_TEST

int main(void) {
    const TTest *const tests[] = {
        path_sums_give_the_gradient,
        derivatives_without_error_add_nothing,
    };
    return run_tests("given_derivatives", tests, sizeof tests / sizeof *tests);
}
