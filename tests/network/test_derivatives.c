/* SPDX-License-Identifier: BSD-3-Clause */
/* Derivatives beyond the gradient, against sums over paths and differences in long double. */
#include "support/support.h"

#include <math.h>
#include <stdlib.h>

/* ---- the sum over paths ---------------------------------------------------------------------- */

static double get_sigmoid(double a) {
    return 1.0 / (1.0 + exp(-a));
}

/* The values of a row in a network of one hidden layer of sigmoids: h and o. */
static void run_row(const problem *p, size_t e, double *h, double *o) {
    size_t inputs = p->sizes[0], hidden = p->sizes[1], outputs = p->sizes[2];
    const double *x = p->X + e * p->ldx, *W1 = p->parameters, *W2 = W1 + inputs * hidden;
    for (size_t j = 0; j < hidden; j++) {
        double h_in = 0.0;
        for (size_t i = 0; i < inputs; i++)
            h_in += x[i] * W1[i * hidden + j];
        h[j] = get_sigmoid(h_in);
    }
    for (size_t k = 0; k < outputs; k++) {
        double o_in = 0.0;
        for (size_t j = 0; j < hidden; j++)
            o_in += h[j] * W2[j * outputs + k];
        o[k] = get_sigmoid(o_in);
    }
}

/* d o_k / d x_i: over every path from the input to the output, one through each hidden unit. */
static double sum_input_paths(const problem *p, const double *h, const double *o, size_t k,
                              size_t i) {
    size_t inputs = p->sizes[0], hidden = p->sizes[1], outputs = p->sizes[2];
    const double *W1 = p->parameters, *W2 = W1 + inputs * hidden;
    double sum = 0.0;
    for (size_t j = 0; j < hidden; j++)
        sum += W1[i * hidden + j] * h[j] * (1.0 - h[j]) * W2[j * outputs + k];
    return sum * o[k] * (1.0 - o[k]);
}

/* d o_k / d w1_ij: the one path from the weight to the output. */
static double get_weight_path(const problem *p, const double *h, const double *o, size_t e,
                              size_t k, size_t i, size_t j) {
    size_t inputs = p->sizes[0], hidden = p->sizes[1], outputs = p->sizes[2];
    const double *W2 = p->parameters + inputs * hidden;
    return p->X[e * p->ldx + i] * h[j] * (1.0 - h[j]) * W2[j * outputs + k] * o[k] * (1.0 - o[k]);
}

START_TEST(path_sums_give_the_jacobians) {
    static const size_t SIZES[] = {4, 2, 3};
    enum { N = 9, INPUTS = 4, HIDDEN = 2, OUTPUTS = 3, PARAMETERS = 14 };
    dice d = {1};
    problem p = make_problem(&d, N, SIZES, 3, 2);
    nnblas_net *net = make_net(&p);
    double by_inputs[N][OUTPUTS][INPUTS], paths[N][OUTPUTS][INPUTS];
    double by_parameters[N][OUTPUTS][PARAMETERS], of_W1[N][OUTPUTS][INPUTS][HIDDEN];
    ck_assert_ok(nnblas_net_input_jacobian(net, N, p.X, p.ldx, by_inputs[0][0]));
    ck_assert_ok(nnblas_net_jacobian(net, N, p.X, p.ldx, by_parameters[0][0], PARAMETERS));
    for (size_t e = 0; e < N; e++) {
        double h[HIDDEN], o[OUTPUTS];
        run_row(&p, e, h, o);
        for (size_t k = 0; k < OUTPUTS; k++)
            for (size_t i = 0; i < INPUTS; i++) {
                paths[e][k][i] = sum_input_paths(&p, h, o, k, i);
                for (size_t j = 0; j < HIDDEN; j++)
                    of_W1[e][k][i][j] = get_weight_path(&p, h, o, e, k, i, j);
            }
        for (size_t k = 0; k < OUTPUTS; k++)
            ck_assert_close(INPUTS * HIDDEN, of_W1[e][k][0], by_parameters[e][k]);
    }
    ck_assert_close(N * OUTPUTS * INPUTS, paths[0][0], by_inputs[0][0]);
    nnblas_net_destroy(net);
    free_problem(&p);
}
END_TEST

/* ---- differences ----------------------------------------------------------------------------- */

static double *allocate_nans(size_t n) {
    double *a = allocate_doubles(n);
    fill(n, a, (double)NAN);
    return a;
}

