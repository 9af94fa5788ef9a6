/* SPDX-License-Identifier: BSD-3-Clause */
/* The largest sizes that are accepted, the least that are refused, and what is allocated. */
#include "core/arguments.h"
#include "core/memory.h"
#include "support/support.h"

#include <limits.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

START_TEST(sizes_go_from_1_to_INT_MAX) {
    ck_assert_ok(nn_check_size("N", 1));
    ck_assert_ok(nn_check_size("N", INT_MAX));
    ck_assert_int_eq(nn_check_size("N", 0), NNBLAS_ERROR_SIZE);
    ck_assert_ptr_nonnull(strstr(nnblas_error_message(), "N is 0"));
    ck_assert_int_eq(nn_check_size("N", (size_t)INT_MAX + 1), NNBLAS_ERROR_SIZE);
    ck_assert_ptr_nonnull(strstr(nnblas_error_message(), "N is 2147483648"));
}
END_TEST

/* Nothing is read: the address is enough. */
static nnblas_status check(size_t rows, size_t columns, size_t ld) {
    static const double element;
    const nn_argument m = {"M", &element, rows, columns, ld, NN_READ};
    return nn_check_arguments(&m, 1);
}

/* A matrix ends behind the columns of its last row; the gap behind them may lie outside. */
START_TEST(matrices_reach_to_the_end_of_the_address_space) {
    const size_t MOST = PTRDIFF_MAX / sizeof(double); /* 2^60 - 1 elements, 2^28 - 1 of 32 bits */
    const size_t LD = (MOST >> 30) + 1, ROWS = (MOST + 1) / LD;
    ck_assert_uint_le(ROWS, INT_MAX);
    ck_assert_ok(check(ROWS, LD - 1, LD));
    ck_assert_int_eq(check(ROWS, LD, LD), NNBLAS_ERROR_SIZE);
    ck_assert_ptr_nonnull(strstr(nnblas_error_message(), "M, "));
    ck_assert_int_eq(check(ROWS + 1, 1, LD), NNBLAS_ERROR_SIZE);
}
END_TEST

START_TEST(leading_dimensions_go_from_the_columns_to_INT_MAX) {
    ck_assert_ok(check(1, 3, 3));
    ck_assert_ok(check(1, 3, INT_MAX));
    ck_assert_int_eq(check(1, 3, 2), NNBLAS_ERROR_LEADING);
    ck_assert_int_eq(check(1, 3, (size_t)INT_MAX + 1), NNBLAS_ERROR_SIZE);
}
END_TEST

START_TEST(allocations_begin_in_a_cache_line) {
    void *blocks[40];
    for (size_t i = 0; i < 40; i++) {
        blocks[i] = nn_allocate(i, 24);
        ck_assert_ptr_nonnull(blocks[i]);
        ck_assert_uint_eq((uintptr_t)blocks[i] % NN_ALIGNMENT, 0);
    }
    for (size_t i = 0; i < 40; i++)
        free(blocks[i]);
}
END_TEST

int main(void) {
    const TTest *const tests[] = {
        sizes_go_from_1_to_INT_MAX,
        matrices_reach_to_the_end_of_the_address_space,
        leading_dimensions_go_from_the_columns_to_INT_MAX,
        allocations_begin_in_a_cache_line,
    };
    return run_tests("argument_limits", tests, sizeof tests / sizeof *tests);
}
