/* SPDX-License-Identifier: BSD-3-Clause */
#include "training/epoch.h"
#include "core/clock.h"
#include "training/checkpoint.h"

#include <math.h>
#include <string.h>

/* The best parameters and the counts of what did not improve. */
static void watch(nn_fit *fit, double cost) {
    const nn_settings *s = fit->settings;
    nn_progress *p = &fit->progress;
    if (cost < p->lowest && fit->best)
        memcpy(fit->best, nn_get_parameters(fit), nn_count_all_parameters(fit) * sizeof *fit->best);
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

/* The steps that were taken left the parameters finite; the costs may overflow nevertheless. */
static nnblas_status check_costs(const nn_fit *fit, double cost, double validation_cost) {
    size_t epoch = fit->progress.epoch + 1;
    if (!isfinite(cost))
        return nn_fail(NNBLAS_ERROR_NOT_FINITE,
                       "the cost of epoch %zu overflows: X, Y or the weights are too large", epoch);
    if (nn_has_validation(fit) && !isfinite(validation_cost))
        return nn_fail(NNBLAS_ERROR_NOT_FINITE,
                       "the validation cost of epoch %zu overflows: the validation rows or the "
                       "weights are too large",
                       epoch);
    return NNBLAS_OK;
}

nnblas_status nn_finish_epoch(nn_fit *fit, double cost, double rate) {
    double validation_cost = (double)NAN;
    if (nn_has_validation(fit))
        validation_cost = nn_engine_run(&fit->validation_engine,
                                        &(nn_call){.model = &fit->model, .rows = &fit->validation});
    nnblas_status status = check_costs(fit, cost, validation_cost);
    if (status)
        return status;
    watch(fit, nn_has_validation(fit) ? validation_cost : cost);
    fit->progress.epoch++;
    fit->progress.seconds = nn_read_clock() - fit->started;
    nn_history *history = &fit->trainer->history;
    history->epochs[history->count++] =
        (nnblas_epoch){fit->progress.epoch, cost, validation_cost, rate, fit->progress.seconds};
    nnblas_status reason = find_reason_to_stop(fit, cost);
    bool is_last = reason || fit->progress.epoch >= fit->settings->epochs;
    status = save_checkpoint(fit, is_last);
    if (!status && !is_last)
        status = nn_history_make_room(history);
    return status ? status : reason;
}
