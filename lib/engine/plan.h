/* SPDX-License-Identifier: BSD-3-Clause */
/* A plan: how the engine computes a call. */
#ifndef NN_PLAN_H
#define NN_PLAN_H

#include "engine/layer.h"
#include "engine/problem.h"

#include <stdint.h>

typedef enum nn_strategy {
    /* Each part takes rows of its own, tile by tile, and adds up updates of its own. */
    NN_OWN_ROWS,
    /* The parts share each tile. Up to the deltas each has some of its rows; then, for the updates,
     * some of the inputs. */
    NN_SHARED_TILES,
} nn_strategy;

typedef struct nn_plan {
    nn_strategy strategy;
    size_t parts;   /* each is run by one thread */
    size_t threads; /* the most that are worth waking for a call of all rows */
    size_t tile_rows;
    uint64_t transposed;         /* bit l: activations and deltas of layer l are transposed */
    uint64_t transposed_updates; /* bit l: the updates of layer l are added up transposed */
    size_t padding;              /* hidden widths are padded to a multiple of it; 1 = as they are */
    size_t product_limit;        /* the most multiplications of a product; 0 = products are whole */
    bool holds_blas;             /* on one thread too: BLAS would start its own for some product */
} nn_plan;

/* Whether they compute the same: threads and holds_blas follow from the rest. */
bool nn_is_same_plan(const nn_plan *a, const nn_plan *b);

/* The most rows that one part works on at a time. */
size_t nn_get_part_rows(const nn_plan *plan);

/* The layout of layer l, without its weights. */
nn_layout nn_lay_out_layer(const nn_plan *plan, const nn_problem *p, size_t l);

/* Writes "rows, 8 parts, up to 2 threads, tiles of 128, ...", truncated to size, for a call that
 * may use so many threads. */
void nn_describe_plan(const nn_plan *plan, size_t threads, char *text, size_t size);

#endif
