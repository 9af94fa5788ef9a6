/* SPDX-License-Identifier: BSD-3-Clause */
/* One training, from its first epoch or from a checkpoint to its end. */
#include "core/clock.h"
#include "core/memory.h"
#include "core/sizes.h"
#include "engine/row_weights.h"
#include "training/checkpoint.h"
#include "training/epoch.h"
#include "training/fit_checks.h"
#include "training/gradient.h"
#include "training/group_beginning.h"
#include "training/group_order.h"
#include "training/group_rows.h"
#include "training/group_source.h"
#include "training/lbfgs.h"
#include "training/levenberg_marquardt.h"
#include "training/online.h"
#include "training/scaled_conjugate_gradient.h"
#include "training/schedule.h"
#include "training/source_batches.h"
#include "training/source_fit.h"
#include "training/step.h"
#include "training/validation.h"

#include <limits.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- epochs ---------------------------------------------------------------------------------- */

/* Whether the rows do not stay in a core's own cache from one epoch to the next. */
static bool is_far_away(const nn_fit *fit) {
    static const double NEAR_BYTES = 2 << 20;
    double columns = (double)fit->model.layers[0].inputs + (double)nn_count_labels(&fit->model);
    return (double)fit->rows.N * columns * sizeof(double) > NEAR_BYTES;
}

/* The batch that begins at row first of all, or this rank's rows of it. */
static nn_rows take_batch(const nn_fit *fit, size_t first, bool is_far) {
    if (!nn_is_alone(&fit->group))
        return nn_get_own_batch(fit, first);
    nn_rows batch = fit->rows;
    batch.N = nn_min(fit->batch_size, fit->rows.N - first);
    batch.order = fit->order.rows + first;
    if (is_far)
        batch.following = nn_min(fit->batch_size, fit->rows.N - first - batch.N);
    nn_weigh_rows(&batch);
    return batch;
}

/* *cost is the mean of the batches' costs by the weight of their rows. */
static nnblas_status run_batches(nn_fit *fit, double rate, double *cost) {
    nn_weight_sum weight = {0.0, 0.0};
    bool is_far = is_far_away(fit);
    *cost = 0.0;
    if (fit->settings->shuffle)
        nn_row_order_shuffle(&fit->order, &fit->progress.random);
    if (!nn_is_alone(&fit->group))
        nn_pick_batches(fit);
    for (size_t first = 0; first < fit->N; first += fit->batch_size) {
        nn_rows batch = take_batch(fit, first, is_far);
        bool is_last = fit->N - first <= fit->batch_size;
        double batch_cost;
        nnblas_status status = nn_take_step(fit, &batch, rate, &batch_cost);
        if (status)
            return status;
        /* A checkpoint is of whole epochs. */
        if (nn_is_cancelled(fit) && !is_last && !fit->has_checkpoints)
            return NNBLAS_STOPPED_CANCELLED;
        /* A mean in steps: no sum exceeds the costs. */
        *cost += nn_add_weight(&weight, &batch) * (batch_cost - *cost);
    }
    return NNBLAS_OK;
}

static nnblas_status run_epoch(nn_fit *fit, double rate, double *cost) {
    if (nn_is_full_batch(fit))
        return nn_take_step(fit, &fit->rows, rate, cost);
    return nn_is_from_source(fit) ? nn_run_source_batches(fit, rate, cost)
                                  : run_batches(fit, rate, cost);
}

static nnblas_status run_epochs(nn_fit *fit) {
    nnblas_status reason;
    if (nn_has_ended(fit, &reason))
        return reason;
    while (fit->progress.epoch < fit->settings->epochs) {
        double cost, rate = nn_get_rate(fit);
        nnblas_status status = run_epoch(fit, rate, &cost);
        if (status < 0 || status == NNBLAS_STOPPED_CANCELLED)
            return status;
        status = nn_finish_epoch(fit, cost, rate);
        if (status)
            return status;
    }
    return NNBLAS_OK;
}

/* ---- the parts of a training ----------------------------------------------------------------- */

/* Chooses the training rows and the validation rows. */
static nnblas_status choose_rows(nn_fit *fit, const nn_rows *given) {
    const nn_settings *s = fit->settings;
    size_t batch = s->batch_size > 0 ? s->batch_size : SIZE_MAX;
    size_t weighted = nn_count_weighted_rows(given->N, given->weights);
    bool is_shuffled = batch < weighted && nn_has_rate(s->optimizer);
    fit->rows = *given;
    if (is_shuffled || s->validation_fraction > 0.0 || weighted < given->N) {
        nnblas_status status = nn_row_order_open(&fit->order, given->N, given->weights,
                                                 s->validation_fraction, s->seed);
        if (status)
            return status;
        fit->rows.N = fit->order.learning;
        fit->rows.order = fit->order.rows;
        if (fit->order.validating > 0) {
            fit->validation = *given;
            fit->validation.N = fit->order.validating;
            fit->validation.order = fit->order.rows + fit->order.learning;
        }
    }
    nn_weigh_rows(&fit->rows);
    fit->N = fit->rows.N;
    fit->batch_size = is_shuffled ? nn_min(batch, fit->N) : fit->N;
    return NNBLAS_OK;
}

