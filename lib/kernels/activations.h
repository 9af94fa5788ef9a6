/* SPDX-License-Identifier: BSD-3-Clause */
/* Part of kernels.c: activations, and the deltas of hidden layers. */
#ifndef NN_ACTIVATIONS_H
#define NN_ACTIVATIONS_H

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

/* ---- deltas: every derivative in terms of the value ------------------------------------------ */

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

static void relu_delta(size_t n, const double *restrict H_out, double *restrict H_delta) {
    for (size_t i = 0; i < n; i++)
        H_delta[i] *= H_out[i] > 0.0 ? 1.0 : 0.0;
}

static void exponential_delta(size_t n, const double *restrict H_out, double *restrict H_delta) {
    for (size_t i = 0; i < n; i++)
        H_delta[i] *= H_out[i];
}

#endif
