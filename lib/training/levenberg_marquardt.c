/* SPDX-License-Identifier: BSD-3-Clause */
#include "training/levenberg_marquardt.h"
#include "core/memory.h"
#include "core/sizes.h"
#include "kernels/kernels.h"
#include "training/epoch.h"
#include "training/evidence.h"
#include "training/gradient.h"
#include "training/masked_equations.h"
#include "training/objective.h"
#include "training/posterior.h"

#include <float.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Costs with a smaller relative difference count as equal, since it may be rounding. Then a step is
 * taken where it lowers the norm of the gradient to this share. */
static const double ROUNDING = 64.0 * DBL_EPSILON, LOWER_GRADIENT = 0.9;

/*
 * A search for the lowest total of cost and weight decay. With the normal equations at W, the decay
 * of each parameter and the damping mu, a step p solves
 *
 *   (hessian + decays + mu / units^2) p = - gradient,
 *
 * where the parameters of an identity output layer are measured in a unit (objective.h), so that
 * the damping does not depend on the scale of the labels.
 */
typedef struct search {
    nn_fit *fit;
    nn_normal_equations equations;
    size_t count, output; /* parameters; where those of the output layer begin */
    double *memory, *start, *step, *gradient, *decays, *added; /* each as long as the parameters */
    double norm;                                               /* of the gradient at start */
    double largest;     /* of the Hessian's diagonal, in units */
    double cost, total; /* at the parameters */
} search;

static double get_unit(const search *s, size_t i) {
    return i < s->output ? 1.0 : s->fit->progress.unit;
}

/* ---- evaluation ------------------------------------------------------------------------------ */

/* All weights decay alike, and the biases do not, except by the evidence. */
static void set_decays(search *s) {
    const nn_model *model = &s->fit->model;
    double *decay = s->decays;
    for (size_t i = 0; s->fit->settings->is_bayesian && i < s->count; i++)
        decay[i] = nn_is_trained(s->fit->settings, i) ? s->fit->progress.evidence.decay : 0.0;
    if (s->fit->settings->is_bayesian)
        return;
    for (size_t l = 0; l < model->n_layers; l++) {
        size_t weights = nn_count_weights(&model->layers[l]);
        for (size_t i = 0; i < nn_count_parameters(&model->layers[l]); i++)
            *decay++ = i < weights ? s->fit->settings->weight_decay : 0.0;
    }
}

static double measure_decay(const search *s) {
    const double *W = nn_get_parameters(s->fit);
    double sum = 0.0;
    for (size_t i = 0; i < s->count; i++)
        sum += s->decays[i] * W[i] * W[i];
    return 0.5 * sum;
}

/* In units of the parameters. */
static double measure_gradient(const search *s, const double *gradient) {
    double squares = 0.0;
    for (size_t i = 0; i < s->count; i++)
        squares += pow(get_unit(s, i) * gradient[i], 2.0);
    return sqrt(squares);
}

/* The cost at the parameters, and the total. */
static double evaluate(search *s, double *cost) {
    *cost = nn_compute_training_cost(s->fit);
    return *cost + measure_decay(s);
}

/* The norm of the gradient of the total at the parameters. */
static double evaluate_gradient(search *s) {
    nn_fit *fit = s->fit;
    double *gradient = fit->engine.updates[0];
    nn_compute_gradient(fit, &fit->rows);
    for (size_t i = 0; i < s->count; i++)
        gradient[i] += s->decays[i] * nn_get_parameters(fit)[i];
    nn_mask_gradient(fit->settings, s->count, gradient);
    return measure_gradient(s, gradient);
}

/* The gradient of the total, and what belongs to it, from the normal equations. */
static nnblas_status set_up_gradient(search *s) {
    const nn_normal_equations *e = &s->equations;
    s->largest = 0.0;
    for (size_t i = 0; i < s->count; i++) {
        double unit = get_unit(s, i);
        s->gradient[i] = e->gradient[i] + s->decays[i] * s->start[i];
        s->largest = fmax(s->largest, (e->diagonal[i] + s->decays[i]) * unit * unit);
    }
    nn_mask_gradient(s->fit->settings, s->count, s->gradient);
    s->norm = measure_gradient(s, s->gradient);
    /* No element of the Hessian is larger than the largest of its diagonal. */
    if (nn_get_kernels()->check_finite(s->count, e->diagonal) == 0.0 && isfinite(s->norm) &&
        isfinite(s->largest))
        return NNBLAS_OK;
    return nn_fail(NNBLAS_ERROR_NOT_FINITE,
                   "the normal equations of epoch %zu overflow: X, Y or the weights are too large",
                   s->fit->progress.epoch + 1);
}

