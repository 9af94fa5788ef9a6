/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The row engine: walks any number of rows in tiles over threads, so that what a tile computes
 * stays in cache until the tile is done, and the workspace does not grow with the rows. Every
 * public call that takes rows and is not handed room for all of H_out comes through here.
 */
#ifndef NN_ENGINE_H
#define NN_ENGINE_H

#include "core/status.h"
#include "engine/backpropagation.h"
#include "engine/plan.h"
#include "engine/rows.h"

/* What one part works in; the matrices of a tile, and one of each a layer. */
typedef struct nn_part {
    double *X, *Y;   /* copies, where the caller's do not lie as a tile needs them */
    double *weights; /* of the elements of Y, where rows have weights */
    double **activations;
    double **deltas;
    double **updates; /* null: the part adds to the call's */
    double cost;      /* the sum over its rows */
    bool is_fresh;    /* nothing was added to its updates yet */
} nn_part;

/* The plan and the buffers for a problem; for one call at a time. */
typedef struct nn_engine {
    nn_plan plan;
    nn_layout *layouts; /* one a layer */
    nn_part *parts;
    double **updates; /* one a layer, in one vector, for a step's where the purpose is training */
    void *memory;     /* all of the above, where it is the engine's own */
} nn_engine;

/* Room that a caller may lend for small networks, so that nothing is allocated. */
enum { NN_SCRATCH_BYTES = 32 * 1024 };
typedef struct nn_scratch {
    _Alignas(64) unsigned char bytes[NN_SCRATCH_BYTES];
} nn_scratch;

/* The problem of a purpose, for as many rows as these and what the calling thread may use. The
 * model's sizes have to stay as long as the problem is used. */
nn_problem nn_make_problem(const nn_model *model, const nn_rows *rows, nn_purpose purpose);

/* plan and scratch may be null: the engine makes its own plan, and allocates. Fails only with
 * NNBLAS_ERROR_MEMORY; nothing is left to close then. */
nnblas_status nn_engine_open(nn_engine *engine, const nn_problem *p, const nn_plan *plan,
                             nn_scratch *scratch);
void nn_engine_close(nn_engine *engine);

/* What one run computes, with a model and rows of the engine's problem, or fewer rows. The cost,
 * where neither outputs nor updates are asked for. */
typedef struct nn_call {
    const nn_model *model;
    const nn_rows *rows;
    double *O_out; /* null, or := the outputs, N x outputs */
    size_t ldo;
    /* Null, or one matrix a layer, its biases behind it := d cost / d W. The engine's own, those of
     * the caller, or W itself: then W := W - learning_rate d cost / d W, which takes a plan with
     * one tile for all rows, as nn_engine_descend knows. */
    double *const *updates;
    bool subtracts;
    double learning_rate;
} nn_call;

/* Returns the cost, but for outputs. */
double nn_engine_run(nn_engine *engine, const nn_call *call);

/* W := W - learning_rate engine->updates. */
void nn_engine_update(const nn_engine *engine, const nn_model *model, double learning_rate,
                      double *const *W);

/* Gradient and update; W are the model's matrices. Where all rows are one tile, the products that
 * compute the updates subtract them from W themselves. Returns the cost before the step. */
double nn_engine_descend(nn_engine *engine, const nn_model *model, const nn_rows *rows,
                         double learning_rate, double *const *W);

/* One row of a network small enough for the scratch, without a plan, an allocation or a lock; false
 * where the network is too large, and nothing is done. */
bool nn_predict_row(const nn_model *model, const double *x, double *o_out, nn_scratch *scratch);

#endif
