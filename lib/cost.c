/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The model behind the choice of a plan. Every product and every elementwise pass of a tile is
 * priced, and what the caches, the tiles and the threads add. The prices of the products are least
 * squares fits to some thousand timed products of each core type; see doc/performance.md.
 */
#include "cost.h"
#include "blas.h"
#include "sizes.h"

#include <string.h>

/* ---- products -------------------------------------------------------------------------------- */

/* Nanoseconds of a product (rows of C contiguous in memory have M elements, there are N of them):
 * call + M' N K / speed + M N store + M K first + N K second + N column, M' being M rounded up. */
typedef struct price {
    double call, multiply, store, first, second, column;
} price;

/* By the transposes of the first and the second factor, where nothing is packed. */
static const price SMALL[2][2] = {
    {{17.0, 0.0175, 0.053, 0.057, 0.064, 0.25}, {20.0, 0.0170, 0.048, 0.057, 0.055, 0.12}},
    {{22.0, 0.0270, 0.133, 0.045, 0.000, 2.9}, {25.0, 0.0155, 0.090, 0.175, 0.045, 0.05}},
};
/* Where both factors are packed first: with AVX-512, and with AVX2. */
static const price PACKED_512 = {67.0, 0.0222, 0.118, 0.24, 0.47, 0.5};
static const price PACKED = {67.0, 0.0363, 0.158, 0.25, 0.23, 0.4};
static const price PACKED_LARGE = {67.0, 0.0365, 0.163, 0.52, 0.33, 0.0};

static const double LARGE_PRODUCT = 1e6;

double nn_small_product_limit(void) {
    static const char *const CORES[] = {"SkylakeX", "Cooperlake", "SapphireRapids"};
    const char *core = nn_blas_core();
    for (size_t i = 0; core && i < sizeof CORES / sizeof *CORES; i++)
        if (strcmp(core, CORES[i]) == 0)
            return LARGE_PRODUCT;
    return 0.0;
}

/* What all prices of a call depend on. */
typedef struct situation {
    const nn_plan *plan;
    const nn_model *model; /* as given */
    nn_purpose purpose;
    double small_limit;
} situation;

static double price_product(const situation *s, size_t M, size_t N, size_t K, bool first_turned,
                            bool second_turned) {
    double m = (double)M, n = (double)N, k = (double)K;
    bool small = m * n * k <= s->small_limit;
    const price *p = small                        ? &SMALL[first_turned][second_turned]
                     : s->small_limit > 0.0       ? &PACKED_512
                     : m * n * k <= LARGE_PRODUCT ? &PACKED
                                                  : &PACKED_LARGE;
    double padded = (double)nn_round_up(M, 4);
    return p->call + p->multiply * padded * n * k + p->store * m * n + p->first * m * k +
           p->second * n * k + p->column * n;
}

/* ---- layers ---------------------------------------------------------------------------------- */

static nn_layer get_layer(const situation *s, size_t l) {
    return nn_plan_layer(s->plan, s->model, l);
}

/* How the panel in front of layer l lies; X is the caller's. */
static bool is_turned(const situation *s, size_t l) {
    return l > 0 && get_layer(s, l - 1).transposed;
}

typedef double price_block(const situation *s, size_t l, size_t rows, size_t inputs);

static double price_blocks(const situation *s, size_t l, size_t rows, size_t inputs,
                           price_block *price_one) {
    size_t block = get_layer(s, l).block, rest = inputs % block;
    double sum = inputs >= block ? (double)(inputs / block) * price_one(s, l, rows, block) : 0.0;
    return rest ? sum + price_one(s, l, rows, rest) : sum;
}

static double price_forward(const situation *s, size_t l, size_t rows, size_t inputs) {
    nn_layer layer = get_layer(s, l);
    bool A_turned = is_turned(s, l);
    return layer.transposed ? price_product(s, rows, layer.outputs, inputs, !A_turned, true)
                            : price_product(s, layer.outputs, rows, inputs, false, A_turned);
}

static double price_error(const situation *s, size_t l, size_t rows, size_t inputs) {
    nn_layer layer = get_layer(s, l);
    bool error_turned = is_turned(s, l);
    return error_turned ? price_product(s, rows, inputs, layer.outputs, !layer.transposed, false)
                        : price_product(s, inputs, rows, layer.outputs, true, layer.transposed);
}

static double price_update(const situation *s, size_t l, size_t rows, size_t inputs) {
    nn_layer layer = get_layer(s, l);
    return price_product(s, layer.outputs, inputs, rows, layer.transposed, !is_turned(s, l));
}

/* ---- elementwise passes ---------------------------------------------------------------------- */

/* Nanoseconds an element, and a call. */
static const double SIGMOID = 0.8, DELTA = 0.2, COPY = 0.1, TRANSPOSE = 0.2, ADD = 0.15,
                    PASS = 15.0;

static double price_labels(const situation *s, size_t rows) {
    nn_layer last = get_layer(s, s->model->n_layers - 1);
    double elements = (double)rows * (double)last.outputs;
    return last.transposed && last.outputs > 1 ? TRANSPOSE * elements : 0.0;
}

/* ---- caches ---------------------------------------------------------------------------------- */

