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

#endif
