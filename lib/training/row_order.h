/* SPDX-License-Identifier: BSD-3-Clause */
/* The row order: which rows are trained on, which validate, and in which order. */
#ifndef NN_ROW_ORDER_H
#define NN_ROW_ORDER_H

#include "core/random.h"
#include "core/status.h"

typedef struct nn_row_order {
    uint32_t *rows; /* the training rows, then the validation rows */
    uint32_t *base; /* the training rows, sorted: where each shuffle begins */
    size_t learning, validating;
} nn_row_order;

/* Takes the rows whose weight is above 0, and draws a fraction of them by the seed to validate;
 * the others are trained on. Where the fraction is above 0 and there are two rows, each part has at
 * least one. Fails only with NNBLAS_ERROR_MEMORY; nothing is left to close then. */
nnblas_status nn_row_order_open(nn_row_order *order, size_t N, const double *weights,
                                double fraction, uint64_t seed);
void nn_row_order_close(nn_row_order *order);

/* Shuffles numbers. The order depends on the generator alone. */
void nn_shuffle(uint32_t *numbers, size_t count, nn_random *random);

/* Shuffles the training rows. The order depends on the generator alone. */
void nn_row_order_shuffle(nn_row_order *order, nn_random *random);

#endif
