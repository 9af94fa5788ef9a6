/* SPDX-License-Identifier: BSD-3-Clause */
/* Part of kernels.c: the cross-entropy of softmax outputs, from their inputs. Rows are contiguous,
 * and most have too few columns to fill vectors. So rows are computed in lanes, with vectors across
 * the lanes. Of short rows each lane holds one. Of a long row each lane holds every LANES-th
 * column, and the lanes are joined in the end. */
#ifndef NN_SOFTMAX_CROSS_ENTROPY_H
#define NN_SOFTMAX_CROSS_ENTROPY_H

#include "kernels/costs.h"

#include <stdbool.h>
#include <string.h>

/* LONGEST: the most columns of a short row. */
enum { LANES = 16, LONGEST = 32 };

#if defined(__AVX512F__)
enum { VECTOR = 8 };
#elif defined(__AVX__)
enum { VECTOR = 4 };
#else
enum { VECTOR = 2 };
#endif

/* What is computed from the inputs z and the labels y of each lane. */
typedef struct lanes {
    double largest[LANES];  /* of z */
    double found[LANES];    /* 1 once the largest was left out of sum, before that 0 */
    double sum[LANES];      /* of exp(z - largest), without that of the largest */
    double rest[LANES];     /* the rounding errors of sum */
    double distance[LANES]; /* half the sum of y (largest - z) */
    double labels[LANES];   /* sum of y */
    double weight[LANES];
    double inverse[LANES]; /* 1 / (1 + sum) */
} lanes;

/* n rounded up to whole vectors: some elements are computed and not used. */
static inline size_t fill_vectors(size_t n) {
    return (n + VECTOR - 1) / VECTOR * VECTOR;
}

static inline void find_largest(size_t n, const double *z, lanes *l) {
#pragma omp simd
    for (size_t i = 0; i < n; i++)
        l->largest[i] = z[i] > l->largest[i] ? z[i] : l->largest[i];
}

/* exp(z - largest). The difference is rounded by up to 2^-53 of its size, which is many ulps of the
 * exponential where it is large. So the rounding is computed (D. E. Knuth's sum of two) and
 * corrected; below -750 the result is 0 without it. */
NN_INLINED double exp_of_difference(double z, double largest) {
    double difference = z - largest, back = difference - z;
    double low = (z - (difference - back)) - (largest + back);
    double e = exp_of_negative(difference);
    return e + e * (difference < -750.0 ? 0.0 : low);
}

/* Adds the exponential of an input of each lane to its sum, and stores it. The one of the largest
 * input, which is 1, is left out once: the sum of the others then tells how far its share is from
 * 1, however little. With the corrections of the additions, a sum over any number of columns is
 * within an ulp. */
static inline void add_exponentials(size_t n, const double *z, lanes *l, double *e_out) {
#pragma omp simd
    for (size_t i = 0; i < n; i++) {
        double e = exp_of_difference(z[i], l->largest[i]);
        bool is_largest = z[i] - l->largest[i] == 0.0; /* false for an infinity */
        double term = is_largest ? l->found[i] : e;
        double sum = l->sum[i] + term, back = sum - l->sum[i];
        l->rest[i] += (l->sum[i] - (sum - back)) + (term - back);
        l->sum[i] = sum;
        l->found[i] = is_largest ? 1.0 : l->found[i];
        e_out[i] = e;
    }
}

/* In halves, because largest - z may overflow where y times it does not. An input of -infinity has
 * no cost where its label is 0. */
static inline void add_labels(size_t n, const double *z, const double *y, lanes *l) {
#pragma omp simd
    for (size_t i = 0; i < n; i++) {
        double half = 0.5 * l->largest[i] - 0.5 * z[i];
        l->distance[i] += (y[i] == 0.0 && half > 0.0) ? 0.0 : y[i] * half;
        l->labels[i] += y[i];
    }
}

/* Returns the cost of the rows: -y ln(softmax(z)) = y ((largest - z) + ln(1 + sum)). */
static inline double finish_lanes(size_t n, lanes *l) {
    double cost = 0.0;
#pragma omp simd reduction(+ : cost)
    for (size_t i = 0; i < n; i++) {
        double sum = l->sum[i] + l->rest[i];
        l->sum[i] = sum;
        l->inverse[i] = 1.0 / (1.0 + sum);
        cost += l->weight[i] * (2.0 * l->distance[i] + l->labels[i] * log_of_1_plus(sum));
    }
    return cost;
}

/* From exponentials to deltas: e / (1 + sum) times the sum of the labels, less y. In this form the
 * delta of the largest input, whose e is 1, is -y sum / (1 + sum) where there is no other label: a
 * correct output keeps its small delta where its share rounds to 1. */
static inline void compute_deltas(size_t n, const lanes *l, const double *y, double *e) {
#pragma omp simd
    for (size_t i = 0; i < n; i++) {
        double delta = ((e[i] * l->labels[i] - y[i]) - y[i] * l->sum[i]) * l->inverse[i];
        e[i] = l->weight[i] * delta;
    }
}

/* ---- short rows ------------------------------------------------------------------------------ */

