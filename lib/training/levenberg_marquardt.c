/* SPDX-License-Identifier: BSD-3-Clause */
#include "training/levenberg_marquardt.h"
#include "blas/blas.h"
#include "blas/lapack.h"
#include "core/memory.h"
#include "core/sizes.h"
#include "engine/normal_equations.h"
#include "engine/rows.h"
#include "kernels/kernels.h"
#include "training/epoch.h"
#include "training/objective.h"

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
    double *memory, *start, *step, *gradient, *decays; /* one each of the parameters' length */
    double norm;                                       /* of the gradient at start */
    double largest;                                    /* of the Hessian's diagonal, in units */
    double cost, total;                                /* at the parameters */
} search;

static double get_unit(const search *s, size_t i) {
    return i < s->output ? 1.0 : s->fit->progress.unit;
}

/* ---- evaluation ------------------------------------------------------------------------------ */

/* All weights decay alike, and the biases do not. */
static void set_decays(search *s) {
    const nn_model *model = &s->fit->model;
    double *decay = s->decays;
    for (size_t l = 0; l < model->n_layers; l++) {
        size_t weights = model->layers[l].inputs * model->layers[l].outputs;
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
    *cost =
        nn_engine_run(&s->fit->engine, &(nn_call){.model = &s->fit->model, .rows = &s->fit->rows});
    return *cost + measure_decay(s);
}

/* The norm of the gradient of the total at the parameters. */
static double evaluate_gradient(search *s) {
    nn_fit *fit = s->fit;
    double *gradient = fit->engine.updates[0];
    nn_engine_run(
        &fit->engine,
        &(nn_call){.model = &fit->model, .rows = &fit->rows, .updates = fit->engine.updates});
    for (size_t i = 0; i < s->count; i++)
        gradient[i] += s->decays[i] * nn_get_parameters(fit)[i];
    return measure_gradient(s, gradient);
}

/* The normal equations at the parameters, with the decay in the gradient and the diagonal. */
static nnblas_status set_up_equations(search *s) {
    nn_normal_equations *e = &s->equations;
    const nn_kernels *kernels = nn_get_kernels();
    nn_normal_equations_run(e, &s->fit->rows);
    memcpy(s->start, nn_get_parameters(s->fit), s->count * sizeof *s->start);
    s->largest = 0.0;
    for (size_t i = 0; i < s->count; i++) {
        s->gradient[i] = e->gradient[i] + s->decays[i] * s->start[i];
        e->diagonal[i] += s->decays[i];
        s->largest = fmax(s->largest, e->diagonal[i] * get_unit(s, i) * get_unit(s, i));
    }
    s->norm = measure_gradient(s, s->gradient);
    /* No element of the Hessian is larger than the largest of its diagonal. */
    if (kernels->check_finite(s->count, e->diagonal) == 0.0 && isfinite(s->norm) &&
        isfinite(s->largest))
        return NNBLAS_OK;
    return nn_fail(NNBLAS_ERROR_NOT_FINITE,
                   "the normal equations of epoch %zu overflow: X, Y or the weights are too large",
                   s->fit->progress.epoch + 1);
}

/* ---- steps ----------------------------------------------------------------------------------- */

/* Copies the upper half of the Hessian to the lower one, with the damping, and factorises that. */
static bool factorise(search *s, double mu) {
    enum { STRIP = 64 };
    nn_normal_equations *e = &s->equations;
    size_t n = s->count;
    for (size_t first = 0; first < n; first += STRIP) {
        size_t end = nn_min(n, first + STRIP);
        nn_transpose(first, end - first, e->hessian + first, n, e->hessian + first * n, n);
        for (size_t i = first; i < end; i++)
            for (size_t j = first; j < i; j++)
                e->hessian[i * n + j] = e->hessian[j * n + i];
    }
    for (size_t i = 0; i < n; i++)
        e->hessian[i * n + i] = e->diagonal[i] + mu / get_unit(s, i) / get_unit(s, i);
    nn_blas_hold();
    bool is_definite = nn_factor_cholesky(n, e->hessian);
    nn_blas_release();
    return is_definite;
}

/* Computes the step for a damping, and moves the parameters by it. Returns by how much the total
 * would fall if it were the quadratic function that the normal equations make of it: (mu p^T p -
 * p^T gradient) / 2. */
static double move(search *s, double mu) {
    double fall = 0.0, *W = nn_get_parameters(s->fit);
    memcpy(s->step, s->gradient, s->count * sizeof *s->step);
    nn_blas_hold();
    nn_solve_cholesky(s->count, s->equations.hessian, s->step);
    nn_blas_release();
    for (size_t i = 0; i < s->count; i++) {
        double scaled = s->step[i] / get_unit(s, i);
        fall += 0.5 * (mu * scaled * scaled + s->step[i] * s->gradient[i]);
        W[i] = s->start[i] - s->step[i];
    }
    return fall;
}

/* Whether the last step is too short to count beside the parameters. */
static bool is_short(const search *s) {
    double steps = 0.0, parameters = 0.0;
    for (size_t i = 0; i < s->count; i++) {
        steps += pow(s->step[i] / get_unit(s, i), 2.0);
        parameters += pow(s->start[i] / get_unit(s, i), 2.0);
    }
    return steps <= DBL_EPSILON * DBL_EPSILON * parameters;
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

/* H. B. Nielsen, "Damping parameter in Marquardt's method", IMM-REP-1999-05, equation 2.6. */
static double lower_damping(const search *s, double mu, double gain) {
    static const double LEAST = DBL_EPSILON * DBL_EPSILON; /* of the largest of the diagonal */
    mu *= fmax(1.0 / 3.0, 1.0 - pow(2.0 * gain - 1.0, 3.0));
    return fmax(mu, fmax(LEAST * s->largest, DBL_MIN));
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
        if (is_short(s))
            break;
    }
    memcpy(nn_get_parameters(fit), s->start, s->count * sizeof *s->start);
    return status;
}

/* ---- the search ------------------------------------------------------------------------------ */

static nnblas_status minimise(search *s) {
    nn_fit *fit = s->fit;
    for (;;) {
        double mu;
        nnblas_status status = set_up_equations(s);
        if (status)
            return status;
        if (fit->progress.damping == 0.0) {
            fit->progress.damping = fmax(fit->settings->damping * s->largest, DBL_MIN);
            fit->progress.goal = fit->settings->damping_tolerance * s->norm;
        }
        status = s->norm <= fit->progress.goal ? NNBLAS_STOPPED_CONVERGED : take_step(s, &mu);
        if (status) {
            nn_save_last_checkpoint(fit);
            return status;
        }
        status = nn_finish_epoch(fit, s->cost, mu);
        if (status || fit->progress.epoch == fit->settings->epochs)
            return status;
    }
}

/* Returns an error or a reason to stop before the first epoch. */
static nnblas_status begin(search *s) {
    nn_fit *fit = s->fit;
    if (nn_is_cancelled(fit))
        return NNBLAS_STOPPED_CANCELLED;
    if (fit->progress.epoch == 0)
        fit->progress.unit = nn_find_unit(fit);
    set_decays(s);
    s->total = evaluate(s, &s->cost);
    if (!isfinite(s->total)) {
        evaluate_gradient(s);
        return nn_refuse_beginning(fit, s->cost, s->total);
    }
    if (fit->settings->desired_cost > 0.0 && s->cost <= fit->settings->desired_cost)
        return NNBLAS_STOPPED_COST;
    return NNBLAS_OK;
}

static nnblas_status open_search(search *s) {
    const nn_model *model = &s->fit->model;
    size_t N = s->fit->rows.N;
    nnblas_status status = nn_check_size("the number of parameters", s->count);
    if (status)
        return status;
    s->memory = nn_allocate(s->count, 4 * sizeof *s->memory);
    if (!s->memory || nn_normal_equations_open(&s->equations, model, N)) {
        free(s->memory);
        return nn_fail(NNBLAS_ERROR_MEMORY,
                       "out of memory: Levenberg-Marquardt takes %zu bytes for %zu parameters; "
                       "NNBLAS_LBFGS takes far less",
                       nn_measure_normal_equations(model, N), s->count);
    }
    s->start = s->memory;
    s->step = s->start + s->count;
    s->gradient = s->step + s->count;
    s->decays = s->gradient + s->count;
    return NNBLAS_OK;
}

nnblas_status nn_run_levenberg_marquardt(nn_fit *fit) {
    const nn_layer *output = &fit->model.layers[fit->model.n_layers - 1];
    search s = {.fit = fit,
                .count = nn_count_all_parameters(fit),
                .output = (size_t)(output->W - nn_get_parameters(fit))};
    nnblas_status status;
    if (nn_has_ended(fit, &status))
        return status;
    status = open_search(&s);
    if (status)
        return status;
    status = begin(&s);
    if (!status)
        status = minimise(&s);
    nn_normal_equations_close(&s.equations);
    free(s.memory);
    return status;
}
