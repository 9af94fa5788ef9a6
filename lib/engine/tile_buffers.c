/* SPDX-License-Identifier: BSD-3-Clause */
#include "engine/tile_buffers.h"

/* Of the layers that need one, or of all. */
static double **lay_out_list(nn_arena *arena, const nn_model *model, size_t rows, bool is_of_all) {
    double **list = nn_take(arena, model->n_layers, sizeof *list);
    for (size_t l = 0; l < model->n_layers; l++) {
        const nn_layer *layer = &model->layers[l];
        bool is_needed = is_of_all || nn_is_differentiated_by_input(layer->activation);
        double *matrix =
            nn_take_doubles(arena, is_needed ? nn_multiply_sizes(rows, layer->outputs) : 0);
        if (arena->memory)
            list[l] = matrix;
    }
    return list;
}

double **nn_lay_out_matrices(nn_arena *arena, const nn_model *model, size_t rows) {
    return lay_out_list(arena, model, rows, true);
}

double **nn_lay_out_inputs(nn_arena *arena, const nn_model *model, size_t rows) {
    return lay_out_list(arena, model, rows, false);
}

nn_layout *nn_lay_out_layouts(nn_arena *arena, const nn_model *model) {
    nn_layout *layouts = nn_take(arena, model->n_layers, sizeof *layouts);
    for (size_t l = 0; arena->memory && l < model->n_layers; l++)
        nn_lay_out_plainly(&model->layers[l], &layouts[l]);
    return layouts;
}
