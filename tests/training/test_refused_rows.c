/* SPDX-License-Identifier: BSD-3-Clause */
/* Rows that fit refuses: labels that the cross-entropy has no least cost for, and rows that share
 * memory with the parameters that fit writes. */
#include "support/small_training.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void check_refused(const training *s, nnblas_status expected, const char *words) {
    double kept[PARAMETERS];
    keep_parameters(s, kept);
    ck_assert_int_eq(fit(s), expected);
    ck_assert_msg(strstr(nnblas_error_message(), words), "\"%s\" does not say \"%s\"",
                  nnblas_error_message(), words);
    ck_assert(has_parameters(s, kept));
    ck_assert_uint_eq(nnblas_trainer_history_count(s->trainer), 0);
}

/* ---- labels ---------------------------------------------------------------------------------- */

static const double BAD_LABELS[] = {-1.0, -0x1p-1074, 1.0000000000000002, 2.0, 1e300, -1e300};
enum { N_BAD = sizeof BAD_LABELS / sizeof *BAD_LABELS };

static const nnblas_activation OUTPUTS_OF_CROSS_ENTROPY[] = {NNBLAS_SIGMOID, NNBLAS_SOFTMAX};

static training make_cross_entropy(nnblas_activation output) {
    training s = make_training(NNBLAS_ADAM, 0.01, 3);
    ck_assert_ok(nnblas_net_set_output(s.net, output, NNBLAS_CROSS_ENTROPY));
    return s;
}

START_TEST(labels_outside_0_to_1_are_refused) {
    for (size_t o = 0; o < 2; o++)
        for (size_t i = 0; i < N_BAD; i++) {
            training s = make_cross_entropy(OUTPUTS_OF_CROSS_ENTROPY[o]);
            char words[80];
            s.p.Y[17 * s.p.ldy + 1] = BAD_LABELS[i];
            snprintf(words, sizeof words, "Y holds %.17g at row 17, column 1", BAD_LABELS[i]);
            check_refused(&s, NNBLAS_ERROR_VALUE, words);
            ck_assert_ptr_nonnull(strstr(nnblas_error_message(), "from 0 to 1"));
            free_training(&s);
        }
}
END_TEST

START_TEST(validation_labels_outside_0_to_1_are_refused) {
    for (size_t o = 0; o < 2; o++)
        for (size_t i = 0; i < N_BAD; i++) {
            training s = make_cross_entropy(OUTPUTS_OF_CROSS_ENTROPY[o]);
            double Y[3 * OUTPUTS] = {0.0};
            char words[80];
            ck_assert_ok(
                nnblas_trainer_set_validation_rows(s.trainer, 3, s.p.X, s.p.ldx, Y, OUTPUTS));
            ck_assert_ok(fit(&s));
            ck_assert_ok(nnblas_net_init(s.net, 5));
            nnblas_trainer_destroy(s.trainer);
            ck_assert_ok(nnblas_trainer_create(s.net, &s.trainer));
            ck_assert_ok(
                nnblas_trainer_set_validation_rows(s.trainer, 3, s.p.X, s.p.ldx, Y, OUTPUTS));
            Y[2 * OUTPUTS] = BAD_LABELS[i];
            snprintf(words, sizeof words, "validation Y holds %.17g at row 2, column 0",
                     BAD_LABELS[i]);
            check_refused(&s, NNBLAS_ERROR_VALUE, words);
            free_training(&s);
        }
}
END_TEST

/* 0 and 1 are labels, and a row of a softmax may add up to anything. */
START_TEST(labels_from_0_to_1_are_taken) {
    for (size_t o = 0; o < 2; o++) {
        training s = make_cross_entropy(OUTPUTS_OF_CROSS_ENTROPY[o]);
        for (size_t e = 0; e < N; e++)
            for (size_t k = 0; k < OUTPUTS; k++)
                s.p.Y[e * s.p.ldy + k] = (double)((e + k) % 3) * 0.5;
        s.p.Y[0] = -0.0;
        ck_assert_ok(fit(&s));
        free_training(&s);
    }
}
END_TEST

