/* SPDX-License-Identifier: BSD-3-Clause */
/* Memory for tiles with plain layouts. */
#ifndef NN_TILE_BUFFERS_H
#define NN_TILE_BUFFERS_H

#include "core/arena.h"
#include "engine/backpropagation.h"

/* A list of matrices, one a layer, each rows x outputs of the layer. */
double **nn_lay_out_matrices(nn_arena *arena, const nn_model *model, size_t rows);

/* The same of the layers whose derivative is computed from H_in, for nn_tile.inputs. */
double **nn_lay_out_inputs(nn_arena *arena, const nn_model *model, size_t rows);

/* The plain layouts of all layers. */
nn_layout *nn_lay_out_layouts(nn_arena *arena, const nn_model *model);

/* Transposes the hidden layers in which a row fills no vectors. A layer's matrices of every kind
 * are then transposed. */
void nn_transpose_narrow_layers(const nn_arena *arena, const nn_model *model, nn_layout *layouts);

/* Where each part adds up updates: a list a part, of one matrix a layer. The first has the matrices
 * of result, a vector like the parameters; *sums are those of the others, behind one another. */
double ***nn_lay_out_updates(nn_arena *arena, const nn_model *model, size_t parts, double *result,
                             double **sums);

#endif
