/* SPDX-License-Identifier: BSD-3-Clause */
/* Bounds of all numbers of a training. While they are safe, no step has to be checked for overflow.
 * They follow from the largest magnitudes of data and parameters: bounds of every activation, delta
 * and gradient, and so of the next parameters. */
#ifndef NN_OVERFLOW_BOUNDS_H
#define NN_OVERFLOW_BOUNDS_H

#include "engine/engine.h"

/* The largest magnitudes. */
typedef struct nn_overflow_bounds {
    double X, Y, parameters;
    double velocity; /* of an optimizer that has one */
} nn_overflow_bounds;

/*
 * The bounds of the rows, which are finite; the bound of the parameters is still infinite. Weights
 * of rows need no bound: the engine scales them to 2^24 at most, and a gradient is a weighted mean.
 */
nn_overflow_bounds nn_bound_rows(const nn_model *model, const nn_rows *rows);

/*
 * The bound of parameters or of a vector of an optimizer; infinity or NaN where one is not finite.
 */
double nn_bound_parameters(size_t count, const double *parameters);

/* The bound of the gradient; infinity where an intermediate result might overflow. */
double nn_bound_gradient(const nn_model *model, const nn_overflow_bounds *bounds);

/* Whether bound is so far below the largest double that no sum of products of two such numbers
 * overflows. */
bool nn_is_safe(double bound);

#endif
