/* SPDX-License-Identifier: BSD-3-Clause */
#include "training/online.h"
#include "core/memory.h"
#include "engine/row_weights.h"
#include "training/fit_checks.h"
#include "training/step.h"

#include <math.h>
#include <stdlib.h>

void nn_drop_step_optimizer(nnblas_trainer *trainer) {
    if (trainer->step_optimizer)
        nn_optimizer_close(trainer->step_optimizer);
    free(trainer->step_optimizer);
    trainer->step_optimizer = NULL;
}

static nnblas_status make_step_optimizer(nnblas_trainer *trainer) {
    nn_optimizer *made = nn_allocate(1, sizeof *made);
    if (!made)
        return NNBLAS_ERROR_MEMORY;
    nnblas_status status = nn_optimizer_open(made, &trainer->settings, trainer->net->layers,
                                             trainer->net->n_layers, 1);
    if (status)
        free(made);
    else
        trainer->step_optimizer = made;
    return status;
}

/* The caller may have changed parameters and settings since the step before, so that no bound of
 * numbers is known. */
static nnblas_status take_step(nnblas_trainer *trainer, const nn_rows *rows, double *cost) {
    nn_scratch scratch;
    nn_fit fit = {.trainer = trainer,
                  .settings = &trainer->settings,
                  .model = nn_net_model(trainer->net),
                  .rows = *rows,
                  .optimizer = *trainer->step_optimizer,
                  .is_one_step = true};
    const nn_problem problem = nn_make_problem(&fit.model, rows, NN_TRAIN);
    nnblas_status status = nn_engine_open(&fit.engine, &problem, NULL, &scratch);
    if (status)
        return status;
    fit.bounds = nn_bound_rows(&fit.model, rows);
    fit.optimizer.threads = fit.engine.threads;
    nn_optimizer_freeze(&fit.optimizer, nn_get_parameters(&fit));
    status = nn_take_step(&fit, rows, trainer->settings.learning_rate, cost);
    trainer->step_optimizer->steps = fit.optimizer.steps;
    nn_engine_close(&fit.engine);
    return status;
}

nnblas_status nnblas_trainer_step(nnblas_trainer *trainer, size_t N, const double *X, size_t ldx,
                                  const double *Y, size_t ldy, const double *weights, double *mse) {
    if (nn_check_pointer("trainer", trainer))
        return NNBLAS_ERROR_NULL;
    nn_rows rows = {.N = N, .X = X, .ldx = ldx, .Y = Y, .ldy = ldy, .weights = weights};
    nnblas_status status = nn_check_step(trainer, &rows, mse);
    if (!status && !trainer->step_optimizer)
        status = make_step_optimizer(trainer);
    uint32_t *list = NULL;
    if (!status)
        status = nn_leave_out_rows(&rows, &list);
    if (status)
        return status;
    nn_weigh_rows(&rows);
    double cost;
    status = take_step(trainer, &rows, &cost);
    free(list);
    if (!status && mse)
        *mse = cost;
    return status;
}
