/* SPDX-License-Identifier: BSD-3-Clause */
#include "engine/engine.h"
#include "blas/blas.h"
#include "core/memory.h"
#include "core/sizes.h"
#include "kernels/kernels.h"
#include "workers/threads.h"
#include "workers/workers.h"

#include <string.h>

/* ---- tiles ----------------------------------------------------------------------------------- */

/* What the parts of one call share. */
typedef struct job {
    nn_engine *engine;
    nn_model model; /* as planned */
    const nn_rows *rows;
    double *O_out; /* predictions */
    size_t ldo;
    double *const *updates; /* gradients, contiguous and not padded */
    double total_weight;    /* of the rows: N, if they have none of their own */
    double alpha;           /* updates := alpha times the sums over the rows, */
    bool adds;              /* added to what updates held */
} job;

typedef void tile_function(const job *j, nn_part *part, size_t first, size_t count);

static void copy_rows(size_t rows, size_t columns, const double *from, size_t ld_from, double *to,
                      size_t ld_to) {
    for (size_t i = 0; i < rows; i++)
        memcpy(to + i * ld_to, from + i * ld_from, columns * sizeof(double));
}

static void transpose(size_t rows, size_t columns, const double *from, size_t ld_from, double *to,
                      size_t ld_to) {
    for (size_t j = 0; j < columns; j++)
        for (size_t i = 0; i < rows; i++)
            to[j * ld_to + i] = from[i * ld_from + j];
}

/* The caller's matrix can serve as the last layer's panel: a single column is its own transpose. */
static bool lies_as_panel(const nn_layer *last, size_t ld) {
    return ld == last->outputs && (!last->transposed || last->outputs == 1);
}

/* The rows of a tile one behind the other. */
static void gather_rows(const uint32_t *order, size_t count, size_t columns, const double *from,
                        size_t ld, double *to) {
    for (size_t i = 0; i < count; i++)
        memcpy(to + i * columns, from + order[i] * ld, columns * sizeof(double));
}

/* Labels are few beside the inputs, so the layout of the panel may scatter them. */
static void gather_labels(const nn_layer *last, const nn_rows *rows, size_t first, size_t count,
                          double *Y) {
    size_t unit = last->transposed ? count : 1, row = last->transposed ? 1 : last->outputs;
    for (size_t e = 0; e < count; e++) {
        const double *labels = rows->Y + rows->order[first + e] * rows->ldy;
        for (size_t k = 0; k < last->outputs; k++)
            Y[e * row + k * unit] = labels[k];
    }
}

static const double *get_labels(const nn_layer *last, const nn_rows *rows, size_t first,
                                size_t count, double *Y) {
    if (rows->order) {
        gather_labels(last, rows, first, count, Y);
        return Y;
    }
    const double *given = rows->Y + first * rows->ldy;
    if (lies_as_panel(last, rows->ldy))
        return given;
    if (last->transposed)
        transpose(count, last->outputs, given, rows->ldy, Y, count);
    else
        copy_rows(count, last->outputs, given, rows->ldy, Y, last->outputs);
    return Y;
}

/* Where the inputs of a tile lie, or will when they are gathered. */
static nn_tile get_inputs(const job *j, const nn_part *part, size_t first, size_t count) {
    const nn_rows *rows = j->rows;
    return (nn_tile){
        .rows = count,
        .X = rows->order ? part->X : rows->X + first * rows->ldx,
        .ldx = rows->order ? j->model.layers[0].inputs : rows->ldx,
        .activations = part->activations,
        .deltas = part->deltas,
    };
}

static const double *get_weights(const nn_rows *rows, size_t first, size_t count, double *weights) {
    if (!rows->weights || !rows->order)
        return rows->weights ? rows->weights + first : NULL;
    gather_rows(rows->order + first, count, 1, rows->weights, 1, weights);
    return weights;
}

static nn_tile get_tile(const job *j, const nn_part *part, size_t first, size_t count) {
    const nn_rows *rows = j->rows;
    const nn_layer *last = &j->model.layers[j->model.n_layers - 1];
    nn_tile tile = get_inputs(j, part, first, count);
    if (rows->order)
        gather_rows(rows->order + first, count, tile.ldx, rows->X, rows->ldx, part->X);
    if (rows->Y)
        tile.Y = get_labels(last, rows, first, count, part->Y);
    tile.weights = get_weights(rows, first, count, part->weights);
    tile.weight_scale = rows->weight_scale;
    return tile;
}

