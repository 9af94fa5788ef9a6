/* SPDX-License-Identifier: BSD-3-Clause */
#include "training/row_order.h"
#include "core/memory.h"
#include "core/sizes.h"
#include "engine/row_weights.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* A uniform number below limit: D. Lemire, "Fast random integer generation in an interval", ACM
 * Trans. Model. Comput. Simul. 29 (2019). */
static uint32_t draw_under(nn_random *random, uint32_t limit) {
    uint64_t product = (nn_random_bits(random) >> 32) * limit;
    if ((uint32_t)product < limit) {
        uint32_t threshold = -limit % limit;
        while ((uint32_t)product < threshold)
            product = (nn_random_bits(random) >> 32) * limit;
    }
    return (uint32_t)(product >> 32);
}

/* R. A. Fisher, F. Yates; D. E. Knuth, "The art of computer programming", vol. 2, algorithm P. */
void nn_shuffle(uint32_t *rows, size_t count, nn_random *random) {
    for (size_t i = count; i > 1; i--) {
        uint32_t j = draw_under(random, (uint32_t)i), swap = rows[i - 1];
        rows[i - 1] = rows[j];
        rows[j] = swap;
    }
}

static int compare_rows(const void *a, const void *b) {
    uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;
    return (x > y) - (x < y);
}

static size_t count_validating(size_t weighted, double fraction) {
    if (fraction == 0.0 || weighted < 2)
        return 0;
    return nn_min(nn_max((size_t)floor(fraction * (double)weighted + 0.5), 1), weighted - 1);
}

nnblas_status nn_row_order_open(nn_row_order *order, size_t N, const double *weights,
                                double fraction, uint64_t seed) {
    size_t weighted = nn_count_weighted_rows(N, weights);
    order->validating = count_validating(weighted, fraction);
    order->learning = weighted - order->validating;
    order->rows = nn_allocate(weighted + order->learning, sizeof *order->rows);
    if (!order->rows)
        return NNBLAS_ERROR_MEMORY;
    order->base = order->rows + weighted;
    nn_list_weighted_rows(N, weights, order->rows);
    if (order->validating > 0) {
        /* Another sequence than that of the epochs. */
        nn_random random;
        nn_random_seed(&random, ~seed);
        nn_shuffle(order->rows, weighted, &random);
        qsort(order->rows, order->learning, sizeof *order->rows, compare_rows);
    }
    memcpy(order->base, order->rows, order->learning * sizeof *order->rows);
    return NNBLAS_OK;
}

void nn_row_order_close(nn_row_order *order) {
    free(order->rows);
}

void nn_row_order_shuffle(nn_row_order *order, nn_random *random) {
    memcpy(order->rows, order->base, order->learning * sizeof *order->rows);
    nn_shuffle(order->rows, order->learning, random);
}
