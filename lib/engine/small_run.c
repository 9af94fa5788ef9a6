/* SPDX-License-Identifier: BSD-3-Clause */
#include "engine/small_run.h"
#include "blas/blas.h"
#include "core/sizes.h"

enum { MOST_ROWS = 64, MOST_MULTIPLICATIONS = 1 << 16 };

/* The one tile of a call. */
typedef struct small_run {
    nn_tile tile;
    nn_layout layouts[NN_MOST_SMALL_LAYERS];
    double *activations[NN_MOST_SMALL_LAYERS], *deltas[NN_MOST_SMALL_LAYERS];
    double *inputs[NN_MOST_SMALL_LAYERS];
    double *next; /* of the memory */
    size_t left;
    bool is_sequential; /* BLAS needs no hold */
} small_run;

/* Null where the memory is too small. */
static double *take(small_run *s, size_t rows, size_t columns) {
    size_t count = nn_multiply_sizes(rows, columns);
    if (count > s->left)
        return NULL;
    double *taken = s->next;
    s->next += count;
    s->left -= count;
    return taken;
}

static bool lay_out_layers(small_run *s, const nn_call *call) {
    const nn_model *model = call->model;
    size_t N = call->rows->N, multiplications = 0;
    for (size_t l = 0; l < model->n_layers; l++) {
        const nn_layer *layer = &model->layers[l];
        size_t of_layer = nn_multiply_sizes(N, nn_count_weights(layer));
        multiplications = nn_add_sizes(multiplications, of_layer);
        s->is_sequential &= nn_blas_is_sequential(N, nn_get_fan_in(layer), layer->outputs);
        nn_lay_out_plainly(layer, &s->layouts[l]);
        s->activations[l] = take(s, N, layer->outputs);
        if (!s->activations[l])
            return false;
        if (!call->updates)
            continue;
        s->deltas[l] = take(s, N, layer->outputs);
        bool keeps = nn_is_differentiated_by_input(layer->activation);
        s->inputs[l] = keeps ? take(s, N, layer->outputs) : NULL;
        if (!s->deltas[l] || (keeps && !s->inputs[l]))
            return false;
    }
    return N == 1 || multiplications <= MOST_MULTIPLICATIONS;
}

/* The labels, side by side. */
static bool lay_out_labels(small_run *s, const nn_rows *rows, size_t labels) {
    double *copy = rows->Y && rows->ldy != labels ? take(s, rows->N, labels) : NULL;
    if (rows->Y && rows->ldy != labels && !copy)
        return false;
    s->tile.Y = rows->Y ? nn_get_labels(rows, 0, rows->N, labels, false, copy) : NULL;
    return true;
}

static bool lay_out(small_run *s, const nn_call *call, double *memory, size_t count) {
    const nn_rows *rows = call->rows;
    size_t last = call->model->n_layers - 1;
    if (rows->N > MOST_ROWS || last >= NN_MOST_SMALL_LAYERS || rows->order || rows->weights)
        return false;
    s->next = memory;
    s->left = count;
    s->is_sequential = true;
    s->tile = (nn_tile){.rows = rows->N,
                        .layouts = s->layouts,
                        .X = rows->X,
                        .ldx = rows->ldx,
                        .activations = s->activations,
                        .deltas = s->deltas,
                        .inputs = call->updates ? s->inputs : NULL};
    return lay_out_layers(s, call) && lay_out_labels(s, rows, nn_count_labels(call->model));
}

static void predict(small_run *s, const nn_call *call) {
    size_t last = call->model->n_layers - 1, outputs = call->model->layers[last].outputs;
    double *own = s->activations[last];
    if (call->ldo == outputs)
        s->activations[last] = call->O_out;
    nn_forward(call->model, &s->tile);
    if (call->ldo != outputs)
        nn_copy_rows(s->tile.rows, outputs, own, outputs, call->O_out, call->ldo);
}

static double compute_gradient(const small_run *s, const nn_call *call) {
    double alpha = 1.0 / (double)s->tile.rows, cost = nn_compute_deltas(call->model, &s->tile);
    for (size_t l = call->model->n_layers; l-- > 0;)
        nn_accumulate_update(call->model, &s->tile, l, 0, nn_get_fan_in(&call->model->layers[l]),
                             alpha, 0.0, call->updates[l]);
    return cost;
}

static double compute_cost(const small_run *s, const nn_call *call) {
    nn_forward_to_cost(call->model, &s->tile);
    double cost =
        call->updates ? compute_gradient(s, call) : nn_compute_cost(call->model, &s->tile);
    return nn_average_cost(call->model, cost, (double)s->tile.rows);
}

bool nn_run_small(const nn_call *call, double *memory, size_t count, double *cost) {
    small_run s;
    if (!lay_out(&s, call, memory, count))
        return false;
    if (!s.is_sequential)
        nn_blas_hold();
    double computed = 0.0;
    if (call->O_out)
        predict(&s, call);
    else
        computed = compute_cost(&s, call);
    if (!s.is_sequential)
        nn_blas_release();
    if (cost)
        *cost = computed;
    return true;
}
