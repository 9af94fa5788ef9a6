/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What no number of a training can exceed, so that most steps need no look whether they overflow:
 * from the largest of the data and the parameters follow bounds of every activation, delta and
 * gradient, and so of the next parameters.
 */
#ifndef NN_OVERFLOW_BOUNDS_H
#define NN_OVERFLOW_BOUNDS_H

#include "engine/engine.h"

/* No element of these is larger. */
typedef struct nn_overflow_bounds {
    double X, Y, parameters;
    double velocity; /* of an optimizer that has one */
} nn_overflow_bounds;

/* The bounds of the rows, which are finite; those of the parameters are not known yet, and
 * infinity. Weights of rows need no bound: the engine scales them to 2^24 at most, and a gradient
 * is a weighted mean. */
nn_overflow_bounds nn_bound_rows(const nn_model *model, const nn_rows *rows);

/* Of parameters or what an optimizer keeps of each; infinity or NaN where one is not finite. */
double nn_bound_parameters(size_t count, const double *parameters);

/* No element of a gradient is larger; infinity where an intermediate result might overflow. */
double nn_bound_gradient(const nn_model *model, const nn_overflow_bounds *bounds);

/* Far enough under the largest double that no sum of products of two such numbers overflows. */
bool nn_is_safe(double bound);

#endif
