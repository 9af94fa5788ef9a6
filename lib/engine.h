/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The row engine: walks any number of rows in tiles, so that what a tile computes stays in cache
 * until the tile is done, and the workspace does not grow with the rows. Every public call that
 * takes rows and is not handed room for all of H_out comes through here.
 */
#ifndef NN_ENGINE_H
#define NN_ENGINE_H

#include "backpropagation.h"
#include "status.h"

typedef struct nn_model {
    const nn_layer *layers;
    size_t n_layers;
} nn_model;

/* The examples and, but for predictions, their labels. */
typedef struct nn_rows {
    size_t N;
    const double *X;
    size_t ldx;
    const double *Y;
    size_t ldy;
} nn_rows;

/* What an engine is opened for; each needs the buffers of those before. */
typedef enum nn_purpose { NN_PREDICT, NN_GRADIENT, NN_TRAIN } nn_purpose;

/* The buffers for a model of certain sizes and up to a number of rows, used by one call at a time.
 */
typedef struct nn_engine {
    size_t tile_rows;
    double *Y;            /* labels, packed where the caller's are not contiguous */
    double **activations; /* n_layers each */
    double **deltas;
    double **updates; /* room for nn_engine_step */
    void *memory;
} nn_engine;

/* Fails only with NNBLAS_ERROR_MEMORY; nothing is left to close then. */
nnblas_status nn_engine_open(nn_engine *engine, const nn_model *model, size_t N,
                             nn_purpose purpose);
void nn_engine_close(nn_engine *engine);

void nn_engine_predict(nn_engine *engine, const nn_model *model, const nn_rows *rows, double *O_out,
                       size_t ldo);

double nn_engine_evaluate(nn_engine *engine, const nn_model *model, const nn_rows *rows);

/* updates[l] := d mse / d W of layer l; returns the mse. */
double nn_engine_gradient(nn_engine *engine, const nn_model *model, const nn_rows *rows,
                          double *const *updates);

/*
 * The step that follows nn_engine_gradient(..., engine->updates): W[l], which are the model's
 * matrices, minus learning_rate times their updates. If the mse or a new weight is not finite:
 * NNBLAS_ERROR_NOT_FINITE, words that name the first culprit, and the weights as they were.
 */
nnblas_status nn_engine_step(const nn_engine *engine, const nn_model *model, const nn_rows *rows,
                             double mse, double learning_rate, double *const *W);

#endif
