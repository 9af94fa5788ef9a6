/* SPDX-License-Identifier: BSD-3-Clause */
#include "engine.h"
#include "check.h"
#include "kernels/kernels.h"
#include "memory.h"

#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static size_t min(size_t a, size_t b) {
    return a < b ? a : b;
}

/* Whole vectors between buffers, so that each starts on a cache line. */
static size_t round_up(size_t elements) {
    const size_t line = NN_ALIGNMENT / sizeof(double);
    return (elements + line - 1) / line * line;
}

/* So many rows that the activations and deltas of a tile take about half of a usual L2 cache. */
static size_t choose_tile_rows(const nn_model *model, size_t N) {
    const size_t TILE_ELEMENTS = 512 * 1024 / sizeof(double);
    size_t row = model->layers[0].inputs;
    for (size_t l = 0; l < model->n_layers; l++)
        row += 2 * model->layers[l].outputs;
    size_t rows = TILE_ELEMENTS / row / 8 * 8;
    return min(N, rows < 32 ? 32 : rows);
}

/* Hands out the next piece of one block; with no block it only counts. */
typedef struct arena {
    double *memory;
    size_t used;
} arena;

static double *take(arena *a, size_t elements) {
    double *piece = a->memory ? a->memory + a->used : NULL;
    a->used += round_up(elements);
    return piece;
}

static void lay_out(nn_engine *engine, const nn_model *model, nn_purpose purpose, arena *a) {
    size_t n = model->n_layers;
    /* A pointer is no larger than a double wherever doubles are worth a BLAS. */
    double **pointers = (double **)(void *)take(a, 3 * n);
    engine->Y = take(a, engine->tile_rows * model->layers[n - 1].outputs);
    engine->activations = pointers;
    engine->deltas = pointers + n;
    engine->updates = pointers + 2 * n;
    for (size_t l = 0; l < n; l++) {
        const nn_layer *layer = &model->layers[l];
        double *activations = take(a, engine->tile_rows * layer->outputs);
        double *deltas =
            purpose >= NN_GRADIENT ? take(a, engine->tile_rows * layer->outputs) : NULL;
        double *updates = purpose >= NN_TRAIN ? take(a, layer->inputs * layer->outputs) : NULL;
        if (!a->memory)
            continue;
        engine->activations[l] = activations;
        engine->deltas[l] = deltas;
        engine->updates[l] = updates;
    }
}

nnblas_status nn_engine_open(nn_engine *engine, const nn_model *model, size_t N,
                             nn_purpose purpose) {
    engine->tile_rows = choose_tile_rows(model, N);
    arena a = {NULL, 0};
    lay_out(engine, model, purpose, &a);
    engine->memory = nn_allocate(a.used, sizeof(double));
    if (!engine->memory)
        return NNBLAS_ERROR_MEMORY;
    a = (arena){engine->memory, 0};
    lay_out(engine, model, purpose, &a);
    return NNBLAS_OK;
}

void nn_engine_close(nn_engine *engine) {
    free(engine->memory);
}

static void copy_rows(size_t rows, size_t columns, const double *from, size_t ld_from, double *to,
                      size_t ld_to) {
    for (size_t i = 0; i < rows; i++)
        memcpy(to + i * ld_to, from + i * ld_from, columns * sizeof(double));
}

/* Rows first .. of the caller's, at most a tile of them. */
static nn_tile get_tile(const nn_engine *engine, const nn_model *model, const nn_rows *rows,
                        size_t first) {
    size_t outputs = model->layers[model->n_layers - 1].outputs;
    nn_tile tile = {
        .rows = min(engine->tile_rows, rows->N - first),
        .X = rows->X + first * rows->ldx,
        .ldx = rows->ldx,
        .activations = engine->activations,
        .deltas = engine->deltas,
    };
    if (!rows->Y)
        return tile;
    tile.Y = rows->Y + first * rows->ldy;
    if (rows->ldy != outputs) {
        copy_rows(tile.rows, outputs, tile.Y, rows->ldy, engine->Y, outputs);
        tile.Y = engine->Y;
    }
    return tile;
}

