/* SPDX-License-Identifier: BSD-3-Clause */
/* What the command needs of MPI. The module nnblas_ranks.so has it, which is loaded for --mpi
 * alone: linked with the command, Open MPI would double the time that nnblas --version takes. */
#ifndef NNBLAS_CLI_RANK_CALLS_H
#define NNBLAS_CLI_RANK_CALLS_H

#include <nnblas.h>

#include <stdbool.h>
#include <stddef.h>

typedef struct {
    size_t from, bytes;
    void *data; /* the receiver frees it */
} rank_message;

typedef struct {
    size_t rank, ranks;
    size_t neighbours; /* ranks of the same machine, this one included */
} rank_place;

/* Several threads may call send to has_broadcast; the others one thread, while no other one calls
 * any. What MPI finds wrong ends all ranks, with its own message. */
typedef struct {
    bool (*begin)(rank_place *place);
    void (*end)(void);
    /* Ends all ranks, this one included; mpirun exits with the status. */
    void (*abandon)(int status);
    /* Copies the data, and does not wait. */
    void (*send)(size_t to, const void *data, size_t bytes);
    /* Does not wait: false where there is no message. */
    bool (*receive)(rank_message *message);
    /* Tells another rank that this one is there; is_last: that it leaves. */
    void (*greet)(size_t to, bool is_last);
    /* Does not wait: false where nobody has greeted. */
    bool (*hear)(size_t *from, bool *is_last);
    /* All ranks get the bytes of one, or as many of them as it returns; they call it together, with
     * the same number. They are there when has_broadcast() returns true, once. */
    size_t (*begin_broadcast)(void *bytes, size_t count, size_t from);
    bool (*has_broadcast)(void);
    /* For a training of all ranks, which call it together. Returns null, or what is wrong. */
    const char *(*create_group)(double seconds, nnblas_group *group);
    void (*destroy_group)(void);
} rank_calls;

#define RANK_CALLS_NAME "nnblas_rank_calls"
extern const rank_calls nnblas_rank_calls;

#endif
