/* SPDX-License-Identifier: BSD-3-Clause */
/* Which rows to learn from, which to validate with, and in what order. */
#ifndef NN_ORDER_H
#define NN_ORDER_H

#include "core/random.h"
#include "core/status.h"

typedef struct nn_order {
    uint32_t *rows; /* first those to learn from, then those to validate with */
    uint32_t *base; /* the former, rising: each shuffle begins with them */
    size_t learning, validating;
} nn_order;

/* fraction of N rows, at least one of each kind where it is above 0, drawn by the seed. Fails only
 * with NNBLAS_ERROR_MEMORY; nothing is left to close then. */
nnblas_status nn_order_open(nn_order *order, size_t N, double fraction, uint64_t seed);
void nn_order_close(nn_order *order);

/* The rows to learn from in an order that depends on the generator alone. */
void nn_order_shuffle(nn_order *order, nn_random *random);

#endif
