/* SPDX-License-Identifier: BSD-3-Clause */
/* What the parts of a plan cost: data, one file in prices/ for each core type of OpenBLAS that was
 * measured, and a neutral one for the others. nnblas-bench fit measures and writes them. */
#ifndef NN_PRICES_H
#define NN_PRICES_H

#include <stddef.h>

/* Nanoseconds for one of what the name says. A time is a sum of prices, each times a count: so a
 * least squares fit finds them. */
typedef enum nn_price {
    /* The small kernels of OpenBLAS, for C of M x N and sums of K; see product_cost.c. */
    NN_VECTORS_CALL,
    NN_VECTORS_MULTIPLY,
    NN_VECTORS_COLUMN,
    NN_VECTORS_STEP,
    NN_VECTORS_WALK,
    NN_VECTORS_FAR_WALK,
    NN_DOTS_CALL,
    NN_DOTS_MULTIPLY,
    NN_DOTS_COLUMN,
    NN_DOTS_STEP,
    NN_DOTS_WALK,
    NN_DOTS_FAR_WALK,
    NN_ROWS_CALL,
    NN_ROWS_MULTIPLY,
    NN_ROWS_STEP,
    NN_ROWS_WALK,
    NN_ROWS_FAR_WALK,
    NN_ROWS_STORE,
    NN_ROWS_SCATTER,
    NN_REST_CALL,
    NN_REST_COPY,
    /* Those that pack both factors, for small and for large products. */
    NN_PACKED,
    NN_PACKED_LARGE = NN_PACKED + 10,
    /* An element of an elementwise pass, and the call of one. */
    NN_PASS_CALL = NN_PACKED_LARGE + 10,
    NN_SIGMOID,
    NN_DELTA,
    NN_CROSS_ENTROPY, /* with its delta */
    NN_COPY,
    NN_COPY_ROW,
    NN_TRANSPOSE,
    NN_ADD,
    /* The sum of a layer's updates; a tile. */
    NN_SUM_CALL,
    NN_TILE,
    /* A byte that does not come from the near cache, or not from the far one either: of what a tile
     * reads again, and of the rows of the call. */
    NN_OUT_OF_NEAR,
    NN_OUT_OF_FAR,
    NN_ROWS_OUT_OF_NEAR,
    NN_ROWS_OUT_OF_FAR,
    /* A byte that one thread wrote and others read; a row and a byte of X that do not come from the
     * near cache and are read across. */
    NN_SHARE,
    NN_TURNED_ROW,
    NN_TURNED_BYTE,
    NN_N_PRICES
} nn_price;

/* The prices of a product that packs both factors, from NN_PACKED and NN_PACKED_LARGE on. */
enum {
    NN_OF_CALL,
    NN_OF_WALK,
    NN_OF_BLOCK,
    NN_OF_STORE,
    NN_OF_FIRST,
    NN_OF_FIRST_TURNED,
    NN_OF_SECOND,
    NN_OF_SECOND_TURNED,
    NN_OF_ROW,
    NN_OF_STEP
};

typedef struct nn_prices {
    const char *cores;  /* that they are for, as OpenBLAS names them, with blanks between them */
    const char *made;   /* when, on which processor, with which BLAS and kernels */
    double small_limit; /* the most multiplications of a product that packs nothing; 0 = all pack */
    size_t packed_rows, packed_columns; /* the block of C of a packing kernel, as BLAS counts */
    double near_bytes, far_bytes;       /* of a core's own cache, and of its share of the next */
    double of[NN_N_PRICES];
} nn_prices;

extern const nn_prices nn_cooperlake_prices, nn_haswell_prices, nn_skylakex_prices,
    nn_neutral_prices;

/* Those for a core type, the neutral ones where it is unknown or null. */
const nn_prices *nn_find_prices(const char *core);

/* Those for the core type of the loaded BLAS. */
const nn_prices *nn_get_prices(void);

#endif
