/* SPDX-License-Identifier: BSD-3-Clause */
/* The cost of values and of given derivatives, and its gradient, over any number of rows. */
#ifndef NN_DERIVATIVE_ENGINE_H
#define NN_DERIVATIVE_ENGINE_H

#include "core/status.h"
#include "engine/given_derivatives.h"
#include "engine/tile_walk.h"

/* The buffers for runs with a model. One run at a time may use an engine. */
typedef struct nn_derivative_engine {
    const nn_model *model;
    nn_walk walk; /* of a run with the most rows; none has more parts, threads or rows of a tile */
    nn_layout *layouts;
    nn_given_buffers *buffers; /* one a thread */
    double *costs;             /* one a part, and the same of the derivatives */
    double *derivative_costs;
    double *gradient;  /* where a run writes it; null: it computes the cost alone */
    double ***updates; /* one list a part; null without a gradient */
    double *sums;      /* of the parts after the first, which adds to the gradient */
    void *memory;      /* the block with all of the above; null where scratch is used */
} nn_derivative_engine;

/* For runs with at most N rows. gradient: a vector like the parameters, or null. scratch: memory
 * that is used where it is enough, of so many bytes. Fails only with NNBLAS_ERROR_MEMORY; then
 * there is nothing to close. */
nnblas_status nn_derivative_engine_open(nn_derivative_engine *engine, const nn_model *model,
                                        size_t N, double *gradient, void *scratch, size_t bytes);
void nn_derivative_engine_close(nn_derivative_engine *engine);

/* Returns the cost of the rows: that of the values and that of the derivatives. The parts depend on
 * N and the N of the engine alone. */
double nn_derivative_engine_run(nn_derivative_engine *engine, const nn_rows *rows,
                                const nn_given_derivatives *given);

#endif
