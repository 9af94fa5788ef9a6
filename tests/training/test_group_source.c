/* SPDX-License-Identifier: BSD-3-Clause */
/* The ranks of a group, each with rows from a source of its own, train as one process does that has
 * all rows in arrays. */
#include "support/group_training.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const size_t SIZES[] = {4, 3, 2};
static const size_t UNEQUAL[] = {1, 6, 2}, NONE_IN_ONE[] = {0, 2, 1}, ALL_IN_ONE[] = {0, 0, 1};

static problem make(size_t N, uint64_t seed) {
    dice d = {seed};
    const kind k = {NNBLAS_TANH, NNBLAS_IDENTITY, NNBLAS_MSE, NNBLAS_BIAS};
    problem p = make_problem_of(&d, k, N, SIZES, 3, 2);
    for (size_t i = 0; i < p.parameter_count; i++)
        p.parameters[i] *= 0.3;
    return p;
}

static nnblas_optimizer optimizer;
static size_t epochs, batch_size;
static nnblas_score score;

static void choose(nnblas_optimizer new_optimizer, size_t new_epochs, size_t new_batch_size) {
    optimizer = new_optimizer;
    epochs = new_epochs;
    batch_size = new_batch_size;
    score = NNBLAS_SCORE_NONE;
}

static void set_up(nnblas_trainer *t, size_t rank) {
    (void)rank;
    bool searches = optimizer == NNBLAS_LBFGS || optimizer == NNBLAS_LEVENBERG_MARQUARDT ||
                    optimizer == NNBLAS_SCALED_CONJUGATE_GRADIENT;
    ck_assert_ok(nnblas_trainer_set_optimizer(t, optimizer));
    ck_assert_ok(nnblas_trainer_set_learning_rate(t, 0.01));
    ck_assert_ok(nnblas_trainer_set_epochs(t, epochs));
    ck_assert_ok(nnblas_trainer_set_batch_size(t, batch_size));
    ck_assert_ok(nnblas_trainer_set_shuffle(t, 0));
    ck_assert_ok(nnblas_trainer_set_score(t, score));
    ck_assert_ok(nnblas_trainer_set_weight_decay(t, searches ? 0.1 : 0.0));
}

/* ---- the same as in arrays ------------------------------------------------------------------- */

static void check_optimizers(bool has_weights) {
    static const nnblas_optimizer OPTIMIZERS[] = {NNBLAS_GRADIENT_DESCENT, NNBLAS_ADAM,
                                                  NNBLAS_LBFGS, NNBLAS_LEVENBERG_MARQUARDT,
                                                  NNBLAS_SCALED_CONJUGATE_GRADIENT};
    static const size_t BLOCKS[] = {1, 8, 1000};
    problem p = make(83, 3);
    dice d = {5};
    if (has_weights)
        weigh_rows(&d, &p);
    /* The ranks have largest weights of their own. */
    for (size_t e = 0; has_weights && e < 20; e++)
        p.weights[e] *= 1e-3;
    for (size_t i = 0; i < sizeof OPTIMIZERS / sizeof *OPTIMIZERS; i++)
        for (size_t b = 0; b < 3 && has_optimizer(OPTIMIZERS[i]); b++) {
            const group_recipe recipe = {.p = &p, .set_up = set_up, .block_rows = BLOCKS[b]};
            choose(OPTIMIZERS[i], 30, 0);
            check_group(&recipe, 1, NULL, 1e-8);
            check_group(&recipe, 2, NULL, 1e-8);
            check_group(&recipe, 3, UNEQUAL, 1e-8);
            check_group(&recipe, 3, NONE_IN_ONE, 1e-8);
        }
    free_problem(&p);
}

START_TEST(steps_over_all_rows_are_those_of_arrays) {
    check_optimizers(false);
}
END_TEST

START_TEST(weights_count_as_in_arrays) {
    check_optimizers(true);
}
END_TEST

/* Of rank 1 of 3. */
START_TEST(a_rank_may_have_no_weight) {
    problem p = make(84, 8), validation = make(33, 4);
    dice d = {5};
    weigh_rows(&d, &p);
    weigh_rows(&d, &validation);
    for (size_t e = 28; e < 56; e++)
        p.weights[e] = 0.0;
    for (size_t e = 11; e < 22; e++)
        validation.weights[e] = 0.0;
    const group_recipe recipe = {.p = &p, .set_up = set_up, .block_rows = 8},
                       validated = {
                           .p = &p, .validation = &validation, .set_up = set_up, .block_rows = 8};
    choose(NNBLAS_LEVENBERG_MARQUARDT, 10, 0);
    if (has_optimizer(optimizer))
        check_group(&recipe, 3, NULL, 1e-8);
    choose(NNBLAS_SCALED_CONJUGATE_GRADIENT, 10, 0);
    check_group(&recipe, 3, NULL, 1e-8);
    choose(NNBLAS_ADAM, 10, 0);
    check_group(&recipe, 3, NULL, 1e-8);
    score = NNBLAS_SCORE_R2;
    check_group(&validated, 3, NULL, 1e-8);
    free_problem(&p);
    free_problem(&validation);
}
END_TEST

