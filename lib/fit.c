/* SPDX-License-Identifier: BSD-3-Clause */
#include "fit.h"
#include "checkpoint.h"
#include "culprit.h"
#include "kernels/kernels.h"
#include "lbfgs_descent.h"
#include "memory.h"
#include "sizes.h"

#include <limits.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

static double read_clock(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
}

static double *get_parameters(const nn_fit *fit) {
    return fit->trainer->net->parameters;
}

static size_t count_parameters(const nn_fit *fit) {
    return fit->trainer->net->parameter_count;
}

bool nn_has_validation(const nn_fit *fit) {
    return fit->validation.N > 0;
}

/* ---- the learning rate ----------------------------------------------------------------------- */

static double get_rate(const nn_fit *fit) {
    const nn_settings *s = fit->settings;
    double epoch = (double)fit->progress.epoch, rate = s->learning_rate;
    switch (s->schedule) {
    case NN_CONSTANT:
        break;
    case NN_STEP:
        return rate * pow(s->schedule_factor, floor(epoch / (double)s->schedule_epochs));
    case NN_COSINE:
        if (s->epochs > 1)
            return s->schedule_factor +
                   (rate - s->schedule_factor) *
                       (0.5 + 0.5 * cos(M_PI * epoch / ((double)s->epochs - 1.0)));
        break;
    case NN_PLATEAU:
        return rate * fit->progress.rate_factor;
    }
    return rate;
}

/* ---- steps ----------------------------------------------------------------------------------- */

static bool is_full_batch(const nn_fit *fit) {
    return fit->batch_size == fit->rows.N;
}

/* True where no number of the next step can overflow; the bounds are then brought up to date.
 * Bounds only grow, so before one gives up, the parameters are looked at. */
static bool bound_step(nn_fit *fit, double rate) {
    for (int look = 0; look < 2; look++) {
        nn_bounds next = fit->bounds;
        double gradient =
            nn_bound_gradient(&fit->model, &next) + fit->settings->weight_decay * next.parameters;
        next.parameters += nn_optimizer_bound_step(&fit->optimizer, rate, gradient, &next.velocity);
        if (nn_is_safe(gradient) && nn_is_safe(next.parameters) && nn_is_safe(next.velocity)) {
            fit->bounds = next;
            return true;
        }
        fit->bounds.parameters = nn_bound_parameters(count_parameters(fit), get_parameters(fit));
        if (fit->optimizer.first)
            fit->bounds.velocity = nn_bound_parameters(count_parameters(fit), fit->optimizer.first);
    }
    return false;
}

/* gradient := gradient + decay W, for the weights and not for the biases. */
static void add_decay(const nn_fit *fit) {
    double decay = fit->settings->weight_decay;
    for (size_t l = 0; decay > 0.0 && l < fit->model.n_layers; l++) {
        const nn_layer *layer = &fit->model.layers[l];
        nn_get_kernels()->update(layer->inputs * layer->outputs, -decay, layer->W,
                                 fit->engine.updates[l]);
    }
}

/* A step that may fail, on the gradient that the engine has. */
static nnblas_status step_checked(nn_fit *fit, const nn_rows *batch, double rate, double cost) {
    const double *gradient = fit->engine.updates[0];
    if (isfinite(cost) && nn_get_kernels()->check_finite(count_parameters(fit), gradient) == 0.0 &&
        nn_optimizer_try_step(&fit->optimizer, rate, gradient, get_parameters(fit)))
        return NNBLAS_OK;
    return nn_find_culprit(&fit->model, batch, cost, rate, fit->engine.updates);
}

/* *cost is that before the step. */
static nnblas_status take_step(nn_fit *fit, const nn_rows *batch, double rate, double *cost) {
    const nn_settings *s = fit->settings;
    nnblas_net *net = fit->trainer->net;
    bool is_safe = bound_step(fit, rate), looks_first = is_full_batch(fit) && s->desired_cost > 0.0;
    if (is_safe && !looks_first && s->optimizer == NNBLAS_GRADIENT_DESCENT &&
        s->weight_decay == 0.0) {
        *cost = nn_engine_descend(&fit->engine, &fit->model, batch, rate, net->W);
        return NNBLAS_OK;
    }
    *cost = nn_engine_gradient(&fit->engine, &fit->model, batch, fit->engine.updates);
    if (looks_first && *cost <= s->desired_cost)
        return NNBLAS_STOPPED_COST;
    add_decay(fit);
    if (!is_safe)
        return step_checked(fit, batch, rate, *cost);
    nn_optimizer_step(&fit->optimizer, rate, fit->engine.updates[0], net->parameters);
    return NNBLAS_OK;
}

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
        nnblas_status status = take_step(fit, &batch, rate, &batch_cost);
        if (status)
            return status;
        costs += weight * batch_cost;
        weights += weight;
    }
    *cost = costs / weights;
    return NNBLAS_OK;
}

/* Before the steps of an epoch, so that no step is taken that could not be told of. */
static nnblas_status make_room(nn_history *history) {
    if (history->count < history->room)
        return NNBLAS_OK;
    size_t room = nn_max(256, 2 * history->room);
    nnblas_epoch *epochs = nn_allocate(room, sizeof *epochs);
    if (!epochs)
        return NNBLAS_ERROR_MEMORY;
    if (history->count > 0)
        memcpy(epochs, history->epochs, history->count * sizeof *epochs);
    free(history->epochs);
    history->epochs = epochs;
    history->room = room;
    return NNBLAS_OK;
}

