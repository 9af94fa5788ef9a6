/* SPDX-License-Identifier: BSD-3-Clause */
/* Second derivatives of activations and costs, on a tile: the only place that knows them. */
#ifndef NN_CURVATURE_H
#define NN_CURVATURE_H

#include "engine/backpropagation.h"

/* Multiplies a, a matrix like the activations of layer l, by the second derivatives of its units.
 * Not for softmax. */
void nn_multiply_by_curvature(const nn_model *model, const nn_tile *tile, size_t l, double *a);

/*
 * Call the first after nn_compute_output_delta, and then the second any number of times: it
 * multiplies each row of R, a matrix like O_out, by the second derivatives of the cost of its row
 * by O_in (for the mse, those of half the squared errors). Where R holds R{O_in}, it becomes
 * R{O_delta}. The two other matrices are like O_out too. The first fills curvature with what the
 * second needs, and overwrites spare.
 */
void nn_prepare_cost_curvature(const nn_model *model, const nn_tile *tile, double *curvature,
                               double *spare);
void nn_multiply_by_cost_curvature(const nn_model *model, const nn_tile *tile,
                                   const double *curvature, double *R);

#endif
