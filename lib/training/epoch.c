/* SPDX-License-Identifier: BSD-3-Clause */
#include "training/epoch.h"
#include "core/clock.h"
#include "training/checkpoint.h"
#include "training/gradient.h"
#include "training/group_sums.h"
#include "training/schedule.h"
#include "training/source_fit.h"
#include "training/step.h"
#include "training/validation.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

/* The best parameters and the counts of what did not improve. watched: the lower, the better. */
static void watch(nn_fit *fit, double watched) {
    const nn_settings *s = fit->settings;
    nn_progress *p = &fit->progress;
    if (watched < p->lowest && fit->best)
        memcpy(fit->best, nn_get_parameters(fit), nn_count_all_parameters(fit) * sizeof *fit->best);
    bool improves = watched < p->lowest - s->tolerance;
    p->lowest = fmin(p->lowest, watched);
    p->unimproved = improves ? 0 : p->unimproved + 1;
    p->on_plateau = improves ? 0 : p->on_plateau + 1;
    nn_follow_plateau(fit);
}

/* Calls both. */
static bool callbacks_stop(const nn_settings *s, const nnblas_epoch *epoch) {
    bool stops = s->callback && s->callback(s->user, epoch->epoch, epoch->cost) != 0;
    bool epoch_stops = s->epoch_callback && s->epoch_callback(s->epoch_user, epoch) != 0;
    return stops || epoch_stops;
}

static bool is_over_time(const nn_fit *fit) {
    return fit->settings->time_limit > 0.0 && fit->progress.seconds >= fit->settings->time_limit;
}

static nnblas_status find_reason_to_stop(const nn_fit *fit, bool ends_by_time) {
    const nn_settings *s = fit->settings;
    if (s->desired_cost > 0.0 && fit->progress.cost <= s->desired_cost)
        return NNBLAS_STOPPED_COST;
    if ((s->patience > 0 && fit->progress.unimproved >= s->patience) ||
        nn_has_used_up_rates(s, &fit->progress))
        return NNBLAS_STOPPED_PATIENCE;
    if (ends_by_time)
        return NNBLAS_STOPPED_TIME;
    if (nn_is_cancelled(fit))
        return NNBLAS_STOPPED_CANCELLED;
    return NNBLAS_OK;
}

static bool is_checkpoint_due(const nn_fit *fit, bool is_last) {
    const nn_settings *s = fit->settings;
    if (!s->checkpoint_path || !nn_is_first(&fit->group) || is_last)
        return s->checkpoint_path && nn_is_first(&fit->group);
    return fit->progress.epoch % s->checkpoint_epochs == 0 &&
           nn_read_clock() - fit->checkpoints.finished >= s->checkpoint_interval;
}

/* A failure does not end the training: the next checkpoint may succeed. */
static void save_checkpoint(nn_fit *fit, bool is_last) {
    nn_failure *failure = &fit->trainer->checkpoint_failure;
    nnblas_status status = nn_checkpoint_write(fit, is_last);
    if (status) {
        failure->status = status;
        snprintf(failure->words, sizeof failure->words, "no checkpoint after epoch %zu: %s",
                 fit->progress.epoch, nnblas_error_message());
    }
    fit->checkpoints.finished = nn_read_clock();
}

void nn_save_last_checkpoint(nn_fit *fit) {
    if (fit->settings->checkpoint_path && nn_is_first(&fit->group) && fit->progress.epoch > 0 &&
        !nn_check_rows(fit))
        save_checkpoint(fit, true);
}

bool nn_has_ended(nn_fit *fit, nnblas_status *reason) {
    nn_epoch_end end = {.is_over_time = is_over_time(fit)};
    *reason = nn_end_group_epoch(fit, &end);
    if (*reason)
        return true;
    *reason = find_reason_to_stop(fit, end.is_over_time);
    if (!*reason && fit->progress.epoch < fit->settings->epochs)
        return false;
    nn_save_last_checkpoint(fit);
    return true;
}

/* rows: which ones. Where the epochs before had finite costs, the rows are not too large: then the
 * rate is, if the optimizer has one. */
static nnblas_status report_cost(const nn_fit *fit, const char *cost, const char *rows,
                                 double rate) {
    size_t epoch = fit->progress.epoch + 1;
    bool has_rate = nn_has_rate(fit->settings->optimizer);
    if (has_rate && epoch > 1)
        return nn_fail(NNBLAS_ERROR_NOT_FINITE,
                       "the %s of epoch %zu overflows: %sthe learning rate %g may be too large",
                       cost, epoch, nn_name_large_term(fit->settings, rate).words, rate);
    return nn_fail(NNBLAS_ERROR_NOT_FINITE, "the %s of epoch %zu overflows: %s%s are too large",
                   cost, epoch, rows,
                   has_rate ? ", the weights or the learning rate" : " or the weights");
}

/* The steps had finite costs and left the parameters finite. But the mean of costs near the largest
 * double may round up to infinity, and validation rows are in no step. */
static nnblas_status check_costs(const nn_fit *fit, double cost, double validation_cost,
                                 double rate) {
    if (!isfinite(cost))
        return report_cost(fit, "cost", "X, Y", rate);
    if (nn_has_validation(fit) && !isfinite(validation_cost))
        return report_cost(fit, "validation cost", "the validation rows", rate);
    return NNBLAS_OK;
}

/* Completes the epoch by what is known of the validation rows. */
static nnblas_status validate(nn_fit *fit, nnblas_epoch *epoch) {
    nnblas_status status = NNBLAS_OK;
    if (nn_has_validation(fit))
        status = nn_compute_validation(fit, &epoch->validation_cost, &epoch->score);
    return status ? status
                  : check_costs(fit, epoch->cost, epoch->validation_cost, epoch->learning_rate);
}

nnblas_status nn_finish_epoch(nn_fit *fit, double cost, double rate) {
    nnblas_epoch epoch = {
        .cost = cost, .validation_cost = (double)NAN, .learning_rate = rate, .score = (double)NAN};
    nnblas_status status = validate(fit, &epoch);
    if (status)
        return status;
    watch(fit, nn_get_watched(&epoch));
    epoch.epoch = ++fit->progress.epoch;
    nn_expect_passes(fit);
    epoch.seconds = nn_read_clock() - fit->started;
    fit->progress.cost = cost;
    fit->progress.seconds = epoch.seconds;
    size_t limit = fit->settings->history_limit;
    nn_history_add(&fit->trainer->history, limit, &epoch);
    nn_epoch_end end = {.stops = callbacks_stop(fit->settings, &epoch),
                        .is_over_time = is_over_time(fit)};
    if (!nn_is_alone(&fit->group))
        end.status = nn_history_make_room(&fit->trainer->history, limit);
    status = nn_end_group_epoch(fit, &end);
    if (status)
        return status;
    nnblas_status reason =
        end.stops ? NNBLAS_STOPPED_CALLBACK : find_reason_to_stop(fit, end.is_over_time);
    bool is_last = reason || fit->progress.epoch >= fit->settings->epochs;
    if (is_checkpoint_due(fit, is_last))
        save_checkpoint(fit, is_last);
    return is_last ? reason : nn_history_make_room(&fit->trainer->history, limit);
}
