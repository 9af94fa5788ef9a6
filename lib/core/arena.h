/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * One block of memory for all that a call needs. The same code that hands out its pieces counts its
 * size first, with an arena of size 0.
 */
#ifndef NN_ARENA_H
#define NN_ARENA_H

#include "core/memory.h"
#include "core/sizes.h"
#include "core/status.h"

/* Hands out pieces of a block. Once the block is too small, memory is null and the arena only
 * counts: to SIZE_MAX where the pieces do not fit in the address space. */
typedef struct nn_arena {
    unsigned char *memory;
    size_t size, used;
} nn_arena;

static inline void *nn_take(nn_arena *a, size_t count, size_t size) {
    size_t begin = a->used;
    /* Whole cache lines, so that no two pieces share one. */
    a->used = nn_add_sizes(begin, nn_round_up(nn_multiply_sizes(count, size), NN_ALIGNMENT));
    if (a->used > a->size)
        a->memory = NULL;
    return a->memory ? a->memory + begin : NULL;
}

static inline double *nn_take_doubles(nn_arena *a, size_t count) {
    return nn_take(a, count, sizeof(double));
}

/* Takes all pieces that the context needs. It is called with arenas that only count, too. */
typedef void nn_lay_out(void *context, nn_arena *arena);

/* Lays out in scratch, of size bytes, or where that is too small in a new block. *memory is that
 * block, to be released by free(), or null. Fails only with NNBLAS_ERROR_MEMORY. */
nnblas_status nn_lay_out_pieces(nn_lay_out *lay_out, void *context, void *scratch, size_t size,
                                void **memory);

#endif
