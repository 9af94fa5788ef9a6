/* SPDX-License-Identifier: BSD-3-Clause */
/* exp, ln and the functions made of them, without a branch, a table or a call, so that the compiler
 * can vectorise loops of them. */
#ifndef NN_VECTOR_MATH_H
#define NN_VECTOR_MATH_H

#include "core/bits.h"

#include <stdbool.h>

/* A loop that calls a function is not vectorised. */
#define NN_INLINED __attribute__((always_inline)) static inline

/*
 * exp(x) for x <= 0, NaN for NaN, without a branch, a table or a call; within 1.2 ulp.
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

/* The reduced argument r, and what has k in its low bits. */
NN_INLINED reduced expand_reduced(double r, double shifted) {
    double r2 = r * r, r4 = r2 * r2;
    double q01 = 0x1.0000000000001p-1 + 0x1.5555555555556p-3 * r;
    double q23 = 0x1.5555555553d63p-5 + 0x1.11111111109b3p-7 * r;
    double q45 = 0x1.6c16c1788bd90p-10 + 0x1.a01a01a7c41d5p-13 * r;
    double q67 = 0x1.a019b90d2ae7ap-16 + 0x1.71de0dae63bb3p-19 * r;
    double q89 = 0x1.289185613a3d6p-22 + 0x1.af38a9b0ec855p-26 * r;
    double q = (q01 + q23 * r2) + r4 * ((q45 + q67 * r2) + r4 * q89);
    return (reduced){r + r2 * q, nn_get_bits(shifted)};
}

NN_INLINED reduced reduce_negative(double x) {
    const double ROUND = 0x1.8p52;
    x = x < -750.0 ? -750.0 : x;
    double shifted = x * 0x1.71547652b82fep+0 + ROUND;
    double k = shifted - ROUND;
    return expand_reduced((x - k * 0x1.62e42fefa3800p-1) - k * 0x1.ef35793c76730p-45, shifted);
}

/* Of x + low, -800 <= x <= 0 and |low| < 2^-13, as if the sum were exact. */
NN_INLINED reduced reduce_negative_sum(double x, double low) {
    const double ROUND = 0x1.8p52;
    double shifted = x * 0x1.71547652b82fep+0 + ROUND;
    double k = shifted - ROUND;
    double r = (x - k * 0x1.62e42fefa3800p-1) + (low - k * 0x1.ef35793c76730p-45);
    return expand_reduced(r, shifted);
}

/* Below 2^-1022 there is no such double as 2^k, so the scaling is done in two halves: the first is
 * exact, the second rounds once where the result is subnormal. k of a NaN is any number, so powers
 * are made of it alone: what has the NaN is only added and multiplied. */
typedef struct scaled {
    double value, power; /* a normal number, and the power of 2 that it is still to be scaled by */
} scaled;

NN_INLINED scaled scale_halfway(reduced e) {
    uint64_t half = e.k >> 1;
    double first = nn_from_bits(nn_get_bits(1.0) + (half << 52));
    double second = nn_from_bits(nn_get_bits(1.0) + ((e.k - half) << 52));
    return (scaled){first + first * e.exp_r_1, second};
}

NN_INLINED double exp_of_negative(double x) {
    scaled e = scale_halfway(reduce_negative(x));
    return e.value * e.power;
}

/* exp(x + low), as reduce_negative_sum takes it. */
NN_INLINED double exp_of_negative_sum(double x, double low) {
    scaled e = scale_halfway(reduce_negative_sum(x, low));
    return e.value * e.power;
}

/* exp(x) of any x, NaN for NaN, within 1.2 ulp; infinity above the logarithm of the largest double.
 * All of the above but the clamp holds for x > 0 too, to which 750 is the second. */
NN_INLINED double exp_of(double x) {
    return exp_of_negative(x > 750.0 ? 750.0 : x);
}

/* exp(x) - 1 for x <= 0, within 1.4 ulp: 2^k (exp(r) - 1) + (2^k - 1), which is exp(r) - 1 itself
 * near 0. Below -38 it rounds to -1, so 2^k may be 0 where k is out of range. */
NN_INLINED double expm1_of_negative(double x) {
    reduced e = reduce_negative(x < -40.0 ? -40.0 : x);
    double power = nn_from_bits(nn_get_bits(1.0) + (e.k << 52));
    return power * e.exp_r_1 + (power - 1.0);
}

/*
 * ln(1 + x) for 0 <= x < 2^50, NaN for NaN, within 1.5 ulp.
 *
 * 1 + x = 2^k m with m in sqrt(1/2) .. sqrt(2), and ln m = ln(1 + f) with f = m - 1.
 * - What 1 + x was rounded by is exact, and goes into f: for 1 + x < sqrt(2), f is x itself.
 * - With s = f / (2 + f), ln(1 + f) = 2 atanh(s) = f - (h - s (h + t q(t))), h = f^2 / 2, t = s^2.
 *   So f counts with its own error alone, and what is made of it with less than half of it.
 * - q interpolates (2 atanh(s) - 2 s) / s^3 at the seven Chebyshev nodes of 0 <= t <= 0.0295 (with
 * 60 digits, then rounded); relative error of the whole 4.6e-18. It is summed by pairs.
 */
static const uint64_t SQRT_HALF = 0x3fe6a09e667f3bcd; /* its bits */
static const uint64_t FRACTION = 0x000fffffffffffff;

