/* SPDX-License-Identifier: BSD-3-Clause */
#include "engine/plan_search.h"
#include "blas/blas.h"
#include "core/sizes.h"
#include "engine/plan_cost.h"

#include <math.h>

/* A search through the plans for a problem: it lists them, or keeps the cheapest. */
typedef struct plan_search {
    const nn_problem *problem;
    const nn_prices *prices;
    nn_plan *plans; /* where to list them; null: only best is kept */
    size_t count;
    nn_plan best;
    double best_cost;
} plan_search;

/* The bits depend on the plan, so the plan must not depend on the threads of the process. It is the
 * best for one thread and for two, by the product of both times: what one loses, the other gains
 * more. */
static double get_cost(const nn_plan *plan, const nn_plan_price *price) {
    return nn_estimate_time(price, 1) * nn_estimate_time(price, nn_min(plan->threads, 2));
}

/* Whether some product of a tile is larger than limit. */
static bool has_larger_product(const nn_problem *problem, size_t rows, double limit) {
    for (size_t l = 0; l < problem->n_layers; l++)
        if ((double)rows * (double)nn_max(nn_get_inputs(problem, l), nn_get_skips(problem, l)) *
                (double)nn_get_outputs(problem, l) >
            limit)
            return true;
    return false;
}

/* Whether BLAS runs all products of a tile in the thread that calls it. */
static bool is_sequential(const nn_plan *plan, const nn_problem *problem) {
    for (size_t l = 0; l < problem->n_layers; l++) {
        nn_layout layout = nn_lay_out_layer(plan, problem, l);
        size_t inputs = nn_max(layout.padded_inputs, nn_get_skips(problem, l));
        if (!nn_blas_is_sequential(plan->tile_rows, inputs, layout.padded_outputs))
            return false;
    }
    return true;
}

static void derive(nn_plan *plan, const nn_problem *problem, const nn_plan_price *price) {
    plan->threads = nn_count_plan_threads(price);
    plan->holds_blas = !is_sequential(plan, problem);
}

void nn_derive_plan(nn_plan *plan, const nn_problem *problem) {
    nn_plan_price price = nn_price_plan(nn_get_prices(), plan, problem);
    derive(plan, problem, &price);
}

static void add_plan(plan_search *s, nn_plan plan) {
    if (s->count == NN_MOST_PLANS)
        return;
    nn_plan_price price = nn_price_plan(s->prices, &plan, s->problem);
    derive(&plan, s->problem, &price);
    if (s->plans)
        s->plans[s->count] = plan;
    s->count++;
    double cost = get_cost(&plan, &price);
    if (cost < s->best_cost) {
        s->best = plan;
        s->best_cost = cost;
    }
}