void nn_engine_predict(nn_engine *engine, const nn_model *model, const nn_rows *rows, double *O_out,
                       size_t ldo) {
    size_t last = model->n_layers - 1, outputs = model->layers[last].outputs;
    for (size_t first = 0; first < rows->N; first += engine->tile_rows) {
        nn_tile tile = get_tile(engine, model, rows, first);
        nn_forward(model->layers, model->n_layers, &tile);
        copy_rows(tile.rows, outputs, engine->activations[last], outputs, O_out + first * ldo, ldo);
    }
}

double nn_engine_evaluate(nn_engine *engine, const nn_model *model, const nn_rows *rows) {
    size_t last = model->n_layers - 1;
    double squared_error = 0.0;
    for (size_t first = 0; first < rows->N; first += engine->tile_rows) {
        nn_tile tile = get_tile(engine, model, rows, first);
        nn_forward(model->layers, model->n_layers, &tile);
        squared_error += nn_get_kernels()->squared_error(tile.rows * model->layers[last].outputs,
                                                         engine->activations[last], tile.Y);
    }
    return squared_error / (2.0 * (double)rows->N);
}

double nn_engine_gradient(nn_engine *engine, const nn_model *model, const nn_rows *rows,
                          double *const *updates) {
    double squared_error = 0.0;
    for (size_t first = 0; first < rows->N; first += engine->tile_rows) {
        nn_tile tile = get_tile(engine, model, rows, first);
        nn_forward(model->layers, model->n_layers, &tile);
        squared_error += nn_backward(model->layers, model->n_layers, &tile, 1.0 / (double)rows->N,
                                     first == 0 ? 0.0 : 1.0, updates);
    }
    return squared_error / (2.0 * (double)rows->N);
}

/* Looks in the order of the algorithm, and only when a step has failed. */
static nnblas_status find_culprit(const nn_model *model, const nn_rows *rows, double mse,
                                  double learning_rate, double *const *updates) {
    size_t last = model->n_layers - 1;
    if (nn_check_finite("X", rows->N, model->layers[0].inputs, rows->X, rows->ldx) ||
        nn_check_finite("Y", rows->N, model->layers[last].outputs, rows->Y, rows->ldy))
        return NNBLAS_ERROR_NOT_FINITE;
    for (size_t l = 0; l <= last; l++) {
        const nn_layer *layer = &model->layers[l];
        char name[32] = "W";
        snprintf(name, sizeof name, "W%zu", l + 1);
        if (nn_check_finite(name, layer->inputs, layer->outputs, layer->W, layer->outputs))
            return NNBLAS_ERROR_NOT_FINITE;
    }
    if (!isfinite(mse))
        return nn_fail(NNBLAS_ERROR_NOT_FINITE,
                       "the mse overflows, though X, Y and the weights are finite: Y is too large");
    for (size_t l = 0; l <= last; l++) {
        const nn_layer *layer = &model->layers[l];
        char name[32];
        snprintf(name, sizeof name, "W%zu_update", l + 1);
        if (nn_check_finite(name, layer->inputs, layer->outputs, updates[l], layer->outputs))
            return NNBLAS_ERROR_NOT_FINITE;
    }
    return nn_fail(NNBLAS_ERROR_NOT_FINITE,
                   "the new weights overflow: learning_rate %g is too large", learning_rate);
}

nnblas_status nn_engine_step(const nn_engine *engine, const nn_model *model, const nn_rows *rows,
                             double mse, double learning_rate, double *const *W) {
    const nn_kernels *kernels = nn_get_kernels();
    double check = 0.0 * mse;
    for (size_t l = 0; l < model->n_layers; l++)
        check += kernels->check_update(model->layers[l].inputs * model->layers[l].outputs,
                                       learning_rate, engine->updates[l], W[l]);
    if (check != 0.0)
        return find_culprit(model, rows, mse, learning_rate, engine->updates);
    for (size_t l = 0; l < model->n_layers; l++)
        kernels->update(model->layers[l].inputs * model->layers[l].outputs, learning_rate,
                        engine->updates[l], W[l]);
    return NNBLAS_OK;
}
