/* SPDX-License-Identifier: BSD-3-Clause */
/* All rows as one tile, whose matrices the caller has: they are cut over threads as they are. */
#ifndef NN_WHOLE_TILE_H
#define NN_WHOLE_TILE_H

#include "engine/backpropagation.h"

enum { NN_MOST_WHOLE_LAYERS = 2 };

/* nn_forward, with plain layouts and at most so many layers. */
void nn_forward_whole(const nn_model *model, const nn_tile *tile);

/* From the activations on: the deltas, and updates[l] := alpha dE/dW of each layer, where E is the
 * sum of the rows' costs (half of it for the mse). Returns the sum of the costs. */
double nn_backpropagate_whole(const nn_model *model, const nn_tile *tile, double alpha,
                              double *const *updates);

#endif
