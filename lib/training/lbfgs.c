/* SPDX-License-Identifier: BSD-3-Clause */
#include "training/lbfgs.h"
#include "core/memory.h"
#include "core/sizes.h"
#include "engine/finite.h"
#include "kernels/kernels.h"
#include "training/epoch.h"
#include "training/weight_decay.h"

#include <float.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#ifdef HAVE_LBFGS
#include <lbfgs.h>

/* What finish_step returns to end a search; it is no code of liblbfgs. */
enum { ENDED = 1000 };

/* Costs with a smaller relative difference count as equal, since it may be rounding. The line
 * search then uses the slopes alone, as in W. W. Hager, H. Zhang, "A new conjugate gradient method
 * with guaranteed descent and an efficient line search", SIAM J. Optim. 16 (2005). Without this it
 * fails where the gradient is 1e-9 of the first; with it, it goes on to 1e-16. */
static const double ROUNDING = 64.0 * DBL_EPSILON;

/*
 * A step has to lower the cost by this share of what the slope promises. Where costs count as equal
 * that has to vanish beside them, and for i386 Debian compiles liblbfgs for the long registers of
 * the x87: with liblbfgs's own 1e-4 the line search fails there at 1e-6 of the first gradient.
 */
static const double SUFFICIENT_DECREASE = 1e-7;

/*
 * A search for the lowest cost, as liblbfgs sees it. Its variables are the parameters, those of an
 * identity output layer divided by unit, then zeros up to a multiple of 16. Its cost is ours with
 * the weight decay, multiplied by scale. Both factors are powers of two, so nothing is rounded.
 *
 * unit is for targets of another magnitude than 1: 200 epochs on 10^4 sin 3x leave 9 % of the
 * variance without it, and 0.003 % with it. With scale, the first gradient has a norm near 1:
 * neither its squares nor the limits of a step depend on the magnitude of the cost.
 */
typedef struct search {
    nn_fit *fit;
    lbfgsfloatval_t *x; /* the variables */
    size_t count;       /* of the parameters */
    size_t output;      /* where those of the output layer begin */
    double unit, scale;
    double goal;          /* the norm of a gradient that has converged */
    double cost;          /* at the point that was evaluated last, without the weight decay */
    double value;         /* the same as liblbfgs sees it; infinite where there is no such point */
    double step;          /* to that point */
    double lowest;        /* the value at x */
    size_t epochs;        /* since liblbfgs was called */
    nnblas_status status; /* why the search was ended from here */
} search;

/* ---- between the parameters and the variables ------------------------------------------------ */

static size_t count_variables(size_t count) {
    return nn_round_up(count, 16);
}

static void set_parameters(const search *s, const lbfgsfloatval_t *x) {
    double *parameters = nn_get_parameters(s->fit);
    for (size_t i = 0; i < s->count; i++)
        parameters[i] = i < s->output ? x[i] : x[i] * s->unit;
}

static void set_variables(search *s) {
    const double *parameters = nn_get_parameters(s->fit);
    for (size_t i = 0; i < s->count; i++)
        s->x[i] = i < s->output ? parameters[i] : parameters[i] / s->unit;
}

/* The gradient with respect to the variables, from the updates of the engine. Returns its norm. */
static double get_gradient(const search *s, double *gradient) {
    const double *updates = s->fit->engine.updates[0];
    double squares = 0.0;
    for (size_t i = 0; i < s->count; i++) {
        gradient[i] = (i < s->output ? s->scale : s->scale * s->unit) * updates[i];
        squares += gradient[i] * gradient[i];
    }
    return sqrt(squares);
}

/* ---- evaluation ------------------------------------------------------------------------------ */

/* Computes the cost of the parameters and its gradient, which goes to the updates of the engine,
 * both with the weight decay. Returns whether these and the parameters are finite. */
static bool evaluate_parameters(search *s, double *total) {
    nn_fit *fit = s->fit;
    const nn_kernels *kernels = nn_get_kernels();
    s->cost = nn_engine_run(
        &fit->engine,
        &(nn_call){.model = &fit->model, .rows = &fit->rows, .updates = fit->engine.updates});
    *total = s->cost + nn_measure_decay(fit);
    nn_add_decay(fit);
    return isfinite(*total) && kernels->check_finite(s->count, fit->engine.updates[0]) == 0.0 &&
           kernels->check_finite(s->count, nn_get_parameters(fit)) == 0.0;
}

/* Where a number is not finite, liblbfgs gets a cost that is too high to accept, but finite: its
 * interpolation would make a NaN of an infinite one. */
