/* SPDX-License-Identifier: BSD-3-Clause */
/* The model behind the choice of a plan. It adds up the time of every product and every elementwise
 * pass of a tile, and of caches, tiles and threads; see prices.h and doc/performance.md. */
#include "engine/plan_cost.h"
#include "core/sizes.h"
#include "engine/product_cost.h"
#include "workers/threads.h"

/* ---- layers ---------------------------------------------------------------------------------- */

enum { MOST_LAYOUTS = 4 };

/* What all prices of one plan depend on; the layouts of the first layers, which are asked for again
 * and again. */
typedef struct cost_context {
    const nn_plan *plan;
    const nn_problem *problem;
    const nn_prices *prices;
    nn_layout layouts[MOST_LAYOUTS];
} cost_context;

static cost_context make_context(const nn_prices *prices, const nn_plan *plan,
                                 const nn_problem *problem) {
    cost_context c = {.plan = plan, .problem = problem, .prices = prices};
    for (size_t l = 0; l < nn_min(problem->n_layers, MOST_LAYOUTS); l++)
        c.layouts[l] = nn_lay_out_layer(plan, problem, l);
    return c;
}

static nn_layout get_layout(const cost_context *c, size_t l) {
    return l < MOST_LAYOUTS ? c->layouts[l] : nn_lay_out_layer(c->plan, c->problem, l);
}

/* Whether the input of layer l is transposed; X never is. */
static bool is_turned(const cost_context *c, size_t l) {
    return l > 0 && get_layout(c, l - 1).transposed;
}

/* A_turned: the matrix of the inputs is transposed. */
typedef double price_block(const cost_context *c, size_t l, size_t rows, size_t inputs,
                           bool A_turned);

static double price_blocks(const cost_context *c, size_t l, size_t rows, size_t inputs,
                           bool A_turned, price_block *price_one) {
    size_t block = get_layout(c, l).block, rest = inputs % block;
    double sum =
        inputs >= block ? (double)(inputs / block) * price_one(c, l, rows, block, A_turned) : 0.0;
    return rest ? sum + price_one(c, l, rows, rest, A_turned) : sum;
}

/* Of all that a layer takes: its inputs and, by skip connections, X. */
static double price_fan_in(const cost_context *c, size_t l, size_t rows, price_block *price_one) {
    size_t inputs = nn_get_inputs(c->problem, l), skips = nn_get_skips(c->problem, l);
    double sum = price_blocks(c, l, rows, inputs, is_turned(c, l), price_one);
    return skips > 0 ? sum + price_blocks(c, l, rows, skips, false, price_one) : sum;
}

static double price_forward(const cost_context *c, size_t l, size_t rows, size_t inputs,
                            bool A_turned) {
    nn_layout layout = get_layout(c, l);
    size_t outputs = layout.padded_outputs;
    nn_product p = layout.transposed ? (nn_product){rows, outputs, inputs, !A_turned, true}
                                     : (nn_product){outputs, rows, inputs, false, A_turned};
    return nn_price_product(c->prices, &p);
}

static double price_error(const cost_context *c, size_t l, size_t rows, size_t inputs,
                          bool A_turned) {
    nn_layout layout = get_layout(c, l);
    size_t outputs = nn_get_outputs(c->problem, l);
    nn_product p = A_turned ? (nn_product){rows, inputs, outputs, !layout.transposed, false}
                            : (nn_product){inputs, rows, outputs, true, layout.transposed};
    return nn_price_product(c->prices, &p);
}

static double price_update(const cost_context *c, size_t l, size_t rows, size_t inputs,
                           bool A_turned) {
    nn_layout layout = get_layout(c, l);
    nn_product p = {layout.padded_outputs, inputs, rows, layout.transposed, !A_turned};
    if (layout.transposed_update)
        p = (nn_product){inputs, layout.padded_outputs, rows, A_turned, !layout.transposed};
    return nn_price_product(c->prices, &p);
}

/* ---- elementwise passes ---------------------------------------------------------------------- */

static double get_price(const cost_context *c, nn_price price) {
    return c->prices->of[price];
}

/* A pass over so many elements. */
static double price_pass(const cost_context *c, nn_price price, double elements) {
    return get_price(c, NN_PASS_CALL) + get_price(c, price) * elements;
}

static double price_labels(const cost_context *c, size_t rows) {
    size_t last = c->problem->n_layers - 1, outputs = nn_get_outputs(c->problem, last);
    double elements = (double)rows * (double)outputs;
    return get_layout(c, last).transposed && outputs > 1 ? get_price(c, NN_TRANSPOSE) * elements
                                                         : 0.0;
}

