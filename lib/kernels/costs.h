/* SPDX-License-Identifier: BSD-3-Clause */
/* Part of kernels.c: costs, and the deltas of the outputs. */
#ifndef NN_COSTS_H
#define NN_COSTS_H

#include "kernels/activations.h"

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

#endif
