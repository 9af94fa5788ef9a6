/* SPDX-License-Identifier: BSD-3-Clause */
/* The plans that are looked at, and the one that is taken. */
#include "blas/blas.h"
#include "core/sizes.h"
#include "engine/plan_cost.h"
#include "engine/plan_search.h"
#include "support/support.h"

#include <math.h>
#include <string.h>

static nn_plan plans[NN_MOST_PLANS];

static nn_problem roll_planned_problem(dice *d, size_t sizes[MAX_SIZES]) {
    nn_problem p = {
        .sizes = sizes,
        .n_layers = roll_between(d, 1, 4),
        .N = roll_between(d, 0, 1) ? roll_size(d, 600) : roll_between(d, 1, 2000000),
        .purpose = roll_between(d, 0, 1) ? NN_GRADIENT : NN_PREDICT,
        .has_bias = roll_between(d, 0, 1),
        .row_major_outputs = roll_between(d, 0, 1),
    };
    for (size_t l = 0; l <= p.n_layers; l++)
        sizes[l] = roll_size(d, 1000);
    p.has_skip = p.n_layers > 1 && roll_between(d, 0, 2) == 0;
    return p;
}

/* OpenBLAS starts threads of its own for larger products. */
static bool has_large_product(const nn_problem *p, const nn_plan *plan) {
    for (size_t l = 0; l < p->n_layers; l++) {
        nn_layout layout = nn_lay_out_layer(plan, p, l);
        size_t skips = p->has_skip && l + 1 == p->n_layers ? p->sizes[0] : 0;
        size_t in = nn_max(layout.padded_inputs, skips), out = layout.padded_outputs;
        bool is_vector = plan->tile_rows == 1 || in == 1 || out == 1;
        if (plan->tile_rows * in * out > (is_vector ? 9216u : 262144u))
            return true;
    }
    return false;
}

/* Of the matrices that hold so many rows of a tile. */
static double count_tile_bytes(const nn_problem *p, size_t rows) {
    double units = 0.0;
    for (size_t l = 0; l < p->n_layers; l++)
        units += (double)nn_get_outputs(p, l);
    return 8.0 * (double)rows * (p->purpose == NN_PREDICT ? 1.0 : 2.0) * units;
}

static void check_plan(const nn_problem *p, const nn_plan *plan) {
    /* Sixteen rows, or as many as this holds, and then up to a multiple of 8. */
    const double MOST_BYTES = 8 << 20;
    ck_assert_uint_ge(plan->parts, 1);
    ck_assert_uint_le(plan->parts, nn_min(NN_MOST_PARTS, p->N));
    ck_assert_uint_ge(plan->threads, 1);
    ck_assert_uint_le(plan->threads, plan->parts);
    ck_assert_uint_ge(plan->tile_rows, 1);
    ck_assert_uint_le(plan->tile_rows, p->N);
    ck_assert(plan->tile_rows <= 24 || count_tile_bytes(p, plan->tile_rows - 8) <= MOST_BYTES);
    /* Else BLAS would start threads beside the only one that a call may use. */
    ck_assert(plan->holds_blas == has_large_product(p, plan));
    /* The parts of a shared tile work on rows that lie behind one another. */
    ck_assert(plan->strategy != NN_SHARED_TILES || (plan->parts > 1 && plan->transposed == 0));
}

START_TEST(every_plan_can_be_run) {
    dice d = {81};
    for (size_t i = 0; i < count_trials(300); i++) {
        size_t sizes[MAX_SIZES];
        nn_problem p = roll_planned_problem(&d, sizes);
        size_t count = nn_list_plans(&p, plans);
        ck_assert_uint_ge(count, 1);
        for (size_t k = 0; k < count; k++)
            check_plan(&p, &plans[k]);
    }
}
END_TEST

/* As many threads as it is worth, of two. */
static double estimate_with_two(const nn_plan *plan, const nn_problem *p) {
    return nn_estimate_plan(plan, p, nn_min(plan->threads, 2));
}

static double estimate_both(const nn_plan *plan, const nn_problem *p) {
    return nn_estimate_plan(plan, p, 1) * estimate_with_two(plan, p);
}

/* For one thread and for two. */
START_TEST(the_cheapest_plan_is_taken) {
    dice d = {82};
    for (size_t i = 0; i < count_trials(300); i++) {
        size_t sizes[MAX_SIZES];
        nn_problem p = roll_planned_problem(&d, sizes);
        size_t count = nn_list_plans(&p, plans);
        nn_plan made = nn_make_plan(&p);
        check_plan(&p, &made);
        double cost = estimate_both(&made, &p);
        for (size_t k = 0; k < count; k++)
            ck_assert_double_le(cost, estimate_both(&plans[k], &p));
    }
}
END_TEST

