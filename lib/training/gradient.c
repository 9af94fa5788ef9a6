/* SPDX-License-Identifier: BSD-3-Clause */
#include "training/gradient.h"
#include "training/group_sums.h"

#include <string.h>

static double compute_own_gradient(nn_fit *fit, const nn_rows *rows, nn_layer_sums *sums) {
    if (rows->N == 0) {
        memset(fit->engine.updates[0], 0, nn_count_all_parameters(fit) * sizeof(double));
        return 0.0;
    }
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
    nn_layer_sums sums = nn_begin_layer_sums(fit);
    double cost = compute_own_gradient(fit, rows, &sums);
    return nn_finish_layer_sums(&sums, cost);
}

double nn_compute_training_cost(nn_fit *fit) {
    double cost = 0.0;
    if (fit->rows.N > 0)
        cost = nn_engine_run(&fit->engine, &(nn_call){.model = &fit->model, .rows = &fit->rows});
    return nn_sum_cost(fit, cost);
}

double nn_compute_validation_cost(nn_fit *fit) {
    double cost = 0.0;
    if (fit->validation.N > 0)
        cost = nn_engine_run(&fit->validation_engine,
                             &(nn_call){.model = &fit->model, .rows = &fit->validation});
    return nn_sum_cost(fit, cost);
}

void nn_compute_normal_equations(nn_fit *fit, nn_normal_equations *equations) {
    size_t count = equations->count;
    if (fit->rows.N == 0) {
        memset(equations->hessian, 0, count * count * sizeof(double));
        memset(equations->gradient, 0, count * sizeof(double));
    } else {
        nn_normal_equations_run(equations, &fit->rows);
    }
    nn_sum_normal_equations(&fit->group, equations);
}
