/* SPDX-License-Identifier: BSD-3-Clause */
/* Ordered sums: the ranks of a group have the bits of one process. */
#include "support/group_training.h"

#include <stdlib.h>
#include <string.h>

/* Several parts, the last of which is shorter. */
static const size_t SIZES[] = {20, 16, 12, 3}, N_ROWS = 5003;

static nnblas_optimizer optimizer;

static void set_up(nnblas_trainer *t, size_t rank) {
    (void)rank;
    ck_assert_ok(nnblas_trainer_set_optimizer(t, optimizer));
    ck_assert_ok(nnblas_trainer_set_learning_rate(t, 0.05));
    ck_assert_ok(nnblas_trainer_set_epochs(t, 12));
}

/* Whole parts of so many rows for each rank. */
static void share_out(const problem *p, size_t N, size_t ranks, size_t *shares) {
    nnblas_net *net = make_net(p);
    size_t end = 0;
    for (size_t r = 0; r < ranks; r++) {
        const nnblas_group group = {.rank = r, .ranks = ranks};
        size_t first;
        ck_assert_ok(nnblas_group_share(net, N, p->weights != NULL, &group, &first, &shares[r]));
        ck_assert_uint_eq(first, end);
        end += shares[r];
    }
    ck_assert_uint_eq(end, N);
    nnblas_net_destroy(net);
}

static void check_bits(const group_recipe *recipe) {
    static const size_t RANKS[] = {1, 2, 3, 8};
    for (size_t i = 0; i < sizeof RANKS / sizeof *RANKS; i++) {
        size_t shares[MAX_RANKS];
        share_out(recipe->p, recipe->p->N, RANKS[i], shares);
        check_group(recipe, RANKS[i], shares, 0.0);
    }
}

START_TEST(every_optimizer_has_the_bits_of_one_process) {
    static const nnblas_optimizer OPTIMIZERS[] = {
        NNBLAS_GRADIENT_DESCENT,          NNBLAS_MOMENTUM, NNBLAS_NESTEROV, NNBLAS_ADAM,
        NNBLAS_SCALED_CONJUGATE_GRADIENT, NNBLAS_RPROP,    NNBLAS_LBFGS};
    dice d = {3};
    const kind k = {NNBLAS_TANH, NNBLAS_IDENTITY, NNBLAS_MSE, NNBLAS_BIAS};
    problem p = make_problem_of(&d, k, N_ROWS, SIZES, 4, 0);
    size_t count = sizeof OPTIMIZERS / sizeof *OPTIMIZERS;
    const group_recipe recipe = {.p = &p, .set_up = set_up, .ordered = 1};
    for (size_t i = 0; i < count - !nnblas_has(NNBLAS_FEATURE_LBFGS); i++) {
        optimizer = OPTIMIZERS[i];
        check_bits(&recipe);
    }
    free_problem(&p);
}
END_TEST

/* Padded, transposed and plain layouts of the sums of a part. */
START_TEST(layouts_weights_and_biases_make_no_difference) {
    static const size_t WIDTHS[] = {1, 5, 8, 30};
    dice d = {4};
    optimizer = NNBLAS_GRADIENT_DESCENT;
    for (size_t i = 0; i < 8; i++) {
        const kind k = {NNBLAS_SIGMOID, NNBLAS_SIGMOID, NNBLAS_MSE, i % 4};
        const size_t sizes[] = {i < 4 ? 40 : 3, WIDTHS[i % 4], 4};
        problem p = make_problem_of(&d, k, 20011, sizes, 3, i % 3);
        if (i % 2)
            weigh_rows(&d, &p);
        for (size_t e = 0; p.weights && e < p.N; e++)
            p.weights[e] += 0.25;
        const group_recipe recipe = {.p = &p, .set_up = set_up, .ordered = 1};
        check_bits(&recipe);
        free_problem(&p);
    }
}
END_TEST

static void set_up_stopping(nnblas_trainer *t, size_t rank) {
    set_up(t, rank);
    ck_assert_ok(nnblas_trainer_set_score(t, NNBLAS_SCORE_R2));
    ck_assert_ok(nnblas_trainer_set_patience(t, 3));
    ck_assert_ok(nnblas_trainer_set_epochs(t, 60));
}

