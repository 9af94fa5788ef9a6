/* SPDX-License-Identifier: BSD-3-Clause */
#include "network/block_means.h"
#include "engine/row_weights.h"
#include "kernels/kernels.h"

#include <math.h>
#include <string.h>

/* The first share is 1, of a mean that holds nothing yet. */
static void add_to_mean(size_t count, double share, const double *restrict values,
                        double *restrict mean) {
    if (share == 1.0) {
        memcpy(mean, values, count * sizeof *mean);
        return;
    }
    for (size_t i = 0; i < count; i++)
        mean[i] = (1.0 - share) * mean[i] + share * values[i];
}

static bool are_finite(double cost, size_t count, const double *gradient) {
    return isfinite(cost) && (!gradient || nn_get_kernels()->check_finite(count, gradient) == 0.0);
}

/* After the last block. */
static nnblas_status check_end(const nn_blocks *blocks, const nn_weight_sum *sum) {
    if (blocks->N == 0)
        return nn_fail(NNBLAS_ERROR_SIZE, "the source has no rows");
    return nn_check_weighted_count("weight", sum->total > 0.0);
}

nnblas_status nn_average_blocks(nn_blocks *blocks, nn_engine *engine, const nn_model *model,
                                size_t count, double *gradient, double *cost, nn_block *suspect) {
    nn_weight_sum sum = {0.0, 0.0};
    nn_block block;
    nnblas_status status;
    *cost = (double)NAN;
    for (size_t k = 0;; k++) {
        status = nn_blocks_take_in_order(blocks, k, &block);
        if (!status && block.count == 0)
            return check_end(blocks, &sum);
        if (!status)
            status = nn_check_each_weight("weight", block.first, block.count, block.rows.weights);
        if (status)
            return status;
        if (block.rows.N == 0)
            continue;
        double share = nn_add_weight(&sum, &block.rows);
        double part =
            nn_engine_run(engine, &(nn_call){.model = model,
                                             .rows = &block.rows,
                                             .updates = gradient ? engine->updates : NULL});
        add_to_mean(1, share, &part, cost);
        if (gradient)
            add_to_mean(count, share, engine->updates[0], gradient);
        if (suspect && !are_finite(part, count, gradient ? engine->updates[0] : NULL)) {
            *suspect = block;
            return NNBLAS_OK;
        }
    }
}
