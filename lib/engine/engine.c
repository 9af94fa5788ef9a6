/* SPDX-License-Identifier: BSD-3-Clause */
#include "engine/engine.h"
#include "blas/blas.h"
#include "core/memory.h"
#include "engine/plan_cost.h"
#include "kernels/kernels.h"
#include "workers/shares.h"
#include "workers/threads.h"
#include "workers/workers.h"

#include <string.h>

/* ---- the problem ----------------------------------------------------------------------------- */

static bool keeps_inputs(const nn_model *model, nn_purpose purpose) {
    bool keeps = false;
    for (size_t l = 0; l < model->n_layers; l++)
        keeps |= nn_is_differentiated_by_input(model->layers[l].activation);
    return keeps && purpose >= NN_GRADIENT;
}

nn_problem nn_make_problem(const nn_model *model, const nn_rows *rows, nn_purpose purpose) {
    bool is_softmax = model->layers[model->n_layers - 1].activation == NNBLAS_SOFTMAX;
    return (nn_problem){
        .sizes = model->sizes,
        .n_layers = model->n_layers,
        .N = rows->N,
        .purpose = purpose,
        .has_bias = model->layers[0].has_bias,
        .has_skip = model->layers[model->n_layers - 1].skips > 0,
        .row_major_outputs = is_softmax,
        .gathers_rows = rows->order != NULL,
        .has_row_weights = rows->weights != NULL,
        .has_cross_entropy = rows->Y != NULL && nn_takes_O_in(model->cost),
        .keeps_inputs = keeps_inputs(model, purpose),
    };
}

/* A call that is running. Tasks only read it. */
typedef struct run {
    nn_engine *engine;
    const nn_call *call;
    double total_weight;   /* the number of rows, or the sum of their scaled weights */
    double alpha;          /* the factor of the products for the updates */
    size_t first, end;     /* the rows that the parts work on now */
    size_t place;          /* of the tile that parts share; as of nn_find_place */
    double cost;           /* once it is known */
    size_t pieces_a_layer; /* how many pieces a layer has when the updates are added up */
    size_t first_layer;    /* of those that are added up now */
} run;

/* ---- tiles ----------------------------------------------------------------------------------- */

static const nn_layer *get_last_layer(const run *r) {
    return &r->call->model->layers[r->call->model->n_layers - 1];
}

static const nn_layout *get_last_layout(const run *r) {
    return &r->engine->layouts[r->call->model->n_layers - 1];
}

/* A tile without Y and weights. Its inputs may still have to be gathered. */
static nn_tile view_tile(const run *r, const nn_buffers *b, size_t place, size_t count) {
    const nn_rows *rows = r->call->rows;
    bool is_scattered = place == NN_SCATTERED;
    return (nn_tile){
        .rows = count,
        .layouts = r->engine->layouts,
        .X = is_scattered ? b->X : rows->X + place * rows->ldx,
        .ldx = is_scattered ? r->call->model->layers[0].inputs : rows->ldx,
        .activations = b->activations,
        .deltas = b->deltas,
        .inputs = b->inputs,
    };
}

/* Parts that share a tile gather all of it or nothing: the updates take its inputs as one matrix.
 */
static size_t find_place(const run *r, size_t first, size_t count) {
    if (r->engine->plan.strategy != NN_SHARED_TILES)
        return nn_find_place(r->call->rows, first, count);
    return r->place == NN_SCATTERED ? NN_SCATTERED : r->place + (first - r->first);
}

/* The same with Y and weights, and everything copied that must be. */
static nn_tile load_tile(const run *r, const nn_buffers *b, size_t first, size_t count) {
    nn_rows rows = *r->call->rows;
    size_t place = find_place(r, first, count), labels = nn_count_labels(r->call->model);
    nn_tile tile = view_tile(r, b, place, count);
    bool transposed = get_last_layout(r)->transposed;
    if (place == NN_SCATTERED) {
        nn_gather_inputs(&rows, first, count, tile.ldx, b->X);
    } else {
        rows.order = NULL;
        first = place;
    }
    if (rows.Y)
        tile.Y = nn_get_labels(&rows, first, count, labels, transposed, b->Y);
    if (rows.weights)
        tile.weights = nn_spread_weights(&rows, first, count, labels, transposed, b->weights);
    return tile;
}