/* The normal equations at the parameters, where the next step starts. */
static nnblas_status set_up_equations(search *s) {
    nn_compute_normal_equations(s->fit, &s->equations);
    nnblas_status status = nn_group_agree(&s->fit->group, nn_check_rows(s->fit));
    if (status)
        return status;
    nn_mask_equations(s->fit->settings, &s->equations);
    memcpy(s->start, nn_get_parameters(s->fit), s->count * sizeof *s->start);
    return set_up_gradient(s);
}

/* ---- steps ----------------------------------------------------------------------------------- */

static bool factorise(search *s, double mu) {
    for (size_t i = 0; i < s->count; i++)
        s->added[i] = s->decays[i] + mu / get_unit(s, i) / get_unit(s, i);
    return nn_normal_equations_factor(&s->equations, s->added);
}

/* Computes the step for a damping, and moves the parameters by it. Returns by how much the total
 * would fall if it were the quadratic function that the normal equations make of it: (mu p^T p -
 * p^T gradient) / 2. */
static double move(search *s, double mu) {
    double fall = 0.0, *W = nn_get_parameters(s->fit);
    memcpy(s->step, s->gradient, s->count * sizeof *s->step);
    nn_normal_equations_solve(&s->equations, s->step);
    for (size_t i = 0; i < s->count; i++) {
        double scaled = s->step[i] / get_unit(s, i);
        fall += 0.5 * (mu * scaled * scaled + s->step[i] * s->gradient[i]);
        W[i] = s->start[i] - s->step[i];
    }
    return fall;
}

static double sum_squares(const search *s, const double *parameters) {
    return nn_sum_squares(s->count, s->output, s->fit->progress.unit, parameters);
}

/* Whether the parameters are better than those at the start. *gain is the ratio of what the total
 * fell by to what it was to fall by. */
static bool is_better(search *s, double fall, double *gain, double *cost, double *total) {
    *total = evaluate(s, cost);
    if (!isfinite(*total) || !(fall > 0.0))
        return false;
    *gain = (s->total - *total) / fall;
    if (fall > ROUNDING * s->total || fabs(s->total - *total) > ROUNDING * s->total)
        return *gain > 0.0;
    *gain = 1.0;
    return evaluate_gradient(s) <= LOWER_GRADIENT * s->norm;
}

/* What still counts beside the largest of the Hessian's diagonal. */
static double get_least(const search *s) {
    return fmax(DBL_EPSILON * DBL_EPSILON * s->largest, DBL_MIN);
}

/* H. B. Nielsen, "Damping parameter in Marquardt's method", IMM-REP-1999-05, equation 2.6. */
static double lower_damping(const search *s, double mu, double gain) {
    return fmax(mu * fmax(1.0 / 3.0, 1.0 - pow(2.0 * gain - 1.0, 3.0)), get_least(s));
}

/* Where a step is taken, *mu is its damping. Else the parameters are those at the start. */
static nnblas_status take_step(search *s, double *mu) {
    nn_fit *fit = s->fit;
    nnblas_status status = NNBLAS_STOPPED_DAMPING;
    *mu = fit->progress.damping;
    for (double growth = 2.0; isfinite(*mu); *mu *= growth, growth *= 2.0) {
        double gain, cost, total;
        if (nn_is_cancelled(fit)) {
            status = NNBLAS_STOPPED_CANCELLED;
            break;
        }
        if (!factorise(s, *mu))
            continue;
        if (is_better(s, move(s, *mu), &gain, &cost, &total)) {
            s->cost = cost;
            s->total = total;
            fit->progress.damping = lower_damping(s, *mu, gain);
            return NNBLAS_OK;
        }
        if (nn_is_short(sum_squares(s, s->step), sum_squares(s, s->start)))
            break;
    }
    memcpy(nn_get_parameters(fit), s->start, s->count * sizeof *s->start);
    return status;
}

/* ---- the search ------------------------------------------------------------------------------ */

static void set_decay_by_evidence(search *s, double decay) {
    s->fit->progress.evidence.decay = decay;
    set_decays(s);
    s->total = s->cost + measure_decay(s);
}

