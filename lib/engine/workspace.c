/* SPDX-License-Identifier: BSD-3-Clause */
/* The engine's memory is one block. */
#include "core/arena.h"
#include "core/sizes.h"
#include "engine/engine.h"
#include "engine/plan_cache.h"
#include "workers/threads.h"

#include <stdlib.h>

/* An aligned copy of W pays where a row of W fills whole cache lines, there are enough rows, and
 * the weights are few enough to stay in a cache. */
static bool may_align(const nn_layout *layout, const nn_problem *problem, size_t l) {
    enum { FEWEST_ROWS = 512, MOST_WEIGHTS = 1 << 18 };
    return problem->N >= FEWEST_ROWS && nn_count_layer_parameters(problem, l) <= MOST_WEIGHTS &&
           layout->padded_outputs * sizeof(double) % NN_ALIGNMENT == 0;
}

static void lay_out_layers(nn_engine *engine, const nn_problem *problem, nn_arena *a) {
    engine->layouts = nn_take(a, problem->n_layers, sizeof *engine->layouts);
    for (size_t l = 0; l < problem->n_layers; l++) {
        nn_layout layout = nn_lay_out_layer(&engine->plan, problem, l);
        bool has_copy = layout.is_padded || may_align(&layout, problem, l);
        size_t rows = layout.padded_inputs + nn_get_skips(problem, l) + problem->has_bias;
        double *copy =
            nn_take_doubles(a, has_copy ? nn_multiply_sizes(rows, layout.padded_outputs) : 0);
        layout.copy = has_copy ? copy : NULL;
        if (a->memory)
            engine->layouts[l] = layout;
    }
}

/* The updates of a step, in one vector. */
static void lay_out_updates(nn_engine *engine, const nn_problem *problem, nn_arena *a) {
    engine->updates = nn_take(a, problem->n_layers, sizeof *engine->updates);
    size_t count = 0;
    for (size_t l = 0; l < problem->n_layers && problem->purpose >= NN_TRAIN; l++)
        count += nn_count_layer_parameters(problem, l);
    double *updates = nn_take_doubles(a, count > 0 ? nn_add_sizes(count, NN_SPARE_UPDATES) : 0);
    for (size_t l = 0; a->memory && l < problem->n_layers; l++) {
        engine->updates[l] = count > 0 ? updates : NULL;
        updates += count > 0 ? nn_count_layer_parameters(problem, l) : 0;
    }
}

/* The updates of part p; null where it adds to the caller's matrices directly. */
static double *lay_out_part_update(const nn_engine *engine, const nn_problem *problem, size_t l,
                                   size_t p, nn_arena *a) {
    if (problem->purpose < NN_GRADIENT)
        return NULL;
    nn_layout layout = nn_lay_out_layer(&engine->plan, problem, l);
    size_t rows = nn_get_problem_fan_in(problem, l) + problem->has_bias;
    bool is_own = p == 0 ? layout.is_padded || layout.transposed_update
                         : engine->plan.strategy == NN_OWN_ROWS;
    return is_own ? nn_take_doubles(a, nn_multiply_sizes(rows, layout.padded_outputs)) : NULL;
}

static void lay_out_part(nn_engine *engine, const nn_problem *problem, size_t p, nn_arena *a) {
    nn_part part = {.updates = nn_take(a, problem->n_layers, sizeof *part.updates)};
    for (size_t l = 0; l < problem->n_layers; l++) {
        double *update = lay_out_part_update(engine, problem, l, p, a);
        if (a->memory)
            part.updates[l] = update;
    }
    if (a->memory)
        engine->parts[p] = part;
}

static void lay_out_buffers(nn_engine *engine, const nn_problem *problem, size_t b, nn_arena *a) {
    size_t n = problem->n_layers, rows = nn_get_part_rows(&engine->plan);
    size_t labels = nn_multiply_sizes(rows, nn_get_outputs(problem, n - 1));
    nn_buffers buffers = {
        .activations = nn_take(a, n, sizeof *buffers.activations),
        .deltas = nn_take(a, n, sizeof *buffers.deltas),
        .inputs = problem->keeps_inputs ? nn_take(a, n, sizeof *buffers.inputs) : NULL,
        .Y = nn_take_doubles(a, labels),
        .weights = nn_take_doubles(a, problem->has_row_weights ? labels : 0),
    };
    if (a->memory)
        engine->buffers[b] = buffers;
}