/* The best parameters and the counts of what did not improve. */
static void watch(nn_fit *fit, double cost) {
    const nn_settings *s = fit->settings;
    nn_progress *p = &fit->progress;
    if (cost < p->lowest && fit->best)
        memcpy(fit->best, get_parameters(fit), count_parameters(fit) * sizeof *fit->best);
    bool improves = cost < p->lowest - s->tolerance;
    p->lowest = fmin(p->lowest, cost);
    p->unimproved = improves ? 0 : p->unimproved + 1;
    p->on_plateau = improves ? 0 : p->on_plateau + 1;
    if (s->schedule == NN_PLATEAU && p->on_plateau >= s->schedule_epochs) {
        p->rate_factor *= s->schedule_factor;
        p->on_plateau = 0;
    }
}

static nnblas_status find_reason_to_stop(const nn_fit *fit, double cost) {
    const nn_settings *s = fit->settings;
    if (s->callback && s->callback(s->user, fit->progress.epoch, cost) != 0)
        return NNBLAS_STOPPED_CALLBACK;
    if (s->desired_cost > 0.0 && cost <= s->desired_cost)
        return NNBLAS_STOPPED_COST;
    if (s->patience > 0 && fit->progress.unimproved >= s->patience)
        return NNBLAS_STOPPED_PATIENCE;
    if (s->time_limit > 0.0 && fit->progress.seconds >= s->time_limit)
        return NNBLAS_STOPPED_TIME;
    return NNBLAS_OK;
}

static nnblas_status save_checkpoint(const nn_fit *fit, bool is_last) {
    const nn_settings *s = fit->settings;
    if (!s->checkpoint_path || (!is_last && fit->progress.epoch % s->checkpoint_epochs != 0))
        return NNBLAS_OK;
    return nn_checkpoint_write(s->checkpoint_path, fit);
}

nnblas_status nn_finish_epoch(nn_fit *fit, double cost, double rate) {
    double validation_cost = (double)NAN;
    if (nn_has_validation(fit))
        validation_cost =
            nn_engine_evaluate(&fit->validation_engine, &fit->validation_model, &fit->validation);
    watch(fit, nn_has_validation(fit) ? validation_cost : cost);
    fit->progress.epoch++;
    fit->progress.seconds = read_clock() - fit->started;
    nn_history *history = &fit->trainer->history;
    history->epochs[history->count++] =
        (nnblas_epoch){fit->progress.epoch, cost, validation_cost, rate, fit->progress.seconds};
    nnblas_status reason = find_reason_to_stop(fit, cost);
    bool is_last = reason || fit->progress.epoch >= fit->settings->epochs;
    nnblas_status status = save_checkpoint(fit, is_last);
    if (!status && !is_last)
        status = make_room(history);
    return status ? status : reason;
}

static nnblas_status run_epochs(nn_fit *fit) {
    while (fit->progress.epoch < fit->settings->epochs) {
        double cost, rate = get_rate(fit);
        nnblas_status status = is_full_batch(fit) ? take_step(fit, &fit->rows, rate, &cost)
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
    fit->model.keeps_rows |= given->weights != NULL;
    fit->model.gathers_rows = fit->rows.order != NULL;
    fit->validation_model = nn_net_model(fit->trainer->net);
    fit->validation_model.gathers_rows = fit->validation.order != NULL;
    return NNBLAS_OK;
}

static nnblas_status open_buffers(nn_fit *fit) {
    const nn_settings *s = fit->settings;
    nnblas_status status =
        nn_engine_open(&fit->engine, &fit->model, fit->batch_size, NN_TRAIN, NULL, NULL);
    if (!status)
        status = nn_optimizer_open(&fit->optimizer, s, count_parameters(fit));
    if (status || !nn_has_validation(fit))
        return status;
    fit->best = nn_allocate(count_parameters(fit), sizeof *fit->best);
    if (!fit->best)
        return NNBLAS_ERROR_MEMORY;
    return nn_engine_open(&fit->validation_engine, &fit->validation_model, fit->validation.N,
                          NN_PREDICT, NULL, NULL);
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
        memcpy(fit->best, get_parameters(fit), count_parameters(fit) * sizeof *fit->best);
    if (trainer->resumed) {
        nnblas_status status = nn_checkpoint_restore(trainer->resumed, fit);
        if (status)
            return status;
        nn_checkpoint_free(trainer->resumed);
        trainer->resumed = NULL;
    }
    fit->bounds =
        nn_find_bounds(&fit->model, &fit->rows, count_parameters(fit), get_parameters(fit));
    if (fit->optimizer.first)
        fit->bounds.velocity = nn_bound_parameters(count_parameters(fit), fit->optimizer.first);
    fit->started = read_clock() - fit->progress.seconds;
    return make_room(&trainer->history);
}

static nnblas_status run(nn_fit *fit) {
    nnblas_status status = begin(fit);
    if (status)
        return status;
    status = fit->settings->optimizer == NNBLAS_LBFGS ? nn_run_lbfgs(fit) : run_epochs(fit);
    if (fit->best)
        memcpy(get_parameters(fit), fit->best, count_parameters(fit) * sizeof *fit->best);
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
