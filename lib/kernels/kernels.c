/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The elementwise passes as plain loops. meson.build compiles this file once for each instruction
 * set, with NN_KERNEL_SET naming the table it defines; the compiler does the vectorising, and
 * tests/kernels/check_vectorised.sh looks that it did. Sums are `omp simd` reductions, which lets
 * the compiler keep several partial sums in these loops alone.
 */
#include "kernels/kernels.h"
#include "core/bits.h"

#include <stdint.h>

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

/* ---- units ----------------------------------------------------------------------------------- */

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

static void apply_sigmoid(size_t n, double *a) {
    for (size_t i = 0; i < n; i++)
        a[i] = sigmoid(a[i]);
}

static void apply_tanh(size_t n, double *a) {
    for (size_t i = 0; i < n; i++)
        a[i] = hyperbolic_tangent(a[i]);
}

/* Written so that a NaN stays. */
static void apply_relu(size_t n, double *a) {
    for (size_t i = 0; i < n; i++)
        a[i] = a[i] < 0.0 ? 0.0 : a[i];
}

/* The largest of a row goes to 0, so that nothing overflows. Only the exponential is worth vectors
 * where rows are short, so it has a pass of its own over all of them. */
static void apply_softmax(size_t rows, size_t columns, double *a) {
    for (size_t r = 0; r < rows; r++) {
        double *row = a + r * columns, largest = row[0];
        for (size_t k = 1; k < columns; k++)
            largest = row[k] > largest ? row[k] : largest;
        for (size_t k = 0; k < columns; k++)
            row[k] -= largest;
    }
    for (size_t i = 0; i < rows * columns; i++)
        a[i] = exp_of_negative(a[i]);
    for (size_t r = 0; r < rows; r++) {
        double *row = a + r * columns, sum = 0.0;
        for (size_t k = 0; k < columns; k++)
            sum += row[k];
        for (size_t k = 0; k < columns; k++)
            row[k] /= sum;
    }
}

/* ---- deltas: every derivative in terms of the value ------------------------------------------ */

static inline double sigmoid_derivative(double a) {
    return a * (1.0 - a);
}

static void sigmoid_delta(size_t n, const double *restrict H_out, double *restrict H_delta) {
    for (size_t i = 0; i < n; i++)
        H_delta[i] *= sigmoid_derivative(H_out[i]);
}

static void tanh_delta(size_t n, const double *restrict H_out, double *restrict H_delta) {
    for (size_t i = 0; i < n; i++)
        H_delta[i] *= (1.0 - H_out[i]) * (1.0 + H_out[i]);
}

static void relu_delta(size_t n, const double *restrict H_out, double *restrict H_delta) {
    for (size_t i = 0; i < n; i++)
        H_delta[i] *= H_out[i] > 0.0 ? 1.0 : 0.0;
}

static double sigmoid_mse_delta(size_t n, const double *O_out, const double *Y, double *O_delta) {
    double sum = 0.0;
#pragma omp simd reduction(+ : sum)
    for (size_t i = 0; i < n; i++) {
        double O_error = O_out[i] - Y[i];
        sum += O_error * O_error;
        O_delta[i] = O_error * sigmoid_derivative(O_out[i]);
    }
    return sum;
}

static double error_delta(size_t n, const double *O_out, const double *Y, double *O_delta) {
    double sum = 0.0;
#pragma omp simd reduction(+ : sum)
    for (size_t i = 0; i < n; i++) {
        double O_error = O_out[i] - Y[i];
        sum += O_error * O_error;
        O_delta[i] = O_error;
    }
    return sum;
}

/* d O_j / d a_k = O_j ([j = k] - O_k). */
static double softmax_mse_delta(size_t rows, size_t columns, const double *O_out, const double *Y,
                                double *O_delta) {
    double sum = 0.0;
    for (size_t r = 0; r < rows; r++, O_out += columns, Y += columns, O_delta += columns) {
        double mean = 0.0;
        for (size_t k = 0; k < columns; k++) {
            double O_error = O_out[k] - Y[k];
            sum += O_error * O_error;
            mean += O_error * O_out[k];
        }
        for (size_t k = 0; k < columns; k++)
            O_delta[k] = O_out[k] * (O_out[k] - Y[k] - mean);
    }
    return sum;
}

/* O_out - Y where the labels of a row add up to 1. */
static void softmax_cross_entropy_delta(size_t rows, size_t columns, const double *O_out,
                                        const double *Y, double *O_delta) {
    for (size_t r = 0; r < rows; r++, O_out += columns, Y += columns, O_delta += columns) {
        double sum = 0.0;
        for (size_t k = 0; k < columns; k++)
            sum += Y[k];
        for (size_t k = 0; k < columns; k++)
            O_delta[k] = O_out[k] * sum - Y[k];
    }
}

/* ---- costs ----------------------------------------------------------------------------------- */

static const double LEAST = 0x1p-1074, LEAST_REST = 0x1p-54;

static double sigmoid_cross_entropy(size_t n, const double *O_out, const double *Y) {
    double sum = 0.0;
#pragma omp simd reduction(+ : sum)
    for (size_t i = 0; i < n; i++) {
        double O = O_out[i] < LEAST ? LEAST : O_out[i], rest = 1.0 - O_out[i];
        rest = rest < LEAST_REST ? LEAST_REST : rest;
        sum -= Y[i] * log_of_fraction(O) + (1.0 - Y[i]) * log_of_fraction(rest);
    }
    return sum;
}

