/* SPDX-License-Identifier: BSD-3-Clause */
/* One training, from its first epoch or from a checkpoint to its end. */
#include "core/clock.h"
#include "core/memory.h"
#include "core/sizes.h"
#include "engine/finite.h"
#include "training/checkpoint.h"
#include "training/epoch.h"
#include "training/lbfgs.h"
#include "training/schedule.h"
#include "training/step.h"

#include <limits.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

/* ---- epochs ---------------------------------------------------------------------------------- */

static double get_weight(const nn_rows *batch) {
    if (!batch->weights)
        return (double)batch->N;
    double sum = 0.0;
    for (size_t e = 0; e < batch->N; e++)
        sum += batch->weights[batch->order ? batch->order[e] : e];
    return sum;
}

/* The mean of the batches' costs by the weight of their rows. A batch without weight teaches
 * nothing. */
static nnblas_status run_batches(nn_fit *fit, double rate, double *cost) {
    double costs = 0.0, weights = 0.0;
    nn_order_shuffle(&fit->order, &fit->progress.random);
    for (size_t first = 0; first < fit->rows.N; first += fit->batch_size) {
        nn_rows batch = fit->rows;
        batch.N = nn_min(fit->batch_size, fit->rows.N - first);
        batch.order = fit->order.rows + first;
        double weight = get_weight(&batch), batch_cost;
        if (!(weight > 0.0))
            continue;
        nnblas_status status = nn_take_step(fit, &batch, rate, &batch_cost);
        if (status)
            return status;
        costs += weight * batch_cost;
        weights += weight;
    }
    *cost = costs / weights;
    return NNBLAS_OK;
}

static nnblas_status run_epochs(nn_fit *fit) {
    while (fit->progress.epoch < fit->settings->epochs) {
        double cost, rate = nn_get_rate(fit);
        nnblas_status status = nn_is_full_batch(fit) ? nn_take_step(fit, &fit->rows, rate, &cost)
                                                     : run_batches(fit, rate, &cost);
        if (status < 0)
            return status;
        status = nn_finish_epoch(fit, cost, rate);
        if (status)
            return status;
    }
    return NNBLAS_OK;
}

/* ---- the parts of a training ----------------------------------------------------------------- */

/* Which rows learn and which validate. */
static nnblas_status choose_rows(nn_fit *fit, const nn_rows *given) {
    const nn_settings *s = fit->settings;
    size_t batch = s->batch_size > 0 ? s->batch_size : SIZE_MAX;
    bool is_shuffled = batch < given->N && s->optimizer != NNBLAS_LBFGS;
    fit->rows = *given;
    fit->validation = s->validation;
    if (is_shuffled || s->validation_fraction > 0.0) {
        nnblas_status status =
            nn_order_open(&fit->order, given->N, s->validation_fraction, s->seed);
        if (status)
            return status;
        fit->rows.N = fit->order.learning;
        fit->rows.order = fit->order.rows;
        if (fit->order.validating > 0) {
            fit->validation = *given;
            fit->validation.weights = NULL;
            fit->validation.N = fit->order.validating;
            fit->validation.order = fit->order.rows + fit->order.learning;
        }
    }
    fit->batch_size = is_shuffled ? nn_min(batch, fit->rows.N) : fit->rows.N;
    fit->model = nn_net_model(fit->trainer->net);
    return NNBLAS_OK;
}

static nnblas_status open_buffers(nn_fit *fit) {
    nn_rows batch = fit->rows;
    batch.N = fit->batch_size;
    const nn_problem step = nn_make_problem(&fit->model, &batch, NN_TRAIN);
    nnblas_status status = nn_engine_open(&fit->engine, &step, NULL, NULL);
    if (!status)
        status = nn_optimizer_open(&fit->optimizer, fit->settings, nn_count_all_parameters(fit));
    if (status || !nn_has_validation(fit))
        return status;
    fit->best = nn_allocate(nn_count_all_parameters(fit), sizeof *fit->best);
    if (!fit->best)
        return NNBLAS_ERROR_MEMORY;
    const nn_problem validation = nn_make_problem(&fit->model, &fit->validation, NN_PREDICT);
    return nn_engine_open(&fit->validation_engine, &validation, NULL, NULL);
}

/* Of what was opened; the rest is null. */
static void close_fit(nn_fit *fit) {
    nn_engine_close(&fit->validation_engine);
    free(fit->best);
    nn_optimizer_close(&fit->optimizer);
    nn_engine_close(&fit->engine);
    nn_order_close(&fit->order);
}

