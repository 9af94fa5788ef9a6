/* SPDX-License-Identifier: BSD-3-Clause */
/* L-BFGS goes on until the gradient is as small as the tolerance asks, on every scale. */
#include "support/lbfgs_training.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static lbfgs_training make_sine(double scale) {
    static const size_t SIZES[] = {1, 20, 1};
    const kind k = {.hidden = NNBLAS_TANH, .output = NNBLAS_IDENTITY};
    lbfgs_training t = make_lbfgs_training(SIZES, 3, k, 200);
    for (size_t e = 0; e < t.N; e++) {
        t.X[e] = -1.0 + 2.0 * (double)e / 199.0;
        t.Y[e] = scale * sin(3.0 * t.X[e]);
    }
    return t;
}

START_TEST(targets_of_every_scale_are_learnt) {
    static const double SCALES[] = {1e-4, 1.0, 1e4, 1e8};
    for (size_t i = 0; i < 4; i++) {
        lbfgs_training t = make_sine(SCALES[i]);
        ck_assert_int_ge(fit_lbfgs(&t), 0);
        ck_assert_double_le(get_unexplained_variance(&t), 1e-4);
        free_lbfgs_training(&t);
    }
}
END_TEST

/* Images of 8 x 8 pixels: ten patterns, and noise on them. */
static lbfgs_training make_digits(void) {
    static const size_t SIZES[] = {64, 32, 10};
    const kind k = {.hidden = NNBLAS_TANH, .output = NNBLAS_SOFTMAX, .cost = NNBLAS_CROSS_ENTROPY};
    lbfgs_training t = make_lbfgs_training(SIZES, 3, k, 400);
    dice d = {3};
    double patterns[10][64];
    for (size_t c = 0; c < 10; c++)
        for (size_t j = 0; j < 64; j++)
            patterns[c][j] = roll_uniform(&d, 0.0, 1.0);
    for (size_t e = 0; e < t.N; e++) {
        for (size_t j = 0; j < 64; j++)
            t.X[e * 64 + j] = patterns[e % 10][j] + roll_uniform(&d, -1.0, 1.0);
        t.Y[e * 10 + e % 10] = 1.0;
    }
    return t;
}

START_TEST(digits_are_learnt_to_the_last_bit) {
    lbfgs_training t = make_digits();
    double first = get_gradient_norm(&t, NULL);
    ck_assert_int_eq(fit_lbfgs(&t), NNBLAS_STOPPED_CONVERGED);
    ck_assert_double_le(get_gradient_norm(&t, NULL), 1e-12 * first);
    ck_assert_double_le(get_cost(&t), 1e-11);
    ck_assert_ok(nnblas_trainer_set_lbfgs(t.trainer, 20, 0.0));
    ck_assert_int_ge(fit_lbfgs(&t), 0); /* the x87 goes on beyond 1e-308 */
    ck_assert_double_le(get_cost(&t), 1e-17);
    free_lbfgs_training(&t);
}
END_TEST

/* Rows with noise, so that no network fits them and the cost ends far from 0. */
static lbfgs_training make_noisy(nnblas_activation output, nnblas_cost cost, size_t hidden) {
    const size_t SIZES[] = {6, hidden, 3}, LINEAR[] = {6, 3};
    const kind k = {.hidden = NNBLAS_TANH, .output = output, .cost = cost};
    lbfgs_training t = make_lbfgs_training(hidden > 0 ? SIZES : LINEAR, hidden > 0 ? 3 : 2, k, 150);
    dice d = {8};
    for (size_t e = 0; e < t.N; e++) {
        for (size_t j = 0; j < 6; j++)
            t.X[e * 6 + j] = roll_uniform(&d, -1.0, 1.0);
        if (output == NNBLAS_IDENTITY)
            for (size_t j = 0; j < 3; j++)
                t.Y[e * 3 + j] = 3.0 * t.X[e * 6 + j] + roll_uniform(&d, -3.0, 3.0);
        else
            t.Y[e * 3 + roll_between(&d, 0, 2)] = 1.0;
    }
    return t;
}

/* The first gradient that is small enough ends it, and not one before. */
static void check_tolerance(double tolerance) {
    lbfgs_training t = make_noisy(NNBLAS_SOFTMAX, NNBLAS_CROSS_ENTROPY, 5);
    t.decay = 0.01;
    double first = get_gradient_norm(&t, NULL);
    ck_assert_ok(nnblas_trainer_set_lbfgs(t.trainer, 20, tolerance));
    ck_assert_int_eq(fit_lbfgs(&t), NNBLAS_STOPPED_CONVERGED);
    ck_assert_double_le(get_gradient_norm(&t, NULL), tolerance * first);
    size_t epochs = nnblas_trainer_history_count(t.trainer);
    ck_assert_uint_gt(epochs, 1);
    ck_assert_ok(nnblas_net_init(t.net, 1));
    ck_assert_ok(nnblas_trainer_set_epochs(t.trainer, epochs - 1));
    ck_assert_int_eq(fit_lbfgs(&t), NNBLAS_OK);
    ck_assert_double_gt(get_gradient_norm(&t, NULL), tolerance * first);
    free_lbfgs_training(&t);
}

