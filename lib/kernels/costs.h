/* SPDX-License-Identifier: BSD-3-Clause */
/* Part of kernels.c: costs and the deltas of the outputs, except the cross-entropy of softmax. */
#ifndef NN_COSTS_H
#define NN_COSTS_H

#include "kernels/activations.h"

#include <stdbool.h>

/* The cost of one output, and its derivative by O_in. */
typedef struct cost_and_delta {
    double cost, delta;
} cost_and_delta;

/* parameter: that of the cost, for those that have one. */
typedef cost_and_delta compute_unit(double o, double y, double parameter);

NN_INLINED double get_weight(const double *weights, size_t i) {
    return weights ? weights[i] : 1.0;
}

NN_INLINED double loop_over_units(compute_unit *compute, double parameter, size_t n,
                                  const double *o, const double *Y, const double *weights,
                                  double *O_delta) {
    double sum = 0.0;
#pragma omp simd reduction(+ : sum)
    for (size_t i = 0; i < n; i++) {
        cost_and_delta unit = compute(o[i], Y[i], parameter);
        double weight = get_weight(weights, i);
        sum += weight * unit.cost;
        if (O_delta)
            O_delta[i] = weight * unit.delta;
    }
    return sum;
}

/* Four loops without a test for null: only then does every compiler vectorise them. */
NN_INLINED double compute_units(compute_unit *compute, double parameter, size_t n, const double *o,
                                const double *Y, const double *weights, double *O_delta) {
    if (!O_delta)
        return weights ? loop_over_units(compute, parameter, n, o, Y, weights, NULL)
                       : loop_over_units(compute, parameter, n, o, Y, NULL, NULL);
    return weights ? loop_over_units(compute, parameter, n, o, Y, weights, O_delta)
                   : loop_over_units(compute, parameter, n, o, Y, NULL, O_delta);
}

/* ---- squared error --------------------------------------------------------------------------- */

NN_INLINED cost_and_delta compute_identity_squared_error(double o, double y, double parameter) {
    (void)parameter;
    double error = o - y;
    return (cost_and_delta){error * error, error};
}

static double identity_squared_error(size_t n, const double *O_out, const double *Y,
                                     const double *weights, double *O_delta) {
    return compute_units(compute_identity_squared_error, 0.0, n, O_out, Y, weights, O_delta);
}

NN_INLINED cost_and_delta compute_sigmoid_squared_error(double o, double y, double parameter) {
    (void)parameter;
    double error = o - y;
    return (cost_and_delta){error * error, error * sigmoid_derivative(o)};
}

static double sigmoid_squared_error(size_t n, const double *O_out, const double *Y,
                                    const double *weights, double *O_delta) {
    return compute_units(compute_sigmoid_squared_error, 0.0, n, O_out, Y, weights, O_delta);
}

/* d O_j / d a_k = O_j ([j = k] - O_k). */
static double softmax_squared_error(size_t rows, size_t columns, const double *O_out,
                                    const double *Y, const double *weights, double *O_delta) {
    double sum = 0.0;
    for (size_t first = 0; first < rows * columns; first += columns) {
        const double *o = O_out + first, *y = Y + first;
        double squares = 0.0, mean = 0.0, weight = get_weight(weights, first);
        for (size_t k = 0; k < columns; k++) {
            double O_error = o[k] - y[k];
            squares += O_error * O_error;
            mean += O_error * o[k];
        }
        for (size_t k = 0; O_delta && k < columns; k++)
            O_delta[first + k] = weight * o[k] * (o[k] - y[k] - mean);
        sum += weight * squares;
    }
    return sum;
}

/* ---- costs that grow with the error itself -----------------------------------------------------
 */

/* With c, the error but at most delta, both parts are c (|error| - c / 2), where nothing cancels. A
 * NaN fails the comparison and stays. */
