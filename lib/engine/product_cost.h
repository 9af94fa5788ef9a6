/* SPDX-License-Identifier: BSD-3-Clause */
/* Estimates how long a product takes that BLAS runs in one thread. */
#ifndef NN_PRODUCT_COST_H
#define NN_PRODUCT_COST_H

#include "engine/prices.h"

#include <stdbool.h>

/* C := A B + beta C, where the N rows of C have M contiguous elements: M and N as BLAS counts them,
 * by columns. */
typedef struct nn_product {
    size_t M, N, K;
    bool first_turned, second_turned;
} nn_product;

/* Nanoseconds. */
double nn_price_product(const nn_prices *prices, const nn_product *p);

#endif