/* The matrices of buffers first .. end. Those of a layer lie behind one another: where parts share
 * a tile, they are one matrix. */
static void lay_out_matrices(nn_engine *engine, const nn_problem *problem, size_t first, size_t end,
                             nn_arena *a) {
    size_t rows = nn_get_part_rows(&engine->plan), count = end - first;
    size_t inputs = problem->gathers_rows ? nn_multiply_sizes(rows, nn_get_inputs(problem, 0)) : 0;
    double *X = nn_take_doubles(a, nn_multiply_sizes(count, inputs));
    for (size_t b = first; a->memory && b < end; b++)
        engine->buffers[b].X = X + (b - first) * inputs;
    for (size_t l = 0; l < problem->n_layers; l++) {
        size_t columns = nn_lay_out_layer(&engine->plan, problem, l).padded_outputs;
        size_t one = nn_multiply_sizes(rows, columns), all = nn_multiply_sizes(count, one);
        double *activations = nn_take_doubles(a, all);
        double *deltas = nn_take_doubles(a, problem->purpose >= NN_GRADIENT ? all : 0);
        double *kept = nn_take_doubles(a, problem->keeps_inputs ? all : 0);
        for (size_t b = first; a->memory && b < end; b++) {
            engine->buffers[b].activations[l] = activations + (b - first) * one;
            engine->buffers[b].deltas[l] = deltas + (b - first) * one;
            if (problem->keeps_inputs)
                engine->buffers[b].inputs[l] = kept + (b - first) * one;
        }
    }
}

/* A product reads transposed matrices in steps of a tile's rows, and processors prefetch many steps
 * ahead, beyond the end of a matrix. If another thread's matrix were there, its cache lines would
 * be moved to and fro. So there is a gap of that many steps, and all gaps together have at most
 * that many bytes. Their memory is never touched. */
static const size_t GAP_STEPS = 64, GAP_BYTES = 3 << 20;

static void lay_out_gap(const nn_engine *engine, nn_arena *a) {
    size_t most = GAP_BYTES / engine->threads / sizeof(double);
    nn_take_doubles(a, nn_min(nn_multiply_sizes(GAP_STEPS, nn_get_part_rows(&engine->plan)), most));
}

/* One a thread. */
static void lay_out_own_buffers(nn_engine *engine, const nn_problem *problem, nn_arena *a) {
    engine->buffers = nn_take(a, engine->threads, sizeof *engine->buffers);
    for (size_t t = 0; t < engine->threads; t++) {
        if (t > 0)
            lay_out_gap(engine, a);
        lay_out_buffers(engine, problem, t, a);
        lay_out_matrices(engine, problem, t, t + 1, a);
    }
}

/* One a part. */
static void lay_out_shared_buffers(nn_engine *engine, const nn_problem *problem, nn_arena *a) {
    size_t parts = engine->plan.parts;
    engine->buffers = nn_take(a, parts, sizeof *engine->buffers);
    for (size_t p = 0; p < parts; p++)
        lay_out_buffers(engine, problem, p, a);
    lay_out_matrices(engine, problem, 0, parts, a);
}

/* What the memory is laid out for. */
typedef struct workspace {
    nn_engine *engine;
    const nn_problem *problem;
} workspace;

static void lay_out(void *context, nn_arena *a) {
    const workspace *w = context;
    nn_engine *engine = w->engine;
    lay_out_layers(engine, w->problem, a);
    lay_out_updates(engine, w->problem, a);
    engine->parts = nn_take(a, engine->plan.parts, sizeof *engine->parts);
    for (size_t p = 0; p < engine->plan.parts; p++)
        lay_out_part(engine, w->problem, p, a);
    if (engine->plan.strategy == NN_SHARED_TILES)
        lay_out_shared_buffers(engine, w->problem, a);
    else
        lay_out_own_buffers(engine, w->problem, a);
}

nnblas_status nn_engine_open(nn_engine *engine, const nn_problem *problem, const nn_plan *plan,
                             nn_scratch *scratch) {
    engine->plan = plan ? *plan : nn_get_plan(problem);
    engine->threads = nn_min(engine->plan.threads, nn_count_threads());
    return nn_lay_out_pieces(lay_out, &(workspace){engine, problem},
                             scratch ? scratch->bytes : NULL, scratch ? sizeof *scratch : 0,
                             &engine->memory);
}

void nn_engine_close(nn_engine *engine) {
    free(engine->memory);
}
