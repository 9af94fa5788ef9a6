/* SPDX-License-Identifier: BSD-3-Clause */
/* Part of kernels.c: costs and the deltas of the outputs, except the cross-entropy of softmax. */
#ifndef NN_COSTS_H
#define NN_COSTS_H

#include "kernels/activations.h"

/* The cost of one output, and its derivative by O_in. */
typedef struct cost_and_delta {
    double cost, delta;
} cost_and_delta;

typedef cost_and_delta compute_unit(double o, double y);

NN_INLINED double get_weight(const double *weights, size_t i) {
    return weights ? weights[i] : 1.0;
}

NN_INLINED double loop_over_units(compute_unit *compute, size_t n, const double *o, const double *Y,
                                  const double *weights, double *O_delta) {
    double sum = 0.0;
#pragma omp simd reduction(+ : sum)
    for (size_t i = 0; i < n; i++) {
        cost_and_delta unit = compute(o[i], Y[i]);
        double weight = get_weight(weights, i);
        sum += weight * unit.cost;
        if (O_delta)
            O_delta[i] = weight * unit.delta;
    }
    return sum;
}

/* Four loops without a test for null: only then does every compiler vectorise them. */
NN_INLINED double compute_units(compute_unit *compute, size_t n, const double *o, const double *Y,
                                const double *weights, double *O_delta) {
    if (!O_delta)
        return weights ? loop_over_units(compute, n, o, Y, weights, NULL)
                       : loop_over_units(compute, n, o, Y, NULL, NULL);
    return weights ? loop_over_units(compute, n, o, Y, weights, O_delta)
                   : loop_over_units(compute, n, o, Y, NULL, O_delta);
}

/* ---- squared error --------------------------------------------------------------------------- */

NN_INLINED cost_and_delta compute_identity_squared_error(double o, double y) {
    double error = o - y;
    return (cost_and_delta){error * error, error};
}

static double identity_squared_error(size_t n, const double *O_out, const double *Y,
                                     const double *weights, double *O_delta) {
    return compute_units(compute_identity_squared_error, n, O_out, Y, weights, O_delta);
}

NN_INLINED cost_and_delta compute_sigmoid_squared_error(double o, double y) {
    double error = o - y;
    return (cost_and_delta){error * error, error * sigmoid_derivative(o)};
}

static double sigmoid_squared_error(size_t n, const double *O_out, const double *Y,
                                    const double *weights, double *O_delta) {
    return compute_units(compute_sigmoid_squared_error, n, O_out, Y, weights, O_delta);
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
NN_INLINED cost_and_delta compute_sigmoid_cross_entropy(double z, double y) {
    double e = exp_of_negative(z < 0.0 ? z : -z);
    double r = z < 0.0 ? y : 1.0 - y, rest = r - sigmoid_from_exp(e);
    double distance = r == 0.0 ? 0.0 : r * __builtin_fabs(z);
    return (cost_and_delta){log_of_1_plus(e) + distance, z < 0.0 ? -rest : rest};
}

static double sigmoid_cross_entropy(size_t n, const double *O_in, const double *Y,
                                    const double *weights, double *O_delta) {
    return compute_units(compute_sigmoid_cross_entropy, n, O_in, Y, weights, O_delta);
}

#endif
