/* SPDX-License-Identifier: BSD-3-Clause */
/* Learns exclusive or. */
#include <nnblas.h>
#include <stdio.h>

int main(void) {
    const double X[] = {0, 0, 0, 1, 1, 0, 1, 1}, Y[] = {0, 1, 1, 0}; /* exclusive or */
    const size_t layer_sizes[] = {2, 6, 1};
    double O_out[4];
    nnblas_net *net = NULL;
    nnblas_trainer *trainer = NULL;

    int failed = nnblas_net_create(layer_sizes, 3, NNBLAS_BIAS, &net) ||
                 nnblas_trainer_create(net, &trainer) ||
                 nnblas_trainer_set_optimizer(trainer, NNBLAS_RPROP) ||
                 nnblas_trainer_fit(trainer, 4, X, 2, Y, 1) < 0 ||
                 nnblas_net_predict(net, 4, X, 2, O_out, 1);
    if (failed)
        fprintf(stderr, "%s\n", nnblas_error_message());
    else
        for (int i = 0; i < 4; i++)
            printf("%g xor %g = %.3f\n", X[2 * i], X[2 * i + 1], O_out[i]);
    nnblas_trainer_destroy(trainer);
    nnblas_net_destroy(net);
    return failed;
}
