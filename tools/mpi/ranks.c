/* SPDX-License-Identifier: BSD-3-Clause */
#include "cli/rank_calls.h"

#include <limits.h>
#include <nnblas_mpi.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

static MPI_Comm messages; /* apart from what libraries send */
enum { MESSAGE, GREETING };

/* MPI_THREAD_SERIALIZED: two threads call MPI, not at the same time. */
static pthread_mutex_t one_at_a_time = PTHREAD_MUTEX_INITIALIZER;

static size_t count_neighbours(void) {
    MPI_Comm node;
    int count;
    MPI_Comm_split_type(MPI_COMM_WORLD, MPI_COMM_TYPE_SHARED, 0, MPI_INFO_NULL, &node);
    MPI_Comm_size(node, &count);
    MPI_Comm_free(&node);
    return (size_t)count;
}

static bool begin(rank_place *place) {
    int rank, ranks, level;
    if (MPI_Init_thread(NULL, NULL, MPI_THREAD_SERIALIZED, &level) != MPI_SUCCESS ||
        level < MPI_THREAD_SERIALIZED)
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

static void post(size_t to, int tag, const void *data, size_t bytes) {
    letter *l = bytes <= INT_MAX ? malloc(sizeof *l + bytes) : NULL;
    if (!l) {
        abandon(EXIT_FAILURE);
        return;
    }
    l->next = letters;
    letters = l;
    memcpy(l->data, data, bytes);
    MPI_Isend(l->data, (int)bytes, MPI_BYTE, (int)to, tag, messages, &l->request);
}

static void send_message(size_t to, const void *data, size_t bytes) {
    pthread_mutex_lock(&one_at_a_time);
    post(to, MESSAGE, data, bytes);
    pthread_mutex_unlock(&one_at_a_time);
}

static bool take_message(rank_message *message) {
    MPI_Status status;
    int is_there, bytes;
    free_received_letters();
    MPI_Iprobe(MPI_ANY_SOURCE, MESSAGE, messages, &is_there, &status);
    if (!is_there)
        return false;
    MPI_Get_count(&status, MPI_BYTE, &bytes);
    *message = (rank_message){(size_t)status.MPI_SOURCE, (size_t)bytes, malloc((size_t)bytes)};
    if (!message->data)
        abandon(EXIT_FAILURE);
    MPI_Recv(message->data, bytes, MPI_BYTE, status.MPI_SOURCE, MESSAGE, messages,
             MPI_STATUS_IGNORE);
    return true;
}

static bool receive(rank_message *message) {
    pthread_mutex_lock(&one_at_a_time);
    bool is_there = take_message(message);
    pthread_mutex_unlock(&one_at_a_time);
    return is_there;
}

static void greet(size_t to, bool is_last) {
    const char word = is_last;
    pthread_mutex_lock(&one_at_a_time);
    free_received_letters();
    post(to, GREETING, &word, 1);
    pthread_mutex_unlock(&one_at_a_time);
}

static bool hear(size_t *from, bool *is_last) {
    MPI_Status status;
    int is_there;
    char word = 0;
    pthread_mutex_lock(&one_at_a_time);
    MPI_Iprobe(MPI_ANY_SOURCE, GREETING, messages, &is_there, &status);
    if (is_there)
        MPI_Recv(&word, 1, MPI_BYTE, status.MPI_SOURCE, GREETING, messages, &status);
    pthread_mutex_unlock(&one_at_a_time);
    *from = is_there ? (size_t)status.MPI_SOURCE : 0;
    *is_last = word;
    return is_there;
}

static MPI_Request broadcast; /* the one at work */

static size_t begin_broadcast(void *bytes, size_t count, size_t from) {
    const size_t most = count < INT_MAX ? count : INT_MAX;
    pthread_mutex_lock(&one_at_a_time);
    MPI_Ibcast(bytes, (int)most, MPI_BYTE, (int)from, messages, &broadcast);
    pthread_mutex_unlock(&one_at_a_time);
    return most;
}

static bool has_broadcast(void) {
    int is_done;
    pthread_mutex_lock(&one_at_a_time);
    MPI_Test(&broadcast, &is_done, MPI_STATUS_IGNORE);
    pthread_mutex_unlock(&one_at_a_time);
    return is_done;
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
    begin,           end,           abandon,      send_message, receive, greet, hear,
    begin_broadcast, has_broadcast, create_group, destroy_group};
