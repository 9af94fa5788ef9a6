/* SPDX-License-Identifier: BSD-3-Clause */
#include "engine/whole_tile.h"
#include "blas/blas.h"
#include "core/sizes.h"
#include "workers/threads.h"
#include "workers/workers.h"

enum { MOST_PARTS = 64, FEWEST_ROWS = 16 };

typedef struct whole_run {
    const nn_model *model;
    const nn_tile *tile;
    size_t parts, threads;
    bool holds_blas;
    double alpha;
    double *const *updates;
    double costs[MOST_PARTS];
} whole_run;

/* Nanoseconds of a multiplication and of an element, roughly. */
static double estimate_time(const nn_model *model, const nn_tile *tile) {
    static const double MULTIPLICATION = 0.04, ELEMENT = 1.0;
    double row = 0.0;
    for (size_t l = 0; l < model->n_layers; l++)
        row += MULTIPLICATION * (double)model->layers[l].inputs * (double)model->layers[l].outputs +
               ELEMENT * (double)model->layers[l].outputs;
    return row * (double)tile->rows;
}

static bool is_sequential(const nn_model *model, const nn_tile *tile) {
    for (size_t l = 0; l < model->n_layers; l++)
        if (!nn_blas_is_sequential(tile->rows, model->layers[l].inputs, model->layers[l].outputs))
            return false;
    return true;
}

/* The parts depend on the sizes alone, so that the bits do not depend on the threads. */
static whole_run begin_run(const nn_model *model, const nn_tile *tile) {
    static const double SHORTEST_PART = 20000.0;
    whole_run r = {.model = model, .tile = tile, .parts = 1};
    double nanoseconds = estimate_time(model, tile);
    while (2 * r.parts <= MOST_PARTS && tile->rows / (2 * r.parts) >= FEWEST_ROWS &&
           nanoseconds / (double)(2 * r.parts) >= SHORTEST_PART)
        r.parts *= 2;
    r.threads = nn_min(nn_count_worthy_threads(nanoseconds, r.parts), nn_count_threads());
    r.holds_blas = r.threads > 1 || !is_sequential(model, tile);
    if (r.holds_blas)
        nn_blas_hold();
    return r;
}

static void end_run(const whole_run *r) {
    if (r->holds_blas)
        nn_blas_release();
}

/* One part's rows of the matrices; activations and deltas are where to list them. */
static nn_tile cut_tile(const whole_run *r, size_t part, double **activations, double **deltas) {
    const nn_tile *whole = r->tile;
    size_t first = nn_get_share(whole->rows, r->parts, part), last = r->model->n_layers - 1;
    nn_tile tile = *whole;
    tile.rows = nn_get_share(whole->rows, r->parts, part + 1) - first;
    tile.X += first * whole->ldx;
    if (whole->Y)
        tile.Y += first * nn_count_labels(r->model);
    for (size_t l = 0; l <= last; l++) {
        size_t offset = first * r->model->layers[l].outputs;
        activations[l] = whole->activations[l] + offset;
        deltas[l] = whole->deltas ? whole->deltas[l] + offset : NULL;
    }
    tile.activations = activations;
    tile.deltas = deltas;
    return tile;
}

static void run_forward(void *context, size_t part, size_t runner) {
    (void)runner;
    const whole_run *r = context;
    double *activations[NN_MOST_WHOLE_LAYERS], *deltas[NN_MOST_WHOLE_LAYERS];
    nn_tile tile = cut_tile(r, part, activations, deltas);
    nn_forward(r->model, &tile);
}

void nn_forward_whole(const nn_model *model, const nn_tile *tile) {
    whole_run r = begin_run(model, tile);
    nn_run_parts(r.threads, r.parts, run_forward, &r);
    end_run(&r);
}

static void run_deltas(void *context, size_t part, size_t runner) {
    (void)runner;
    whole_run *r = context;
    double *activations[NN_MOST_WHOLE_LAYERS], *deltas[NN_MOST_WHOLE_LAYERS];
    nn_tile tile = cut_tile(r, part, activations, deltas);
    r->costs[part] = nn_compute_deltas(r->model, &tile);
}

/* Over all rows, for a share of the inputs of one layer. */
static void run_update(void *context, size_t piece, size_t runner) {
    (void)runner;
    const whole_run *r = context;
    size_t l = piece / r->parts, part = piece % r->parts, inputs = r->model->layers[l].inputs;
    size_t first = nn_get_share(inputs, r->parts, part);
    size_t end = nn_get_share(inputs, r->parts, part + 1);
    nn_accumulate_update(r->model, r->tile, l, first, end - first, r->alpha, 0.0, r->updates[l]);
}

double nn_backpropagate_whole(const nn_model *model, const nn_tile *tile, double alpha,
                              double *const *updates) {
    whole_run r = begin_run(model, tile);
    r.alpha = alpha;
    r.updates = updates;
    nn_run_parts(r.threads, r.parts, run_deltas, &r);
    nn_run_parts(r.threads, r.parts * model->n_layers, run_update, &r);
    end_run(&r);
    double cost = 0.0;
    for (size_t p = 0; p < r.parts; p++)
        cost += r.costs[p];
    return cost;
}