/* Up to LANES rows, transposed, and zeros after the last row. */
typedef double block[LONGEST][LANES];

static inline void load_block(size_t rows, size_t columns, const double *from, block b) {
    for (size_t k = 0; k < columns; k++) {
        for (size_t r = 0; r < rows; r++)
            b[k][r] = from[r * columns + k];
        for (size_t r = rows; r < fill_vectors(rows); r++)
            b[k][r] = 0.0;
    }
}

static inline void store_block(size_t rows, size_t columns, block b, double *to) {
    for (size_t k = 0; k < columns; k++)
        for (size_t r = 0; r < rows; r++)
            to[r * columns + k] = b[k][r];
}

static double cross_entropy_of_short_rows(size_t rows, size_t columns, const double *O_in,
                                          const double *Y, const double *weights, double *O_delta) {
    block z, y;
    lanes l = {0};
    size_t n = fill_vectors(rows);
    for (size_t r = 0; r < rows; r++)
        l.weight[r] = get_weight(weights, r * columns);
    load_block(rows, columns, O_in, z);
    load_block(rows, columns, Y, y);
    memcpy(l.largest, z[0], n * sizeof *z[0]);
    for (size_t k = 1; k < columns; k++)
        find_largest(n, z[k], &l);
    for (size_t k = 0; k < columns; k++) {
        add_labels(n, z[k], y[k], &l);
        add_exponentials(n, z[k], &l, z[k]);
    }
    double cost = finish_lanes(n, &l);
    if (!O_delta)
        return cost;
    for (size_t k = 0; k < columns; k++)
        compute_deltas(n, &l, y[k], z[k]);
    store_block(rows, columns, z, O_delta);
    return cost;
}

/* ---- long rows ------------------------------------------------------------------------------- */

static inline size_t count_piece(size_t columns, size_t first) {
    return columns - first < LANES ? columns - first : LANES;
}

static void find_largest_of_row(size_t columns, const double *z, lanes *l) {
    for (size_t i = 0; i < LANES; i++)
        l->largest[i] = z[0];
    for (size_t first = 0; first < columns; first += LANES)
        find_largest(count_piece(columns, first), z + first, l);
    double largest = l->largest[0];
    for (size_t i = 1; i < LANES; i++)
        largest = l->largest[i] > largest ? l->largest[i] : largest;
    for (size_t i = 0; i < LANES; i++)
        l->largest[i] = largest;
}

/*
 * Joins all lanes in lane 0. Each lane left its largest out of its sum; the row leaves it out once.
 */
static void join_lanes(lanes *l) {
    double found = l->found[0];
    for (size_t i = 1; i < LANES; i++) {
        double sum = l->sum[0] + l->sum[i], back = sum - l->sum[0];
        l->rest[0] += (l->sum[0] - (sum - back)) + (l->sum[i] - back) + l->rest[i];
        l->sum[0] = sum;
        l->distance[0] += l->distance[i];
        l->labels[0] += l->labels[i];
        found += l->found[i];
    }
    l->rest[0] += found - 1.0;
}

/* Copies lane 0 to every lane, as far as the deltas need it. */
static void spread_lane(lanes *l) {
    for (size_t i = 1; i < LANES; i++) {
        l->sum[i] = l->sum[0];
        l->labels[i] = l->labels[0];
        l->weight[i] = l->weight[0];
        l->inverse[i] = l->inverse[0];
    }
}

static double cross_entropy_of_long_row(size_t columns, const double *O_in, const double *Y,
                                        double weight, double *O_delta) {
    lanes l = {0};
    double unused[LANES];
    find_largest_of_row(columns, O_in, &l);
    for (size_t first = 0; first < columns; first += LANES) {
        size_t n = count_piece(columns, first);
        add_labels(n, O_in + first, Y + first, &l);
        add_exponentials(n, O_in + first, &l, O_delta ? O_delta + first : unused);
    }
    join_lanes(&l);
    l.weight[0] = weight;
    double cost = finish_lanes(1, &l);
    spread_lane(&l);
    for (size_t first = 0; O_delta && first < columns; first += LANES)
        compute_deltas(count_piece(columns, first), &l, Y + first, O_delta + first);
    return cost;
}

/* ---- kernels --------------------------------------------------------------------------------- */

/* Few rows with many columns fill vectors better one by one. */
static inline bool is_short(size_t rows, size_t columns) {
    return columns <= LONGEST && columns <= 4 * rows;
}

static double softmax_cross_entropy(size_t rows, size_t columns, const double *O_in,
                                    const double *Y, const double *weights, double *O_delta) {
    double cost = 0.0;
    size_t together = is_short(rows, columns) ? LANES : 1;
    for (size_t r = 0; r < rows; r += together) {
        size_t first = r * columns;
        double *delta = O_delta ? O_delta + first : NULL;
        if (together == 1)
            cost += cross_entropy_of_long_row(columns, O_in + first, Y + first,
                                              get_weight(weights, first), delta);
        else
            cost += cross_entropy_of_short_rows(rows - r < LANES ? rows - r : LANES, columns,
                                                O_in + first, Y + first,
                                                weights ? weights + first : NULL, delta);
    }
    return cost;
}

#endif