static void predict_tile(const job *j, nn_part *part, size_t first, size_t count) {
    size_t l = j->model.n_layers - 1;
    const nn_layer *last = &j->model.layers[l];
    double *own = part->activations[l], *O_out = j->O_out + first * j->ldo;
    bool in_place = lies_as_panel(last, j->ldo);
    if (in_place)
        part->activations[l] = O_out;
    nn_tile tile = get_tile(j, part, first, count);
    nn_forward(&j->model, &tile);
    part->activations[l] = own;
    if (in_place)
        return;
    if (last->transposed)
        transpose(last->outputs, count, own, count, O_out, j->ldo);
    else
        copy_rows(count, last->outputs, own, last->outputs, O_out, j->ldo);
}

static void evaluate_tile(const job *j, nn_part *part, size_t first, size_t count) {
    nn_tile tile = get_tile(j, part, first, count);
    nn_forward(&j->model, &tile);
    part->cost += nn_compute_cost(&j->model, &tile);
}

static void compute_tile_deltas(const job *j, nn_part *part, size_t first, size_t count) {
    nn_tile tile = get_tile(j, part, first, count);
    nn_forward(&j->model, &tile);
    part->cost += nn_compute_deltas(&j->model, &tile);
}

/* A range of the inputs of layer l; the part's first rows overwrite what the updates held. */
static void add_updates(const job *j, const nn_part *part, size_t first, size_t count, size_t l,
                        size_t first_input, size_t inputs) {
    nn_tile tile = get_inputs(j, part, first, count);
    nn_accumulate_update(&j->model, &tile, l, first_input, inputs, j->alpha,
                         part->is_fresh && !j->adds ? 0.0 : 1.0,
                         part->updates[l] ? part->updates[l] : j->updates[l]);
}

static void add_gradient_tile(const job *j, nn_part *part, size_t first, size_t count) {
    compute_tile_deltas(j, part, first, count);
    for (size_t l = j->model.n_layers; l-- > 0;)
        add_updates(j, part, first, count, l, 0, j->model.layers[l].inputs);
    part->is_fresh = false;
}

/* ---- walks over the tiles -------------------------------------------------------------------- */

/* Each part has rows of its own. */
typedef struct walk {
    const job *job;
    tile_function *function;
} walk;

static void walk_part(void *context, size_t p) {
    const walk *w = context;
    const job *j = w->job;
    const nn_plan *plan = &j->engine->plan;
    size_t end = nn_get_share(j->rows->N, plan->parts, p + 1), step = nn_get_part_rows(plan);
    for (size_t first = nn_get_share(j->rows->N, plan->parts, p); first < end; first += step)
        w->function(j, &j->engine->parts[p], first, nn_min(step, end - first));
}

static void walk_rows(const job *j, tile_function *function) {
    walk w = {j, function};
    nn_run_parts(j->engine->plan.parts, j->engine->plan.parts, walk_part, &w);
}

/* The parts share a tile: rows of it up to the deltas, and when they are all done, inputs of the
 * updates. */
typedef struct shared_tile {
    const job *job;
    size_t first, count;
} shared_tile;

static void compute_shared_deltas(void *context, size_t p) {
    const shared_tile *t = context;
    nn_engine *engine = t->job->engine;
    size_t part_rows = nn_get_part_rows(&engine->plan), begin = p * part_rows;
    if (begin < t->count)
        compute_tile_deltas(t->job, &engine->parts[p], t->first + begin,
                            nn_min(part_rows, t->count - begin));
}

static void add_shared_updates(void *context, size_t piece) {
    const shared_tile *t = context;
    const nn_engine *engine = t->job->engine;
    size_t parts = engine->plan.parts, l = piece / parts, p = piece % parts;
    size_t inputs = t->job->model.layers[l].inputs, begin = nn_get_share(inputs, parts, p);
    add_updates(t->job, &engine->parts[0], t->first, t->count, l, begin,
                nn_get_share(inputs, parts, p + 1) - begin);
}

