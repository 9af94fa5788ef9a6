/* SPDX-License-Identifier: BSD-3-Clause */
#include "training/step.h"
#include "engine/finite.h"
#include "kernels/kernels.h"
#include "training/gradient.h"

#include <math.h>
#include <stdio.h>

/* Updates the bounds for the next step, if they show that none of its numbers overflows. measured:
 * a bound of the gradient that was computed; null for what rows and parameters allow. */
static bool advance_bounds(nn_fit *fit, double rate, const double *measured) {
    nn_overflow_bounds next = fit->bounds;
    double gradient = (measured ? *measured : nn_bound_gradient(&fit->model, &next)) +
                      fit->settings->weight_decay * next.parameters + fit->settings->l1;
    next.parameters += nn_optimizer_bound_step(&fit->optimizer, rate, gradient, &next.velocity);
    bool is_safe = nn_is_safe(rate) && nn_is_safe(gradient) && nn_is_safe(next.parameters) &&
                   nn_is_safe(next.velocity);
    if (is_safe)
        fit->bounds = next;
    return is_safe;
}

/* Whether no number of the next step can overflow. Bounds only grow, so where they are too large
 * they are computed anew. After a step without a bound, nothing is known of the parameters. */
static bool bound_step(nn_fit *fit, double rate, const double *measured) {
    if (advance_bounds(fit, rate, measured))
        return true;
    fit->bounds.parameters =
        nn_bound_parameters(nn_count_all_parameters(fit), nn_get_parameters(fit));
    if (fit->optimizer.first)
        fit->bounds.velocity =
            nn_bound_parameters(nn_count_all_parameters(fit), fit->optimizer.first);
    if (advance_bounds(fit, rate, measured))
        return true;
    fit->bounds.parameters = HUGE_VAL;
    return false;
}

/* The same for a step by the updates of the engine, which may be NaN. */
static bool bound_computed_step(nn_fit *fit, double rate) {
    size_t count = nn_count_all_parameters(fit);
    double sum = nn_get_kernels()->sum_magnitudes(count, fit->engine.updates[0]);
    return bound_step(fit, rate, &sum);
}

static bool descends(nnblas_optimizer optimizer) {
    return optimizer == NNBLAS_GRADIENT_DESCENT || optimizer == NNBLAS_MOMENTUM ||
           optimizer == NNBLAS_NESTEROV;
}

nn_named_term nn_name_large_term(const nn_settings *s, double rate) {
    nn_named_term found = {""};
    bool grows = descends(s->optimizer) && rate * s->weight_decay > 2.0;
    if ((grows && s->weight_decay > rate) || !nn_is_safe(s->weight_decay))
        snprintf(found.words, sizeof found.words, "weight_decay %g or ", s->weight_decay);
    else if (!nn_is_safe(s->l1) || !nn_is_safe(rate * s->l1))
        snprintf(found.words, sizeof found.words, "l1 %g or ", s->l1);
    return found;
}

/* Rows and parameters were finite when the fit began. Where the rows are of no extreme size, the
 * steps before have made the parameters too large. */
static nnblas_status report_overflow(const nn_fit *fit, const nn_rows *batch, double rate,
                                     double cost) {
    const nn_overflow_bounds *read = &fit->source.survey.bounds;
    const nn_named_term penalty = nn_name_large_term(fit->settings, rate);
    size_t count = nn_count_all_parameters(fit);
    bool has_diverged = !fit->is_one_step && fit->optimizer.steps > 0 &&
                        nn_is_safe(fmax(fit->bounds.X, read->X)) &&
                        nn_is_safe(fmax(fit->bounds.Y, read->Y));
    if (has_diverged)
        return nn_fail(NNBLAS_ERROR_NOT_FINITE,
                       "the %s overflows in epoch %zu: %sthe learning rate %g may be too large",
                       isfinite(cost) ? "step" : "cost", fit->progress.epoch + 1, penalty.words,
                       rate);
    if (*penalty.words && isfinite(cost) &&
        nn_get_kernels()->check_finite(count, fit->engine.updates[0]) == 0.0)
        return nn_fail(NNBLAS_ERROR_NOT_FINITE,
                       "the step overflows: %slearning_rate %g is too large", penalty.words, rate);
    return nn_report_not_finite(&fit->model, batch, cost, rate, fit->engine.updates);
}

/* A step on the updates of the engine that may fail. */
static nnblas_status step_checked(nn_fit *fit, const nn_rows *batch, double rate, double cost) {
    const double *gradient = fit->engine.updates[0];
    if (isfinite(cost) &&
        nn_get_kernels()->check_finite(nn_count_all_parameters(fit), gradient) == 0.0 &&
        nn_optimizer_try_step(&fit->optimizer, rate, gradient, nn_get_parameters(fit)))
        return NNBLAS_OK;
    return report_overflow(fit, batch, rate, cost);
}

nnblas_status nn_take_step(nn_fit *fit, const nn_rows *batch, double rate, double *cost) {
    const nn_settings *s = fit->settings;
    nnblas_net *net = fit->trainer->net;
    /* The errors of derivatives have no bound here, and a source may hand out other rows than those
     * whose bounds are known. */
    bool is_measured = nn_has_derivatives(fit) || nn_is_from_source(fit),
         is_safe = !is_measured && bound_step(fit, rate, NULL),
         looks_first = nn_is_full_batch(fit) && s->desired_cost > 0.0;
    if (nn_is_alone(&fit->group) && is_safe && !looks_first &&
        s->optimizer == NNBLAS_GRADIENT_DESCENT && s->weight_decay == 0.0 && s->l1 == 0.0 &&
        !s->mask) {
        *cost = nn_engine_descend(&fit->engine, &fit->model, batch, rate, net->W);
        fit->optimizer.steps++;
        return NNBLAS_OK;
    }
    *cost = nn_compute_gradient(fit, batch);
    nnblas_status status = nn_check_rows(fit);
    if (status)
        return status;
    nn_mask_gradient(s, nn_count_all_parameters(fit), fit->engine.updates[0]);
    if (looks_first && *cost <= s->desired_cost)
        return NNBLAS_STOPPED_COST;
    if (is_measured)
        is_safe = isfinite(*cost) && bound_computed_step(fit, rate);
    if (!is_safe)
        return step_checked(fit, batch, rate, *cost);
    nn_optimizer_step(&fit->optimizer, rate, fit->engine.updates[0], net->parameters);
    return NNBLAS_OK;
}
