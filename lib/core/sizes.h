/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef NN_SIZES_H
#define NN_SIZES_H

#include <stddef.h>

static inline size_t nn_min(size_t a, size_t b) {
    return a < b ? a : b;
}

static inline size_t nn_max(size_t a, size_t b) {
    return a > b ? a : b;
}

static inline size_t nn_divide_up(size_t total, size_t parts) {
    return (total + parts - 1) / parts;
}

/* total, up to the next multiple. */
static inline size_t nn_round_up(size_t total, size_t multiple) {
    return nn_divide_up(total, multiple) * multiple;
}

/* Share p of parts near-equal ones begins here, and ends where share p + 1 begins. */
static inline size_t nn_get_share(size_t total, size_t parts, size_t p) {
    return nn_min(total, p * nn_divide_up(total, parts));
}

#endif
