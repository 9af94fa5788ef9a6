/* SPDX-License-Identifier: BSD-3-Clause */
#include "backpropagation.h"
#include "kernels/kernels.h"

static nn_panel get_panel(const nn_model *model, const nn_tile *tile, double *data, size_t l) {
    const nn_layer *layer = &model->layers[l];
    return (nn_panel){data, layer->transposed ? tile->rows : layer->outputs, layer->transposed};
}

static nn_panel get_activations(const nn_model *model, const nn_tile *tile, size_t l) {
    return get_panel(model, tile, tile->activations[l], l);
}

static nn_panel get_deltas(const nn_model *model, const nn_tile *tile, size_t l) {
    return get_panel(model, tile, tile->deltas[l], l);
}

/* What enters layer l. */
static nn_panel get_input(const nn_model *model, const nn_tile *tile, size_t l) {
    if (l == 0)
        return (nn_panel){(double *)tile->X, tile->ldx, false}; /* only read */
    return get_activations(model, tile, l - 1);
}

/* H_in = X W1, H_out = sigmoid(H_in); O_in = H_out W2, O_out = sigmoid(O_in). */
void nn_forward(const nn_model *model, const nn_tile *tile) {
    const nn_kernels *kernels = nn_get_kernels();
    for (size_t l = 0; l < model->n_layers; l++) {
        const nn_layer *layer = &model->layers[l];
        nn_panel A_out = get_activations(model, tile, l);
        nn_product_forward(tile->rows, layer, get_input(model, tile, l), A_out);
        kernels->sigmoid(tile->rows * layer->outputs, A_out.data);
    }
}

/*
 * O_delta = (O_out - Y) O_out (1 - O_out); H_error = O_delta W2^T,
 * H_delta = H_error H_out (1 - H_out).
 */
double nn_compute_deltas(const nn_model *model, const nn_tile *tile) {
    const nn_kernels *kernels = nn_get_kernels();
    size_t last = model->n_layers - 1;
    double squared_error =
        kernels->output_delta(tile->rows * model->layers[last].outputs, tile->activations[last],
                              tile->Y, tile->deltas[last]);
    for (size_t l = last; l > 0; l--) {
        const nn_layer *layer = &model->layers[l];
        nn_product_error(tile->rows, layer, get_deltas(model, tile, l),
                         get_deltas(model, tile, l - 1));
        kernels->hidden_delta(tile->rows * layer->inputs, tile->activations[l - 1],
                              tile->deltas[l - 1]);
    }
    return squared_error;
}

/* W2_update = H_out^T O_delta, W1_update = X^T H_delta. */
void nn_accumulate_update(const nn_model *model, const nn_tile *tile, size_t l, size_t first,
                          size_t count, double alpha, double beta, double *W_update) {
    nn_product_update(tile->rows, &model->layers[l], first, count, alpha, get_input(model, tile, l),
                      get_deltas(model, tile, l), beta, W_update);
}
