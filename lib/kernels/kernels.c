/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The elementwise passes as plain loops. meson.build compiles this file once for each instruction
 * set, with NN_KERNEL_SET naming the table it defines; the compiler does the vectorising, and
 * tests/check_vectorised.sh looks that it did. Sums are `omp simd` reductions, which lets the
 * compiler keep several partial sums in these loops alone.
 */
#include "kernels.h"

#include <stdint.h>
#include <string.h>

static inline uint64_t get_bits(double value) {
    uint64_t bits;
    memcpy(&bits, &value, sizeof bits);
    return bits;
}

static inline double from_bits(uint64_t bits) {
    double value;
    memcpy(&value, &bits, sizeof value);
    return value;
}

/*
 * exp(x) for x <= 0, NaN for NaN, without a branch, a table or a call.
 *
 * exp(x) = 2^k exp(r) with k = round(x / ln 2) and r = x - k ln 2, |r| <= ln 2 / 2.
 * - k: adding 1.5 2^52 leaves the integer in the low bits of the sum, in two's complement.
 * - r: ln 2 in two parts. The high part has 42 bits, so that its product with k is exact.
 * - exp(r) = 1 + r + r^2 q(r): q interpolates (exp(r) - 1 - r) / r^2 at the ten Chebyshev nodes of
 *   the interval (computed with 60 digits, then rounded); relative error of the whole 1.6e-17.
 *   It is summed by pairs (G. Estrin, 1960): a row's few units wait for every step of a chain.
 * - 2^k: below -1022 there is no such double, so the scaling is done in two halves, the first into
 *   the exponent bits, the second as a product that rounds once where the result is subnormal.
 * - Below -746 the result is 0; the clamp at -750 keeps k in range for -infinity too. It is written
 *   so that a NaN fails the comparison and goes through.
 */
static inline double exp_of_negative(double x) {
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
    double exp_r = 1.0 + (r + r2 * q);

    uint64_t integer = get_bits(shifted);
    uint64_t half = integer >> 1;
    double first = from_bits(get_bits(exp_r) + (half << 52));
    double second = from_bits(get_bits(1.0) + ((integer - half) << 52));
    return first * second;
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

/* The derivative of the sigmoid in terms of its value: a (1 - a). */
static inline double sigmoid_derivative(double a) {
    return a * (1.0 - a);
}

static void apply_sigmoid(size_t n, double *a) {
    for (size_t i = 0; i < n; i++)
        a[i] = sigmoid(a[i]);
}

static double output_delta(size_t n, const double *O_out, const double *Y, double *O_delta) {
    double sum = 0.0;
#pragma omp simd reduction(+ : sum)
    for (size_t i = 0; i < n; i++) {
        double O_error = O_out[i] - Y[i];
        sum += O_error * O_error;
        O_delta[i] = O_error * sigmoid_derivative(O_out[i]);
    }
    return sum;
}

static void hidden_delta(size_t n, const double *restrict H_out, double *restrict H_delta) {
    for (size_t i = 0; i < n; i++)
        H_delta[i] *= sigmoid_derivative(H_out[i]);
}

static double squared_error(size_t n, const double *O_out, const double *Y) {
    double sum = 0.0;
#pragma omp simd reduction(+ : sum)
    for (size_t i = 0; i < n; i++) {
        double O_error = O_out[i] - Y[i];
        sum += O_error * O_error;
    }
    return sum;
}

static void update(size_t n, double learning_rate, const double *restrict W_update,
                   double *restrict W) {
    for (size_t i = 0; i < n; i++)
        W[i] -= learning_rate * W_update[i];
}

static void add(size_t n, const double *restrict a, double *restrict sum) {
    for (size_t i = 0; i < n; i++)
        sum[i] += a[i];
}

/* 0 x = 0 for every finite x, and NaN for the others. */
static double check_update(size_t n, double learning_rate, const double *W_update,
                           const double *W) {
    double sum = 0.0;
#pragma omp simd reduction(+ : sum)
    for (size_t i = 0; i < n; i++)
        sum += 0.0 * (W[i] - learning_rate * W_update[i]);
    return sum;
}

static double check_finite(size_t n, const double *a) {
    double sum = 0.0;
#pragma omp simd reduction(+ : sum)
    for (size_t i = 0; i < n; i++)
        sum += 0.0 * a[i];
    return sum;
}

/* A sum and not a maximum: only a sum is vectorised by every compiler. */
static double sum_magnitudes(size_t n, const double *a) {
    double sum = 0.0;
#pragma omp simd reduction(+ : sum)
    for (size_t i = 0; i < n; i++)
        sum += __builtin_fabs(a[i]);
    return sum;
}

#define NN_TEXT(name) #name
#define NN_SET_NAME(name) NN_TEXT(name)
#define NN_JOIN(prefix, name) prefix##name
#define NN_SET_TABLE(name) NN_JOIN(nn_kernels_, name)

extern const nn_kernels NN_SET_TABLE(NN_KERNEL_SET);
const nn_kernels NN_SET_TABLE(NN_KERNEL_SET) = {
    .name = NN_SET_NAME(NN_KERNEL_SET),
    .sigmoid = apply_sigmoid,
    .output_delta = output_delta,
    .hidden_delta = hidden_delta,
    .squared_error = squared_error,
    .update = update,
    .add = add,
    .check_update = check_update,
    .check_finite = check_finite,
    .sum_magnitudes = sum_magnitudes,
};