/* The mean squared error has a least value for every label. */
START_TEST(the_mse_takes_any_label) {
    training s = make_training(NNBLAS_ADAM, 0.01, 3);
    for (size_t i = 0; i < N_BAD; i++)
        s.p.Y[i * s.p.ldy] = fmax(fmin(BAD_LABELS[i], 1e3), -1e3);
    ck_assert_ok(fit(&s));
    free_training(&s);
}
END_TEST

/* evaluate and gradient compute what the formula says, for any label. */
START_TEST(costs_of_any_label_follow_the_formula) {
    dice d = {29};
    for (int i = 0; i < 40; i++) {
        kind k = {NNBLAS_TANH, OUTPUTS_OF_CROSS_ENTROPY[i % 2], NNBLAS_CROSS_ENTROPY, NNBLAS_BIAS};
        problem p = make_problem_of(&d, k, 20, (size_t[]){3, 4, 3}, 3, 0);
        for (size_t y = 0; y < 20 * 3; y++)
            p.Y[y] = roll_uniform(&d, -3.0, 3.0);
        double *expected = allocate_doubles(p.parameter_count);
        double *gradient = allocate_doubles(p.parameter_count), cost;
        double expected_cost = compute_reference(&p, expected, NULL);
        nnblas_net *net = make_net(&p);
        ck_assert_ok(nnblas_net_gradient(net, p.N, p.X, p.ldx, p.Y, p.ldy, gradient, &cost));
        ck_assert_double_eq_tol(cost, expected_cost, 1e-12);
        ck_assert_close(p.parameter_count, expected, gradient);
        ck_assert_ok(nnblas_net_evaluate(net, p.N, p.X, p.ldx, p.Y, p.ldy, &cost));
        ck_assert_double_eq_tol(cost, expected_cost, 1e-12);
        nnblas_net_destroy(net);
        free(expected);
        free(gradient);
        free_problem(&p);
    }
}
END_TEST

/* ---- shared memory --------------------------------------------------------------------------- */

/* The last of the parameters, and what lies behind it, as rows or weights. */
START_TEST(rows_may_not_be_the_parameters) {
    training s = make_training(NNBLAS_GRADIENT_DESCENT, 0.1, 1);
    double *W = get_parameters(&s), *last = W + PARAMETERS - 1;
    const double *X = s.p.X, *Y = s.p.Y;
    double kept[PARAMETERS], weights[N];
    size_t ldx = s.p.ldx, ldy = s.p.ldy;
    keep_parameters(&s, kept);
    fill(N, weights, 1.0);
    const struct {
        const double *X, *Y, *weights, *validation_X, *validation_Y, *validation_weights;
        const char *word;
    } SHARED[] = {
        {W, Y, NULL, X, Y, NULL, "overlaps X"},
        {last, Y, NULL, X, Y, NULL, "overlaps X"},
        {W - 4, Y, NULL, X, Y, NULL, "overlaps X"},
        {X, W + 3, NULL, X, Y, NULL, "overlaps Y"},
        {X, last, weights, X, Y, weights, "overlaps Y"},
        {X, Y, W, X, Y, NULL, "overlaps the sample weights"},
        {X, Y, NULL, W, Y, NULL, "overlaps validation X"},
        {X, Y, weights, X, last, weights, "overlaps validation Y"},
        {X, Y, weights, X, Y, last, "overlaps the validation weights"},
    };
    for (size_t i = 0; i < sizeof SHARED / sizeof *SHARED; i++) {
        ck_assert_ok(nnblas_trainer_set_sample_weights(s.trainer, SHARED[i].weights));
        ck_assert_ok(nnblas_trainer_set_validation_rows(s.trainer, 1, SHARED[i].validation_X, ldx,
                                                        SHARED[i].validation_Y, ldy));
        ck_assert_ok(
            nnblas_trainer_set_validation_weights(s.trainer, SHARED[i].validation_weights));
        ck_assert_int_eq(nnblas_trainer_fit(s.trainer, 1, SHARED[i].X, ldx, SHARED[i].Y, ldy),
                         NNBLAS_ERROR_OVERLAP);
        ck_assert_msg(strstr(nnblas_error_message(), SHARED[i].word), "%s", nnblas_error_message());
        ck_assert(has_parameters(&s, kept));
    }
    free_training(&s);
}
END_TEST

