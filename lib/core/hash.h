/* SPDX-License-Identifier: BSD-3-Clause */
/* FNV-1a of 64 bits (G. Fowler, L. C. Noll, K.-P. Vo). It detects accidental differences, not
 * deliberate ones. */
#ifndef NN_HASH_H
#define NN_HASH_H

#include <stddef.h>
#include <stdint.h>

static const uint64_t NN_HASH_START = 0xcbf29ce484222325;

/* The hash of what was hashed so far, followed by these bytes. */
static inline uint64_t nn_hash_bytes(uint64_t hash, const void *bytes, size_t size) {
    for (size_t i = 0; i < size; i++)
        hash = (hash ^ ((const unsigned char *)bytes)[i]) * 0x100000001b3;
    return hash;
}

/* The same by words of 64 bits: other hashes, in an eighth of the time. The rotation lets high bits
 * have an effect on low ones. */
static inline uint64_t nn_hash_word(uint64_t hash, uint64_t word) {
    hash = (hash ^ word) * 0x100000001b3;
    return hash << 29 | hash >> 35;
}

#endif
