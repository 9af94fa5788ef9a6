/* SPDX-License-Identifier: BSD-3-Clause */
/* The model behind the choice of a plan. It adds up the time of every product and every elementwise
 * pass of a tile, and of caches, tiles and threads. The prices of products are least squares fits
 * to some thousand timed products of each core type; see doc/performance.md. */
#include "engine/plan_cost.h"
#include "blas/blas.h"
#include "core/sizes.h"
#include "workers/threads.h"

/* ---- products -------------------------------------------------------------------------------- */

/* C := A B + beta C, where the N rows of C have M contiguous elements: M and N as BLAS counts them,
 * by columns. Which kernel is used for which sizes is read from OpenBLAS 0.3.21 (kernel/x86_64,
 * dgemm_small_kernel_*_skylakex.c); the nanoseconds are measured. */
typedef struct product {
    size_t M, N, K;
    bool first_turned, second_turned;
} product;

enum { VECTOR = 8 }; /* doubles of AVX-512 */

/* The most numbers of the factor that is read again and again, for which it stays in the first
 * cache. */
static const size_t CACHED = 4096;

/* How many passes count elements take: most at a time, then half as many, and so on. */
static double count_walks(size_t count, size_t most) {
    size_t walks = 0;
    for (; most > 0; count %= most, most /= 2)
        walks += count / most;
    return (double)walks;
}

/* Vectors along M, up to four at a time, each time with all of B. */
static double price_vectors(size_t whole, size_t masked, const product *p) {
    double N = (double)p->N, K = (double)p->K, vectors = (double)(whole + masked);
    double walks = count_walks(whole, 4) + (double)masked;
    double walk = p->N * p->K > CACHED ? 0.0894 : 0.07;
    return vectors * (0.1093 * N * K + 0.343 * N + 0.353 * K) + walks * walk * N * K;
}

/* M of its rows, with vectors along K, whose elements are added up in the end. */
static double price_dots(size_t M, const product *p) {
    double m = (double)M, N = (double)p->N, K = (double)nn_divide_up(p->K, VECTOR);
    double walk = p->N * p->K > CACHED ? 0.462 : 0.325;
    return m * (0.0655 * N * K + 0.328 * N + 0.308 * K) + count_walks(M, 4) * walk * N * K;
}

/* M of its rows, with vectors along N, which have to be scattered into C. */
static double price_rows_along(size_t M, const product *p) {
    double m = (double)M, N = (double)nn_divide_up(p->N, VECTOR), K = (double)p->K;
    double walk = p->N * p->K > CACHED ? 0.468 : 0.375;
    return m * K * (0.0762 * N + 0.081) + count_walks(M, 8) * walk * N * K;
}

static double price_scatter(size_t M, const product *p) {
    return 1.7 * (double)M * (double)nn_divide_up(p->N, VECTOR);
}

/* If few elements of M are left, they are copied and multiplied along K. */
static double price_small_nn(const product *p) {
    size_t whole = p->M / VECTOR, rest = p->M % VECTOR;
    if (rest == 0 || rest > 4 || p->K < 16)
        return 11.3 + price_vectors(whole, rest > 0, p);
    double copy = 17.5 + 0.15 * (double)rest * (double)p->K;
    return 11.3 + price_vectors(whole, 0, p) + copy + price_dots(rest, p);
}

static double price_small_nt(const product *p) {
    size_t whole = p->M / VECTOR, rest = p->M % VECTOR;
    if (rest == 0 || rest > 5)
        return 11.3 + price_vectors(whole, rest > 0, p);
    return 18.8 + price_vectors(whole, 0, p) + price_rows_along(rest, p) + price_scatter(rest, p);
}

static double price_small_tn(const product *p) {
    return 9.6 + price_dots(p->M, p);
}

/* Four at a time are transposed into C. */
static double price_small_tt(const product *p) {
    return 18.8 + price_rows_along(p->M, p) + 0.076 * (double)p->M * (double)p->N +
           price_scatter(p->M % 4, p);
}

/* A product that packs both factors first. The kernel works on blocks of C: of M up to rows at a
 * time, then half as many, and so on, and of N columns likewise. The time is call + (passes along
 * M) K (walk N + block (passes along N)) + M N store + M K first + N K second + N row + K step. */
typedef struct packed_price {
    double call, walk, block, store, first, second, row, step;
    size_t rows, columns;
} packed_price;

static const packed_price PACKED_512 = {65.0,   0.1547, 0.0688, 0.1127, 0.2128,
                                        0.1536, 1.62,   0.243,  8,      4};
static const packed_price PACKED_512_LARGE = {0.0,    0.0845, 0.3195, 0.1224, 0.1945,
                                              0.2807, 2.32,   4.36,   8,      4};
static const packed_price PACKED = {60.0, 0.0871, 0.4846, 0.1548, 0.1305, 0.1976, 0.44, 0.51, 4, 8};
static const packed_price PACKED_LARGE = {0.0,    0.0748, 0.5854, 0.1579, 0.311,
                                          0.2997, 0.0,    4.2,    4,      8};

