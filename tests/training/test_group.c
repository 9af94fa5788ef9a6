/* SPDX-License-Identifier: BSD-3-Clause */
/* The ranks of a group train as one process does that has all rows, whatever their shares. */
#include "support/group_training.h"

#include <stdlib.h>

static const size_t SIZES[] = {5, 9, 4, 3}, N_ROWS = 83;
static const size_t SMALL[] = {4, 3, 2};
static const size_t ONE_HAS_NONE[] = {3, 0, 1}, ONE_HAS_ALMOST_ALL[] = {1, 40, 1, 2},
                    FIRST_HAS_NONE[] = {0, 5, 3, 0, 2};

static problem make_of(const size_t *sizes, size_t n_sizes, unsigned flags) {
    dice d = {flags + 7};
    const kind k = {NNBLAS_TANH, NNBLAS_IDENTITY, NNBLAS_MSE, flags};
    problem p = make_problem_of(&d, k, N_ROWS, sizes, n_sizes, 2);
    /* Small enough for all optimizers to go down. */
    for (size_t i = 0; i < p.parameter_count; i++)
        p.parameters[i] *= 0.3;
    return p;
}

static problem make(unsigned flags) {
    return make_of(SIZES, 4, flags);
}

/* Equal shares of 1 to 8 ranks, and others. */
static void check_all_shares(const group_recipe *recipe, double tolerance) {
    for (size_t ranks = 1; ranks <= MAX_RANKS; ranks++)
        check_group(recipe, ranks, NULL, tolerance);
    check_group(recipe, 3, ONE_HAS_NONE, tolerance);
    check_group(recipe, 4, ONE_HAS_ALMOST_ALL, tolerance);
    check_group(recipe, 5, FIRST_HAS_NONE, tolerance);
}

/* ---- full batch ------------------------------------------------------------------------------ */

static nnblas_optimizer optimizer;
static size_t epochs, batch_size;
static double
    decay; /* of the weights: with some, the cost has one lowest point, and all ways lead there */

static void set_up(nnblas_trainer *t, size_t rank) {
    (void)rank;
    ck_assert_ok(nnblas_trainer_set_optimizer(t, optimizer));
    ck_assert_ok(
        nnblas_trainer_set_learning_rate(t, optimizer == NNBLAS_GRADIENT_DESCENT ? 0.1 : 0.01));
    ck_assert_ok(nnblas_trainer_set_epochs(t, epochs));
    ck_assert_ok(nnblas_trainer_set_batch_size(t, batch_size));
    ck_assert_ok(nnblas_trainer_set_seed(t, 5));
    ck_assert_ok(nnblas_trainer_set_weight_decay(t, decay));
}

/* After one step of descent the parameters differ by the gradient. */
START_TEST(the_gradient_is_that_of_one_process) {
    for (unsigned flags = 0; flags <= (NNBLAS_BIAS | NNBLAS_SKIP); flags++) {
        problem p = make(flags);
        const group_recipe recipe = {.p = &p, .set_up = set_up};
        optimizer = NNBLAS_GRADIENT_DESCENT;
        epochs = 1;
        batch_size = 0;
        check_all_shares(&recipe, 1e-12);
        free_problem(&p);
    }
}
END_TEST

/* Its layers are added up one after the other. */
START_TEST(large_layers_are_added_up_apart) {
    static const size_t LARGE[] = {120, 90, 100, 3};
    problem p = make_of(LARGE, 4, NNBLAS_BIAS);
    const group_recipe recipe = {.p = &p, .set_up = set_up};
    optimizer = NNBLAS_ADAM;
    epochs = 3;
    for (batch_size = 0; batch_size <= 20; batch_size += 20) {
        check_group(&recipe, 2, NULL, 1e-9);
        check_group(&recipe, 3, ONE_HAS_NONE, 1e-9);
    }
    free_problem(&p);
}
END_TEST

static void check_optimizers(size_t batch) {
    static const nnblas_optimizer OPTIMIZERS[] = {NNBLAS_GRADIENT_DESCENT, NNBLAS_MOMENTUM,
                                                  NNBLAS_NESTEROV, NNBLAS_ADAM};
    problem p = make(NNBLAS_BIAS);
    const group_recipe recipe = {.p = &p, .set_up = set_up};
    epochs = 50;
    batch_size = batch;
    for (size_t i = 0; i < sizeof OPTIMIZERS / sizeof *OPTIMIZERS; i++) {
        optimizer = OPTIMIZERS[i];
        check_all_shares(&recipe, 1e-9);
    }
    free_problem(&p);
}

START_TEST(steps_over_all_rows_are_those_of_one_process) {
    check_optimizers(0);
}
END_TEST

/* Batches of 3 rows: many ranks have none of them. 83 rows: the last batch is shorter. */
START_TEST(steps_over_batches_are_those_of_one_process) {
    check_optimizers(3);
    check_optimizers(32);
}
END_TEST

/* Searches for the lowest cost of all rows. */
START_TEST(searches_go_as_in_one_process) {
    static const nnblas_optimizer SEARCHES[] = {NNBLAS_LBFGS, NNBLAS_LEVENBERG_MARQUARDT,
                                                NNBLAS_SCALED_CONJUGATE_GRADIENT};
    problem p = make_of(SMALL, 3, NNBLAS_BIAS);
    const group_recipe recipe = {.p = &p, .set_up = set_up};
    epochs = 50;
    batch_size = 0;
    for (size_t i = 0; i < 3; i++) {
        optimizer = SEARCHES[i];
        decay = optimizer == NNBLAS_LEVENBERG_MARQUARDT ? 0.02 : 0.1;
        if (optimizer != NNBLAS_LBFGS || nnblas_has(NNBLAS_FEATURE_LBFGS))
            check_all_shares(&recipe, 1e-9);
    }
    free_problem(&p);
}
END_TEST

/* The signs of gradients near 0 are not continuous: RPROP for a few steps. */
START_TEST(resilient_steps_are_those_of_one_process) {
    problem p = make(NNBLAS_BIAS);
    const group_recipe recipe = {.p = &p, .set_up = set_up};
    optimizer = NNBLAS_RPROP;
    epochs = 5;
    batch_size = 0;
    check_all_shares(&recipe, 1e-9);
    free_problem(&p);
}
END_TEST

int main(void) {
    const TTest *const tests[] = {the_gradient_is_that_of_one_process,
                                  large_layers_are_added_up_apart,
                                  steps_over_all_rows_are_those_of_one_process,
                                  steps_over_batches_are_those_of_one_process,
                                  searches_go_as_in_one_process,
                                  resilient_steps_are_those_of_one_process};
    return run_tests("group", tests, sizeof tests / sizeof *tests);
}
