/* SPDX-License-Identifier: BSD-3-Clause */
/* Measured plans are taken in the place of estimated ones, by every thread, until they change. */
#include "engine/measured_plans.h"
#include "engine/plan_cache.h"
#include "engine/plan_search.h"
#include "support/support.h"

#include <pthread.h>
#include <stdlib.h>

static const size_t SIZES[] = {30, 9, 7, 2};
static const nn_problem PROBLEM = {
    .sizes = SIZES, .n_layers = 3, .N = 4000, .purpose = NN_GRADIENT, .has_cross_entropy = true};

/* A plan that no search would find for that problem. */
static nn_plan make_odd_plan(size_t tile_rows) {
    return (nn_plan){.parts = 3, .tile_rows = tile_rows, .padding = 1, .threads = 77};
}

static nnblas_status add(const nn_problem *p, nn_plan plan) {
    nn_measured_plan measured = {.plan = plan, .nanoseconds = 5, .with_estimated_plan = 6};
    nn_set_measured_problem(&measured, p);
    return nn_add_measured_plans(&measured, 1);
}

static size_t get_tile_rows(const nn_problem *p) {
    return nn_get_plan(p).tile_rows;
}

START_TEST(a_measured_plan_is_taken) {
    nn_plan estimated = nn_make_plan(&PROBLEM), odd = make_odd_plan(7);
    nn_plan taken = nn_get_plan(&PROBLEM);
    ck_assert(nn_is_same_plan(&taken, &estimated));
    ck_assert_ok(add(&PROBLEM, odd));
    taken = nn_get_plan(&PROBLEM);
    ck_assert(nn_is_same_plan(&taken, &odd));
    /* What follows from the plan is computed anew. */
    nn_derive_plan(&odd, &PROBLEM);
    ck_assert_uint_eq(taken.threads, odd.threads);
    ck_assert_uint_le(taken.threads, 3);
    nnblas_plans_forget();
    taken = nn_get_plan(&PROBLEM);
    ck_assert(nn_is_same_plan(&taken, &estimated));
}
END_TEST

START_TEST(the_last_one_for_a_problem_counts) {
    nn_problem other = PROBLEM;
    other.N = 4001;
    ck_assert_ok(add(&PROBLEM, make_odd_plan(7)));
    ck_assert_ok(add(&other, make_odd_plan(8)));
    ck_assert_uint_eq(get_tile_rows(&PROBLEM), 7);
    ck_assert_uint_eq(get_tile_rows(&other), 8);
    ck_assert_ok(add(&PROBLEM, make_odd_plan(9)));
    ck_assert_uint_eq(get_tile_rows(&PROBLEM), 9);
    ck_assert_uint_eq(get_tile_rows(&other), 8);
    nn_measured_plan *all;
    size_t count;
    ck_assert_ok(nn_copy_measured_plans(&all, &count));
    ck_assert_uint_eq(count, 2);
    ck_assert(nn_is_same_problem(&all[0].problem, &PROBLEM));
    ck_assert(nn_is_same_problem(&all[1].problem, &other));
    ck_assert_ptr_eq(all[1].problem.sizes, all[1].sizes);
    free(all);
    nnblas_plans_forget();
    ck_assert_ok(nn_copy_measured_plans(&all, &count));
    ck_assert_uint_eq(count, 0);
    ck_assert_ptr_null(all);
}
END_TEST

/* Problems that a plan for PROBLEM is for, and problems that it is not for. */
START_TEST(it_holds_for_gathered_and_weighted_rows) {
    nn_problem p = PROBLEM;
    ck_assert_ok(add(&PROBLEM, make_odd_plan(7)));
    p.gathers_rows = true;
    ck_assert_uint_eq(get_tile_rows(&p), 7);
    p.has_row_weights = true;
    ck_assert_uint_eq(get_tile_rows(&p), 7);
    const nn_problem others[] = {
        {SIZES, 2, 4000, NN_GRADIENT, .has_cross_entropy = true},
        {SIZES, 3, 3999, NN_GRADIENT, .has_cross_entropy = true},
        {SIZES, 3, 4000, NN_TRAIN, .has_cross_entropy = true},
        {SIZES, 3, 4000, NN_PREDICT, .has_cross_entropy = true},
        {SIZES, 3, 4000, NN_GRADIENT, .has_bias = true, .has_cross_entropy = true},
        {SIZES, 3, 4000, NN_GRADIENT, .row_major_outputs = true, .has_cross_entropy = true},
        {SIZES, 3, 4000, NN_GRADIENT, .has_cross_entropy = false},
        {SIZES + 1, 2, 4000, NN_GRADIENT, .has_cross_entropy = true},
    };
    for (size_t i = 0; i < sizeof others / sizeof *others; i++)
        ck_assert_uint_ne(get_tile_rows(&others[i]), 7);
    nnblas_plans_forget();
}
END_TEST

