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

nnblas_status nn_survey_source(nn_blocks *blocks, const nnblas_net *net, bool is_validation,
                               nn_survey *survey) {
    const nn_model model = nn_net_model(net);
    nn_block block;
    *survey = (nn_survey){.bounds = {.parameters = HUGE_VAL}};
    for (size_t k = 0;; k++) {
        nnblas_status status = nn_blocks_take_in_order(blocks, k, &block);
        if (!status && block.count == 0)
            break;
        if (!status)
            status = nn_check_block(net, &block, is_validation);
        if (status)
            return status;
        if (block.rows.N > 0)
            add_block(survey, &model, &block.rows);
    }
    if (blocks->N == 0)
        return nn_fail(NNBLAS_ERROR_SIZE, "the %ssource has no rows",
                       is_validation ? "validation " : "");
    return nn_check_weighted_count(is_validation ? "validation weight" : "sample weight",
                                   survey->weighted);
}