START_TEST(the_tolerance_is_relative_to_the_first_gradient) {
    static const double TOLERANCES[] = {0.3, 1e-3, 1e-6, 1e-9, 1e-12};
    for (size_t i = 0; i < 5; i++)
        check_tolerance(TOLERANCES[i]);
}
END_TEST

/* From weights of 0, all that the library computes is scaled by the same power of 2 as Y. */
START_TEST(scaled_targets_give_the_same_bits) {
    lbfgs_training t = make_noisy(NNBLAS_IDENTITY, NNBLAS_MSE, 0);
    fill(t.parameter_count, t.parameters, 0.0);
    ck_assert_int_eq(fit_lbfgs(&t), NNBLAS_STOPPED_CONVERGED);
    static const double SCALES[] = {0x1p13, 0x1p400, 0x1p-13, 0x1p-400};
    for (size_t i = 0; i < 4; i++) {
        lbfgs_training scaled = make_noisy(NNBLAS_IDENTITY, NNBLAS_MSE, 0);
        fill(scaled.parameter_count, scaled.parameters, 0.0);
        for (size_t j = 0; j < t.N * t.outputs; j++)
            scaled.Y[j] *= SCALES[i];
        ck_assert_int_eq(fit_lbfgs(&scaled), NNBLAS_STOPPED_CONVERGED);
        for (size_t j = 0; j < t.parameter_count; j++)
            ck_assert_double_eq(scaled.parameters[j], SCALES[i] * t.parameters[j]);
        free_lbfgs_training(&scaled);
    }
    free_lbfgs_training(&t);
}
END_TEST

START_TEST(targets_of_any_scale_converge) {
    lbfgs_training t = make_noisy(NNBLAS_IDENTITY, NNBLAS_MSE, 0);
    fill(t.parameter_count, t.parameters, 0.0);
    ck_assert_int_eq(fit_lbfgs(&t), NNBLAS_STOPPED_CONVERGED);
    static const double SCALES[] = {1e-4, 1e-150, 1e4, 1e140};
    for (size_t i = 0; i < 4; i++) {
        lbfgs_training scaled = make_noisy(NNBLAS_IDENTITY, NNBLAS_MSE, 0);
        fill(scaled.parameter_count, scaled.parameters, 0.0);
        for (size_t j = 0; j < t.N * t.outputs; j++)
            scaled.Y[j] *= SCALES[i];
        ck_assert_int_eq(fit_lbfgs(&scaled), NNBLAS_STOPPED_CONVERGED);
        for (size_t j = 0; j < t.parameter_count; j++)
            scaled.parameters[j] /= SCALES[i];
        ck_assert_double_le(get_difference(t.parameter_count, t.parameters, scaled.parameters),
                            1e-9);
        free_lbfgs_training(&scaled);
    }
    free_lbfgs_training(&t);
}
END_TEST

/* A cost with one minimum, which every memory finds. */
START_TEST(the_memory_changes_the_path_and_not_the_end) {
    static const size_t MEMORIES[] = {1, 2, 20, 50, 1000};
    lbfgs_training expected = make_noisy(NNBLAS_SOFTMAX, NNBLAS_CROSS_ENTROPY, 0);
    expected.decay = 1e-4;
    ck_assert_int_eq(fit_lbfgs(&expected), NNBLAS_STOPPED_CONVERGED);
    size_t epochs[5];
    for (size_t i = 0; i < 5; i++) {
        lbfgs_training t = make_noisy(NNBLAS_SOFTMAX, NNBLAS_CROSS_ENTROPY, 0);
        t.decay = 1e-4;
        ck_assert_ok(nnblas_trainer_set_lbfgs(t.trainer, MEMORIES[i], 1e-12));
        ck_assert_int_eq(fit_lbfgs(&t), NNBLAS_STOPPED_CONVERGED);
        epochs[i] = nnblas_trainer_history_count(t.trainer);
        ck_assert_double_le(get_difference(t.parameter_count, expected.parameters, t.parameters),
                            1e-7);
        free_lbfgs_training(&t);
    }
    ck_assert_uint_eq(epochs[2], nnblas_trainer_history_count(expected.trainer));
    ck_assert_uint_gt(epochs[0], epochs[1]);
    ck_assert_uint_gt(epochs[1], epochs[2]);
    free_lbfgs_training(&expected);
}
END_TEST

int main(void) {
    const TTest *const tests[] = {
        targets_of_every_scale_are_learnt,
        digits_are_learnt_to_the_last_bit,
        the_tolerance_is_relative_to_the_first_gradient,
        scaled_targets_give_the_same_bits,
        targets_of_any_scale_converge,
        the_memory_changes_the_path_and_not_the_end,
    };
    return run_tests("lbfgs_convergence", tests, sizeof tests / sizeof *tests);
}
