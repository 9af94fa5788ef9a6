/* SPDX-License-Identifier: BSD-3-Clause */
#include "engine/backpropagation.h"
#include "core/sizes.h"
#include "kernels/kernels.h"

#include <string.h>

/* ---- the matrices behind a layer ------------------------------------------------------------- */

static nn_matrix_view view_activations(const nn_tile *tile, size_t l) {
    return nn_view_matrix(tile, tile->activations[l], l);
}

static nn_matrix_view view_deltas(const nn_tile *tile, size_t l) {
    return nn_view_matrix(tile, tile->deltas[l], l);
}

static nn_matrix_view view_X(const nn_tile *tile) {
    return (nn_matrix_view){(double *)tile->X, (int)tile->ldx, false}; /* only read */
}

/* The input of layer l: X, or the activations of the layer before. */
static nn_matrix_view view_input(const nn_tile *tile, size_t l) {
    return l == 0 ? view_X(tile) : view_activations(tile, l - 1);
}

/* ---- biases: a row behind the weights -------------------------------------------------------- */

/* Sets each row of A_out to the biases; the product is then added. Rows are copied in runs that
 * double in length, because most are short. */
static void fill_with_biases(size_t rows, const nn_layer *layer, const nn_layout *layout,
                             double *A_out) {
    size_t n = layout->padded_outputs, filled = 1;
    const double *b = layout->W + (layout->padded_inputs + layer->skips) * n;
    if (layout->transposed) {
        for (size_t j = 0; j < n; j++)
            for (size_t e = 0; e < rows; e++)
                A_out[j * rows + e] = b[j];
        return;
    }
    memcpy(A_out, b, n * sizeof *A_out);
    for (; filled < rows; filled += nn_min(filled, rows - filled))
        memcpy(A_out + filled * n, A_out, nn_min(filled, rows - filled) * n * sizeof *A_out);
}

/* b_update := alpha (column sums of delta) + beta b_update. */
static void accumulate_biases(size_t rows, const nn_layout *layout, const double *delta,
                              double alpha, double beta, double *b_update) {
    enum { MOST = 64 };
    const nn_kernels *kernels = nn_get_kernels();
    for (size_t first = 0; first < layout->padded_outputs; first += MOST) {
        size_t n = nn_min(MOST, layout->padded_outputs - first);
        double sums[MOST] = {0.0};
        if (layout->transposed)
            for (size_t j = 0; j < n; j++)
                sums[j] = kernels->sum(rows, delta + (first + j) * rows);
        else if (n == layout->padded_outputs)
            kernels->add_column_sums(rows, n, delta, sums);
        else
            for (size_t e = 0; e < rows; e++)
                kernels->add(n, delta + e * layout->padded_outputs + first, sums);
        for (size_t j = 0; j < n; j++) {
            double *b = b_update + first + j;
            *b = alpha * sums[j] + (beta == 0.0 ? 0.0 : beta * *b);
        }
    }
}

/* ---- forward --------------------------------------------------------------------------------- */

static void activate(nnblas_activation activation, size_t rows, size_t columns, double *a) {
    const nn_kernels *kernels = nn_get_kernels();
    size_t n = rows * columns;
    switch (activation) {
    case NNBLAS_SIGMOID:
        kernels->sigmoid(n, a);
        break;
    case NNBLAS_TANH:
        kernels->tanh(n, a);
        break;
    case NNBLAS_RELU:
        kernels->relu(n, a);
        break;
    case NNBLAS_IDENTITY:
        break;
    case NNBLAS_SOFTMAX:
        kernels->softmax(rows, columns, a);
        break;
    case NNBLAS_EXPONENTIAL:
        kernels->exponential(n, a);
        break;
    case NNBLAS_SOFTSIGN:
        kernels->softsign(n, a);
        break;
    case NNBLAS_SOFTPLUS:
        kernels->softplus(n, a);
        break;
    case NNBLAS_ELU:
        kernels->elu(n, a);
        break;
    case NNBLAS_LEAKY_RELU:
        kernels->leaky_relu(n, a);
        break;
    case NNBLAS_GELU:
        kernels->gelu(n, a);
        break;
    case NNBLAS_SILU:
        kernels->silu(n, a);
        break;
    case NNBLAS_SINE:
        kernels->sine(n, a);
        break;
    }
}

/* Before the activation takes the place of its inputs. */
static void keep_inputs(const nn_tile *tile, size_t l, const double *A_in) {
    size_t n = tile->rows * tile->layouts[l].padded_outputs;
    memcpy(tile->inputs[l], A_in, n * sizeof *A_in);
}