static lbfgsfloatval_t evaluate(void *instance, const lbfgsfloatval_t *x, lbfgsfloatval_t *gradient,
                                int n, lbfgsfloatval_t step) {
    search *s = instance;
    double total;
    set_parameters(s, x);
    memset(gradient, 0, (size_t)n * sizeof *gradient);
    s->step = step;
    s->value = HUGE_VAL;
    if (evaluate_parameters(s, &total) && isfinite(get_gradient(s, gradient)))
        s->value = s->scale * total;
    if (fabs(s->value - s->lowest) <= ROUNDING * s->lowest)
        s->value = s->lowest;
    if (isfinite(s->value))
        return s->value;
    memset(gradient, 0, (size_t)n * sizeof *gradient);
    return fmax(11.0 * s->lowest, DBL_MIN);
}

/* ---- epochs ---------------------------------------------------------------------------------- */

/* Ends an epoch at the point that was evaluated last. Returns whether to go on. */
static bool finish_epoch(search *s) {
    nn_fit *fit = s->fit;
    s->lowest = s->value;
    s->epochs++;
    s->status = nn_finish_epoch(fit, s->cost, s->step);
    return !s->status && fit->progress.epoch < fit->settings->epochs;
}

static int finish_step(void *instance, const lbfgsfloatval_t *x, const lbfgsfloatval_t *gradient,
                       lbfgsfloatval_t cost, lbfgsfloatval_t x_norm, lbfgsfloatval_t gradient_norm,
                       lbfgsfloatval_t step, int n, int iteration, int evaluations) {
    search *s = instance;
    (void)x, (void)gradient, (void)cost, (void)x_norm, (void)step, (void)n, (void)iteration,
        (void)evaluations;
    bool goes_on = finish_epoch(s);
    if (!s->status && gradient_norm <= s->goal)
        s->status = NNBLAS_STOPPED_CONVERGED;
    return goes_on && !s->status ? 0 : ENDED;
}

/* When a line search fails after it has found a lower point, liblbfgs drops that point. Takes it as
 * an epoch too. Returns whether there was one. */
static bool take_lower_point(search *s) {
    if (s->value < s->lowest) {
        set_variables(s);
        return true;
    }
    set_parameters(s, s->x);
    return false;
}

/* ---- the search ------------------------------------------------------------------------------ */

/* The status for the end of liblbfgs, other than by ENDED. */
static nnblas_status get_reason(const search *s, int result) {
    switch (result) {
    case LBFGS_SUCCESS: /* its own test is for a gradient of 0 */
    case LBFGS_ALREADY_MINIMIZED:
        return NNBLAS_STOPPED_CONVERGED;
    case LBFGSERR_OUTOFINTERVAL:
    case LBFGSERR_INCORRECT_TMINMAX:
    case LBFGSERR_ROUNDING_ERROR:
    case LBFGSERR_MINIMUMSTEP:
    case LBFGSERR_MAXIMUMSTEP:
    case LBFGSERR_MAXIMUMLINESEARCH:
    case LBFGSERR_WIDTHTOOSMALL:
    case LBFGSERR_INVALIDPARAMETERS:
    case LBFGSERR_INCREASEGRADIENT:
        return NNBLAS_STOPPED_LINE_SEARCH;
    case LBFGSERR_OUTOFMEMORY:
        return nn_fail(NNBLAS_ERROR_MEMORY,
                       "out of memory: L-BFGS with memory %zu and %zu parameters",
                       s->fit->settings->lbfgs_memory, s->count);
    default:
        return nn_fail(NNBLAS_ERROR_VALUE, "liblbfgs ended with its code %d", result);
    }
}

/* Each call of liblbfgs begins with a step along the gradient. It is called again when its line
 * search fails after some epochs, because the curvature that it has collected may be the cause. */
static nnblas_status minimise(search *s) {
    const nn_settings *settings = s->fit->settings;
    lbfgs_parameter_t parameters;
    lbfgs_parameter_init(&parameters);
    parameters.m = (int)nn_min(settings->lbfgs_memory, settings->epochs);
    parameters.epsilon = 0.0;
    parameters.ftol = SUFFICIENT_DECREASE;
    for (;;) {
        s->epochs = 0;
        int result = lbfgs((int)count_variables(s->count), s->x, NULL, evaluate, finish_step, s,
                           &parameters);
        if (result == ENDED)
            return s->status;
        nnblas_status reason = get_reason(s, result);
        if (take_lower_point(s) && reason == NNBLAS_STOPPED_LINE_SEARCH) {
            if (!finish_epoch(s))
                return s->status;
        } else if (reason != NNBLAS_STOPPED_LINE_SEARCH || s->epochs == 0) {
            return reason;
        }
    }
}

