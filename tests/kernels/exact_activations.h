/* SPDX-License-Identifier: BSD-3-Clause */
/* Part of kernel_table.c: activations and the deltas of hidden layers in long double, and the
 * activations by libm. */
#ifndef EXACT_ACTIVATIONS_H
#define EXACT_ACTIVATIONS_H

#include "kernels/references.h"

#include <math.h>
#include <string.h>

/* ---- activations ----------------------------------------------------------------------------- */

long double get_sigmoid(long double a) {
    return 1.0L / (1.0L + expl(-a));
}

static void compute_sigmoid(exact_operands *x) {
    for (size_t i = 0; i < x->n; i++)
        x->c[i] = get_sigmoid(x->c[i]);
}

static void run_libm_sigmoid(const operands *x) {
    for (size_t i = 0; i < x->n; i++)
        x->c[i] = 1.0 / (1.0 + exp(-x->c[i]));
}

static void compute_tanh(exact_operands *x) {
    for (size_t i = 0; i < x->n; i++)
        x->c[i] = tanhl(x->c[i]);
}

static void run_libm_tanh(const operands *x) {
    for (size_t i = 0; i < x->n; i++)
        x->c[i] = tanh(x->c[i]);
}

static void compute_relu(exact_operands *x) {
    for (size_t i = 0; i < x->n; i++)
        x->c[i] = x->c[i] < 0.0L ? 0.0L : x->c[i];
}

static void compute_exponential(exact_operands *x) {
    for (size_t i = 0; i < x->n; i++)
        x->c[i] = expl(x->c[i]);
}

static void run_libm_exponential(const operands *x) {
    for (size_t i = 0; i < x->n; i++)
        x->c[i] = exp(x->c[i]);
}

static void compute_softsign(exact_operands *x) {
    for (size_t i = 0; i < x->n; i++)
        x->c[i] /= 1.0L + fabsl(x->c[i]);
}

static void compute_softplus(exact_operands *x) {
    for (size_t i = 0; i < x->n; i++)
        x->c[i] = log1pl(expl(x->c[i]));
}

static void run_libm_softplus(const operands *x) {
    for (size_t i = 0; i < x->n; i++)
        x->c[i] = log1p(exp(x->c[i]));
}

static void compute_elu(exact_operands *x) {
    for (size_t i = 0; i < x->n; i++)
        x->c[i] = x->c[i] > 0.0L ? x->c[i] : expm1l(x->c[i]);
}

static void run_libm_elu(const operands *x) {
    for (size_t i = 0; i < x->n; i++)
        x->c[i] = x->c[i] > 0.0 ? x->c[i] : expm1(x->c[i]);
}

static void compute_leaky_relu(exact_operands *x) {
    for (size_t i = 0; i < x->n; i++)
        x->c[i] *= x->c[i] < 0.0L ? (long double)0.01 : 1.0L;
}

static const long double ROOT_OF_2 = 1.41421356237309504880168872420969808L,
                         ROOT_OF_2_PI = 2.50662827463100050241576528481104525L;

/* P(Z <= a) of the normal distribution. */
static long double get_normal(long double a) {
    return 0.5L * erfcl(-a / ROOT_OF_2);
}

static void compute_gelu(exact_operands *x) {
    for (size_t i = 0; i < x->n; i++)
        x->c[i] *= get_normal(x->c[i]);
}

static void run_libm_gelu(const operands *x) {
    for (size_t i = 0; i < x->n; i++)
        x->c[i] *= 0.5 * erfc(-0.70710678118654752 * x->c[i]);
}

static void compute_silu(exact_operands *x) {
    for (size_t i = 0; i < x->n; i++)
        x->c[i] *= get_sigmoid(x->c[i]);
}

static void run_libm_silu(const operands *x) {
    for (size_t i = 0; i < x->n; i++)
        x->c[i] /= 1.0 + exp(-x->c[i]);
}

static void compute_sine(exact_operands *x) {
    for (size_t i = 0; i < x->n; i++)
        x->c[i] = sinl(x->c[i]);
}

static void run_libm_sine(const operands *x) {
    for (size_t i = 0; i < x->n; i++)
        x->c[i] = sin(x->c[i]);
}

/* sum_j exp(z_j) / exp(z_k) */
long double sum_ratios(size_t n, const long double *z, size_t k) {
    long double sum = 0.0L;
    for (size_t j = 0; j < n; j++)
        sum += expl(z[j] - z[k]);
    return sum;
}

static void compute_softmax(exact_operands *x) {
    long double z[MOST_ELEMENTS];
    memcpy(z, x->c, sizeof z);
    for (size_t i = 0; i < x->n; i++) {
        size_t k = i % x->columns;
        x->c[i] = 1.0L / sum_ratios(x->columns, z + (i - k), k);
    }
}

/* ---- deltas of hidden layers ----------------------------------------------------------------- */

void compute_sigmoid_delta(exact_operands *x) {
    for (size_t i = 0; i < x->n; i++)
        x->c[i] *= x->a[i] * (1.0L - x->a[i]);
}

static void compute_tanh_delta(exact_operands *x) {
    for (size_t i = 0; i < x->n; i++)
        x->c[i] *= 1.0L - x->a[i] * x->a[i];
}

static void compute_relu_delta(exact_operands *x) {
    for (size_t i = 0; i < x->n; i++)
        x->c[i] *= x->a[i] > 0.0L ? 1.0L : 0.0L * x->a[i];
}

static void compute_exponential_delta(exact_operands *x) {
    for (size_t i = 0; i < x->n; i++)
        x->c[i] *= x->a[i];
}

static void compute_softsign_delta(exact_operands *x) {
    for (size_t i = 0; i < x->n; i++)
        x->c[i] *= (1.0L - fabsl(x->a[i])) * (1.0L - fabsl(x->a[i]));
}

static void compute_softplus_delta(exact_operands *x) {
    for (size_t i = 0; i < x->n; i++)
        x->c[i] *= 1.0L - expl(-x->a[i]);
}

static void compute_elu_delta(exact_operands *x) {
    for (size_t i = 0; i < x->n; i++)
        x->c[i] *= x->a[i] > 0.0L ? 1.0L : x->a[i] + 1.0L;
}

static void compute_leaky_relu_delta(exact_operands *x) {
    for (size_t i = 0; i < x->n; i++)
        x->c[i] *= x->a[i] > 0.0L ? 1.0L : x->a[i] <= 0.0L ? (long double)0.01 : x->a[i];
}

static void compute_gelu_delta(exact_operands *x) {
    for (size_t i = 0; i < x->n; i++) {
        long double a = x->a[i];
        x->c[i] *= get_normal(a) + a * expl(-0.5L * a * a) / ROOT_OF_2_PI;
    }
}

static void compute_silu_delta(exact_operands *x) {
    for (size_t i = 0; i < x->n; i++) {
        long double s = get_sigmoid(x->a[i]);
        x->c[i] *= s + x->a[i] * s * (1.0L - s);
    }
}

static void compute_sine_delta(exact_operands *x) {
    for (size_t i = 0; i < x->n; i++)
        x->c[i] *= cosl(x->a[i]);
}

#endif
