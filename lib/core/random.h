/* SPDX-License-Identifier: BSD-3-Clause */
/* The library's own generator: the same numbers on every machine, and no global state. */
#ifndef NN_RANDOM_H
#define NN_RANDOM_H

#include <stdint.h>

typedef struct nn_random {
    uint64_t state[4];
} nn_random;

void nn_random_seed(nn_random *random, uint64_t seed);

uint64_t nn_random_bits(nn_random *random);

/* Uniform in [0, 1), a multiple of 2^-53. */
double nn_random_unit(nn_random *random);

#endif
