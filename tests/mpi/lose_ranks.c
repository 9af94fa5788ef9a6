/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Ranks that no longer answer: after the third epoch the ranks named first to last hang, or with
 * "absent" never make the group, or with "memory" have none for a sum, while those after them are
 * busy for 3 s. Each other rank prints the status and the message of its training, or of its group.
 * Rank 0 begins to wait before the others. What hangs for ever is ended after a minute.
 *
 * usage: mpirun -np RANKS lose_ranks SECONDS FIRST LAST [absent|memory]
 */
#include "nnblas_mpi.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

enum { ROWS = 50, INPUTS = 3, BUSY_SECONDS = 3 };

static int hang_at_3(void *user, size_t epoch, double mse) {
    const double *late = user;
    (void)mse;
    if (epoch == 3 && late)
        usleep((useconds_t)(1e6 * *late));
    while (epoch == 3 && !late)
        pause();
    return 0;
}

/* late: null for a rank that hangs. */
static void train(const nnblas_group *group, double *late) {
    static double X[ROWS][INPUTS], Y[ROWS];
    static const size_t SIZES[] = {INPUTS, 4, 1};
    nnblas_net *net;
    nnblas_trainer *t;
    for (size_t e = 0; e < ROWS; e++)
        X[e][e % INPUTS] = Y[e] = 0.01 * (double)e;
    if (nnblas_net_create(SIZES, 3, 0, &net) || nnblas_net_init(net, 1) ||
        nnblas_trainer_create(net, &t))
        return;
    nnblas_trainer_set_callback(t, hang_at_3, late);
    nnblas_trainer_set_epochs(t, 10);
    nnblas_trainer_set_group(t, group, 0);
    nnblas_status status = nnblas_trainer_fit(t, ROWS, X[0], INPUTS, Y, 1);
    printf("rank %zu: %s: %s\n", group->rank, nnblas_status_string(status),
           status ? nnblas_error_message() : "");
    fflush(stdout);
    nnblas_trainer_destroy(t);
    nnblas_net_destroy(net);
}

/* Its buffer, of 16 GiB, is the first thing that the sum needs. */
static void sum_without_memory(const nnblas_group *group) {
    struct rlimit before;
    double number = 0.0;
    getrlimit(RLIMIT_AS, &before);
    setrlimit(RLIMIT_AS, &(struct rlimit){(rlim_t)1 << 24, before.rlim_max});
    int failure = group->begin_sum(group->user, &number, INT_MAX);
    setrlimit(RLIMIT_AS, &before);
    if (failure)
        printf("rank %zu: %s\n", group->rank, group->describe_failure(group->user));
}

/* The others may still have to print. */
static void end(unsigned seconds) {
    sleep(seconds);
    MPI_Abort(MPI_COMM_WORLD, 3);
}

int main(int argc, char **argv) {
    nnblas_mpi_group *group = NULL, *none = NULL;
    int provided, rank;
    MPI_Init_thread(&argc, &argv, MPI_THREAD_FUNNELED, &provided);
    MPI_Comm_rank(MPI_COMM_WORLD, &rank);
    if (argc < 4 || nnblas_mpi_group_create(MPI_COMM_NULL, 1.0, &none) != NNBLAS_ERROR_VALUE ||
        none)
        MPI_Abort(MPI_COMM_WORLD, 3);
    int hangs = rank >= atoi(argv[2]) && rank <= atoi(argv[3]);
    int is_of_memory = argc > 4 && strcmp(argv[4], "memory") == 0;
    alarm(60);
    if (argc > 4 && hangs && !is_of_memory)
        end(10);
    double seconds = atof(argv[1]), late = rank > 0 ? 0.4 * seconds : 0.0;
    nnblas_status status = nnblas_mpi_group_create(MPI_COMM_WORLD, seconds, &group);
    if (status)
        printf("rank %d: %s: %s\n", rank, nnblas_status_string(status), nnblas_mpi_error_message());
    else if (hangs && is_of_memory)
        sum_without_memory(nnblas_mpi_group_calls(group));
    else {
        if (is_of_memory && rank > atoi(argv[3]))
            sleep(BUSY_SECONDS);
        train(nnblas_mpi_group_calls(group), hangs ? NULL : &late);
    }
    fflush(stdout);
    nnblas_mpi_group_destroy(group);
    end(is_of_memory ? BUSY_SECONDS + 2 : 1);
}
