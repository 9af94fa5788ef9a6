/* SPDX-License-Identifier: BSD-3-Clause */
#include "engine/jacobians.h"
#include "core/memory.h"
#include "engine/output_jacobian.h"
#include "engine/tile_walk.h"

#include <stdlib.h>

typedef struct jacobian_run {
    const nn_model *model;
    const nn_rows *rows;
    nn_walk walk;
    nn_jacobian_buffers *buffers; /* one a thread */
    double *J;
    size_t ldj;
} jacobian_run;

/* ---- tiles ----------------------------------------------------------------------------------- */

/* Row e of J has the rows of all outputs of one example. The tile's stack has a matrix for each
 * output, whose rows lie that far apart in J. */
static void compute_input_jacobian_tile(void *context, const nn_walk_tile *t) {
    const jacobian_run *r = context;
    nn_jacobian_buffers *b = &r->buffers[t->runner];
    size_t inputs = r->model->layers[0].inputs, width = r->model->layers[0].outputs;
    size_t last = r->model->n_layers - 1, outputs = r->model->layers[last].outputs;
    nn_tile tile = nn_forward_rows(r->model, r->rows, t->first, t->count, b);
    nn_compute_output_deltas(r->model, &tile, NULL, b->deltas);
    for (size_t k = 0; k < outputs; k++) {
        double *J = r->J + (t->first * outputs + k) * inputs;
        const nn_matrix_view J_k = {J, (int)(outputs * inputs), false};
        double *delta = b->deltas[0] + k * t->count * width;
        double *O_delta = b->deltas[last] + k * t->count * outputs;
        nn_product_error(t->count, &r->model->layers[0], &tile.layouts[0],
                         (nn_matrix_view){delta, (int)width, false}, J_k);
        nn_add_product_skip_error(t->count, &r->model->layers[last], &tile.layouts[last],
                                  (nn_matrix_view){O_delta, (int)outputs, false}, J_k);
    }
}

static void compute_jacobian_tile(void *context, const nn_walk_tile *t) {
    const jacobian_run *r = context;
    nn_jacobian_buffers *b = &r->buffers[t->runner];
    size_t outputs = r->model->layers[r->model->n_layers - 1].outputs;
    nn_tile tile = nn_forward_rows(r->model, r->rows, t->first, t->count, b);
    nn_compute_output_deltas(r->model, &tile, NULL, b->deltas);
    nn_write_jacobian(r->model, &tile, b->deltas, r->J + t->first * outputs * r->ldj, r->ldj);
}

/* ---- calls ----------------------------------------------------------------------------------- */

static void close_buffers(jacobian_run *r, size_t count) {
    for (size_t t = 0; t < count; t++)
        nn_jacobian_buffers_close(&r->buffers[t]);
    free(r->buffers);
}

static nnblas_status open_buffers(jacobian_run *r) {
    r->buffers = nn_allocate(r->walk.threads, sizeof *r->buffers);
    if (!r->buffers)
        return NNBLAS_ERROR_MEMORY;
    for (size_t t = 0; t < r->walk.threads; t++)
        if (nn_jacobian_buffers_open(&r->buffers[t], r->model, r->walk.tile_rows)) {
            close_buffers(r, t);
            return NNBLAS_ERROR_MEMORY;
        }
    return NNBLAS_OK;
}

/* written: numbers of the result that belong to a row. */
static nn_row_cost cost_rows(const nn_model *model, double written) {
    size_t outputs = model->layers[model->n_layers - 1].outputs;
    nn_row_cost cost = {.elements = written, .numbers = model->layers[0].inputs, .stack = outputs};
    for (size_t l = 0; l < model->n_layers; l++) {
        const nn_layer *layer = &model->layers[l];
        cost.multiplications += (double)(1 + outputs) * (double)nn_count_weights(layer);
        cost.elements += (double)(1 + outputs) * (double)layer->outputs;
        cost.numbers = nn_add_sizes(cost.numbers, nn_multiply_sizes(1 + outputs, layer->outputs));
    }
    return cost;
}

static nnblas_status run(jacobian_run *r, double written, nn_tile_task *task) {
    const nn_row_cost cost = cost_rows(r->model, written);
    r->walk = nn_choose_walk(r->model, r->rows->N, &cost);
    nnblas_status status = open_buffers(r);
    if (status)
        return status;
    nn_walk_tiles(&r->walk, task, r);
    close_buffers(r, r->walk.threads);
    return NNBLAS_OK;
}

nnblas_status nn_compute_input_jacobian(const nn_model *model, const nn_rows *rows, double *J) {
    jacobian_run r = {.model = model, .rows = rows, .J = J};
    double outputs = (double)model->layers[model->n_layers - 1].outputs;
    return run(&r, outputs * (double)model->layers[0].inputs, compute_input_jacobian_tile);
}

nnblas_status nn_compute_jacobian(const nn_model *model, const nn_rows *rows, double *J,
                                  size_t ldj) {
    jacobian_run r = {.model = model, .rows = rows, .J = J, .ldj = ldj};
    double written = 0.0;
    for (size_t l = 0; l < model->n_layers; l++)
        written += (double)nn_count_parameters(&model->layers[l]);
    written *= (double)model->layers[model->n_layers - 1].outputs;
    return run(&r, written, compute_jacobian_tile);
}
