/* SPDX-License-Identifier: BSD-3-Clause */
/* exp, ln and what is made of them, without a branch, a table or a call: in a loop the compiler
 * makes vectors of them. */
#ifndef NN_VECTOR_MATH_H
#define NN_VECTOR_MATH_H

#include "core/bits.h"

/*
 * exp(x) for x <= 0, NaN for NaN, without a branch, a table or a call.
 *
 * exp(x) = 2^k exp(r) with k = round(x / ln 2) and r = x - k ln 2, |r| <= ln 2 / 2.
 * - k: adding 1.5 2^52 leaves the integer in the low bits of the sum, in two's complement.
 * - r: ln 2 in two parts. The high part has 42 bits, so that its product with k is exact.
 * - exp(r) = 1 + r + r^2 q(r): q interpolates (exp(r) - 1 - r) / r^2 at the ten Chebyshev nodes of
 *   the interval (computed with 60 digits, then rounded); relative error of the whole 1.6e-17.
 *   It is summed by pairs (G. Estrin, 1960): a row's few units wait for every step of a chain.
 * - Below -746 the result is 0; the clamp at -750 keeps k in range for -infinity too. It is written
 *   so that a NaN fails the comparison and goes through.
 */
typedef struct reduced {
    double exp_r_1; /* exp(r) - 1 */
    uint64_t k;     /* in two's complement, up to the bits of the rounding constant */
} reduced;

static inline reduced reduce_negative(double x) {
    const double ROUND = 0x1.8p52;
    x = x < -750.0 ? -750.0 : x;
    double shifted = x * 0x1.71547652b82fep+0 + ROUND;
    double k = shifted - ROUND;
    double r = (x - k * 0x1.62e42fefa3800p-1) - k * 0x1.ef35793c76730p-45;

    double r2 = r * r, r4 = r2 * r2;
    double q01 = 0x1.0000000000001p-1 + 0x1.5555555555556p-3 * r;
    double q23 = 0x1.5555555553d63p-5 + 0x1.11111111109b3p-7 * r;
    double q45 = 0x1.6c16c1788bd90p-10 + 0x1.a01a01a7c41d5p-13 * r;
    double q67 = 0x1.a019b90d2ae7ap-16 + 0x1.71de0dae63bb3p-19 * r;
    double q89 = 0x1.289185613a3d6p-22 + 0x1.af38a9b0ec855p-26 * r;
    double q = (q01 + q23 * r2) + r4 * ((q45 + q67 * r2) + r4 * q89);
    return (reduced){r + r2 * q, nn_get_bits(shifted)};
}

/* Below 2^-1022 there is no such double as 2^k, so the scaling is done in two halves, the first
 * into the exponent bits, the second as a product that rounds once where the result is subnormal.
 */
static inline double exp_of_negative(double x) {
    reduced e = reduce_negative(x);
    uint64_t half = e.k >> 1;
    double first = nn_from_bits(nn_get_bits(1.0 + e.exp_r_1) + (half << 52));
    double second = nn_from_bits(nn_get_bits(1.0) + ((e.k - half) << 52));
    return first * second;
}

/* exp(x) - 1 for x <= 0: 2^k (exp(r) - 1) + (2^k - 1), which is exp(r) - 1 itself near 0. Below -38
 * it rounds to -1, so 2^k may be 0 where k is out of range. */
static inline double expm1_of_negative(double x) {
    reduced e = reduce_negative(x < -40.0 ? -40.0 : x);
    double power = nn_from_bits(nn_get_bits(1.0) + (e.k << 52));
    return power * e.exp_r_1 + (power - 1.0);
}

/*
 * ln(x) for 0 < x <= 1, NaN for NaN. x = 2^k m with m in sqrt(1/2) .. sqrt(2), and ln m = 2
 * atanh(s) with s = (m - 1) / (m + 1), |s| <= 0.1716: its series, 2 sum s^(2i+1) / (2i+1), is left
 * off after i = 10, which makes 6e-19 of it. Subnormals are multiplied by 2^54 first.
 */
static inline double log_of_fraction(double x) {
    const uint64_t LOWEST = 0x3fe6a09e667f3bcd; /* the bits of sqrt(1/2) */
    double scale = x < 0x1p-1022 ? 0x1p54 : 1.0, scaled_by = x < 0x1p-1022 ? 54.0 : 0.0;
    uint64_t bits = nn_get_bits(x * scale) + (nn_get_bits(1.0) - LOWEST);
    double m = nn_from_bits((bits & 0x000fffffffffffff) + LOWEST);
    double k = (nn_from_bits((bits >> 52) | nn_get_bits(0x1p52)) - 0x1p52) - (1023.0 + scaled_by);
    double s = (m - 1.0) / (m + 1.0), t = s * s;
    double sum = 2.0 / 21;
    sum = 2.0 / 19 + t * sum;
    sum = 2.0 / 17 + t * sum;
    sum = 2.0 / 15 + t * sum;
    sum = 2.0 / 13 + t * sum;
    sum = 2.0 / 11 + t * sum;
    sum = 2.0 / 9 + t * sum;
    sum = 2.0 / 7 + t * sum;
    sum = 2.0 / 5 + t * sum;
    sum = 2.0 / 3 + t * sum;
    double value = k * 0x1.62e42fefa3800p-1 + (2.0 * s + (s * t * sum + k * 0x1.ef35793c76730p-45));
    return x == x ? value : x;
}

/*
 * sigmoid(-|a|) = e / (1 + e) with e = exp(-|a|) <= 1, so that nothing overflows; sigmoid(|a|) is
 * the rest to 1. The error of e is under 0.7 ulp and the division adds 0.5. The rounding of 1 + e,
 * which could add 1 more, is taken out to first order: it is the difference `low`, which is exact.
 */
static inline double sigmoid(double a) {
    double e = exp_of_negative(a < 0.0 ? a : -a);
    double sum = 1.0 + e, low = e - (sum - 1.0);
    double rounded = e / sum;
    double value = rounded - (rounded - rounded * rounded) * low;
    return a < 0.0 ? value : 1.0 - value;
}

/* tanh(-|a|) = z / (2 + z) with z = exp(-2 |a|) - 1, which cancels nothing for small a; the sign is
 * that of a, of a zero too. Up to 2.7 ulp off: taking out the roundings of z and 2 + z left 1.7 and
 * took half as long again. */
static inline double hyperbolic_tangent(double a) {
    double z = expm1_of_negative(-2.0 * __builtin_fabs(a));
    return __builtin_copysign(z / (2.0 + z), a);
}

#endif
