/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Trains a network by all ranks of MPI, and by each rank alone, and compares.
 *
 * usage: mpirun -np RANKS train_ranks OPTIMIZER BATCH [ordered]
 */
#include "nnblas_mpi.h"

#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { ROWS = 2003, INPUTS = 6, OUTPUTS = 2 };

static double X[ROWS][INPUTS], Y[ROWS][OUTPUTS];

static void make_rows(void) {
    uint32_t state = 1;
    for (size_t e = 0; e < ROWS; e++) {
        double sum = 0.0;
        for (size_t i = 0; i < INPUTS; i++) {
            state = state * 1664525u + 1013904223u;
            X[e][i] = state / 4294967296.0 - 0.5;
            sum += X[e][i];
        }
        Y[e][0] = sin(sum);
        Y[e][1] = X[e][0] * X[e][1];
    }
}

static nnblas_status train(nnblas_net *net, const nnblas_group *group, bool ordered, int optimizer,
                           size_t batch, size_t first, size_t count) {
    nnblas_trainer *t;
    nnblas_status status = nnblas_trainer_create(net, &t);
    if (status)
        return status;
    nnblas_trainer_set_optimizer(t, (nnblas_optimizer)optimizer);
    nnblas_trainer_set_learning_rate(t, 0.01);
    nnblas_trainer_set_batch_size(t, batch);
    nnblas_trainer_set_epochs(t, 10);
    nnblas_trainer_set_group(t, group, ordered);
    status = nnblas_trainer_fit(t, count, X[first], INPUTS, Y[first], OUTPUTS);
    nnblas_trainer_destroy(t);
    return status;
}

static double compare(const nnblas_net *a, const nnblas_net *b) {
    double difference = 0.0, largest = 0.0;
    const double *p = nnblas_net_const_parameters(a), *q = nnblas_net_const_parameters(b);
    for (size_t i = 0; i < nnblas_net_parameter_count(a); i++) {
        difference = fmax(difference, fabs(p[i] - q[i]));
        largest = fmax(largest, fabs(p[i]));
    }
    return difference / largest;
}

static int run(const nnblas_group *group, int optimizer, size_t batch, bool ordered) {
    static const size_t SIZES[] = {INPUTS, 8, OUTPUTS};
    nnblas_net *alone, *together;
    size_t first, count;
    if (nnblas_net_create(SIZES, 3, NNBLAS_BIAS, &alone) || nnblas_net_init(alone, 3) ||
        nnblas_net_clone(alone, &together))
        return 1;
    nnblas_status status =
        nnblas_group_share(ordered ? alone : NULL, ROWS, 0, group, &first, &count);
    if (!status)
        status = train(alone, NULL, false, optimizer, batch, 0, ROWS);
    if (!status)
        status = train(together, group, ordered, optimizer, batch, first, count);
    double difference = status ? HUGE_VAL : compare(alone, together);
    bool right = difference <= (ordered ? 0.0 : 1e-9);
    if (!right)
        fprintf(stderr, "rank %zu: status %d (%s), difference %g\n", group->rank, (int)status,
                status ? nnblas_error_message() : "", difference);
    nnblas_net_destroy(alone);
    nnblas_net_destroy(together);
    return !right;
}

static int is_refused_after_the_end(void) {
    nnblas_mpi_group *group = NULL;
    return nnblas_mpi_group_create(MPI_COMM_WORLD, 30.0, &group) == NNBLAS_ERROR_VALUE &&
           strstr(nnblas_mpi_error_message(), "has been finalized");
}

int main(int argc, char **argv) {
    nnblas_mpi_group *group;
    int provided, failed = 1;
    MPI_Init_thread(&argc, &argv, MPI_THREAD_FUNNELED, &provided);
    make_rows();
    if (argc < 3 || nnblas_mpi_group_create(MPI_COMM_WORLD, 30.0, &group)) {
        fprintf(stderr, "%s\n", nnblas_mpi_error_message());
        MPI_Abort(MPI_COMM_WORLD, 2);
    } else {
        failed = run(nnblas_mpi_group_calls(group), atoi(argv[1]), (size_t)atoi(argv[2]), argc > 3);
        if (failed)
            MPI_Abort(MPI_COMM_WORLD, 1);
        nnblas_mpi_group_destroy(group);
    }
    MPI_Finalize();
    return failed || !is_refused_after_the_end();
}