START_TEST(validation_rows_are_those_of_all_ranks) {
    static const nnblas_score SCORES[] = {NNBLAS_SCORE_NONE, NNBLAS_SCORE_R2};
    problem p = make(83, 3), validation = make(31, 4);
    choose(NNBLAS_ADAM, 20, 0);
    for (size_t s = 0; s < 2; s++) {
        const group_recipe recipe = {
            .p = &p, .validation = &validation, .set_up = set_up, .block_rows = 7};
        score = SCORES[s];
        check_group(&recipe, 2, NULL, 1e-9);
        check_group(&recipe, 3, UNEQUAL, 1e-9);
        check_group(&recipe, 3, ALL_IN_ONE, 1e-9);
    }
    free_problem(&p);
    free_problem(&validation);
}
END_TEST

/* ---- mini-batches ---------------------------------------------------------------------------- */

/* Its rows in another order. */
static problem order_rows(const problem *p, const size_t *rows) {
    problem ordered = *p;
    size_t inputs = SIZES[0], labels = SIZES[2];
    ordered.ldx = inputs;
    ordered.ldy = labels;
    ordered.X = malloc(p->N * inputs * sizeof(double));
    ordered.Y = malloc(p->N * labels * sizeof(double));
    for (size_t r = 0; r < p->N; r++) {
        memcpy(ordered.X + r * inputs, p->X + rows[r] * p->ldx, inputs * sizeof(double));
        memcpy(ordered.Y + r * labels, p->Y + rows[r] * p->ldy, labels * sizeof(double));
    }
    return ordered;
}

/* The ranks train as one process that takes the rows in this order. */
static void check_order(const size_t *rows, const size_t *shares, size_t ranks, size_t N,
                        size_t batch, size_t block_rows) {
    problem p = make(N, 6), ordered = order_rows(&p, rows);
    const group_recipe alone = {.p = &ordered, .set_up = set_up},
                       recipe = {.p = &p, .set_up = set_up, .block_rows = block_rows};
    choose(NNBLAS_ADAM, 10, batch);
    outcome expected = train_alone(&alone);
    group_outcome found = train_in_group(&recipe, ranks, shares);
    for (size_t r = 0; r < ranks; r++) {
        ck_assert_int_eq(found.rank[r].status, NNBLAS_OK);
        for (size_t i = 0; i < p.parameter_count; i++)
            ck_assert_double_eq_tol(found.rank[r].parameters[i], expected.parameters[i], 1e-9);
        ck_assert_double_eq_tol(found.rank[r].last.cost, expected.last.cost, 1e-9);
    }
    free_outcome(&expected);
    free_group_outcome(&found);
    free(ordered.X);
    free(ordered.Y);
    free_problem(&p);
}

static void check_batches(const size_t *shares, size_t ranks, size_t batch, size_t block_rows) {
    enum { N = 80 };
    size_t rows[N], to = 0, all = 0;
    for (size_t r = 0; r < ranks; r++)
        all += shares[r];
    for (size_t b = 0; b < N / batch; b++)
        for (size_t r = 0, first = 0; r < ranks; first += N * shares[r++] / all)
            for (size_t i = 0; i < batch * shares[r] / all; i++)
                rows[to++] = first + b * (batch * shares[r] / all) + i;
    check_order(rows, shares, ranks, N, batch, block_rows);
}

START_TEST(every_rank_has_its_share_of_each_batch) {
    static const size_t ONE[] = {1}, EQUAL[] = {1, 1}, OTHERS[] = {1, 3}, GAP[] = {1, 0, 3};
    static const size_t BLOCKS[] = {1, 3, 16, 100};
    for (size_t b = 0; b < 4; b++) {
        check_batches(ONE, 1, 20, BLOCKS[b]);
        check_batches(EQUAL, 2, 20, BLOCKS[b]);
        check_batches(OTHERS, 2, 20, BLOCKS[b]);
        check_batches(OTHERS, 2, 80, BLOCKS[b]);
        check_batches(GAP, 3, 20, BLOCKS[b]);
        check_batches(ALL_IN_ONE, 3, 20, BLOCKS[b]);
    }
}
END_TEST

