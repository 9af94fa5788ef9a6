/* SPDX-License-Identifier: BSD-3-Clause */
/* Shapes and the seeded data for them. */
#ifndef PROBLEM_H
#define PROBLEM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef struct shape {
    size_t N, inputs, hidden, outputs;
} shape;

typedef struct problem {
    shape shape;
    double *X, *Y, *parameters; /* one allocation, which begins at X */
} problem;

/* "N,inputs,hidden,outputs", each from 1 to INT_MAX. */
bool parse_shape(const char *text, shape *parsed);

/* Sizes spread evenly over their logarithms, so far as a gradient stays under some 10 ms. */
shape draw_shape(uint64_t *state);

size_t count_parameters(const shape *s);

/* X in [-1, 1), Y in [0, 1), weights small enough that no unit saturates. The same seed gives the
 * same numbers on every machine. */
problem make_problem(const shape *s, uint64_t seed);
void free_problem(problem *p);

/* count numbers in [low, high). */
void fill_uniform(uint64_t *state, double *numbers, size_t count, double low, double high);

/* The largest difference between two arrays, relative to the largest magnitude in them; NaN where
 * either holds one. */
double get_difference(const double *a, const double *b, size_t count);

/* What two implementations may differ by: sums in another order, and no more. */
extern const double TOLERANCE;

#endif
