/* SPDX-License-Identifier: BSD-3-Clause */
/* Written by nnblas-bench fit. */
#include "engine/prices.h"

const nn_prices nn_neutral_prices = {
    .cores = "",
    .made =
        "on 2026-11-26, AMD EPYC (family 25, model 17), OpenBLAS 0.3.21 Nehalem, kernels avx512",
    .small_limit = 0.0,
    .packed_rows = 4,
    .packed_columns = 8,
    .near_bytes = 262144.0,
    .far_bytes = 4194304.0,
    .of =
        {
            [NN_PACKED + NN_OF_CALL] = 40.77,
            [NN_PACKED + NN_OF_WALK] = 0.3722,
            [NN_PACKED + NN_OF_BLOCK] = 0.07404,
            [NN_PACKED + NN_OF_STORE] = 0.4179,
            [NN_PACKED + NN_OF_FIRST] = 0.3573,
            [NN_PACKED + NN_OF_FIRST_TURNED] = 0.3412,
            [NN_PACKED + NN_OF_ROW] = 0.3066,
            [NN_PACKED + NN_OF_STEP] = 0.005408,
            [NN_PACKED_LARGE + NN_OF_WALK] = 0.3459,
            [NN_PACKED_LARGE + NN_OF_BLOCK] = 0.4729,
            [NN_PACKED_LARGE + NN_OF_STORE] = 0.3282,
            [NN_PACKED_LARGE + NN_OF_FIRST] = 0.4931,
            [NN_PACKED_LARGE + NN_OF_FIRST_TURNED] = 0.1985,
            [NN_PACKED_LARGE + NN_OF_SECOND_TURNED] = 0.06159,
            [NN_PACKED_LARGE + NN_OF_STEP] = 4.079,
            [NN_PASS_CALL] = 3.952,
            [NN_SIGMOID] = 1.12,
            [NN_DELTA] = 0.1751,
            [NN_CROSS_ENTROPY] = 2.493,
            [NN_COPY] = 0.1292,
            [NN_COPY_ROW] = 1.005,
            [NN_TRANSPOSE] = 0.3169,
            [NN_ADD] = 0.1121,
            [NN_SUM_CALL] = 38.81,
            [NN_TILE] = 173.1,
            [NN_OUT_OF_NEAR] = 0.01173,
            [NN_OUT_OF_FAR] = 0.05929,
            [NN_ROWS_OUT_OF_FAR] = 0.09372,
            [NN_SHARE] = 0.02212,
            [NN_TURNED_ROW] = 0.3212,
        },
};
