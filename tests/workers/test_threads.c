/* SPDX-License-Identifier: BSD-3-Clause */
/* Many callers, forks, and OpenBLAS's process-wide number of threads. */
#include "blas/blas.h"
#include "engine/engine.h"
#include "support/support.h"
#include "workers/threads.h"
#include "workers/workers.h"

#include <cblas.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

/* OpenBLAS's own functions, null with another BLAS. */
extern int openblas_get_num_threads(void) __attribute__((weak));
extern void openblas_set_num_threads(int threads) __attribute__((weak));
extern int openblas_get_parallel(void) __attribute__((weak));

/* Of the OpenMP that a build of OpenBLAS runs on. */
extern int omp_get_max_threads(void) __attribute__((weak));

enum { CALLERS = 12, CALLS = 40 };

static const size_t SIZES[] = {30, 25, 8};
static const size_t N_SIZES = 3;

/* ---- one network, many callers --------------------------------------------------------------- */

/* What all callers do, and what they have to get. */
typedef struct shared_work {
    problem p;
    nnblas_net *net;
    double *gradient, *O_out, mse;
    atomic_int differences;
} shared_work;

static shared_work make_work(size_t N) {
    dice d = {21};
    shared_work w = {.p = make_problem(&d, N, SIZES, N_SIZES, 0)};
    w.net = make_net(&w.p);
    w.gradient = allocate_doubles(w.p.parameter_count);
    w.O_out = allocate_doubles(N * get_outputs(&w.p));
    ck_assert_ok(nnblas_net_gradient(w.net, N, w.p.X, w.p.ldx, w.p.Y, w.p.ldy, w.gradient, &w.mse));
    ck_assert_ok(nnblas_net_predict(w.net, N, w.p.X, w.p.ldx, w.O_out, w.p.ldy));
    return w;
}

static void free_work(shared_work *w) {
    free(w->gradient);
    free(w->O_out);
    nnblas_net_destroy(w->net);
    free_problem(&w->p);
}

/* No assertions: Check's are for its own thread. Returns how many results differ in a bit. */
static int repeat_work(shared_work *w, int calls) {
    const problem *p = &w->p;
    size_t outputs = p->N * get_outputs(p);
    double *gradient = malloc(p->parameter_count * sizeof *gradient);
    double *O_out = malloc(outputs * sizeof *O_out), mse = 0.0;
    int differences = 0;
    for (int call = 0; call < calls; call++) {
        differences +=
            nnblas_net_gradient(w->net, p->N, p->X, p->ldx, p->Y, p->ldy, gradient, &mse) != 0 ||
            memcmp(gradient, w->gradient, p->parameter_count * sizeof *gradient) != 0 ||
            memcmp(&mse, &w->mse, sizeof mse) != 0;
        differences += nnblas_net_predict(w->net, p->N, p->X, p->ldx, O_out, p->ldy) != 0 ||
                       memcmp(O_out, w->O_out, outputs * sizeof *O_out) != 0;
    }
    free(gradient);
    free(O_out);
    return differences;
}

static void *call_many_times(void *work) {
    shared_work *w = work;
    w->differences += repeat_work(w, CALLS);
    return NULL;
}

static void *call_once(void *work) {
    shared_work *w = work;
    w->differences += repeat_work(w, 1);
    return NULL;
}

static void run_callers(size_t count, void *(*function)(void *), void *argument) {
    pthread_t callers[CALLERS];
    for (size_t i = 0; i < count; i++)
        ck_assert_int_eq(pthread_create(&callers[i], NULL, function, argument), 0);
    for (size_t i = 0; i < count; i++)
        pthread_join(callers[i], NULL);
}

START_TEST(many_callers_share_one_network) {
    for (size_t N = 7; N < 5000; N *= 20) {
        shared_work w = make_work(N);
        run_callers(CALLERS, call_many_times, &w);
        ck_assert_int_eq(w.differences, 0);
        free_work(&w);
    }
}
END_TEST

static void repeat_work_as_task(void *work, size_t part) {
    (void)part;
    shared_work *w = work;
    w->differences += repeat_work(w, 5);
}

