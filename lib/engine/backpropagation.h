/* SPDX-License-Identifier: BSD-3-Clause */
/* The algorithm on one tile of rows. */
#ifndef NN_BACKPROPAGATION_H
#define NN_BACKPROPAGATION_H

#include "engine/gaussian.h"
#include "engine/products.h"

typedef struct nn_model {
    const nn_layer *layers;
    const size_t *sizes; /* n_layers + 1: the inputs, then the outputs of each layer */
    size_t n_layers;
    nnblas_cost cost;
    double cost_parameter; /* 0 where the cost has none */
} nn_model;

static inline size_t nn_count_inputs(const nn_model *model) {
    return model->layers[0].inputs;
}

static inline size_t nn_count_outputs(const nn_model *model) {
    return model->layers[model->n_layers - 1].outputs;
}

static inline size_t nn_count_model_parameters(const nn_model *model) {
    size_t count = 0;
    for (size_t l = 0; l < model->n_layers; l++)
        count += nn_count_parameters(&model->layers[l]);
    return count;
}

/* How many labels a row has. */
static inline size_t nn_count_labels(const nn_model *model) {
    return nn_get_label_columns(nn_count_outputs(model), model->cost);
}

/*
 * Rows that are computed together, and how a plan lays out the layers for them. Layer l = 0 ..
 * n_layers - 1 computes activations[l] from activations[l - 1], or from X where l is 0. With one
 * hidden layer activations are {H_out, O_out} and deltas {H_delta, O_delta}. Each is contiguous,
 * rows x padded outputs in the layout of its layer. So is Y, rows x labels, in the layout of the
 * last layer, which is not padded.
 */
typedef struct nn_tile {
    size_t rows;
    const nn_layout *layouts; /* one a layer */
    const double *X;
    size_t ldx;
    const double *Y;
    const double *weights; /* of the elements of Y, in the layout of Y; null: 1 each */
    double *const *activations;
    double *const *deltas;
    /* H_in of the layers whose derivative is computed from it, in the layout of their activations;
     * null where no derivative is computed. */
    double *const *inputs;
} nn_tile;

/* data, a matrix like the activations of layer l. */
static inline nn_matrix_view nn_view_matrix(const nn_tile *tile, double *data, size_t l) {
    const nn_layout *layout = &tile->layouts[l];
    size_t ld = layout->transposed ? tile->rows : layout->padded_outputs;
    return (nn_matrix_view){data, (int)ld, layout->transposed};
}

/* A_in := A W + b, what the activation of a layer takes; with skip connections + X W_skip. */
void nn_compute_layer_input(const nn_tile *tile, const nn_layer *layer, const nn_layout *layout,
                            nn_matrix_view A, nn_matrix_view A_in);

void nn_forward(const nn_model *model, const nn_tile *tile);

/* Whether a cost is computed from O_in. */
bool nn_takes_O_in(nnblas_cost cost);

/* The same without the last activation where the cost takes O_in, which is then in the place of
 * O_out. */
void nn_forward_to_cost(const nn_model *model, const nn_tile *tile);

/* Once the cost is computed: makes O_out of such an O_in. */
void nn_activate_outputs(const nn_model *model, const nn_tile *tile);

/* Turns errors of layer l, a matrix like its activations, to deltas: multiplies each by the
 * derivative of the unit's activation. Not for softmax, whose derivative is a matrix. */
void nn_multiply_by_derivative(const nn_model *model, const nn_tile *tile, size_t l, double *error);

/* What a tile has of the Gaussian cost. */
nn_gaussian nn_view_gaussian(const nn_model *model, const nn_tile *tile);

/* After nn_forward_to_cost: the sum of the costs of the rows; for the mse, the sum of the squared
 * errors. */
double nn_compute_cost(const nn_model *model, const nn_tile *tile);

/* The same, and O_delta, the delta of the last layer. */
double nn_compute_output_delta(const nn_model *model, const nn_tile *tile);

/* From the delta of the last layer to those of the others. */
void nn_compute_hidden_deltas(const nn_model *model, const nn_tile *tile);

/* The cost and all deltas: the two functions above. */
double nn_compute_deltas(const nn_model *model, const nn_tile *tile);

/* The cost of rows from the sum that the two functions above return for them: their mean, for the
 * mse half of it. total_weight: the number of rows, or the sum of their weights. */
double nn_average_cost(const nn_model *model, double sum, double total_weight);

/* After nn_compute_deltas, for layer l and count rows of its W from first on: W_update := alpha
 * dE/dW + beta W_update, where E is the sum of the costs of the rows (half of it for the mse). The
 * biases follow the last row, as one more. Rows of W_update have the padded outputs. */
void nn_accumulate_update(const nn_model *model, const nn_tile *tile, size_t l, size_t first,
                          size_t count, double alpha, double beta, double *W_update);

#endif
