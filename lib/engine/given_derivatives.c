/* SPDX-License-Identifier: BSD-3-Clause */
#include "engine/given_derivatives.h"
#include "engine/curvature.h"
#include "engine/tile_buffers.h"
#include "kernels/kernels.h"

#include <string.h>

static bool goes_by_outputs(const nn_model *model) {
    return nn_count_outputs(model) <= nn_count_inputs(model);
}

size_t nn_count_passes(const nn_model *model) {
    return nn_min(nn_count_outputs(model), nn_count_inputs(model));
}

static nn_layer *lay_out_layers_without_biases(nn_arena *arena, const nn_model *model) {
    nn_layer *layers = nn_take(arena, model->n_layers, sizeof *layers);
    for (size_t l = 0; arena->memory && l < model->n_layers; l++) {
        layers[l] = model->layers[l];
        layers[l].has_bias = false;
    }
    return layers;
}

nn_given_buffers nn_lay_out_given_buffers(nn_arena *arena, const nn_model *model, size_t rows) {
    size_t inputs = nn_multiply_sizes(rows, nn_count_inputs(model));
    size_t outputs = nn_multiply_sizes(rows, nn_count_outputs(model));
    return (nn_given_buffers){
        .X = nn_take_doubles(arena, inputs),
        .Y = nn_take_doubles(arena, outputs),
        .weights = nn_take_doubles(arena, outputs),
        .activations = nn_lay_out_matrices(arena, model, rows),
        .deltas = nn_lay_out_matrices(arena, model, rows),
        .inputs = nn_lay_out_inputs(arena, model, rows),
        .terms = nn_lay_out_matrices(arena, model, rows),
        .T_in = nn_lay_out_matrices(arena, model, rows),
        .T_out = nn_lay_out_matrices(arena, model, rows),
        .errors = nn_lay_out_matrices(arena, model, rows),
        .pass_deltas = nn_lay_out_matrices(arena, model, rows),
        .u = nn_take_doubles(arena, inputs),
        .T_layers = lay_out_layers_without_biases(arena, model),
        .D = nn_take_doubles(arena, nn_max(inputs, outputs)),
        .factors = nn_take_doubles(arena, nn_max(inputs, outputs)),
    };
}

/* One tile of a call. */
typedef struct given_tile {
    const nn_model *model;
    const nn_tile *tile;
    const nn_rows *rows;
    size_t first;
    const nn_given_derivatives *given;
    const nn_given_buffers *b;
} given_tile;

static size_t count_elements(const given_tile *g, size_t l) {
    return g->tile->rows * g->model->layers[l].outputs;
}

static nn_matrix_view view(const given_tile *g, double *const *list, size_t l) {
    return nn_view_matrix(g->tile, list[l], l);
}

static nn_matrix_view view_u(const given_tile *g) {
    return (nn_matrix_view){g->b->u, (int)nn_count_inputs(g->model), false};
}

static bool is_softmax(const given_tile *g, size_t l) {
    return g->model->layers[l].activation == NNBLAS_SOFTMAX;
}

/* to := from f' of layer l. */
static void copy_with_derivative(const given_tile *g, size_t l, const double *from, double *to) {
    memcpy(to, from, count_elements(g, l) * sizeof *to);
    if (is_softmax(g, l))
        nn_get_kernels()->softmax_delta(g->tile->rows, nn_count_outputs(g->model),
                                        g->tile->activations[l], to);
    else
        nn_multiply_by_derivative(g->model, g->tile, l, to);
}

/* ---- the two ways of a pass ------------------------------------------------------------------ */

/* The tile of a pass: what T{f} and the deltas are where a tile has f and its deltas. */
static nn_tile view_T(const given_tile *g) {
    return (nn_tile){.rows = g->tile->rows,
                     .layouts = g->tile->layouts,
                     .X = g->b->u,
                     .ldx = nn_count_inputs(g->model),
                     .activations = g->b->T_out,
                     .deltas = g->b->pass_deltas};
}

