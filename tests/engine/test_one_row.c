/* SPDX-License-Identifier: BSD-3-Clause */
/* One row is predicted as two equal rows are, in networks of any depth and width. */
#include "support/support.h"

#include <stdlib.h>

static void check_one_row(const size_t *sizes, size_t n_sizes, unsigned flags) {
    nnblas_net *net;
    ck_assert_ok(nnblas_net_create(sizes, n_sizes, flags, &net));
    ck_assert_ok(nnblas_net_init(net, 7));
    size_t inputs = sizes[0], outputs = sizes[n_sizes - 1];
    double *X = allocate_doubles(2 * inputs), *O_out = allocate_doubles(2 * outputs);
    double *o_out = allocate_doubles(outputs + 1);
    for (size_t i = 0; i < inputs; i++)
        X[i] = X[inputs + i] = (double)(i % 13) / 13.0 - 0.5;
    o_out[outputs] = -7.0;
    ck_assert_ok(nnblas_net_predict(net, 2, X, inputs, O_out, outputs));
    ck_assert_ok(nnblas_net_predict(net, 1, X, inputs, o_out, outputs));
    ck_assert_close(outputs, O_out, o_out);
    ck_assert_close(outputs, O_out + outputs, o_out);
    ck_assert(holds_only(1, o_out + outputs, -7.0));
    free(X);
    free(O_out);
    free(o_out);
    nnblas_net_destroy(net);
}

START_TEST(networks_of_any_depth) {
    enum { MOST = 70 };
    size_t sizes[MOST];
    for (size_t l = 0; l < MOST; l++)
        sizes[l] = 2 + l % 3;
    for (size_t n_sizes = 2; n_sizes <= MOST; n_sizes++)
        check_one_row(sizes, n_sizes, n_sizes % 2 ? NNBLAS_BIAS : 0);
}
END_TEST

/* 4096 numbers are what the stack has room for, and 262144 weights what BLAS multiplies in the
 * thread that calls it. */
START_TEST(networks_of_any_width) {
    static const size_t SHAPES[][4] = {
        {3, 4095, 1, 0},  {3, 4096, 1, 0},  {3, 4097, 1, 0},     {2, 9000, 3, 0},
        {5, 2, 4096, 0},  {5, 3, 6000, 0},  {2, 4000, 96, 2},    {2, 4000, 97, 2},
        {512, 512, 2, 0}, {513, 512, 2, 0}, {1000, 900, 800, 3},
    };
    for (size_t s = 0; s < sizeof SHAPES / sizeof *SHAPES; s++)
        check_one_row(SHAPES[s], SHAPES[s][3] ? 4 : 3, 0);
}
END_TEST

int main(void) {
    const TTest *const tests[] = {
        networks_of_any_depth,
        networks_of_any_width,
    };
    return run_tests("one_row", tests, sizeof tests / sizeof *tests);
}
