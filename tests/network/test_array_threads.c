/* SPDX-License-Identifier: BSD-3-Clause */
/* The algorithm on the caller's own arrays, with several threads: the same bits, and none of BLAS's
 * own threads. */
#include "support/support.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

/* Null with another BLAS. */
extern void openblas_set_num_threads(int threads) __attribute__((weak));

/* The matrices of both calls, in one vector. */
typedef struct results {
    double *H_out, *O_out, *O_delta, *H_delta, *W1_update, *W2_update, *mse;
    size_t count;
    double *all;
} results;

static results allocate_results(size_t N, const size_t sizes[3]) {
    size_t hidden = N * sizes[1], outputs = N * sizes[2];
    size_t W1 = sizes[0] * sizes[1], W2 = sizes[1] * sizes[2];
    results r = {.count = 2 * hidden + 2 * outputs + W1 + W2 + 1};
    r.all = allocate_doubles(r.count);
    r.H_out = r.all;
    r.H_delta = r.H_out + hidden;
    r.O_out = r.H_delta + hidden;
    r.O_delta = r.O_out + outputs;
    r.W1_update = r.O_delta + outputs;
    r.W2_update = r.W1_update + W1;
    r.mse = r.W2_update + W2;
    return r;
}

static void compute(const problem *p, int threads, const results *r) {
    const size_t *n = p->sizes;
    const double *W2 = p->parameters + n[0] * n[1];
    ck_assert_ok(nnblas_set_threads(threads));
    ck_assert_ok(
        nnblas_feedforward(p->N, n[0], n[1], n[2], p->X, p->parameters, W2, r->H_out, r->O_out));
    ck_assert_ok(nnblas_backpropagate(p->N, n[0], n[1], n[2], p->X, p->Y, W2, r->H_out, r->O_out,
                                      r->O_delta, r->H_delta, r->W1_update, r->W2_update, r->mse));
}

static const size_t SHAPES[][3] = {{100, 50, 10}, {3, 7, 2}, {40, 300, 1}, {500, 3, 4}};
enum { N_SHAPES = sizeof SHAPES / sizeof *SHAPES };

START_TEST(any_number_of_threads_gives_the_same_bits) {
    dice d = {91};
    for (size_t s = 0; s < N_SHAPES; s++)
        for (size_t N = 5; N < count_trials(6000); N *= 11) {
            problem p = make_problem(&d, N, SHAPES[s], 3, 0);
            results alone = allocate_results(N, SHAPES[s]), shared = allocate_results(N, SHAPES[s]);
            compute(&p, 1, &alone);
            for (int threads = 2; threads <= 7; threads++) {
                fill(shared.count, shared.all, 0.5);
                compute(&p, threads, &shared);
                ck_assert(memcmp(alone.all, shared.all, alone.count * sizeof *alone.all) == 0);
            }
            free(alone.all);
            free(shared.all);
            free_problem(&p);
        }
}
END_TEST

static double read_clock(clockid_t clock) {
    struct timespec now;
    clock_gettime(clock, &now);
    return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
}

/* Of the time that the process computed, what did not pass in this thread. */
static double measure_other_threads(const problem *p, int threads, const results *r) {
    double process = read_clock(CLOCK_PROCESS_CPUTIME_ID),
           own = read_clock(CLOCK_THREAD_CPUTIME_ID);
    compute(p, threads, r);
    process = read_clock(CLOCK_PROCESS_CPUTIME_ID) - process;
    return (process - (read_clock(CLOCK_THREAD_CPUTIME_ID) - own)) / process;
}

/* The products are large enough for BLAS to share them among its threads. */
START_TEST(one_thread_is_one_thread) {
    const size_t sizes[] = {400, 100, 10};
    dice d = {92};
    if (!openblas_set_num_threads)
        return;
    openblas_set_num_threads(2);
    problem p = make_problem(&d, count_trials(4000), sizes, 3, 0);
    results r = allocate_results(p.N, sizes);
    compute(&p, 1, &r); /* what BLAS starts, it has started; its threads spin for some 20 ms */
    nanosleep(&(struct timespec){.tv_nsec = 200000000}, NULL);
    double least = 1.0;
    for (int i = 0; i < 5; i++) {
        double others = measure_other_threads(&p, 1, &r);
        least = others < least ? others : least;
    }
    ck_assert_double_le(least, 0.1);
    free(r.all);
    free_problem(&p);
}
END_TEST

int main(void) {
    const TTest *const tests[] = {
        any_number_of_threads_gives_the_same_bits,
        one_thread_is_one_thread,
    };
    return run_tests("array_threads", tests, sizeof tests / sizeof *tests);
}