/* The power of two, at most 2^limit, that brings x near 1 when it is multiplied by it. */
static double get_scale(double x, int limit) {
    int exponent = -ilogb(fmin(fmax(x, DBL_MIN), DBL_MAX));
    return ldexp(1.0, exponent < limit ? exponent : limit);
}

/* The mean magnitude of the labels, with the weights of the rows. */
static double measure_targets(const nn_rows *rows, size_t outputs) {
    double sum = 0.0, total = rows->weights ? rows->total_weight : (double)rows->N;
    for (size_t e = 0; e < rows->N; e++) {
        size_t row = nn_get_row(rows, e);
        double weight = rows->weights ? rows->weight_scale * rows->weights[row] : 1.0;
        sum +=
            weight / total * nn_get_kernels()->sum_magnitudes(outputs, rows->Y + row * rows->ldy);
    }
    return sum / (double)outputs;
}

/* About the sum of the mean magnitudes of the labels and of the output layer's parameters, as a
 * power of two. */
static double find_unit(const search *s) {
    const nn_fit *fit = s->fit;
    const nn_layer *layer = &fit->model.layers[fit->model.n_layers - 1];
    size_t parameters = s->count - s->output;
    if (layer->activation != NNBLAS_IDENTITY)
        return 1.0;
    double magnitude = measure_targets(&fit->rows, layer->outputs) +
                       nn_get_kernels()->sum_magnitudes(parameters, layer->W) / (double)parameters;
    return magnitude > 0.0 ? 1.0 / get_scale(1.5 * magnitude, 1000) : 1.0;
}

/* Evaluates the parameters that the fit begins with. Returns an error or a reason to stop before
 * the first epoch, or prepares the search. */
static nnblas_status begin(search *s) {
    nn_fit *fit = s->fit;
    double total;
    if (nn_is_cancelled(fit))
        return NNBLAS_STOPPED_CANCELLED;
    if (!evaluate_parameters(s, &total)) {
        if (isfinite(s->cost) && !isfinite(total))
            return nn_fail(NNBLAS_ERROR_NOT_FINITE,
                           "the weight decay's share of the cost overflows: the weights or the "
                           "decay %g are too large",
                           fit->settings->weight_decay);
        return nn_report_not_finite(&fit->model, &fit->rows, s->cost, 0.0, fit->engine.updates);
    }
    if (fit->settings->desired_cost > 0.0 && s->cost <= fit->settings->desired_cost)
        return NNBLAS_STOPPED_COST;
    s->unit = find_unit(s);
    const double *updates = fit->engine.updates[0];
    double magnitude =
        nn_get_kernels()->sum_magnitudes(s->output, updates) +
        s->unit * nn_get_kernels()->sum_magnitudes(s->count - s->output, updates + s->output);
    if (magnitude == 0.0)
        return NNBLAS_STOPPED_CONVERGED;
    s->scale = get_scale(magnitude, 1000 - (total > 1.0 ? ilogb(total) : 0));
    s->value = s->lowest = s->scale * total;
    s->goal = fit->settings->lbfgs_tolerance * get_gradient(s, s->x);
    set_variables(s);
    return NNBLAS_OK;
}

nnblas_status nn_run_lbfgs(nn_fit *fit) {
    const nn_layer *output = &fit->model.layers[fit->model.n_layers - 1];
    search s = {.fit = fit,
                .count = nn_count_all_parameters(fit),
                .output = (size_t)(output->W - nn_get_parameters(fit))};
    size_t variables = count_variables(s.count);
    nnblas_status status = nn_check_size("the number of parameters", variables);
    if (status)
        return status;
    s.x = nn_allocate(variables, sizeof *s.x);
    if (!s.x)
        return NNBLAS_ERROR_MEMORY;
    memset(s.x, 0, variables * sizeof *s.x);
    status = begin(&s);
    if (!status)
        status = minimise(&s);
    free(s.x);
    return status;
}

#else

/* Never called: nnblas_trainer_set_optimizer refuses NNBLAS_LBFGS. */
nnblas_status nn_run_lbfgs(nn_fit *fit) {
    (void)fit;
    return NNBLAS_ERROR_MISSING;
}

#endif
