/* SPDX-License-Identifier: BSD-3-Clause */
/* Finds the prices of things from what collections of them cost together. */
#ifndef LEAST_SQUARES_H
#define LEAST_SQUARES_H

#include <stddef.h>

typedef struct equation {
    double *counts; /* of each unknown */
    double total;   /* what they cost together */
    double weight;
} equation;

/* Sets each unknown, from 0 on, so that the sum over the equations of weight times the square of
 * the relative error is least. Errors beyond a tenth count by their size instead of its square:
 * they are disturbances, or what the counts do not tell. */
void solve_least_squares(const equation *equations, size_t count, size_t unknowns, double *x);

/* (counts times x) / total - 1. */
double get_relative_error(const equation *e, size_t unknowns, const double *x);

#endif
