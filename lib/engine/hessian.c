/* SPDX-License-Identifier: BSD-3-Clause */
#include "engine/hessian.h"
#include "engine/engine.h"
#include "engine/hessian_diagonal.h"
#include "engine/r_operator.h"
#include "engine/tile_buffers.h"
#include "engine/tile_walk.h"

#include <stdlib.h>

/* A call. Each thread has buffers for one of the two tasks, each part its sums. */
typedef struct hessian_run {
    const nn_model *model;
    const nn_rows *rows;
    nn_walk walk;
    size_t parameter_count;
    nn_layout *layouts; /* one a layer */
    const double *v;
    nn_model direction;
    nn_layout *direction_layouts;
    nn_r_buffers *r_buffers;
    nn_diagonal_buffers *diagonal_buffers;
    double ***updates; /* one list a part, of one matrix a layer */
    double *sums;      /* of the parts after the first, which adds to the result */
    double *result;
} hessian_run;

/* ---- memory ---------------------------------------------------------------------------------- */

/* The layers with the parts of v in the place of their parameters. */
static void lay_out_direction(hessian_run *r, nn_arena *arena) {
    size_t n = r->model->n_layers;
    nn_layer *layers = nn_take(arena, n, sizeof *layers);
    const double *v = r->v;
    for (size_t l = 0; arena->memory && l < n; l++) {
        layers[l] = r->model->layers[l];
        layers[l].W = v;
        v += nn_count_parameters(&layers[l]);
    }
    r->direction = *r->model;
    r->direction.layers = layers;
    r->direction_layouts = nn_lay_out_layouts(arena, &r->direction);
}

static void lay_out_vector(void *context, nn_arena *arena) {
    hessian_run *r = context;
    r->layouts = nn_lay_out_layouts(arena, r->model);
    lay_out_direction(r, arena);
    nn_transpose_narrow_layers(arena, r->model, r->layouts);
    nn_transpose_narrow_layers(arena, r->model, r->direction_layouts);
    r->updates = nn_lay_out_updates(arena, r->model, r->walk.parts, r->result, &r->sums);
    r->r_buffers = nn_take(arena, r->walk.threads, sizeof *r->r_buffers);
    for (size_t t = 0; t < r->walk.threads; t++) {
        nn_r_buffers b = nn_lay_out_r_buffers(arena, r->model, r->walk.tile_rows);
        if (arena->memory)
            r->r_buffers[t] = b;
    }
}

static void lay_out_diagonal(void *context, nn_arena *arena) {
    hessian_run *r = context;
    r->layouts = nn_lay_out_layouts(arena, r->model);
    r->updates = nn_lay_out_updates(arena, r->model, r->walk.parts, r->result, &r->sums);
    r->diagonal_buffers = nn_take(arena, r->walk.threads, sizeof *r->diagonal_buffers);
    for (size_t t = 0; t < r->walk.threads; t++) {
        nn_diagonal_buffers b = nn_lay_out_diagonal_buffers(arena, r->model, r->walk.tile_rows);
        if (arena->memory)
            r->diagonal_buffers[t] = b;
    }
}

/* ---- tiles ----------------------------------------------------------------------------------- */

static nn_tile view_tile(const hessian_run *r, const nn_walk_tile *t, double *Y,
                         double *const *activations, double *const *deltas, double *const *inputs) {
    size_t labels = nn_count_labels(r->model);
    return (nn_tile){.rows = t->count,
                     .layouts = r->layouts,
                     .X = r->rows->X + t->first * r->rows->ldx,
                     .ldx = r->rows->ldx,
                     .Y = nn_get_labels(r->rows, t->first, t->count, labels, false, Y),
                     .activations = activations,
                     .deltas = deltas,
                     .inputs = inputs};
}

static void compute_vector_tile(void *context, const nn_walk_tile *t) {
    const hessian_run *r = context;
    const nn_r_buffers *b = &r->r_buffers[t->runner];
    nn_tile tile = view_tile(r, t, b->Y, b->activations, b->deltas, b->inputs);
    nn_accumulate_r_updates(r->model, &r->direction, r->direction_layouts, &tile, b,
                            1.0 / (double)r->rows->N, t->is_first ? 0.0 : 1.0, r->updates[t->part]);
}

static void compute_diagonal_tile(void *context, const nn_walk_tile *t) {
    const hessian_run *r = context;
    const nn_diagonal_buffers *b = &r->diagonal_buffers[t->runner];
    nn_tile tile = view_tile(r, t, b->Y, b->activations, b->deltas, b->inputs);
    nn_accumulate_diagonals(r->model, &tile, b, 1.0 / (double)r->rows->N, t->is_first ? 0.0 : 1.0,
                            r->updates[t->part]);
}

/* ---- calls ----------------------------------------------------------------------------------- */

/* What both calls take of a row: gradients, so to say, and matrices like the activations. */
static nn_row_cost cost_rows(const nn_model *model, double gradients, size_t matrices) {
    nn_row_cost cost = {.stack = 1, .numbers = model->layers[0].inputs};
    for (size_t l = 0; l < model->n_layers; l++) {
        const nn_layer *layer = &model->layers[l];
        cost.multiplications += 3.0 * gradients * (double)nn_count_weights(layer);
        cost.elements += gradients * (double)layer->outputs;
        cost.numbers = nn_add_sizes(cost.numbers, nn_multiply_sizes(matrices, layer->outputs));
        cost.sums += nn_count_parameters(layer);
    }
    return cost;
}

static nnblas_status run(hessian_run *r, const nn_row_cost *cost, nn_lay_out *lay_out,
                         nn_tile_task *task) {
    nn_scratch scratch;
    void *memory;
    r->walk = nn_choose_walk(r->model, r->rows->N, cost);
    r->parameter_count = cost->sums;
    nnblas_status status = nn_lay_out_pieces(lay_out, r, scratch.bytes, sizeof scratch, &memory);
    if (status)
        return status;
    nn_walk_tiles(&r->walk, task, r);
    nn_add_parts(&r->walk, r->parameter_count, r->sums, r->result);
    free(memory);
    return NNBLAS_OK;
}

nnblas_status nn_compute_hessian_vector(const nn_model *model, const nn_rows *rows, const double *v,
                                        double *Hv) {
    hessian_run r = {.model = model, .rows = rows, .v = v, .result = Hv};
    const nn_row_cost cost = cost_rows(model, 2.5, 5);
    return run(&r, &cost, lay_out_vector, compute_vector_tile);
}

nnblas_status nn_compute_hessian_diagonal(const nn_model *model, const nn_rows *rows,
                                          double *diagonal) {
    hessian_run r = {.model = model, .rows = rows, .result = diagonal};
    nn_row_cost cost = cost_rows(model, 1.0, 2);
    size_t numbers = nn_count_diagonal_numbers(model);
    cost.multiplications += nn_count_diagonal_multiplications(model);
    cost.elements += (double)numbers;
    cost.numbers = nn_add_sizes(cost.numbers, numbers);
    for (size_t l = 0; l < model->n_layers; l++)
        cost.stack = nn_max(cost.stack, model->layers[l].outputs);
    return run(&r, &cost, lay_out_diagonal, compute_diagonal_tile);
}
