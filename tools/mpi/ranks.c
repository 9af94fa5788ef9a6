/* SPDX-License-Identifier: BSD-3-Clause */
#include "cli/rank_calls.h"

#include <limits.h>
#include <nnblas_mpi.h>
#include <stdlib.h>
#include <string.h>

static MPI_Comm messages; /* apart from what libraries send */

static size_t count_neighbours(void) {
    MPI_Comm node;
    int count;
    MPI_Comm_split_type(MPI_COMM_WORLD, MPI_COMM_TYPE_SHARED, 0, MPI_INFO_NULL, &node);
    MPI_Comm_size(node, &count);
    MPI_Comm_free(&node);
    return (size_t)count;
}

/* Trainings have threads of their own, which do not call MPI. */
static bool begin(rank_place *place) {
    int rank, ranks, level;
    if (MPI_Init_thread(NULL, NULL, MPI_THREAD_FUNNELED, &level) != MPI_SUCCESS)
        return false;
    MPI_Comm_rank(MPI_COMM_WORLD, &rank);
    MPI_Comm_size(MPI_COMM_WORLD, &ranks);
    MPI_Comm_dup(MPI_COMM_WORLD, &messages);
    *place = (rank_place){(size_t)rank, (size_t)ranks, count_neighbours()};
    return true;
}

/* What is sent and not yet received. A send that waited would hang where its receiver has stopped.
 */
typedef struct letter {
    struct letter *next;
    MPI_Request request;
    char data[];
} letter;

static letter *letters;

static void free_received_letters(void) {
    letter **place = &letters;
    while (*place) {
        letter *l = *place;
        int is_received;
        MPI_Test(&l->request, &is_received, MPI_STATUS_IGNORE);
        if (!is_received) {
            place = &l->next;
            continue;
        }
        *place = l->next;
        free(l);
    }
}

static void end(void) {
    while (letters)
        free_received_letters();
    MPI_Comm_free(&messages);
    MPI_Finalize();
}

static void abandon(int status) {
    MPI_Abort(MPI_COMM_WORLD, status);
}

static void send_message(size_t to, const void *data, size_t bytes) {
    letter *l = bytes <= INT_MAX ? malloc(sizeof *l + bytes) : NULL;
    if (!l) {
        abandon(EXIT_FAILURE);
        return;
    }
    l->next = letters;
    letters = l;
    memcpy(l->data, data, bytes);
    MPI_Isend(l->data, (int)bytes, MPI_BYTE, (int)to, 0, messages, &l->request);
}

static bool receive(rank_message *message) {
    MPI_Status status;
    int is_there, bytes;
    free_received_letters();
    MPI_Iprobe(MPI_ANY_SOURCE, 0, messages, &is_there, &status);
    if (!is_there)
        return false;
    MPI_Get_count(&status, MPI_BYTE, &bytes);
    *message = (rank_message){(size_t)status.MPI_SOURCE, (size_t)bytes, malloc((size_t)bytes)};
    if (!message->data)
        abandon(EXIT_FAILURE);
    MPI_Recv(message->data, bytes, MPI_BYTE, status.MPI_SOURCE, 0, messages, MPI_STATUS_IGNORE);
    return true;
}

static void broadcast(void *bytes, size_t count, size_t from) {
    char *next = bytes;
    for (size_t n; count > 0; count -= n, next += n) {
        n = count < INT_MAX ? count : INT_MAX;
        MPI_Bcast(next, (int)n, MPI_BYTE, (int)from, messages);
    }
}

static nnblas_mpi_group *trained_group;

static const char *create_group(double seconds, nnblas_group *group) {
    if (nnblas_mpi_group_create(MPI_COMM_WORLD, seconds, &trained_group))
        return nnblas_mpi_error_message();
    *group = *nnblas_mpi_group_calls(trained_group);
    return NULL;
}

static void destroy_group(void) {
    nnblas_mpi_group_destroy(trained_group);
    trained_group = NULL;
}

__attribute__((visibility("default"))) const rank_calls nnblas_rank_calls = {
    begin, end, abandon, send_message, receive, broadcast, create_group, destroy_group};
