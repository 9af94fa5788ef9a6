/* SPDX-License-Identifier: BSD-3-Clause */
/* Scaled conjugate gradients: the steps of the article, how far they go, and where they end. */
#include "support/checkpoint_file.h"
#include "support/lbfgs_training.h"
#include "support/small_training.h"
#include "training/objective.h"

#include <float.h>
#include <math.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

/* ---- the article ----------------------------------------------------------------------------- */

/* The algorithm as M. F. Moller has it, step by step, on the cost times scale; but lambda makes no
 * step shorter than a tenth at once. */
typedef struct plain_search {
    const training *t;
    double scale, value, lambda, lambda_bar, delta;
    double r[PARAMETERS], p[PARAMETERS]; /* the gradient below 0, and the direction */
    double W[PARAMETERS];
    size_t k; /* from 1 */
    bool success;
} plain_search;

static double dot(const double *a, const double *b) {
    double sum = 0.0;
    for (size_t i = 0; i < PARAMETERS; i++)
        sum += a[i] * b[i];
    return sum;
}

/* The value at W + step p, and there the gradient below 0. */
static double evaluate(const plain_search *s, double step, double *r) {
    const problem *p = &s->t->p;
    double *parameters = get_parameters(s->t), cost;
    for (size_t i = 0; i < PARAMETERS; i++)
        parameters[i] = s->W[i] + step * s->p[i];
    ck_assert_ok(nnblas_net_gradient(s->t->net, N, p->X, p->ldx, p->Y, p->ldy, r, &cost));
    for (size_t i = 0; i < PARAMETERS; i++)
        r[i] *= -s->scale;
    return s->scale * cost;
}

/* Scale makes the sum of the magnitudes of the first gradient 1 to 2. */
static plain_search begin_search(const training *t) {
    plain_search s = {.t = t, .scale = 1.0, .lambda = 1e-6, .k = 1, .success = true};
    double sum = 0.0;
    keep_parameters(t, s.W);
    evaluate(&s, 0.0, s.r);
    for (size_t i = 0; i < PARAMETERS; i++)
        sum += fabs(s.r[i]);
    s.scale = ldexp(1.0, -ilogb(sum));
    s.value = evaluate(&s, 0.0, s.r);
    memcpy(s.p, s.r, sizeof s.p);
    return s;
}

/* A direction that leads up is given up, where the article takes a step below 0. */
static bool begin_anew_if_up(plain_search *s) {
    if (!s->success || dot(s->p, s->r) > 0.0)
        return false;
    memcpy(s->p, s->r, sizeof s->p);
    s->lambda = 1e-6;
    s->k = 1;
    return true;
}

/* Steps 2 to 8. */
static void iterate(plain_search *s) {
    double r[PARAMETERS], squares = dot(s->p, s->p), mu = dot(s->p, s->r);
    if (s->success) {
        double sigma = 1e-4 / sqrt(squares);
        evaluate(s, sigma, r);
        s->delta = (mu - dot(s->p, r)) / sigma;
    }
    s->delta += (s->lambda - s->lambda_bar) * squares;
    if (s->delta <= 0.0) {
        s->lambda_bar = 2.0 * (s->lambda - s->delta / squares);
        s->delta = -s->delta + s->lambda * squares;
        s->lambda = s->lambda_bar;
    }
    double alpha = mu / s->delta, value = evaluate(s, alpha, r);
    double comparison = 2.0 * s->delta * (s->value - value) / (mu * mu);
    s->success = comparison > 0.0;
    if (s->success) {
        double beta = (dot(r, r) - dot(r, s->r)) / mu;
        memcpy(s->W, get_parameters(s->t), sizeof s->W);
        for (size_t i = 0; i < PARAMETERS; i++)
            s->p[i] = r[i] + (s->k % PARAMETERS == 0 ? 0.0 : beta * s->p[i]);
        memcpy(s->r, r, sizeof r);
        s->value = value;
        s->k++;
    }
    s->lambda_bar = s->success ? 0.0 : s->lambda;
    if (comparison >= 0.75)
        s->lambda *= 0.25;
    if (comparison < 0.25)
        s->lambda += s->delta * fmin(1.0 - comparison, 9.0) / squares;
}