/* The activation of a layer and its delta, which for outputs comes with the cost. The cross-entropy
 * takes the inputs of the outputs, and stands in the place of both. */
static double price_elements(const cost_context *c, size_t l, double elements) {
    if (c->problem->has_cross_entropy && l + 1 == c->problem->n_layers)
        return price_pass(c, NN_CROSS_ENTROPY, elements);
    double activation = price_pass(c, NN_SIGMOID, elements);
    return c->problem->purpose == NN_PREDICT ? activation
                                             : activation + price_pass(c, NN_DELTA, elements);
}

/* ---- caches ---------------------------------------------------------------------------------- */

/* Bytes of a working set, spread evenly over what of it is in which cache: in the far one at the
 * price of near, beyond it at that of both. */
static double price_reload(const cost_context *c, double bytes, double working_set,
                           nn_price out_of_near, nn_price out_of_far) {
    double cost = 0.0, near = c->prices->near_bytes, far = c->prices->far_bytes;
    if (working_set > near)
        cost += get_price(c, out_of_near) * bytes * (1.0 - near / working_set);
    if (working_set > far)
        cost += get_price(c, out_of_far) * bytes * (1.0 - far / working_set);
    return cost;
}

static double count_padded_weights(const cost_context *c, size_t l) {
    return (double)nn_get_problem_fan_in(c->problem, l) * (double)get_layout(c, l).padded_outputs;
}

/* Reading again what a tile uses several times, and the weights, which each tile uses. */
static double price_caches(const cost_context *c, size_t rows) {
    double inputs = (double)nn_get_inputs(c->problem, 0), units = 0.0, weights = 0.0;
    for (size_t l = 0; l < c->problem->n_layers; l++) {
        units += (double)get_layout(c, l).padded_outputs;
        weights += count_padded_weights(c, l);
    }
    bool trains = c->problem->purpose != NN_PREDICT;
    double tile = 8.0 * (double)rows * (inputs + (trains ? 2.0 : 1.0) * units);
    double matrices = 8.0 * weights * (trains ? 2.0 : 1.0);
    double again = 8.0 * (double)rows * (trains ? inputs + 4.0 * units : units);
    return price_reload(c, again, tile, NN_OUT_OF_NEAR, NN_OUT_OF_FAR) +
           price_reload(c, 1.5 * matrices, tile + matrices, NN_OUT_OF_NEAR, NN_OUT_OF_FAR);
}

/* ---- tiles ----------------------------------------------------------------------------------- */

/* Forward, cost and deltas. */
static double price_deltas(const cost_context *c, size_t rows) {
    double sum = price_labels(c, rows);
    for (size_t l = 0; l < c->problem->n_layers; l++) {
        nn_layout layout = get_layout(c, l);
        double elements = (double)rows * (double)layout.padded_outputs;
        sum += price_fan_in(c, l, rows, price_forward);
        sum += price_elements(c, l, elements);
        if (c->problem->purpose != NN_PREDICT && l > 0)
            sum += price_blocks(c, l, rows, layout.padded_inputs, is_turned(c, l), price_error);
    }
    return sum;
}

static double price_tile(const cost_context *c, size_t rows) {
    if (rows == 0)
        return 0.0;
    double sum = get_price(c, NN_TILE) + price_deltas(c, rows) + price_caches(c, rows);
    for (size_t l = 0; c->problem->purpose != NN_PREDICT && l < c->problem->n_layers; l++)
        sum += price_fan_in(c, l, rows, price_update);
    return sum;
}

/* ---- strategies ------------------------------------------------------------------------------ */

static double price_updates_sum(const nn_prices *prices, const nn_plan *plan, double parameters) {
    bool adds = plan->strategy == NN_OWN_ROWS && plan->parts > 1;
    bool turns = plan->transposed_updates != 0;
    double one = (adds ? prices->of[NN_ADD] * (double)plan->parts : 0.0) +
                 (turns ? prices->of[NN_TRANSPOSE] : 0.0);
    return (adds || turns ? prices->of[NN_SUM_CALL] : 0.0) + one * parameters;
}

double nn_estimate_sum(const nn_plan *plan, size_t parameters) {
    return price_updates_sum(nn_get_prices(), plan, (double)parameters);
}

/* Of all parts, one after the other. */
static double price_own_rows(const cost_context *c) {
    const nn_plan *plan = c->plan;
    size_t share = nn_divide_up(c->problem->N, plan->parts);
    double tiles = (double)(share / plan->tile_rows);
    double part = tiles * price_tile(c, plan->tile_rows) + price_tile(c, share % plan->tile_rows);
    return (double)plan->parts * part;
}