void nn_compute_layer_input(const nn_tile *tile, const nn_layer *layer, const nn_layout *layout,
                            nn_matrix_view A, nn_matrix_view A_in) {
    if (layer->has_bias)
        fill_with_biases(tile->rows, layer, layout, A_in.data);
    nn_product_forward(tile->rows, layer, layout, A, A_in);
    if (layer->skips > 0)
        nn_add_product_skip(tile->rows, layer, layout, view_X(tile), A_in);
}

/* H_in = X W1, H_out = sigmoid(H_in); O_in = H_out W2 [+ X W_skip], O_out = sigmoid(O_in). */
static void run_layer(const nn_model *model, const nn_tile *tile, size_t l, bool activates) {
    const nn_layer *layer = &model->layers[l];
    const nn_layout *layout = &tile->layouts[l];
    nn_matrix_view A_out = view_activations(tile, l);
    nn_compute_layer_input(tile, layer, layout, view_input(tile, l), A_out);
    if (tile->inputs && nn_is_differentiated_by_input(layer->activation))
        keep_inputs(tile, l, A_out.data);
    if (activates)
        activate(layer->activation, tile->rows, layout->padded_outputs, A_out.data);
}

void nn_forward(const nn_model *model, const nn_tile *tile) {
    for (size_t l = 0; l < model->n_layers; l++)
        run_layer(model, tile, l, true);
}

bool nn_takes_O_in(nnblas_cost cost) {
    return cost == NNBLAS_CROSS_ENTROPY || cost == NNBLAS_POISSON || cost == NNBLAS_GAMMA;
}

void nn_forward_to_cost(const nn_model *model, const nn_tile *tile) {
    for (size_t l = 0; l < model->n_layers; l++)
        run_layer(model, tile, l, l + 1 < model->n_layers || !nn_takes_O_in(model->cost));
}

void nn_activate_outputs(const nn_model *model, const nn_tile *tile) {
    const nn_layer *layer = &model->layers[model->n_layers - 1];
    if (nn_takes_O_in(model->cost))
        activate(layer->activation, tile->rows, layer->outputs,
                 tile->activations[model->n_layers - 1]);
}

/* ---- cost and deltas ------------------------------------------------------------------------- */

/* H_error to H_delta. H_in may be null where the derivative is computed from H_out. */
static void compute_hidden_delta(nnblas_activation activation, size_t n, const double *H_in,
                                 const double *H_out, double *H_delta) {
    const nn_kernels *kernels = nn_get_kernels();
    switch (activation) {
    case NNBLAS_SIGMOID:
        kernels->sigmoid_delta(n, H_out, H_delta);
        break;
    case NNBLAS_TANH:
        kernels->tanh_delta(n, H_out, H_delta);
        break;
    case NNBLAS_RELU:
        kernels->relu_delta(n, H_out, H_delta);
        break;
    case NNBLAS_EXPONENTIAL:
        kernels->exponential_delta(n, H_out, H_delta);
        break;
    case NNBLAS_SOFTSIGN:
        kernels->softsign_delta(n, H_out, H_delta);
        break;
    case NNBLAS_SOFTPLUS:
        kernels->softplus_delta(n, H_out, H_delta);
        break;
    case NNBLAS_ELU:
        kernels->elu_delta(n, H_out, H_delta);
        break;
    case NNBLAS_LEAKY_RELU:
        kernels->leaky_relu_delta(n, H_out, H_delta);
        break;
    case NNBLAS_GELU:
        kernels->gelu_delta(n, H_in, H_delta);
        break;
    case NNBLAS_SILU:
        kernels->silu_delta(n, H_in, H_delta);
        break;
    case NNBLAS_SINE:
        kernels->sine_delta(n, H_in, H_delta);
        break;
    case NNBLAS_IDENTITY: /* whose derivative is 1 */
    case NNBLAS_SOFTMAX:  /* outputs only */
        break;
    }
}

void nn_multiply_by_derivative(const nn_model *model, const nn_tile *tile, size_t l,
                               double *error) {
    compute_hidden_delta(model->layers[l].activation, tile->rows * tile->layouts[l].padded_outputs,
                         tile->inputs ? tile->inputs[l] : NULL, tile->activations[l], error);
}

nn_gaussian nn_view_gaussian(const nn_model *model, const nn_tile *tile) {
    size_t last = model->n_layers - 1;
    return (nn_gaussian){.rows = tile->rows,
                         .labels = nn_count_labels(model),
                         .transposed = tile->layouts[last].transposed,
                         .O = tile->activations[last],
                         .Y = tile->Y,
                         .weights = tile->weights};
}