START_TEST(validation_rows_are_on_one_rank) {
    dice d = {5};
    const kind k = {NNBLAS_TANH, NNBLAS_IDENTITY, NNBLAS_MSE, NNBLAS_BIAS};
    problem p = make_problem_of(&d, k, N_ROWS, SIZES, 4, 0),
            v = make_problem_of(&d, k, 301, SIZES, 4, 0);
    const group_recipe recipe = {
        .p = &p, .validation = &v, .set_up = set_up_stopping, .ordered = 1};
    optimizer = NNBLAS_ADAM;
    check_bits(&recipe);
    free_problem(&p);
    free_problem(&v);
}
END_TEST

/* ---- refused --------------------------------------------------------------------------------- */

static void set_up_batches(nnblas_trainer *t, size_t rank) {
    set_up(t, rank);
    ck_assert_ok(nnblas_trainer_set_batch_size(t, 100));
}

static void set_up_fraction(nnblas_trainer *t, size_t rank) {
    set_up(t, rank);
    ck_assert_ok(nnblas_trainer_set_validation_fraction(t, 0.2));
}

static void check_refused(const group_recipe *recipe, const size_t *shares, const char *words) {
    group_outcome o = train_in_group(recipe, 2, shares);
    for (size_t r = 0; r < 2; r++) {
        ck_assert_int_eq(o.rank[r].status, NNBLAS_ERROR_VALUE);
        ck_assert_msg(strstr(o.rank[r].message, words), "rank %zu: %s", r, o.rank[r].message);
    }
    free_group_outcome(&o);
}

START_TEST(what_has_no_order_is_refused) {
    dice d = {6};
    problem p = make_problem(&d, N_ROWS, SIZES, 4, 0);
    group_recipe recipe = {.p = &p, .set_up = set_up, .ordered = 1};
    size_t shares[2] = {1, N_ROWS - 1};
    optimizer = NNBLAS_GRADIENT_DESCENT;
    check_refused(&recipe, shares, "rank 0: ordered sums need whole parts of");
    share_out(&p, N_ROWS, 2, shares);
    recipe.set_up = set_up_batches;
    check_refused(&recipe, shares, "set batch_size to 0");
    recipe.set_up = set_up_fraction;
    check_refused(&recipe, shares, "set the validation fraction to 0");
    recipe.set_up = set_up;
    optimizer = NNBLAS_LEVENBERG_MARQUARDT;
    check_refused(&recipe, shares, "another optimizer than Levenberg-Marquardt");
    optimizer = NNBLAS_GRADIENT_DESCENT;
    weigh_rows(&d, &p);
    for (size_t e = 0; e < p.N; e++)
        p.weights[e] = e != p.N - 1;
    check_refused(&recipe, shares, "rank 1: ordered sums need sample weights above 0");
    free_problem(&p);
}
END_TEST

START_TEST(one_part_cannot_be_shared_out) {
    dice d = {7};
    problem p = make_problem(&d, 20, SIZES, 4, 0);
    const group_recipe recipe = {.p = &p, .set_up = set_up, .ordered = 1};
    const nnblas_group group = {.rank = 0, .ranks = 2};
    nnblas_net *net = make_net(&p);
    size_t first = 7, count = 7;
    ck_assert_int_eq(nnblas_group_share(net, 20, 0, &group, &first, &count), NNBLAS_ERROR_VALUE);
    ck_assert_uint_eq(first, 7);
    ck_assert_uint_eq(count, 7);
    optimizer = NNBLAS_GRADIENT_DESCENT;
    check_refused(&recipe, NULL, "in one part");
    nnblas_net_destroy(net);
    free_problem(&p);
}
END_TEST

/* ---- shares ---------------------------------------------------------------------------------- */

START_TEST(equal_shares_differ_by_one_row) {
    for (size_t N = 0; N < 20; N++)
        for (size_t ranks = 1; ranks < 8; ranks++) {
            size_t end = 0;
            for (size_t r = 0; r < ranks; r++) {
                const nnblas_group group = {.rank = r, .ranks = ranks};
                size_t first, count;
                ck_assert_ok(nnblas_group_share(NULL, N, 0, &group, &first, &count));
                ck_assert_uint_eq(first, end);
                ck_assert(count == N / ranks || count == N / ranks + 1);
                end += count;
            }
            ck_assert_uint_eq(end, N);
        }
}
END_TEST

int main(void) {
    const TTest *const tests[] = {every_optimizer_has_the_bits_of_one_process,
                                  layouts_weights_and_biases_make_no_difference,
                                  validation_rows_are_on_one_rank,
                                  what_has_no_order_is_refused,
                                  one_part_cannot_be_shared_out,
                                  equal_shares_differ_by_one_row};
    return run_tests("group_order", tests, sizeof tests / sizeof *tests);
}
