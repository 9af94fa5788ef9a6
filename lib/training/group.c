/* SPDX-License-Identifier: BSD-3-Clause */
#include "training/group.h"
#include "core/memory.h"
#include "core/sizes.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- calls ----------------------------------------------------------------------------------- */

static bool may_call(const nn_group *g) {
    return !nn_is_alone(g) && !g->status;
}

static void keep_failure(nn_group *g, int result) {
    if (result == 0)
        return;
    const nnblas_group *calls = &g->calls;
    const char *words = calls->describe_failure ? calls->describe_failure(calls->user) : NULL;
    g->status = NNBLAS_ERROR_GROUP;
    snprintf(g->words, sizeof g->words, "%s", words ? words : "a call of the group has failed");
}

nnblas_status nn_group_check(const nn_group *g) {
    return g->status
               ? nn_fail(g->status, "rank %zu of %zu: %s", g->calls.rank, g->calls.ranks, g->words)
               : NNBLAS_OK;
}

void nn_group_begin_sum(nn_group *g, double *values, size_t count) {
    if (may_call(g) && count > 0)
        keep_failure(g, g->calls.begin_sum(g->calls.user, values, count));
}

void nn_group_finish_sums(nn_group *g) {
    if (may_call(g))
        keep_failure(g, g->calls.finish_sums(g->calls.user));
}

void nn_group_sum(nn_group *g, double *values, size_t count) {
    nn_group_begin_sum(g, values, count);
    nn_group_finish_sums(g);
}

void nn_group_add(nn_group *g, double *values, size_t count, nn_add_own *add, void *context) {
    if (!g->is_ordered) {
        add(context, values);
        nn_group_sum(g, values, count);
        return;
    }
    for (size_t r = 0; r < g->calls.ranks; r++) {
        if (r == g->calls.rank)
            add(context, values);
        nn_group_broadcast(g, values, count, r);
    }
}

void nn_group_broadcast(nn_group *g, double *values, size_t count, size_t from) {
    if (may_call(g) && count > 0)
        keep_failure(g, g->calls.broadcast(g->calls.user, values, count, from));
}

/* A number for each byte: no bit pattern of a double is a byte's. What is sent so is short. */
void nn_group_broadcast_bytes(nn_group *g, void *bytes, size_t count, size_t from) {
    double numbers[64];
    unsigned char *next = bytes;
    for (size_t first = 0; first < count; first += 64) {
        size_t some = nn_min(64, count - first);
        for (size_t i = 0; i < some; i++)
            numbers[i] = next[first + i];
        nn_group_broadcast(g, numbers, some, from);
        for (size_t i = 0; i < some; i++)
            next[first + i] = (unsigned char)numbers[i];
    }
}

/* ---- what is made of them -------------------------------------------------------------------- */

void nn_group_gather(nn_group *g, const double *own, size_t count) {
    if (nn_is_alone(g))
        return;
    memset(g->gathered, 0, g->calls.ranks * count * sizeof *g->gathered);
    memcpy(g->gathered + g->calls.rank * count, own, count * sizeof *own);
    nn_group_sum(g, g->gathered, g->calls.ranks * count);
}

void nn_group_find_largest(nn_group *g, double *values, size_t count) {
    for (size_t first = 0; !nn_is_alone(g) && first < count; first += NN_GATHERED) {
        size_t some = nn_min(NN_GATHERED, count - first);
        nn_group_gather(g, values + first, some);
        for (size_t r = 0; r < g->calls.ranks; r++)
            for (size_t i = 0; i < some; i++)
                values[first + i] = fmax(values[first + i], g->gathered[r * some + i]);
    }
}

/* ---- failures -------------------------------------------------------------------------------- */

/* The message of a rank, on all of them. */
static nnblas_status share_failure(nn_group *g, nnblas_status status, size_t rank) {
    char words[256] = "";
    snprintf(words, sizeof words, "%s", nnblas_error_message());
    nn_group_broadcast_bytes(g, words, sizeof words, rank);
    return g->status ? nn_group_check(g) : nn_fail(status, "rank %zu: %s", rank, words);
}

nnblas_status nn_group_agree(nn_group *g, nnblas_status own) {
    if (nn_is_alone(g))
        return own;
    double failed = own < 0;
    nn_group_sum(g, &failed, 1);
    for (size_t r = 0; failed > 0.0 && !g->status && r < g->calls.ranks; r++) {
        double status = own;
        nn_group_broadcast(g, &status, 1, r);
        if (status < 0.0)
            return share_failure(g, (nnblas_status)status, r);
    }
    return g->status ? nn_group_check(g) : own;
}

/* ---- memory ---------------------------------------------------------------------------------- */

nnblas_status nn_group_open(nn_group *g, const nnblas_group *calls, bool is_ordered) {
    *g = (nn_group){.calls = *calls, .is_ordered = is_ordered};
    if (nn_is_alone(g))
        return NNBLAS_OK;
    g->gathered = nn_allocate(nn_multiply_sizes(calls->ranks, NN_GATHERED), sizeof *g->gathered);
    return nn_group_agree(g, g->gathered ? NNBLAS_OK : NNBLAS_ERROR_MEMORY);
}

void nn_group_close(nn_group *g) {
    free(g->gathered);
}
