/* SPDX-License-Identifier: BSD-3-Clause */
/* Doubles as the integers that their bits are. */
#ifndef NN_BITS_H
#define NN_BITS_H

#include <stdint.h>
#include <string.h>

static inline uint64_t nn_get_bits(double value) {
    uint64_t bits;
    memcpy(&bits, &value, sizeof bits);
    return bits;
}

static inline double nn_from_bits(uint64_t bits) {
    double value;
    memcpy(&value, &bits, sizeof value);
    return value;
}

#endif