static void predict_tile(const run *r, nn_buffers *b, size_t first, size_t count) {
    size_t last = r->call->model->n_layers - 1, outputs = get_last_layer(r)->outputs;
    bool transposed = get_last_layout(r)->transposed;
    double *own = b->activations[last], *O_out = r->call->O_out + first * r->call->ldo;
    bool is_in_place = nn_lies_as_matrix(outputs, transposed, r->call->ldo);
    if (is_in_place)
        b->activations[last] = O_out;
    nn_tile tile = load_tile(r, b, first, count);
    nn_forward(r->call->model, &tile);
    b->activations[last] = own;
    if (!is_in_place)
        nn_copy_outputs(count, outputs, transposed, own, O_out, r->call->ldo);
}

static void evaluate_tile(const run *r, const nn_buffers *b, nn_part *part, size_t first,
                          size_t count) {
    nn_tile tile = load_tile(r, b, first, count);
    nn_forward_to_cost(r->call->model, &tile);
    part->cost += nn_compute_cost(r->call->model, &tile);
}

/* Adds the updates of a range of the rows of W of layer l. The first rows of a part overwrite what
 * the updates held. */
static void add_updates(const run *r, const nn_part *part, const nn_tile *tile, size_t l,
                        size_t first_row, size_t end_row) {
    nn_accumulate_update(r->call->model, tile, l, first_row, end_row - first_row, r->alpha,
                         part->is_fresh && !r->call->subtracts ? 0.0 : 1.0,
                         part->updates[l] ? part->updates[l] : r->call->updates[l]);
}

/* The rows in the place of these in the next call, which come while the products of this one run.
 */
static void prefetch_next(const run *r, size_t first, size_t count) {
    const nn_rows *rows = r->call->rows;
    size_t next = rows->N + first, end = rows->N + rows->following;
    if (next < end)
        nn_prefetch_rows(rows, next, nn_min(count, end - next), r->call->model->layers[0].inputs,
                         nn_count_labels(r->call->model));
}

/* Where the parts share a tile, its updates have to wait until all parts have their deltas. */
static void compute_gradient_tile(const run *r, const nn_buffers *b, nn_part *part, size_t first,
                                  size_t count) {
    nn_tile tile = load_tile(r, b, first, count);
    prefetch_next(r, first, count);
    nn_forward_to_cost(r->call->model, &tile);
    part->cost += nn_compute_deltas(r->call->model, &tile);
    if (r->engine->plan.strategy == NN_SHARED_TILES)
        return;
    for (size_t l = r->call->model->n_layers; l-- > 0;)
        add_updates(r, part, &tile, l, 0, nn_get_fan_in(&r->call->model->layers[l]));
    part->is_fresh = false;
}

static void compute_tile(const run *r, nn_buffers *b, nn_part *part, size_t first, size_t count) {
    if (r->call->O_out)
        predict_tile(r, b, first, count);
    else if (r->call->updates)
        compute_gradient_tile(r, b, part, first, count);
    else
        evaluate_tile(r, b, part, first, count);
}

/* ---- the walk over the rows ------------------------------------------------------------------ */

/* Part p's share of the rows, tile by tile. */
static void run_part(void *context, size_t p, size_t runner) {
    const run *r = context;
    const nn_plan *plan = &r->engine->plan;
    bool shares_tile = plan->strategy == NN_SHARED_TILES;
    size_t step = nn_get_part_rows(plan);
    size_t part_rows =
        r->call->part_rows > 0 ? r->call->part_rows : nn_divide_up(r->call->rows->N, plan->parts);
    size_t share = shares_tile ? step : part_rows;
    size_t begin = nn_min(r->end, r->first + p * share), end = nn_min(r->end, begin + share);
    nn_buffers *b = &r->engine->buffers[shares_tile ? p : runner];
    for (size_t first = begin; first < end; first += step)
        compute_tile(r, b, &r->engine->parts[p], first, nn_min(step, end - first));
}

