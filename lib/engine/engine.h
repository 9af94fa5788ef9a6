/* SPDX-License-Identifier: BSD-3-Clause */
/* The row engine takes any number of rows in tiles, spread over threads. What a tile computes stays
 * in cache until the tile is done, and the workspace does not grow with the rows. Every public call
 * with rows comes through here, except those whose caller provides all of H_out. */
#ifndef NN_ENGINE_H
#define NN_ENGINE_H

#include "core/status.h"
#include "engine/backpropagation.h"
#include "engine/plan.h"
#include "engine/rows.h"

/* The buffers of one tile; of the matrices one a layer. */
typedef struct nn_buffers {
    double *X, *Y;   /* copies, where the caller's have another layout */
    double *weights; /* copies for the elements of Y, where rows have weights */
    double **activations;
    double **deltas;
    double **inputs; /* of the layers; null where none are kept */
} nn_buffers;

/* What one part adds up, in a cache line of its own. */
typedef struct nn_part {
    _Alignas(64) double **updates; /* one a layer; null: the part adds to those of the call */
    double cost;                   /* the sum over its rows */
    bool is_fresh;                 /* nothing was added to its updates yet */
} nn_part;

/* What is added up over processes along with the updates takes as many numbers. */
enum { NN_SPARE_UPDATES = 2 };

/* The plan and the buffers for a problem. One call at a time may use an engine. */
typedef struct nn_engine {
    nn_plan plan;
    size_t threads;      /* the most that work on a call */
    nn_layout *layouts;  /* one a layer */
    nn_buffers *buffers; /* one a thread; one a part where the parts share each tile */
    nn_part *parts;
    /* One a layer, in one vector, with room for NN_SPARE_UPDATES numbers behind it; for steps,
     * where the purpose is training. */
    double **updates;
    void *memory; /* the block with all of the above; null where scratch is used */
} nn_engine;

/* Memory that a caller may provide for small networks, so that nothing is allocated. */
enum { NN_SCRATCH_BYTES = 32 * 1024, NN_SCRATCH_NUMBERS = NN_SCRATCH_BYTES / sizeof(double) };
typedef union nn_scratch {
    _Alignas(64) unsigned char bytes[NN_SCRATCH_BYTES];
    double numbers[NN_SCRATCH_NUMBERS];
} nn_scratch;

/* The problem of calls for this purpose with this model and at most as many rows as these. It
 * points to the sizes of the model. */
nn_problem nn_make_problem(const nn_model *model, const nn_rows *rows, nn_purpose purpose);

/* Without a plan (null) the engine chooses one; without scratch (null) it allocates. Fails only
 * with NNBLAS_ERROR_MEMORY; then there is nothing to close. */
nnblas_status nn_engine_open(nn_engine *engine, const nn_problem *p, const nn_plan *plan,
                             nn_scratch *scratch);
void nn_engine_close(nn_engine *engine);

/* One run, with a model and rows of the engine's problem, or fewer rows. It computes the outputs,
 * or the updates and the cost, or without both the cost alone. */
typedef struct nn_call {
    const nn_model *model;
    const nn_rows *rows;
    double *O_out; /* null, or the outputs are written here, N x outputs */
    size_t ldo;
    /* Null, or one matrix a layer, followed by its biases: those of the engine or of the caller.
     * The run writes d cost / d W to them. With subtracts they are the weights, and the run
     * computes W := W - learning_rate d cost / d W; only a plan with one tile for all rows can do
     * that. */
    double *const *updates;
    bool subtracts;
    double learning_rate;
    /* Null, or called by the calling thread when the updates of a layer are complete, the last
     * layer first and each once, with the cost that the run returns. */
    void (*finish_layer)(void *context, size_t l, double cost);
    void *context;
    /* The rows of each part but the last, where the parts are some of those of a larger run; 0: as
     * even as they can be. */
    size_t part_rows;
    bool keeps_parts; /* the parts are not added up: nn_engine_add_part does */
} nn_call;

/* Returns the cost; undefined where outputs are computed. */
double nn_engine_run(nn_engine *engine, const nn_call *call);

/* After a run that keeps its parts, each with rows: sums := those of part p, where it is the first,
 * else sums + those of part p, one vector like the parameters. Returns the sum of its rows' costs.
 */
double nn_engine_add_part(const nn_engine *engine, const nn_model *model, size_t p, bool is_first,
                          double *sums);

/* One element of a pass that reads updates and W, in the second or third cache. */
static const double NN_DESCENT_NANOSECONDS = 0.16;

/* W := W - learning_rate updates, on at most so many threads: those that computed the updates. */
void nn_descend(const nn_model *model, size_t threads, double learning_rate, double *const *updates,
                double *const *W);

/* Gradient and step; W are the matrices of the model. Where all rows are one tile, the products
 * subtract the updates from W themselves. Returns the cost before the step. */
double nn_engine_descend(nn_engine *engine, const nn_model *model, const nn_rows *rows,
                         double learning_rate, double *const *W);

#endif