/* Small weights make a cost that bends down, large ones steps that do not lower it. */
START_TEST(the_steps_are_those_of_the_article) {
    enum { EPOCHS = 10 }; /* from about 20 on, roundings have grown to other paths */
    size_t failures = 0, raised = 0, begun = 0;
    static const double SIZES[] = {0.1, 1.0, 8.0};
    for (size_t i = 0; i < 3; i++) {
        training t = make_training(NNBLAS_SCALED_CONJUGATE_GRADIENT, 1.0, 1),
                 plain = make_training(NNBLAS_GRADIENT_DESCENT, 1.0, 1);
        for (size_t j = 0; j < PARAMETERS; j++)
            get_parameters(&t)[j] = get_parameters(&plain)[j] *= SIZES[i];
        plain_search s = begin_search(&plain);
        size_t epochs = 0;
        while (epochs < EPOCHS) {
            double lambda = s.lambda;
            begun += begin_anew_if_up(&s);
            iterate(&s);
            epochs += s.success;
            failures += !s.success;
            raised += s.lambda > lambda;
        }
        ck_assert_ok(nnblas_trainer_set_epochs(t.trainer, epochs));
        ck_assert_ok(fit(&t));
        ck_assert_double_le(get_difference(PARAMETERS, get_parameters(&t), s.W), 1e-6);
        free_training(&t);
        free_training(&plain);
    }
    ck_assert_uint_gt(failures, 0);
    ck_assert_uint_gt(raised, failures);
    ck_assert_uint_gt(begun, 0);
}
END_TEST

/* After as many as there are parameters, a direction is that of the gradient. */
START_TEST(directions_begin_anew) {
    char path[64];
    snprintf(path, sizeof path, "conjugate.%ld.safetensors", (long)getpid());
    for (size_t epochs = PARAMETERS / 2; epochs <= 2 * PARAMETERS; epochs++) {
        training t = make_training(NNBLAS_SCALED_CONJUGATE_GRADIENT, 1.0, epochs);
        ck_assert_ok(nnblas_trainer_set_checkpoint(t.trainer, path, 1000));
        ck_assert_ok(fit(&t));
        uint64_t conjugate = get_saved_number(path, "conjugate");
        ck_assert_uint_lt(conjugate, PARAMETERS);
        for (size_t i = 0; conjugate == 0 && i < PARAMETERS; i++)
            ck_assert_double_eq(get_saved_element(path, "checkpoint.first", i),
                                -get_saved_element(path, "checkpoint.second", i));
        free_training(&t);
    }
    ck_assert_int_eq(unlink(path), 0);
}
END_TEST

/* ---- how far it goes ------------------------------------------------------------------------- */

static lbfgs_training make_search(const size_t *sizes, size_t n_sizes, kind k, size_t rows) {
    lbfgs_training t = make_lbfgs_training(sizes, n_sizes, k, rows);
    ck_assert_ok(nnblas_trainer_set_optimizer(t.trainer, NNBLAS_SCALED_CONJUGATE_GRADIENT));
    return t;
}

static lbfgs_training make_sine(double scale) {
    static const size_t SIZES[] = {1, 10, 1};
    const kind k = {.hidden = NNBLAS_TANH, .output = NNBLAS_IDENTITY};
    lbfgs_training t = make_search(SIZES, 3, k, 100);
    for (size_t e = 0; e < t.N; e++) {
        t.X[e] = -1.0 + 2.0 * (double)e / 99.0;
        t.Y[e] = scale * sin(6.283185307179586 * t.X[e]);
    }
    return t;
}

START_TEST(it_goes_further_than_rprop) {
    lbfgs_training t = make_sine(1.0), slow = make_sine(1.0);
    ck_assert_ok(nnblas_trainer_set_optimizer(slow.trainer, NNBLAS_RPROP));
    ck_assert_ok(nnblas_trainer_set_epochs(slow.trainer, 2000)); /* as many gradients */
    ck_assert_int_ge(fit_lbfgs(&t), 0);
    ck_assert_int_ge(fit_lbfgs(&slow), 0);
    ck_assert_double_le(get_cost(&t), 0.1 * get_cost(&slow));
    free_lbfgs_training(&t);
    free_lbfgs_training(&slow);
}
END_TEST

static void add_noise(lbfgs_training *t, uint64_t seed) {
    dice d = {seed};
    for (size_t i = 0; i < t->N * t->inputs; i++)
        t->X[i] = roll_uniform(&d, -1.0, 1.0);
    for (size_t i = 0; i < t->N * t->outputs; i++)
        t->Y[i] = roll_uniform(&d, -1.0, 1.0);
}