static void walk_split_gradient(const job *j) {
    const nn_plan *plan = &j->engine->plan;
    for (size_t first = 0; first < j->rows->N; first += plan->tile_rows) {
        shared_tile t = {j, first, nn_min(plan->tile_rows, j->rows->N - first)};
        nn_run_parts(plan->parts, plan->parts, compute_shared_deltas, &t);
        nn_run_parts(plan->parts, plan->parts * j->model.n_layers, add_shared_updates, &t);
        j->engine->parts[0].is_fresh = false;
    }
}

/* Rows first .. end of a layer's updates, the biases last: the parts' own, in their order, and
 * without padding. */
static void gather_update(const job *j, const nn_model *given, size_t l, size_t first, size_t end) {
    const nn_engine *engine = j->engine;
    size_t outputs = given->layers[l].outputs, ld = j->model.layers[l].outputs;
    size_t padding = j->model.layers[l].inputs - given->layers[l].inputs;
    const nn_kernels *kernels = nn_get_kernels();
    for (size_t i = first; i < end; i++) {
        double *row = j->updates[l] + i * outputs;
        size_t planned = (i < given->layers[l].inputs ? i : i + padding) * ld;
        if (engine->parts[0].updates[l])
            memcpy(row, engine->parts[0].updates[l] + planned, outputs * sizeof(double));
        for (size_t p = 1; p < engine->plan.parts && engine->plan.way == NN_ROWS; p++)
            if (!engine->parts[p].is_fresh)
                kernels->add(outputs, engine->parts[p].updates[l] + planned, row);
    }
}

/* A layer's updates, cut into pieces. */
typedef struct gathering {
    const job *job;
    const nn_model *given;
    size_t layer, rows, pieces;
} gathering;

static void gather_piece(void *context, size_t piece) {
    const gathering *g = context;
    gather_update(g->job, g->given, g->layer, nn_get_share(g->rows, g->pieces, piece),
                  nn_get_share(g->rows, g->pieces, piece + 1));
}

static void gather_updates(const job *j, const nn_model *given) {
    const nn_engine *engine = j->engine;
    for (size_t l = 0; l < given->n_layers; l++) {
        if (!engine->parts[0].updates[l] &&
            (engine->plan.parts == 1 || engine->plan.way != NN_ROWS))
            continue;
        gathering g = {.job = j, .given = given, .layer = l};
        g.rows = given->layers[l].inputs + given->layers[l].has_bias;
        g.pieces = nn_count_parameters(&given->layers[l]) > 16384 ? engine->plan.parts : 1;
        nn_run_parts(g.pieces, g.pieces, gather_piece, &g);
    }
}

/* ---- the problem --------------------------------------------------------------------------- */

nn_problem nn_make_problem(const nn_model *model, const nn_rows *rows, nn_purpose purpose) {
    bool is_softmax = model->layers[model->n_layers - 1].activation == NNBLAS_SOFTMAX;
    return (nn_problem){
        .sizes = model->sizes,
        .n_layers = model->n_layers,
        .N = rows->N,
        .threads = nn_count_threads(),
        .purpose = purpose,
        .has_bias = model->layers[0].has_bias,
        .row_major_outputs = is_softmax || rows->weights,
        .gathers_rows = rows->order != NULL,
    };
}

/* ---- calls ----------------------------------------------------------------------------------- */

static void copy_weights(const nn_layer *given, const nn_layer *planned, double *W) {
    memset(W, 0, nn_count_parameters(planned) * sizeof(double));
    copy_rows(given->inputs, given->outputs, given->W, given->outputs, W, planned->outputs);
    copy_rows(given->has_bias, given->outputs, given->W + given->inputs * given->outputs,
              given->outputs, W + planned->inputs * planned->outputs, planned->outputs);
}

static void place_weights(const nn_layer *given, const nn_copy *copy, nn_layer *planned) {
    bool is_misaligned = (uintptr_t)given->W % NN_ALIGNMENT != 0;
    planned->has_bias = given->has_bias;
    planned->activation = given->activation;
    planned->W = given->W;
    if (copy->is_required || (copy->W && is_misaligned)) {
        copy_weights(given, planned, copy->W);
        planned->W = copy->W;
    }
}

