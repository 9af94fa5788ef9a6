/* SPDX-License-Identifier: BSD-3-Clause */
#include "engine/plan_search.h"
#include "blas/blas.h"
#include "core/sizes.h"
#include "engine/plan_cost.h"

/* A search through the plans for a problem: it lists them, or keeps the cheapest. */
typedef struct plan_search {
    const nn_problem *problem;
    nn_plan *plans; /* where to list them; null: only best is kept */
    size_t count;
    nn_plan best;
    double best_cost;
} plan_search;

/* Whether some product of a tile is larger than limit. */
static bool has_larger_product(const nn_problem *problem, size_t rows, double limit) {
    for (size_t l = 0; l < problem->n_layers; l++)
        if ((double)rows * (double)nn_get_inputs(problem, l) * (double)nn_get_outputs(problem, l) >
            limit)
            return true;
    return false;
}

static void add_candidate(plan_search *s, nn_plan plan) {
    if (s->count == NN_MOST_PLANS)
        return;
    plan.holds_blas =
        plan.parts > 1 || has_larger_product(s->problem, plan.tile_rows, NN_BLAS_SEQUENTIAL);
    if (s->plans) {
        s->plans[s->count++] = plan;
        return;
    }
    double cost = nn_estimate_plan(&plan, s->problem);
    if (s->count++ == 0 || cost < s->best_cost) {
        s->best = plan;
        s->best_cost = cost;
    }
}

/* A bit for each layer that a plan can transpose and that has fewer outputs than limit: a row of
 * such a layer is shorter than a vector. */
static uint64_t find_narrow_layers(const nn_problem *problem, size_t limit) {
    uint64_t narrow = 0;
    size_t count = problem->n_layers - (problem->row_major_outputs ? 1 : 0);
    for (size_t l = 0; l < count && l < 64; l++)
        if (nn_get_outputs(problem, l) < limit)
            narrow |= (uint64_t)1 << l;
    return narrow;
}

static void add_layouts(plan_search *s, nn_plan plan) {
    const nn_problem *problem = s->problem;
    uint64_t all = find_narrow_layers(problem, SIZE_MAX);
    uint64_t last = problem->n_layers <= 64 ? all & (uint64_t)1 << (problem->n_layers - 1) : 0;
    const uint64_t layouts[] = {0, all, last, find_narrow_layers(problem, 8),
                                find_narrow_layers(problem, 24)};
    size_t count = plan.strategy == NN_OWN_ROWS ? sizeof layouts / sizeof *layouts : 1;
    for (size_t i = 0; i < count; i++) {
        size_t same = 0;
        while (layouts[same] != layouts[i])
            same++;
        if (same < i)
            continue;
        plan.transposed = layouts[i];
        add_candidate(s, plan);
    }
}

static bool has_odd_width(const nn_problem *problem) {
    for (size_t l = 0; l + 1 < problem->n_layers; l++)
        if (nn_get_outputs(problem, l) % 8 != 0)
            return true;
    return false;
}

static void add_products(plan_search *s, nn_plan plan) {
    double limit = nn_small_product_limit();
    bool cuts = limit > 0.0 && has_larger_product(s->problem, plan.tile_rows, limit);
    bool pads = has_odd_width(s->problem);
    for (int cut = 0; cut <= cuts; cut++)
        for (int pad = 0; pad <= pads; pad++) {
            plan.product_limit = cut ? (size_t)limit : 0;
            plan.padding = pad ? 8 : 1;
            add_layouts(s, plan);
        }
}

/* The most bytes of the tiles of all parts, without the updates. */
static const size_t TILE_BYTES = 12 << 20;
enum { FEWEST_ROWS = 16 };

static size_t get_most_rows(const nn_problem *problem) {
    size_t row = nn_get_outputs(problem, problem->n_layers - 1);
    for (size_t l = 0; l < problem->n_layers; l++)
        row +=
            (problem->purpose == NN_PREDICT ? 1 : 2) * nn_round_up(nn_get_outputs(problem, l), 8);
    return nn_max(TILE_BYTES / sizeof(double) / row, FEWEST_ROWS);
}

/* Divides a share into equal tiles: from as few as memory allows to as small as makes sense. */
static void add_tiles(plan_search *s, nn_plan plan) {
    size_t N = s->problem->N;
    size_t share = plan.strategy == NN_OWN_ROWS ? nn_divide_up(N, plan.parts) : N;
    size_t most = get_most_rows(s->problem) / (plan.strategy == NN_OWN_ROWS ? plan.parts : 1),
           last = 0;
    double wanted = (double)nn_min(share, nn_max(most, FEWEST_ROWS));
    for (; wanted >= FEWEST_ROWS || last == 0; wanted /= 1.4142135623730951) {
        size_t tiles = nn_divide_up(share, nn_max((size_t)wanted, 1));
        size_t rows = nn_divide_up(share, tiles);
        plan.tile_rows = tiles == 1 ? share : nn_min(nn_round_up(rows, 8), share);
        if (plan.tile_rows != last)
            add_products(s, plan);
        last = plan.tile_rows;
    }
}

/* What makes waking a thread worthwhile: about 2 us of multiplications. */
static const double MULTIPLICATIONS_A_PART = 1e5;

static size_t count_useful_parts(const nn_problem *problem) {
    double multiplications = 0.0;
    for (size_t l = 0; l < problem->n_layers; l++)
        multiplications +=
            3.0 * (double)nn_get_inputs(problem, l) * (double)nn_get_outputs(problem, l);
    double worth = multiplications * (double)problem->N / MULTIPLICATIONS_A_PART;
    return worth < (double)problem->threads ? (size_t)worth + 1 : problem->threads;
}

static void search_plans(plan_search *s) {
    const nn_problem *problem = s->problem;
    size_t most = count_useful_parts(problem);
    for (size_t parts = 1; parts <= most;
         parts = parts == most ? parts + 1 : nn_min(2 * parts, most)) {
        nn_plan plan = {.strategy = NN_OWN_ROWS, .parts = parts};
        if (nn_divide_up(problem->N, parts) * (parts - 1) < problem->N)
            add_tiles(s, plan);
        plan.strategy = NN_SHARED_TILES;
        if (parts > 1 && problem->purpose != NN_PREDICT && problem->N >= parts)
            add_tiles(s, plan);
    }
}

size_t nn_list_plans(const nn_problem *problem, nn_plan *plans) {
    plan_search s = {.problem = problem, .plans = plans};
    search_plans(&s);
    return s.count;
}

nn_plan nn_make_plan(const nn_problem *problem) {
    plan_search s = {.problem = problem};
    search_plans(&s);
    return s.best;
}
