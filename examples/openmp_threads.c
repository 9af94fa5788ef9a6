/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The library runs on the threads of a program that has OpenMP, instead of threads of its own.
 *
 *   cc -fopenmp -o openmp_threads examples/openmp_threads.c $(pkg-config --cflags --libs nnblas)
 *   ./openmp_threads
 */
#include <nnblas.h>

#include <omp.h>
#include <stdint.h>
#include <stdio.h>

enum { N = 20000, INPUTS = 20 };
static double X[N][INPUTS], Y[N];

static void run_with_openmp(void *user, size_t count, nnblas_task *task, void *context) {
    ++*(int *)user;
#pragma omp parallel for schedule(dynamic)
    for (size_t i = 0; i < count; i++)
        task(context, i);
}

/* Whether two of the numbers have the same sign. */
static void make_rows(void) {
    uint32_t state = 1;
    for (size_t e = 0; e < N; e++) {
        for (size_t j = 0; j < INPUTS; j++) {
            state = 1664525 * state + 1013904223;
            X[e][j] = 2.0 * state / UINT32_MAX - 1.0;
        }
        Y[e] = X[e][0] * X[e][1] > 0.0;
    }
}

int main(void) {
    int regions = 0;
    double mse = 1.0;
    nnblas_net *net = NULL;
    nnblas_trainer *trainer = NULL;
    make_rows();

    int failed = nnblas_set_threads(omp_get_max_threads()) ||
                 nnblas_set_parallel_for(run_with_openmp, &regions) ||
                 nnblas_net_create((const size_t[]){INPUTS, 30, 1}, 3, NNBLAS_BIAS, &net) ||
                 nnblas_trainer_create(net, &trainer) ||
                 nnblas_trainer_set_optimizer(trainer, NNBLAS_RPROP) ||
                 nnblas_trainer_set_epochs(trainer, 200) ||
                 nnblas_trainer_fit(trainer, N, X[0], INPUTS, Y, 1) < 0 ||
                 nnblas_net_evaluate(net, N, X[0], INPUTS, Y, 1, &mse);
    if (failed)
        fprintf(stderr, "%s\n", nnblas_error_message());
    else
        printf("mse %.4f, %d regions on %d threads\n", mse, regions, omp_get_max_threads());
    nnblas_trainer_destroy(trainer);
    nnblas_net_destroy(net);
    return failed || mse > 0.05;
}
