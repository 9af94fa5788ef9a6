/* SPDX-License-Identifier: BSD-3-Clause */
#include "engine/r_operator.h"
#include "engine/curvature.h"
#include "engine/tile_buffers.h"
#include "kernels/kernels.h"

#include <string.h>

nn_r_buffers nn_lay_out_r_buffers(nn_arena *arena, const nn_model *model, size_t rows) {
    size_t outputs = model->layers[model->n_layers - 1].outputs;
    return (nn_r_buffers){
        .Y = nn_take_doubles(arena, nn_multiply_sizes(rows, nn_count_labels(model))),
        .curvature = nn_take_doubles(arena, nn_multiply_sizes(rows, outputs)),
        .activations = nn_lay_out_matrices(arena, model, rows),
        .deltas = nn_lay_out_matrices(arena, model, rows),
        .inputs = nn_lay_out_inputs(arena, model, rows),
        .R_in = nn_lay_out_matrices(arena, model, rows),
        .R_out = nn_lay_out_matrices(arena, model, rows),
        .R_deltas = nn_lay_out_matrices(arena, model, rows),
    };
}

/* One call: the tile, and the model along whose direction it is differentiated. */
typedef struct r_pass {
    const nn_model *model, *direction;
    const nn_layout *direction_layouts;
    const nn_tile *tile;
    const nn_r_buffers *b;
} r_pass;

static nn_matrix_view view(const r_pass *r, double *const *list, size_t l) {
    return nn_view_matrix(r->tile, list[l], l);
}

static nn_matrix_view view_input(const r_pass *r, size_t l) {
    return l == 0 ? (nn_matrix_view){(double *)r->tile->X, (int)r->tile->ldx, false} /* only read */
                  : view(r, r->tile->activations, l - 1);
}

static size_t count_elements(const r_pass *r, size_t l) {
    return r->tile->rows * r->model->layers[l].outputs;
}

/* R{H_in} = A V + R{A} W, R{H_out} = R{H_in} f'(H_in), up to R{O_in}. */
static void run_forward(const r_pass *r) {
    size_t rows = r->tile->rows, last = r->model->n_layers - 1;
    for (size_t l = 0; l <= last; l++) {
        nn_matrix_view R_in = view(r, r->b->R_in, l);
        nn_compute_layer_input(r->tile, &r->direction->layers[l], &r->direction_layouts[l],
                               view_input(r, l), R_in);
        if (l > 0)
            nn_add_product_forward(rows, &r->model->layers[l], &r->tile->layouts[l],
                                   view(r, r->b->R_out, l - 1), R_in);
        if (l == last)
            return;
        memcpy(r->b->R_out[l], R_in.data, count_elements(r, l) * sizeof *R_in.data);
        nn_multiply_by_derivative(r->model, r->tile, l, r->b->R_out[l]);
    }
}

/* R{H_error} to R{H_delta}, and H_error to H_delta, of hidden layer l. R{H_in} is overwritten. */
static void compute_hidden_deltas(const r_pass *r, size_t l) {
    double *R_delta = r->b->R_deltas[l], *R_in = r->b->R_in[l], *delta = r->tile->deltas[l];
    nn_multiply_by_derivative(r->model, r->tile, l, R_delta);
    nn_multiply_by_curvature(r->model, r->tile, l, R_in);
    nn_get_kernels()->add_products(count_elements(r, l), delta, R_in, R_delta);
    nn_multiply_by_derivative(r->model, r->tile, l, delta);
}

/* R{H_error} = R{delta} W^T + delta V^T, and H_error = delta W^T. */
static void run_backward(const r_pass *r) {
    size_t rows = r->tile->rows, last = r->model->n_layers - 1;
    nn_compute_output_delta(r->model, r->tile);
    nn_prepare_cost_curvature(r->model, r->tile, r->b->curvature, r->b->R_deltas[last]);
    memcpy(r->b->R_deltas[last], r->b->R_in[last], count_elements(r, last) * sizeof(double));
    nn_multiply_by_cost_curvature(r->model, r->tile, r->b->curvature, r->b->R_deltas[last]);
    for (size_t l = last; l > 0; l--) {
        const nn_layer *layer = &r->model->layers[l];
        nn_matrix_view delta = view(r, r->tile->deltas, l);
        nn_matrix_view R_error = view(r, r->b->R_deltas, l - 1);
        nn_product_error(rows, layer, &r->tile->layouts[l], view(r, r->b->R_deltas, l), R_error);
        nn_add_product_error(rows, &r->direction->layers[l], &r->direction_layouts[l], delta,
                             R_error);
        nn_product_error(rows, layer, &r->tile->layouts[l], delta, view(r, r->tile->deltas, l - 1));
        compute_hidden_deltas(r, l - 1);
    }
}

/* R{update} = A^T R{delta} + R{A}^T delta; of the biases, the sums of R{delta}. */
static void accumulate_updates(const r_pass *r, double alpha, double beta,
                               double *const *R_updates) {
    nn_tile R_tile = *r->tile;
    R_tile.deltas = r->b->R_deltas;
    for (size_t l = 0; l < r->model->n_layers; l++) {
        const nn_layer *layer = &r->model->layers[l];
        nn_accumulate_update(r->model, &R_tile, l, 0, nn_get_fan_in(layer), alpha, beta,
                             R_updates[l]);
        if (l > 0)
            nn_product_update(r->tile->rows, layer, &r->tile->layouts[l], 0, layer->inputs, alpha,
                              view(r, r->b->R_out, l - 1), view(r, r->tile->deltas, l), 1.0,
                              R_updates[l]);
    }
}

void nn_accumulate_r_updates(const nn_model *model, const nn_model *direction,
                             const nn_layout *direction_layouts, const nn_tile *tile,
                             const nn_r_buffers *b, double alpha, double beta,
                             double *const *R_updates) {
    const r_pass r = {model, direction, direction_layouts, tile, b};
    nn_forward_to_cost(model, tile);
    run_forward(&r);
    run_backward(&r);
    accumulate_updates(&r, alpha, beta, R_updates);
}
