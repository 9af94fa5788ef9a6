/* SPDX-License-Identifier: BSD-3-Clause */
#include "training/gradient.h"

double nn_compute_gradient(nn_fit *fit, const nn_rows *rows) {
    if (nn_has_derivatives(fit))
        return nn_derivative_engine_run(&fit->derivative_engine, rows, &fit->settings->derivatives);
    return nn_engine_run(
        &fit->engine,
        &(nn_call){.model = &fit->model, .rows = rows, .updates = fit->engine.updates});
}

double nn_compute_training_cost(nn_fit *fit) {
    return nn_engine_run(&fit->engine, &(nn_call){.model = &fit->model, .rows = &fit->rows});
}

void nn_compute_normal_equations(nn_fit *fit, nn_normal_equations *equations) {
    nn_normal_equations_run(equations, &fit->rows);
}
