/* SPDX-License-Identifier: BSD-3-Clause */
/* Random numbers: the same on every machine, and no global state. */
#ifndef NN_RANDOM_H
#define NN_RANDOM_H

#include <stdint.h>

/* The next 64 bits of SplitMix64. Any number may be its first state. */
uint64_t nn_splitmix_bits(uint64_t *state);

/* The library's own generator. */
typedef struct nn_random {
    uint64_t state[4];
} nn_random;

void nn_random_seed(nn_random *random, uint64_t seed);

uint64_t nn_random_bits(nn_random *random);

/* Uniform in [0, 1), a multiple of 2^-53: from the given bits, and from the next bits of the
 * generator. */
static inline double nn_unit_of_bits(uint64_t bits) {
    return (double)(bits >> 11) * 0x1p-53;
}

double nn_random_unit(nn_random *random);

#endif
