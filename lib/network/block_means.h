/* SPDX-License-Identifier: BSD-3-Clause */
/* The cost of all rows of a source and its gradient: the means of those of the blocks, made in the
 * order of the blocks, so that the bits depend on the number of rows in a block alone. */
#ifndef NN_BLOCK_MEANS_H
#define NN_BLOCK_MEANS_H

#include "network/blocks.h"

/*
 * One pass over the blocks. engine: for as many rows as a block has. Without gradient (null) it
 * computes the cost alone; else the updates of the engine are those of a block, in one vector of
 * count, and gradient has room for as many. NNBLAS_ERROR_SOURCE where the source fails,
 * NNBLAS_ERROR_SIZE where it has no rows, and the errors of weights.
 *
 * suspect: null, or the first block whose cost or gradient is not finite, where the pass then ends;
 * else it is left alone. The block stays as of nn_blocks_take.
 */
nnblas_status nn_average_blocks(nn_blocks *blocks, nn_engine *engine, const nn_model *model,
                                size_t count, double *gradient, double *cost, nn_block *suspect);

#endif
