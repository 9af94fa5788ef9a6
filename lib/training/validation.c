/* SPDX-License-Identifier: BSD-3-Clause */
#include "training/validation.h"
#include "engine/row_weights.h"
#include "training/fit_checks.h"
#include "training/group_sums.h"

#include <math.h>

static bool is_from_source(const nn_fit *fit) {
    return fit->validation_source.blocks.source != NULL;
}

static bool has_score(const nn_fit *fit) {
    return fit->settings->score != NNBLAS_SCORE_NONE;
}

static nnblas_status learn_blocks(nn_fit *fit) {
    nn_block block;
    for (size_t k = 0;; k++) {
        nnblas_status status = nn_blocks_take_in_order(&fit->validation_source.blocks, k, &block);
        if (!status)
            status = nn_check_block(fit->trainer->net, &block, true);
        if (status || block.count == 0)
            return status;
        nn_rescale_weights(&block.rows, fit->validation.weight_scale);
        if (block.rows.total_weight > 0.0)
            nn_scorer_learn(&fit->scorer, &block.rows);
    }
}

nnblas_status nn_learn_validation(nn_fit *fit) {
    nnblas_status status = NNBLAS_OK;
    if (!is_from_source(fit))
        nn_scorer_learn(&fit->scorer, &fit->validation);
    else if (fit->settings->score == NNBLAS_SCORE_R2)
        status = learn_blocks(fit);
    status = nn_group_agree(&fit->group, status);
    if (!status)
        nn_scorer_join(&fit->scorer);
    return status ? status : nn_group_check(&fit->group);
}

static double compute_cost(nn_fit *fit, const nn_rows *rows) {
    return nn_engine_run(&fit->validation_engine, &(nn_call){.model = &fit->model, .rows = rows});
}

static void add_score(nn_fit *fit, double cost, const nn_rows *rows) {
    if (has_score(fit) && isfinite(cost))
        nn_scorer_add(&fit->scorer, &fit->validation_engine, &fit->model, rows);
}

static nnblas_status run_blocks(nn_fit *fit, double *cost) {
    nn_weight_sum weight = {0.0, 0.0};
    nn_block block;
    *cost = 0.0;
    for (size_t k = 0;; k++) {
        nnblas_status status = nn_blocks_take_in_order(&fit->validation_source.blocks, k, &block);
        if (!status)
            status = nn_check_each_weight("validation weight", block.first, block.count,
                                          block.rows.weights);
        if (status || block.count == 0)
            return status;
        if (block.rows.N == 0)
            continue;
        double share = nn_add_weight(&weight, &block.rows);
        *cost += share * (compute_cost(fit, &block.rows) - *cost);
        if (!isfinite(*cost))
            return nn_check_block(fit->trainer->net, &block, true);
        nn_rescale_weights(&block.rows, fit->validation.weight_scale);
        add_score(fit, *cost, &block.rows);
    }
}

/* The cost that the ranks add up is not finite where the source of one has failed. */
static nnblas_status run_source(nn_fit *fit, double *cost) {
    nnblas_status status = run_blocks(fit, cost);
    *cost = nn_sum_cost(fit, status ? (double)NAN : fit->validation_source.share * *cost);
    return isfinite(*cost) ? nn_group_check(&fit->group) : nn_group_agree(&fit->group, status);
}

static nnblas_status run_rows(nn_fit *fit, double *cost) {
    double own = fit->validation.N > 0 ? compute_cost(fit, &fit->validation) : 0.0;
    *cost = nn_sum_cost(fit, own);
    add_score(fit, *cost, &fit->validation);
    return nn_group_check(&fit->group);
}

nnblas_status nn_compute_validation(nn_fit *fit, double *cost, double *score) {
    nn_scorer_begin(&fit->scorer);
    nnblas_status status = is_from_source(fit) ? run_source(fit, cost) : run_rows(fit, cost);
    if (status || !has_score(fit) || !isfinite(*cost))
        return status;
    *score = nn_scorer_end(&fit->scorer, nn_get_total_weight(&fit->validation));
    return nn_group_check(&fit->group);
}