/* Batches smaller than the group have as many rows as one process takes, of the last rank first. */
START_TEST(equal_ranks_take_turns) {
    enum { EACH = 12 };
    static const size_t EQUAL[] = {1, 1, 1, 1};
    for (size_t ranks = 2; ranks <= 4; ranks++)
        for (size_t batch = 1; batch < ranks; batch++) {
            size_t rows[4 * EACH];
            for (size_t i = 0; i < ranks * EACH; i++)
                rows[i] = (ranks - 1 - i % ranks) * EACH + i / ranks;
            check_order(rows, EQUAL, ranks, ranks * EACH, batch, 5);
        }
}
END_TEST

/* Shares are exact for numbers of rows whose reciprocals are not. */
START_TEST(a_group_of_one_takes_the_batches_of_one_process) {
    static const size_t ROWS[] = {49, 98, 103, 107, 161};
    for (size_t i = 0; i < sizeof ROWS / sizeof *ROWS; i++) {
        problem p = make(ROWS[i], 6);
        const group_recipe recipe = {.p = &p, .set_up = set_up, .block_rows = 10};
        choose(NNBLAS_ADAM, 10, 16);
        check_group(&recipe, 1, NULL, 1e-12);
        choose(NNBLAS_ADAM, 2, 1);
        check_group(&recipe, 1, NULL, 1e-12);
        free_problem(&p);
    }
}
END_TEST

/* A batch of 2 rows has none of most of 5 ranks. */
START_TEST(a_rank_may_have_no_rows_of_a_batch) {
    problem p = make(83, 7);
    const group_recipe recipe = {.p = &p, .set_up = set_up, .block_rows = 4};
    choose(NNBLAS_MOMENTUM, 5, 2);
    group_outcome found = train_in_group(&recipe, 5, NULL);
    for (size_t r = 0; r < 5; r++) {
        ck_assert_int_eq(found.rank[r].status, NNBLAS_OK);
        ck_assert_mem_eq(found.rank[r].parameters, found.rank[0].parameters,
                         p.parameter_count * sizeof(double));
    }
    free_group_outcome(&found);
    free_problem(&p);
}
END_TEST

/* ---- failures -------------------------------------------------------------------------------- */

static void check_failure(const problem *p, size_t call) {
    const group_recipe recipe = {
        .p = p, .set_up = set_up, .block_rows = 8, .failing_rank = 1, .fails_at = call};
    group_outcome found = train_in_group(&recipe, 3, NULL);
    for (size_t r = 0; r < 3; r++) {
        ck_assert_msg(found.rank[r].status == NNBLAS_ERROR_SOURCE, "call %zu, rank %zu: %d %s",
                      call, r, (int)found.rank[r].status, found.rank[r].message);
        ck_assert_msg(strstr(found.rank[r].message, "rank 1: the source failed") != NULL, "%s",
                      found.rank[r].message);
        ck_assert_mem_eq(found.rank[r].parameters, found.rank[0].parameters,
                         p->parameter_count * sizeof(double));
    }
    free_group_outcome(&found);
}

/* The last blocks of each rank have no weight: they are read after its last step. */
START_TEST(a_source_may_fail_behind_its_last_step) {
    problem p = make(84, 8);
    dice d = {5};
    weigh_rows(&d, &p);
    for (size_t e = 0; e < 84; e++)
        p.weights[e] = e % 28 < 9 ? 1.0 : 0.0;
    for (size_t call = 1; call <= 15; call++) {
        choose(NNBLAS_ADAM, 4, 5);
        check_failure(&p, call);
    }
    free_problem(&p);
}
END_TEST

/* Only that rank has seen the row. */
static void check_bad_row(size_t batch) {
    problem p = make(83, 8);
    double *later = malloc(p.N * p.ldx * sizeof *later);
    const group_recipe recipe = {
        .p = &p, .set_up = set_up, .block_rows = 8, .failing_rank = 1, .later_X = later};
    memcpy(later, p.X, p.N * p.ldx * sizeof *later);
    choose(NNBLAS_MOMENTUM, 4, batch);
    for (size_t row = 30; row < 50; row += 3) {
        later[row * p.ldx] = (double)NAN;
        group_outcome o = train_in_group(&recipe, 3, NULL);
        char words[80];
        snprintf(words, sizeof words, "rank 1: X holds a NaN at row %zu, column 0",
                 row - o.ends[0]);
        for (size_t r = 0; r < 3; r++) {
            ck_assert_int_eq(o.rank[r].status, NNBLAS_ERROR_NOT_FINITE);
            ck_assert_msg(strstr(o.rank[r].message, words + (r == 1 ? strlen("rank 1: ") : 0)) !=
                              NULL,
                          "rank %zu: %s", r, o.rank[r].message);
        }
        free_group_outcome(&o);
        later[row * p.ldx] = p.X[row * p.ldx];
    }
    free(later);
    free_problem(&p);
}