/* A core's own cache and its share of the one behind it, and nanoseconds a byte to read again what
 * fell out of the first and of the second. */
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

/* What of a tile is used again, and the weights that each tile uses anew. */
static double price_caches(const situation *s, size_t rows) {
    double inputs = (double)s->model->layers[0].inputs, units = 0.0, weights = 0.0;
    for (size_t l = 0; l < s->model->n_layers; l++) {
        nn_layer layer = get_layer(s, l);
        units += (double)layer.outputs;
        weights += (double)layer.inputs * (double)layer.outputs;
    }
    bool trains = s->purpose != NN_PREDICT;
    double tile = 8.0 * (double)rows * (inputs + (trains ? 2.0 : 1.0) * units);
    double matrices = 8.0 * weights * (trains ? 2.0 : 1.0);
    double again = 8.0 * (double)rows * (trains ? inputs + 4.0 * units : units);
    return price_reload(again, tile) + price_reload(1.5 * matrices, tile + matrices);
}

/* ---- tiles ----------------------------------------------------------------------------------- */

static const double TILE = 80.0;

/* Forward, and the deltas. */
static double price_deltas(const situation *s, size_t rows) {
    double sum = price_labels(s, rows), r = (double)rows;
    for (size_t l = 0; l < s->model->n_layers; l++) {
        nn_layer layer = get_layer(s, l);
        double outputs = (double)layer.outputs;
        sum += price_blocks(s, l, rows, layer.inputs, price_forward) + PASS + SIGMOID * r * outputs;
        if (s->purpose == NN_PREDICT)
            continue;
        sum += PASS + DELTA * r * outputs;
        if (l > 0)
            sum += price_blocks(s, l, rows, layer.inputs, price_error);
    }
    return sum;
}

static double price_tile(const situation *s, size_t rows) {
    if (rows == 0)
        return 0.0;
    double sum = TILE + price_deltas(s, rows) + price_caches(s, rows);
    for (size_t l = 0; s->purpose != NN_PREDICT && l < s->model->n_layers; l++)
        sum += price_blocks(s, l, rows, get_layer(s, l).inputs, price_update);
    return sum;
}

/* ---- ways ------------------------------------------------------------------------------------ */

/* Waking the threads and holding BLAS, waiting for one another. */
static const double REGION = 12000.0, BARRIER = 3000.0;

static double price_rows(const situation *s, size_t N) {
    const nn_plan *plan = s->plan;
    size_t share = nn_divide_up(N, plan->parts), tiles = share / plan->tile_rows;
    double sum = (double)tiles * price_tile(s, plan->tile_rows);
    sum += price_tile(s, share % plan->tile_rows);
    if (plan->parts == 1)
        return sum;
    sum += REGION;
    for (size_t l = 0; s->purpose != NN_PREDICT && l < s->model->n_layers; l++) {
        nn_layer layer = get_layer(s, l);
        double weights = (double)layer.inputs * (double)layer.outputs;
        double adds = weights * (double)plan->parts;
        sum += ADD * (weights > 16384.0 ? adds / (double)plan->parts + BARRIER / ADD : adds);
    }
    return sum;
}

static double price_split_tile(const situation *s, size_t rows) {
    const nn_plan *plan = s->plan;
    size_t part_rows = nn_min(rows, nn_get_part_rows(plan));
    double sum = 3.0 * BARRIER + TILE + price_deltas(s, part_rows) +
                 price_caches(s, rows) / (double)plan->parts;
    for (size_t l = 0; l < s->model->n_layers; l++)
        sum += price_blocks(s, l, rows, nn_divide_up(get_layer(s, l).inputs, plan->parts),
                            price_update);
    return sum;
}

static double price_split(const situation *s, size_t N) {
    size_t tiles = N / s->plan->tile_rows, rest = N % s->plan->tile_rows;
    double sum = REGION + (double)tiles * price_split_tile(s, s->plan->tile_rows);
    return rest ? sum + price_split_tile(s, rest) : sum;
}

/* Padded weights are copied for each call, and their updates back. */
static double price_padding(const situation *s) {
    double sum = 0.0;
    for (size_t l = 0; s->plan->padding > 1 && l < s->model->n_layers; l++) {
        nn_layer layer = get_layer(s, l);
        double rows = (double)layer.inputs, weights = rows * (double)layer.outputs;
        sum += 2.0 * (COPY * weights + 6.0 * rows);
    }
    return sum;
}

/* Inputs that come from memory: a product that wants the examples side by side reads across them.
 */
static double price_turned_inputs(const situation *s, size_t N) {
    const double CACHED_BYTES = 16e6, TURNED_ROW = 5.0;
    nn_layer first = get_layer(s, 0);
    bool fits = 8.0 * (double)N * (double)first.inputs <= CACHED_BYTES;
    bool turns = first.transposed && first.inputs > 1;
    return turns && !fits ? TURNED_ROW * (double)N / (double)s->plan->parts : 0.0;
}

double nn_estimate_plan(const nn_plan *plan, const nn_model *model, size_t N, nn_purpose purpose) {
    situation s = {plan, model, purpose, nn_small_product_limit()};
    double ways = plan->way == NN_SPLIT ? price_split(&s, N) : price_rows(&s, N);
    return price_padding(&s) + price_turned_inputs(&s, N) + ways;
}
