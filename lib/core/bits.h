/* SPDX-License-Identifier: BSD-3-Clause */
/* Doubles as the integers that their bits are. */
#ifndef NN_BITS_H
#define NN_BITS_H

#include <float.h>
#include <stdint.h>
#include <string.h>

/* The kernels add constants that round a double to an integer, which takes arithmetic in doubles:
 * in the longer registers of the x87 the results would be wrong, and nothing would say so. */
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

#endif
