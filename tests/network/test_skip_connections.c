/* SPDX-License-Identifier: BSD-3-Clause */
/* Skip connections: what they are, from first principles. Each call with them, in networks of any
 * kind, is compared with the reference where the call is: the kinds of support.h have them. */
#include "support/support.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { INPUTS = 4, HIDDEN = 2, OUTPUTS = 3 };
static const size_t SIZES[] = {INPUTS, HIDDEN, OUTPUTS};

static double get_sigmoid(double a) {
    return 1.0 / (1.0 + exp(-a));
}

/* ---- the sum over paths ---------------------------------------------------------------------- */

/* The parameters and rows of one network, as matrices. */
typedef struct parts {
    const double (*W1)[HIDDEN], (*W2)[OUTPUTS], (*W_skip)[OUTPUTS];
} parts;

static parts take_apart(const double *parameters) {
    const double *W2 = parameters + INPUTS * HIDDEN;
    return (parts){(const double(*)[HIDDEN])parameters, (const double(*)[OUTPUTS])W2,
                   (const double(*)[OUTPUTS])(W2 + HIDDEN * OUTPUTS)};
}

/* The values of a row, all units being sigmoids. */
static void run_row(const parts *n, const double *x, double *h, double *o) {
    for (size_t j = 0; j < HIDDEN; j++) {
        double h_in = 0.0;
        for (size_t i = 0; i < INPUTS; i++)
            h_in += x[i] * n->W1[i][j];
        h[j] = get_sigmoid(h_in);
    }
    for (size_t k = 0; k < OUTPUTS; k++) {
        double o_in = 0.0;
        for (size_t j = 0; j < HIDDEN; j++)
            o_in += h[j] * n->W2[j][k];
        for (size_t i = 0; i < INPUTS; i++)
            o_in += x[i] * n->W_skip[i][k];
        o[k] = get_sigmoid(o_in);
    }
}

/* One row's part of the gradient: over each path from a weight to the cost. The path from a skip
 * weight goes through its output alone. */
static void add_paths(const parts *n, const double *x, const double *h, const double *o_delta,
                      double scale, double *gradient) {
    double(*W1)[HIDDEN] = (double(*)[HIDDEN])gradient;
    double(*W2)[OUTPUTS] = (double(*)[OUTPUTS])(gradient + INPUTS * HIDDEN);
    double(*W_skip)[OUTPUTS] = W2 + HIDDEN;
    for (size_t k = 0; k < OUTPUTS; k++) {
        for (size_t j = 0; j < HIDDEN; j++) {
            W2[j][k] += scale * o_delta[k] * h[j];
            for (size_t i = 0; i < INPUTS; i++)
                W1[i][j] += scale * o_delta[k] * n->W2[j][k] * h[j] * (1.0 - h[j]) * x[i];
        }
        for (size_t i = 0; i < INPUTS; i++)
            W_skip[i][k] += scale * o_delta[k] * x[i];
    }
}

/* d o_k / d x_i: through each hidden unit, and straight. */
static void sum_input_paths(const parts *n, const double *h, const double *o,
                            double by_inputs[OUTPUTS][INPUTS]) {
    for (size_t k = 0; k < OUTPUTS; k++)
        for (size_t i = 0; i < INPUTS; i++) {
            by_inputs[k][i] = n->W_skip[i][k];
            for (size_t j = 0; j < HIDDEN; j++)
                by_inputs[k][i] += n->W1[i][j] * h[j] * (1.0 - h[j]) * n->W2[j][k];
            by_inputs[k][i] *= o[k] * (1.0 - o[k]);
        }
}