/* Of predictions the one for outputs and the one for the cost is the same. */
START_TEST(the_cost_counts_only_where_there_are_updates) {
    nn_problem p = PROBLEM;
    p.purpose = NN_PREDICT;
    ck_assert_ok(add(&p, make_odd_plan(7)));
    p.has_cross_entropy = false;
    ck_assert_uint_eq(get_tile_rows(&p), 7);
    nnblas_plans_forget();
}
END_TEST

static void *add_and_get(void *tile_rows) {
    size_t rows = *(const size_t *)tile_rows;
    return add(&PROBLEM, make_odd_plan(rows)) == NNBLAS_OK && get_tile_rows(&PROBLEM) == rows
               ? tile_rows
               : NULL;
}

static void *forget(void *unused) {
    nnblas_plans_forget();
    return unused;
}

static void run_elsewhere(void *(*function)(void *), void *argument) {
    pthread_t thread;
    void *result;
    ck_assert_int_eq(pthread_create(&thread, NULL, function, argument), 0);
    ck_assert_int_eq(pthread_join(thread, &result), 0);
    ck_assert_ptr_eq(result, argument);
}

/* This thread remembers its last plans. */
START_TEST(changes_reach_all_threads) {
    size_t estimated = get_tile_rows(&PROBLEM);
    for (size_t rows = 7; rows < 20; rows++) {
        run_elsewhere(add_and_get, &rows);
        ck_assert_uint_eq(get_tile_rows(&PROBLEM), rows);
    }
    run_elsewhere(forget, NULL);
    ck_assert_uint_eq(get_tile_rows(&PROBLEM), estimated);
}
END_TEST

/* More layers than a thread remembers plans for, and than plans are measured for. */
START_TEST(deep_networks_have_measured_plans) {
    enum { MOST = NN_MOST_MEASURED_LAYERS };
    size_t sizes[MOST + 2];
    for (size_t l = 0; l <= MOST + 1; l++)
        sizes[l] = 3 + l % 5;
    nn_problem p = {.sizes = sizes, .n_layers = MOST, .N = 300};
    ck_assert_ok(add(&p, make_odd_plan(7)));
    ck_assert_uint_eq(get_tile_rows(&p), 7);
    p.n_layers = MOST + 1;
    ck_assert_uint_ne(get_tile_rows(&p), 7);
    nnblas_plans_forget();
}
END_TEST

START_TEST(too_many_are_refused) {
    nn_problem p = PROBLEM;
    for (p.N = 1; p.N <= NN_MOST_MEASURED_PLANS; p.N++)
        ck_assert_ok(add(&p, make_odd_plan(1)));
    ck_assert_int_eq(add(&p, make_odd_plan(1)), NNBLAS_ERROR_SIZE);
    p.N = 17;
    ck_assert_ok(add(&p, make_odd_plan(5)));
    ck_assert_uint_eq(get_tile_rows(&p), 5);
    nnblas_plans_forget();
    ck_assert_ok(add(&p, make_odd_plan(6)));
    ck_assert_uint_eq(get_tile_rows(&p), 6);
    nnblas_plans_forget();
}
END_TEST

int main(void) {
    const TTest *const tests[] = {
        a_measured_plan_is_taken,
        the_last_one_for_a_problem_counts,
        it_holds_for_gathered_and_weighted_rows,
        the_cost_counts_only_where_there_are_updates,
        changes_reach_all_threads,
        deep_networks_have_measured_plans,
        too_many_are_refused,
    };
    return run_tests("measured_plans", tests, sizeof tests / sizeof *tests);
}
