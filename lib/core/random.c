/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * xoshiro256** 1.0, its state filled by SplitMix64: D. Blackman, S. Vigna, "Scrambled linear
 * pseudorandom number generators", ACM Trans. Math. Softw. 47 (2021).
 */
#include "core/random.h"

uint64_t nn_splitmix_bits(uint64_t *state) {
    uint64_t z = *state += 0x9e3779b97f4a7c15;
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
    z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
    return z ^ (z >> 31);
}

void nn_random_seed(nn_random *random, uint64_t seed) {
    for (int i = 0; i < 4; i++)
        random->state[i] = nn_splitmix_bits(&seed);
}

static uint64_t rotate_left(uint64_t x, int k) {
    return x << k | x >> (64 - k);
}

uint64_t nn_random_bits(nn_random *random) {
    uint64_t *s = random->state;
    uint64_t result = rotate_left(s[1] * 5, 7) * 9;
    uint64_t shifted = s[1] << 17;
    s[2] ^= s[0];
    s[3] ^= s[1];
    s[1] ^= s[2];
    s[0] ^= s[3];
    s[2] ^= shifted;
    s[3] = rotate_left(s[3], 45);
    return result;
}

double nn_random_unit(nn_random *random) {
    return nn_unit_of_bits(nn_random_bits(random));
}
