/* SPDX-License-Identifier: BSD-3-Clause */
/* Part of kernels.c: activations, and the deltas of hidden layers. */
#ifndef NN_ACTIVATIONS_H
#define NN_ACTIVATIONS_H

#include "kernels/normal_tail.h"
#include "kernels/sine.h"
#include "kernels/vector_math.h"

#include <stddef.h>

static void apply_sigmoid(size_t n, double *a) {
    for (size_t i = 0; i < n; i++)
        a[i] = sigmoid(a[i]);
}

static void apply_tanh(size_t n, double *a) {
    for (size_t i = 0; i < n; i++)
        a[i] = hyperbolic_tangent(a[i]);
}

/* A NaN stays, because the comparison is false. */
static void apply_relu(size_t n, double *a) {
    for (size_t i = 0; i < n; i++)
        a[i] = a[i] < 0.0 ? 0.0 : a[i];
}

static void apply_exponential(size_t n, double *a) {
    for (size_t i = 0; i < n; i++)
        a[i] = exp_of(a[i]);
}

/* |a| + 1 overflows nowhere, and from 2^54 on the result is 1. */
static void apply_softsign(size_t n, double *a) {
    for (size_t i = 0; i < n; i++) {
        double x = __builtin_fabs(a[i]);
        x = x > 0x1p60 ? 0x1p60 : x;
        a[i] = __builtin_copysign(x / (1.0 + x), a[i]);
    }
}

static void apply_softplus(size_t n, double *a) {
    for (size_t i = 0; i < n; i++)
        a[i] = softplus(a[i]);
}

static void apply_elu(size_t n, double *a) {
    for (size_t i = 0; i < n; i++)
        a[i] = a[i] > 0.0 ? a[i] : expm1_of_negative(a[i] > 0.0 ? 0.0 : a[i]);
}

static const double LEAK = 0.01;

static void apply_leaky_relu(size_t n, double *a) {
    for (size_t i = 0; i < n; i++)
        a[i] *= a[i] < 0.0 ? LEAK : 1.0;
}

static void apply_gelu(size_t n, double *a) {
    for (size_t i = 0; i < n; i++)
        a[i] = gelu(a[i]);
}

static void apply_silu(size_t n, double *a) {
    for (size_t i = 0; i < n; i++)
        a[i] = silu(a[i]);
}

/* Huge angles, which are rare, are made small first. */
static void apply_sine(size_t n, double *a) {
    if (has_huge_angle(n, a))
        for (size_t i = 0; i < n; i++)
            a[i] = nn_reduce_for_sine(a[i]);
    for (size_t i = 0; i < n; i++)
        a[i] = sine(a[i]);
}

/* The largest input of a row is subtracted, so that nothing overflows. Where rows are short, only
 * the exponential profits from vectors, so it has a pass of its own over all rows. */
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

/* ---- deltas: derivatives in terms of the value ------------------------------------------------
 */

NN_INLINED double sigmoid_derivative(double a) {
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

/* 0 times a NaN is NaN: it goes on. */
static void relu_delta(size_t n, const double *restrict H_out, double *restrict H_delta) {
    for (size_t i = 0; i < n; i++)
        H_delta[i] *= H_out[i] > 0.0 ? 1.0 : 0.0 * H_out[i];
}

static void exponential_delta(size_t n, const double *restrict H_out, double *restrict H_delta) {
    for (size_t i = 0; i < n; i++)
        H_delta[i] *= H_out[i];
}

static void softsign_delta(size_t n, const double *restrict H_out, double *restrict H_delta) {
    for (size_t i = 0; i < n; i++) {
        double rest = 1.0 - __builtin_fabs(H_out[i]);
        H_delta[i] *= rest * rest;
    }
}

/* 1 - exp(-h), which is sigmoid(a). */
static void softplus_delta(size_t n, const double *restrict H_out, double *restrict H_delta) {
    for (size_t i = 0; i < n; i++)
        H_delta[i] *= -expm1_of_negative(-H_out[i]);
}

static void elu_delta(size_t n, const double *restrict H_out, double *restrict H_delta) {
    for (size_t i = 0; i < n; i++)
        H_delta[i] *= H_out[i] > 0.0 ? 1.0 : 1.0 + H_out[i];
}

/* Where H_out is a NaN, it goes on. */
static void leaky_relu_delta(size_t n, const double *restrict H_out, double *restrict H_delta) {
#pragma omp simd /* clang thinks that it does not pay */
    for (size_t i = 0; i < n; i++)
        H_delta[i] *= H_out[i] > 0.0 ? 1.0 : H_out[i] <= 0.0 ? LEAK : H_out[i];
}

/* ---- deltas: derivatives in terms of the input, because a value has two inputs -----------------
 */

static void gelu_delta(size_t n, const double *restrict H_in, double *restrict H_delta) {
    for (size_t i = 0; i < n; i++)
        H_delta[i] *= gelu_derivative(H_in[i]);
}

static void silu_delta(size_t n, const double *restrict H_in, double *restrict H_delta) {
    for (size_t i = 0; i < n; i++)
        H_delta[i] *= silu_derivative(H_in[i]);
}

static void sine_delta(size_t n, const double *restrict H_in, double *restrict H_delta) {
    if (has_huge_angle(n, H_in)) {
        for (size_t i = 0; i < n; i++)
            H_delta[i] *= cosine(nn_reduce_for_cosine(H_in[i]));
        return;
    }
    for (size_t i = 0; i < n; i++)
        H_delta[i] *= cosine(H_in[i]);
}

#endif
