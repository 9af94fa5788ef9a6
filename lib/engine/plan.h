/* SPDX-License-Identifier: BSD-3-Clause */
/* How the engine walks the rows of a call. */
#ifndef NN_PLAN_H
#define NN_PLAN_H

#include "engine/layer.h"
#include "engine/problem.h"

#include <stdint.h>

typedef enum nn_strategy {
    /* Each part walks rows of its own in tiles, and adds up updates of its own. */
    NN_OWN_ROWS,
    /* The parts share each tile: rows of it up to the deltas, then inputs of the updates. */
    NN_SHARED_TILES,
} nn_strategy;

typedef struct nn_plan {
    nn_strategy strategy;
    size_t parts; /* each is one thread's work */
    size_t tile_rows;
    uint64_t transposed;  /* bit l: the matrices behind layer l are transposed */
    size_t padding;       /* hidden widths are padded to a multiple of it; 1 = as they are */
    size_t product_limit; /* products are cut to at most so many multiplications; 0 = whole */
    bool holds_blas;      /* its products run in the thread that calls BLAS */
} nn_plan;

/* The most rows that one part works on at a time. */
size_t nn_get_part_rows(const nn_plan *plan);

/* Layer l as the plan lays it out; without its weights. */
nn_layout nn_lay_out_layer(const nn_plan *plan, const nn_problem *p, size_t l);

/* "rows, 2 threads, tiles of 128, ...", cut off at size. */
void nn_describe_plan(const nn_plan *plan, char *text, size_t size);

#endif