START_TEST(all_ranks_end_where_a_row_of_one_is_not_finite_later) {
    check_bad_row(0);
    check_bad_row(10);
    check_bad_row(50);
}
END_TEST

static void set_up_refused(nnblas_trainer *t, size_t rank) {
    (void)rank;
    nnblas_trainer_set_optimizer(t, NNBLAS_RPROP);
    nnblas_trainer_set_batch_size(t, 5);
}

/* By each rank, though that of rank 1 has no more rows than a batch. */
START_TEST(what_one_rank_is_refused_for_all_are) {
    static const size_t SHARES[] = {10, 3};
    problem p = make(13, 9);
    const group_recipe recipe = {.p = &p, .set_up = set_up_refused, .block_rows = 8};
    group_outcome found = train_in_group(&recipe, 2, SHARES);
    for (size_t r = 0; r < 2; r++)
        ck_assert_msg(found.rank[r].status == NNBLAS_ERROR_VALUE, "rank %zu: %d %s", r,
                      (int)found.rank[r].status, found.rank[r].message);
    free_group_outcome(&found);
    free_problem(&p);
}
END_TEST

static void check_none(const problem *p, nnblas_status status, const char *words) {
    const group_recipe recipe = {.p = p, .set_up = set_up, .block_rows = 8};
    choose(NNBLAS_ADAM, 4, 0);
    group_outcome found = train_in_group(&recipe, 3, NULL);
    for (size_t r = 0; r < 3; r++) {
        ck_assert_int_eq(found.rank[r].status, status);
        ck_assert_msg(strstr(found.rank[r].message, words) != NULL, "%s", found.rank[r].message);
    }
    free_group_outcome(&found);
}

START_TEST(some_rank_needs_rows_of_a_weight) {
    problem p = make(84, 8);
    dice d = {5};
    weigh_rows(&d, &p);
    for (size_t e = 0; e < p.N; e++)
        p.weights[e] = 0.0;
    check_none(&p, NNBLAS_ERROR_VALUE, "the sample weights add up to 0; one at least");
    p.N = 0;
    check_none(&p, NNBLAS_ERROR_SIZE, "the source has no rows");
    p.N = 84;
    free_problem(&p);
}
END_TEST

/* In the survey, in the first epoch and later. */
START_TEST(all_ranks_end_where_the_source_of_one_fails) {
    static const nnblas_optimizer OPTIMIZERS[] = {NNBLAS_ADAM, NNBLAS_RPROP, NNBLAS_LBFGS,
                                                  NNBLAS_LEVENBERG_MARQUARDT,
                                                  NNBLAS_SCALED_CONJUGATE_GRADIENT};
    problem p = make(83, 8);
    for (size_t i = 0; i < sizeof OPTIMIZERS / sizeof *OPTIMIZERS; i++)
        for (size_t call = 1; call <= 15 && has_optimizer(OPTIMIZERS[i]); call++) {
            choose(OPTIMIZERS[i], 4, 0);
            check_failure(&p, call);
            if (optimizer != NNBLAS_ADAM)
                continue;
            choose(OPTIMIZERS[i], 4, 10);
            check_failure(&p, call);
        }
    free_problem(&p);
}
END_TEST

int main(void) {
    const TTest *const tests[] = {
        steps_over_all_rows_are_those_of_arrays,
        weights_count_as_in_arrays,
        a_rank_may_have_no_weight,
        validation_rows_are_those_of_all_ranks,
        every_rank_has_its_share_of_each_batch,
        equal_ranks_take_turns,
        a_group_of_one_takes_the_batches_of_one_process,
        a_rank_may_have_no_rows_of_a_batch,
        all_ranks_end_where_the_source_of_one_fails,
        a_source_may_fail_behind_its_last_step,
        all_ranks_end_where_a_row_of_one_is_not_finite_later,
        what_one_rank_is_refused_for_all_are,
        some_rank_needs_rows_of_a_weight,
    };
    return run_tests("group_source", tests, sizeof tests / sizeof *tests);
}
