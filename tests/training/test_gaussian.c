/* SPDX-License-Identifier: BSD-3-Clause */
/* Means and variances that are learnt together: what they come to where that is known, the shape of
 * labels, and a cost below 0. */
#include "support/support.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* Two groups of rows, told by the only input, with two labels each. */
enum { N = 120, LABELS = 2, OUTPUTS = 2 * LABELS };

typedef struct groups {
    nnblas_net *net;
    nnblas_trainer *trainer;
    double X[N], Y[N * LABELS], weights[N];
} groups;

static groups make_groups(bool is_weighted) {
    groups g;
    dice d = {5};
    for (size_t i = 0; i < N; i++) {
        g.X[i] = (double)(i % 3 == 0);
        g.weights[i] = is_weighted ? roll_uniform(&d, 0.1, 2.0) : 1.0;
        for (size_t t = 0; t < LABELS; t++)
            g.Y[i * LABELS + t] =
                roll_uniform(&d, -1.0, 1.0) * (t == 0 ? 0.01 + g.X[i] : 3.0) + (double)t - g.X[i];
    }
    ck_assert_ok(nnblas_net_create((size_t[]){1, OUTPUTS}, 2, NNBLAS_BIAS | NNBLAS_ZERO, &g.net));
    ck_assert_ok(nnblas_net_set_output(g.net, NNBLAS_IDENTITY, NNBLAS_GAUSSIAN));
    ck_assert_ok(nnblas_trainer_create(g.net, &g.trainer));
    return g;
}

static void free_groups(groups *g) {
    nnblas_trainer_destroy(g->trainer);
    nnblas_net_destroy(g->net);
}

static nnblas_status fit(groups *g) {
    return nnblas_trainer_fit(g->trainer, N, g->X, 1, g->Y, LABELS);
}

/* The mean and the variance of label t in the rows whose input is x. */
static void measure_group(const groups *g, double x, size_t t, double *mean, double *variance) {
    double total = 0.0;
    *mean = *variance = 0.0;
    for (size_t i = 0; i < N; i++)
        if (g->X[i] == x) {
            total += g->weights[i];
            *mean += g->weights[i] * g->Y[i * LABELS + t];
        }
    *mean /= total;
    for (size_t i = 0; i < N; i++)
        if (g->X[i] == x)
            *variance += g->weights[i] / total * pow(g->Y[i * LABELS + t] - *mean, 2.0);
}

/* The likelihood of each group is highest at its own mean and variance. */
static void check_groups(const groups *g, double tolerance) {
    for (int x = 0; x <= 1; x++) {
        double O_out[OUTPUTS], input = x, mean, variance;
        ck_assert_ok(nnblas_net_predict(g->net, 1, &input, 1, O_out, OUTPUTS));
        for (size_t t = 0; t < LABELS; t++) {
            measure_group(g, x, t, &mean, &variance);
            ck_assert_double_eq_tol(O_out[t], mean, tolerance);
            ck_assert_double_eq_tol(O_out[LABELS + t], log(variance), tolerance);
        }
    }
}

START_TEST(a_group_comes_to_its_mean_and_variance) {
    static const nnblas_optimizer OPTIMIZERS[] = {NNBLAS_SCALED_CONJUGATE_GRADIENT, NNBLAS_RPROP,
                                                  NNBLAS_LBFGS};
    size_t count = nnblas_has(NNBLAS_FEATURE_LBFGS) ? 3 : 2;
    for (size_t i = 0; i < count; i++)
        for (int is_weighted = 0; is_weighted <= 1; is_weighted++) {
            groups g = make_groups(is_weighted);
            ck_assert_ok(nnblas_trainer_set_optimizer(g.trainer, OPTIMIZERS[i]));
            ck_assert_ok(nnblas_trainer_set_epochs(g.trainer, 3000));
            ck_assert_ok(nnblas_trainer_set_sample_weights(g.trainer, g.weights));
            ck_assert_int_ge(fit(&g), 0);
            check_groups(&g, 1e-5);
            free_groups(&g);
        }
}
END_TEST

