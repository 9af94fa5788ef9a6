/* SPDX-License-Identifier: BSD-3-Clause */
#include "engine/tile_walk.h"
#include "blas/blas.h"
#include "kernels/kernels.h"
#include "workers/shares.h"
#include "workers/threads.h"
#include "workers/workers.h"

/* Nanoseconds of a multiplication and of an element, roughly, and of adding up a sum of a part. */
static const double MULTIPLICATION = 0.04, ELEMENT = 1.0, SUM = 0.5;

/* A tile stays in a core's second cache. */
static size_t choose_tile_rows(size_t N, const nn_row_cost *cost) {
    enum { TILE_NUMBERS = 64 * 1024, MOST_ROWS = 512, MULTIPLE = 8 };
    size_t rows = nn_min(MOST_ROWS, TILE_NUMBERS / nn_max(1, cost->numbers));
    if (rows > MULTIPLE)
        rows -= rows % MULTIPLE;
    return nn_min(N, nn_max(1, rows));
}

/* Parts are long enough for a thread to be worth waking, and adding up their sums takes a small
 * share of their time and bounded memory. */
static size_t choose_parts(size_t N, const nn_row_cost *cost, double nanoseconds) {
    enum { MOST_PARTS = 64, MOST_SUMS = 1 << 22 };
    static const double SHORTEST_PART = 20000.0, SHARE_OF_SUMS = 0.02;
    double shortest = SHORTEST_PART + SUM / SHARE_OF_SUMS * (double)cost->sums;
    size_t parts = 1;
    while (2 * parts <= nn_min(N, MOST_PARTS) && nanoseconds / (double)(2 * parts) >= shortest &&
           nn_multiply_sizes(2 * parts, cost->sums) <= MOST_SUMS)
        parts *= 2;
    return nn_divide_up(N, nn_divide_up(N, parts)); /* none is empty */
}

static bool is_sequential(const nn_model *model, size_t rows) {
    for (size_t l = 0; l < model->n_layers; l++)
        if (!nn_blas_is_sequential(rows, nn_get_fan_in(&model->layers[l]),
                                   model->layers[l].outputs))
            return false;
    return true;
}

nn_walk nn_choose_walk(const nn_model *model, size_t N, const nn_row_cost *cost) {
    double nanoseconds =
        (double)N * (MULTIPLICATION * cost->multiplications + ELEMENT * cost->elements);
    nn_walk walk = {.N = N,
                    .parts = choose_parts(N, cost, nanoseconds),
                    .tile_rows = choose_tile_rows(N, cost)};
    walk.threads = nn_min(nn_count_worthy_threads(nanoseconds, walk.parts), nn_count_threads());
    size_t tallest = nn_multiply_sizes(walk.tile_rows, cost->stack);
    walk.holds_blas = walk.threads > 1 || !is_sequential(model, tallest);
    return walk;
}

/* ---- tiles ----------------------------------------------------------------------------------- */

typedef struct walk_run {
    const nn_walk *walk;
    nn_tile_task *task;
    void *context;
} walk_run;

static void run_part(void *context, size_t part, size_t runner) {
    const walk_run *r = context;
    size_t N = r->walk->N, begin = nn_get_share(N, r->walk->parts, part);
    size_t end = nn_get_share(N, r->walk->parts, part + 1);
    for (size_t first = begin; first < end; first += r->walk->tile_rows) {
        const nn_walk_tile tile = {.part = part,
                                   .runner = runner,
                                   .first = first,
                                   .count = nn_min(r->walk->tile_rows, end - first),
                                   .is_first = first == begin};
        r->task(r->context, &tile);
    }
}

void nn_walk_tiles(const nn_walk *walk, nn_tile_task *task, void *context) {
    if (walk->holds_blas)
        nn_blas_hold();
    nn_run_parts(walk->threads, walk->parts, run_part, &(walk_run){walk, task, context});
    if (walk->holds_blas)
        nn_blas_release();
}

/* ---- sums ------------------------------------------------------------------------------------ */

typedef struct part_sums {
    size_t parts, count;
    const double *sums;
    double *total;
} part_sums;

static void add_share(void *context, size_t begin, size_t end) {
    const part_sums *s = context;
    for (size_t p = 0; p + 1 < s->parts; p++)
        nn_get_kernels()->add(end - begin, s->sums + p * s->count + begin, s->total + begin);
}

void nn_add_parts(const nn_walk *walk, size_t count, const double *sums, double *total) {
    nn_run_shares(walk->threads, count, SUM * (double)(walk->parts - 1), add_share,
                  &(part_sums){walk->parts, count, sums, total});
}
