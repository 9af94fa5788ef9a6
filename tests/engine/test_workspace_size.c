/* SPDX-License-Identifier: BSD-3-Clause */
/* What a call allocates: nothing where it is small, and no more for more rows. */
#include "support/counting_allocator.h"
#include "support/support.h"

static size_t count_step_bytes(size_t rows, size_t inputs, size_t hidden, size_t outputs) {
    dice d = {32};
    const size_t sizes[] = {inputs, hidden, outputs};
    problem p = make_problem(&d, rows, sizes, 3, 0);
    start_counting(0);
    ck_assert_ok(nnblas_gradient_step(rows, inputs, hidden, outputs, p.X, p.Y, 0.1, p.parameters,
                                      p.parameters + inputs * hidden, NULL));
    size_t bytes = get_heap_count().bytes;
    free_problem(&p);
    return bytes;
}

/* As many rows as would fill twice the bound, if the workspace held what the network makes of them.
 */
START_TEST(the_workspace_does_not_grow_with_the_rows) {
    static const size_t SHAPES[][3] = {{8, 16, 1}, {64, 32, 10}, {100, 30, 10}, {3, 200, 2}};
    const size_t BOUND = 16 << 20;
    for (size_t s = 0; s < count_trials(sizeof SHAPES / sizeof *SHAPES); s++) {
        const size_t *shape = SHAPES[s];
        size_t parameters = (shape[0] + shape[2]) * (shape[1] + 7);
        size_t rows = 2 * BOUND / sizeof(double) / (shape[1] + shape[2]);
        for (int threads = 1; threads <= 3; threads++) {
            ck_assert_ok(nnblas_set_threads(threads));
            size_t bytes = count_step_bytes(rows, shape[0], shape[1], shape[2]);
            ck_assert_uint_le(bytes, BOUND + (size_t)threads * parameters * 2 * sizeof(double));
        }
    }
}
END_TEST

START_TEST(small_calls_allocate_nothing) {
    dice d = {33};
    static const size_t SHAPES[][3] = {{4, 2, 3}, {64, 32, 10}, {784, 128, 10}};
    for (size_t s = 0; s < sizeof SHAPES / sizeof *SHAPES; s++) {
        problem p = make_problem(&d, 1, SHAPES[s], 3, 0);
        nnblas_net *net = make_net(&p);
        double O_out[10], mse;
        start_counting(0);
        ck_assert_ok(nnblas_net_predict(net, 1, p.X, p.ldx, O_out, p.ldy));
        ck_assert_ok(nnblas_net_evaluate(net, 1, p.X, p.ldx, p.Y, p.ldy, &mse));
        ck_assert_uint_eq(get_heap_count().allocations, 0);
        nnblas_net_destroy(net);
        free_problem(&p);
    }
    start_counting(0);
    ck_assert_uint_eq(count_step_bytes(150, 4, 2, 3), 0);
}
END_TEST

int main(void) {
    const TTest *const tests[] = {
        the_workspace_does_not_grow_with_the_rows,
        small_calls_allocate_nothing,
    };
    return run_tests("workspace_size", tests, sizeof tests / sizeof *tests);
}