/* q(t) */
NN_INLINED double sum_log_series(double t) {
    double t2 = t * t;
    double q01 = 0x1.5555555555558p-1 + 0x1.99999999952e2p-2 * t;
    double q23 = 0x1.2492492df148dp-2 + 0x1.c71c62e5800a1p-3 * t;
    double q45 = 0x1.7462b4ab2ef6bp-3 + 0x1.39fe606542ddep-3 * t;
    return (q01 + q23 * t2) + (t2 * t2) * (q45 + 0x1.2b584aae78a57p-3 * t2);
}

/* k of 2^k m, from the bits of that number. */
NN_INLINED double get_exponent(uint64_t bits) {
    return nn_from_bits((bits >> 52) | nn_get_bits(0x1p52)) - (0x1p52 + 1023.0);
}

NN_INLINED double log_of_1_plus(double x) {
    double u = 1.0 + x, low = x - (u - 1.0);
    uint64_t bits = nn_get_bits(u) + (nn_get_bits(1.0) - SQRT_HALF);
    double m = nn_from_bits((bits & FRACTION) + SQRT_HALF), k = get_exponent(bits);
    double power = nn_from_bits(2 * nn_get_bits(1.0) - (bits & ~FRACTION)); /* 2^-k */
    double f = (m - 1.0) + low * power;

    double h = 0.5 * f * f, s = f / (2.0 + f), t = s * s, q = sum_log_series(t);
    return k * 0x1.62e42fefa3800p-1 + (f - (h - (s * (h + t * q) + k * 0x1.ef35793c76730p-45)));
}

/* f - ln(1 + f) for 1 + f in sqrt(1/2) .. sqrt(2), within 2 ulp: of the same terms only those that
 * are left when f is taken away, so that nothing cancels. */
NN_INLINED double get_log_rest(double f) {
    double h = 0.5 * f * f, s = f / (2.0 + f), t = s * s;
    return h - s * (h + t * sum_log_series(t));
}

/* ln(x) of any x, within 1.5 ulp: -infinity for 0, NaN for less and for NaN. The fraction is exact
 * here, and a subnormal number is multiplied by 2^54 first. */
NN_INLINED double log_of(double x) {
    bool is_tiny = x < 0x1p-1022;
    uint64_t bits = nn_get_bits(is_tiny ? x * 0x1p54 : x) + (nn_get_bits(1.0) - SQRT_HALF);
    double m = nn_from_bits((bits & FRACTION) + SQRT_HALF);
    double k = get_exponent(bits) - (is_tiny ? 54.0 : 0.0), f = m - 1.0;
    double h = 0.5 * f * f, s = f / (2.0 + f), t = s * s, q = sum_log_series(t);
    double value =
        k * 0x1.62e42fefa3800p-1 + (f - (h - (s * (h + t * q) + k * 0x1.ef35793c76730p-45)));
    value = x > 0.0 ? value : x == 0.0 ? -__builtin_inf() : __builtin_nan("");
    return x > 0x1.fffffffffffffp+1023 ? x : value;
}

/*
 * sigmoid(-|a|) = e / (1 + e) with e = exp(-|a|) <= 1, so that nothing overflows. The error of e is
 * up to 1.2 ulp and the division adds 0.5. The rounding of 1 + e, which could add 1 more, is taken
 * out to first order: it is the difference `low`, which is exact.
 */
NN_INLINED double sigmoid_from_exp(double e) {
    double sum = 1.0 + e, low = e - (sum - 1.0);
    double rounded = e / sum;
    return rounded - (rounded - rounded * rounded) * low;
}

/* sigmoid(|a|) is the rest to 1. */
NN_INLINED double sigmoid(double a) {
    double value = sigmoid_from_exp(exp_of_negative(a < 0.0 ? a : -a));
    return a < 0.0 ? value : 1.0 - value;
}

/* tanh(-|a|) = z / (2 + z) with z = exp(-2 |a|) - 1, which cancels nothing for small a; the sign is
 * that of a, of a zero too. Up to 2.7 ulp off: taking out the roundings of z and 2 + z left 1.7 and
 * took half as long again. */
NN_INLINED double hyperbolic_tangent(double a) {
    double z = expm1_of_negative(-2.0 * __builtin_fabs(a));
    return __builtin_copysign(z / (2.0 + z), a);
}

/* ln(1 + exp(a)). */
NN_INLINED double softplus(double a) {
    return (a > 0.0 ? a : 0.0) + log_of_1_plus(exp_of_negative(a < 0.0 ? a : -a));
}

/* a sigmoid(a): for a < 0 that is a exp(a) / (1 + exp(a)), and for -a what that leaves of -a. The
 * exponential may be below the smallest normal number where the product is not, so it is scaled
 * after it. Below -800 the result is 0. */
NN_INLINED double silu(double a) {
    double x = __builtin_fabs(a);
    x = x > 800.0 ? 800.0 : x;
    scaled e = scale_halfway(reduce_negative_sum(-x, 0.0));
    double rest = (x * e.value) * e.power / (1.0 + e.value * e.power);
    return (a > 0.0 ? a : 0.0) - rest;
}

/* s (1 + a (1 - s)) with s = sigmoid(a); for a and -a it adds up to 1. */
NN_INLINED double silu_derivative(double a) {
    double x = __builtin_fabs(a);
    x = x > 800.0 ? 800.0 : x;
    double s = sigmoid_from_exp(exp_of_negative(-x)), lower = s * (1.0 - x * (1.0 - s));
    return a > 0.0 ? 1.0 - lower : lower;
}

#endif
