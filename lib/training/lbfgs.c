/* SPDX-License-Identifier: BSD-3-Clause */
#include "training/lbfgs.h"
#include "core/memory.h"
#include "core/sizes.h"
#include "training/epoch.h"
#include "training/objective.h"

#include <float.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#ifdef HAVE_LBFGS
#include <lbfgs.h>

/* What finish_step returns to end a search; it is no code of liblbfgs. */
enum { ENDED = 1000 };

/*
 * A step has to lower the cost by this share of what the slope promises. Where costs count as equal
 * that has to vanish beside them, and for i386 Debian compiles liblbfgs for the long registers of
 * the x87: with liblbfgs's own 1e-4 the line search fails there at 1e-6 of the first gradient.
 */
static const double SUFFICIENT_DECREASE = 1e-7;

/* A search for the lowest point of the objective, as liblbfgs sees it: its variables are followed
 * by zeros up to a multiple of 16. */
typedef struct search {
    nn_fit *fit;
    nn_objective objective;
    lbfgsfloatval_t *x;   /* the variables */
    double value;         /* at the point that was evaluated last */
    double step;          /* to that point */
    double lowest;        /* the value at x */
    size_t epochs;        /* since liblbfgs was called */
    nnblas_status status; /* why the search was ended from here */
} search;

/* ---- evaluation ------------------------------------------------------------------------------ */

static size_t count_variables(size_t count) {
    return nn_round_up(count, 16);
}

static void set_parameters(const search *s, const lbfgsfloatval_t *x) {
    const nn_objective *o = &s->objective;
    double *parameters = nn_get_parameters(s->fit);
    for (size_t i = 0; i < o->count; i++)
        parameters[i] = i < o->output ? x[i] : x[i] * o->unit;
    nn_optimizer_thaw(&s->fit->optimizer, parameters);
}

static void set_variables(search *s) {
    const nn_objective *o = &s->objective;
    const double *parameters = nn_get_parameters(s->fit);
    for (size_t i = 0; i < o->count; i++)
        s->x[i] = i < o->output ? parameters[i] : parameters[i] / o->unit;
}

/* Where a number is not finite, liblbfgs gets a cost that is too high to accept, but finite: its
 * interpolation would make a NaN of an infinite one. */
static lbfgsfloatval_t evaluate(void *instance, const lbfgsfloatval_t *x, lbfgsfloatval_t *gradient,
                                int n, lbfgsfloatval_t step) {
    search *s = instance;
    set_parameters(s, x);
    memset(gradient, 0, (size_t)n * sizeof *gradient);
    s->step = step;
    s->value = nn_objective_round(nn_objective_evaluate(&s->objective), s->lowest);
    if (!isfinite(s->value))
        return fmax(11.0 * s->lowest, DBL_MIN);
    memcpy(gradient, s->fit->engine.updates[0], s->objective.count * sizeof *gradient);
    return s->value;
}

/* ---- epochs ---------------------------------------------------------------------------------- */

/* Ends an epoch at the point that was evaluated last. Returns whether to go on. */
static bool finish_epoch(search *s) {
    nn_fit *fit = s->fit;
    s->lowest = s->value;
    s->epochs++;
    s->status = nn_finish_epoch(fit, s->objective.cost, s->step);
    return !s->status && fit->progress.epoch < fit->settings->epochs;
}

static int finish_step(void *instance, const lbfgsfloatval_t *x, const lbfgsfloatval_t *gradient,
                       lbfgsfloatval_t cost, lbfgsfloatval_t x_norm, lbfgsfloatval_t gradient_norm,
                       lbfgsfloatval_t step, int n, int iteration, int evaluations) {
    search *s = instance;
    (void)x, (void)gradient, (void)cost, (void)x_norm, (void)step, (void)n, (void)iteration,
        (void)evaluations;
    bool goes_on = finish_epoch(s);
    if (!s->status && gradient_norm <= s->objective.goal)
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
                       s->fit->settings->lbfgs_memory, s->objective.count);
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
        int result = lbfgs((int)count_variables(s->objective.count), s->x, NULL, evaluate,
                           finish_step, s, &parameters);
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

nnblas_status nn_run_lbfgs(nn_fit *fit) {
    search s = {.fit = fit};
    size_t variables = count_variables(nn_count_all_parameters(fit));
    nnblas_status status = nn_check_size("the number of parameters", variables);
    if (status)
        return status;
    s.x = nn_allocate(variables, sizeof *s.x);
    status = nn_group_agree(&fit->group, s.x ? NNBLAS_OK : NNBLAS_ERROR_MEMORY);
    if (status) {
        free(s.x);
        return status;
    }
    memset(s.x, 0, variables * sizeof *s.x);
    status = nn_objective_begin(&s.objective, fit, fit->settings->lbfgs_tolerance, &s.lowest);
    if (!status) {
        s.value = s.lowest;
        set_variables(&s);
        status = minimise(&s);
    }
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
