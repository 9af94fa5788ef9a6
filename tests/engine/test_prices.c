/* SPDX-License-Identifier: BSD-3-Clause */
/* The prices that are built in, and how often a product counts each of them. */
#include "engine/prices.h"
#include "engine/product_cost.h"
#include "support/support.h"

#include <math.h>
#include <string.h>

static const nn_prices *const SETS[] = {&nn_cooperlake_prices, &nn_haswell_prices,
                                        &nn_skylakex_prices, &nn_neutral_prices};
enum { N_SETS = sizeof SETS / sizeof *SETS };

START_TEST(all_sets_are_complete) {
    for (size_t i = 0; i < N_SETS; i++) {
        const nn_prices *p = SETS[i];
        ck_assert_uint_gt(strlen(p->made), 10);
        ck_assert_uint_ge(p->packed_rows, 1);
        ck_assert_uint_ge(p->packed_columns, 1);
        ck_assert_double_gt(p->near_bytes, 0.0);
        ck_assert_double_ge(p->far_bytes, p->near_bytes);
        for (size_t k = 0; k < NN_N_PRICES; k++)
            ck_assert(isfinite(p->of[k]) && p->of[k] >= 0.0);
        ck_assert_double_gt(p->of[NN_SIGMOID], 0.0);
        ck_assert_double_gt(p->of[NN_TILE], 0.0);
        ck_assert_double_gt(p->of[NN_PACKED + NN_OF_WALK] + p->of[NN_PACKED + NN_OF_BLOCK], 0.0);
    }
    ck_assert_double_gt(nn_skylakex_prices.of[NN_VECTORS_MULTIPLY], 0.0);
    ck_assert_double_gt(nn_cooperlake_prices.of[NN_VECTORS_MULTIPLY], 0.0);
}
END_TEST

START_TEST(a_core_type_has_its_prices) {
    ck_assert_ptr_eq(nn_find_prices("SkylakeX"), &nn_skylakex_prices);
    ck_assert_ptr_eq(nn_find_prices("Cooperlake"), &nn_cooperlake_prices);
    ck_assert_ptr_eq(nn_find_prices("SAPPHIRERAPIDS"), &nn_skylakex_prices);
    ck_assert_ptr_eq(nn_find_prices("haswell"), &nn_haswell_prices);
    ck_assert_ptr_eq(nn_find_prices("Zen"), &nn_haswell_prices);
    ck_assert_ptr_eq(nn_find_prices("Has"), &nn_neutral_prices);
    ck_assert_ptr_eq(nn_find_prices("neoversen1"), &nn_neutral_prices);
    ck_assert_ptr_eq(nn_find_prices(NULL), &nn_neutral_prices);
}
END_TEST

/* A set in which one price is 1 and all others are 0. */
static nn_prices make_one(double small_limit, size_t price) {
    nn_prices p = {.small_limit = small_limit, .packed_rows = 8, .packed_columns = 4};
    p.of[price] = 1.0;
    return p;
}

static double count_price(double small_limit, size_t price, nn_product product) {
    nn_prices one = make_one(small_limit, price);
    return nn_price_product(&one, &product);
}

static const double SMALL = 1e6;

/* 27 elements along M are three vectors and a rest of 3; 30 are three and a masked one. */
START_TEST(vectors_are_counted) {
    nn_product nn = {30, 5, 20, false, false}, rest = {27, 5, 20, false, false};
    ck_assert_double_eq(count_price(SMALL, NN_VECTORS_MULTIPLY, nn), 4.0 * 5 * 20);
    ck_assert_double_eq(count_price(SMALL, NN_VECTORS_COLUMN, nn), 4.0 * 5);
    ck_assert_double_eq(count_price(SMALL, NN_VECTORS_STEP, nn), 4.0 * 20);
    /* Two at a time, one, and the masked one. */
    ck_assert_double_eq(count_price(SMALL, NN_VECTORS_WALK, nn), 3.0 * 5 * 20);
    ck_assert_double_eq(count_price(SMALL, NN_REST_COPY, nn), 0.0);
    ck_assert_double_eq(count_price(SMALL, NN_VECTORS_MULTIPLY, rest), 3.0 * 5 * 20);
    ck_assert_double_eq(count_price(SMALL, NN_REST_COPY, rest), 3.0 * 20);
    ck_assert_double_eq(count_price(SMALL, NN_DOTS_COLUMN, rest), 3.0 * 5);
    ck_assert_double_eq(count_price(SMALL, NN_DOTS_CALL, rest), 0.0);
}
END_TEST

