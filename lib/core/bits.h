/* SPDX-License-Identifier: BSD-3-Clause */
/* Doubles as integers with the same bits, and integers as the bytes of a file. */
#ifndef NN_BITS_H
#define NN_BITS_H

#include <float.h>
#include <stdint.h>
#include <string.h>

/* The kernels round a double to an integer by adding constants, which needs arithmetic in double
 * precision. The longer registers of the x87 would silently give wrong results. */
#if FLT_EVAL_METHOD < 0 || FLT_EVAL_METHOD == 2
#error "libnnblas needs double-precision arithmetic: on 32-bit x86 use -msse2 -mfpmath=sse"
#endif

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

/* From this machine's byte order to little-endian, and back. */
static inline uint64_t nn_swap_to_little(uint64_t bits) {
    return __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__ ? __builtin_bswap64(bits) : bits;
}

static inline void nn_store_bits(uint64_t bits, unsigned char bytes[8]) {
    bits = nn_swap_to_little(bits);
    memcpy(bytes, &bits, sizeof bits);
}

static inline uint64_t nn_load_bits(const unsigned char bytes[8]) {
    uint64_t bits;
    memcpy(&bits, bytes, sizeof bits);
    return nn_swap_to_little(bits);
}

#endif
