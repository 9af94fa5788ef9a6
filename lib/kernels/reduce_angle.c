/* SPDX-License-Identifier: BSD-3-Clause */
#include "kernels/reduce_angle.h"
#include "core/bits.h"

#include <math.h>
#include <stdbool.h>
#include <stddef.h>

/*
 * The method of M. Payne and R. Hanek, "Radian reduction for trigonometric functions", SIGNUM
 * Newsletter 18 (1983): of a / pi only the parity of the integer and the fraction count. a is an
 * integer of 53 bits times 2^e, e >= -31, so the bits of 1 / pi before the one of 2^-e make
 * multiples of 2, and 192 bits from there leave an error below 2^-138.
 */

enum { LIMBS = 6 }; /* of 32 bits, the lowest first */

/* The bits of 1 / pi; the point is behind the first word. */
static const uint32_t INVERSE_PI[] = {
    0x00000000, 0x517cc1b7, 0x27220a94, 0xfe13abe8, 0xfa9a6ee0, 0x6db14acc, 0x9e21c820, 0xff28b1d5,
    0xef5de2b0, 0xdb92371d, 0x2126e970, 0x03249775, 0x04e8c90e, 0x7f0ef58e, 0x5894d39f, 0x74411afa,
    0x975da242, 0x74ce3813, 0x5a2fbf20, 0x9cc8eb1c, 0xc1a99cfa, 0x4e422fc5, 0xdefc941d, 0x8ffc4bff,
    0xef02cc07, 0xf79788c5, 0xad05368f, 0xb69b3f67, 0x93e584db, 0xa7a31fb3, 0x4f2ff516, 0xba93dd63,
    0xf5f2f8bd, 0x9e839cfb, 0xc5294975, 0x35fdafd8, 0x8fc6ae84, 0x2b019823, 0x7e3db5d5,
};

/* The 192 bits of 1 / pi from the bit of 2^(31 - first) on. */
static void take_bits(size_t first, uint32_t *window) {
    for (size_t i = 0; i < LIMBS; i++) {
        size_t bit = first + 32 * (LIMBS - 1 - i), word = bit / 32, shift = bit % 32;
        uint64_t two = (uint64_t)INVERSE_PI[word] << 32 | INVERSE_PI[word + 1];
        window[i] = (uint32_t)(two << shift >> 32);
    }
}

/* product := its low 192 bits of window times m. */
static void multiply(const uint32_t *window, uint64_t m, uint32_t *product) {
    const uint64_t parts[2] = {m & UINT32_MAX, m >> 32};
    for (size_t i = 0; i < LIMBS; i++)
        product[i] = 0;
    for (size_t p = 0; p < 2; p++) {
        uint64_t carry = 0;
        for (size_t i = 0; i + p < LIMBS; i++) {
            carry += parts[p] * window[i] + product[i + p];
            product[i + p] = (uint32_t)carry;
            carry >>= 32;
        }
    }
}

static void negate(uint32_t *x) {
    uint64_t carry = 1;
    for (size_t i = 0; i < LIMBS; i++) {
        carry += (uint32_t)~x[i];
        x[i] = (uint32_t)carry;
        carry >>= 32;
    }
}

/* x / 2^191, at least 2^-62: the highest 96 bits that are not all 0, as a sum of two. */
static double get_fraction(const uint32_t *x, double *low) {
    size_t top = LIMBS - 1;
    while (top > 2 && x[top] == 0)
        top--;
    double high = ldexp((double)x[top], (int)(32 * top) - 191);
    double middle = ldexp((double)x[top - 1], (int)(32 * top) - 32 - 191);
    double last = ldexp((double)x[top - 2], (int)(32 * top) - 64 - 191);
    double sum = high + middle;
    *low = (middle - (sum - high)) + last;
    return sum;
}

/* a - k pi for the nearest k, and whether that is odd; a is 2^21 or above. */
static double reduce(double a, bool *is_odd) {
    uint32_t window[LIMBS], x[LIMBS];
    uint64_t bits = nn_get_bits(a);
    take_bits((size_t)(bits >> 52) - (1075 - 31), window); /* 1075: the exponent of 2^52 */
    multiply(window, (bits & 0xfffffffffffff) | (uint64_t)1 << 52, x);
    *is_odd = x[LIMBS - 1] >> 31;
    x[LIMBS - 1] &= INT32_MAX;
    bool is_above_half = x[LIMBS - 1] >> 30;
    if (is_above_half) {
        negate(x);
        x[LIMBS - 1] &= INT32_MAX;
        *is_odd = !*is_odd;
    }
    double low, fraction = get_fraction(x, &low);
    double r = fraction * 0x1.921fb54442d18p+1;
    double rest = fma(fraction, 0x1.921fb54442d18p+1, -r);
    r += rest + (low * 0x1.921fb54442d18p+1 + fraction * 0x1.1a62633145c07p-53);
    return is_above_half ? -r : r;
}

double nn_reduce_for_sine(double a) {
    bool is_odd;
    if (!(fabs(a) > NN_LARGEST_PLAIN_ANGLE))
        return a;
    if (isinf(a))
        return (double)NAN;
    double r = reduce(fabs(a), &is_odd);
    return is_odd == (a < 0.0) ? r : -r;
}

double nn_reduce_for_cosine(double a) {
    bool is_odd;
    if (!(fabs(a) > NN_LARGEST_PLAIN_ANGLE))
        return a;
    if (isinf(a))
        return (double)NAN;
    double r = reduce(fabs(a), &is_odd);
    return is_odd ? 0x1.921fb54442d18p+1 - fabs(r) : r;
}