static double softmax_cross_entropy(size_t n, const double *O_out, const double *Y) {
    double sum = 0.0;
#pragma omp simd reduction(+ : sum)
    for (size_t i = 0; i < n; i++)
        sum -= Y[i] * log_of_fraction(O_out[i] < LEAST ? LEAST : O_out[i]);
    return sum;
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

/* ---- sums ------------------------------------------------------------------------------------ */

static double sum(size_t n, const double *a) {
    double total = 0.0;
#pragma omp simd reduction(+ : total)
    for (size_t i = 0; i < n; i++)
        total += a[i];
    return total;
}

/* Short rows are taken several at a time, as one row of up to GROUP columns, so that they fill
 * vectors. */
enum { GROUP = 32 };

static void add_rows(size_t rows, size_t columns, const double *restrict a, double *restrict sums) {
    size_t together = columns < GROUP ? GROUP / columns : 1, width = together * columns, r = 0;
    if (together > 1) {
        double group[GROUP] = {0.0};
        for (; r + together <= rows; r += together, a += width)
            for (size_t j = 0; j < width; j++)
                group[j] += a[j];
        for (size_t first = 0; first < width; first += columns)
            for (size_t j = 0; j < columns; j++)
                sums[j] += group[first + j];
    }
    for (; r < rows; r++, a += columns)
        for (size_t j = 0; j < columns; j++)
            sums[j] += a[j];
}

/* ---- steps ----------------------------------------------------------------------------------- */

static void update(size_t n, double learning_rate, const double *restrict W_update,
                   double *restrict W) {
    for (size_t i = 0; i < n; i++)
        W[i] -= learning_rate * W_update[i];
}

static void add(size_t n, const double *restrict a, double *restrict sum) {
    for (size_t i = 0; i < n; i++)
        sum[i] += a[i];
}

static void momentum(size_t n, double rate, double m, const double *restrict gradient,
                     double *restrict v, double *restrict W) {
    for (size_t i = 0; i < n; i++) {
        v[i] = m * v[i] - rate * gradient[i];
        W[i] += v[i];
    }
}

static void nesterov(size_t n, double rate, double m, const double *restrict gradient,
                     double *restrict v, double *restrict W) {
    for (size_t i = 0; i < n; i++) {
        v[i] = m * v[i] - rate * gradient[i];
        W[i] += m * v[i] - rate * gradient[i];
    }
}

static void adam(size_t n, const nn_adam *c, const double *restrict gradient, double *restrict m,
                 double *restrict v, double *restrict W) {
    const double rate = c->rate, beta1 = c->beta1, beta2 = c->beta2, epsilon = c->epsilon;
    for (size_t i = 0; i < n; i++) {
        double g = gradient[i];
        m[i] = beta1 * m[i] + (1.0 - beta1) * g;
        v[i] = beta2 * v[i] + (1.0 - beta2) * g * g;
        W[i] -= rate * m[i] / (__builtin_sqrt(v[i]) + epsilon);
    }
}

/* -1, 0 or 1; as a difference of two selections, it is vectorised without a blend too. */
static inline double sign(double x) {
    return (x > 0.0 ? 1.0 : 0.0) - (x < 0.0 ? 1.0 : 0.0);
}

/* The constants are those of the article. The product of two small gradients would be 0, so it is
 * the sign of one that the other is multiplied by. */
static void rprop(size_t n, const double *restrict gradient, double *restrict previous,
                  double *restrict step, double *restrict W) {
    for (size_t i = 0; i < n; i++) {
        double direction = sign(gradient[i]), agreement = direction * previous[i];
        double rises = agreement > 0.0 ? 1.0 : 0.0, falls = agreement < 0.0 ? 1.0 : 0.0;
        double size = step[i] * (1.0 + 0.2 * rises - 0.5 * falls);
        size = size > 50.0 ? 50.0 : size;
        size = size < 1e-6 ? 1e-6 : size;
        step[i] = size;
        previous[i] = gradient[i] * (1.0 - falls);
        W[i] -= direction * (1.0 - falls) * size;
    }
}

/* ---- looks ----------------------------------------------------------------------------------- */

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
    .tanh = apply_tanh,
    .relu = apply_relu,
    .softmax = apply_softmax,
    .squared_error = squared_error,
    .sigmoid_cross_entropy = sigmoid_cross_entropy,
    .softmax_cross_entropy = softmax_cross_entropy,
    .sigmoid_delta = sigmoid_delta,
    .tanh_delta = tanh_delta,
    .relu_delta = relu_delta,
    .sigmoid_mse_delta = sigmoid_mse_delta,
    .error_delta = error_delta,
    .softmax_mse_delta = softmax_mse_delta,
    .softmax_cross_entropy_delta = softmax_cross_entropy_delta,
    .sum = sum,
    .add = add,
    .add_rows = add_rows,
    .update = update,
    .momentum = momentum,
    .nesterov = nesterov,
    .adam = adam,
    .rprop = rprop,
    .check_update = check_update,
    .check_finite = check_finite,
    .sum_magnitudes = sum_magnitudes,
};
