/* SPDX-License-Identifier: BSD-3-Clause */
#include "training/source_survey.h"
#include "training/fit_checks.h"
#include "training/objective.h"

#include <math.h>

static void add_block(nn_survey *s, const nn_model *model, const nn_rows *rows) {
    const nn_overflow_bounds bounds = nn_bound_rows(model, rows);
    s->weighted += rows->N;
    s->bounds.X = fmax(s->bounds.X, bounds.X);
    s->bounds.Y = fmax(s->bounds.Y, bounds.Y);
    double share = nn_add_weight(&s->weight, rows);
    double magnitude = nn_measure_targets(rows, nn_count_labels(model));
    s->target_magnitude += share * (magnitude - s->target_magnitude);
}

static nnblas_status survey_block(void *context, const nn_block *block) {
    nn_survey *s = context;
    const nn_model model = nn_net_model(s->net);
    nnblas_status status = nn_check_block(s->net, block, s->is_validation);
    if (!status && block->rows.N > 0)
        add_block(s, &model, &block->rows);
    return status;
}

static nnblas_status read_all(nn_blocks *blocks) {
    nn_block block;
    for (size_t k = 0;; k++) {
        nnblas_status status = nn_blocks_take_in_order(blocks, k, &block);
        if (status || block.count == 0)
            return status;
    }
}

nnblas_status nn_survey_source(nn_blocks *blocks, const nnblas_net *net, bool is_validation,
                               nn_survey *survey, nn_rows *rows) {
    bool are_counted = blocks->N != SIZE_MAX && !blocks->source->is_weighted;
    *survey =
        (nn_survey){.net = net, .is_validation = is_validation, .bounds = {.parameters = HUGE_VAL}};
    blocks->examine = survey_block;
    blocks->context = survey;
    nnblas_status status = are_counted ? NNBLAS_OK : read_all(blocks);
    *rows = (nn_rows){.N = are_counted ? blocks->N : survey->weighted,
                      .weight_scale = survey->weight.scale,
                      .total_weight = survey->weight.total};
    if (are_counted)
        nn_weigh_rows(rows);
    return status;
}

nnblas_status nn_check_survey(const nn_survey *survey, size_t N, size_t weighted) {
    if (N == 0)
        return nn_fail(NNBLAS_ERROR_SIZE, "the %ssource has no rows",
                       survey->is_validation ? "validation " : "");
    return nn_check_weighted_count(survey->is_validation ? "validation weight" : "sample weight",
                                   weighted);
}
