/* SPDX-License-Identifier: BSD-3-Clause */
#include "engine/input_gradient.h"
#include "engine/engine.h"
#include "engine/tile_buffers.h"
#include "engine/tile_walk.h"
#include "kernels/kernels.h"

#include <stdlib.h>

/* What one thread works in. */
typedef struct buffers {
    double **activations, **deltas, **inputs;
} buffers;

typedef struct gradient_run {
    const nn_model *model;
    const nn_rows *rows;
    const double *V;
    size_t ldv;
    double *X_gradient;
    size_t ldg;
    nn_walk walk;
    nn_layout *layouts;
    buffers *buffers; /* one a thread */
} gradient_run;

static void lay_out(void *context, nn_arena *arena) {
    gradient_run *r = context;
    r->layouts = nn_lay_out_layouts(arena, r->model);
    r->buffers = nn_take(arena, r->walk.threads, sizeof *r->buffers);
    for (size_t t = 0; t < r->walk.threads; t++) {
        buffers b = {nn_lay_out_matrices(arena, r->model, r->walk.tile_rows),
                     nn_lay_out_matrices(arena, r->model, r->walk.tile_rows),
                     nn_lay_out_inputs(arena, r->model, r->walk.tile_rows)};
        if (arena->memory)
            r->buffers[t] = b;
    }
}

/* O_delta = V d O_out / d O_in. */
static void compute_output_delta(const gradient_run *r, const nn_tile *tile, const double *V) {
    size_t last = r->model->n_layers - 1, outputs = r->model->layers[last].outputs;
    double *O_delta = tile->deltas[last];
    nn_copy_rows(tile->rows, outputs, V, r->ldv, O_delta, outputs);
    if (r->model->layers[last].activation == NNBLAS_SOFTMAX)
        nn_get_kernels()->softmax_delta(tile->rows, outputs, tile->activations[last], O_delta);
    else
        nn_multiply_by_derivative(r->model, tile, last, O_delta);
}

/* H_delta W1^T + O_delta W_skip^T, the error of the inputs. */
static void compute_X_gradient(const gradient_run *r, const nn_tile *tile, double *X_gradient) {
    size_t last = r->model->n_layers - 1;
    const nn_layer *first_layer = &r->model->layers[0], *last_layer = &r->model->layers[last];
    const nn_matrix_view error = {X_gradient, (int)r->ldg, false};
    nn_product_error(tile->rows, first_layer, &r->layouts[0],
                     (nn_matrix_view){tile->deltas[0], (int)first_layer->outputs, false}, error);
    nn_add_product_skip_error(tile->rows, last_layer, &r->layouts[last],
                              (nn_matrix_view){tile->deltas[last], (int)last_layer->outputs, false},
                              error);
}

/* As a gradient, and one layer further. */
static void compute_tile(void *context, const nn_walk_tile *t) {
    const gradient_run *r = context;
    const buffers *b = &r->buffers[t->runner];
    const nn_tile tile = {.rows = t->count,
                          .layouts = r->layouts,
                          .X = r->rows->X + t->first * r->rows->ldx,
                          .ldx = r->rows->ldx,
                          .activations = b->activations,
                          .deltas = b->deltas,
                          .inputs = b->inputs};
    nn_forward(r->model, &tile);
    compute_output_delta(r, &tile, r->V + t->first * r->ldv);
    nn_compute_hidden_deltas(r->model, &tile);
    compute_X_gradient(r, &tile, r->X_gradient + t->first * r->ldg);
}

static nn_row_cost cost_rows(const nn_model *model) {
    nn_row_cost cost = {.stack = 1, .numbers = 2 * model->layers[0].inputs};
    for (size_t l = 0; l < model->n_layers; l++) {
        const nn_layer *layer = &model->layers[l];
        cost.multiplications += 2.0 * (double)nn_count_weights(layer);
        cost.elements += 2.0 * (double)layer->outputs;
        cost.numbers = nn_add_sizes(cost.numbers, 2 * layer->outputs);
    }
    return cost;
}

nnblas_status nn_compute_input_gradient(const nn_model *model, const nn_rows *rows, const double *V,
                                        size_t ldv, double *X_gradient, size_t ldg) {
    const nn_row_cost cost = cost_rows(model);
    gradient_run r = {.model = model,
                      .rows = rows,
                      .V = V,
                      .ldv = ldv,
                      .X_gradient = X_gradient,
                      .ldg = ldg,
                      .walk = nn_choose_walk(model, rows->N, &cost)};
    nn_scratch scratch;
    void *memory;
    nnblas_status status = nn_lay_out_pieces(lay_out, &r, scratch.bytes, sizeof scratch, &memory);
    if (status)
        return status;
    nn_walk_tiles(&r.walk, compute_tile, &r);
    free(memory);
    return NNBLAS_OK;
}