/* A caller that is itself one of the workers. */
START_TEST(calls_work_inside_a_task) {
    shared_work w = make_work(3000);
    nn_run_parts(4, 8, repeat_work_as_task, &w);
    ck_assert_int_eq(w.differences, 0);
    free_work(&w);
}
END_TEST

/* ---- products with different transposes at once ---------------------------------------------- */

/* Small whole numbers, so that every order of the sums gives the same exact result. */
static void *multiply_many_times(void *failures) {
    enum { M = 37, K = 53 };
    double A[M * K], At[K * M], B[K * M], Bt[M * K], C[M * M], expected[M * M];
    for (size_t i = 0; i < M; i++)
        for (size_t k = 0; k < K; k++) {
            A[i * K + k] = At[k * M + i] = (double)((i * 3 + k) % 7);
            B[k * M + i] = Bt[i * K + k] = (double)((i + k * 5) % 11);
        }
    for (size_t i = 0; i < M; i++)
        for (size_t j = 0; j < M; j++) {
            expected[i * M + j] = 0.0;
            for (size_t k = 0; k < K; k++)
                expected[i * M + j] += A[i * K + k] * B[k * M + j];
        }
    for (int call = 0; call < 300; call++) {
        switch (call % 3) {
        case 0:
            cblas_dgemm(CblasRowMajor, CblasNoTrans, CblasNoTrans, M, M, K, 1.0, A, K, B, M, 0.0, C,
                        M);
            break;
        case 1:
            cblas_dgemm(CblasRowMajor, CblasNoTrans, CblasTrans, M, M, K, 1.0, A, K, Bt, K, 0.0, C,
                        M);
            break;
        default:
            cblas_dgemm(CblasRowMajor, CblasTrans, CblasNoTrans, M, M, K, 1.0, At, M, B, M, 0.0, C,
                        M);
        }
        *(atomic_int *)failures += memcmp(C, expected, sizeof C) != 0;
    }
    return NULL;
}

START_TEST(blas_keeps_concurrent_products_apart) {
    atomic_int failures = 0;
    nn_blas_hold();
    run_callers(CALLERS, multiply_many_times, &failures);
    nn_blas_release();
    ck_assert_int_eq(failures, 0);
}
END_TEST

/* ---- what the host had set ------------------------------------------------------------------- */

/* What a product of the calling thread would use: an OpenMP build asks OpenMP. */
static int count_blas_threads(void) {
    return openblas_get_parallel() == 2 ? omp_get_max_threads() : openblas_get_num_threads();
}

START_TEST(the_hosts_blas_threads_come_back) {
    if (!openblas_set_num_threads)
        return;
    shared_work w = make_work(4000);
    for (int threads = 1; threads <= 3; threads++) {
        openblas_set_num_threads(threads);
        int found = count_blas_threads();
        ck_assert_int_eq(repeat_work(&w, 3), 0);
        ck_assert_int_eq(count_blas_threads(), found);
        run_callers(CALLERS, call_many_times, &w);
        ck_assert_int_eq(count_blas_threads(), found);
    }
    free_work(&w);
}
END_TEST

START_TEST(holds_nest) {
    if (!openblas_set_num_threads)
        return;
    openblas_set_num_threads(2);
    int found = count_blas_threads();
    nn_blas_hold();
    ck_assert_int_eq(count_blas_threads(), 1);
    nn_blas_hold();
    nn_blas_release();
    ck_assert_int_eq(count_blas_threads(), 1);
    nn_blas_release();
    ck_assert_int_eq(count_blas_threads(), found);
}
END_TEST

START_TEST(the_thread_limit_is_kept) {
    for (int threads = 1; threads <= 3; threads++) {
        ck_assert_ok(nnblas_set_threads(threads));
        ck_assert_uint_eq(nn_count_threads(), (size_t)threads);
    }
    ck_assert_ok(nnblas_set_threads(0));
    ck_assert_uint_eq(nn_count_threads(), (size_t)sysconf(_SC_NPROCESSORS_ONLN));
}
END_TEST

/* Far more threads than OpenBLAS has buffers for, and the results of few. */
START_TEST(the_threads_of_all_calls_together_are_bounded) {
    ck_assert_ok(nnblas_set_threads(500));
    shared_work w = make_work(100000);
    ck_assert_int_eq(repeat_work(&w, 2), 0);
    run_callers(CALLERS, call_once, &w);
    ck_assert_int_eq(w.differences, 0);
    free_work(&w);
}
END_TEST