static double price_packed(const packed_price *price, const product *p) {
    double M = (double)p->M, N = (double)p->N, K = (double)p->K;
    double walk = price->walk * N + price->block * count_walks(p->N, price->columns);
    return price->call + count_walks(p->M, price->rows) * K * walk + price->store * M * N +
           price->first * M * K + price->second * N * K + price->row * N + price->step * K;
}

static const double LARGE_PRODUCT = 1e6;

double nn_small_product_limit(void) {
    return nn_blas_core_class() == NN_CORE_AVX512 ? LARGE_PRODUCT : 0.0;
}

static double price_product(const product *p, double small_limit) {
    typedef double price_small(const product *p);
    static price_small *const SMALL[2][2] = {{price_small_nn, price_small_nt},
                                             {price_small_tn, price_small_tt}};
    bool large = (double)p->M * (double)p->N * (double)p->K > LARGE_PRODUCT;
    if (small_limit == 0.0)
        return price_packed(large ? &PACKED_LARGE : &PACKED, p);
    if (large)
        return price_packed(&PACKED_512_LARGE, p);
    /* OpenBLAS uses that kernel only for small results of long sums. */
    if (p->first_turned && !p->second_turned && (p->M * p->N > 1200 || p->K < 32))
        return price_packed(&PACKED_512, p);
    return SMALL[p->first_turned][p->second_turned](p);
}

/* ---- layers ---------------------------------------------------------------------------------- */

enum { MOST_LAYOUTS = 4 };

/* What all prices of one plan depend on; the layouts of the first layers, which are asked for again
 * and again. */
typedef struct cost_context {
    const nn_plan *plan;
    const nn_problem *problem;
    double small_limit;
    nn_layout layouts[MOST_LAYOUTS];
} cost_context;