/* More than 4096 numbers of B come from the second cache. */
START_TEST(far_walks_are_counted) {
    nn_product p = {8, 64, 64, false, true}, larger = {8, 64, 65, false, true};
    ck_assert_double_eq(count_price(SMALL, NN_VECTORS_WALK, p), 64.0 * 64);
    ck_assert_double_eq(count_price(SMALL, NN_VECTORS_FAR_WALK, p), 0.0);
    ck_assert_double_eq(count_price(SMALL, NN_VECTORS_WALK, larger), 0.0);
    ck_assert_double_eq(count_price(SMALL, NN_VECTORS_FAR_WALK, larger), 64.0 * 65);
}
END_TEST

START_TEST(turned_factors_are_counted) {
    nn_product tn = {6, 7, 40, true, false}, tt = {6, 17, 9, true, true};
    ck_assert_double_eq(count_price(SMALL, NN_DOTS_MULTIPLY, tn), 6.0 * 7 * 5);
    ck_assert_double_eq(count_price(SMALL, NN_DOTS_WALK, tn), 2.0 * 7 * 5); /* four and two */
    ck_assert_double_eq(count_price(SMALL, NN_ROWS_MULTIPLY, tt), 6.0 * 9 * 3);
    ck_assert_double_eq(count_price(SMALL, NN_ROWS_STORE, tt), 6.0 * 17);
    ck_assert_double_eq(count_price(SMALL, NN_ROWS_SCATTER, tt), 2.0 * 3);
    /* OpenBLAS packs where the result is large or the sum short. */
    nn_product wide = {40, 31, 40, true, false}, brief = {6, 7, 31, true, false};
    ck_assert_double_eq(count_price(SMALL, NN_DOTS_CALL, wide), 0.0);
    ck_assert_double_eq(count_price(SMALL, NN_PACKED + NN_OF_CALL, wide), 1.0);
    ck_assert_double_eq(count_price(SMALL, NN_PACKED + NN_OF_CALL, brief), 1.0);
    ck_assert_double_eq(count_price(SMALL, NN_DOTS_CALL, tn), 1.0);
}
END_TEST

/* Blocks of 8 x 4, then of half as many. */
START_TEST(packed_products_are_counted) {
    nn_product p = {13, 7, 10, false, false};
    ck_assert_double_eq(count_price(0.0, NN_PACKED + NN_OF_WALK, p), 3.0 * 10 * 7);  /* 8 + 4 + 1 */
    ck_assert_double_eq(count_price(0.0, NN_PACKED + NN_OF_BLOCK, p), 3.0 * 10 * 3); /* 4 + 2 + 1 */
    ck_assert_double_eq(count_price(0.0, NN_PACKED + NN_OF_STORE, p), 13.0 * 7);
    ck_assert_double_eq(count_price(0.0, NN_PACKED + NN_OF_FIRST, p), 13.0 * 10);
    ck_assert_double_eq(count_price(0.0, NN_PACKED + NN_OF_SECOND, p), 7.0 * 10);
    ck_assert_double_eq(count_price(0.0, NN_PACKED + NN_OF_ROW, p), 7.0);
    ck_assert_double_eq(count_price(0.0, NN_PACKED + NN_OF_STEP, p), 10.0);
    ck_assert_double_eq(count_price(0.0, NN_PACKED_LARGE + NN_OF_CALL, p), 0.0);
    nn_product large = {101, 100, 100, false, false};
    ck_assert_double_eq(count_price(0.0, NN_PACKED_LARGE + NN_OF_CALL, large), 1.0);
    ck_assert_double_eq(count_price(SMALL, NN_PACKED_LARGE + NN_OF_CALL, large), 1.0);
}
END_TEST

int main(void) {
    const TTest *const tests[] = {
        all_sets_are_complete, a_core_type_has_its_prices, vectors_are_counted,
        far_walks_are_counted, turned_factors_are_counted, packed_products_are_counted,
    };
    return run_tests("prices", tests, sizeof tests / sizeof *tests);
}
