/* SPDX-License-Identifier: BSD-3-Clause */
/* The tail of the normal distribution, of which GELU is made, without a branch. */
#ifndef NN_NORMAL_TAIL_H
#define NN_NORMAL_TAIL_H

#include "kernels/vector_math.h"

/*
 * exp(-x^2 / 2) for 0 <= x <= 39, NaN for NaN, within 1.3 ulp. x^2 has too many bits: with x = h +
 * l, h of 26 bits, h^2 is exact, and the rest (x + h) l is below 2^-14, so that it goes into what
 * is left of the reduced argument without a rounding that counts.
 */
NN_INLINED double exp_of_half_square(double x) {
    double high = nn_from_bits(nn_get_bits(x) & ~(uint64_t)0x7ffffff);
    return exp_of_negative_sum(-0.5 * (high * high), -0.5 * ((x + high) * (x - high)));
}

/*
 * The tail Q(x) = erfc(x / sqrt(2)) / 2 is exp(-x^2 / 2) times this ratio, for x >= 0.
 *
 * The ratio falls from 1/2 at 0 as 1 / (x sqrt(2 pi)). The fraction interpolates it at 22 Chebyshev
 * nodes of t = (x - 4) / (x + 4) for 0 <= x <= 38.7 (computed with 80 digits, then rounded);
 * relative error 4.2e-17. All coefficients are positive, so that nothing cancels.
 */
NN_INLINED double normal_ratio(double x) {
    double x2 = x * x, x4 = x2 * x2;
    double p01 = 0x1.bf4cfecb62275p+19 + 0x1.71906c3be851cp+20 * x;
    double p23 = 0x1.2ec463b05b3d9p+20 + 0x1.3dc24361f5f9ep+19 * x;
    double p45 = 0x1.d4ac42f65aecap+17 + 0x1.f934825937d81p+15 * x;
    double p67 = 0x1.928247ec8b5a8p+13 + 0x1.d4a24b3a60450p+10 * x;
    double p89 = 0x1.7ef3fc725bf34p+7 + 0x1.8f642f015bb58p+3 * x;
    double p8 = p89 + 0x1.9884533d43d27p-2 * x2;
    double p = p01 + (x2 * p23 + x4 * ((p45 + x2 * p67) + x4 * p8));
    double q01 = 0x1.bf4cfecb62275p+20 + 0x1.1201738505095p+22 * x;
    double q23 = 0x1.3a188af88f1fdp+22 + 0x1.bd94a4b597c86p+21 * x;
    double q45 = 0x1.b39b899d9db3ep+20 + 0x1.34ff7f7e13bbep+19 * x;
    double q67 = 0x1.45a53a7c1a280p+17 + 0x1.fff0307b4225ep+14 * x;
    double q89 = 0x1.27a0cba5be8b7p+12 + 0x1.e0f5e32a918acp+8 * x;
    double q8 = q89 + x2 * (0x1.f49014ae2a0e8p+4 + x);
    double q = q01 + (x2 * q23 + x4 * ((q45 + x2 * q67) + x4 * q8));
    return p / q;
}

/* Beyond 39 the tail and all that is made of it is below the smallest double. */
NN_INLINED double clamp_to_tail(double a) {
    double x = __builtin_fabs(a);
    return x > 39.0 ? 39.0 : x;
}

/* a P(Z <= a): for a < 0 that is a Q(-a), else what a Q(a) leaves of a. */
NN_INLINED double gelu(double a) {
    double x = clamp_to_tail(a);
    double rest = exp_of_half_square(x) * (x * normal_ratio(x));
    return (a > 0.0 ? a : 0.0) - rest;
}

/* P(Z <= a) + a exp(-a^2 / 2) / sqrt(2 pi); for a and -a it adds up to 1. */
NN_INLINED double gelu_derivative(double a) {
    double x = clamp_to_tail(a);
    double lower = exp_of_half_square(x) * (normal_ratio(x) - 0x1.9884533d43651p-2 * x);
    return a > 0.0 ? 1.0 - lower : lower;
}

#endif
