/* SPDX-License-Identifier: BSD-3-Clause */
#include "engine/hessian_diagonal.h"
#include "engine/curvature.h"
#include "engine/rows.h"
#include "engine/tile_buffers.h"
#include "kernels/kernels.h"

#include <string.h>

/* ---- buffers --------------------------------------------------------------------------------- */

/* The most elements that K has, and S: the first layer has no K but its diagonal. */
static size_t count_K(const nn_model *model) {
    size_t most = 0;
    for (size_t l = nn_min(1, model->n_layers - 1); l < model->n_layers; l++)
        most = nn_max(most, nn_multiply_sizes(model->layers[l].outputs, model->layers[l].outputs));
    return most;
}

static size_t count_S(const nn_model *model) {
    size_t most = 0;
    for (size_t l = 1; l < model->n_layers; l++)
        most = nn_max(most, nn_multiply_sizes(model->layers[l].inputs, model->layers[l].outputs));
    return most;
}

static size_t find_widest(const nn_model *model) {
    size_t widest = model->layers[0].inputs;
    for (size_t l = 0; l < model->n_layers; l++)
        widest = nn_max(widest, model->layers[l].outputs);
    return widest;
}

size_t nn_count_diagonal_numbers(const nn_model *model) {
    return nn_add_sizes(count_K(model), nn_multiply_sizes(2, count_S(model)));
}

double nn_count_diagonal_multiplications(const nn_model *model) {
    double count = 0.0;
    for (size_t l = 1; l < model->n_layers; l++) {
        double m = (double)model->layers[l].inputs, n = (double)model->layers[l].outputs;
        count += n * n * m + (l > 1 ? m * m * n : 0.0);
    }
    return count;
}

nn_diagonal_buffers nn_lay_out_diagonal_buffers(nn_arena *arena, const nn_model *model,
                                                size_t rows) {
    size_t line = nn_multiply_sizes(rows, find_widest(model));
    return (nn_diagonal_buffers){
        .Y = nn_take_doubles(arena, nn_multiply_sizes(rows, nn_count_labels(model))),
        .activations = nn_lay_out_matrices(arena, model, rows),
        .deltas = nn_lay_out_matrices(arena, model, rows),
        .inputs = nn_lay_out_inputs(arena, model, rows),
        .squares = nn_take_doubles(arena, line),
        .slopes = nn_take_doubles(arena, line),
        .curvatures = nn_take_doubles(arena, line),
        .diagonal = nn_take_doubles(arena, line),
        .K = nn_take_doubles(arena, nn_multiply_sizes(rows, count_K(model))),
        .S = nn_take_doubles(arena, nn_multiply_sizes(rows, count_S(model))),
        .S_transposed = nn_take_doubles(arena, nn_multiply_sizes(rows, count_S(model))),
    };
}

/* ---- K of the outputs ------------------------------------------------------------------------ */

/* Column k of each K is what the second derivatives of the cost make of the k-th unit vector. */
static void compute_output_K(const nn_model *model, const nn_tile *tile,
                             const nn_diagonal_buffers *b) {
    size_t n = model->layers[model->n_layers - 1].outputs;
    double *column = b->curvatures;
    nn_prepare_cost_curvature(model, tile, b->slopes, column);
    for (size_t k = 0; k < n; k++) {
        memset(column, 0, tile->rows * n * sizeof *column);
        for (size_t e = 0; e < tile->rows; e++)
            column[e * n + k] = 1.0;
        nn_multiply_by_cost_curvature(model, tile, b->slopes, column);
        for (size_t e = 0; e < tile->rows; e++)
            for (size_t j = 0; j < n; j++)
                b->K[(e * n + j) * n + k] = column[e * n + j];
    }
}

static void copy_diagonals(size_t rows, size_t n, const double *K, double *diagonal) {
    for (size_t e = 0; e < rows; e++)
        for (size_t j = 0; j < n; j++)
            diagonal[e * n + j] = K[(e * n + j) * n + j];
}

/* ---- from layer to layer --------------------------------------------------------------------- */

/* H_error = delta W^T, its products with f' and f'', and f' itself, of the layer behind layer l. */
static void compute_hidden_deltas(const nn_model *model, const nn_tile *tile, size_t l,
                                  const nn_diagonal_buffers *b) {
    const nn_layer *layer = &model->layers[l];
    size_t n = tile->rows * layer->inputs;
    double *error = tile->deltas[l - 1];
    nn_product_error(tile->rows, layer, &tile->layouts[l],
                     (nn_matrix_view){tile->deltas[l], (int)layer->outputs, false},
                     (nn_matrix_view){error, (int)layer->inputs, false});
    memcpy(b->curvatures, error, n * sizeof *error);
    nn_multiply_by_curvature(model, tile, l - 1, b->curvatures);
    nn_multiply_by_derivative(model, tile, l - 1, error);
    for (size_t i = 0; i < n; i++)
        b->slopes[i] = 1.0;
    nn_multiply_by_derivative(model, tile, l - 1, b->slopes);
}