/* Validation rows of the caller's own; a fraction was chosen with the training rows. */
static nnblas_status choose_validation(nn_fit *fit) {
    const nn_settings *s = fit->settings;
    nnblas_status status = NNBLAS_OK;
    if (s->validation_source)
        return nn_choose_validation_source(fit, s->validation_source);
    if (!fit->validation.order) {
        fit->validation = s->validation;
        status = nn_leave_out_rows(&fit->validation, &fit->validation_list);
    }
    nn_weigh_rows(&fit->validation);
    fit->N_validation = fit->validation.N;
    double share;
    return nn_join_rows(&fit->group, status, &fit->validation, &fit->N_validation, &share);
}

/* By the plan of a checkpoint, where one is resumed, so that the bits go on as they began. */
static nnblas_status open_engine(const nn_fit *fit, nn_engine *engine, const nn_problem *problem) {
    nn_checkpoint *resumed = nn_is_alone(&fit->group) ? fit->trainer->resumed : NULL;
    return nn_engine_open(engine, problem, nn_checkpoint_get_plan(resumed, problem), NULL);
}

static nnblas_status open_step_engine(nn_fit *fit, const nn_problem *problem) {
    if (!fit->group.is_ordered)
        return open_engine(fit, &fit->engine, problem);
    const nn_plan plan = nn_plan_own_parts(fit);
    return nn_engine_open(&fit->engine, problem, &plan, NULL);
}

static nnblas_status open_buffers(nn_fit *fit) {
    const nn_rows batch = nn_describe_step(fit), validation_rows = nn_describe_validation(fit);
    const nn_problem step = nn_make_problem(&fit->model, &batch, NN_TRAIN);
    nnblas_status status = nn_open_ordered_sums(fit);
    if (!status)
        status = open_step_engine(fit, &step);
    if (!status)
        status = nn_optimizer_open(&fit->optimizer, fit->settings, fit->model.layers,
                                   fit->model.n_layers, fit->engine.threads);
    if (!status)
        status = nn_open_source_buffers(fit);
    if (!status && fit->settings->derivatives.data)
        status = nn_derivative_engine_open(&fit->derivative_engine, &fit->model, batch.N,
                                           fit->engine.updates[0], NULL, 0);
    if (status || !nn_has_validation(fit))
        return status;
    fit->best = nn_allocate(nn_count_all_parameters(fit), sizeof *fit->best);
    if (!fit->best)
        return NNBLAS_ERROR_MEMORY;
    const nn_problem validation = nn_make_problem(&fit->model, &validation_rows, NN_PREDICT);
    status = open_engine(fit, &fit->validation_engine, &validation);
    return status ? status
                  : nn_scorer_open(&fit->scorer, fit->settings->score, &fit->model,
                                   validation_rows.N, &fit->group);
}

/* Closes what was opened; the rest is null. */
static void close_fit(nn_fit *fit) {
    nn_history_file_close(&fit->checkpoints.file);
    nn_scorer_close(&fit->scorer);
    nn_engine_close(&fit->validation_engine);
    free(fit->best);
    nn_derivative_engine_close(&fit->derivative_engine);
    nn_optimizer_close(&fit->optimizer);
    nn_engine_close(&fit->engine);
    nn_close_sources(fit);
    free(fit->validation_list);
    nn_row_order_close(&fit->order);
    nn_close_own_rows(&fit->own);
    free(fit->ordered_sums);
    nn_group_close(&fit->group);
}

static nn_overflow_bounds bound_rows(nn_fit *fit) {
    nn_overflow_bounds found =
        nn_is_from_source(fit) ? fit->source.survey.bounds : nn_bound_rows(&fit->model, &fit->rows);
    double bounds[] = {found.X, found.Y};
    nn_group_find_largest(&fit->group, bounds, 2);
    found.X = bounds[0];
    found.Y = bounds[1];
    return found;
}

