/* SPDX-License-Identifier: BSD-3-Clause */
/* A user's program, as C11 and as C++17: learns exclusive or, and says so by its exit code. */
#include <nnblas.h>

#include <stdio.h>

static int report(nnblas_status status) {
    fprintf(stderr, "%s: %s\n", nnblas_status_string(status), nnblas_error_message());
    return 1;
}

int main(void) {
    /* The third input is always 1, in the place of a bias. */
    static const double X[] = {0, 0, 1, 0, 1, 1, 1, 0, 1, 1, 1, 1}, Y[] = {0, 1, 1, 0};
    static const size_t layer_sizes[] = {3, 6, 1};
    nnblas_net *net = NULL;
    nnblas_trainer *trainer = NULL;
    double mse = 1.0;
    nnblas_status status = nnblas_net_create(layer_sizes, 3, 0, &net);
    if (!status)
        status = nnblas_trainer_create(net, &trainer);
    if (!status)
        status = nnblas_trainer_set_learning_rate(trainer, 2.0);
    if (!status)
        status = nnblas_trainer_set_epochs(trainer, 20000);
    if (!status)
        status = nnblas_trainer_fit(trainer, 4, X, 3, Y, 1);
    if (!status)
        status = nnblas_net_evaluate(net, 4, X, 3, Y, 1, &mse);
    nnblas_trainer_destroy(trainer);
    nnblas_net_destroy(net);
    if (status)
        return report(status);
    printf("nnblas %s: mse %.6f\n", nnblas_version(), mse);
    return mse < 0.005 ? 0 : 1;
}
