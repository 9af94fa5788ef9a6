/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * How long a step of a group takes on rank 0, and how much of that it spends in the calls of the
 * group, waiting for slower ranks included: the median of the epochs, and the least. One thread a
 * rank.
 *
 * usage: mpirun -np RANKS time_ranks ROWS INPUTS HIDDEN OUTPUTS STEPS [BATCH [ordered]]
 */
#include "nnblas_mpi.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

enum { MOST_STEPS = 100000 };

static double read_clock(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
}

/* ---- calls of the group, timed --------------------------------------------------------------- */

typedef struct timed_group {
    const nnblas_group *calls;
    double seconds;
} timed_group;

static int begin_sum(void *user, double *values, size_t count) {
    timed_group *g = user;
    double began = read_clock();
    int result = g->calls->begin_sum(g->calls->user, values, count);
    g->seconds += read_clock() - began;
    return result;
}

static int finish_sums(void *user) {
    timed_group *g = user;
    double began = read_clock();
    int result = g->calls->finish_sums(g->calls->user);
    g->seconds += read_clock() - began;
    return result;
}

static int broadcast(void *user, double *values, size_t count, size_t from) {
    timed_group *g = user;
    double began = read_clock();
    int result = g->calls->broadcast(g->calls->user, values, count, from);
    g->seconds += read_clock() - began;
    return result;
}

static const char *describe_failure(void *user) {
    const timed_group *g = user;
    return g->calls->describe_failure(g->calls->user);
}

/* ---- epochs ---------------------------------------------------------------------------------- */

typedef struct epochs {
    timed_group *group;
    size_t count;
    double ended[MOST_STEPS + 1], in_group[MOST_STEPS + 1];
} epochs;

static int note_epoch(void *user, size_t epoch, double mse) {
    epochs *e = user;
    (void)epoch, (void)mse;
    e->ended[e->count] = read_clock();
    e->in_group[e->count++] = e->group->seconds;
    return 0;
}

static int compare(const void *a, const void *b) {
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

/* Of the differences of count times: the least, and the median. */
typedef struct spread {
    double least, median;
} spread;

static spread get_spread(size_t count, const double *times) {
    double *differences = malloc(count * sizeof *differences);
    spread s = {0.0, 0.0};
    if (!differences)
        return s;
    for (size_t i = 1; i < count; i++)
        differences[i - 1] = times[i] - times[i - 1];
    qsort(differences, count - 1, sizeof *differences, compare);
    s = (spread){differences[0], differences[(count - 1) / 2]};
    free(differences);
    return s;
}

/* ---- the training ---------------------------------------------------------------------------- */

static double *make_numbers(size_t count) {
    double *numbers = malloc((count + 1) * sizeof *numbers);
    uint32_t state = 7;
    for (size_t i = 0; numbers && i < count; i++) {
        state = state * 1664525u + 1013904223u;
        numbers[i] = state / 4294967296.0;
    }
    return numbers;
}

static size_t get_argument(int argc, char **argv, int i, size_t otherwise) {
    return i < argc ? (size_t)strtoull(argv[i], NULL, 10) : otherwise;
}

static nnblas_status train(const nnblas_group *calls, const size_t sizes[3], size_t N, size_t steps,
                           size_t batch, bool ordered, epochs *e) {
    timed_group timed = {.calls = calls};
    const nnblas_group group = {calls->rank, calls->ranks,     begin_sum, finish_sums,
                                broadcast,   describe_failure, &timed};
    size_t first, count, an_epoch = batch > 0 ? (N + batch - 1) / batch : 1;
    nnblas_net *net;
    nnblas_trainer *t;
    nnblas_status status = nnblas_net_create(sizes, 3, 0, &net);
    if (!status)
        status = nnblas_net_init(net, 1);
    if (!status)
        status = nnblas_trainer_create(net, &t);
    if (!status)
        status = nnblas_group_share(ordered ? net : NULL, N, 0, &group, &first, &count);
    if (status)
        return status;
    double *X = make_numbers(count * sizes[0]), *Y = make_numbers(count * sizes[2]);
    e->group = &timed;
    nnblas_set_threads(1);
    nnblas_trainer_set_learning_rate(t, 1e-3);
    nnblas_trainer_set_batch_size(t, batch);
    nnblas_trainer_set_epochs(t, (steps + an_epoch - 1) / an_epoch + 1);
    nnblas_trainer_set_callback(t, note_epoch, e);
    nnblas_trainer_set_group(t, &group, ordered);
    status = X && Y ? nnblas_trainer_fit(t, count, X, sizes[0], Y, sizes[2]) : NNBLAS_ERROR_MEMORY;
    double scale = 1e6 / (double)an_epoch;
    spread step = get_spread(e->count, e->ended), in_group = get_spread(e->count, e->in_group);
    if (!status && calls->rank == 0)
        printf("%zu ranks, %zux%zux%zux%zu, batch %zu%s: step %.2f us, at least %.2f; in the group "
               "%.2f us, at least %.2f\n",
               calls->ranks, N, sizes[0], sizes[1], sizes[2], batch, ordered ? ", ordered" : "",
               scale * step.median, scale * step.least, scale * in_group.median,
               scale * in_group.least);
    free(X);
    free(Y);
    nnblas_trainer_destroy(t);
    nnblas_net_destroy(net);
    return status;
}

int main(int argc, char **argv) {
    static epochs e;
    nnblas_mpi_group *group = NULL;
    int provided;
    size_t sizes[3];
    MPI_Init_thread(&argc, &argv, MPI_THREAD_FUNNELED, &provided);
    for (int i = 0; i < 3; i++)
        sizes[i] = get_argument(argc, argv, 2 + i, 0);
    size_t N = get_argument(argc, argv, 1, 0), steps = get_argument(argc, argv, 5, 0);
    if (argc < 6 || steps >= MOST_STEPS || nnblas_mpi_group_create(MPI_COMM_WORLD, 60.0, &group))
        MPI_Abort(MPI_COMM_WORLD, 2);
    nnblas_status status = train(nnblas_mpi_group_calls(group), sizes, N, steps,
                                 get_argument(argc, argv, 6, 0), argc > 7, &e);
    if (status) {
        fprintf(stderr, "time_ranks: %s\n", nnblas_error_message());
        MPI_Abort(MPI_COMM_WORLD, 1);
    }
    nnblas_mpi_group_destroy(group);
    MPI_Finalize();
    return 0;
}
