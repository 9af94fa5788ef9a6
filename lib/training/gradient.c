/* SPDX-License-Identifier: BSD-3-Clause */
#include "training/gradient.h"
#include "kernels/kernels.h"
#include "network/block_means.h"
#include "training/fit_checks.h"
#include "training/group_order.h"
#include "training/group_sums.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

/* ---- rows of a source ------------------------------------------------------------------------ */

void nn_note_row_failure(nn_fit *fit, nnblas_status status) {
    fit->row_failure.status = status;
    if (status)
        snprintf(fit->row_failure.words, sizeof fit->row_failure.words, "%s",
                 nnblas_error_message());
}

/* A search for the lowest cost takes one that is not finite for a step that was too long. That the
 * rows are to blame has to be found here. */
static nnblas_status check_suspect(const nn_fit *fit, const nn_block *block) {
    return block->count > 0 ? nn_check_block(fit->trainer->net, block, false) : NNBLAS_OK;
}

static nnblas_status run_blocks(nn_fit *fit, double *gradient, double *cost) {
    nn_block suspect = {.count = 0};
    nnblas_status status =
        nn_average_blocks(&fit->source.blocks, &fit->engine, &fit->model,
                          nn_count_all_parameters(fit), gradient, cost, &suspect);
    if (suspect.count > 0)
        *cost = (double)NAN;
    return status ? status : check_suspect(fit, &suspect);
}

static double average_blocks(nn_fit *fit, double *gradient) {
    double cost = (double)NAN;
    size_t count = nn_count_all_parameters(fit);
    if (!fit->row_failure.status)
        nn_note_row_failure(fit, run_blocks(fit, gradient, &cost));
    if (fit->row_failure.status)
        return (double)NAN;
    for (size_t i = 0; gradient && i < count; i++)
        fit->engine.updates[0][i] = fit->source.share * gradient[i];
    return fit->source.share * cost;
}

/* In the scale of all rows, so that the equations of the blocks add up to theirs. */
static nnblas_status add_equations(nn_fit *fit, nn_normal_equations *equations) {
    nn_block block;
    nn_normal_equations_begin(equations);
    for (size_t k = 0;; k++) {
        nnblas_status status = nn_blocks_take_in_order(&fit->source.blocks, k, &block);
        if (status || block.count == 0)
            return status;
        status =
            nn_check_each_weight("sample weight", block.first, block.count, block.rows.weights);
        if (status)
            return status;
        block.rows.weight_scale = fit->rows.weight_scale;
        block.rows.total_weight = fit->rows.total_weight;
        if (block.rows.N == 0)
            continue;
        nn_normal_equations_add(equations, &block.rows);
        if (nn_get_kernels()->check_finite(equations->count, equations->gradient) != 0.0)
            return nn_check_block(fit->trainer->net, &block, false);
    }
}

nnblas_status nn_check_rows(const nn_fit *fit) {
    if (fit->row_failure.status)
        return nn_fail(fit->row_failure.status, "%s", fit->row_failure.words);
    return nn_group_check(&fit->group);
}

/* ---- all rows -------------------------------------------------------------------------------- */

static double compute_own_gradient(nn_fit *fit, const nn_rows *rows, nn_layer_sums *sums) {
    if (rows->N == 0) {
        memset(fit->engine.updates[0], 0, nn_count_all_parameters(fit) * sizeof(double));
        return fit->row_failure.status ? (double)NAN : 0.0;
    }
    if (nn_is_from_source(fit) && rows == &fit->rows)
        return average_blocks(fit, fit->mean_gradient);
    if (nn_has_derivatives(fit))
        return nn_derivative_engine_run(&fit->derivative_engine, rows, &fit->settings->derivatives);
    return nn_engine_run(&fit->engine, &(nn_call){.model = &fit->model,
                                                  .rows = rows,
                                                  .updates = fit->engine.updates,
                                                  .finish_layer = sums ? nn_begin_layer_sum : NULL,
                                                  .context = sums});
}

double nn_compute_gradient(nn_fit *fit, const nn_rows *rows) {
    if (nn_is_alone(&fit->group))
        return compute_own_gradient(fit, rows, NULL);
    if (fit->group.is_ordered)
        return nn_compute_ordered_gradient(fit);
    nn_layer_sums sums = nn_begin_layer_sums(fit);
    double cost = compute_own_gradient(fit, rows, &sums);
    return nn_finish_layer_sums(&sums, cost);
}

double nn_compute_training_cost(nn_fit *fit) {
    double cost = 0.0;
    if (nn_is_from_source(fit) && fit->rows.N > 0)
        cost = average_blocks(fit, NULL);
    else if (fit->rows.N > 0)
        cost = nn_engine_run(&fit->engine, &(nn_call){.model = &fit->model, .rows = &fit->rows});
    return nn_sum_cost(fit, cost);
}

void nn_compute_normal_equations(nn_fit *fit, nn_normal_equations *equations) {
    size_t count = equations->count;
    if (fit->rows.N == 0) {
        memset(equations->hessian, 0, count * count * sizeof(double));
        memset(equations->gradient, 0, count * sizeof(double));
    } else if (nn_is_from_source(fit)) {
        if (!fit->row_failure.status)
            nn_note_row_failure(fit, add_equations(fit, equations));
    } else {
        nn_normal_equations_run(equations, &fit->rows);
    }
    nn_sum_normal_equations(&fit->group, equations);
}