static job begin_job(nn_engine *engine, const nn_model *model, const nn_rows *rows) {
    for (size_t l = 0; l < model->n_layers; l++)
        place_weights(&model->layers[l], &engine->copies[l], &engine->layers[l]);
    for (size_t p = 0; p < engine->plan.parts; p++) {
        engine->parts[p].cost = 0.0;
        engine->parts[p].is_fresh = true;
    }
    if (engine->plan.holds_blas)
        nn_blas_hold();
    return (job){
        .engine = engine,
        .model = {engine->layers, model->sizes, model->n_layers, model->cost},
        .rows = rows,
        .total_weight = rows->weights ? rows->total_weight : (double)rows->N,
    };
}

/* Returns the cost of the calls that have one. */
static double end_job(const job *j) {
    if (j->engine->plan.holds_blas)
        nn_blas_release();
    double cost = 0.0;
    for (size_t p = 0; p < j->engine->plan.parts; p++)
        cost += j->engine->parts[p].cost;
    return cost / ((j->model.cost == NNBLAS_MSE ? 2.0 : 1.0) * j->total_weight);
}

void nn_engine_predict(nn_engine *engine, const nn_model *model, const nn_rows *rows, double *O_out,
                       size_t ldo) {
    job j = begin_job(engine, model, rows);
    j.O_out = O_out;
    j.ldo = ldo;
    walk_rows(&j, predict_tile);
    end_job(&j);
}

enum { MOST_ROW_LAYERS = 16 };

/* A product that BLAS runs in the thread that calls it, so that it need not be held. */
static bool stays_in_thread(const nn_layer *layer) {
    return layer->inputs * layer->outputs <= NN_BLAS_SEQUENTIAL;
}

bool nn_predict_row(const nn_model *model, const double *x, double *o_out, nn_scratch *scratch) {
    double *activations[MOST_ROW_LAYERS], *next = (double *)scratch->bytes;
    size_t left = sizeof scratch->bytes / sizeof *next;
    if (model->n_layers > MOST_ROW_LAYERS)
        return false;
    for (size_t l = 0; l < model->n_layers; l++) {
        const nn_layer *layer = &model->layers[l];
        if (layer->outputs > left || !stays_in_thread(layer))
            return false;
        activations[l] = next;
        next += layer->outputs;
        left -= layer->outputs;
    }
    activations[model->n_layers - 1] = o_out;
    nn_tile tile = {.rows = 1, .X = x, .ldx = model->layers[0].inputs, .activations = activations};
    nn_forward(model, &tile);
    return true;
}

double nn_engine_evaluate(nn_engine *engine, const nn_model *model, const nn_rows *rows) {
    job j = begin_job(engine, model, rows);
    walk_rows(&j, evaluate_tile);
    return end_job(&j);
}

static double run_gradient(job *j, const nn_model *given) {
    if (j->engine->plan.way == NN_SPLIT)
        walk_split_gradient(j);
    else
        walk_rows(j, add_gradient_tile);
    gather_updates(j, given);
    return end_job(j);
}

double nn_engine_gradient(nn_engine *engine, const nn_model *model, const nn_rows *rows,
                          double *const *updates) {
    job j = begin_job(engine, model, rows);
    j.updates = updates;
    j.alpha = 1.0 / j.total_weight;
    return run_gradient(&j, model);
}

static bool updates_at_once(const nn_engine *engine, size_t N) {
    const nn_plan *plan = &engine->plan;
    return plan->tile_rows >= N && plan->padding == 1 &&
           (plan->way == NN_SPLIT || plan->parts == 1);
}

double nn_engine_descend(nn_engine *engine, const nn_model *model, const nn_rows *rows,
                         double learning_rate, double *const *W) {
    if (updates_at_once(engine, rows->N)) {
        job j = begin_job(engine, model, rows);
        j.updates = W;
        j.alpha = -learning_rate / j.total_weight;
        j.adds = true;
        return run_gradient(&j, model);
    }
    double mse = nn_engine_gradient(engine, model, rows, engine->updates);
    nn_engine_update(engine, model, learning_rate, W);
    return mse;
}

void nn_engine_update(const nn_engine *engine, const nn_model *model, double learning_rate,
                      double *const *W) {
    for (size_t l = 0; l < model->n_layers; l++)
        nn_get_kernels()->update(nn_count_parameters(&model->layers[l]), learning_rate,
                                 engine->updates[l], W[l]);
}