static double price_sum(const cost_context *c) {
    double parameters = 0.0;
    for (size_t l = 0; c->problem->purpose != NN_PREDICT && l < c->problem->n_layers; l++)
        parameters += count_padded_weights(c, l);
    return price_updates_sum(c->prices, c->plan, parameters);
}

/* Of the two regions of a tile that parts share, and of all parts one after the other: up to the
 * deltas, and the updates. */
static double price_shared_deltas(const cost_context *c, size_t rows) {
    size_t part_rows = nn_min(rows, nn_get_part_rows(c->plan));
    return get_price(c, NN_TILE) + (double)c->plan->parts * price_deltas(c, part_rows) +
           price_caches(c, rows);
}

static double price_shared_updates(const cost_context *c, size_t rows) {
    double sum = 0.0;
    for (size_t l = 0; l < c->problem->n_layers; l++) {
        size_t share = nn_divide_up(nn_get_problem_fan_in(c->problem, l), c->plan->parts);
        sum +=
            get_price(c, NN_SHARE) * 16.0 * (double)rows * (double)get_layout(c, l).padded_outputs;
        sum +=
            (double)c->plan->parts * price_blocks(c, l, rows, share, is_turned(c, l), price_update);
    }
    return sum;
}

/* Padded weights are copied for each call, and their updates back. */
static double price_padding(const cost_context *c) {
    double sum = 0.0, copies = c->problem->purpose == NN_PREDICT ? 1.0 : 2.0;
    for (size_t l = 0; c->plan->padding > 1 && l < c->problem->n_layers; l++)
        sum += copies * (get_price(c, NN_COPY) * count_padded_weights(c, l) +
                         get_price(c, NN_COPY_ROW) * (double)nn_get_problem_fan_in(c->problem, l));
    return sum;
}

/* The rows of the call, which are read once. A product that wants the examples side by side reads
 * across them. */
static double price_rows(const cost_context *c) {
    double N = (double)c->problem->N, inputs = (double)nn_get_inputs(c->problem, 0);
    double outputs = (double)nn_get_outputs(c->problem, c->problem->n_layers - 1);
    double X = 8.0 * N * inputs, bytes = X + 8.0 * N * outputs;
    double sum = price_reload(c, bytes, bytes, NN_ROWS_OUT_OF_NEAR, NN_ROWS_OUT_OF_FAR);
    if (get_layout(c, 0).transposed && inputs > 1.0 && X > c->prices->near_bytes)
        sum += get_price(c, NN_TURNED_ROW) * N + get_price(c, NN_TURNED_BYTE) * X;
    return sum;
}

/* ---- plans ----------------------------------------------------------------------------------- */

nn_plan_price nn_price_plan(const nn_prices *prices, const nn_plan *plan,
                            const nn_problem *problem) {
    const cost_context c = make_context(prices, plan, problem);
    nn_plan_price price = {
        .once = price_padding(&c), .sum = price_sum(&c), .tiles = 1.0, .parts = plan->parts};
    if (plan->strategy == NN_OWN_ROWS) {
        price.deltas = price_rows(&c) + price_own_rows(&c);
        return price;
    }
    size_t tiles = problem->N / plan->tile_rows, rest = problem->N % plan->tile_rows;
    price.tiles = (double)tiles + (rest ? (double)rest / (double)plan->tile_rows : 0.0);
    price.deltas = price_rows(&c) / price.tiles + price_shared_deltas(&c, plan->tile_rows);
    price.updates = price_shared_updates(&c, plan->tile_rows);
    return price;
}

double nn_estimate_time(const nn_plan_price *price, size_t threads) {
    size_t helpers = nn_min(threads, nn_count_worthy_threads(price->sum, SIZE_MAX));
    double tile = nn_estimate_threads(price->deltas, price->parts, threads);
    if (price->updates > 0.0)
        tile += nn_estimate_threads(price->updates, price->parts, threads);
    return price->once + nn_estimate_threads(price->sum, helpers, helpers) + price->tiles * tile;
}

size_t nn_count_plan_threads(const nn_plan_price *price) {
    size_t threads = nn_count_worthy_threads(price->deltas, price->parts);
    return price->updates > 0.0
               ? nn_min(threads, nn_count_worthy_threads(price->updates, price->parts))
               : threads;
}

double nn_estimate_plan(const nn_plan *plan, const nn_problem *problem, size_t threads) {
    nn_plan_price price = nn_price_plan(nn_get_prices(), plan, problem);
    return nn_estimate_time(&price, threads);
}
