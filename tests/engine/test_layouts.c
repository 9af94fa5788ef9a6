/* SPDX-License-Identifier: BSD-3-Clause */
/* What a plan makes of each layer: padded widths, blocks of inputs, transposed matrices; and the
 * words for it. */
#include "engine/plan.h"
#include "support/support.h"

#include <limits.h>
#include <string.h>

static const size_t SIZES[] = {21, 13, 5, 3};
static const nn_problem PROBLEM = {.sizes = SIZES, .n_layers = 3, .N = 100};

/* Inputs and outputs of the network are as they are. */
START_TEST(hidden_widths_are_padded) {
    const nn_plan plan = {.parts = 1, .tile_rows = 10, .padding = 8};
    const size_t expected[] = {21, 16, 8, 3};
    for (size_t l = 0; l < 3; l++) {
        nn_layout layout = nn_lay_out_layer(&plan, &PROBLEM, l);
        ck_assert_uint_eq(layout.padded_inputs, expected[l]);
        ck_assert_uint_eq(layout.padded_outputs, expected[l + 1]);
        ck_assert_uint_eq(layout.block, expected[l]);
    }
}
END_TEST

START_TEST(no_width_is_padded_over_INT_MAX) {
    const nn_plan plan = {.parts = 1, .tile_rows = 1, .padding = 8};
    for (size_t below = 0; below < 16; below++) {
        const size_t sizes[] = {1, INT_MAX - below, 1};
        const nn_problem planned = {.sizes = sizes, .n_layers = 2, .N = 1};
        nn_layout layout = nn_lay_out_layer(&plan, &planned, 0);
        ck_assert_uint_le(layout.padded_outputs, INT_MAX);
        ck_assert_uint_ge(layout.padded_outputs, sizes[1]);
        ck_assert_uint_eq(layout.padded_outputs % 8, below >= 7 ? 0 : sizes[1] % 8);
    }
}
END_TEST

/* At most so many multiplications, in blocks that are multiples of 8 inputs. */
START_TEST(products_are_cut_into_blocks) {
    nn_plan plan = {.parts = 1, .tile_rows = 10, .padding = 1, .product_limit = 10 * 13 * 10};
    ck_assert_uint_eq(nn_lay_out_layer(&plan, &PROBLEM, 0).block, 8);
    ck_assert_uint_eq(nn_lay_out_layer(&plan, &PROBLEM, 1).block, 13);
    plan.product_limit = 10 * 13 * 11;
    ck_assert_uint_eq(nn_lay_out_layer(&plan, &PROBLEM, 0).block, 16);
    plan.product_limit = 10 * 13 * 21;
    ck_assert_uint_eq(nn_lay_out_layer(&plan, &PROBLEM, 0).block, 21);
    plan.product_limit = 1;
    ck_assert_uint_eq(nn_lay_out_layer(&plan, &PROBLEM, 0).block, 8);
}
END_TEST

START_TEST(layers_are_transposed_one_by_one) {
    for (uint64_t transposed = 0; transposed < 8; transposed++)
        for (int row_major = 0; row_major <= 1; row_major++) {
            const nn_plan plan = {
                .parts = 1, .tile_rows = 10, .padding = 1, .transposed = transposed};
            nn_problem planned = PROBLEM;
            planned.row_major_outputs = row_major;
            for (size_t l = 0; l < 3; l++)
                ck_assert(nn_lay_out_layer(&plan, &planned, l).transposed ==
                          ((transposed >> l & 1) && !(row_major && l == 2)));
        }
}
END_TEST

/* There are 64 bits; a layer behind them is never transposed. */
START_TEST(deep_layers_are_not_transposed) {
    size_t sizes[80];
    for (size_t l = 0; l < 80; l++)
        sizes[l] = 2;
    const nn_problem planned = {.sizes = sizes, .n_layers = 79, .N = 1};
    const nn_plan plan = {.parts = 1, .tile_rows = 1, .padding = 1, .transposed = UINT64_MAX};
    for (size_t l = 0; l < 79; l++)
        ck_assert(nn_lay_out_layer(&plan, &planned, l).transposed == (l < 64));
}
END_TEST

START_TEST(rows_of_a_part_cover_a_shared_tile) {
    nn_plan plan = {.strategy = NN_SHARED_TILES, .parts = 3, .tile_rows = 10};
    ck_assert_uint_eq(nn_get_part_rows(&plan), 4);
    plan.strategy = NN_OWN_ROWS;
    ck_assert_uint_eq(nn_get_part_rows(&plan), 10);
}
END_TEST

static void check_words(const nn_plan *plan, size_t threads, const char *expected) {
    char text[200];
    nn_describe_plan(plan, threads, text, sizeof text);
    ck_assert_str_eq(text, expected);
    for (size_t size = 1; size <= sizeof text; size++) {
        nn_describe_plan(plan, threads, text, size);
        ck_assert_uint_le(strlen(text), size - 1);
        ck_assert_int_eq(strncmp(text, expected, strlen(text)), 0);
    }
}

START_TEST(plans_are_described) {
    check_words(
        &(nn_plan){.strategy = NN_OWN_ROWS, .parts = 1, .threads = 1, .tile_rows = 7, .padding = 1},
        8, "rows, 1 part, 1 thread, tiles of 7");
    check_words(
        &(nn_plan){.strategy = NN_SHARED_TILES,
                   .parts = 4,
                   .threads = 2,
                   .tile_rows = 128,
                   .transposed = 5,
                   .transposed_updates = 2,
                   .padding = 8,
                   .product_limit = 1000},
        8,
        "shared, 4 parts, up to 2 threads, tiles of 128, layer 1 transposed, layer 3 transposed, "
        "W2_update transposed, padded to 8, products up to 1000");
}
END_TEST

/* However many threads the plan is worth. */
START_TEST(a_plan_has_no_more_threads_than_a_call_may_use) {
    const nn_plan plan = {
        .strategy = NN_OWN_ROWS, .parts = 64, .threads = 64, .tile_rows = 7, .padding = 1};
    check_words(&plan, 2, "rows, 64 parts, up to 2 threads, tiles of 7");
    check_words(&plan, 1, "rows, 64 parts, 1 thread, tiles of 7");
}
END_TEST

int main(void) {
    const TTest *const tests[] = {
        hidden_widths_are_padded,
        no_width_is_padded_over_INT_MAX,
        products_are_cut_into_blocks,
        layers_are_transposed_one_by_one,
        deep_layers_are_not_transposed,
        rows_of_a_part_cover_a_shared_tile,
        plans_are_described,
        a_plan_has_no_more_threads_than_a_call_may_use,
    };
    return run_tests("layouts", tests, sizeof tests / sizeof *tests);
}
