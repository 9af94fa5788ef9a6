/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Multi-start: training ends in another minimum from other first weights. Twelve networks learn one
 * period of a sine side by side from twelve seeds, and the best is kept.
 *
 *   cc -o multi_start examples/multi_start.c $(pkg-config --cflags --libs nnblas) -lm
 *   ./multi_start
 */
#include <nnblas.h>

#include <math.h>
#include <stdio.h>

enum { N = 100, STARTS = 12 };

static int create(uint64_t seed, nnblas_net **net, nnblas_trainer **trainer) {
    return nnblas_net_create((const size_t[]){1, 6, 1}, 3, NNBLAS_BIAS, net) ||
           nnblas_net_set_hidden(*net, NNBLAS_TANH) ||
           nnblas_net_set_output(*net, NNBLAS_IDENTITY, NNBLAS_MSE) ||
           nnblas_net_init(*net, seed) || nnblas_trainer_create(*net, trainer) ||
           nnblas_trainer_set_optimizer(*trainer, NNBLAS_RPROP) ||
           nnblas_trainer_set_learning_rate(*trainer, 0.1) ||
           nnblas_trainer_set_epochs(*trainer, 500);
}

/* The lowest cost is the best. One whose training failed is none. */
static size_t find_best(nnblas_net *const *nets, const nnblas_status *statuses, const double *X,
                        const double *Y, double *lowest) {
    size_t best = STARTS;
    for (size_t i = 0; i < STARTS; i++) {
        double mse;
        if (statuses[i] < 0 || nnblas_net_evaluate(nets[i], N, X, 1, Y, 1, &mse))
            continue;
        printf("seed %2zu: mse %.1e\n", i, mse);
        if (best == STARTS || mse < *lowest) {
            best = i;
            *lowest = mse;
        }
    }
    return best;
}

int main(void) {
    nnblas_net *nets[STARTS] = {NULL};
    nnblas_trainer *trainers[STARTS] = {NULL};
    nnblas_status statuses[STARTS];
    double X[N], Y[N], lowest = 1.0;
    size_t best = STARTS;
    int failed = 0;
    for (size_t e = 0; e < N; e++) {
        X[e] = 2.0 * (double)e / (N - 1) - 1.0;
        Y[e] = sin(3.14159265 * X[e]);
    }
    for (size_t i = 0; i < STARTS && !failed; i++)
        failed = create(i, &nets[i], &trainers[i]);
    if (!failed && nnblas_fit_many(trainers, STARTS, N, X, 1, Y, 1, statuses))
        printf("%s\n", nnblas_error_message()); /* the others have been trained all the same */
    if (failed)
        fprintf(stderr, "%s\n", nnblas_error_message());
    else
        best = find_best(nets, statuses, X, Y, &lowest);
    if (best < STARTS)
        printf("the best is that of seed %zu\n", best);
    for (size_t i = 0; i < STARTS; i++) {
        nnblas_trainer_destroy(trainers[i]);
        nnblas_net_destroy(nets[i]);
    }
    return best < STARTS && lowest < 1e-3 ? 0 : 1;
}
