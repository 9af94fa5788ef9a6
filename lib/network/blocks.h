/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The rows of a source in blocks, of which the next is read in a thread of its own while the caller
 * computes with the last. Block k has the rows from k block_rows on, however many the source hands
 * out at a time. Once the rows are counted, the blocks are as equal as they can be: while a short
 * one is computed with, a long one could not be read.
 */
#ifndef NN_BLOCKS_H
#define NN_BLOCKS_H

#include "network/source.h"

typedef struct nn_block {
    size_t first, count; /* rows of the source; count 0: there is no such block */
    nn_rows rows;        /* those of them that have weight, weighed by nn_weigh_rows */
    uint32_t *order; /* room for the order of count rows; that of the rows where they have one */
} nn_block;

typedef struct nn_blocks {
    nnblas_source *source;
    const char *name;  /* "source", or "validation source" */
    size_t block_rows; /* of the source's setting, or fewer where the rows are counted */
    bool repeats;      /* another pass comes after this one; set by the caller */
    size_t N;          /* rows of the source; SIZE_MAX until a pass has counted them */
    /* Looks at each block that is taken the first time, in whatever order; null, or set by the
     * caller, with its context. */
    nnblas_status (*examine)(void *context, const struct nn_block *block);
    void *context;
    size_t examined; /* blocks */
    size_t position; /* the row that the source hands out next; SIZE_MAX where that is not known */
    struct nn_background *background; /* null: blocks are read by the caller */
    struct nn_slot *slots;            /* two */
    struct nn_slot *ahead; /* what holds, or will hold, a block that was not taken; null */
} nn_blocks;

/* No block. */
#define NN_NONE SIZE_MAX

/* name: of the source in messages. NNBLAS_ERROR_VALUE where another call uses the source,
 * NNBLAS_ERROR_MEMORY. */
nnblas_status nn_blocks_open(nn_blocks *blocks, nnblas_source *source, const char *name);

/* Waits for a block that is being read. What was not opened is all 0. */
void nn_blocks_close(nn_blocks *blocks);

/* Takes a block, which stays until the next call, and begins to read the one that will be taken
 * next: NN_NONE where that is not known. Without seek, blocks are taken in their order. */
nnblas_status nn_blocks_take(nn_blocks *blocks, size_t index, size_t next, nn_block *block);

/* The same in the order of the rows, from block 0 on. After the last block there is none, whose
 * count is 0. */
nnblas_status nn_blocks_take_in_order(nn_blocks *blocks, size_t index, nn_block *block);

/* How many rows N have in equal blocks, as many as there would be of block_rows. */
size_t nn_equalise_blocks(size_t N, size_t block_rows);

/* The source has N rows: from now on blocks are equal. Their number is that of before. */
void nn_blocks_count(nn_blocks *blocks, size_t N);

/* How many blocks there are, of rows that are counted. */
size_t nn_count_blocks(const nn_blocks *blocks);

/* Rows as a block of N has them, for plans: they are not read. are_picked: blocks get an order even
 * where all rows have weight. */
nn_rows nn_blocks_describe(const nn_blocks *blocks, size_t N, bool are_picked);

#endif