/* Returns the cost, and writes O_delta, its derivative by O_in; O_delta may be null. Costs that go
 * with several activations give their derivative by O_out, which is multiplied by that of the
 * activation in the end; the mse of sigmoid and softmax outputs has kernels that do both. */
static double compute_output_delta(const nn_model *model, const nn_tile *tile, double *O_delta) {
    const nn_kernels *kernels = nn_get_kernels();
    size_t last = model->n_layers - 1, rows = tile->rows, columns = model->layers[last].outputs;
    const double *O = tile->activations[last], *Y = tile->Y, *w = tile->weights;
    nnblas_activation activation = model->layers[last].activation;
    double parameter = model->cost_parameter, cost = 0.0;
    const nn_gaussian gaussian = nn_view_gaussian(model, tile);
    size_t n = rows * columns;
    switch (model->cost) {
    case NNBLAS_MSE:
        if (activation == NNBLAS_SOFTMAX)
            return kernels->softmax_squared_error(rows, columns, O, Y, w, O_delta);
        if (activation == NNBLAS_SIGMOID)
            return kernels->sigmoid_squared_error(n, O, Y, w, O_delta);
        cost = kernels->identity_squared_error(n, O, Y, w, O_delta);
        break;
    case NNBLAS_CROSS_ENTROPY:
        return activation == NNBLAS_SOFTMAX
                   ? kernels->softmax_cross_entropy(rows, columns, O, Y, w, O_delta)
                   : kernels->sigmoid_cross_entropy(n, O, Y, w, O_delta);
    case NNBLAS_HUBER:
        cost = kernels->huber_cost(n, parameter, O, Y, w, O_delta);
        break;
    case NNBLAS_QUANTILE:
        cost = kernels->quantile_cost(n, parameter, O, Y, w, O_delta);
        break;
    case NNBLAS_POISSON:
        return kernels->poisson_deviance(n, O, Y, w, O_delta);
    case NNBLAS_GAMMA:
        return kernels->gamma_deviance(n, O, Y, w, O_delta);
    case NNBLAS_GAUSSIAN:
        return nn_compute_gaussian_cost(&gaussian, O_delta);
    case NNBLAS_HINGE:
        return kernels->hinge_cost(n, O, Y, w, O_delta);
    }
    if (O_delta)
        nn_multiply_by_derivative(model, tile, last, O_delta);
    return cost;
}

double nn_average_cost(const nn_model *model, double sum, double total_weight) {
    return sum / ((model->cost == NNBLAS_MSE ? 2.0 : 1.0) * total_weight);
}

double nn_compute_cost(const nn_model *model, const nn_tile *tile) {
    return compute_output_delta(model, tile, NULL);
}

double nn_compute_output_delta(const nn_model *model, const nn_tile *tile) {
    return compute_output_delta(model, tile, tile->deltas[model->n_layers - 1]);
}

/* H_error = O_delta W2^T, H_delta = H_error H_out (1 - H_out). */
void nn_compute_hidden_deltas(const nn_model *model, const nn_tile *tile) {
    for (size_t l = model->n_layers - 1; l > 0; l--) {
        nn_product_error(tile->rows, &model->layers[l], &tile->layouts[l], view_deltas(tile, l),
                         view_deltas(tile, l - 1));
        nn_multiply_by_derivative(model, tile, l - 1, tile->deltas[l - 1]);
    }
}

double nn_compute_deltas(const nn_model *model, const nn_tile *tile) {
    double cost = nn_compute_output_delta(model, tile);
    nn_compute_hidden_deltas(model, tile);
    return cost;
}

/* W2_update = H_out^T O_delta, W1_update = X^T H_delta, W_skip_update = X^T O_delta; the updates of
 * the biases are column sums of the deltas. */
void nn_accumulate_update(const nn_model *model, const nn_tile *tile, size_t l, size_t first,
                          size_t count, double alpha, double beta, double *W_update) {
    const nn_layer *layer = &model->layers[l];
    const nn_layout *layout = &tile->layouts[l];
    nn_matrix_view delta = view_deltas(tile, l);
    size_t end = first + count, fan_in = nn_get_fan_in(layer);
    size_t first_skip = nn_max(first, nn_min(end, layer->inputs));
    nn_product_update(tile->rows, layer, layout, first, first_skip - first, alpha,
                      view_input(tile, l), delta, beta, W_update);
    if (first_skip < end)
        nn_product_update(tile->rows, layer, layout, first_skip, end - first_skip, alpha,
                          view_X(tile), delta, beta, W_update);
    if (layer->has_bias && count > 0 && end == fan_in)
        accumulate_biases(tile->rows, layout, tile->deltas[l], alpha, beta,
                          W_update + fan_in * layout->padded_outputs);
}
