/* SPDX-License-Identifier: BSD-3-Clause */
#include "training/overflow_bounds.h"
#include "kernels/kernels.h"

#include <math.h>

bool nn_is_safe(double bound) {
    return bound < 1e100;
}

/* A bound of all elements: the largest sum of magnitudes of a row. order: which rows; null for the
 * first ones. */
static double bound_matrix(size_t rows, const uint32_t *order, size_t columns, const double *data,
                           size_t ld) {
    double bound = 0.0;
    for (size_t i = 0; i < rows; i++) {
        const double *row = data + (order ? order[i] : i) * ld;
        bound = fmax(bound, nn_get_kernels()->sum_magnitudes(columns, row));
    }
    return bound;
}

double nn_bound_parameters(size_t count, const double *parameters) {
    return nn_get_kernels()->sum_magnitudes(count, parameters);
}

nn_overflow_bounds nn_bound_rows(const nn_model *model, const nn_rows *rows) {
    size_t inputs = model->layers[0].inputs, labels = nn_count_labels(model);
    return (nn_overflow_bounds){
        .X = bound_matrix(rows->N, rows->order, inputs, rows->X, rows->ldx),
        .Y = bound_matrix(rows->N, rows->order, labels, rows->Y, rows->ldy),
        .parameters = HUGE_VAL,
    };
}

/* The bound of a layer's outputs, where its inputs are bounded by a. Of those that have no bound of
 * their own, softplus exceeds its input by up to ln 2, and ELU is as low as -1. */
static double bound_activation(const nn_layer *layer, const nn_overflow_bounds *bounds, double a) {
    switch (layer->activation) {
    case NNBLAS_RELU:
    case NNBLAS_IDENTITY:
    case NNBLAS_LEAKY_RELU:
    case NNBLAS_GELU:
    case NNBLAS_SILU:
        return ((double)nn_get_fan_in(layer) * a + 1.0) * bounds->parameters;
    case NNBLAS_EXPONENTIAL:
        return exp(((double)nn_get_fan_in(layer) * a + 1.0) * bounds->parameters);
    case NNBLAS_SOFTPLUS:
    case NNBLAS_ELU:
        return ((double)nn_get_fan_in(layer) * a + 1.0) * bounds->parameters + 1.0;
    case NNBLAS_SIGMOID:
    case NNBLAS_TANH:
    case NNBLAS_SOFTMAX:
    case NNBLAS_SOFTSIGN:
    case NNBLAS_SINE:
        break;
    }
    return 1.0;
}

/* Of the derivatives of an activation the largest is 1.129 for GELU, 1.0999 for SiLU, and 1 for all
 * others. */
static double bound_slope(const nn_layer *layer) {
    bool exceeds_1 = layer->activation == NNBLAS_GELU || layer->activation == NNBLAS_SILU;
    return exceeds_1 ? 1.13 : 1.0;
}

/*
 * No derivative of a cost by an input of the outputs is larger than this, where a bounds the
 * outputs, and of exponential ones their inverses too. That of the mse is at most (outputs + 1)
 * times the largest difference of an output and a label, since softmax adds them up, and times an
 * exponential output. The others follow from their equations.
 */
static double bound_output_delta(const nn_model *model, const nn_overflow_bounds *bounds,
                                 double a) {
    double outputs = (double)model->layers[model->n_layers - 1].outputs;
    switch (model->cost) {
    case NNBLAS_QUANTILE:
        return fmax(1.0, a);
    case NNBLAS_GAMMA:
        return 1.0 + a * bounds->Y;
    case NNBLAS_GAUSSIAN:
        return (1.0 + a + bounds->Y) * (1.0 + a + bounds->Y) * exp(a);
    case NNBLAS_HINGE:
        return 1.0;
    case NNBLAS_MSE:
    case NNBLAS_CROSS_ENTROPY:
    case NNBLAS_HUBER:
    case NNBLAS_POISSON:
        break;
    }
    return (outputs + 1.0) * (a + bounds->Y) * fmax(1.0, a);
}

/* A gradient is a weighted mean over the rows of products of a delta and an activation or an input.
 */
double nn_bound_gradient(const nn_model *model, const nn_overflow_bounds *bounds) {
    double a = bounds->X, largest_a = fmax(1.0, a);
    for (size_t l = 0; l < model->n_layers; l++) {
        const nn_layer *layer = &model->layers[l];
        a = layer->skips > 0 ? fmax(a, bounds->X) : a;
        double sum = (double)nn_get_fan_in(layer) * a * bounds->parameters;
        if (!nn_is_safe(sum))
            return HUGE_VAL;
        a = bound_activation(layer, bounds, a);
        largest_a = fmax(largest_a, a);
    }
    double delta = bound_output_delta(model, bounds, a), largest_delta;
    delta *= bound_slope(&model->layers[model->n_layers - 1]);
    largest_delta = delta;
    for (size_t l = model->n_layers - 1; l > 0; l--) {
        delta *= (double)model->layers[l].outputs * bounds->parameters;
        delta *= bound_slope(&model->layers[l - 1]);
        largest_delta = fmax(largest_delta, delta);
    }
    bool is_safe = nn_is_safe(largest_delta) && nn_is_safe(bounds->X) && nn_is_safe(bounds->Y) &&
                   nn_is_safe(largest_a);
    return is_safe ? largest_delta * largest_a : HUGE_VAL;
}
