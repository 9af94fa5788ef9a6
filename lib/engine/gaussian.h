/* SPDX-License-Identifier: BSD-3-Clause */
/* The Gaussian likelihood of the labels of a tile, whose rows have the means of all labels and then
 * their log variances. */
#ifndef NN_GAUSSIAN_H
#define NN_GAUSSIAN_H

#include <stdbool.h>
#include <stddef.h>

/* O is rows x 2 labels; Y and the weights are rows x labels. */
typedef struct nn_gaussian {
    size_t rows, labels;
    bool transposed; /* all three */
    const double *O, *Y;
    const double *weights; /* null: 1 each */
} nn_gaussian;

/* Returns the sum of the costs, and writes O_delta, a matrix like O, which may be null. */
double nn_compute_gaussian_cost(const nn_gaussian *g, double *O_delta);

/*
 * Second derivatives, for rows that are not transposed. The first makes of curvature, a matrix like
 * O, what the second needs: it multiplies each row of R by the matrix of second derivatives of the
 * row's cost, which has a block of 2 x 2 for each label.
 */
void nn_prepare_gaussian_curvature(const nn_gaussian *g, double *curvature);
void nn_multiply_by_gaussian_curvature(const nn_gaussian *g, const double *curvature, double *R);

#endif