/* With no updates transposed, with those of the first layer, and with all. */
static void add_candidate(plan_search *s, nn_plan plan) {
    size_t n = nn_min(s->problem->n_layers, 64);
    const uint64_t updates[] = {0, 1, UINT64_MAX >> (64 - n)};
    size_t count = s->problem->purpose == NN_PREDICT ? 1 : n == 1 ? 2 : 3;
    for (size_t i = 0; i < count; i++) {
        plan.transposed_updates = updates[i];
        add_plan(s, plan);
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
    double limit = s->prices->small_limit;
    bool cuts = limit > 0.0 && has_larger_product(s->problem, plan.tile_rows, limit);
    bool pads = has_odd_width(s->problem);
    for (int cut = 0; cut <= cuts; cut++)
        for (int pad = 0; pad <= pads; pad++) {
            plan.product_limit = cut ? (size_t)limit : 0;
            plan.padding = pad ? 8 : 1;
            add_layouts(s, plan);
        }
}

/* The most bytes of a tile, without the updates. */
static const size_t TILE_BYTES = 8 << 20;
enum { FEWEST_ROWS = 16 };

/* Without rounding up to vectors, which add_tiles does. */
static size_t get_most_rows(const nn_problem *problem) {
    size_t row = nn_get_outputs(problem, problem->n_layers - 1);
    for (size_t l = 0; l < problem->n_layers; l++)
        row = nn_add_sizes(row, (problem->purpose == NN_PREDICT ? 1 : 2) *
                                    nn_round_up(nn_get_outputs(problem, l), 8));
    return nn_max(TILE_BYTES / sizeof(double) / row, FEWEST_ROWS);
}

size_t nn_get_most_tile_rows(const nn_problem *problem) {
    return nn_round_up(get_most_rows(problem), 8);
}

/* Divides a share into equal tiles: from as few as memory allows to as small as makes sense. */
static void add_tiles(plan_search *s, nn_plan plan) {
    size_t N = s->problem->N;
    size_t share = plan.strategy == NN_OWN_ROWS ? nn_divide_up(N, plan.parts) : N;
    size_t last = 0;
    double wanted = (double)nn_min(share, get_most_rows(s->problem));
    for (; wanted >= FEWEST_ROWS || last == 0; wanted /= 1.4142135623730951) {
        size_t tiles = nn_divide_up(share, nn_max((size_t)wanted, 1));
        size_t rows = nn_divide_up(share, tiles);
        plan.tile_rows = tiles == 1 ? share : nn_min(nn_round_up(rows, 8), share);
        if (plan.tile_rows != last)
            add_products(s, plan);
        last = plan.tile_rows;
    }
}

/* ---- parts ----------------------------------------------------------------------------------- */

size_t nn_get_most_parts(const nn_problem *problem) {
    enum { MOST_UPDATES = 2 << 20 }; /* doubles */
    size_t updates = 0;
    for (size_t l = 0; problem->purpose != NN_PREDICT && l < problem->n_layers; l++) {
        size_t outputs = nn_get_outputs(problem, l), fan_in = nn_get_problem_fan_in(problem, l);
        size_t padded = l + 1 < problem->n_layers ? nn_round_up(outputs, 8) : outputs;
        updates = nn_add_sizes(updates, nn_multiply_sizes(fan_in + problem->has_bias, padded));
    }
    return nn_min(nn_max(MOST_UPDATES / nn_max(updates, 1), 1), NN_MOST_PARTS);
}

/* As many as leave each worth waking a thread for, as long as the sum of their updates takes little
 * time beside them and little memory. */
static size_t choose_parts(const nn_problem *problem, double nanoseconds) {
    static const double SHORTEST_PART = 20000.0, SUM = 0.02;
    size_t parameters = 0, parts = 1;
    for (size_t l = 0; problem->purpose != NN_PREDICT && l < problem->n_layers; l++)
        parameters += nn_count_layer_parameters(problem, l);
    while (2 * parts <= nn_get_most_parts(problem) && problem->N / (2 * parts) >= FEWEST_ROWS &&
           nanoseconds / (double)(2 * parts) >= SHORTEST_PART &&
           nn_estimate_sum(&(nn_plan){.parts = 2 * parts}, parameters) <= SUM * nanoseconds)
        parts *= 2;
    return parts;
}

/* The updates need no sum where parts share a tile, but each tile wakes the threads twice. */
static size_t count_sharing_parts(const nn_problem *problem, double nanoseconds) {
    enum { MOST_PARTS = 16 };
    static const double SHORTEST_PART = 20000.0;
    size_t parts = 1;
    while (2 * parts <= MOST_PARTS && nanoseconds / (double)(2 * parts) >= 2.0 * SHORTEST_PART &&
           problem->N / (2 * parts) >= FEWEST_ROWS)
        parts *= 2;
    return parts;
}

static void search_plans(plan_search *s) {
    const nn_problem *problem = s->problem;
    s->best_cost = HUGE_VAL;
    add_tiles(s, (nn_plan){.strategy = NN_OWN_ROWS, .parts = 1});
    double serial = sqrt(s->best_cost); /* a plan in one part has one thread */
    size_t parts = choose_parts(problem, serial);
    if (parts > 1)
        add_tiles(s, (nn_plan){.strategy = NN_OWN_ROWS, .parts = parts});
    size_t most = problem->purpose == NN_PREDICT ? 1 : count_sharing_parts(problem, serial);
    for (parts = 2; parts <= most; parts *= 2)
        add_tiles(s, (nn_plan){.strategy = NN_SHARED_TILES, .parts = parts});
}

size_t nn_list_plans(const nn_problem *problem, nn_plan *plans) {
    plan_search s = {.problem = problem, .prices = nn_get_prices(), .plans = plans};
    search_plans(&s);
    return s.count;
}

nn_plan nn_make_plan(const nn_problem *problem) {
    plan_search s = {.problem = problem, .prices = nn_get_prices()};
    search_plans(&s);
    return s.best;
}