static cost_context make_context(const nn_plan *plan, const nn_problem *problem) {
    cost_context c = {.plan = plan, .problem = problem, .small_limit = nn_small_product_limit()};
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

typedef double price_block(const cost_context *c, size_t l, size_t rows, size_t inputs);

static double price_blocks(const cost_context *c, size_t l, size_t rows, size_t inputs,
                           price_block *price_one) {
    size_t block = get_layout(c, l).block, rest = inputs % block;
    double sum = inputs >= block ? (double)(inputs / block) * price_one(c, l, rows, block) : 0.0;
    return rest ? sum + price_one(c, l, rows, rest) : sum;
}

static double price_forward(const cost_context *c, size_t l, size_t rows, size_t inputs) {
    nn_layout layout = get_layout(c, l);
    size_t outputs = layout.padded_outputs;
    bool A_turned = is_turned(c, l);
    product p = layout.transposed ? (product){rows, outputs, inputs, !A_turned, true}
                                  : (product){outputs, rows, inputs, false, A_turned};
    return price_product(&p, c->small_limit);
}

static double price_error(const cost_context *c, size_t l, size_t rows, size_t inputs) {
    nn_layout layout = get_layout(c, l);
    size_t outputs = nn_get_outputs(c->problem, l);
    product p = is_turned(c, l) ? (product){rows, inputs, outputs, !layout.transposed, false}
                                : (product){inputs, rows, outputs, true, layout.transposed};
    return price_product(&p, c->small_limit);
}

static double price_update(const cost_context *c, size_t l, size_t rows, size_t inputs) {
    nn_layout layout = get_layout(c, l);
    product p = {layout.padded_outputs, inputs, rows, layout.transposed, !is_turned(c, l)};
    if (layout.transposed_update)
        p = (product){inputs, layout.padded_outputs, rows, is_turned(c, l), !layout.transposed};
    return price_product(&p, c->small_limit);
}

/* ---- elementwise passes ---------------------------------------------------------------------- */

/* Nanoseconds of an element, and (PASS) of a call. CROSS_ENTROPY: with its delta. */
static const double SIGMOID = 0.8, DELTA = 0.2, CROSS_ENTROPY = 2.0, COPY = 0.1, TRANSPOSE = 0.2,
                    ADD = 0.15, PASS = 15.0;

static double price_labels(const cost_context *c, size_t rows) {
    size_t last = c->problem->n_layers - 1, outputs = nn_get_outputs(c->problem, last);
    double elements = (double)rows * (double)outputs;
    return get_layout(c, last).transposed && outputs > 1 ? TRANSPOSE * elements : 0.0;
}

/* The activation of a layer and its delta, which for outputs comes with the cost. The cross-entropy
 * takes the inputs of the outputs, and stands in the place of both. */
static double price_elements(const cost_context *c, size_t l, double elements) {
    if (c->problem->has_cross_entropy && l + 1 == c->problem->n_layers)
        return PASS + CROSS_ENTROPY * elements;
    double activation = PASS + SIGMOID * elements, delta = PASS + DELTA * elements;
    return c->problem->purpose == NN_PREDICT ? activation : activation + delta;
}

/* ---- caches ---------------------------------------------------------------------------------- */

/* The bytes of a core's own cache and of its share of the next one, and the nanoseconds to read a
 * byte again that fell out of the first or the second. */
static const double NEAR_BYTES = 512 << 10, FAR_BYTES = 4 << 20;
static const double FAR = 0.02, MEMORY = 0.06;

static double price_reload(double bytes, double working_set) {
    double cost = 0.0;
    if (working_set > NEAR_BYTES)
        cost += FAR * bytes * (1.0 - NEAR_BYTES / working_set);
    if (working_set > FAR_BYTES)
        cost += MEMORY * bytes * (1.0 - FAR_BYTES / working_set);
    return cost;
}

static double count_padded_weights(const cost_context *c, size_t l) {
    return (double)nn_get_inputs(c->problem, l) * (double)get_layout(c, l).padded_outputs;
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
    return price_reload(again, tile) + price_reload(1.5 * matrices, tile + matrices);
}

/* ---- tiles ----------------------------------------------------------------------------------- */

static const double TILE = 80.0;

/* Forward, cost and deltas. */
static double price_deltas(const cost_context *c, size_t rows) {
    double sum = price_labels(c, rows);
    for (size_t l = 0; l < c->problem->n_layers; l++) {
        nn_layout layout = get_layout(c, l);
        double elements = (double)rows * (double)layout.padded_outputs;
        sum += price_blocks(c, l, rows, nn_get_inputs(c->problem, l), price_forward);
        sum += price_elements(c, l, elements);
        if (c->problem->purpose != NN_PREDICT && l > 0)
            sum += price_blocks(c, l, rows, layout.padded_inputs, price_error);
    }
    return sum;
}

static double price_tile(const cost_context *c, size_t rows) {
    if (rows == 0)
        return 0.0;
    double sum = TILE + price_deltas(c, rows) + price_caches(c, rows);
    for (size_t l = 0; c->problem->purpose != NN_PREDICT && l < c->problem->n_layers; l++)
        sum += price_blocks(c, l, rows, nn_get_inputs(c->problem, l), price_update);
    return sum;
}

/* ---- strategies ------------------------------------------------------------------------------ */

/* A byte that one thread wrote and others read. */
static const double SHARE = 0.06;

double nn_estimate_sum(const nn_plan *plan, size_t parameters) {
    double adds =
        plan->strategy == NN_OWN_ROWS && plan->parts > 1 ? ADD * (double)plan->parts : 0.0;
    return (adds + (plan->transposed_updates ? TRANSPOSE : 0.0)) * (double)parameters;
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
    return nn_estimate_sum(c->plan, (size_t)parameters);
}

/* Of the two regions of a tile that parts share, and of all parts one after the other: up to the
 * deltas, and the updates. */
static double price_shared_deltas(const cost_context *c, size_t rows) {
    size_t part_rows = nn_min(rows, nn_get_part_rows(c->plan));
    return TILE + (double)c->plan->parts * price_deltas(c, part_rows) + price_caches(c, rows);
}

static double price_shared_updates(const cost_context *c, size_t rows) {
    double sum = 0.0;
    for (size_t l = 0; l < c->problem->n_layers; l++) {
        size_t inputs = nn_divide_up(nn_get_inputs(c->problem, l), c->plan->parts);
        sum += SHARE * 16.0 * (double)rows * (double)get_layout(c, l).padded_outputs;
        sum += (double)c->plan->parts * price_blocks(c, l, rows, inputs, price_update);
    }
    return sum;
}

/* Padded weights are copied for each call, and their updates back. */
static double price_padding(const cost_context *c) {
    double sum = 0.0, copies = c->problem->purpose == NN_PREDICT ? 1.0 : 2.0;
    for (size_t l = 0; c->plan->padding > 1 && l < c->problem->n_layers; l++)
        sum += copies *
               (COPY * count_padded_weights(c, l) + 6.0 * (double)nn_get_inputs(c->problem, l));
    return sum;
}

/* For inputs that come from memory: a product that wants the examples side by side reads across
 * them. */
static double price_turned_inputs(const cost_context *c) {
    const double CACHED_BYTES = 16e6, TURNED_ROW = 5.0;
    double N = (double)c->problem->N, inputs = (double)nn_get_inputs(c->problem, 0);
    bool fits = 8.0 * N * inputs <= CACHED_BYTES;
    bool turns = get_layout(c, 0).transposed && inputs > 1.0;
    return turns && !fits ? TURNED_ROW * N : 0.0;
}

/* ---- plans ----------------------------------------------------------------------------------- */

nn_plan_price nn_price_plan(const nn_plan *plan, const nn_problem *problem) {
    const cost_context c = make_context(plan, problem);
    nn_plan_price price = {
        .once = price_padding(&c), .sum = price_sum(&c), .tiles = 1.0, .parts = plan->parts};
    if (plan->strategy == NN_OWN_ROWS) {
        price.deltas = price_turned_inputs(&c) + price_own_rows(&c);
        return price;
    }
    size_t tiles = problem->N / plan->tile_rows, rest = problem->N % plan->tile_rows;
    price.tiles = (double)tiles + (rest ? (double)rest / (double)plan->tile_rows : 0.0);
    price.deltas = price_shared_deltas(&c, plan->tile_rows);
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
    nn_plan_price price = nn_price_plan(plan, problem);
    return nn_estimate_time(&price, threads);
}