/* From u to T{O_in}, and to T{O_out} where it is needed. */
static void run_forward(const given_tile *g, bool to_outputs) {
    const nn_tile T = view_T(g);
    size_t last = g->model->n_layers - 1;
    for (size_t l = 0; l <= last; l++) {
        nn_compute_layer_input(&T, &g->b->T_layers[l], &T.layouts[l],
                               l == 0 ? view_u(g) : view(g, g->b->T_out, l - 1),
                               view(g, g->b->T_in, l));
        if (l < last || to_outputs)
            copy_with_derivative(g, l, g->b->T_in[l], g->b->T_out[l]);
    }
}

/* From v, the error of the last layer, to the delta of the first. */
static void run_backward(const given_tile *g) {
    for (size_t l = g->model->n_layers - 1;; l--) {
        copy_with_derivative(g, l, g->b->errors[l], g->b->pass_deltas[l]);
        if (l == 0)
            return;
        nn_product_error(g->tile->rows, &g->model->layers[l], &g->tile->layouts[l],
                         view(g, g->b->pass_deltas, l), view(g, g->b->errors, l - 1));
    }
}

/* ---- errors ---------------------------------------------------------------------------------- */

/* w of each row, count times. */
static void spread_factors(const given_tile *g, size_t count) {
    const nn_rows *rows = g->rows;
    for (size_t e = 0; e < g->tile->rows; e++) {
        double weight = rows->weights
                            ? rows->weight_scale * rows->weights[nn_get_row(rows, g->first + e)]
                            : 1.0;
        for (size_t j = 0; j < count; j++)
            g->b->factors[e * count + j] = g->given->weight * weight;
    }
}

/* Count derivatives of each row from the first of the pass on, stride apart. */
static void gather(const given_tile *g, size_t start, size_t count, size_t stride) {
    for (size_t e = 0; e < g->tile->rows; e++) {
        const double *D = g->given->data + nn_get_row(g->rows, g->first + e) * g->given->ld + start;
        for (size_t j = 0; j < count; j++)
            g->b->D[e * count + j] = D[j * stride];
    }
}

/* Column of a matrix of 0 := 1. */
static void set_unit_vectors(size_t rows, size_t columns, size_t column, double *a) {
    memset(a, 0, rows * columns * sizeof *a);
    for (size_t e = 0; e < rows; e++)
        a[e * columns + column] = 1.0;
}

/* Row k of J by way of v; u becomes that of E. */
static double compare_output(const given_tile *g, size_t k) {
    size_t inputs = nn_count_inputs(g->model), last = g->model->n_layers - 1;
    set_unit_vectors(g->tile->rows, nn_count_outputs(g->model), k, g->b->errors[last]);
    run_backward(g);
    nn_product_error(g->tile->rows, &g->model->layers[0], &g->tile->layouts[0],
                     view(g, g->b->pass_deltas, 0), view_u(g));
    nn_add_product_skip_error(g->tile->rows, &g->model->layers[last], &g->tile->layouts[last],
                              view(g, g->b->pass_deltas, last), view_u(g));
    gather(g, k * inputs, inputs, 1);
    return nn_get_kernels()->identity_squared_error(g->tile->rows * inputs, g->b->u, g->b->D,
                                                    g->b->factors, g->b->u);
}

/* Column i of J by way of u; v becomes that of E. */
static double compare_input(const given_tile *g, size_t i) {
    size_t inputs = nn_count_inputs(g->model), outputs = nn_count_outputs(g->model);
    size_t last = g->model->n_layers - 1;
    set_unit_vectors(g->tile->rows, inputs, i, g->b->u);
    run_forward(g, true);
    gather(g, i, outputs, inputs);
    return nn_get_kernels()->identity_squared_error(g->tile->rows * outputs, g->b->T_out[last],
                                                    g->b->D, g->b->factors, g->b->errors[last]);
}

/* ---- the gradient of a pass ------------------------------------------------------------------ */

/* a := the derivatives by O_in of v J u at softmax outputs, which are sum_k v_k o_k (t_k - m), with
 * T{O_in} = t, m = sum_k o_k t_k. By o_k: (v_k - n) (t_k - m), with n = sum_k o_k v_k, and a number
 * that is the same for all k and so has no effect on outputs that add up to 1. */