/* Where all should be 0, as of a single softmax output, the differences are not. */
static void expect_agreement(const problem *p, const char *what, size_t n, const double *expected,
                             const double *found) {
    double largest = 0.0, difference = 0.0;
    for (size_t i = 0; i < n; i++) {
        double distance = fabs(found[i] - expected[i]);
        largest = fmax(largest, fabs(expected[i]));
        difference = isnan(distance) ? (double)INFINITY : fmax(difference, distance);
    }
    ck_assert_msg(difference <= 1e-12 * largest + 3e-14,
                  "%s is off by %g of %g: %zu rows, %zu sizes, %s", what, difference, largest, p->N,
                  p->n_sizes, describe_kind(p->kind));
}

static void check_input_jacobian(const problem *p, const nnblas_net *net) {
    size_t n = p->N * get_outputs(p) * get_inputs(p);
    double *expected = allocate_nans(n), *found = allocate_nans(n);
    compute_reference_input_jacobian(p, expected);
    ck_assert_ok(nnblas_net_input_jacobian(net, p->N, p->X, p->ldx, found));
    expect_agreement(p, "the input Jacobian", n, expected, found);
    free(expected);
    free(found);
}

/* The same times V, of any leading dimensions. */
static void check_input_gradient(dice *d, const problem *p, const nnblas_net *net) {
    size_t N = p->N, inputs = get_inputs(p), outputs = get_outputs(p);
    size_t ldv = outputs + roll_between(d, 0, 2), ldg = inputs + roll_between(d, 0, 2);
    double *J = allocate_nans(N * outputs * inputs), *V = allocate_nans(N * ldv);
    double *expected = allocate_nans(N * ldg), *found = allocate_nans(N * ldg);
    compute_reference_input_jacobian(p, J);
    fill(N * ldg, expected, 7.0);
    fill(N * ldg, found, 7.0);
    for (size_t e = 0; e < N; e++) {
        for (size_t k = 0; k < outputs; k++)
            V[e * ldv + k] = roll_uniform(d, -1.0, 1.0);
        for (size_t i = 0; i < inputs; i++) {
            expected[e * ldg + i] = 0.0;
            for (size_t k = 0; k < outputs; k++)
                expected[e * ldg + i] += V[e * ldv + k] * J[(e * outputs + k) * inputs + i];
        }
    }
    ck_assert_ok(nnblas_net_input_gradient(net, N, p->X, p->ldx, V, ldv, found, ldg));
    expect_agreement(p, "the input gradient", N * ldg, expected, found);
    free(J);
    free(V);
    free(expected);
    free(found);
}

static void check_jacobian(dice *d, const problem *p, const nnblas_net *net) {
    size_t ldj = p->parameter_count + roll_between(d, 0, 2), n = p->N * get_outputs(p) * ldj;
    double *expected = allocate_doubles(n), *found = allocate_doubles(n);
    fill(n, expected, 1.0);
    fill(n, found, 1.0);
    compute_reference_jacobian(p, expected, ldj);
    ck_assert_ok(nnblas_net_jacobian(net, p->N, p->X, p->ldx, found, ldj));
    expect_agreement(p, "the Jacobian", n, expected, found);
    free(expected);
    free(found);
}

static void check_second_derivatives(dice *d, const problem *p, const nnblas_net *net) {
    size_t n = p->parameter_count;
    double *v = allocate_doubles(n), *expected = allocate_nans(n), *found = allocate_nans(n);
    for (size_t i = 0; i < n; i++)
        v[i] = roll_uniform(d, -1.0, 1.0);
    compute_reference_hessian_vector(p, v, expected);
    ck_assert_ok(nnblas_net_hessian_vector(net, p->N, p->X, p->ldx, p->Y, p->ldy, v, found));
    expect_agreement(p, "the product with the Hessian", n, expected, found);
    compute_reference_hessian_diagonal(p, expected);
    ck_assert_ok(nnblas_net_hessian_diagonal(net, p->N, p->X, p->ldx, p->Y, p->ldy, found));
    expect_agreement(p, "the diagonal", n, expected, found);
    free(v);
    free(expected);
    free(found);
}

/* The cost of derivatives that are given, and its gradient, with weights of the rows or without. */
static void check_given_derivatives(dice *d, problem *p, const nnblas_net *net) {
    size_t n = p->parameter_count, columns = get_outputs(p) * get_inputs(p);
    size_t ldd = columns + roll_between(d, 0, 2);
    double *dYdX = allocate_nans(p->N * ldd), weight = roll_uniform(d, 0.1, 3.0);
    double *expected = allocate_nans(n), *found = allocate_nans(n), cost, cost_alone;
    for (size_t e = 0; e < p->N; e++)
        for (size_t j = 0; j < columns; j++)
            dYdX[e * ldd + j] = roll_uniform(d, -1.0, 1.0);
    if (roll_between(d, 0, 1))
        weigh_rows(d, p);
    double expected_cost = compute_reference_given_derivatives(p, weight, dYdX, ldd, expected);
    ck_assert_ok(nnblas_net_gradient_derivatives(net, p->N, p->X, p->ldx, p->Y, p->ldy, p->weights,
                                                 weight, dYdX, ldd, found, &cost));
    ck_assert_ok(nnblas_net_evaluate_derivatives(net, p->N, p->X, p->ldx, p->Y, p->ldy, p->weights,
                                                 weight, dYdX, ldd, &cost_alone));
    expect_agreement(p, "the gradient with derivatives", n, expected, found);
    expect_agreement(p, "the cost with derivatives", 1, &expected_cost, &cost);
    expect_agreement(p, "the cost with derivatives alone", 1, &expected_cost, &cost_alone);
    free(dYdX);
    free(expected);
    free(found);
}