static lbfgs_training make_noisy(uint64_t seed) {
    const kind k = {.hidden = NNBLAS_TANH, .output = NNBLAS_SIGMOID, .cost = NNBLAS_MSE};
    lbfgs_training t = make_search((size_t[]){3, 4, 2}, 3, k, 60);
    add_noise(&t, seed);
    t.decay = 0.01;
    ck_assert_ok(nnblas_trainer_set_weight_decay(t.trainer, t.decay));
    ck_assert_ok(nnblas_trainer_set_epochs(t.trainer, 100000));
    ck_assert_ok(nnblas_trainer_set_scaled_conjugate_gradient(t.trainer, 0.0));
    return t;
}

/* The first gradient that is small enough ends it, and not one before. */
static void check_tolerance(double tolerance) {
    lbfgs_training t = make_noisy(8);
    double first = get_gradient_norm(&t, NULL);
    ck_assert_ok(nnblas_trainer_set_scaled_conjugate_gradient(t.trainer, tolerance));
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
    static const double TOLERANCES[] = {1e-2, 1e-4, 1e-6, 1e-9, 1e-12};
    for (size_t i = 0; i < 5; i++)
        check_tolerance(TOLERANCES[i]);
}
END_TEST

/* From output weights of 0, all that the library computes is scaled by the same power of 2 as Y. */
START_TEST(scaled_targets_give_the_same_bits) {
    static const double SCALES[] = {1.0, 0x1p13, 0x1p400, 0x1p-13, 0x1p-400};
    double expected[64];
    for (size_t i = 0; i < 5; i++) {
        lbfgs_training t = make_sine(SCALES[i]);
        size_t output = (size_t)(nnblas_net_weights(t.net, 2) - t.parameters);
        fill(t.parameter_count - output, t.parameters + output, 0.0);
        ck_assert_ok(nnblas_trainer_set_epochs(t.trainer, 40));
        ck_assert_ok(fit_lbfgs(&t));
        for (size_t j = output; j < t.parameter_count; j++)
            t.parameters[j] /= SCALES[i];
        if (i == 0)
            memcpy(expected, t.parameters, t.parameter_count * sizeof *expected);
        ck_assert(memcmp(expected, t.parameters, t.parameter_count * sizeof *expected) == 0);
        free_lbfgs_training(&t);
    }
}
END_TEST

/* ---- where it ends --------------------------------------------------------------------------- */

/* With the tolerance 0, it goes on until rounding hides what a step would gain. A resumed training
 * finds no lower cost either, and takes no epoch. */
START_TEST(no_lower_cost_is_no_convergence) {
    char path[64];
    snprintf(path, sizeof path, "scaled_conjugate_gradient.%ld.safetensors", (long)getpid());
    double W[64];
    size_t epochs = 0;
    for (int is_resumed = 0; is_resumed < 3; is_resumed++) {
        lbfgs_training t = make_noisy(8);
        double first = get_gradient_norm(&t, NULL);
        ck_assert_ok(nnblas_trainer_set_checkpoint(t.trainer, path, 1000000));
        if (is_resumed)
            ck_assert_ok(nnblas_trainer_resume(t.trainer, path));
        ck_assert_int_eq(fit_lbfgs(&t), NNBLAS_STOPPED_DAMPING);
        ck_assert_double_le(get_gradient_norm(&t, NULL), 1e-13 * first);
        if (!is_resumed) {
            memcpy(W, t.parameters, t.parameter_count * sizeof *W);
            epochs = nnblas_trainer_history_count(t.trainer);
        }
        ck_assert(memcmp(W, t.parameters, t.parameter_count * sizeof *W) == 0);
        ck_assert_uint_eq(nnblas_trainer_history_count(t.trainer), epochs);
        free_lbfgs_training(&t);
    }
    ck_assert_int_eq(unlink(path), 0);
}
END_TEST

/* Weights that the decay draws to 0 have a gradient that may fall for ever, which counts for
 * nothing beside the biases. */
START_TEST(steps_that_count_for_nothing_end_it) {
    for (uint64_t seed = 0; seed < 120; seed++) {
        lbfgs_training t = make_noisy(seed);
        ck_assert_int_gt(fit_lbfgs(&t), NNBLAS_OK);
        free_lbfgs_training(&t);
    }
}
END_TEST

