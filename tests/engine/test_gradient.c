/* SPDX-License-Identifier: BSD-3-Clause */
/* The gradient against first principles. */
#include "support/support.h"

#include <math.h>
#include <stdlib.h>

/*
 * d mse / d w1[i][j] = 1/N sum_e sum_k o_delta[e][k] w2[j][k] h[e][j] (1 - h[e][j]) x[e][i]: the
 * sum over every path from the weight to the cost, over every example.
 */
static double sum_paths(const problem *p, size_t i, size_t j) {
    size_t inputs = p->sizes[0], hidden = p->sizes[1], outputs = p->sizes[2];
    const double *W1 = p->parameters, *W2 = W1 + inputs * hidden;
    double sum = 0.0;
    for (size_t e = 0; e < p->N; e++) {
        const double *x = p->X + e * p->ldx, *y = p->Y + e * p->ldy;
        for (size_t k = 0; k < outputs; k++) {
            double o_in = 0.0, h_of_path = 0.0;
            for (size_t unit = 0; unit < hidden; unit++) {
                double h_in = 0.0;
                for (size_t n = 0; n < inputs; n++)
                    h_in += x[n] * W1[n * hidden + unit];
                double h = 1.0 / (1.0 + exp(-h_in));
                o_in += h * W2[unit * outputs + k];
                if (unit == j)
                    h_of_path = h;
            }
            double o = 1.0 / (1.0 + exp(-o_in)), o_delta = (o - y[k]) * o * (1.0 - o);
            sum += o_delta * W2[j * outputs + k] * h_of_path * (1.0 - h_of_path) * x[i];
        }
    }
    return sum / (double)p->N;
}

START_TEST(path_sum_gives_every_gradient_of_W1) {
    static const size_t SHAPES[][4] = {
        {1, 4, 2, 3}, {9, 4, 2, 3}, {5, 1, 1, 1}, {3, 7, 5, 2}, {16, 2, 9, 4}};
    dice d = {1};
    for (size_t s = 0; s < sizeof SHAPES / sizeof *SHAPES; s++) {
        problem p = make_problem(&d, SHAPES[s][0], SHAPES[s] + 1, 3, s);
        nnblas_net *net = make_net(&p);
        size_t inputs = p.sizes[0], hidden = p.sizes[1];
        double *gradient = allocate_doubles(p.parameter_count);
        double *paths = allocate_doubles(inputs * hidden);
        ck_assert_ok(nnblas_net_gradient(net, p.N, p.X, p.ldx, p.Y, p.ldy, gradient, NULL));
        for (size_t i = 0; i < inputs; i++)
            for (size_t j = 0; j < hidden; j++)
                paths[i * hidden + j] = sum_paths(&p, i, j);
        ck_assert_close(inputs * hidden, paths, gradient);
        free(paths);
        free(gradient);
        nnblas_net_destroy(net);
        free_problem(&p);
    }
}
END_TEST

/* Central differences of the cost that nnblas_net_evaluate gives, for each parameter. */
static void compute_differences(const problem *p, nnblas_net *net, double *differences) {
    const double STEP = 1e-5; /* truncation 1e-10, rounding 1e-11 */
    double *W = nnblas_net_parameters(net);
    for (size_t i = 0; i < p->parameter_count; i++) {
        double kept = W[i], above, below;
        W[i] = kept + STEP;
        ck_assert_ok(nnblas_net_evaluate(net, p->N, p->X, p->ldx, p->Y, p->ldy, &above));
        W[i] = kept - STEP;
        ck_assert_ok(nnblas_net_evaluate(net, p->N, p->X, p->ldx, p->Y, p->ldy, &below));
        W[i] = kept;
        differences[i] = (above - below) / (2.0 * STEP);
    }
}

static void check_finite_differences(const problem *p) {
    nnblas_net *net = make_net(p);
    double *gradient = allocate_doubles(p->parameter_count);
    double *differences = allocate_doubles(p->parameter_count);
    ck_assert_ok(nnblas_net_gradient(net, p->N, p->X, p->ldx, p->Y, p->ldy, gradient, NULL));
    compute_differences(p, net, differences);
    double difference = get_difference(p->parameter_count, gradient, differences);
    ck_assert_msg(difference <= 1e-7, "off by %g: %zu sizes, %s", difference, p->n_sizes,
                  describe_kind(p->kind));
    free(gradient);
    free(differences);
    nnblas_net_destroy(net);
}

START_TEST(finite_differences_give_every_gradient) {
    static const size_t SHAPES[][MAX_SIZES] = {
        /* N, sizes, 0 */
        {1, 4, 2, 3},     {20, 4, 2, 3},       {7, 1, 1, 1},
        {60, 5, 9, 1},    {33, 9, 8, 7},       {1, 1, 1, 1},
        {10, 4, 5, 3, 2}, {15, 6, 8, 8, 8, 3}, {9, 2, 1, 4, 1},
        {8, 3, 4, 1, 5},  {12, 3, 2},          {3, 1, 7},
        {1, 5, 1},        {11, 1, 6, 6, 2},    {40, 2, 3, 3, 3, 3, 4},
    };
    dice d = {2};
    for (size_t i = 0; i < N_KINDS; i++)
        for (size_t s = 0; s < sizeof SHAPES / sizeof *SHAPES; s++) {
            size_t n_sizes = 0;
            while (SHAPES[s][n_sizes + 1])
                n_sizes++;
            problem p = make_smooth_problem(&d, get_kind(i), SHAPES[s][0], SHAPES[s] + 1, n_sizes,
                                            0, 3e-4); /* more than a step moves a unit */
            check_finite_differences(&p);
            free_problem(&p);
        }
}
END_TEST

int main(void) {
    const TTest *const tests[] = {
        path_sum_gives_every_gradient_of_W1,
        finite_differences_give_every_gradient,
    };
    return run_tests("gradient", tests, sizeof tests / sizeof *tests);
}