static void check_all(dice *d, problem *p) {
    nnblas_net *net = make_net(p);
    check_input_jacobian(p, net);
    check_input_gradient(d, p, net);
    check_jacobian(d, p, net);
    check_second_derivatives(d, p, net);
    check_given_derivatives(d, p, net);
    nnblas_net_destroy(net);
}

START_TEST(differences_give_every_derivative) {
    static const size_t SHAPES[][MAX_SIZES] = {
        /* N, sizes, 0 */
        {5, 4, 2, 3},          {7, 1, 1, 1},  {6, 3, 2},          {2, 1, 5},
        {9, 3, 6, 1},          {4, 2, 3, 4},  {3, 3, 4, 5, 3, 2}, {1, 5, 4, 3},
        {6, 2, 3, 3, 3, 3, 2}, {3, 2, 40, 3},
    };
    dice d = {2};
    for (size_t i = 0; i < count_trials(N_KINDS); i++)
        for (size_t s = 0; s < sizeof SHAPES / sizeof *SHAPES; s++) {
            size_t n_sizes = 0;
            while (SHAPES[s][n_sizes + 1])
                n_sizes++;
            problem p = make_smooth_problem(&d, get_kind(i), SHAPES[s][0], SHAPES[s] + 1, n_sizes,
                                            s % 3, 2e-3);
            check_all(&d, &p);
            free_problem(&p);
        }
}
END_TEST

START_TEST(differences_agree_in_random_networks) {
    dice d = {3};
    for (size_t trial = 0; trial < count_trials(100); trial++) {
        size_t sizes[MAX_SIZES], n_sizes = roll_between(&d, 2, 5);
        for (size_t l = 0; l < n_sizes; l++)
            sizes[l] = roll_between(&d, 1, 7);
        problem p = make_smooth_problem(&d, roll_kind(&d), roll_between(&d, 1, 12), sizes, n_sizes,
                                        roll_between(&d, 0, 2), 2e-3);
        check_all(&d, &p);
        free_problem(&p);
    }
}
END_TEST

/* ---- saturated outputs ----------------------------------------------------------------------- */

/* Where an output rounds to 1, the second derivative of its cross-entropy keeps its digits. */
START_TEST(saturated_outputs_have_a_curvature) {
    const double z = 50.0, expected = exp(-z), x = 1.0, y = 1.0;
    nnblas_net *net;
    double diagonal[2], labels[] = {1.0, 0.0};
    ck_assert_ok(nnblas_net_create((size_t[]){1, 1}, 2, 0, &net));
    ck_assert_ok(nnblas_net_set_output(net, NNBLAS_SIGMOID, NNBLAS_CROSS_ENTROPY));
    nnblas_net_parameters(net)[0] = z;
    ck_assert_ok(nnblas_net_hessian_diagonal(net, 1, &x, 1, &y, 1, diagonal));
    ck_assert_double_le(fabs(diagonal[0] - expected), 1e-13 * expected);
    nnblas_net_destroy(net);
    ck_assert_ok(nnblas_net_create((size_t[]){1, 2}, 2, 0, &net));
    ck_assert_ok(nnblas_net_set_output(net, NNBLAS_SOFTMAX, NNBLAS_CROSS_ENTROPY));
    nnblas_net_parameters(net)[0] = z;
    nnblas_net_parameters(net)[1] = 0.0;
    ck_assert_ok(nnblas_net_hessian_diagonal(net, 1, &x, 1, labels, 2, diagonal));
    ck_assert_double_le(fabs(diagonal[0] - expected), 1e-13 * expected);
    ck_assert_double_le(fabs(diagonal[1] - expected), 1e-13 * expected);
    nnblas_net_destroy(net);
}
END_TEST

int main(void) {
    const TTest *const tests[] = {
        path_sums_give_the_jacobians,
        differences_give_every_derivative,
        differences_agree_in_random_networks,
        saturated_outputs_have_a_curvature,
    };
    return run_tests("derivatives", tests, sizeof tests / sizeof *tests);
}