/* to := from W^T D: each row of the tile has count rows of its own in both. */
static void multiply_by_W_and_D(const nn_model *model, const nn_tile *tile, size_t l, size_t count,
                                double *from, const double *slopes, double *to) {
    const nn_layer *layer = &model->layers[l];
    size_t inputs = layer->inputs;
    nn_product_error(tile->rows * count, layer, &tile->layouts[l],
                     (nn_matrix_view){from, (int)layer->outputs, false},
                     (nn_matrix_view){to, (int)inputs, false});
    for (size_t r = 0; r < tile->rows * count; r++)
        nn_get_kernels()->multiply(inputs, slopes + r / count * inputs, to + r * inputs);
}

/* S^T, with S = K W^T D. */
static void compute_S(const nn_model *model, const nn_tile *tile, size_t l,
                      const nn_diagonal_buffers *b) {
    size_t m = model->layers[l].inputs, n = model->layers[l].outputs;
    multiply_by_W_and_D(model, tile, l, n, b->K, b->slopes, b->S);
    for (size_t e = 0; e < tile->rows; e++)
        nn_transpose(n, m, b->S + e * n * m, m, b->S_transposed + e * n * m, n);
}

/* K := S^T W^T D + diag(H_error f''). */
static void compute_hidden_K(const nn_model *model, const nn_tile *tile, size_t l,
                             const nn_diagonal_buffers *b) {
    size_t m = model->layers[l].inputs;
    multiply_by_W_and_D(model, tile, l, m, b->S_transposed, b->slopes, b->K);
    for (size_t i = 0; i < tile->rows * m; i++)
        b->K[i * m + i % m] += b->curvatures[i];
    copy_diagonals(tile->rows, m, b->K, b->diagonal);
}

/* The diagonals of K alone. */
static void compute_hidden_diagonals(const nn_model *model, const nn_tile *tile, size_t l,
                                     const nn_diagonal_buffers *b) {
    size_t m = model->layers[l].inputs, n = model->layers[l].outputs;
    const double *W = tile->layouts[l].W;
    for (size_t i = 0; i < tile->rows * m; i++) {
        double product = nn_get_kernels()->sum_products(n, b->S_transposed + i * n, W + i % m * n);
        b->diagonal[i] = product * b->slopes[i] + b->curvatures[i];
    }
}

/* ---- from K to the weights ------------------------------------------------------------------- */

/* One call of nn_accumulate_diagonals. */
typedef struct diagonal_sums {
    const nn_model *model;
    const nn_tile *tile;
    const nn_diagonal_buffers *b;
    double alpha, beta;
    double *const *diagonals;
} diagonal_sums;

/* The update of a network of layer l alone, of the squares of A with the diagonals, for the rows
 * of W from first on that belong to A. */
static void accumulate_squares(const diagonal_sums *s, size_t l, const double *A, size_t ld,
                               size_t first, size_t count) {
    size_t rows = s->tile->rows;
    double *squares = s->b->squares, *diagonal = s->b->diagonal;
    nn_copy_rows(rows, count, A, ld, squares, count);
    for (size_t e = 0; e < rows; e++)
        nn_get_kernels()->multiply(count, A + e * ld, squares + e * count);
    const nn_model one_layer = {
        .layers = &s->model->layers[l], .sizes = s->model->sizes + l, .n_layers = 1};
    const nn_tile squared = {.rows = rows,
                             .layouts = &s->tile->layouts[l],
                             .X = squares,
                             .ldx = count,
                             .deltas = &diagonal};
    nn_accumulate_update(&one_layer, &squared, 0, first, count, s->alpha, s->beta, s->diagonals[l]);
}

static void accumulate_layer(const diagonal_sums *s, size_t l) {
    const nn_layer *layer = &s->model->layers[l];
    const double *A = l == 0 ? s->tile->X : s->tile->activations[l - 1];
    accumulate_squares(s, l, A, l == 0 ? s->tile->ldx : layer->inputs, 0, layer->inputs);
    if (layer->skips > 0)
        accumulate_squares(s, l, s->tile->X, s->tile->ldx, layer->inputs, layer->skips);
}

void nn_accumulate_diagonals(const nn_model *model, const nn_tile *tile,
                             const nn_diagonal_buffers *b, double alpha, double beta,
                             double *const *diagonals) {
    const diagonal_sums s = {model, tile, b, alpha, beta, diagonals};
    size_t last = model->n_layers - 1;
    nn_forward_to_cost(model, tile);
    nn_compute_output_delta(model, tile);
    compute_output_K(model, tile, b);
    copy_diagonals(tile->rows, model->layers[last].outputs, b->K, b->diagonal);
    for (size_t l = last;; l--) {
        accumulate_layer(&s, l);
        if (l == 0)
            return;
        compute_hidden_deltas(model, tile, l, b);
        compute_S(model, tile, l, b);
        if (l > 1)
            compute_hidden_K(model, tile, l, b);
        else
            compute_hidden_diagonals(model, tile, l, b);
    }
}
