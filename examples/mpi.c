/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * One training by several processes, on one machine or many: each has a share of the rows of a
 * circle, and all take the same steps. Each rank makes the rows that it owns; a program with files
 * reads them.
 *
 *   cc -o mpi examples/mpi.c $(pkg-config --cflags --libs nnblas_mpi nnblas) -lm
 *   mpirun -np 2 ./mpi
 */
#include <nnblas_mpi.h>

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

enum { N = 4000 };

/* Row e of all rows, whichever rank it is on. */
static void make_row(size_t e, double *X, double *Y) {
    X[0] = fmod(0.754877666 * (double)e, 1.0) * 2.0 - 1.0;
    X[1] = fmod(0.569840291 * (double)e, 1.0) * 2.0 - 1.0;
    *Y = X[0] * X[0] + X[1] * X[1] < 0.5;
}

static nnblas_status train(const nnblas_group *group, nnblas_net *net, double *cost) {
    static double X[N][2], Y[N];
    nnblas_trainer *trainer;
    size_t first, count;
    nnblas_status status = nnblas_group_share(NULL, N, 0, group, &first, &count);
    if (!status)
        status = nnblas_trainer_create(net, &trainer);
    if (status)
        return status;
    for (size_t i = 0; i < count; i++)
        make_row(first + i, X[i], &Y[i]);
    status = nnblas_trainer_set_group(trainer, group, 0);
    if (!status)
        status = nnblas_trainer_set_optimizer(trainer, NNBLAS_ADAM);
    if (!status)
        status = nnblas_trainer_set_learning_rate(trainer, 0.02);
    if (!status)
        status = nnblas_trainer_set_batch_size(trainer, 100); /* of all ranks together */
    if (!status)
        status = nnblas_trainer_set_epochs(trainer, 60);
    if (!status)
        status = nnblas_trainer_fit(trainer, count, X[0], 2, Y, 1);
    nnblas_epoch last = {.cost = 1.0};
    size_t epochs = nnblas_trainer_history_count(trainer);
    if (!status && epochs > 0)
        status = nnblas_trainer_history_epoch(trainer, epochs - 1, &last, sizeof last);
    *cost = last.cost;
    nnblas_trainer_destroy(trainer);
    return status;
}

int main(int argc, char **argv) {
    nnblas_mpi_group *group;
    nnblas_net *net;
    int provided;
    double cost = 1.0;
    MPI_Init_thread(&argc, &argv, MPI_THREAD_FUNNELED, &provided);
    if (nnblas_mpi_group_create(MPI_COMM_WORLD, 30.0, &group)) {
        fprintf(stderr, "%s\n", nnblas_mpi_error_message());
        MPI_Abort(MPI_COMM_WORLD, 1);
    }
    const nnblas_group *calls = nnblas_mpi_group_calls(group);
    nnblas_status status = nnblas_net_create((const size_t[]){2, 8, 1}, 3, NNBLAS_BIAS, &net);
    if (!status)
        status = nnblas_net_init(net, 1);
    if (!status)
        status = train(calls, net, &cost);
    if (status) {
        /* Only now the other ranks are ended, too. */
        fprintf(stderr, "rank %zu: %s\n", calls->rank, nnblas_error_message());
        MPI_Abort(MPI_COMM_WORLD, 1);
    }
    if (calls->rank == 0)
        printf("%zu ranks: mse %.4f\n", calls->ranks, cost);
    nnblas_net_destroy(net);
    nnblas_mpi_group_destroy(group);
    MPI_Finalize();
    return cost > 0.02;
}