/* ---- memory of two threads ------------------------------------------------------------------- */

/* Where part p's panels begin and end. */
typedef struct extent {
    uintptr_t begin, end;
} extent;

static extent find_panels(const nn_engine *engine, size_t p) {
    extent e = {UINTPTR_MAX, 0};
    for (size_t l = 0; l < 2; l++) {
        size_t bytes = engine->plan.tile_rows * engine->layers[l].outputs * sizeof(double);
        const double *panels[] = {engine->parts[p].activations[l], engine->parts[p].deltas[l]};
        for (size_t i = 0; i < 2; i++) {
            uintptr_t begin = (uintptr_t)panels[i];
            e.begin = begin < e.begin ? begin : e.begin;
            e.end = begin + bytes > e.end ? begin + bytes : e.end;
        }
    }
    return e;
}

/* Tens of steps along a transposed panel: it is that far that a processor fetches ahead. */
START_TEST(the_panels_of_two_threads_lie_apart) {
    enum { INPUTS = 5, HIDDEN = 15, OUTPUTS = 3, TILE = 500, STEPS = 32 };
    const size_t sizes[] = {INPUTS, HIDDEN, OUTPUTS};
    const nn_problem planned_problem = {
        .sizes = sizes, .n_layers = 2, .N = 100 * TILE, .purpose = NN_GRADIENT};
    nn_plan plan = {.way = NN_ROWS, .parts = 3, .tile_rows = TILE, .transposed = 3, .padding = 1};
    nn_engine engine;
    ck_assert_ok(nn_engine_open(&engine, &planned_problem, &plan, NULL));
    for (size_t p = 0; p + 1 < plan.parts; p++) {
        extent one = find_panels(&engine, p), next = find_panels(&engine, p + 1);
        ck_assert_uint_ge(next.begin, one.end + STEPS * TILE * sizeof(double));
    }
    nn_engine_close(&engine);
}
END_TEST

/* ---- forks ----------------------------------------------------------------------------------- */

/* The child has none of the threads that the parent's workers are, and makes its own. */
static void check_child(shared_work *w) {
    pid_t child = fork();
    ck_assert_int_ge(child, 0);
    if (child == 0) {
        alarm(60); /* a hang is a failure */
        _exit(repeat_work(w, 2) == 0 ? 0 : 1);
    }
    int status = wait_for_child(child);
    ck_assert(WIFEXITED(status) && WEXITSTATUS(status) == 0);
}

START_TEST(a_forked_child_computes_the_same_bits) {
    ck_assert_ok(nnblas_set_threads(2));
    shared_work w = make_work(20000);
    ck_assert_int_eq(repeat_work(&w, 2), 0);
    check_child(&w);
    ck_assert_int_eq(repeat_work(&w, 2), 0);
    free_work(&w);
}
END_TEST

/* A fork while other threads are in the middle of calls. OpenBLAS looks after its own locks; BLIS
 * 0.9 leaves the child one that nobody holds any more. */
START_TEST(a_fork_beside_running_calls_is_safe) {
    if (!openblas_get_num_threads)
        return;
    shared_work w = make_work(2000);
    pthread_t callers[4];
    for (size_t i = 0; i < 4; i++)
        ck_assert_int_eq(pthread_create(&callers[i], NULL, call_many_times, &w), 0);
    for (int i = 0; i < 5; i++)
        check_child(&w);
    for (size_t i = 0; i < 4; i++)
        pthread_join(callers[i], NULL);
    ck_assert_int_eq(w.differences, 0);
    free_work(&w);
}
END_TEST

int main(void) {
    const TTest *const tests[] = {
        many_callers_share_one_network,
        calls_work_inside_a_task,
        blas_keeps_concurrent_products_apart,
        the_hosts_blas_threads_come_back,
        holds_nest,
        the_thread_limit_is_kept,
        the_threads_of_all_calls_together_are_bounded,
        the_panels_of_two_threads_lie_apart,
        a_forked_child_computes_the_same_bits,
        a_fork_beside_running_calls_is_safe,
    };
    return run_tests("threads", tests, sizeof tests / sizeof *tests);
}