START_TEST(path_sums_give_the_derivatives) {
    enum { N = 9, PARAMETERS = INPUTS * HIDDEN + (HIDDEN + INPUTS) * OUTPUTS };
    dice d = {1};
    problem p = make_problem_of(&d, (kind){.flags = NNBLAS_SKIP}, N, SIZES, 3, 2);
    nnblas_net *net = make_net(&p);
    ck_assert_uint_eq(nnblas_net_parameter_count(net), PARAMETERS);
    const parts n = take_apart(p.parameters);
    double O_expected[N][OUTPUTS], paths[N][OUTPUTS][INPUTS], expected[PARAMETERS] = {0.0};
    double O_out[N][OUTPUTS], by_inputs[N][OUTPUTS][INPUTS], gradient[PARAMETERS];
    double cost_expected = 0.0, cost;
    for (size_t e = 0; e < N; e++) {
        const double *x = p.X + e * p.ldx, *y = p.Y + e * p.ldy;
        double h[HIDDEN], o_delta[OUTPUTS], *o = O_expected[e];
        run_row(&n, x, h, o);
        for (size_t k = 0; k < OUTPUTS; k++) {
            cost_expected += (o[k] - y[k]) * (o[k] - y[k]) / (2.0 * N);
            o_delta[k] = (o[k] - y[k]) * o[k] * (1.0 - o[k]);
        }
        add_paths(&n, x, h, o_delta, 1.0 / N, expected);
        sum_input_paths(&n, h, o, paths[e]);
    }
    ck_assert_ok(nnblas_net_predict(net, N, p.X, p.ldx, O_out[0], OUTPUTS));
    ck_assert_close(N * OUTPUTS, O_expected[0], O_out[0]);
    ck_assert_ok(nnblas_net_gradient(net, N, p.X, p.ldx, p.Y, p.ldy, gradient, &cost));
    ck_assert_close(1, &cost_expected, &cost);
    check_layers(&p, expected, gradient);
    ck_assert_ok(nnblas_net_input_jacobian(net, N, p.X, p.ldx, by_inputs[0][0]));
    ck_assert_close(N * OUTPUTS * INPUTS, paths[0][0], by_inputs[0][0]);
    nnblas_net_destroy(net);
    free_problem(&p);
}
END_TEST

/* ---- the linear model in the network --------------------------------------------------------- */

/* A network whose hidden units lead nowhere is one without hidden layer, whose W1 is W_skip. */
static void check_linear(dice *d, size_t N, const size_t *sizes, unsigned bias) {
    size_t inputs = sizes[0], hidden = sizes[1], outputs = sizes[2];
    problem p =
        make_problem_of(d, (kind){.flags = NNBLAS_SKIP | bias}, N, sizes, 3, roll_between(d, 0, 2));
    size_t linear = (inputs + (bias ? 1 : 0)) * outputs, others = p.parameter_count - linear;
    double *gradients[2] = {allocate_doubles(p.parameter_count), allocate_doubles(linear)};
    double *O_out[2] = {allocate_doubles(N * outputs), allocate_doubles(N * outputs)}, costs[2];
    fill(hidden * outputs, p.parameters + others - hidden * outputs, 0.0);
    nnblas_net *nets[2] = {make_net(&p), NULL};
    ck_assert_ok(nnblas_net_create((size_t[]){inputs, outputs}, 2, bias, &nets[1]));
    memcpy(nnblas_net_parameters(nets[1]), p.parameters + others, linear * sizeof(double));
    for (size_t i = 0; i < 2; i++) {
        ck_assert_ok(nnblas_net_predict(nets[i], N, p.X, p.ldx, O_out[i], outputs));
        ck_assert_ok(
            nnblas_net_gradient(nets[i], N, p.X, p.ldx, p.Y, p.ldy, gradients[i], &costs[i]));
        nnblas_net_destroy(nets[i]);
    }
    ck_assert_close(N * outputs, O_out[1], O_out[0]);
    ck_assert_close(1, &costs[1], &costs[0]);
    ck_assert_close(linear, gradients[1], gradients[0] + others);
    for (size_t i = 0; i < 2; i++) {
        free(gradients[i]);
        free(O_out[i]);
    }
    free_problem(&p);
}

START_TEST(without_hidden_weights_the_network_is_linear) {
    dice d = {2};
    for (unsigned bias = 0; bias <= NNBLAS_BIAS; bias++) {
        check_linear(&d, 1, SIZES, bias);
        check_linear(&d, 20, (size_t[]){3, 9, 1}, bias);
        check_linear(&d, 3000, (size_t[]){60, 5, 7}, bias); /* in parts */
        check_linear(&d, 300, (size_t[]){400, 3, 90}, bias);
        check_linear(&d, 500, (size_t[]){2, 130, 4}, bias);
    }
}
END_TEST

int main(void) {
    const TTest *const tests[] = {
        path_sums_give_the_derivatives,
        without_hidden_weights_the_network_is_linear,
    };
    return run_tests("skip_connections", tests, sizeof tests / sizeof *tests);
}
