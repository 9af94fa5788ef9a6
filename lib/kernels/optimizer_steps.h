/* SPDX-License-Identifier: BSD-3-Clause */
/* Part of kernels.c: the steps of the optimizers. */
#ifndef NN_OPTIMIZER_STEPS_H
#define NN_OPTIMIZER_STEPS_H

#include "kernels/adam.h"
#include "kernels/rprop.h"
#include "kernels/vector_math.h"

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

/* Returns what to add to a parameter with the gradient g. The constants are those of the article. A
 * product of two small gradients could underflow to 0, so the sign of one is multiplied by the
 * other. */
NN_INLINED double move_by_rprop(double g, double *previous, double *step) {
    double direction = sign(g), agreement = direction * *previous;
    double rises = agreement > 0.0 ? 1.0 : 0.0, falls = agreement < 0.0 ? 1.0 : 0.0;
    double size = *step * (1.0 + 0.2 * rises - 0.5 * falls);
    size = size > NN_RPROP_LARGEST ? NN_RPROP_LARGEST : size;
    size = size < NN_RPROP_SMALLEST ? NN_RPROP_SMALLEST : size;
    *step = size;
    *previous = g * (1.0 - falls);
    return -direction * (1.0 - falls) * size;
}

static void step_by_rprop(size_t n, double decay, const double *restrict gradient,
                          double *restrict previous, double *restrict step, double *restrict W) {
    for (size_t i = 0; i < n; i++)
        W[i] += move_by_rprop(gradient[i] + decay * W[i], &previous[i], &step[i]);
}

/* ---- L1 -------------------------------------------------------------------------------------- */

/* a, moved by t towards 0 and no further. 0 times a NaN is the NaN, and -0 + 0 is 0. */
NN_INLINED double shrink(double a, double t) {
    return a > t ? a - t : a < -t ? a + t : 0.0 * a + 0.0;
}

static void shrink_weights(size_t n, double threshold, double *W) {
#pragma omp simd /* clang thinks that it does not pay */
    for (size_t i = 0; i < n; i++)
        W[i] = shrink(W[i], threshold);
}

/* After the step by momentum: v is then how far the weight has come in all. */
static void shrink_by_momentum(size_t n, double threshold, double *restrict v, double *restrict W) {
    for (size_t i = 0; i < n; i++) {
        double shrunk = shrink(W[i], threshold);
        v[i] += shrunk - W[i];
        W[i] = shrunk;
    }
}

/* W is ahead of the weights x by m v. From W to the next x a gradient step is taken and shrunk. */
static void step_by_nesterov_with_l1(size_t n, double rate, double m, double decay, double l1,
                                     const double *restrict gradient, double *restrict v,
                                     double *restrict W) {
    for (size_t i = 0; i < n; i++) {
        double x = W[i] - m * v[i], g = gradient[i] + decay * W[i];
        double next = shrink(W[i] - rate * g, rate * l1);
        v[i] = next - x;
        W[i] = next + m * v[i];
    }
}

/* After the step by Adam, in the unit that it took for each weight. A NaN of v goes through. */
static void shrink_by_adam(size_t n, const nn_adam *c, double l1, const double *restrict v,
                           double *restrict W) {
    const double rate = c->rate * l1, epsilon = c->epsilon;
    for (size_t i = 0; i < n; i++)
        W[i] = shrink(W[i], rate / (__builtin_sqrt(v[i]) + epsilon)) + 0.0 * v[i];
}

/* The slope of the cost with l1 |w| on the side to which it falls, and no step through 0. */
static void step_by_rprop_with_l1(size_t n, double decay, double l1,
                                  const double *restrict gradient, double *restrict previous,
                                  double *restrict step, double *restrict W) {
    for (size_t i = 0; i < n; i++) {
        double w = W[i], side = sign(w), g = gradient[i] + decay * w;
        double slope = side == 0.0 ? shrink(g, l1) : g + side * l1;
        double next = w + move_by_rprop(slope, &previous[i], &step[i]);
        W[i] = side * next < 0.0 ? 0.0 : next;
    }
}

#endif