/* The gradient leads from weights of 0.1 to where the cost is infinite. */
START_TEST(a_step_may_overflow) {
    lbfgs_training t = make_search((size_t[]){2, 1}, 2, (kind){.output = NNBLAS_IDENTITY}, 3);
    fill(2 * t.N, t.X, 1.2e154);
    fill(t.N, t.Y, 1.0);
    fill(2, t.parameters, 0.1);
    double first = get_cost(&t);
    ck_assert(isfinite(first));
    ck_assert_int_ge(fit_lbfgs(&t), 0);
    ck_assert_double_lt(get_cost(&t), 1e-3 * first);
    ck_assert(are_finite(t.parameter_count, t.parameters));
    free_lbfgs_training(&t);
}
END_TEST

/* Of either sign: the likelihood of a density may make costs below 0. */
START_TEST(values_are_equal_but_for_rounding) {
    static const double LOWEST[] = {2.0, -2.0, 0.0};
    for (size_t i = 0; i < 3; i++) {
        double lowest = LOWEST[i], near = lowest * (1.0 + 1e-15), far = lowest - 1e-10;
        ck_assert_double_eq(nn_objective_round(near, lowest), lowest);
        ck_assert_double_eq(nn_objective_round(far, lowest), far);
    }
    ck_assert(isinf(nn_objective_round((double)INFINITY, 1.0)));
}
END_TEST

/* Outputs that are right: the gradient is 0, and no step is taken. */
START_TEST(a_gradient_of_zero_has_converged) {
    lbfgs_training t = make_search((size_t[]){2, 1}, 2, (kind){.output = NNBLAS_IDENTITY}, 2);
    memcpy(t.X, (const double[]){1, 2, 3, 4}, 4 * sizeof *t.X);
    memcpy(t.Y, (const double[]){5, 11}, 2 * sizeof *t.Y);
    memcpy(t.parameters, (const double[]){1, 2, 0}, 3 * sizeof *t.parameters);
    ck_assert_ok(nnblas_trainer_set_scaled_conjugate_gradient(t.trainer, 0.0));
    ck_assert_int_eq(fit_lbfgs(&t), NNBLAS_STOPPED_CONVERGED);
    ck_assert_uint_eq(nnblas_trainer_history_count(t.trainer), 0);
    free_lbfgs_training(&t);
}
END_TEST

/* It takes all rows, whatever the batch size is, and the costs are those after the steps. */
START_TEST(epochs_are_steps_over_all_rows) {
    training t = make_training(NNBLAS_SCALED_CONJUGATE_GRADIENT, 1.0, 10),
             cut = make_training(NNBLAS_SCALED_CONJUGATE_GRADIENT, 1e9, 10);
    ck_assert_ok(nnblas_trainer_set_batch_size(cut.trainer, 7));
    ck_assert_ok(nnblas_trainer_set_adaptive_schedule(cut.trainer, 1, 0.5, 1e9));
    ck_assert_ok(fit(&t));
    ck_assert_ok(fit(&cut));
    ck_assert(has_parameters(&cut, get_parameters(&t)));
    for (size_t e = 1; e < 10; e++) {
        ck_assert_double_lt(get_epoch(t.trainer, e).cost, get_epoch(t.trainer, e - 1).cost);
        ck_assert_double_gt(get_rate(&t, e), 0.0);
    }
    double last;
    ck_assert_ok(nnblas_net_evaluate(t.net, N, t.p.X, t.p.ldx, t.p.Y, t.p.ldy, &last));
    ck_assert_double_eq_tol(get_epoch(t.trainer, 9).cost, last, 1e-14);
    ck_assert_ok(nnblas_trainer_set_desired_cost(t.trainer, 1.01 * last));
    ck_assert_int_eq(fit(&t), NNBLAS_STOPPED_COST);
    ck_assert_uint_eq(nnblas_trainer_history_count(t.trainer), 0);
    free_training(&t);
    free_training(&cut);
}
END_TEST

int main(void) {
    const TTest *const tests[] = {
        the_steps_are_those_of_the_article,  directions_begin_anew,
        it_goes_further_than_rprop,          the_tolerance_is_relative_to_the_first_gradient,
        scaled_targets_give_the_same_bits,   no_lower_cost_is_no_convergence,
        steps_that_count_for_nothing_end_it, a_step_may_overflow,
        values_are_equal_but_for_rounding,   a_gradient_of_zero_has_converged,
        epochs_are_steps_over_all_rows,
    };
    return run_tests("scaled_conjugate_gradient", tests, sizeof tests / sizeof *tests);
}
