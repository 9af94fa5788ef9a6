/* SPDX-License-Identifier: BSD-3-Clause */
#include "engine/finite.h"
#include "kernels/kernels.h"

#include <math.h>
#include <stdio.h>

nnblas_status nn_check_finite_block(const char *name, size_t first, size_t rows, size_t columns,
                                    const double *data, size_t ld) {
    const nn_kernels *kernels = nn_get_kernels();
    for (size_t i = 0; i < rows; i++) {
        const double *row = data + i * ld;
        if (kernels->check_finite(columns, row) == 0.0)
            continue;
        size_t j = 0;
        while (isfinite(row[j]))
            j++;
        return nn_fail(NNBLAS_ERROR_NOT_FINITE, "%s holds %s at row %zu, column %zu", name,
                       isnan(row[j]) ? "a NaN" : "an infinity", first + i, j);
    }
    return NNBLAS_OK;
}

nnblas_status nn_check_finite(const char *name, size_t rows, size_t columns, const double *data,
                              size_t ld) {
    return nn_check_finite_block(name, 0, rows, columns, data, ld);
}

/* Checks W or W_update of layer l, and the biases that follow it. */
static nnblas_status check_layer(const nn_layer *layer, size_t l, const double *W,
                                 const char *suffix) {
    char name[40];
    snprintf(name, sizeof name, "W%zu%s", l + 1, suffix);
    nnblas_status status =
        nn_check_finite(name, nn_get_fan_in(layer), layer->outputs, W, layer->outputs);
    if (status || !layer->has_bias)
        return status;
    snprintf(name, sizeof name, "b%zu%s", l + 1, suffix);
    return nn_check_finite(name, 1, layer->outputs, W + nn_count_weights(layer), layer->outputs);
}

nnblas_status nn_check_parameters_finite(const nn_model *model) {
    nnblas_status status = NNBLAS_OK;
    for (size_t l = 0; l < model->n_layers && !status; l++)
        status = check_layer(&model->layers[l], l, model->layers[l].W, "");
    return status;
}

nnblas_status nn_report_not_finite(const nn_model *model, const nn_rows *rows, double cost,
                                   double learning_rate, double *const *updates) {
    size_t last = model->n_layers - 1;
    /* Picked rows, and those of a source, were checked before the first step. */
    if (rows->X && !rows->order &&
        (nn_check_finite("X", rows->N, model->layers[0].inputs, rows->X, rows->ldx) ||
         nn_check_finite("Y", rows->N, nn_count_labels(model), rows->Y, rows->ldy)))
        return NNBLAS_ERROR_NOT_FINITE;
    if (nn_check_parameters_finite(model))
        return NNBLAS_ERROR_NOT_FINITE;
    if (!isfinite(cost))
        return nn_fail(NNBLAS_ERROR_NOT_FINITE,
                       "the cost overflows, though X, Y and the weights are finite: some of them "
                       "are too large%s",
                       learning_rate > 0.0 ? ", or the learning rate of the steps before was" : "");
    for (size_t l = 0; l <= last; l++)
        if (check_layer(&model->layers[l], l, updates[l], "_update"))
            return NNBLAS_ERROR_NOT_FINITE;
    return nn_fail(NNBLAS_ERROR_NOT_FINITE,
                   "the step overflows: the gradient or learning_rate %g is too large",
                   learning_rate);
}
