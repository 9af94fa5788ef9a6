/* SPDX-License-Identifier: BSD-3-Clause */
#include "engine/gaussian.h"
#include "core/sizes.h"
#include "kernels/kernels.h"

#include <float.h>
#include <string.h>

/* ---- cost ------------------------------------------------------------------------------------ */

/* Labels that are computed together. They stay in the first cache. */
enum { BLOCK = 128 };

/* Some rows of O, the means of all of them and then the log variances, as the kernel takes them. */
static void split_rows(size_t rows, size_t labels, const double *O, double *split) {
    for (size_t e = 0; e < rows; e++)
        for (size_t t = 0; t < labels; t++) {
            split[e * labels + t] = O[2 * e * labels + t];
            split[(rows + e) * labels + t] = O[(2 * e + 1) * labels + t];
        }
}

static void join_rows(size_t rows, size_t labels, const double *split, double *O) {
    for (size_t e = 0; e < rows; e++)
        for (size_t t = 0; t < labels; t++) {
            O[2 * e * labels + t] = split[e * labels + t];
            O[(2 * e + 1) * labels + t] = split[(rows + e) * labels + t];
        }
}

/* Of rows that are as the kernel takes them. */
static double compute_rows(const nn_gaussian *g, size_t first, size_t count, double *O_delta) {
    size_t begin = first * g->labels;
    return nn_get_kernels()->gaussian_cost(count * g->labels, g->O + 2 * begin, g->Y + begin,
                                           g->weights ? g->weights + begin : NULL,
                                           O_delta ? O_delta + 2 * begin : NULL);
}

static double compute_block(const nn_gaussian *g, size_t first, size_t count, double *O_delta) {
    double split[2 * BLOCK], deltas[2 * BLOCK];
    size_t begin = first * g->labels;
    split_rows(count, g->labels, g->O + 2 * begin, split);
    double cost = nn_get_kernels()->gaussian_cost(count * g->labels, split, g->Y + begin,
                                                  g->weights ? g->weights + begin : NULL,
                                                  O_delta ? deltas : NULL);
    if (O_delta)
        join_rows(count, g->labels, deltas, O_delta + 2 * begin);
    return cost;
}

double nn_compute_gaussian_cost(const nn_gaussian *g, double *O_delta) {
    size_t step = BLOCK / g->labels;
    double cost = 0.0;
    if (g->transposed || g->rows == 1)
        return compute_rows(g, 0, g->rows, O_delta);
    for (size_t e = 0; step < 2 && e < g->rows; e++)
        cost += compute_rows(g, e, 1, O_delta);
    for (size_t e = 0; step >= 2 && e < g->rows; e += step)
        cost += compute_block(g, e, nn_min(step, g->rows - e), O_delta);
    return cost;
}

/* ---- second derivatives ---------------------------------------------------------------------- */

/* r = exp(-s / 2) in the places of the means, and z = (o - y) r in those of the log variances, as
 * in the kernel. */
void nn_prepare_gaussian_curvature(const nn_gaussian *g, double *curvature) {
    size_t T = g->labels;
    for (size_t e = 0; e < g->rows; e++) {
        const double *o = g->O + 2 * e * T, *s = o + T, *y = g->Y + e * T;
        double *r = curvature + 2 * e * T, *z = r + T;
        for (size_t t = 0; t < T; t++)
            r[t] = -0.5 * s[t];
        nn_get_kernels()->exponential(T, r);
        for (size_t t = 0; t < T; t++) {
            r[t] = r[t] > DBL_MAX ? DBL_MAX : r[t];
            z[t] = (o[t] - y[t]) * r[t];
        }
    }
}

/* The block of a label is [r^2, -r z; -r z, z^2 / 2]. */
void nn_multiply_by_gaussian_curvature(const nn_gaussian *g, const double *curvature, double *R) {
    size_t T = g->labels;
    for (size_t e = 0; e < g->rows; e++) {
        const double *r = curvature + 2 * e * T, *z = r + T;
        double *mean = R + 2 * e * T, *log_variance = mean + T;
        for (size_t t = 0; t < T; t++) {
            double by_mean = r[t] * mean[t], by_log_variance = z[t] * log_variance[t];
            mean[t] = r[t] * (by_mean - by_log_variance);
            log_variance[t] = z[t] * (0.5 * by_log_variance - by_mean);
        }
    }
}