/* With batches, validation rows and their score, of one column of labels in a table of three. */
START_TEST(rows_of_a_table_are_batches_and_validation_rows) {
    double table[N * 3], cost, again;
    dice d = {6};
    for (size_t i = 0; i < N; i++) {
        table[3 * i] = roll_uniform(&d, -1.0, 1.0);
        table[3 * i + 1] = table[3 * i] + roll_uniform(&d, -0.1, 0.1);
        table[3 * i + 2] = (double)NAN;
    }
    nnblas_net *net;
    nnblas_trainer *trainer;
    ck_assert_ok(nnblas_net_create((size_t[]){1, 5, 2}, 3, NNBLAS_BIAS, &net));
    ck_assert_ok(nnblas_net_set_output(net, NNBLAS_IDENTITY, NNBLAS_GAUSSIAN));
    ck_assert_uint_eq(nnblas_net_label_count(net), 1);
    ck_assert_ok(nnblas_trainer_create(net, &trainer));
    ck_assert_ok(nnblas_trainer_set_optimizer(trainer, NNBLAS_ADAM));
    ck_assert_ok(nnblas_trainer_set_learning_rate(trainer, 0.01));
    ck_assert_ok(nnblas_trainer_set_batch_size(trainer, 16));
    ck_assert_ok(nnblas_trainer_set_epochs(trainer, 400));
    ck_assert_ok(nnblas_trainer_set_score(trainer, NNBLAS_SCORE_R2));
    ck_assert_ok(nnblas_trainer_set_validation_rows(trainer, 20, table, 3, table + 1, 3));
    ck_assert_int_ge(nnblas_trainer_fit(trainer, N - 20, table + 60, 3, table + 61, 3), 0);
    nnblas_epoch best = get_epoch(trainer, 0);
    for (size_t i = 1; i < nnblas_trainer_history_count(trainer); i++)
        if (get_epoch(trainer, i).score > best.score)
            best = get_epoch(trainer, i);
    ck_assert_double_gt(best.score, 0.95);
    ck_assert_double_lt(best.validation_cost, -0.5);
    ck_assert_ok(nnblas_net_evaluate(net, 20, table, 3, table + 1, 3, &cost));
    ck_assert_double_eq_tol(cost, best.validation_cost, 1e-12);
    /* The leading dimension of labels is at least their columns, not those of outputs. */
    double Y[20];
    for (size_t i = 0; i < 20; i++)
        Y[i] = table[3 * i + 1];
    ck_assert_ok(nnblas_net_evaluate(net, 20, table, 3, Y, 1, &again));
    ck_assert_double_eq(again, cost);
    ck_assert_int_eq(nnblas_net_evaluate(net, 20, table, 3, Y, 0, &again), NNBLAS_ERROR_LEADING);
    nnblas_trainer_destroy(trainer);
    nnblas_net_destroy(net);
}
END_TEST

START_TEST(outputs_without_a_pair_are_refused) {
    nnblas_net *net;
    ck_assert_ok(nnblas_net_create((size_t[]){2, 3}, 2, 0, &net));
    ck_assert_int_eq(nnblas_net_set_output(net, NNBLAS_IDENTITY, NNBLAS_GAUSSIAN),
                     NNBLAS_ERROR_VALUE);
    ck_assert_ptr_nonnull(strstr(nnblas_error_message(), "an odd number of outputs, 3"));
    ck_assert_int_eq(nnblas_net_cost(net), NNBLAS_MSE);
    ck_assert_uint_eq(nnblas_net_label_count(net), 3);
    ck_assert_uint_eq(nnblas_net_label_count(NULL), 0);
    ck_assert_ptr_nonnull(strstr(nnblas_error_message(), "net is null"));
    nnblas_net_destroy(net);
    groups g = make_groups(false);
    ck_assert_uint_eq(nnblas_net_label_count(g.net), LABELS);
    ck_assert_int_eq(nnblas_net_set_activation(g.net, 1, NNBLAS_SIGMOID), NNBLAS_ERROR_VALUE);
    ck_assert_ptr_nonnull(strstr(nnblas_error_message(), "goes with identity outputs"));
    if (nnblas_has(NNBLAS_FEATURE_LAPACK)) {
        ck_assert_ok(nnblas_trainer_set_optimizer(g.trainer, NNBLAS_LEVENBERG_MARQUARDT));
        ck_assert_int_eq(fit(&g), NNBLAS_ERROR_VALUE);
        ck_assert_ptr_nonnull(strstr(nnblas_error_message(), "must be the mse"));
    }
    free_groups(&g);
}
END_TEST

