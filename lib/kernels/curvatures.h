/* SPDX-License-Identifier: BSD-3-Clause */
/* Part of kernels.c: second derivatives of activations and costs, each multiplied into an array,
 * and the products of arrays that go with them. */
#ifndef NN_CURVATURES_H
#define NN_CURVATURES_H

#include "kernels/costs.h"

static void multiply(size_t n, const double *restrict a, double *restrict product) {
    for (size_t i = 0; i < n; i++)
        product[i] *= a[i];
}

static void add_products(size_t n, const double *restrict a, const double *restrict b,
                         double *restrict sums) {
    for (size_t i = 0; i < n; i++)
        sums[i] += a[i] * b[i];
}

/* ---- activations ----------------------------------------------------------------------------- */

static void sigmoid_curvature(size_t n, const double *restrict H_out, double *restrict a) {
    for (size_t i = 0; i < n; i++)
        a[i] *= sigmoid_derivative(H_out[i]) * (1.0 - 2.0 * H_out[i]);
}

static void tanh_curvature(size_t n, const double *restrict H_out, double *restrict a) {
    for (size_t i = 0; i < n; i++)
        a[i] *= -2.0 * H_out[i] * ((1.0 - H_out[i]) * (1.0 + H_out[i]));
}

/* The derivative is (1 - |h|)^2. */
static void softsign_curvature(size_t n, const double *restrict H_out, double *restrict a) {
    for (size_t i = 0; i < n; i++) {
        double h = H_out[i], rest = 1.0 - __builtin_fabs(h);
        double side = h > 0.0 ? -2.0 : h < 0.0 ? 2.0 : h;
        a[i] *= side * (rest * rest * rest);
    }
}

/* The derivative is 1 - exp(-h). */
static void softplus_curvature(size_t n, const double *restrict H_out, double *restrict a) {
    for (size_t i = 0; i < n; i++)
        a[i] *= -expm1_of_negative(-H_out[i]) * exp_of_negative(-H_out[i]);
}

static void elu_curvature(size_t n, const double *restrict H_out, double *restrict a) {
    for (size_t i = 0; i < n; i++)
        a[i] *= H_out[i] > 0.0 ? 0.0 : 1.0 + H_out[i];
}

/* (2 - h^2) times the density of the normal distribution. */
static void gelu_curvature(size_t n, const double *restrict H_in, double *restrict a) {
    for (size_t i = 0; i < n; i++) {
        double x = clamp_to_tail(H_in[i]);
        a[i] *= exp_of_half_square(x) * (0x1.9884533d43651p-2 * (2.0 - x * x));
    }
}

/* With s = sigmoid(-|h|): s (1 - s) (2 - |h| (1 - 2 s)). */
static void silu_curvature(size_t n, const double *restrict H_in, double *restrict a) {
    for (size_t i = 0; i < n; i++) {
        double x = __builtin_fabs(H_in[i]);
        x = x > 1000.0 ? 1000.0 : x;
        double s = sigmoid_from_exp(exp_of_negative(-x));
        a[i] *= (s - s * s) * (2.0 - x * (1.0 - 2.0 * s));
    }
}

static void sine_curvature(size_t n, const double *restrict H_out, double *restrict a) {
    for (size_t i = 0; i < n; i++)
        a[i] *= -H_out[i];
}

/* ---- costs, by O_in -------------------------------------------------------------------------- */

/* O_out (1 - O_out), from O_in: so it is not 0 where O_out is rounded to 1. */
static void sigmoid_cross_entropy_curvature(size_t n, const double *restrict O_in,
                                            double *restrict a) {
    for (size_t i = 0; i < n; i++) {
        double rest = sigmoid_from_exp(exp_of_negative(-__builtin_fabs(O_in[i])));
        a[i] *= rest - rest * rest;
    }
}

/* The column of the largest element. */
static inline size_t find_largest_column(size_t columns, const double *o) {
    size_t largest = 0;
    for (size_t k = 1; k < columns; k++)
        largest = o[k] > o[largest] ? k : largest;
    return largest;
}

/*
 * a_k := s o_k (a_k - sum_j o_j a_j), where s is the sum of the labels and the o_j add up to 1. The
 * differences are taken from the element of the largest o: in that of the largest itself, the sum
 * is then over the others alone, and keeps its digits where the largest is rounded to 1.
 */
static void softmax_cross_entropy_curvature(size_t rows, size_t columns, const double *O_out,
                                            const double *Y, double *restrict a) {
    for (size_t first = 0; first < rows * columns; first += columns) {
        const double *o = O_out + first, *y = Y + first;
        double *row = a + first, reference = row[find_largest_column(columns, o)];
        double labels = 0.0, mean = 0.0;
        for (size_t k = 0; k < columns; k++) {
            labels += y[k];
            mean += o[k] * (row[k] - reference);
        }
        for (size_t k = 0; k < columns; k++)
            row[k] = labels * o[k] * ((row[k] - reference) - mean);
    }
}

/*
 * The derivative of O_delta_k = o_k (e_k - m), e = O_out - Y, m = sum_j e_j o_j, along a direction
 * a of O_in. That of o_k is r_k = o_k (a_k - sum_j o_j a_j), that of e_k is r_k too, and that of m
 * is sum_j r_j (o_j + e_j).
 */
static void softmax_squared_error_curvature(size_t rows, size_t columns, const double *O_out,
                                            const double *Y, double *restrict a) {
    for (size_t first = 0; first < rows * columns; first += columns) {
        const double *o = O_out + first, *y = Y + first;
        double *row = a + first, along = 0.0, mean = 0.0, change = 0.0;
        for (size_t k = 0; k < columns; k++) {
            along += o[k] * row[k];
            mean += (o[k] - y[k]) * o[k];
        }
        for (size_t k = 0; k < columns; k++)
            change += o[k] * (row[k] - along) * (2.0 * o[k] - y[k]);
        for (size_t k = 0; k < columns; k++) {
            double r = o[k] * (row[k] - along);
            row[k] = r * (o[k] - y[k] - mean) + o[k] * (r - change);
        }
    }
}

/* Along a direction a of O_in, that of O_out is o_k (a_k - sum_j o_j a_j). */
static void softmax_delta(size_t rows, size_t columns, const double *O_out, double *restrict a) {
    for (size_t first = 0; first < rows * columns; first += columns) {
        const double *o = O_out + first;
        double *row = a + first, mean = 0.0;
        for (size_t k = 0; k < columns; k++)
            mean += o[k] * row[k];
        for (size_t k = 0; k < columns; k++)
            row[k] = o[k] * (row[k] - mean);
    }
}

#endif
