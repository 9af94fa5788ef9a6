/* SPDX-License-Identifier: BSD-3-Clause */
#include "cli/shuffle.h"

#include "core/random.h"

/* R. Durstenfeld, Algorithm 235, Communications of the ACM 7 (1964). The remainder favours small
 * numbers by less than count / 2^64 of the range. */
void shuffle(size_t *items, size_t count, uint64_t *state) {
    for (size_t left = count; left > 1; left--) {
        size_t chosen = (size_t)(nn_splitmix_bits(state) % left);
        size_t item = items[chosen];
        items[chosen] = items[left - 1];
        items[left - 1] = item;
    }
}