/* What is only read may share memory: labels in the table of the features, rows that validate too.
 */
START_TEST(rows_may_share_memory_with_each_other) {
    training s = make_training(NNBLAS_GRADIENT_DESCENT, 0.1, 1);
    ck_assert_ok(nnblas_trainer_set_sample_weights(s.trainer, s.p.Y));
    ck_assert_ok(nnblas_trainer_set_validation_rows(s.trainer, 5, s.p.X, s.p.ldx, s.p.X, s.p.ldx));
    ck_assert_ok(nnblas_trainer_fit(s.trainer, 1, s.p.X, s.p.ldx, s.p.X + 1, s.p.ldx));
    free_training(&s);
}
END_TEST

/* ---- gaps of a table ------------------------------------------------------------------------- */

/* A table of X, a gap of two columns, Y and a gap of one: outputs that lie in the gaps share
 * nothing with the columns. */
START_TEST(outputs_in_the_gaps_of_a_table_are_written) {
    enum { ROWS = 6, LD = INPUTS + 2 + OUTPUTS + 1 };
    training s = make_training(NNBLAS_GRADIENT_DESCENT, 0.1, 1);
    double table[ROWS * LD], cost, gradient[PARAMETERS];
    fill(ROWS * LD, table, 0.25);
    double *X = table, *gap = X + INPUTS, *Y = gap + 2, *last = Y + OUTPUTS;
    ck_assert_ok(nnblas_net_evaluate(s.net, ROWS, X, LD, Y, LD, &cost));
    for (size_t e = 0; e < ROWS; e++) {
        double *places[] = {gap + e * LD, gap + e * LD + 1, last + e * LD};
        for (size_t i = 0; i < 3; i++) {
            *places[i] = -1.0;
            ck_assert_ok(nnblas_net_evaluate(s.net, ROWS, X, LD, Y, LD, places[i]));
            ck_assert_double_eq(*places[i], cost);
            *places[i] = -1.0;
            ck_assert_ok(nnblas_net_gradient(s.net, ROWS, X, LD, Y, LD, gradient, places[i]));
            ck_assert_double_eq_tol(*places[i], cost, 1e-15);
        }
        ck_assert_int_eq(nnblas_net_evaluate(s.net, ROWS, X, LD, Y, LD, gap + e * LD - 1),
                         NNBLAS_ERROR_OVERLAP);
        ck_assert_int_eq(nnblas_net_evaluate(s.net, ROWS, X, LD, Y, LD, Y + e * LD),
                         NNBLAS_ERROR_OVERLAP);
    }
    /* Predictions fill a gap that is wide enough. */
    ck_assert_ok(nnblas_net_predict(s.net, ROWS, X, LD, gap, LD));
    ck_assert_int_eq(nnblas_net_predict(s.net, ROWS, X, LD, gap - 1, LD), NNBLAS_ERROR_OVERLAP);
    free_training(&s);
}
END_TEST

int main(void) {
    const TTest *const tests[] = {
        labels_outside_0_to_1_are_refused,     validation_labels_outside_0_to_1_are_refused,
        labels_from_0_to_1_are_taken,          the_mse_takes_any_label,
        costs_of_any_label_follow_the_formula, rows_may_not_be_the_parameters,
        rows_may_share_memory_with_each_other, outputs_in_the_gaps_of_a_table_are_written,
    };
    return run_tests("refused_rows", tests, sizeof tests / sizeof *tests);
}
