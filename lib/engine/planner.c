/* SPDX-License-Identifier: BSD-3-Clause */
#include "engine/planner.h"
#include "blas/blas.h"
#include "core/sizes.h"
#include "engine/plan_cost.h"

/* ---- the plans to choose from ---------------------------------------------------------------- */

/* What the choice is between. */
typedef struct choice {
    const nn_model *model;
    size_t N;
    nn_purpose purpose;
    size_t threads;
    nn_plan *plans; /* null: only best is kept */
    size_t count;
    nn_plan best;
    double best_cost;
} choice;

/* Some product of a tile is larger than limit. */
static bool has_larger_product(const nn_model *model, size_t rows, double limit) {
    for (size_t l = 0; l < model->n_layers; l++)
        if ((double)rows * (double)model->layers[l].inputs * (double)model->layers[l].outputs >
            limit)
            return true;
    return false;
}

static void consider(choice *c, nn_plan plan) {
    if (c->count == NN_MOST_PLANS)
        return;
    plan.holds_blas =
        plan.parts > 1 || has_larger_product(c->model, plan.tile_rows, NN_BLAS_SEQUENTIAL);
    if (c->plans) {
        c->plans[c->count++] = plan;
        return;
    }
    double cost = nn_estimate_plan(&plan, c->model, c->N, c->purpose);
    if (c->count++ == 0 || cost < c->best_cost) {
        c->best = plan;
        c->best_cost = cost;
    }
}

/* The panels of few units, where a row is shorter than a vector. */
static uint64_t find_narrow_layers(const nn_model *model, size_t limit) {
    uint64_t narrow = 0;
    for (size_t l = 0; l < model->n_layers && l < 64; l++)
        if (model->layers[l].outputs < limit)
            narrow |= (uint64_t)1 << l;
    return narrow;
}

static void consider_layouts(choice *c, nn_plan plan) {
    uint64_t all = find_narrow_layers(c->model, SIZE_MAX);
    uint64_t last = c->model->n_layers <= 64 ? (uint64_t)1 << (c->model->n_layers - 1) : 0;
    const uint64_t layouts[] = {0, all, last, find_narrow_layers(c->model, 8),
                                find_narrow_layers(c->model, 24)};
    size_t count = plan.way == NN_ROWS ? sizeof layouts / sizeof *layouts : 1;
    for (size_t i = 0; i < count; i++) {
        size_t same = 0;
        while (layouts[same] != layouts[i])
            same++;
        if (same < i)
            continue;
        plan.transposed = layouts[i];
        consider(c, plan);
    }
}

static bool has_odd_width(const nn_model *model) {
    for (size_t l = 0; l + 1 < model->n_layers; l++)
        if (model->layers[l].outputs % 8 != 0)
            return true;
    return false;
}

static void consider_products(choice *c, nn_plan plan) {
    double limit = nn_small_product_limit();
    bool cuts = limit > 0.0 && has_larger_product(c->model, plan.tile_rows, limit);
    /* Predictions pass an infinity in X on as it is; a weight of 0 in a padded unit makes it a NaN.
     */
    bool pads = c->purpose != NN_PREDICT && has_odd_width(c->model);
    for (int cut = 0; cut <= cuts; cut++)
        for (int pad = 0; pad <= pads; pad++) {
            plan.product_limit = cut ? (size_t)limit : 0;
            plan.padding = pad ? 8 : 1;
            consider_layouts(c, plan);
        }
}

/* All that the parts keep of their tiles; the updates come on top. */
static const size_t TILE_BYTES = 12 << 20;
enum { FEWEST_ROWS = 16 };

static size_t get_most_rows(const choice *c) {
    size_t row = c->model->layers[c->model->n_layers - 1].outputs;
    for (size_t l = 0; l < c->model->n_layers; l++)
        row += (c->purpose == NN_PREDICT ? 1 : 2) * nn_round_up(c->model->layers[l].outputs, 8);
    return nn_max(TILE_BYTES / sizeof(double) / row, FEWEST_ROWS);
}