NN_INLINED cost_and_delta compute_huber_cost(double o, double y, double delta) {
    double error = o - y, size = __builtin_fabs(error), clipped = size > delta ? delta : size;
    return (cost_and_delta){clipped * (size - 0.5 * clipped), __builtin_copysign(clipped, error)};
}

static double huber_cost(size_t n, double delta, const double *O_out, const double *Y,
                         const double *weights, double *O_delta) {
    return compute_units(compute_huber_cost, delta, n, O_out, Y, weights, O_delta);
}

/* The slope of an error of 0 is 0, which is one of its subgradients, and that of a NaN is NaN. */
NN_INLINED cost_and_delta compute_quantile_cost(double o, double y, double tau) {
    double error = o - y;
    double slope = error > 0.0 ? 1.0 - tau : error < 0.0 ? -tau : error;
    return (cost_and_delta){error * slope, slope};
}

static double quantile_cost(size_t n, double tau, const double *O_out, const double *Y,
                            const double *weights, double *O_delta) {
    return compute_units(compute_quantile_cost, tau, n, O_out, Y, weights, O_delta);
}

/* ---- cross-entropy of sigmoid outputs -------------------------------------------------------- */

/*
 * From the input z. With e = exp(-|z|), -ln sigmoid(z) = ln(1 + e) + max(-z, 0), and -ln(1 -
 * sigmoid(z)) is the same of -z. So the cost is ln(1 + e) + r |z|, where r is the share that the
 * label gives to the side on which z is not: y where z < 0, else 1 - y. For labels in 0 .. 1
 * nothing cancels. An infinite z on the side of its label costs nothing.
 *
 * The delta sigmoid(z) - y is r - sigmoid(-|z|) or, where z < 0, less than 0 by that. So an output
 * that is right keeps its small delta where sigmoid(z) rounds to 1.
 */
NN_INLINED cost_and_delta compute_sigmoid_cross_entropy(double z, double y, double parameter) {
    (void)parameter;
    double e = exp_of_negative(z < 0.0 ? z : -z);
    double r = z < 0.0 ? y : 1.0 - y, rest = r - sigmoid_from_exp(e);
    double distance = r == 0.0 ? 0.0 : r * __builtin_fabs(z);
    return (cost_and_delta){log_of_1_plus(e) + distance, z < 0.0 ? -rest : rest};
}

static double sigmoid_cross_entropy(size_t n, const double *O_in, const double *Y,
                                    const double *weights, double *O_delta) {
    return compute_units(compute_sigmoid_cross_entropy, 0.0, n, O_in, Y, weights, O_delta);
}

/* ---- deviances ------------------------------------------------------------------------------- */

/*
 * Half of the unit deviances of exponential outputs O = exp(z), from z (P. McCullagh, J. A. Nelder,
 * "Generalized linear models", 2nd ed. 1989). With g(w) = w - 1 - ln w, that of Poisson is y g(O /
 * y) and that of gamma g(y / O). Both are 0 where O = y. There g is taken from w - 1 alone, so that
 * nothing is felt of the terms but the rounding of w.
 */
NN_INLINED bool is_near_1(double w) {
    return w >= 0x1.6a09e667f3bcdp-1 && w <= 0x1.6a09e667f3bccp+0;
}

/* Whether w has all its digits. */
NN_INLINED bool is_normal(double w) {
    return w >= 0x1p-1022 && w <= 0x1.fffffffffffffp+1023;
}

/* Where y is 0, y ln y counts as 0, its limit. */
NN_INLINED cost_and_delta compute_poisson_deviance(double z, double y, double parameter) {
    (void)parameter;
    double O = exp_of(z), error = O - y, w = O / y;
    bool has_log = is_normal(w) && is_normal(O);
    double log = log_of(has_log ? w : y), log_w = has_log ? log : z - log;
    double far = O - (y == 0.0 ? 0.0 : y * (1.0 + log_w));
    return (cost_and_delta){is_near_1(w) ? y * get_log_rest(error / y) : far, error};
}

