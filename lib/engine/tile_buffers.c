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

/* The rows of a tile fill vectors where the units of a narrow layer do not. In a network of
 * 4-10-10-3 a product with the Hessian took 2.2 gradients so, and 3.2 else (OpenBLAS 0.3.21,
 * SkylakeX). */
void nn_transpose_narrow_layers(const nn_arena *arena, const nn_model *model, nn_layout *layouts) {
    enum { NARROW = 32 };
    for (size_t l = 0; arena->memory && l + 1 < model->n_layers; l++)
        layouts[l].transposed = model->layers[l].outputs < NARROW;
}

double ***nn_lay_out_updates(nn_arena *arena, const nn_model *model, size_t parts, double *result,
                             double **sums) {
    size_t n = model->n_layers, parameters = nn_count_model_parameters(model);
    *sums = nn_take_doubles(arena, nn_multiply_sizes(parts - 1, parameters));
    double ***updates = nn_take(arena, parts, sizeof *updates);
    for (size_t p = 0; p < parts; p++) {
        double **list = nn_take(arena, n, sizeof *list);
        if (!arena->memory)
            continue;
        double *next = p == 0 ? result : *sums + (p - 1) * parameters;
        updates[p] = list;
        for (size_t l = 0; l < n; l++) {
            list[l] = next;
            next += nn_count_parameters(&model->layers[l]);
        }
    }
    return updates;
}
