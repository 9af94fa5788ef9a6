/* SPDX-License-Identifier: BSD-3-Clause */
/* Part of kernels.c: the steps of the optimizers. */
#ifndef NN_OPTIMIZER_STEPS_H
#define NN_OPTIMIZER_STEPS_H

#include "kernels/adam.h"
#include "kernels/rprop.h"

#include <stddef.h>

static void descend(size_t n, double rate, const double *restrict gradient, double *restrict W) {
    for (size_t i = 0; i < n; i++)
        W[i] -= rate * gradient[i];
}

/* Multiplying by 0 gives 0 for what is finite, and NaN for what is not. */
static double check_descent(size_t n, double rate, const double *gradient, const double *W) {
    double sum = 0.0;
#pragma omp simd reduction(+ : sum)
    for (size_t i = 0; i < n; i++)
        sum += 0.0 * (W[i] - rate * gradient[i]);
    return sum;
}

static void descend_with_decay(size_t n, double rate, double decay, const double *restrict gradient,
                               double *restrict W) {
    for (size_t i = 0; i < n; i++)
        W[i] -= rate * (gradient[i] + decay * W[i]);
}

static void step_by_momentum(size_t n, double rate, double m, double decay,
                             const double *restrict gradient, double *restrict v,
                             double *restrict W) {
    for (size_t i = 0; i < n; i++) {
        double g = gradient[i] + decay * W[i];
        v[i] = m * v[i] - rate * g;
        W[i] += v[i];
    }
}

static void step_by_nesterov(size_t n, double rate, double m, double decay,
                             const double *restrict gradient, double *restrict v,
                             double *restrict W) {
    for (size_t i = 0; i < n; i++) {
        double g = gradient[i] + decay * W[i];
        v[i] = m * v[i] - rate * g;
        W[i] += m * v[i] - rate * g;
    }
}

static void step_by_adam(size_t n, const nn_adam *c, double decay, const double *restrict gradient,
                         double *restrict m, double *restrict v, double *restrict W) {
    const double rate = c->rate, beta1 = c->beta1, beta2 = c->beta2, epsilon = c->epsilon;
    for (size_t i = 0; i < n; i++) {
        double g = gradient[i] + decay * W[i];
        m[i] = beta1 * m[i] + (1.0 - beta1) * g;
        v[i] = beta2 * v[i] + (1.0 - beta2) * g * g;
        W[i] -= rate * m[i] / (__builtin_sqrt(v[i]) + epsilon);
    }
}

/* -1, 0 or 1; as a difference of two selections, it is vectorised without a blend too. */
static inline double sign(double x) {
    return (x > 0.0 ? 1.0 : 0.0) - (x < 0.0 ? 1.0 : 0.0);
}

/* The constants are those of the article. A product of two small gradients could underflow to 0, so
 * the sign of one is multiplied by the other. */
static void step_by_rprop(size_t n, double decay, const double *restrict gradient,
                          double *restrict previous, double *restrict step, double *restrict W) {
    for (size_t i = 0; i < n; i++) {
        double g = gradient[i] + decay * W[i];
        double direction = sign(g), agreement = direction * previous[i];
        double rises = agreement > 0.0 ? 1.0 : 0.0, falls = agreement < 0.0 ? 1.0 : 0.0;
        double size = step[i] * (1.0 + 0.2 * rises - 0.5 * falls);
        size = size > NN_RPROP_LARGEST ? NN_RPROP_LARGEST : size;
        size = size < NN_RPROP_SMALLEST ? NN_RPROP_SMALLEST : size;
        step[i] = size;
        previous[i] = g * (1.0 - falls);
        W[i] -= direction * (1.0 - falls) * size;
    }
}

#endif