/* The updates of a tile that the parts share: a range of the rows of W of one layer. */
static void run_update_piece(void *context, size_t piece, size_t runner) {
    (void)runner;
    const run *r = context;
    size_t pieces = r->engine->plan.parts, l = piece / pieces, p = piece % pieces;
    const nn_buffers *b = &r->engine->buffers[0]; /* the matrices of the parts are contiguous */
    nn_tile tile = view_tile(r, b, r->place, r->end - r->first);
    size_t fan_in = nn_get_fan_in(&r->call->model->layers[l]);
    add_updates(r, &r->engine->parts[0], &tile, l, nn_get_share(fan_in, pieces, p),
                nn_get_share(fan_in, pieces, p + 1));
}

/* ---- the sum of the parts' updates ----------------------------------------------------------- */

static void add_rows(size_t rows, size_t columns, const double *from, size_t ld, double *sums) {
    bool is_contiguous = ld == columns;
    size_t steps = is_contiguous ? 1 : rows, count = is_contiguous ? rows * columns : columns;
    for (size_t i = 0; i < steps; i++)
        nn_get_kernels()->add(count, from + i * ld, sums + i * count);
}

/* Adds up the updates of all parts, in the order of the parts and without padding, for the rows
 * first .. end of one layer. The biases are the last row. */
static void sum_rows(const run *r, size_t l, size_t first, size_t end) {
    const nn_part *parts = r->engine->parts;
    size_t columns = r->call->model->layers[l].outputs;
    size_t ld = r->engine->layouts[l].padded_outputs;
    double *sums = r->call->updates[l] + first * columns;
    if (parts[0].updates[l])
        nn_copy_rows(end - first, columns, parts[0].updates[l] + first * ld, ld, sums, columns);
    for (size_t i = 1; i < r->engine->plan.parts; i++)
        if (parts[i].updates[l] && !parts[i].is_fresh)
            add_rows(end - first, columns, parts[i].updates[l] + first * ld, ld, sums);
}

/* The same where the updates of the parts are transposed, without biases. */
static void sum_columns(const run *r, size_t l, size_t first, size_t end) {
    const nn_part *parts = r->engine->parts;
    const nn_layer *layer = &r->call->model->layers[l];
    size_t ld = nn_get_fan_in(layer), outputs = layer->outputs;
    double *sums = parts[0].updates[l] + first;
    for (size_t i = 1; i < r->engine->plan.parts; i++)
        for (size_t k = 0; k < outputs && !parts[i].is_fresh && parts[i].updates[l]; k++)
            nn_get_kernels()->add(end - first, parts[i].updates[l] + first + k * ld, sums + k * ld);
    nn_transpose(outputs, end - first, sums, ld, r->call->updates[l] + first * outputs, outputs);
}

static void sum_piece(void *context, size_t piece, size_t runner) {
    (void)runner;
    const run *r = context;
    size_t pieces = r->pieces_a_layer, l = r->first_layer + piece / pieces, p = piece % pieces;
    const nn_layer *layer = &r->call->model->layers[l];
    size_t fan_in = nn_get_fan_in(layer), rows = fan_in + layer->has_bias;
    size_t first = nn_get_share(rows, pieces, p), end = nn_get_share(rows, pieces, p + 1);
    if (r->engine->layouts[l].transposed_update && first < fan_in) {
        size_t end_weights = nn_min(end, fan_in);
        sum_columns(r, l, first, end_weights);
        first = end_weights;
    }
    sum_rows(r, l, first, end);
}

/* The first part adds to the matrices of the call, and needs none of its own. */
static bool adds_to_updates(const nn_plan *plan) {
    return plan->padding == 1 && plan->transposed_updates == 0;
}

