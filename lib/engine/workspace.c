/* SPDX-License-Identifier: BSD-3-Clause */
/* The engine's memory: one block, laid out once to count it and once to fill in the pointers. */
#include "core/memory.h"
#include "core/sizes.h"
#include "engine/engine.h"
#include "engine/planner.h"

#include <stdlib.h>

/* Hands out the next piece of one block of memory; with no block it only counts, and counts to
 * SIZE_MAX where the pieces do not fit in the address space. */
typedef struct arena {
    unsigned char *memory;
    size_t used;
} arena;

static void *take(arena *a, size_t count, size_t size) {
    void *piece = a->memory ? a->memory + a->used : NULL;
    /* Whole cache lines, so that no two pieces share one. */
    a->used = nn_add_sizes(a->used, nn_round_up(nn_multiply_sizes(count, size), NN_ALIGNMENT));
    return piece;
}

static double *take_doubles(arena *a, size_t count) {
    return take(a, count, sizeof(double));
}

static bool is_padded(const nn_layout *layout, const nn_problem *problem, size_t l) {
    return layout->inputs != nn_get_inputs(problem, l) ||
           layout->outputs != nn_get_outputs(problem, l);
}

/* W and its biases, padded; SIZE_MAX where they do not fit in the address space. */
static size_t count_padded(const nn_layout *layout, const nn_problem *problem) {
    return nn_multiply_sizes(layout->inputs + problem->has_bias, layout->outputs);
}

/* Whole cache lines make a row of W, there are rows enough that a copy which begins in a line pays,
 * and few enough weights that they stay in a cache at all. */
static bool is_better_aligned(const nn_layout *layout, const nn_problem *problem) {
    enum { FEWEST_ROWS = 512, MOST_WEIGHTS = 1 << 18 };
    return problem->N >= FEWEST_ROWS && count_padded(layout, problem) <= MOST_WEIGHTS &&
           layout->outputs * sizeof(double) % NN_ALIGNMENT == 0;
}

static void lay_out_layers(nn_engine *engine, const nn_problem *problem, arena *a) {
    nn_layer *layers = take(a, problem->n_layers, sizeof *layers);
    nn_copy *copies = take(a, problem->n_layers, sizeof *copies);
    engine->layers = layers;
    engine->copies = copies;
    engine->updates = take(a, problem->n_layers, sizeof *engine->updates);
    size_t count = 0;
    for (size_t l = 0; l < problem->n_layers && problem->purpose >= NN_TRAIN; l++)
        count += nn_count_layer_parameters(problem, l);
    double *updates = take_doubles(a, count);
    for (size_t l = 0; l < problem->n_layers; l++) {
        nn_layout layout = nn_lay_out_layer(&engine->plan, problem, l);
        bool is_copied = is_padded(&layout, problem, l);
        bool has_room = is_copied || is_better_aligned(&layout, problem);
        double *W = take_doubles(a, has_room ? count_padded(&layout, problem) : 0);
        if (!a->memory)
            continue;
        layers[l] = (nn_layer){.inputs = layout.inputs,
                               .outputs = layout.outputs,
                               .block = layout.block,
                               .transposed = layout.transposed};
        copies[l] = (nn_copy){has_room ? W : NULL, is_copied};
        engine->updates[l] = updates;
        updates += nn_count_layer_parameters(problem, l);
    }
}

/* Part p adds up its own updates, where they are not the caller's matrices themselves. */
static bool has_own_update(const nn_engine *engine, const nn_problem *problem, size_t l, size_t p) {
    if (problem->purpose < NN_GRADIENT)
        return false;
    nn_layout layout = nn_lay_out_layer(&engine->plan, problem, l);
    return p == 0 ? is_padded(&layout, problem, l) : engine->plan.way == NN_ROWS;
}

