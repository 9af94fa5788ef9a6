/* SPDX-License-Identifier: BSD-3-Clause */
#include "descent.h"
#include "arguments.h"
#include "kernels/kernels.h"

#include <math.h>
#include <stdio.h>

/* ---- checked steps --------------------------------------------------------------------------- */

/* Looks in the order of the algorithm, and only when a step has failed. */
static nnblas_status find_culprit(const nn_model *model, const nn_rows *rows, double mse,
                                  double learning_rate, double *const *updates) {
    size_t last = model->n_layers - 1;
    if (nn_check_finite("X", rows->N, model->layers[0].inputs, rows->X, rows->ldx) ||
        nn_check_finite("Y", rows->N, model->layers[last].outputs, rows->Y, rows->ldy))
        return NNBLAS_ERROR_NOT_FINITE;
    for (size_t l = 0; l <= last; l++) {
        const nn_layer *layer = &model->layers[l];
        char name[32] = "W";
        snprintf(name, sizeof name, "W%zu", l + 1);
        if (nn_check_finite(name, layer->inputs, layer->outputs, layer->W, layer->outputs))
            return NNBLAS_ERROR_NOT_FINITE;
    }
    if (!isfinite(mse))
        return nn_fail(NNBLAS_ERROR_NOT_FINITE,
                       "the mse overflows, though X, Y and the weights are finite: Y is too large");
    for (size_t l = 0; l <= last; l++) {
        const nn_layer *layer = &model->layers[l];
        char name[32];
        snprintf(name, sizeof name, "W%zu_update", l + 1);
        if (nn_check_finite(name, layer->inputs, layer->outputs, updates[l], layer->outputs))
            return NNBLAS_ERROR_NOT_FINITE;
    }
    return nn_fail(NNBLAS_ERROR_NOT_FINITE,
                   "the new weights overflow: learning_rate %g is too large", learning_rate);
}

static size_t count_weights(const nn_model *model, size_t l) {
    return model->layers[l].inputs * model->layers[l].outputs;
}

nnblas_status nn_update_checked(const nn_descent *d, double mse) {
    double *const *updates = d->engine->updates;
    double check = 0.0 * mse;
    for (size_t l = 0; l < d->model->n_layers; l++)
        check += nn_get_kernels()->check_update(count_weights(d->model, l), d->learning_rate,
                                                updates[l], d->W[l]);
    if (check != 0.0)
        return find_culprit(d->model, d->rows, mse, d->learning_rate, updates);
    nn_engine_update(d->engine, d->model, d->learning_rate, d->W);
    return NNBLAS_OK;
}

nnblas_status nn_step_checked(const nn_descent *d, double *mse) {
    *mse = nn_engine_gradient(d->engine, d->model, d->rows, d->engine->updates);
    return nn_update_checked(d, *mse);
}

/* ---- bounded steps --------------------------------------------------------------------------- */

/* Far enough under the largest double that no sum of products of such numbers overflows. */
static const double SAFE = 1e100;

/* The sum of the magnitudes of a row bounds each of them. */
static double bound_magnitude(size_t rows, size_t columns, const double *data, size_t ld) {
    double bound = 0.0;
    for (size_t i = 0; i < rows; i++)
        bound = fmax(bound, nn_get_kernels()->sum_magnitudes(columns, data + i * ld));
    return bound;
}

/* Infinity or NaN where a weight is not finite. */
static double bound_weights(const nn_descent *d) {
    double bound = 0.0;
    for (size_t l = 0; l < d->model->n_layers; l++)
        bound += nn_get_kernels()->sum_magnitudes(count_weights(d->model, l), d->W[l]);
    return bound;
}

nn_bounds nn_find_bounds(const nn_descent *d) {
    const nn_rows *rows = d->rows;
    const nn_model *model = d->model;
    return (nn_bounds){
        .X = bound_magnitude(rows->N, model->layers[0].inputs, rows->X, rows->ldx),
        .Y = bound_magnitude(rows->N, model->layers[model->n_layers - 1].outputs, rows->Y,
                             rows->ldy),
        .W = bound_weights(d),
    };
}

/* What no weight exceeds after a step: an update is the mean over the rows of products of a delta
 * and an activation or an input, and a (1 - a) is at most 1/4. */
static double bound_next_weights(const nn_descent *d, const nn_bounds *bounds) {
    double delta = 0.25 * (1.0 + bounds->Y), largest = delta;
    for (size_t l = d->model->n_layers - 1; l > 0; l--) {
        delta *= 0.25 * (double)d->model->layers[l].outputs * bounds->W;
        largest = fmax(largest, delta);
    }
    return bounds->W + d->learning_rate * largest * fmax(1.0, bounds->X);
}

nnblas_status nn_step_bounded(const nn_descent *d, nn_bounds *bounds, double *mse) {
    double next = bound_next_weights(d, bounds);
    if (!(next < SAFE)) { /* bounds only grow: look how large the weights are */
        bounds->W = bound_weights(d);
        next = bound_next_weights(d, bounds);
    }
    if (!(next < SAFE) || !(bounds->X < SAFE) || !(bounds->Y < SAFE))
        return nn_step_checked(d, mse);
    *mse = nn_engine_descend(d->engine, d->model, d->rows, d->learning_rate, d->W);
    bounds->W = next;
    return NNBLAS_OK;
}
