/* SPDX-License-Identifier: BSD-3-Clause */
/* The five products of one gradient over all rows at once, without sigmoid, delta or cost. No
 * program that calls BLAS five times can be faster. */
#ifndef FIVE_H
#define FIVE_H

#include "harness/naive.h"

/* Writes H_out, O_out, H_delta and both updates, from X, W1, W2 and the given O_delta. */
void compute_five_products(const naive_iteration *it);

/* The two of a prediction alone: H_out and O_out. */
void compute_two_products(const naive_iteration *it);

/* How many threads the products may use, where the BLAS is an OpenBLAS; else get returns 0. set
 * leaves them as they are where threads is 0. */
int get_five_threads(void);
void set_five_threads(int threads);

#endif
