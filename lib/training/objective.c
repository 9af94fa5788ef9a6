/* SPDX-License-Identifier: BSD-3-Clause */
#include "training/objective.h"
#include "engine/finite.h"
#include "kernels/kernels.h"
#include "training/gradient.h"
#include "training/weight_decay.h"

#include <float.h>
#include <math.h>

/* Costs with a smaller relative difference count as equal, since it may be rounding. The search
 * then uses the slopes alone, as in W. W. Hager, H. Zhang, "A new conjugate gradient method with
 * guaranteed descent and an efficient line search", SIAM J. Optim. 16 (2005). Without this it
 * fails where the gradient is 1e-9 of the first; with it, it goes on to 1e-16. */
static const double ROUNDING = 64.0 * DBL_EPSILON;

double nn_objective_round(double value, double lowest) {
    return fabs(value - lowest) <= ROUNDING * fabs(lowest) ? lowest : value;
}

double nn_sum_squares(size_t count, size_t output, double unit, const double *parameters) {
    double sum = 0.0;
    for (size_t i = 0; i < count; i++)
        sum += pow(i < output ? parameters[i] : parameters[i] / unit, 2.0);
    return sum;
}

bool nn_is_short(double step, double parameters) {
    return step <= DBL_EPSILON * DBL_EPSILON * parameters;
}

/* ---- evaluation ------------------------------------------------------------------------------ */

/* Computes the cost of the parameters and its gradient with respect to them, both with the weight
 * decay. Returns whether these and the parameters are finite. */
static bool evaluate_parameters(nn_objective *o, double *total) {
    nn_fit *fit = o->fit;
    const nn_kernels *kernels = nn_get_kernels();
    o->cost = nn_compute_gradient(fit, &fit->rows);
    *total = o->cost + nn_measure_decay(fit);
    nn_add_decay(fit);
    nn_mask_gradient(fit->settings, o->count, fit->engine.updates[0]);
    return isfinite(*total) && kernels->check_finite(o->count, fit->engine.updates[0]) == 0.0 &&
           kernels->check_finite(o->count, nn_get_parameters(fit)) == 0.0;
}

/* Makes the gradient with respect to the variables of that with respect to the parameters. */
static void scale_gradient(nn_objective *o) {
    double *gradient = o->fit->engine.updates[0];
    for (size_t i = 0; i < o->count; i++)
        gradient[i] *= i < o->output ? o->scale : o->scale * o->unit;
    o->norm = sqrt(nn_get_kernels()->sum_products(o->count, gradient, gradient));
}

double nn_objective_evaluate(nn_objective *o) {
    double total;
    if (!evaluate_parameters(o, &total))
        return HUGE_VAL;
    scale_gradient(o);
    return isfinite(o->norm) ? o->scale * total : HUGE_VAL;
}

/* ---- units ----------------------------------------------------------------------------------- */

/* The power of two, at most 2^limit, that brings x near 1 when it is multiplied by it. */
static double get_scale(double x, int limit) {
    int exponent = -ilogb(fmin(fmax(x, DBL_MIN), DBL_MAX));
    return ldexp(1.0, exponent < limit ? exponent : limit);
}

static double add_magnitudes(const nn_rows *rows, size_t labels, double sum) {
    double total = nn_get_total_weight(rows);
    for (size_t e = 0; e < rows->N; e++) {
        size_t row = nn_get_row(rows, e);
        double weight = rows->weights ? rows->weight_scale * rows->weights[row] : 1.0;
        sum += weight / total * nn_get_kernels()->sum_magnitudes(labels, rows->Y + row * rows->ldy);
    }
    return sum;
}

double nn_measure_targets(const nn_rows *rows, size_t labels) {
    return add_magnitudes(rows, labels, 0.0) / (double)labels;
}

static void add_targets(void *context, double *sum) {
    const nn_fit *fit = context;
    *sum = add_magnitudes(&fit->rows, nn_count_labels(&fit->model), *sum);
}

