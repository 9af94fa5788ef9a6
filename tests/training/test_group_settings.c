/* SPDX-License-Identifier: BSD-3-Clause */
/* Whatever a training is set to, the ranks of a group train as one process does. */
#include "support/group_training.h"

#include <stdlib.h>

static const size_t SIZES[] = {5, 7, 3};
static const size_t UNEVEN[] = {2, 0, 5, 1, 9};

typedef void setting(nnblas_trainer *t);
static setting *set;
static nnblas_optimizer optimizer;
static size_t batch_size;

static void set_up(nnblas_trainer *t, size_t rank) {
    (void)rank;
    ck_assert_ok(nnblas_trainer_set_optimizer(t, optimizer));
    ck_assert_ok(nnblas_trainer_set_learning_rate(t, 0.02));
    ck_assert_ok(nnblas_trainer_set_epochs(t, 30));
    ck_assert_ok(nnblas_trainer_set_batch_size(t, batch_size));
    ck_assert_ok(nnblas_trainer_set_weight_decay(t, 0.01));
    if (set)
        set(t);
}

static problem make(kind k, size_t N) {
    dice d = {k.flags + 3};
    problem p = make_problem_of(&d, k, N, SIZES, 3, 1);
    for (size_t i = 0; i < p.parameter_count; i++)
        p.parameters[i] *= 0.3;
    return p;
}

static const kind REGRESSION = {NNBLAS_TANH, NNBLAS_IDENTITY, NNBLAS_MSE, NNBLAS_BIAS},
                  CLASSES = {NNBLAS_TANH, NNBLAS_SOFTMAX, NNBLAS_CROSS_ENTROPY, NNBLAS_BIAS};

/* Full batches and mini-batches of 7, by few and many ranks. */
static void check(const group_recipe *recipe) {
    for (size_t i = 0; i < 2; i++) {
        batch_size = i > 0 ? 7 : 0;
        check_group(recipe, 2, NULL, 1e-9);
        check_group(recipe, 5, UNEVEN, 1e-9);
        check_group(recipe, 8, NULL, 1e-9);
    }
}

static void check_setting(setting *some, kind k) {
    problem p = make(k, 61);
    const group_recipe recipe = {.p = &p, .set_up = set_up, .has_schedule = true};
    set = some;
    optimizer = NNBLAS_ADAM;
    check(&recipe);
    free_problem(&p);
}

/* ---- steps ----------------------------------------------------------------------------------- */

static void set_l1(nnblas_trainer *t) {
    ck_assert_ok(nnblas_trainer_set_l1(t, 0.003));
}

static void set_mask(nnblas_trainer *t) {
    size_t count = nnblas_net_parameter_count(nnblas_trainer_net(t));
    uint8_t *mask = malloc(count);
    for (size_t i = 0; i < count; i++)
        mask[i] = i % 3 != 0;
    ck_assert_ok(nnblas_trainer_set_mask(t, mask));
    free(mask);
}

static void set_plateaus(nnblas_trainer *t) {
    ck_assert_ok(nnblas_trainer_set_validation_fraction(t, 0.3));
    ck_assert_ok(nnblas_trainer_set_tolerance(t, 0.01));
    ck_assert_ok(nnblas_trainer_set_plateau_schedule(t, 2, 0.5));
}

static void set_cosine(nnblas_trainer *t) {
    ck_assert_ok(nnblas_trainer_set_cosine_schedule(t, 1e-4));
}

static void set_in_order(nnblas_trainer *t) {
    ck_assert_ok(nnblas_trainer_set_shuffle(t, 0));
    ck_assert_ok(nnblas_trainer_set_desired_cost(t, 1e-3));
}

START_TEST(settings_of_steps_are_those_of_all_ranks) {
    check_setting(set_l1, REGRESSION);
    check_setting(set_mask, REGRESSION);
    check_setting(set_plateaus, REGRESSION);
    check_setting(set_cosine, CLASSES);
    check_setting(set_in_order, REGRESSION);
}
END_TEST

/* ---- validation ------------------------------------------------------------------------------ */

static void stop_early(nnblas_trainer *t) {
    ck_assert_ok(nnblas_trainer_set_patience(t, 2));
    ck_assert_ok(nnblas_trainer_set_epochs(t, 200));
}

static void set_accuracy(nnblas_trainer *t) {
    ck_assert_ok(nnblas_trainer_set_validation_fraction(t, 0.25));
    ck_assert_ok(nnblas_trainer_set_score(t, NNBLAS_SCORE_ACCURACY));
    stop_early(t);
}