/* Equal tiles of a share, from as few as memory allows to as small as is sensible. */
static void consider_tiles(choice *c, nn_plan plan) {
    size_t share = plan.way == NN_ROWS ? nn_divide_up(c->N, plan.parts) : c->N;
    size_t most = get_most_rows(c) / (plan.way == NN_ROWS ? plan.parts : 1), last = 0;
    double wanted = (double)nn_min(share, nn_max(most, FEWEST_ROWS));
    for (; wanted >= FEWEST_ROWS || last == 0; wanted /= 1.4142135623730951) {
        size_t tiles = nn_divide_up(share, nn_max((size_t)wanted, 1));
        size_t rows = nn_divide_up(share, tiles);
        plan.tile_rows = tiles == 1 ? share : nn_min(nn_round_up(rows, 8), share);
        if (plan.tile_rows != last)
            consider_products(c, plan);
        last = plan.tile_rows;
    }
}

/* A thread's share has to be worth waking it: about 2 us of multiplications. */
static const double MULTIPLICATIONS_A_PART = 1e5;

static size_t count_useful_parts(const nn_model *model, size_t N, size_t threads) {
    double multiplications = 0.0;
    for (size_t l = 0; l < model->n_layers; l++)
        multiplications += 3.0 * (double)model->layers[l].inputs * (double)model->layers[l].outputs;
    double worth = multiplications * (double)N / MULTIPLICATIONS_A_PART;
    return worth < (double)threads ? (size_t)worth + 1 : threads;
}

static void consider_all(choice *c) {
    size_t most = count_useful_parts(c->model, c->N, c->threads);
    for (size_t parts = 1; parts <= most;
         parts = parts == most ? parts + 1 : nn_min(2 * parts, most)) {
        nn_plan plan = {.way = NN_ROWS, .parts = parts};
        if (nn_divide_up(c->N, parts) * (parts - 1) < c->N)
            consider_tiles(c, plan);
        plan.way = NN_SPLIT;
        if (parts > 1 && c->purpose != NN_PREDICT && c->N >= parts)
            consider_tiles(c, plan);
    }
}

size_t nn_list_plans(const nn_model *model, size_t N, nn_purpose purpose, size_t threads,
                     nn_plan *plans) {
    choice c = {.model = model, .N = N, .purpose = purpose, .threads = threads, .plans = plans};
    consider_all(&c);
    return c.count;
}

nn_plan nn_make_plan(const nn_model *model, size_t N, nn_purpose purpose, size_t threads) {
    choice c = {.model = model, .N = N, .purpose = purpose, .threads = threads};
    consider_all(&c);
    return c.best;
}

/* ---- plans made before ----------------------------------------------------------------------- */

enum { MEMORIES = 4, MOST_REMEMBERED_LAYERS = 6 };

/* All that a plan depends on beside the BLAS, which stays. */
typedef struct question {
    size_t n_layers, N, threads;
    nn_purpose purpose;
    size_t sizes[MOST_REMEMBERED_LAYERS + 1];
} question;

typedef struct memory {
    question asked;
    nn_plan answer;
} memory;

static question ask(const nn_model *model, size_t N, nn_purpose purpose, size_t threads) {
    question q = {.n_layers = model->n_layers, .N = N, .threads = threads, .purpose = purpose};
    q.sizes[0] = model->layers[0].inputs;
    for (size_t l = 0; l < model->n_layers; l++)
        q.sizes[l + 1] = model->layers[l].outputs;
    return q;
}

static bool is_same_question(const question *a, const question *b) {
    bool same = a->n_layers == b->n_layers && a->N == b->N && a->threads == b->threads &&
                a->purpose == b->purpose;
    for (size_t l = 0; same && l <= a->n_layers; l++)
        same = a->sizes[l] == b->sizes[l];
    return same;
}

nn_plan nn_choose_plan(const nn_model *model, size_t N, nn_purpose purpose, size_t threads) {
    static _Thread_local memory memories[MEMORIES];
    static _Thread_local unsigned next;
    if (model->n_layers > MOST_REMEMBERED_LAYERS)
        return nn_make_plan(model, N, purpose, threads);
    question q = ask(model, N, purpose, threads);
    for (size_t i = 0; i < MEMORIES; i++)
        if (is_same_question(&memories[i].asked, &q))
            return memories[i].answer;
    memory *oldest = &memories[next++ % MEMORIES];
    *oldest = (memory){q, nn_make_plan(model, N, purpose, threads)};
    return oldest->answer;
}
