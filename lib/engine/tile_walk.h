/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The walk over rows without a plan: in parts, which threads take, and these in tiles that stay in
 * cache. The parts and tiles depend on the problem alone.
 */
#ifndef NN_TILE_WALK_H
#define NN_TILE_WALK_H

#include "engine/backpropagation.h"

/* What one row takes. */
typedef struct nn_row_cost {
    double multiplications, elements; /* of the products, and of the passes over elements */
    size_t numbers;                   /* that a tile works on */
    size_t stack;                     /* rows of the tallest product */
    size_t sums; /* numbers that each part adds up; 0: it writes only what belongs to its rows */
} nn_row_cost;

typedef struct nn_walk {
    size_t N, parts, tile_rows, threads;
    bool holds_blas;
} nn_walk;

nn_walk nn_choose_walk(const nn_model *model, size_t N, const nn_row_cost *cost);

/* Rows first .. first + count of a part. */
typedef struct nn_walk_tile {
    size_t part, runner, first, count;
    bool is_first; /* of its part */
} nn_walk_tile;

typedef void nn_tile_task(void *context, const nn_walk_tile *tile);

/* Runs the task for every tile; those of a part in order. No two tasks run at once with the same
 * runner, a number below walk->threads. */
void nn_walk_tiles(const nn_walk *walk, nn_tile_task *task, void *context);

/* total := total + the sums of the parts after the first, count numbers each and behind one
 * another, in their order. */
void nn_add_parts(const nn_walk *walk, size_t count, const double *sums, double *total);

#endif