/* Adds up the updates of layers first .. end. */
static void sum_layers(run *r, size_t first, size_t end, size_t threads) {
    r->first_layer = first;
    nn_run_parts(nn_min(threads, r->engine->threads), r->pieces_a_layer * (end - first), sum_piece,
                 r);
    if (r->call->finish_layer)
        r->call->finish_layer(r->call->context, first, r->cost);
}

/* In pieces small enough that the sum of one stays in a core's cache; layer by layer where somebody
 * waits for them, else all at once. */
static void sum_updates(run *r) {
    enum { PIECE = 8192 };
    const nn_plan *plan = &r->engine->plan;
    const nn_model *model = r->call->model;
    size_t largest = 0, parameters = 0, layers = model->n_layers;
    bool is_summed = plan->parts == 1 && adds_to_updates(plan);
    if (is_summed && !r->call->finish_layer)
        return;
    for (size_t l = 0; l < layers; l++) {
        size_t count = nn_count_parameters(&model->layers[l]);
        largest = nn_max(largest, count);
        parameters += count;
    }
    r->pieces_a_layer = is_summed ? 0 : nn_divide_up(largest, PIECE);
    size_t threads = nn_count_worthy_threads(nn_estimate_sum(plan, parameters), SIZE_MAX);
    size_t step = r->call->finish_layer ? 1 : layers;
    for (size_t end = layers; end > 0; end -= step)
        sum_layers(r, end - step, end, threads);
}

/* ---- single parts ---------------------------------------------------------------------------- */

/* The updates that a part of an engine adds to a layer; *ld, and whether they are transposed. */
static const double *get_part_update(const nn_engine *engine, const nn_layer *layer, size_t p,
                                     size_t l, size_t *ld) {
    const double *own = engine->parts[p].updates[l];
    *ld = own ? engine->layouts[l].padded_outputs : layer->outputs;
    return own ? own : engine->updates[l];
}

static void add_weights(const nn_layer *layer, const double *update, bool is_first, double *sums) {
    size_t fan_in = nn_get_fan_in(layer), outputs = layer->outputs;
    for (size_t i = 0; i < fan_in; i++)
        for (size_t k = 0; k < outputs; k++)
            sums[i * outputs + k] =
                is_first ? update[k * fan_in + i] : sums[i * outputs + k] + update[k * fan_in + i];
}

double nn_engine_add_part(const nn_engine *engine, const nn_model *model, size_t p, bool is_first,
                          double *sums) {
    for (size_t l = 0; l < model->n_layers; l++) {
        const nn_layer *layer = &model->layers[l];
        size_t ld, rows = nn_get_fan_in(layer) + layer->has_bias, first = 0;
        const double *update = get_part_update(engine, layer, p, l, &ld);
        if (engine->layouts[l].transposed_update) {
            first = nn_get_fan_in(layer);
            add_weights(layer, update, is_first, sums);
        }
        double *rest = sums + first * layer->outputs;
        if (is_first)
            nn_copy_rows(rows - first, layer->outputs, update + first * ld, ld, rest,
                         layer->outputs);
        else
            add_rows(rows - first, layer->outputs, update + first * ld, ld, rest);
        sums += nn_count_parameters(layer);
    }
    return engine->parts[p].cost;
}

/* ---- a run ----------------------------------------------------------------------------------- */

static void copy_weights(const nn_layer *layer, const nn_layout *layout) {
    size_t outputs = layer->outputs, ld = layout->padded_outputs;
    size_t others = layer->skips + layer->has_bias; /* rows behind those of the inputs */
    memset(layout->copy, 0, (layout->padded_inputs + others) * ld * sizeof(double));
    nn_copy_rows(layer->inputs, outputs, layer->W, outputs, layout->copy, ld);
    nn_copy_rows(others, outputs, layer->W + layer->inputs * outputs, outputs,
                 layout->copy + layout->padded_inputs * ld, ld);
}

/* Chooses where the products read W: in the padded or well aligned copy, which has the same
 * numbers, or in place. */
