/* SPDX-License-Identifier: BSD-3-Clause */
/* Sizes that do not fit in a size_t, and the layers and workspaces that would need them. */
#include "core/memory.h"
#include "core/sizes.h"
#include "support/support.h"

#include <limits.h>
#include <string.h>

/* The square root of 2^(bits of a size_t): two sizes of it have a product that wraps to 0. */
static const size_t ROOT = (size_t)1 << (sizeof(size_t) * CHAR_BIT / 2);

START_TEST(sums_do_not_wrap) {
    ck_assert_uint_eq(nn_add_sizes(0, 0), 0);
    ck_assert_uint_eq(nn_add_sizes(3, 4), 7);
    ck_assert_uint_eq(nn_add_sizes(SIZE_MAX - 4, 4), SIZE_MAX);
    ck_assert_uint_eq(nn_add_sizes(SIZE_MAX - 3, 4), SIZE_MAX);
    ck_assert_uint_eq(nn_add_sizes(SIZE_MAX, SIZE_MAX), SIZE_MAX);
    ck_assert_uint_eq(nn_add_sizes(SIZE_MAX, 0), SIZE_MAX);
}
END_TEST

START_TEST(products_do_not_wrap) {
    ck_assert_uint_eq(nn_multiply_sizes(0, SIZE_MAX), 0);
    ck_assert_uint_eq(nn_multiply_sizes(6, 7), 42);
    ck_assert_uint_eq(nn_multiply_sizes(ROOT, ROOT - 1), SIZE_MAX - ROOT + 1);
    ck_assert_uint_eq(nn_multiply_sizes(ROOT, ROOT), SIZE_MAX);
    ck_assert_uint_eq(nn_multiply_sizes(ROOT + 1, ROOT), SIZE_MAX);
    ck_assert_uint_eq(nn_multiply_sizes(SIZE_MAX, SIZE_MAX), SIZE_MAX);
}
END_TEST

START_TEST(rounding_up_does_not_wrap) {
    ck_assert_uint_eq(nn_divide_up(0, 8), 0);
    ck_assert_uint_eq(nn_divide_up(16, 8), 2);
    ck_assert_uint_eq(nn_divide_up(17, 8), 3);
    ck_assert_uint_eq(nn_divide_up(SIZE_MAX, SIZE_MAX - 1), 2);
    ck_assert_uint_eq(nn_round_up(17, 8), 24);
    ck_assert_uint_eq(nn_round_up(SIZE_MAX - 7, 8), SIZE_MAX - 7);
    ck_assert_uint_eq(nn_round_up(SIZE_MAX - 6, 8), SIZE_MAX);
    ck_assert_uint_eq(nn_round_up(SIZE_MAX, 64), SIZE_MAX);
}
END_TEST

START_TEST(no_size_that_does_not_fit_is_allocated) {
    const size_t SIZES[][2] = {
        {SIZE_MAX, 1}, {SIZE_MAX, 2},    {ROOT, ROOT},      {ROOT + 1, ROOT},
        {1, SIZE_MAX}, {PTRDIFF_MAX, 1}, {2, SIZE_MAX / 2}, {SIZE_MAX / 8 + 2, sizeof(double)}};
    for (size_t i = 0; i < sizeof SIZES / sizeof *SIZES; i++) {
        ck_assert_ptr_null(nn_allocate(SIZES[i][0], SIZES[i][1]));
        ck_assert_ptr_nonnull(strstr(nnblas_error_message(), "out of memory for"));
    }
}
END_TEST

/* The parameters of two such layers wrap to a few. */
START_TEST(networks_whose_parameters_wrap_are_refused) {
    const size_t square[] = {INT_MAX, INT_MAX, INT_MAX, INT_MAX, INT_MAX, INT_MAX};
    nnblas_net *net = NULL;
    ck_assert_int_eq(nnblas_net_create(square, 6, NNBLAS_BIAS, &net), NNBLAS_ERROR_SIZE);
    ck_assert_ptr_nonnull(strstr(nnblas_error_message(), "address space"));
    if (sizeof(size_t) == 4) { /* (65537 + 1) 65536 and 65537 65536 wrap to some 10^5 */
        ck_assert_int_eq(nnblas_net_create((size_t[]){65537, 65536}, 2, 0, &net),
                         NNBLAS_ERROR_SIZE);
        ck_assert_int_eq(nnblas_net_create((size_t[]){65536, 65536}, 2, NNBLAS_BIAS, &net),
                         NNBLAS_ERROR_SIZE);
        ck_assert_int_eq(nnblas_net_create((size_t[]){32768, 32768}, 2, 0, &net),
                         NNBLAS_ERROR_SIZE);
    }
    ck_assert_ptr_null(net);
}
END_TEST

int main(void) {
    const TTest *const tests[] = {
        sums_do_not_wrap,
        products_do_not_wrap,
        rounding_up_does_not_wrap,
        no_size_that_does_not_fit_is_allocated,
        networks_whose_parameters_wrap_are_refused,
    };
    return run_tests("sizes", tests, sizeof tests / sizeof *tests);
}