/* After a step of Bayesian regularisation. Where it fails, the step is taken back. */
static nnblas_status estimate(search *s) {
    nn_fit *fit = s->fit;
    double *before = fit->optimizer.snapshot;
    memcpy(before, s->start, s->count * sizeof *before);
    nnblas_status status = set_up_equations(s);
    if (!status) {
        nn_estimate_evidence(fit, &s->equations, s->added, s->cost, get_least(s));
        set_decay_by_evidence(s, fit->progress.evidence.decay);
        status = set_up_gradient(s);
    }
    if (status)
        memcpy(nn_get_parameters(fit), before, s->count * sizeof *before);
    else
        fit->trainer->evidence = fit->progress.evidence;
    return status;
}

static nnblas_status minimise(search *s) {
    nn_fit *fit = s->fit;
    nnblas_status status = set_up_equations(s);
    if (!status && fit->progress.epoch == 0) {
        fit->progress.damping = fmax(fit->settings->damping * s->largest, DBL_MIN);
        fit->progress.goal = fit->settings->damping_tolerance * s->norm;
    }
    while (!status) {
        double mu;
        status = s->norm <= fit->progress.goal ? NNBLAS_STOPPED_CONVERGED : take_step(s, &mu);
        if (status) {
            nn_save_last_checkpoint(fit);
            return status;
        }
        if (fit->settings->is_bayesian)
            status = estimate(s);
        if (!status)
            status = nn_finish_epoch(fit, s->cost, mu);
        if (status || fit->progress.epoch == fit->settings->epochs)
            return status;
        if (!fit->settings->is_bayesian)
            status = set_up_equations(s);
    }
    return status;
}

/* Returns an error or a reason to stop before the first epoch. */
static nnblas_status begin(search *s) {
    nn_fit *fit = s->fit;
    if (nn_is_cancelled(fit))
        return NNBLAS_STOPPED_CANCELLED;
    s->cost = nn_compute_training_cost(fit);
    if (fit->progress.epoch == 0)
        fit->progress.unit = nn_find_unit(fit);
    set_decays(s);
    s->total = s->cost + measure_decay(s);
    if (fit->settings->is_bayesian && fit->progress.epoch == 0)
        set_decay_by_evidence(s, nn_begin_decay(fit, s->cost));
    if (!isfinite(s->total)) {
        evaluate_gradient(s);
        return nn_refuse_beginning(fit, s->cost, s->total);
    }
    if (fit->settings->desired_cost > 0.0 && s->cost <= fit->settings->desired_cost)
        return NNBLAS_STOPPED_COST;
    return NNBLAS_OK;
}

/* Of a checkpoint that has all epochs, which has no posterior. */
static nnblas_status end_again(search *s, nnblas_status reason) {
    set_decays(s);
    return reason;
}

static nnblas_status open_search(search *s) {
    const nn_model *model = &s->fit->model;
    size_t N = nn_max(s->fit->rows.N, 1); /* a rank may have no rows */
    nnblas_status status = nn_check_size("the number of parameters", s->count);
    if (status)
        return status;
    s->memory = nn_allocate(s->count, 5 * sizeof *s->memory);
    if (!s->memory || nn_normal_equations_open(&s->equations, model, N)) {
        free(s->memory);
        return nn_fail(NNBLAS_ERROR_MEMORY,
                       "out of memory: Levenberg-Marquardt takes %zu bytes for %zu parameters; "
                       "L-BFGS takes far less",
                       nn_measure_normal_equations(model, N), s->count);
    }
    s->start = s->memory;
    s->step = s->start + s->count;
    s->gradient = s->step + s->count;
    s->decays = s->gradient + s->count;
    s->added = s->decays + s->count;
    return NNBLAS_OK;
}

static void close_search(search *s) {
    nn_normal_equations_close(&s->equations);
    free(s->memory);
}

nnblas_status nn_run_levenberg_marquardt(nn_fit *fit) {
    const nn_layer *output = &fit->model.layers[fit->model.n_layers - 1];
    search s = {.fit = fit,
                .count = nn_count_all_parameters(fit),
                .output = (size_t)(output->W - nn_get_parameters(fit))};
    nnblas_status reason, status;
    bool has_ended = nn_has_ended(fit, &reason);
    if (has_ended && !fit->settings->keeps_posterior)
        return reason;
    status = open_search(&s);
    nnblas_status agreed = nn_group_agree(&fit->group, status);
    if (agreed) {
        if (!status)
            close_search(&s);
        return agreed;
    }
    status = has_ended ? end_again(&s, reason) : begin(&s);
    if (!status && !has_ended)
        status = minimise(&s);
    if (status >= 0 && fit->settings->keeps_posterior)
        nn_keep_posterior(fit, &s.equations, s.decays, s.added);
    close_search(&s);
    return status;
}
