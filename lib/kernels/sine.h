/* SPDX-License-Identifier: BSD-3-Clause */
/* Sine and cosine without a branch, for angles that are not huge; reduce_angle.h has the others. */
#ifndef NN_SINE_H
#define NN_SINE_H

#include "kernels/reduce_angle.h"
#include "kernels/vector_math.h"

#include <stdbool.h>
#include <stddef.h>

/* r + low, the second far below the first. */
typedef struct angle {
    double r, low;
} angle;

/* What a - b is rounded to, and by (D. E. Knuth's sum of two). */
NN_INLINED angle subtract_exactly(double a, double b) {
    double difference = a - b, back = difference - a;
    return (angle){difference, (a - (difference - back)) - (b + back)};
}

/*
 * a - m pi, of magnitude up to pi / 2, for m a multiple of 1/2 below 2^20.
 *
 * pi in four parts, of which three have 32 bits, so that their products with m are exact; the
 * fourth ends at 2^-155. No double but 0 is nearer than 2^-60 to a multiple of pi (J.-M. Muller,
 * "Elementary functions"), so that r has its bits even there.
 */
NN_INLINED angle subtract_half_turns(double a, double m) {
    angle first = subtract_exactly(a, m * 0x1.921fb54400000p+1);
    angle second = subtract_exactly(first.r, m * 0x1.0b4611a600000p-33);
    angle third = subtract_exactly(second.r, m * 0x1.3198a2e000000p-68);
    double low = (third.low + (second.low + first.low)) - m * 0x1.b839a252049c1p-103;
    double r = third.r + low;
    return (angle){r, (third.r - r) + low};
}

/*
 * sin(r + low) for |r| <= pi / 2: r + r^3 q(r^2) + low cos(r). q interpolates (sin(r) - r) / r^3 at
 * the eight Chebyshev nodes of 0 <= r^2 <= 2.4677 (with 60 digits, then rounded); relative error of
 * the whole 1.3e-18.
 */
NN_INLINED double sine_of_reduced(angle x) {
    double z = x.r * x.r, z2 = z * z;
    double q01 = -0x1.5555555555555p-3 + 0x1.1111111111107p-7 * z;
    double q23 = -0x1.a01a01a018aaap-13 + 0x1.71de3a54564dfp-19 * z;
    double q45 = -0x1.ae6455a1c0795p-26 + 0x1.612401540ed0fp-33 * z;
    double q67 = -0x1.ae51366b753a9p-41 + 0x1.89a43bea5b135p-49 * z;
    double q = (q01 + q23 * z2) + (z2 * z2) * (q45 + q67 * z2);
    double cosine = 1.0 - z * (0.5 - 0x1.5555555555555p-5 * z); /* times low: to 2 % is enough */
    return x.r + (x.r * z * q + x.low * cosine);
}

/* k = round(x), by adding 1.5 2^52: the sum has k in its low bits, in two's complement. */
typedef struct rounded {
    double k;
    uint64_t bits;
} rounded;

NN_INLINED rounded round_to_integer(double x) {
    const double ROUND = 0x1.8p52;
    double shifted = x + ROUND;
    return (rounded){shifted - ROUND, nn_get_bits(shifted)};
}

/* -x where k is odd. */
NN_INLINED double negate_if_odd(double x, uint64_t k) {
    return nn_from_bits(nn_get_bits(x) ^ (k << 63));
}

/* sin(a) = (-1)^k sin(a - k pi), for |a| <= NN_LARGEST_PLAIN_ANGLE; NaN for NaN. */
NN_INLINED double sine(double a) {
    rounded k = round_to_integer(a * 0x1.45f306dc9c883p-2);
    return negate_if_odd(sine_of_reduced(subtract_half_turns(a, k.k)), k.bits);
}

/* cos(a) = (-1)^k sin(a - (k - 1/2) pi), the same. */
NN_INLINED double cosine(double a) {
    rounded k = round_to_integer(a * 0x1.45f306dc9c883p-2 + 0.5);
    return negate_if_odd(sine_of_reduced(subtract_half_turns(a, k.k - 0.5)), k.bits);
}

NN_INLINED bool has_huge_angle(size_t n, const double *a) {
    double count = 0.0; /* a sum, because clang leaves a largest element scalar */
#pragma omp simd reduction(+ : count)
    for (size_t i = 0; i < n; i++)
        count += __builtin_fabs(a[i]) > NN_LARGEST_PLAIN_ANGLE ? 1.0 : 0.0;
    return count > 0.0;
}

#endif
