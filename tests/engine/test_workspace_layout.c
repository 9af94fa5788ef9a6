/* SPDX-License-Identifier: BSD-3-Clause */
/* Where the memory of two threads lies. */
#include "core/memory.h"
#include "engine/engine.h"
#include "support/support.h"

#include <stdint.h>

/* Where the matrices of thread t begin and end. */
typedef struct extent {
    uintptr_t begin, end;
} extent;

static extent find_matrices(const nn_engine *engine, size_t t) {
    extent e = {UINTPTR_MAX, 0};
    for (size_t l = 0; l < 2; l++) {
        size_t bytes = engine->plan.tile_rows * engine->layouts[l].padded_outputs * sizeof(double);
        const double *matrices[] = {engine->buffers[t].activations[l],
                                    engine->buffers[t].deltas[l]};
        for (size_t i = 0; i < 2; i++) {
            uintptr_t begin = (uintptr_t)matrices[i];
            e.begin = begin < e.begin ? begin : e.begin;
            e.end = begin + bytes > e.end ? begin + bytes : e.end;
        }
    }
    return e;
}

/* Tens of steps along a transposed matrix: it is that far that a processor fetches ahead. */
START_TEST(the_matrices_of_two_threads_lie_apart) {
    enum { INPUTS = 5, HIDDEN = 15, OUTPUTS = 3, TILE = 500, STEPS = 32 };
    const size_t sizes[] = {INPUTS, HIDDEN, OUTPUTS};
    const nn_problem planned_problem = {
        .sizes = sizes, .n_layers = 2, .N = 100 * TILE, .purpose = NN_GRADIENT};
    nn_plan plan = {.strategy = NN_OWN_ROWS,
                    .parts = 9,
                    .threads = 3,
                    .tile_rows = TILE,
                    .transposed = 3,
                    .padding = 1};
    nn_engine engine;
    ck_assert_ok(nnblas_set_threads(3));
    ck_assert_ok(nn_engine_open(&engine, &planned_problem, &plan, NULL));
    for (size_t t = 0; t + 1 < plan.threads; t++) {
        extent one = find_matrices(&engine, t), next = find_matrices(&engine, t + 1);
        ck_assert_uint_ge(next.begin, one.end + STEPS * TILE * sizeof(double));
    }
    nn_engine_close(&engine);
}
END_TEST

static void check_aligned(const void *piece) {
    ck_assert_uint_eq((uintptr_t)piece % NN_ALIGNMENT, 0);
}

/* Sizes that fill no cache line: each piece begins in one of its own nevertheless. */
START_TEST(pieces_share_no_cache_line) {
    const size_t sizes[] = {3, 5, 7};
    const nn_problem planned_problem = {.sizes = sizes,
                                        .n_layers = 2,
                                        .N = 90,
                                        .purpose = NN_TRAIN,
                                        .has_bias = true,
                                        .gathers_rows = true};
    nn_plan plan = {
        .strategy = NN_OWN_ROWS, .parts = 3, .threads = 3, .tile_rows = 9, .padding = 3};
    nn_engine engine;
    ck_assert_ok(nnblas_set_threads(3));
    ck_assert_ok(nn_engine_open(&engine, &planned_problem, &plan, NULL));
    for (size_t p = 0; p < plan.parts; p++) {
        const nn_buffers *buffers = &engine.buffers[p];
        check_aligned(buffers->X);
        check_aligned(buffers->Y);
        check_aligned(buffers->weights);
        for (size_t l = 0; l < 2; l++) {
            check_aligned(buffers->activations[l]);
            check_aligned(buffers->deltas[l]);
            check_aligned(engine.parts[p].updates[l]);
        }
    }
    nn_engine_close(&engine);
}
END_TEST

int main(void) {
    const TTest *const tests[] = {
        the_matrices_of_two_threads_lie_apart,
        pieces_share_no_cache_line,
    };
    return run_tests("workspace_layout", tests, sizeof tests / sizeof *tests);
}