/* A log variance of -2000 has no inverse: an error that is not 0 costs more than a double, and no
 * step is taken; labels that are met exactly cost half of it, and their means stay. */
START_TEST(a_variance_of_nothing_is_no_nan) {
    groups g = make_groups(false);
    double *bias = nnblas_net_bias(g.net, 1), cost, gradient[2 * OUTPUTS];
    for (size_t t = 0; t < LABELS; t++)
        bias[LABELS + t] = -2000.0;
    ck_assert_int_eq(fit(&g), NNBLAS_ERROR_NOT_FINITE);
    ck_assert_ptr_nonnull(strstr(nnblas_error_message(), "the cost overflows"));
    ck_assert_double_eq(bias[0], 0.0);
    fill(N * LABELS, g.Y, 0.0);
    ck_assert_ok(nnblas_net_gradient(g.net, N, g.X, 1, g.Y, LABELS, gradient, &cost));
    ck_assert_double_eq(cost, -2000.0);
    for (size_t t = 0; t < LABELS; t++) {
        ck_assert_double_eq(gradient[OUTPUTS + t], 0.0);
        ck_assert_double_eq_tol(gradient[OUTPUTS + LABELS + t], 0.5, 1e-15);
    }
    ck_assert_ok(nnblas_trainer_set_epochs(g.trainer, 3));
    ck_assert_int_ge(fit(&g), 0);
    ck_assert_double_lt(bias[LABELS], -2000.0);
    free_groups(&g);
}
END_TEST

/* Costs below 0 in a history and a checkpoint. */
START_TEST(a_cost_below_0_is_resumed) {
    enum { CUT = 4, ALL = 9 };
    char path[] = "/tmp/test_gaussian.XXXXXX";
    int file = mkstemp(path);
    ck_assert_int_ge(file, 0);
    ck_assert_int_eq(close(file), 0);
    double costs[2][ALL];
    for (int is_cut = 0; is_cut <= 1; is_cut++) {
        groups g = make_groups(false);
        for (size_t i = 0; i < N * LABELS; i++)
            g.Y[i] *= 0.01;
        for (size_t t = 0; t < LABELS; t++)
            nnblas_net_bias(g.net, 1)[LABELS + t] = -4.0;
        ck_assert_ok(nnblas_trainer_set_optimizer(g.trainer, NNBLAS_ADAM));
        ck_assert_ok(nnblas_trainer_set_learning_rate(g.trainer, 1e-3));
        ck_assert_ok(nnblas_trainer_set_batch_size(g.trainer, 50));
        ck_assert_ok(nnblas_trainer_set_epochs(g.trainer, is_cut ? CUT : ALL));
        ck_assert_ok(nnblas_trainer_set_checkpoint(g.trainer, path, 2));
        ck_assert_ok(fit(&g));
        if (is_cut) {
            ck_assert_ok(nnblas_trainer_set_epochs(g.trainer, ALL));
            ck_assert_ok(nnblas_trainer_resume(g.trainer, path));
            ck_assert_ok(fit(&g));
        }
        ck_assert_uint_eq(nnblas_trainer_history_count(g.trainer), ALL);
        for (size_t i = 0; i < ALL; i++)
            costs[is_cut][i] = get_epoch(g.trainer, i).cost;
        free_groups(&g);
    }
    ck_assert_double_lt(costs[0][0], -1.0);
    ck_assert_double_lt(costs[0][ALL - 1], costs[0][0]);
    ck_assert(memcmp(costs[0], costs[1], sizeof costs[0]) == 0);
    ck_assert_int_eq(unlink(path), 0);
}
END_TEST

int main(void) {
    const TTest *const tests[] = {
        a_group_comes_to_its_mean_and_variance,
        rows_of_a_table_are_batches_and_validation_rows,
        outputs_without_a_pair_are_refused,
        a_variance_of_nothing_is_no_nan,
        a_cost_below_0_is_resumed,
    };
    return run_tests("gaussian", tests, sizeof tests / sizeof *tests);
}