static double get_target_magnitude(nn_fit *fit) {
    double sum = 0.0;
    if (nn_is_from_source(fit)) {
        sum = fit->source.share * fit->source.survey.target_magnitude;
        nn_group_sum(&fit->group, &sum, 1);
        return sum;
    }
    nn_group_add(&fit->group, &sum, 1, add_targets, fit);
    return sum / (double)nn_count_labels(&fit->model);
}

/* About the sum of the mean magnitudes of the labels and of the output layer's parameters, as a
 * power of two. 1 where outputs have no unit, or as the log variances another one. */
double nn_find_unit(nn_fit *fit) {
    const nn_layer *layer = &fit->model.layers[fit->model.n_layers - 1];
    size_t parameters = nn_count_parameters(layer);
    if (layer->activation != NNBLAS_IDENTITY || fit->model.cost == NNBLAS_GAUSSIAN)
        return 1.0;
    double magnitude = get_target_magnitude(fit) +
                       nn_get_kernels()->sum_magnitudes(parameters, layer->W) / (double)parameters;
    return magnitude > 0.0 ? 1.0 / get_scale(1.5 * magnitude, 1000) : 1.0;
}

/* ---- the beginning --------------------------------------------------------------------------- */

nnblas_status nn_refuse_beginning(const nn_fit *fit, double cost, double total) {
    nnblas_status status = nn_check_rows(fit);
    if (status)
        return status;
    if (isfinite(cost) && !isfinite(total))
        return nn_fail(NNBLAS_ERROR_NOT_FINITE,
                       "the weight decay's share of the cost overflows: the weights or the decay "
                       "%g are too large",
                       fit->settings->weight_decay);
    return nn_report_not_finite(&fit->model, &fit->rows, cost, 0.0, fit->engine.updates);
}

static void describe_variables(nn_objective *o, nn_fit *fit) {
    const nn_layer *output = &fit->model.layers[fit->model.n_layers - 1];
    *o = (nn_objective){.fit = fit,
                        .count = nn_count_all_parameters(fit),
                        .output = (size_t)(output->W - nn_get_parameters(fit))};
}

nnblas_status nn_objective_begin(nn_objective *o, nn_fit *fit, double tolerance, double *value) {
    const nn_kernels *kernels = nn_get_kernels();
    const double *updates = fit->engine.updates[0];
    double total;
    describe_variables(o, fit);
    if (nn_is_cancelled(fit))
        return NNBLAS_STOPPED_CANCELLED;
    if (!evaluate_parameters(o, &total))
        return nn_refuse_beginning(fit, o->cost, total);
    if (fit->settings->desired_cost > 0.0 && o->cost <= fit->settings->desired_cost)
        return NNBLAS_STOPPED_COST;
    o->unit = nn_find_unit(fit);
    double magnitude = kernels->sum_magnitudes(o->output, updates) +
                       o->unit * kernels->sum_magnitudes(o->count - o->output, updates + o->output);
    if (magnitude == 0.0)
        return NNBLAS_STOPPED_CONVERGED;
    o->scale = get_scale(magnitude, 1000 - (total > 1.0 ? ilogb(total) : 0));
    scale_gradient(o);
    o->goal = tolerance * o->norm;
    fit->progress.unit = o->unit;
    fit->progress.scale = o->scale;
    fit->progress.goal = o->goal;
    *value = o->scale * total;
    return NNBLAS_OK;
}

double nn_objective_resume(nn_objective *o, nn_fit *fit, const double *gradient) {
    const nn_progress *p = &fit->progress;
    describe_variables(o, fit);
    o->unit = p->unit;
    o->scale = p->scale;
    o->goal = p->goal;
    o->cost = p->cost;
    o->norm = sqrt(nn_get_kernels()->sum_products(o->count, gradient, gradient));
    return o->scale * (o->cost + nn_measure_decay(fit));
}