static void lay_out_part(nn_engine *engine, const nn_problem *problem, size_t p, arena *a) {
    size_t n = problem->n_layers, rows = nn_get_part_rows(&engine->plan);
    size_t gathered = problem->gathers_rows ? rows : 0;
    nn_part part = {
        .weights = take_doubles(a, gathered),
        .activations = take(a, n, sizeof *part.activations),
        .deltas = take(a, n, sizeof *part.deltas),
        .updates = take(a, n, sizeof *part.updates),
        .Y = take_doubles(a, nn_multiply_sizes(rows, nn_get_outputs(problem, n - 1))),
    };
    for (size_t l = 0; l < n; l++) {
        nn_layout layout = nn_lay_out_layer(&engine->plan, problem, l);
        bool own = has_own_update(engine, problem, l, p);
        double *update = take_doubles(a, own ? count_padded(&layout, problem) : 0);
        if (a->memory)
            part.updates[l] = own ? update : NULL;
    }
    if (a->memory)
        engine->parts[p] = part;
}

/* The panels of parts first .. end. A layer's lie behind each other: where the parts share a tile,
 * they are one panel. */
static void lay_out_panels(nn_engine *engine, const nn_problem *problem, size_t first, size_t end,
                           arena *a) {
    size_t rows = nn_get_part_rows(&engine->plan), parts = end - first;
    size_t inputs = problem->gathers_rows ? nn_multiply_sizes(rows, nn_get_inputs(problem, 0)) : 0;
    double *X = take_doubles(a, nn_multiply_sizes(parts, inputs));
    for (size_t p = first; a->memory && p < end; p++)
        engine->parts[p].X = X + (p - first) * inputs;
    for (size_t l = 0; l < problem->n_layers; l++) {
        nn_layout layout = nn_lay_out_layer(&engine->plan, problem, l);
        size_t panel = nn_multiply_sizes(rows, layout.outputs);
        size_t panels = nn_multiply_sizes(parts, panel);
        double *activations = take_doubles(a, panels);
        double *deltas = take_doubles(a, problem->purpose >= NN_GRADIENT ? panels : 0);
        for (size_t p = first; a->memory && p < end; p++) {
            engine->parts[p].activations[l] = activations + (p - first) * panel;
            engine->parts[p].deltas[l] = deltas + (p - first) * panel;
        }
    }
}

/* Transposed panels are walked in steps of a tile's rows, and processors fetch many steps ahead,
 * beyond a panel's end too. Were another thread's panel there, its lines would go to and fro. A gap
 * is so many steps, and all gaps together are at most so large; nobody touches their memory. */
static const size_t GAP_STEPS = 64, GAP_BYTES = 3 << 20;

static void lay_out_gap(const nn_engine *engine, arena *a) {
    size_t most = GAP_BYTES / engine->plan.parts / sizeof(double);
    take_doubles(a, nn_min(nn_multiply_sizes(GAP_STEPS, nn_get_part_rows(&engine->plan)), most));
}

static void lay_out(nn_engine *engine, const nn_problem *problem, arena *a) {
    size_t parts = engine->plan.parts;
    bool share = engine->plan.way == NN_SPLIT;
    lay_out_layers(engine, problem, a);
    engine->parts = take(a, parts, sizeof *engine->parts);
    for (size_t p = 0; p < parts; p++) {
        lay_out_part(engine, problem, p, a);
        if (share)
            continue;
        lay_out_panels(engine, problem, p, p + 1, a);
        if (p + 1 < parts)
            lay_out_gap(engine, a);
    }
    if (share)
        lay_out_panels(engine, problem, 0, parts, a);
}

nnblas_status nn_engine_open(nn_engine *engine, const nn_problem *problem, const nn_plan *plan,
                             nn_scratch *scratch) {
    engine->plan = plan ? *plan : nn_choose_plan(problem);
    engine->memory = NULL;
    arena a = {NULL, 0};
    lay_out(engine, problem, &a);
    if (scratch && a.used <= sizeof scratch->bytes) {
        a.memory = scratch->bytes;
    } else {
        a.memory = engine->memory = nn_allocate(a.used, 1);
        if (!a.memory)
            return NNBLAS_ERROR_MEMORY;
    }
    a.used = 0;
    lay_out(engine, problem, &a);
    return NNBLAS_OK;
}

void nn_engine_close(nn_engine *engine) {
    free(engine->memory);
}