static nnblas_status begin(nn_fit *fit) {
    nnblas_trainer *trainer = fit->trainer;
    fit->progress = (nn_progress){.rate_factor = 1.0, .lowest = HUGE_VAL};
    nn_random_seed(&fit->progress.random, fit->settings->seed);
    trainer->history.count = 0;
    if (fit->best)
        memcpy(fit->best, nn_get_parameters(fit), nn_count_all_parameters(fit) * sizeof *fit->best);
    if (trainer->resumed) {
        nnblas_status status = nn_checkpoint_restore(trainer->resumed, fit);
        if (status)
            return status;
        nn_checkpoint_free(trainer->resumed);
        trainer->resumed = NULL;
    }
    fit->bounds = nn_find_bounds(&fit->model, &fit->rows, nn_count_all_parameters(fit),
                                 nn_get_parameters(fit));
    if (fit->optimizer.first)
        fit->bounds.velocity =
            nn_bound_parameters(nn_count_all_parameters(fit), fit->optimizer.first);
    fit->started = nn_read_clock() - fit->progress.seconds;
    return nn_history_make_room(&trainer->history);
}

static nnblas_status run(nn_fit *fit) {
    nnblas_status status = begin(fit);
    if (status)
        return status;
    status = fit->settings->optimizer == NNBLAS_LBFGS ? nn_run_lbfgs(fit) : run_epochs(fit);
    if (fit->best)
        memcpy(nn_get_parameters(fit), fit->best, nn_count_all_parameters(fit) * sizeof *fit->best);
    return status;
}

/* ---- the door -------------------------------------------------------------------------------- */

static nnblas_status check_weights(size_t N, const double *weights) {
    if (!weights)
        return NNBLAS_OK;
    nnblas_status status = nn_check_finite("the sample weights", 1, N, weights, N);
    double sum = 0.0;
    for (size_t e = 0; e < N && !status; e++) {
        if (weights[e] < 0.0)
            status = nn_fail(NNBLAS_ERROR_VALUE,
                             "the sample weight of row %zu is %g; it must be "
                             "0 or above",
                             e, weights[e]);
        sum += weights[e];
    }
    if (!status && !(sum > 0.0 && isfinite(1.0 / sum)))
        status = nn_fail(NNBLAS_ERROR_VALUE, "the sample weights add up to %g", sum);
    return status;
}

static nnblas_status check_rows_finite(const nnblas_net *net, const char *X, const char *Y,
                                       const nn_rows *rows) {
    nnblas_status status = nn_check_finite(X, rows->N, net->layers[0].inputs, rows->X, rows->ldx);
    if (!status)
        status =
            nn_check_finite(Y, rows->N, net->layers[net->n_layers - 1].outputs, rows->Y, rows->ldy);
    return status;
}

/* Settings that were good one by one and are not together. */
static nnblas_status check_settings(const nn_settings *s, size_t N) {
    if (s->validation_fraction > 0.0 && N < 2)
        return nn_fail(NNBLAS_ERROR_VALUE,
                       "the validation fraction is %g, which takes at least 2 rows; N is %zu",
                       s->validation_fraction, N);
    if (s->optimizer == NNBLAS_LBFGS && s->checkpoint_path)
        return nn_fail(NNBLAS_ERROR_VALUE, "NNBLAS_LBFGS has no checkpoints; set their path to "
                                           "null");
    if (s->optimizer == NNBLAS_RPROP && s->batch_size > 0 && s->batch_size < N)
        return nn_fail(NNBLAS_ERROR_VALUE,
                       "NNBLAS_RPROP compares gradients over all rows; batch_size is %zu, and must "
                       "be 0 for all",
                       s->batch_size);
    return NNBLAS_OK;
}

static nnblas_status check_fit(const nnblas_trainer *trainer, const nn_rows *rows) {
    const nnblas_net *net = trainer->net;
    const nn_settings *s = &trainer->settings;
    const nn_net_call call = {net, rows->N, rows->X, rows->ldx, "Y", rows->Y, rows->ldy, NN_READ};
    nnblas_status status = nn_check_net_call(&call, NULL, NULL);
    if (!status)
        status = check_settings(s, rows->N);
    if (!status)
        status = check_rows_finite(net, "X", "Y", rows);
    if (!status && s->validation.N > 0)
        status = check_rows_finite(net, "validation X", "validation Y", &s->validation);
    if (!status)
        status = check_weights(rows->N, rows->weights);
    return status;
}

nnblas_status nnblas_trainer_fit(nnblas_trainer *trainer, size_t N, const double *X, size_t ldx,
                                 const double *Y, size_t ldy) {
    if (!trainer)
        return nn_fail(NNBLAS_ERROR_NULL, "trainer is null");
    const nn_rows rows = {.N = N,
                          .X = X,
                          .ldx = ldx,
                          .Y = Y,
                          .ldy = ldy,
                          .weights = trainer->settings.sample_weights};
    nnblas_status status = check_fit(trainer, &rows);
    if (status)
        return status;
    nn_fit fit = {.trainer = trainer, .settings = &trainer->settings};
    status = choose_rows(&fit, &rows);
    if (!status)
        status = open_buffers(&fit);
    if (!status)
        status = run(&fit);
    close_fit(&fit);
    return status;
}