static void set_fraction(nnblas_trainer *t) {
    ck_assert_ok(nnblas_trainer_set_validation_fraction(t, 0.25));
    stop_early(t);
}

static void set_determination(nnblas_trainer *t) {
    ck_assert_ok(nnblas_trainer_set_score(t, NNBLAS_SCORE_R2));
    stop_early(t);
}

START_TEST(a_fraction_of_all_rows_validates) {
    check_setting(set_fraction, REGRESSION);
    check_setting(set_accuracy, CLASSES);
}
END_TEST

START_TEST(validation_rows_of_all_ranks_count) {
    problem p = make(REGRESSION, 61), v = make(REGRESSION, 23);
    const group_recipe recipe = {.p = &p, .validation = &v, .set_up = set_up};
    optimizer = NNBLAS_ADAM;
    set = set_determination;
    check(&recipe);
    set = stop_early;
    check(&recipe);
    free_problem(&p);
    free_problem(&v);
}
END_TEST

/* ---- weights and derivatives ----------------------------------------------------------------- */

/* Some rows weigh nothing: on one rank all of them. */
static void give_weights(dice *d, problem *p) {
    weigh_rows(d, p);
    for (size_t e = 0; e < p->N; e++)
        p->weights[e] = e % 4 == 0 || e < p->N / 8 ? 0.0 : 0.5 + 100.0 * p->weights[e];
}

START_TEST(weights_of_rows_are_those_of_all) {
    dice d = {8};
    problem p = make(REGRESSION, 97), v = make(REGRESSION, 41);
    give_weights(&d, &p);
    give_weights(&d, &v);
    group_recipe recipe = {.p = &p, .set_up = set_up};
    static setting *const SETTINGS[] = {NULL, set_fraction, stop_early, set_determination};
    for (size_t i = 0; i < 4; i++) {
        set = SETTINGS[i];
        recipe.validation = i < 2 ? NULL : &v;
        optimizer = NNBLAS_MOMENTUM;
        check(&recipe);
    }
    set = NULL;
    recipe.validation = NULL;
    optimizer = NNBLAS_LEVENBERG_MARQUARDT;
    check(&recipe);
    free_problem(&p);
    free_problem(&v);
}
END_TEST

START_TEST(derivatives_are_those_of_all_rows) {
    dice d = {9};
    problem p = make(REGRESSION, 61);
    double *dYdX = allocate_doubles(p.N * 15);
    for (size_t i = 0; i < p.N * 15; i++)
        dYdX[i] = roll_uniform(&d, -1.0, 1.0);
    const group_recipe recipe = {.p = &p, .dYdX = dYdX, .set_up = set_up};
    set = NULL;
    optimizer = NNBLAS_ADAM;
    check(&recipe);
    free(dYdX);
    free_problem(&p);
}
END_TEST

/* ---- Bayesian regularisation ----------------------------------------------------------------- */

static void set_bayesian(nnblas_trainer *t) {
    ck_assert_ok(nnblas_trainer_set_weight_decay(t, 0.0));
    ck_assert_ok(nnblas_trainer_set_bayesian(t, 1));
    ck_assert_ok(nnblas_trainer_set_posterior(t, 1));
    ck_assert_ok(nnblas_trainer_set_epochs(t, 15));
}

START_TEST(the_evidence_is_that_of_all_rows) {
    static const size_t SMALL[] = {3, 3, 1};
    dice d = {10};
    problem p = make_problem_of(&d, REGRESSION, 150, SMALL, 3, 0);
    for (size_t e = 0; e < p.N; e++)
        p.Y[e] = p.X[3 * e] + 0.3 * p.X[3 * e + 1] * p.X[3 * e + 2] + 0.1 * p.Y[e];
    const group_recipe recipe = {.p = &p, .set_up = set_up};
    set = set_bayesian;
    optimizer = NNBLAS_LEVENBERG_MARQUARDT;
    batch_size = 0;
    check_group(&recipe, 2, NULL, 1e-9);
    check_group(&recipe, 5, UNEVEN, 1e-9);
    free_problem(&p);
}
END_TEST

int main(void) {
    const TTest *const tests[] = {
        settings_of_steps_are_those_of_all_ranks, a_fraction_of_all_rows_validates,
        validation_rows_of_all_ranks_count,       weights_of_rows_are_those_of_all,
        derivatives_are_those_of_all_rows,        the_evidence_is_that_of_all_rows};
    size_t count = sizeof tests / sizeof *tests;
    return run_tests("group_settings", tests,
                     nnblas_has(NNBLAS_FEATURE_LAPACK) ? count : count - 1);
}
