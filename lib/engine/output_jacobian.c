/* SPDX-License-Identifier: BSD-3-Clause */
#include "engine/output_jacobian.h"
#include "core/memory.h"
#include "core/sizes.h"
#include "kernels/kernels.h"

#include <stdlib.h>
#include <string.h>

/* ---- buffers --------------------------------------------------------------------------------- */

/* The doubles of the buffers, each matrix in cache lines of its own. */
static size_t round_to_lines(size_t count) {
    return nn_round_up(count, NN_ALIGNMENT / sizeof(double));
}

static size_t count_doubles(const nn_model *model, size_t rows) {
    size_t count = round_to_lines(nn_multiply_sizes(rows, model->layers[0].inputs));
    for (size_t l = 0; l < model->n_layers; l++) {
        size_t matrix = nn_multiply_sizes(rows, model->layers[l].outputs);
        size_t stack = nn_multiply_sizes(matrix, nn_count_outputs(model));
        count = nn_add_sizes(count, nn_add_sizes(round_to_lines(matrix), round_to_lines(stack)));
        if (nn_is_differentiated_by_input(model->layers[l].activation))
            count = nn_add_sizes(count, round_to_lines(matrix));
    }
    return count;
}

nnblas_status nn_jacobian_buffers_open(nn_jacobian_buffers *b, const nn_model *model, size_t rows) {
    size_t n = model->n_layers;
    size_t lists = nn_round_up(n * (sizeof *b->layouts + 3 * sizeof *b->deltas), NN_ALIGNMENT);
    size_t numbers = nn_multiply_sizes(count_doubles(model, rows), sizeof(double));
    b->memory = nn_allocate(nn_add_sizes(lists, numbers), 1);
    if (!b->memory)
        return NNBLAS_ERROR_MEMORY;
    b->layouts = b->memory;
    b->activations = (double **)(b->layouts + n);
    b->deltas = b->activations + n;
    b->inputs = b->deltas + n;
    b->X = (double *)((char *)b->memory + lists);
    double *next = b->X + round_to_lines(rows * model->layers[0].inputs);
    for (size_t l = 0; l < n; l++) {
        size_t matrix = rows * model->layers[l].outputs;
        nn_lay_out_plainly(&model->layers[l], &b->layouts[l]);
        b->activations[l] = next;
        b->deltas[l] = next + round_to_lines(matrix);
        next = b->deltas[l] + round_to_lines(matrix * nn_count_outputs(model));
        b->inputs[l] = next;
        if (nn_is_differentiated_by_input(model->layers[l].activation))
            next += round_to_lines(matrix);
    }
    return NNBLAS_OK;
}

void nn_jacobian_buffers_close(nn_jacobian_buffers *b) {
    free(b->memory);
}

nn_tile nn_forward_rows(const nn_model *model, const nn_rows *rows, size_t first, size_t count,
                        nn_jacobian_buffers *b) {
    size_t place = nn_find_place(rows, first, count), inputs = model->layers[0].inputs;
    bool is_scattered = place == NN_SCATTERED;
    if (is_scattered)
        nn_gather_inputs(rows, first, count, inputs, b->X);
    const nn_tile tile = {.rows = count,
                          .layouts = b->layouts,
                          .X = is_scattered ? b->X : rows->X + place * rows->ldx,
                          .ldx = is_scattered ? inputs : rows->ldx,
                          .activations = b->activations,
                          .inputs = b->inputs};
    nn_forward(model, &tile);
    return tile;
}

/* ---- backward -------------------------------------------------------------------------------- */

/* dO_k / dO_in_j = O_k ([j = k] - O_j) */
static void differentiate_softmax(const nn_tile *tile, size_t columns, size_t k, const double *O,
                                  double *delta) {
    for (size_t e = 0; e < tile->rows; e++, O += columns, delta += columns)
        for (size_t j = 0; j < columns; j++)
            delta[j] = O[k] * ((j == k ? 1.0 : 0.0) - O[j]);
}

/* dO_k / dO_in_j is 0 where j is another output than k. */
static void differentiate_units(const nn_model *model, const nn_tile *tile, size_t k,
                                double *delta) {
    size_t columns = nn_count_outputs(model);
    memset(delta, 0, tile->rows * columns * sizeof *delta);
    for (size_t e = 0; e < tile->rows; e++)
        delta[e * columns + k] = 1.0;
    nn_multiply_by_derivative(model, tile, model->n_layers - 1, delta);
}

static void multiply_rows(const nn_tile *tile, size_t columns, const double *factors,
                          double *delta) {
    for (size_t e = 0; e < tile->rows; e++)
        for (size_t j = 0; j < columns; j++)
            delta[e * columns + j] *= factors[e];
}

void nn_compute_output_deltas(const nn_model *model, const nn_tile *tile, const double *factors,
                              double *const *deltas) {
    size_t outputs = nn_count_outputs(model), last = model->n_layers - 1;
    for (size_t k = 0; k < outputs; k++) {
        double *delta = deltas[last] + k * tile->rows * outputs;
        if (model->layers[last].activation == NNBLAS_SOFTMAX)
            differentiate_softmax(tile, outputs, k, tile->activations[last], delta);
        else
            differentiate_units(model, tile, k, delta);
        if (factors)
            multiply_rows(tile, outputs, factors, delta);
    }
    for (size_t l = last; l > 0; l--) {
        const nn_layer *layer = &model->layers[l];
        nn_product_error(outputs * tile->rows, layer, &tile->layouts[l],
                         (nn_matrix_view){deltas[l], (int)layer->outputs, false},
                         (nn_matrix_view){deltas[l - 1], (int)layer->inputs, false});
        for (size_t k = 0; k < outputs; k++)
            nn_multiply_by_derivative(model, tile, l - 1,
                                      deltas[l - 1] + k * tile->rows * layer->inputs);
    }
}

/* ---- the Jacobian ---------------------------------------------------------------------------- */

/* The derivatives by the parameters of one layer, in columns of J. */
static void write_layer(const nn_model *model, const nn_tile *tile, size_t l, const double *stack,
                        double *J, size_t ldj) {
    const nn_layer *layer = &model->layers[l];
    size_t outputs = nn_count_outputs(model), columns = layer->outputs;
    size_t ld = l == 0 ? tile->ldx : layer->inputs;
    const double *A = l == 0 ? tile->X : tile->activations[l - 1];
    for (size_t e = 0; e < tile->rows; e++)
        for (size_t k = 0; k < outputs; k++) {
            const double *delta = stack + (k * tile->rows + e) * columns;
            double *row = J + (e * outputs + k) * ldj;
            nn_get_kernels()->multiply_outer(layer->inputs, columns, A + e * ld, delta, row);
            if (layer->skips > 0)
                nn_get_kernels()->multiply_outer(layer->skips, columns, tile->X + e * tile->ldx,
                                                 delta, row + layer->inputs * columns);
            if (layer->has_bias)
                memcpy(row + nn_count_weights(layer), delta, columns * sizeof *delta);
        }
}

void nn_write_jacobian(const nn_model *model, const nn_tile *tile, double *const *deltas, double *J,
                       size_t ldj) {
    for (size_t l = 0; l < model->n_layers; l++) {
        write_layer(model, tile, l, deltas[l], J, ldj);
        J += nn_count_parameters(&model->layers[l]);
    }
}
