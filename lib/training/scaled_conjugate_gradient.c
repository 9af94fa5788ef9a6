/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * M. F. Moller, "A scaled conjugate gradient algorithm for fast supervised learning", Neural
 * Networks 6 (1993). A step goes along a conjugate direction p, as far as a parabola through its
 * slope and its curvature says. The curvature p^T H p is a difference of two gradients, and lambda
 * p^T p is added to it, the damping: more where the cost falls by less than the parabola says.
 *
 * The difference takes one gradient, where an exact product of H and p takes the time of two or
 * more, and what it leaves out is of the size of sigma, 1e-4: a parabola is further from the cost
 * than that.
 */
#include "training/scaled_conjugate_gradient.h"
#include "kernels/kernels.h"
#include "training/epoch.h"
#include "training/objective.h"

#include <math.h>
#include <string.h>

/* Constants of the article. Sigma is the length of the step to the second gradient. In the units of
 * the objective, neither depends on the magnitude of the cost. */
static const double SIGMA = 1e-4, FIRST_DAMPING = 1e-6;

/*
 * Each try at least halves the step. Where rounding hides the differences of costs, gradients of
 * 1e-8 of the first still fall to 1e-16 of it, and of ill-conditioned costs not in each epoch: up
 * to 650 were seen between two that were lower than all before.
 */
enum { MOST_TRIES = 40, MOST_STALLED = 1000 };

/* A search for the lowest point of the objective. */
typedef struct search {
    nn_fit *fit;
    nn_objective objective;
    double *direction;  /* from the base */
    double *gradient;   /* at the base */
    double *base;       /* the parameters of the last epoch */
    double value;       /* at the base */
    double squares;     /* of the direction */
    double slope;       /* along the direction, at the base; below 0 */
    double curvature;   /* along the direction */
    bool is_begun_anew; /* the direction is that of the gradient, with the first damping */
} search;

/* A point along the direction. */
typedef struct trial {
    double step, value;
    double curvature; /* with the damping */
    double gain;      /* the decrease of the value, as a part of what the parabola says */
} trial;

static double multiply(const search *s, const double *a, const double *b) {
    return nn_get_kernels()->sum_products(s->objective.count, a, b);
}

/* ---- along the direction --------------------------------------------------------------------- */

/* Sets the parameters to a point. The direction has the unit of the variables. */
static void move(const search *s, double step) {
    const nn_objective *o = &s->objective;
    double *parameters = nn_get_parameters(s->fit);
    memcpy(parameters, s->base, o->count * sizeof *parameters);
    nn_get_kernels()->descend(o->output, -step, s->direction, parameters);
    nn_get_kernels()->descend(o->count - o->output, -step * o->unit, s->direction + o->output,
                              parameters + o->output);
    nn_optimizer_thaw(&s->fit->optimizer, parameters);
}

static double evaluate(search *s, double step) {
    move(s, step);
    return nn_objective_round(nn_objective_evaluate(&s->objective), s->value);
}

static double measure_slope(const search *s) {
    return multiply(s, s->direction, s->fit->engine.updates[0]);
}

/* A curvature that is not known counts as 0: then the damping alone bounds the step. */
static void measure_curvature(search *s) {
    double step = SIGMA / sqrt(s->squares);
    bool is_known = isfinite(evaluate(s, step));
    s->curvature = is_known ? (measure_slope(s) - s->slope) / step : 0.0;
}

/* Where the difference of two costs may be rounding, the slopes say by how much they differ. */
static double measure_decrease(const search *s, const trial *t) {
    return t->value == s->value ? -0.5 * t->step * (s->slope + measure_slope(s))
                                : s->value - t->value;
}

/* Where the curvature with the damping is not positive, the damping becomes so large that it is the
 * same above 0 as it was without below. */
static trial try_step(search *s, double *damping) {
    trial t = {.curvature = s->curvature + *damping * s->squares};
    if (t.curvature <= 0.0) {
        *damping = 2.0 * (*damping - t.curvature / s->squares);
        t.curvature = -s->curvature;
    }
    t.step = -s->slope / t.curvature;
    t.value = evaluate(s, t.step);
    t.gain = 2.0 * t.curvature * measure_decrease(s, &t) / (s->slope * s->slope);
    return t;
}

/* The damping after a gain under a quarter: a parabola through both values has its lowest point
 * where this leads, but a step is made no shorter than a tenth at once. */
static double raise_damping(const search *s, const trial *t, double damping) {
    double factor = t->gain > -8.0 ? 1.0 - t->gain : 9.0;
    return damping + t->curvature * factor / s->squares;
}

/* Goes to a lower point. False where there is none, or none that is far enough to count. */
static bool take_step(search *s, trial *t) {
    const nn_objective *o = &s->objective;
    double damping = s->fit->progress.damping;
    for (int tries = 0; tries < MOST_TRIES; tries++) {
        *t = try_step(s, &damping);
        if (nn_is_short(t->step * t->step * s->squares,
                        nn_sum_squares(o->count, o->output, o->unit, s->base)))
            return false;
        if (t->gain < 0.25 || isnan(t->gain))
            damping = raise_damping(s, t, damping);
        if (t->gain > 0.0) {
            s->fit->progress.damping = t->gain >= 0.75 ? 0.25 * damping : damping;
            return true;
        }
    }
    return false;
}

