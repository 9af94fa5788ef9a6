/* SPDX-License-Identifier: BSD-3-Clause */
#include "backpropagation.h"
#include "kernels/kernels.h"
#include "products.h"

typedef struct matrix {
    const double *data;
    size_t ld;
} matrix;

/* What enters layer l. */
static matrix get_input(const nn_layer *layers, const nn_tile *tile, size_t l) {
    if (l == 0)
        return (matrix){tile->X, tile->ldx};
    return (matrix){tile->activations[l - 1], layers[l].inputs};
}

/* H_in = X W1, H_out = sigmoid(H_in); O_in = H_out W2, O_out = sigmoid(O_in). */
void nn_forward(const nn_layer *layers, size_t n_layers, const nn_tile *tile) {
    const nn_kernels *kernels = nn_get_kernels();
    for (size_t l = 0; l < n_layers; l++) {
        const nn_layer *layer = &layers[l];
        matrix A = get_input(layers, tile, l);
        double *A_out = tile->activations[l];
        nn_product_forward(tile->rows, layer->inputs, layer->outputs, A.data, A.ld, layer->W,
                           A_out);
        kernels->sigmoid(tile->rows * layer->outputs, A_out);
    }
}

/*
 * O_delta = (O_out - Y) O_out (1 - O_out),  W2_update = H_out^T O_delta,
 * H_error = O_delta W2^T,  H_delta = H_error H_out (1 - H_out),  W1_update = X^T H_delta.
 */
double nn_backward(const nn_layer *layers, size_t n_layers, const nn_tile *tile, double alpha,
                   double beta, double *const *updates) {
    const nn_kernels *kernels = nn_get_kernels();
    size_t last = n_layers - 1;
    double squared_error = kernels->output_delta(
        tile->rows * layers[last].outputs, tile->activations[last], tile->Y, tile->deltas[last]);
    for (size_t l = n_layers; l-- > 0;) {
        const nn_layer *layer = &layers[l];
        matrix A = get_input(layers, tile, l);
        const double *delta = tile->deltas[l];
        nn_product_update(tile->rows, layer->inputs, layer->outputs, alpha, A.data, A.ld, delta,
                          beta, updates[l]);
        if (l == 0)
            break;
        double *delta_before = tile->deltas[l - 1];
        nn_product_error(tile->rows, layer->inputs, layer->outputs, delta, layer->W, delta_before);
        kernels->hidden_delta(tile->rows * layer->inputs, A.data, delta_before);
    }
    return squared_error;
}
