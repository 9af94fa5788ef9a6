/* SPDX-License-Identifier: BSD-3-Clause */
/* Predictions, costs and gradients of networks beside long double. */
#include "support/support.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static void check_net_calls(const problem *p) {
    nnblas_net *net = make_net(p);
    size_t ldo = get_ldo(p);
    double *expected = allocate_doubles(p->parameter_count);
    double *O_expected = allocate_doubles(p->N * get_outputs(p));
    double expected_cost = compute_reference(p, expected, O_expected);
    double *O_out = allocate_doubles(p->N * ldo), *gradient = allocate_doubles(p->parameter_count);
    double cost = (double)NAN, gradient_cost = (double)NAN;
    const double UNTOUCHED = -7.0;
    fill(p->N * ldo, O_out, UNTOUCHED);
    fill(p->parameter_count, gradient, (double)NAN);

    ck_assert_ok(nnblas_net_predict(net, p->N, p->X, p->ldx, O_out, ldo));
    check_predictions(p, O_expected, O_out, ldo, UNTOUCHED);
    ck_assert_ok(nnblas_net_evaluate(net, p->N, p->X, p->ldx, p->Y, p->ldy, &cost));
    ck_assert_close(1, &expected_cost, &cost);
    ck_assert_ok(
        nnblas_net_gradient(net, p->N, p->X, p->ldx, p->Y, p->ldy, gradient, &gradient_cost));
    ck_assert_close(1, &expected_cost, &gradient_cost);
    check_layers(p, expected, gradient);
    free(expected);
    free(O_expected);
    free(O_out);
    free(gradient);
    nnblas_net_destroy(net);
}

START_TEST(networks_agree_with_long_double) {
    dice d = {8};
    for (size_t i = 0; i < count_trials(600); i++) {
        size_t sizes[MAX_SIZES], n_sizes = roll_between(&d, 2, 5);
        for (size_t l = 0; l < n_sizes; l++)
            sizes[l] = roll_size(&d, 80);
        problem p = make_problem_of(&d, roll_kind(&d), roll_size(&d, 400), sizes, n_sizes,
                                    roll_between(&d, 0, 3));
        nnblas_set_threads((int)roll_between(&d, 0, 5));
        check_net_calls(&p);
        free_problem(&p);
    }
}
END_TEST

/* Features and labels side by side in one table, and predictions into a third range of it. */
START_TEST(column_ranges_of_one_table_are_used_in_place) {
    enum { N = 70, INPUTS = 5, OUTPUTS = 3, LD = INPUTS + 2 * OUTPUTS + 2 };
    dice d = {5};
    const size_t sizes[] = {INPUTS, 6, OUTPUTS};
    problem p = make_problem(&d, N, sizes, 3, 0);
    nnblas_net *net = make_net(&p);
    double *table = allocate_doubles(N * LD), *expected = allocate_doubles(N * OUTPUTS);
    fill(N * LD, table, (double)NAN);
    for (size_t i = 0; i < N; i++) {
        memcpy(table + i * LD, p.X + i * p.ldx, INPUTS * sizeof(double));
        memcpy(table + i * LD + INPUTS + 1, p.Y + i * p.ldy, OUTPUTS * sizeof(double));
    }
    double expected_mse = compute_reference(&p, NULL, expected), mse;
    ck_assert_ok(nnblas_net_evaluate(net, N, table, LD, table + INPUTS + 1, LD, &mse));
    ck_assert_close(1, &expected_mse, &mse);
    double *O_out = table + INPUTS + 1 + OUTPUTS;
    ck_assert_ok(nnblas_net_predict(net, N, table, LD, O_out, LD));
    for (size_t i = 0; i < N; i++) {
        ck_assert_close(OUTPUTS, expected + i * OUTPUTS, O_out + i * LD);
        ck_assert(isnan(table[i * LD + INPUTS]) && isnan(table[i * LD + LD - 1]));
    }
    free(table);
    free(expected);
    nnblas_net_destroy(net);
    free_problem(&p);
}
END_TEST

int main(void) {
    const TTest *const tests[] = {
        networks_agree_with_long_double,
        column_ranges_of_one_table_are_used_in_place,
    };
    return run_tests("net_calls", tests, sizeof tests / sizeof *tests);
}