static void differentiate_softmax(const given_tile *g, size_t l, double *a) {
    const nn_kernels *kernels = nn_get_kernels();
    size_t columns = g->model->layers[l].outputs;
    for (size_t e = 0; e < g->tile->rows; e++, a += columns) {
        const double *o = g->tile->activations[l] + e * columns;
        const double *v = g->b->errors[l] + e * columns, *t = g->b->T_in[l] + e * columns;
        double m = kernels->sum_products(columns, o, t), n = kernels->sum_products(columns, o, v);
        for (size_t k = 0; k < columns; k++)
            a[k] = (v[k] - n) * (t[k] - m);
        kernels->softmax_delta(1, columns, o, a);
    }
}

/* What the pass adds to S of layer l. Overwrites its error or T{H_in}. */
static void add_term(const given_tile *g, size_t l) {
    const nn_kernels *kernels = nn_get_kernels();
    size_t n = count_elements(g, l);
    double *T_in = g->b->T_in[l], *error = g->b->errors[l], *term = g->b->terms[l];
    if (is_softmax(g, l)) {
        double *a = g->b->T_out[l];
        differentiate_softmax(g, l, a);
        kernels->add(n, a, term);
        return;
    }
    nn_multiply_by_curvature(g->model, g->tile, l, T_in);
    kernels->add_products(n, error, T_in, term);
}

/* T{A}^T delta. */
static void add_update(const given_tile *g, size_t l, double alpha, double *update) {
    const nn_tile T = view_T(g);
    nn_model model = *g->model;
    model.layers = g->b->T_layers;
    nn_accumulate_update(&model, &T, l, 0, nn_get_fan_in(&model.layers[l]), alpha, 1.0, update);
}

static double run_pass(const given_tile *g, size_t pass, double alpha, double *const *updates) {
    bool by_outputs = goes_by_outputs(g->model);
    double sum = by_outputs ? compare_output(g, pass) : compare_input(g, pass);
    if (!updates)
        return sum;
    if (by_outputs)
        run_forward(g, false);
    else
        run_backward(g);
    for (size_t l = 0; l < g->model->n_layers; l++) {
        add_update(g, l, alpha, updates[l]);
        add_term(g, l);
    }
    return sum;
}

/* ---- all passes ------------------------------------------------------------------------------ */

static void clear_terms(const given_tile *g) {
    for (size_t l = 0; l < g->model->n_layers; l++)
        memset(g->b->terms[l], 0, count_elements(g, l) * sizeof(double));
}

/* A^T S, from the last layer to the first. */
static void add_updates_of_S(const given_tile *g, double alpha, double *const *updates) {
    const nn_tile *tile = g->tile;
    for (size_t l = g->model->n_layers - 1;; l--) {
        const nn_layer *layer = &g->model->layers[l];
        nn_get_kernels()->add(count_elements(g, l), g->b->terms[l], tile->deltas[l]);
        nn_accumulate_update(g->model, tile, l, 0, nn_get_fan_in(layer), alpha, 1.0, updates[l]);
        if (l == 0)
            return;
        nn_product_error(tile->rows, layer, &tile->layouts[l], view(g, tile->deltas, l),
                         view(g, tile->deltas, l - 1));
        nn_multiply_by_derivative(g->model, tile, l - 1, tile->deltas[l - 1]);
    }
}

double nn_add_given_derivatives(const nn_model *model, const nn_tile *tile, const nn_rows *rows,
                                size_t first, const nn_given_derivatives *given,
                                const nn_given_buffers *b, double alpha, double *const *updates) {
    const given_tile g = {model, tile, rows, first, given, b};
    double sum = 0.0;
    spread_factors(&g, goes_by_outputs(model) ? nn_count_inputs(model) : nn_count_outputs(model));
    if (updates)
        clear_terms(&g);
    for (size_t pass = 0; pass < nn_count_passes(model); pass++)
        sum += run_pass(&g, pass, alpha, updates);
    if (updates)
        add_updates_of_S(&g, alpha, updates);
    return sum;
}