static void place_weights(const nn_layer *layer, nn_layout *layout) {
    bool is_copied = layout->copy && (layout->is_padded || (uintptr_t)layer->W % NN_ALIGNMENT != 0);
    if (is_copied)
        copy_weights(layer, layout);
    layout->W = is_copied ? layout->copy : layer->W;
}

static bool holds_blas(const nn_engine *engine) {
    return engine->plan.holds_blas || engine->threads > 1;
}

static run begin_run(nn_engine *engine, const nn_call *call) {
    for (size_t l = 0; l < call->model->n_layers; l++)
        place_weights(&call->model->layers[l], &engine->layouts[l]);
    for (size_t p = 0; p < engine->plan.parts; p++) {
        engine->parts[p].cost = 0.0;
        engine->parts[p].is_fresh = true;
    }
    if (holds_blas(engine))
        nn_blas_hold();
    double total_weight = nn_get_total_weight(call->rows);
    return (run){.engine = engine,
                 .call = call,
                 .total_weight = total_weight,
                 .alpha = (call->subtracts ? -call->learning_rate : 1.0) / total_weight};
}

static double end_run(run *r) {
    if (holds_blas(r->engine))
        nn_blas_release();
    double cost = 0.0;
    for (size_t p = 0; p < r->engine->plan.parts; p++)
        cost += r->engine->parts[p].cost;
    r->cost = nn_average_cost(r->call->model, cost, r->total_weight);
    if (r->call->updates && !r->call->keeps_parts)
        sum_updates(r);
    return r->cost;
}

double nn_engine_run(nn_engine *engine, const nn_call *call) {
    const nn_plan *plan = &engine->plan;
    bool shares_tiles = plan->strategy == NN_SHARED_TILES;
    size_t N = call->rows->N, step = shares_tiles ? plan->tile_rows : N;
    run r = begin_run(engine, call);
    for (; r.first < N; r.first = r.end) {
        r.end = nn_min(N, r.first + step);
        r.place = shares_tiles ? nn_find_place(call->rows, r.first, r.end - r.first) : NN_SCATTERED;
        nn_run_parts(engine->threads, plan->parts, run_part, &r);
        if (!shares_tiles || !call->updates)
            continue;
        nn_run_parts(engine->threads, plan->parts * call->model->n_layers, run_update_piece, &r);
        engine->parts[0].is_fresh = false;
    }
    return end_run(&r);
}

/* ---- steps ----------------------------------------------------------------------------------- */

/* Of one layer. */
typedef struct descent {
    double learning_rate;
    const double *update;
    double *W;
} descent;

static void descend_share(void *context, size_t begin, size_t end) {
    const descent *d = context;
    nn_get_kernels()->descend(end - begin, d->learning_rate, d->update + begin, d->W + begin);
}

void nn_descend(const nn_model *model, size_t threads, double learning_rate, double *const *updates,
                double *const *W) {
    for (size_t l = 0; l < model->n_layers; l++)
        nn_run_shares(threads, nn_count_parameters(&model->layers[l]), NN_DESCENT_NANOSECONDS,
                      descend_share, &(descent){learning_rate, updates[l], W[l]});
}

/* Whether each update of a step is one product, which can then subtract it from W itself. */
static bool updates_at_once(const nn_plan *plan, size_t N) {
    return plan->tile_rows >= N && adds_to_updates(plan) &&
           (plan->strategy == NN_SHARED_TILES || plan->parts == 1);
}

double nn_engine_descend(nn_engine *engine, const nn_model *model, const nn_rows *rows,
                         double learning_rate, double *const *W) {
    bool at_once = updates_at_once(&engine->plan, rows->N);
    const nn_call call = {.model = model,
                          .rows = rows,
                          .updates = at_once ? W : engine->updates,
                          .subtracts = at_once,
                          .learning_rate = learning_rate};
    double cost = nn_engine_run(engine, &call);
    if (!at_once)
        nn_descend(model, engine->threads, learning_rate, engine->updates, W);
    return cost;
}
