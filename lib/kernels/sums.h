/* SPDX-License-Identifier: BSD-3-Clause */
/* Part of kernels.c: sums, outer products, and checks for numbers that are not finite. */
#ifndef NN_SUMS_H
#define NN_SUMS_H

#include <stddef.h>

static double sum(size_t n, const double *a) {
    double total = 0.0;
#pragma omp simd reduction(+ : total)
    for (size_t i = 0; i < n; i++)
        total += a[i];
    return total;
}

static void add(size_t n, const double *restrict a, double *restrict sum) {
    for (size_t i = 0; i < n; i++)
        sum[i] += a[i];
}

/* Several short rows are taken at a time, as one row of up to GROUP columns, to fill vectors. */
enum { GROUP = 32 };

static void add_column_sums(size_t rows, size_t columns, const double *restrict a,
                            double *restrict sums) {
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

/* One column is a row: else its loop would have a single step. */
static void multiply_outer(size_t rows, size_t columns, const double *restrict a,
                           const double *restrict b, double *restrict product) {
    if (columns == 1) {
        for (size_t i = 0; i < rows; i++)
            product[i] = a[i] * b[0];
        return;
    }
    for (size_t i = 0; i < rows; i++)
        for (size_t j = 0; j < columns; j++)
            product[i * columns + j] = a[i] * b[j];
}

static double check_finite(size_t n, const double *a) {
    double sum = 0.0;
#pragma omp simd reduction(+ : sum)
    for (size_t i = 0; i < n; i++)
        sum += 0.0 * a[i];
    return sum;
}

/* A sum rather than a maximum: every compiler vectorises it. */
static double sum_magnitudes(size_t n, const double *a) {
    double sum = 0.0;
#pragma omp simd reduction(+ : sum)
    for (size_t i = 0; i < n; i++)
        sum += __builtin_fabs(a[i]);
    return sum;
}

static double sum_products(size_t n, const double *a, const double *b) {
    double sum = 0.0;
#pragma omp simd reduction(+ : sum)
    for (size_t i = 0; i < n; i++)
        sum += a[i] * b[i];
    return sum;
}

#endif