static nnblas_status begin(nn_fit *fit) {
    nnblas_trainer *trainer = fit->trainer;
    nnblas_status status = nn_share_beginning(fit);
    if (status)
        return status;
    nn_checkpoint_free(trainer->resumed);
    trainer->resumed = NULL;
    trainer->evidence = fit->progress.evidence;
    nn_take_posterior(trainer->net, 0.0, NULL); /* that of other rows, perhaps */
    trainer->checkpoint_failure = (nn_failure){.status = NNBLAS_OK};
    nn_optimizer_freeze(&fit->optimizer, nn_get_parameters(fit));
    fit->bounds = bound_rows(fit);
    nn_expect_passes(fit);
    fit->checkpoints.finished = nn_read_clock();
    fit->started = fit->checkpoints.finished - fit->progress.seconds;
    status = nn_history_make_room(&trainer->history, fit->settings->history_limit);
    return nn_group_agree(&fit->group, status);
}

static nnblas_status optimize(nn_fit *fit) {
    switch (fit->settings->optimizer) {
    case NNBLAS_LBFGS:
        return nn_run_lbfgs(fit);
    case NNBLAS_LEVENBERG_MARQUARDT:
        return nn_run_levenberg_marquardt(fit);
    case NNBLAS_SCALED_CONJUGATE_GRADIENT:
        return nn_run_scaled_conjugate_gradient(fit);
    case NNBLAS_GRADIENT_DESCENT:
    case NNBLAS_MOMENTUM:
    case NNBLAS_NESTEROV:
    case NNBLAS_RPROP:
    case NNBLAS_ADAM:
        break;
    }
    return run_epochs(fit);
}

static nnblas_status run(nn_fit *fit) {
    nnblas_status status = begin(fit);
    if (status)
        return status;
    status = optimize(fit);
    if (fit->best)
        memcpy(nn_get_parameters(fit), fit->best, nn_count_all_parameters(fit) * sizeof *fit->best);
    /* An optimizer may have taken the failure of a source or of the group for a cost that is not
     * finite. */
    nnblas_status lost = nn_group_agree(&fit->group, nn_check_rows(fit));
    return lost ? lost : status;
}

/* What is refused before any rows are chosen. */
static nnblas_status check(nn_fit *fit, const nn_rows *rows, const nnblas_source *source) {
    const nn_settings *s = fit->settings;
    nnblas_status status = nn_group_open(&fit->group, &s->group, s->has_ordered_sums);
    if (!status)
        status = nn_compare_ranks(fit, source);
    if (status)
        return status;
    status = rows ? nn_check_fit(fit->trainer, rows) : nn_check_source_fit(fit->trainer, source);
    return nn_group_agree(&fit->group, status);
}

static nnblas_status choose(nn_fit *fit, const nn_rows *rows, nnblas_source *source) {
    bool is_share = !nn_is_alone(&fit->group);
    nnblas_status status = !rows      ? nn_choose_source(fit, source)
                           : is_share ? nn_choose_own_rows(fit, rows)
                                      : choose_rows(fit, rows);
    if (status || (rows && is_share && !fit->settings->validation_source))
        return status;
    return choose_validation(fit);
}

/* rows: null where they come from the source. */
static nnblas_status fit_rows(nnblas_trainer *trainer, const nn_rows *rows, nnblas_source *source) {
    nn_fit fit = {.trainer = trainer,
                  .settings = &trainer->settings,
                  .model = nn_net_model(trainer->net),
                  .has_weights = trainer->settings.sample_weights != NULL,
                  .has_validation_weights = trainer->settings.validation.weights != NULL};
    nnblas_status status = check(&fit, rows, source);
    if (!status)
        status = choose(&fit, rows, source);
    if (!status)
        status = nn_group_agree(&fit.group, open_buffers(&fit));
    if (!status)
        status = nn_learn_validation(&fit);
    if (!status)
        status = run(&fit);
    close_fit(&fit);
    nn_drop_step_optimizer(trainer);
    return status;
}

static nnblas_status end_fit(nnblas_trainer *trainer, nnblas_status status) {
    trainer->fit_failure.status = status;
    if (status < 0)
        snprintf(trainer->fit_failure.words, sizeof trainer->fit_failure.words, "%s",
                 nnblas_error_message());
    atomic_store_explicit(&trainer->is_cancelled, false, memory_order_relaxed);
    return status;
}

nnblas_status nnblas_trainer_fit(nnblas_trainer *trainer, size_t N, const double *X, size_t ldx,
                                 const double *Y, size_t ldy) {
    if (nn_check_pointer("trainer", trainer))
        return NNBLAS_ERROR_NULL;
    const nn_rows rows = {.N = N,
                          .X = X,
                          .ldx = ldx,
                          .Y = Y,
                          .ldy = ldy,
                          .weights = trainer->settings.sample_weights};
    return end_fit(trainer, fit_rows(trainer, &rows, NULL));
}

nnblas_status nnblas_trainer_fit_source(nnblas_trainer *trainer, nnblas_source *source) {
    if (nn_check_pointer("trainer", trainer))
        return NNBLAS_ERROR_NULL;
    return end_fit(trainer, fit_rows(trainer, NULL, source));
}
