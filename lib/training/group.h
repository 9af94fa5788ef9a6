/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The processes of a fit, by the calls that nnblas_trainer_set_group was given. Whatever a fit
 * decides by what a process alone knows is agreed on here, so that all of them make the same calls
 * in the same order.
 *
 * Without a group every function here does nothing: sums, numbers and decisions are a process's
 * own. After a call has failed no other is made, and values stay as they are.
 */
#ifndef NN_GROUP_H
#define NN_GROUP_H

#include "core/status.h"

#include <stdbool.h>

typedef struct nn_group {
    nnblas_group calls; /* ranks = 0: alone */
    bool is_ordered;
    double *gathered;     /* NN_GATHERED numbers of each rank */
    bool is_cancelled;    /* some rank is; agreed on */
    nnblas_status status; /* NNBLAS_ERROR_GROUP once a call has failed */
    char words[256];      /* why */
} nn_group;

enum { NN_GATHERED = 8 };

static inline bool nn_is_alone(const nn_group *group) {
    return group->calls.ranks == 0;
}

/* The rank whose files and numbers count. */
static inline bool nn_is_first(const nn_group *group) {
    return group->calls.rank == 0;
}

/* What the caller has set; all 0 for none. NNBLAS_ERROR_MEMORY on one rank is returned by all. */
nnblas_status nn_group_open(nn_group *group, const nnblas_group *calls, bool is_ordered);
void nn_group_close(nn_group *group);

/* NNBLAS_OK, or NNBLAS_ERROR_GROUP with the message of the call that has failed. */
nnblas_status nn_group_check(const nn_group *group);

/* Sums, each in place and over all ranks. Begun ones are done after nn_group_finish_sums; values
 * must stay where they are until then. */
void nn_group_begin_sum(nn_group *group, double *values, size_t count);
void nn_group_finish_sums(nn_group *group);
void nn_group_sum(nn_group *group, double *values, size_t count);

/* Adds each rank's numbers to the values, which are 0, and gives all ranks the sum. add: adds those
 * of this rank to what the ranks before it have added; alone and in ordered sums that is one after
 * the other, as one process adds them, so that the sum has its bits. */
typedef void nn_add_own(void *context, double *values);
void nn_group_add(nn_group *group, double *values, size_t count, nn_add_own *add, void *context);

/* Copies those of rank from to all. */
void nn_group_broadcast(nn_group *group, double *values, size_t count, size_t from);

/* The same of bytes, which all ranks have as many of. */
void nn_group_broadcast_bytes(nn_group *group, void *bytes, size_t count, size_t from);

/* At most NN_GATHERED numbers of each rank to group->gathered, those of rank r from r count on. */
void nn_group_gather(nn_group *group, const double *own, size_t count);

/* Each of the values becomes the largest of all ranks. */
void nn_group_find_largest(nn_group *group, double *values, size_t count);

/* Each rank's status, after something that may fail on one of them. Where that of one is an error,
 * all return it, the first rank's, with its rank before its message. */
nnblas_status nn_group_agree(nn_group *group, nnblas_status own);

#endif
