/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Arithmetic with sizes. A size_t may have 32 bits, and two sizes that are each valid may have a
 * product that does not fit. Sizes that have not been allocated yet are therefore computed with
 * nn_add_sizes, nn_multiply_sizes and nn_round_up: a result that does not fit becomes SIZE_MAX and
 * stays it, and nn_allocate grants no such size.
 */
#ifndef NN_SIZES_H
#define NN_SIZES_H

#include <stddef.h>
#include <stdint.h>

static inline size_t nn_min(size_t a, size_t b) {
    return a < b ? a : b;
}

static inline size_t nn_max(size_t a, size_t b) {
    return a > b ? a : b;
}

/* a + b, or SIZE_MAX. */
static inline size_t nn_add_sizes(size_t a, size_t b) {
    size_t sum;
    return __builtin_add_overflow(a, b, &sum) ? SIZE_MAX : sum;
}

/* a b, or SIZE_MAX. */
static inline size_t nn_multiply_sizes(size_t a, size_t b) {
    size_t product;
    return __builtin_mul_overflow(a, b, &product) ? SIZE_MAX : product;
}

static inline size_t nn_divide_up(size_t total, size_t parts) {
    return total / parts + (total % parts > 0);
}

/* total, rounded up to a multiple; SIZE_MAX where that does not fit. */
static inline size_t nn_round_up(size_t total, size_t multiple) {
    return nn_multiply_sizes(nn_divide_up(total, multiple), multiple);
}

/* total is divided into parts nearly equal shares. Share p begins here and ends where share p + 1
 * begins. */
static inline size_t nn_get_share(size_t total, size_t parts, size_t p) {
    return nn_min(total, p * nn_divide_up(total, parts));
}

#endif
