/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What model.py is made of and checked against: the time of a sum over ranks, and that of a step.
 * usage: mpirun -np RANKS measure_ranks sums
 *        mpirun -np RANKS measure_ranks step ROWS INPUTS HIDDEN OUTPUTS
 * Each rank computes with one thread. Lines are "sum RANKS DOUBLES SECONDS" and "step RANKS ROWS
 * INPUTS HIDDEN OUTPUTS SECONDS", medians.
 */
#include <nnblas_mpi.h>

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int rank, ranks;

static void check(nnblas_status status, const char *message) {
    if (status >= 0)
        return;
    fprintf(stderr, "rank %d: %s\n", rank, message);
    MPI_Abort(MPI_COMM_WORLD, 1);
}

static int compare(const void *a, const void *b) {
    const double left = *(const double *)a, right = *(const double *)b;
    return (left > right) - (left < right);
}

static double find_median(double *times, size_t count) {
    qsort(times, count, sizeof *times, compare);
    return times[count / 2];
}

/* ---- sums ------------------------------------------------------------------------------------ */

/* As a training adds up a gradient: begun, then waited for. */
static double time_sum(const nnblas_group *group, double *values, size_t count) {
    double times[200];
    size_t runs = count > 100000 ? 40 : 200;
    for (size_t run = 0; run < runs; run++) {
        memset(values, 0, count * sizeof *values);
        MPI_Barrier(MPI_COMM_WORLD);
        double start = MPI_Wtime();
        if (group->begin_sum(group->user, values, count) || group->finish_sums(group->user))
            check(NNBLAS_ERROR_GROUP, group->describe_failure(group->user));
        times[run] = MPI_Wtime() - start;
    }
    return find_median(times, runs);
}

static void time_sums(const nnblas_group *group) {
    static const size_t COUNTS[] = {1, 64, 1024, 8192, 32768, 131072, 524288, 2097152};
    enum { N_COUNTS = sizeof COUNTS / sizeof COUNTS[0] };
    double *values = calloc(COUNTS[N_COUNTS - 1], sizeof *values);
    for (size_t i = 0; values && i < N_COUNTS; i++) {
        double seconds = time_sum(group, values, COUNTS[i]);
        if (rank == 0)
            printf("sum %d %zu %.9f\n", ranks, COUNTS[i], seconds);
    }
    free(values);
}

/* ---- steps ----------------------------------------------------------------------------------- */

enum { EPOCHS = 16 };

typedef struct {
    double ends[EPOCHS + 1];
    size_t count;
} clock_times;

static int note_epoch(void *user, size_t epoch, double cost) {
    clock_times *times = user;
    (void)epoch, (void)cost;
    times->ends[times->count++] = MPI_Wtime();
    return 0;
}

static double *fill(size_t count, uint32_t seed) {
    double *values = malloc((count > 0 ? count : 1) * sizeof *values);
    for (size_t i = 0; values && i < count; i++) {
        seed = seed * 1664525u + 1013904223u;
        values[i] = (double)(seed >> 8) / (1 << 24);
    }
    return values;
}

static void train(nnblas_trainer *trainer, const nnblas_group *group, const size_t sizes[3],
                  size_t N) {
    size_t first, count;
    check(nnblas_group_share(NULL, N, 0, group, &first, &count), nnblas_error_message());
    double *X = fill(count * sizes[0], 1u + (uint32_t)rank), *Y = fill(count * sizes[2], 7u);
    if (!X || !Y)
        check(NNBLAS_ERROR_MEMORY, "out of memory");
    check(nnblas_trainer_set_group(trainer, group, 0), nnblas_error_message());
    check(nnblas_trainer_fit(trainer, count, X, sizes[0], Y, sizes[2]), nnblas_error_message());
    free(X);
    free(Y);
}

static void time_steps(const nnblas_group *group, char **argv) {
    const size_t N = strtoull(argv[2], NULL, 10);
    const size_t sizes[3] = {strtoull(argv[3], NULL, 10), strtoull(argv[4], NULL, 10),
                             strtoull(argv[5], NULL, 10)};
    nnblas_net *net = NULL;
    nnblas_trainer *trainer = NULL;
    clock_times times = {.count = 0};
    check(nnblas_set_threads(1), nnblas_error_message());
    check(nnblas_net_create(sizes, 3, NNBLAS_BIAS, &net), nnblas_error_message());
    check(nnblas_net_init(net, 1), nnblas_error_message());
    check(nnblas_trainer_create(net, &trainer), nnblas_error_message());
    check(nnblas_trainer_set_epochs(trainer, EPOCHS), nnblas_error_message());
    check(nnblas_trainer_set_callback(trainer, note_epoch, &times), nnblas_error_message());
    train(trainer, group, sizes, N);
    for (size_t e = 0; e + 1 < times.count; e++)
        times.ends[e] = times.ends[e + 1] - times.ends[e];
    if (rank == 0 && times.count > 1)
        printf("step %d %zu %zu %zu %zu %.9f\n", ranks, N, sizes[0], sizes[1], sizes[2],
               find_median(times.ends, times.count - 1));
    nnblas_trainer_destroy(trainer);
    nnblas_net_destroy(net);
}

int main(int argc, char **argv) {
    nnblas_mpi_group *group = NULL;
    MPI_Init(&argc, &argv);
    MPI_Comm_rank(MPI_COMM_WORLD, &rank);
    MPI_Comm_size(MPI_COMM_WORLD, &ranks);
    check(nnblas_mpi_group_create(MPI_COMM_WORLD, 60.0, &group), nnblas_mpi_error_message());
    if (argc == 2 && strcmp(argv[1], "sums") == 0)
        time_sums(nnblas_mpi_group_calls(group));
    else if (argc == 6 && strcmp(argv[1], "step") == 0)
        time_steps(nnblas_mpi_group_calls(group), argv);
    else
        fputs("usage: measure_ranks sums | step ROWS INPUTS HIDDEN OUTPUTS\n", stderr);
    nnblas_mpi_group_destroy(group);
    MPI_Finalize();
    return 0;
}
