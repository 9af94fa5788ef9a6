/* SPDX-License-Identifier: BSD-3-Clause */
/* A network learns which points of a square lie within a circle. */
#include <nnblas.h>

#include <stdio.h>

enum { SIDE = 16, N = SIDE * SIDE, INPUTS = 2, HIDDEN = 8, OUTPUTS = 1 };

/* The points of a grid, and for each a 1 where it lies within the circle, else a 0. */
static void make_rows(double X[N][INPUTS], double Y[N]) {
    for (int e = 0; e < N; e++) {
        int x = 2 * (e % SIDE) - (SIDE - 1), y = 2 * (e / SIDE) - (SIDE - 1);
        X[e][0] = x / 16.0;
        X[e][1] = y / 16.0;
        Y[e] = x * x + y * y < 100;
    }
}

int main(void) {
    static const size_t layer_sizes[] = {INPUTS, HIDDEN, OUTPUTS};
    static double X[N][INPUTS], Y[N];
    nnblas_net *net = NULL;
    nnblas_trainer *trainer = NULL;
    double mse;

    make_rows(X, Y);
    int failed = nnblas_net_create(layer_sizes, 3, NNBLAS_BIAS, &net) ||
                 nnblas_net_set_hidden(net, NNBLAS_TANH) || nnblas_net_init(net, 1) ||
                 nnblas_trainer_create(net, &trainer) ||
                 nnblas_trainer_set_optimizer(trainer, NNBLAS_ADAM) ||
                 nnblas_trainer_set_learning_rate(trainer, 0.01) ||
                 nnblas_trainer_set_batch_size(trainer, 32) ||
                 nnblas_trainer_set_seed(trainer, 1) || nnblas_trainer_set_epochs(trainer, 300) ||
                 nnblas_trainer_fit(trainer, N, X[0], INPUTS, Y, OUTPUTS) < 0 ||
                 nnblas_net_evaluate(net, N, X[0], INPUTS, Y, OUTPUTS, &mse);
    if (failed)
        fprintf(stderr, "%s\n", nnblas_error_message());
    else
        printf("mse %.18f\n", mse);
    nnblas_trainer_destroy(trainer);
    nnblas_net_destroy(net);
    return failed;
}