/* ---- directions ------------------------------------------------------------------------------ */

/* Along the gradient, with the first damping: what was learnt of the cost may be what misleads. */
static void begin_anew(search *s) {
    for (size_t i = 0; i < s->objective.count; i++)
        s->direction[i] = -s->gradient[i];
    s->fit->progress.damping = FIRST_DAMPING;
    s->fit->progress.conjugate = 0;
    s->is_begun_anew = true;
}

/* The next direction is conjugate to the last one; after as many as there are variables, it is that
 * of the gradient. */
static void turn(search *s) {
    const double *gradient = s->fit->engine.updates[0];
    double squares = multiply(s, gradient, gradient), product = multiply(s, gradient, s->gradient);
    double beta = (squares - product) / -s->slope;
    size_t *conjugate = &s->fit->progress.conjugate;
    *conjugate = (*conjugate + 1) % s->objective.count;
    if (*conjugate == 0)
        beta = 0.0;
    for (size_t i = 0; i < s->objective.count; i++)
        s->direction[i] = beta * s->direction[i] - gradient[i];
    memcpy(s->gradient, gradient, s->objective.count * sizeof *gradient);
    s->is_begun_anew = false;
    if (!isfinite(multiply(s, s->direction, s->direction)))
        begin_anew(s);
}

/* Looks along the direction, if it leads down. Along one that leads up the article takes a step
 * below 0; to begin anew took fewer gradients (parity of 8 bits, a sine: 10 to 40 % in 6 of 6). */
static bool measure_direction(search *s) {
    s->squares = multiply(s, s->direction, s->direction);
    s->slope = multiply(s, s->direction, s->gradient);
    if (!(s->slope < 0.0))
        return false;
    measure_curvature(s);
    return isfinite(s->curvature);
}

/* Counts the epochs in which neither the objective nor its gradient fell. */
static void watch_fall(search *s, double value) {
    nn_progress *p = &s->fit->progress;
    double norm = s->objective.norm;
    bool has_fallen = value < s->value;
    p->stalled = has_fallen || norm < p->least_norm ? 0 : p->stalled + 1;
    p->least_norm = has_fallen ? norm : fmin(norm, p->least_norm);
}

/* ---- the search ------------------------------------------------------------------------------ */

/* One epoch. */
static nnblas_status advance(search *s) {
    trial t;
    memcpy(s->base, nn_get_parameters(s->fit), s->objective.count * sizeof *s->base);
    while (!measure_direction(s) || !take_step(s, &t)) {
        memcpy(nn_get_parameters(s->fit), s->base, s->objective.count * sizeof *s->base);
        if (s->is_begun_anew)
            return NNBLAS_STOPPED_DAMPING;
        begin_anew(s);
    }
    watch_fall(s, t.value);
    s->value = t.value;
    turn(s);
    return nn_finish_epoch(s->fit, s->objective.cost, t.step);
}

static nnblas_status minimise(search *s) {
    const nn_progress *p = &s->fit->progress;
    while (s->objective.norm > s->objective.goal) {
        if (p->stalled >= MOST_STALLED)
            return NNBLAS_STOPPED_DAMPING;
        if (p->epoch >= s->fit->settings->epochs)
            return NNBLAS_OK;
        nnblas_status status = advance(s);
        if (status)
            return status;
    }
    return NNBLAS_STOPPED_CONVERGED;
}

/* A checkpoint has direction, gradient and progress; the rest follows from them. */
static nnblas_status resume(search *s) {
    nnblas_status reason;
    s->value = nn_objective_resume(&s->objective, s->fit, s->gradient);
    return nn_has_ended(s->fit, &reason) && reason ? reason : minimise(s);
}

static nnblas_status begin(search *s) {
    nn_fit *fit = s->fit;
    nnblas_status status =
        nn_objective_begin(&s->objective, fit, fit->settings->scg_tolerance, &s->value);
    if (status)
        return status;
    memcpy(s->gradient, fit->engine.updates[0], s->objective.count * sizeof *s->gradient);
    fit->progress.least_norm = s->objective.norm;
    begin_anew(s);
    return minimise(s);
}

nnblas_status nn_run_scaled_conjugate_gradient(nn_fit *fit) {
    nn_optimizer *o = &fit->optimizer;
    search s = {.fit = fit, .direction = o->first, .gradient = o->second, .base = o->snapshot};
    nnblas_status status = fit->progress.epoch > 0 ? resume(&s) : begin(&s);
    if (status == NNBLAS_STOPPED_CONVERGED || status == NNBLAS_STOPPED_DAMPING)
        nn_save_last_checkpoint(fit);
    return status;
}