/* Waking a thread takes longer than the first, and the second is many milliseconds. */
START_TEST(threads_are_for_large_problems) {
    const size_t small[] = {4, 2, 3}, large[] = {784, 100, 10};
    nn_problem p = {.sizes = small, .n_layers = 2, .N = 150, .purpose = NN_GRADIENT};
    ck_assert_uint_eq(nn_make_plan(&p).parts, 1);
    ck_assert_uint_eq(nn_make_plan(&p).threads, 1);
    p.sizes = large;
    p.N = 60000;
    ck_assert_uint_ge(nn_make_plan(&p).parts, 16);
    ck_assert_uint_ge(nn_make_plan(&p).threads, 16);
}
END_TEST

/* The same problem twice, in another place of memory: nothing else is looked at. */
START_TEST(a_plan_depends_on_the_problem_alone) {
    dice d = {83};
    for (size_t i = 0; i < count_trials(200); i++) {
        size_t sizes[MAX_SIZES], copied_sizes[MAX_SIZES];
        nn_problem p = roll_planned_problem(&d, sizes), copy = p;
        memcpy(copied_sizes, sizes, (p.n_layers + 1) * sizeof *sizes);
        copy.sizes = copied_sizes;
        nn_plan one = nn_make_plan(&p), other = nn_make_plan(&copy);
        char texts[2][160];
        nn_describe_plan(&one, SIZE_MAX, texts[0], sizeof texts[0]);
        nn_describe_plan(&other, SIZE_MAX, texts[1], sizeof texts[1]);
        ck_assert_str_eq(texts[0], texts[1]);
    }
}
END_TEST

/* What a cross-entropy takes longer than the outputs' activation and squared error. */
static double price_cross_entropy(nn_purpose purpose, size_t hidden, size_t outputs) {
    const size_t sizes[] = {20, hidden, outputs};
    const nn_plan plan = {.parts = 1, .tile_rows = 100, .padding = 1};
    nn_problem p = {.sizes = sizes, .n_layers = 2, .N = 100, .purpose = purpose};
    double squared = nn_estimate_plan(&plan, &p, 1);
    p.has_cross_entropy = true;
    return nn_estimate_plan(&plan, &p, 1) - squared;
}

/* In each output, and in no hidden unit: the kernel takes twice the time of both. */
START_TEST(a_cross_entropy_takes_longer_in_each_output) {
    for (nn_purpose purpose = NN_PREDICT; purpose <= NN_TRAIN; purpose++) {
        double one = price_cross_entropy(purpose, 30, 40);
        ck_assert_double_gt(one, 0.0);
        ck_assert_double_eq_tol(price_cross_entropy(purpose, 90, 40), one, 1e-6);
        double twice = price_cross_entropy(purpose, 30, 80), pass = 2.0 * one - twice;
        ck_assert_double_le(fabs(pass), 30.0);
        ck_assert_double_gt(twice, 1.9 * one);
    }
}
END_TEST

/* What skip connections take longer is a product of X in place of one of the hidden units, where
 * there are as many. */
START_TEST(skip_connections_take_the_time_of_their_products) {
    const size_t sizes[] = {120, 120, 9};
    const nn_plan plan = {.parts = 1, .tile_rows = 100, .padding = 1};
    for (nn_purpose purpose = NN_PREDICT; purpose <= NN_TRAIN; purpose++) {
        nn_problem p = {.sizes = sizes, .n_layers = 2, .N = 100, .purpose = purpose};
        double without = nn_estimate_plan(&plan, &p, 1);
        p.has_skip = true;
        double more = nn_estimate_plan(&plan, &p, 1) - without;
        nn_problem last = {.sizes = sizes + 1, .n_layers = 1, .N = 100, .purpose = purpose};
        ck_assert_double_gt(more, 0.2 * nn_estimate_plan(&plan, &last, 1));
        ck_assert_double_lt(more, 1.5 * nn_estimate_plan(&plan, &last, 1));
    }
}
END_TEST

/* Few hidden units do not cut the product of many inputs, and many inputs are cut. */
START_TEST(products_of_skip_connections_are_cut_by_the_limit) {
    const size_t sizes[] = {784, 3, 10};
    const nn_problem p = {.sizes = sizes, .n_layers = 2, .N = 100, .has_skip = true};
    nn_plan plan = {.parts = 1, .tile_rows = 100, .padding = 1};
    ck_assert_uint_eq(nn_lay_out_layer(&plan, &p, 1).block, 784);
    plan.product_limit = 400000;
    ck_assert_uint_eq(nn_lay_out_layer(&plan, &p, 1).block, 392);
}
END_TEST

int main(void) {
    const TTest *const tests[] = {
        every_plan_can_be_run,
        the_cheapest_plan_is_taken,
        threads_are_for_large_problems,
        a_plan_depends_on_the_problem_alone,
        a_cross_entropy_takes_longer_in_each_output,
        skip_connections_take_the_time_of_their_products,
        products_of_skip_connections_are_cut_by_the_limit,
    };
    return run_tests("plan_search", tests, sizeof tests / sizeof *tests);
}
