/* SPDX-License-Identifier: BSD-3-Clause */
#include "engine/derivative_engine.h"
#include "engine/tile_buffers.h"

#include <stdlib.h>
#include <string.h>

/* ---- memory ---------------------------------------------------------------------------------- */

static void lay_out(void *context, nn_arena *arena) {
    nn_derivative_engine *engine = context;
    const nn_walk *walk = &engine->walk;
    engine->layouts = nn_lay_out_layouts(arena, engine->model);
    nn_transpose_narrow_layers(arena, engine->model, engine->layouts);
    engine->costs = nn_take_doubles(arena, walk->parts);
    engine->derivative_costs = nn_take_doubles(arena, walk->parts);
    if (engine->gradient)
        engine->updates =
            nn_lay_out_updates(arena, engine->model, walk->parts, engine->gradient, &engine->sums);
    engine->buffers = nn_take(arena, walk->threads, sizeof *engine->buffers);
    for (size_t t = 0; t < walk->threads; t++) {
        nn_given_buffers b = nn_lay_out_given_buffers(arena, engine->model, walk->tile_rows);
        if (arena->memory)
            engine->buffers[t] = b;
    }
}

/* A gradient has three products a layer and three a pass, the cost alone one and one. */
static nn_row_cost cost_rows(const nn_model *model, bool has_gradient) {
    size_t passes = nn_count_passes(model), products = has_gradient ? 3 : 1;
    size_t inputs = model->layers[0].inputs, widest = nn_max(inputs, nn_count_outputs(model));
    double all = (double)(products * (1 + passes));
    nn_row_cost cost = {.stack = 1, .numbers = 2 * inputs + 2 * widest};
    cost.elements = (double)(passes * widest);
    for (size_t l = 0; l < model->n_layers; l++) {
        const nn_layer *layer = &model->layers[l];
        cost.multiplications += all * (double)nn_count_weights(layer);
        cost.elements += 2.0 * all * (double)layer->outputs;
        cost.numbers = nn_add_sizes(cost.numbers, nn_multiply_sizes(7, layer->outputs));
        cost.sums += has_gradient ? nn_count_parameters(layer) : 0;
    }
    return cost;
}

nnblas_status nn_derivative_engine_open(nn_derivative_engine *engine, const nn_model *model,
                                        size_t N, double *gradient, void *scratch, size_t bytes) {
    const nn_row_cost cost = cost_rows(model, gradient != NULL);
    *engine = (nn_derivative_engine){
        .model = model, .walk = nn_choose_walk(model, N, &cost), .gradient = gradient};
    return nn_lay_out_pieces(lay_out, engine, scratch, bytes, &engine->memory);
}

void nn_derivative_engine_close(nn_derivative_engine *engine) {
    free(engine->memory);
}

/* ---- runs ------------------------------------------------------------------------------------ */

typedef struct derivative_run {
    nn_derivative_engine *engine;
    const nn_rows *rows;
    const nn_given_derivatives *given;
    double alpha; /* 1 over the total weight */
} derivative_run;

static nn_tile view_tile(const derivative_run *r, const nn_walk_tile *t,
                         const nn_given_buffers *b) {
    const nn_model *model = r->engine->model;
    const nn_rows *rows = r->rows;
    size_t inputs = model->layers[0].inputs, labels = nn_count_labels(model);
    size_t place = nn_find_place(rows, t->first, t->count);
    bool is_scattered = place == NN_SCATTERED;
    if (is_scattered)
        nn_gather_inputs(rows, t->first, t->count, inputs, b->X);
    return (nn_tile){
        .rows = t->count,
        .layouts = r->engine->layouts,
        .X = is_scattered ? b->X : rows->X + place * rows->ldx,
        .ldx = is_scattered ? inputs : rows->ldx,
        .Y = nn_get_labels(rows, t->first, t->count, labels, false, b->Y),
        .weights = rows->weights
                       ? nn_spread_weights(rows, t->first, t->count, labels, false, b->weights)
                       : NULL,
        .activations = b->activations,
        .deltas = b->deltas,
        .inputs = b->inputs,
    };
}

/* Before the first tile of a part. */
static void begin_part(nn_derivative_engine *engine, size_t part) {
    engine->costs[part] = engine->derivative_costs[part] = 0.0;
    for (size_t l = 0; engine->updates && l < engine->model->n_layers; l++)
        memset(engine->updates[part][l], 0,
               nn_count_parameters(&engine->model->layers[l]) * sizeof(double));
}

static void compute_tile(void *context, const nn_walk_tile *t) {
    const derivative_run *r = context;
    nn_derivative_engine *engine = r->engine;
    const nn_given_buffers *b = &engine->buffers[t->runner];
    nn_tile tile = view_tile(r, t, b);
    if (t->is_first)
        begin_part(engine, t->part);
    nn_forward_to_cost(engine->model, &tile);
    engine->costs[t->part] += engine->updates ? nn_compute_output_delta(engine->model, &tile)
                                              : nn_compute_cost(engine->model, &tile);
    nn_activate_outputs(engine->model, &tile);
    engine->derivative_costs[t->part] +=
        nn_add_given_derivatives(engine->model, &tile, r->rows, t->first, r->given, b, r->alpha,
                                 engine->updates ? engine->updates[t->part] : NULL);
}

/* No more than there is memory for. */
static nn_walk choose_walk(const nn_derivative_engine *engine, size_t N, const nn_row_cost *cost) {
    nn_walk walk = nn_choose_walk(engine->model, N, cost);
    walk.parts = nn_min(walk.parts, engine->walk.parts);
    walk.threads = nn_min(walk.threads, engine->walk.threads);
    walk.tile_rows = nn_min(walk.tile_rows, engine->walk.tile_rows);
    return walk;
}

double nn_derivative_engine_run(nn_derivative_engine *engine, const nn_rows *rows,
                                const nn_given_derivatives *given) {
    double total_weight = nn_get_total_weight(rows);
    const nn_row_cost cost = cost_rows(engine->model, engine->gradient != NULL);
    const nn_walk walk = choose_walk(engine, rows->N, &cost);
    derivative_run r = {engine, rows, given, 1.0 / total_weight};
    nn_walk_tiles(&walk, compute_tile, &r);
    if (engine->gradient)
        nn_add_parts(&walk, cost.sums, engine->sums, engine->gradient);
    double sum = 0.0, derivative_sum = 0.0;
    for (size_t p = 0; p < walk.parts; p++) {
        sum += engine->costs[p];
        derivative_sum += engine->derivative_costs[p];
    }
    return nn_average_cost(engine->model, sum, total_weight) +
           derivative_sum / (2.0 * total_weight);
}