static double poisson_deviance(size_t n, const double *O_in, const double *Y, const double *weights,
                               double *O_delta) {
    return compute_units(compute_poisson_deviance, 0.0, n, O_in, Y, weights, O_delta);
}

/* w is multiplied by the root of 1 / O twice: so it has all its digits where O is too large or too
 * small for a double. */
NN_INLINED cost_and_delta compute_gamma_deviance(double z, double y, double parameter) {
    (void)parameter;
    double root = exp_of(-0.5 * z), half = y * root, w = half * root, excess = w - 1.0;
    bool has_log = is_normal(half) && is_normal(w);
    double log = log_of(has_log ? w : y), log_w = has_log ? log : log - z;
    return (cost_and_delta){is_near_1(w) ? get_log_rest(excess) : excess - log_w, -excess};
}

static double gamma_deviance(size_t n, const double *O_in, const double *Y, const double *weights,
                             double *O_delta) {
    return compute_units(compute_gamma_deviance, 0.0, n, O_in, Y, weights, O_delta);
}

/* ---- likelihood ------------------------------------------------------------------------------ */

/* The cost of one label, and its derivatives by the mean and by the log variance. */
typedef struct gaussian_unit {
    double cost, mean_delta, log_variance_delta;
} gaussian_unit;

/*
 * With r = exp(-s / 2), the inverse of the standard deviation, and the standardised error z = (o -
 * y) r, the cost is (s + z^2) / 2. exp(-s) itself would overflow where z is still small. r is at
 * most the largest double, so that z is 0 where o = y, whatever s is.
 */
NN_INLINED gaussian_unit compute_gaussian_cost(double o, double s, double y) {
    const double largest = 0x1.fffffffffffffp+1023;
    double inverse = exp_of(-0.5 * s), r = inverse > largest ? largest : inverse;
    double z = (o - y) * r, half = 0.5 * z;
    return (gaussian_unit){0.5 * s + half * z, z * r, 0.5 - half * z};
}

NN_INLINED double loop_over_labels(size_t n, const double *O, const double *Y,
                                   const double *weights, double *O_delta) {
    double sum = 0.0;
#pragma omp simd reduction(+ : sum)
    for (size_t i = 0; i < n; i++) {
        gaussian_unit unit = compute_gaussian_cost(O[i], O[n + i], Y[i]);
        double weight = get_weight(weights, i);
        sum += weight * unit.cost;
        if (O_delta) {
            O_delta[i] = weight * unit.mean_delta;
            O_delta[n + i] = weight * unit.log_variance_delta;
        }
    }
    return sum;
}

static double gaussian_cost(size_t n, const double *O_out, const double *Y, const double *weights,
                            double *O_delta) {
    if (!O_delta)
        return weights ? loop_over_labels(n, O_out, Y, weights, NULL)
                       : loop_over_labels(n, O_out, Y, NULL, NULL);
    return weights ? loop_over_labels(n, O_out, Y, weights, O_delta)
                   : loop_over_labels(n, O_out, Y, NULL, O_delta);
}

/* ---- hinge ----------------------------------------------------------------------------------- */

/* side is 1 for the label 1 and -1 for the label 0. At the margin itself the slope is 0. */
NN_INLINED cost_and_delta compute_hinge_cost(double o, double y, double parameter) {
    (void)parameter;
    double side = 2.0 * y - 1.0, lack = 1.0 - side * o;
    double slope = lack > 0.0 ? -side : lack <= 0.0 ? 0.0 : lack;
    return (cost_and_delta){lack <= 0.0 ? 0.0 : lack, slope};
}

static double hinge_cost(size_t n, const double *O_out, const double *Y, const double *weights,
                         double *O_delta) {
    return compute_units(compute_hinge_cost, 0.0, n, O_out, Y, weights, O_delta);
}

#endif
