/* SPDX-License-Identifier: BSD-3-Clause */
#include "training/lbfgs.h"
#include "core/memory.h"
#include "core/sizes.h"
#include "engine/finite.h"
#include "kernels/kernels.h"
#include "training/epoch.h"

#include <limits.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#ifdef HAVE_LBFGS
#include <lbfgs.h>

bool nn_has_lbfgs(void) {
    return true;
}

/* What liblbfgs hands back to the functions that it calls. */
typedef struct search {
    nn_fit *fit;
    size_t count;         /* parameters; liblbfgs gets some more, which stay 0 */
    double cost;          /* of the last evaluation, without the decay */
    nnblas_status status; /* why the search was ended from here */
} search;

/* Its vectors are taken 16 numbers at a time. */
static size_t count_variables(size_t count) {
    return nn_round_up(count, 16);
}

/* Half the sum of the squares of the weights, times decay; its gradient is added. */
static double add_decay(const nn_fit *fit, const double *x, double *gradient) {
    double decay = fit->settings->weight_decay, sum = 0.0;
    const double *start = fit->trainer->net->parameters;
    for (size_t l = 0; decay > 0.0 && l < fit->model.n_layers; l++) {
        const nn_layer *layer = &fit->model.layers[l];
        size_t first = (size_t)(layer->W - start), weights = layer->inputs * layer->outputs;
        for (size_t i = first; i < first + weights; i++) {
            sum += x[i] * x[i];
            gradient[i] += decay * x[i];
        }
    }
    return 0.5 * decay * sum;
}

/* The cost at x; infinity, which no line search takes, where it or the gradient is not finite. */
static lbfgsfloatval_t evaluate(void *instance, const lbfgsfloatval_t *x, lbfgsfloatval_t *gradient,
                                int n, lbfgsfloatval_t step) {
    search *s = instance;
    nn_fit *fit = s->fit;
    (void)step;
    memcpy(fit->trainer->net->parameters, x, s->count * sizeof *x);
    s->cost = nn_engine_run(
        &fit->engine,
        &(nn_call){.model = &fit->model, .rows = &fit->rows, .updates = fit->engine.updates});
    memset(gradient, 0, (size_t)n * sizeof *gradient);
    memcpy(gradient, fit->engine.updates[0], s->count * sizeof *gradient);
    double cost = s->cost + add_decay(fit, x, gradient);
    bool is_finite = isfinite(cost) && nn_get_kernels()->check_finite(s->count, gradient) == 0.0;
    if (!is_finite)
        memset(gradient, 0, (size_t)n * sizeof *gradient);
    return is_finite ? cost : HUGE_VAL;
}

/* After each step, at the parameters that were evaluated last. */
static int finish_step(void *instance, const lbfgsfloatval_t *x, const lbfgsfloatval_t *gradient,
                       lbfgsfloatval_t cost, lbfgsfloatval_t x_norm, lbfgsfloatval_t gradient_norm,
                       lbfgsfloatval_t step, int n, int iteration, int evaluations) {
    search *s = instance;
    (void)gradient, (void)cost, (void)x_norm, (void)gradient_norm, (void)n, (void)iteration,
        (void)evaluations;
    memcpy(s->fit->trainer->net->parameters, x, s->count * sizeof *x);
    s->status = nn_finish_epoch(s->fit, s->cost, step);
    return s->status != NNBLAS_OK;
}

static nnblas_status minimise(search *s, lbfgsfloatval_t *x) {
    nn_fit *fit = s->fit;
    lbfgs_parameter_t parameters;
    lbfgs_parameter_init(&parameters);
    parameters.linesearch = LBFGS_LINESEARCH_BACKTRACKING_STRONG_WOLFE;
    size_t epochs = fit->settings->epochs;
    parameters.max_iterations = epochs > INT_MAX ? 0 : (int)epochs;
    int result =
        lbfgs((int)count_variables(s->count), x, NULL, evaluate, finish_step, s, &parameters);
    memcpy(fit->trainer->net->parameters, x, s->count * sizeof *x);
    if (s->status)
        return s->status;
    if (result == LBFGSERR_MAXIMUMITERATION)
        return NNBLAS_OK;
    if (result == LBFGSERR_OUTOFMEMORY)
        return nn_fail(NNBLAS_ERROR_MEMORY, "no memory for L-BFGS of %zu parameters", s->count);
    return NNBLAS_STOPPED_CONVERGED;
}

static nnblas_status check_start(nn_fit *fit) {
    double cost = nn_engine_run(
        &fit->engine,
        &(nn_call){.model = &fit->model, .rows = &fit->rows, .updates = fit->engine.updates});
    size_t count = fit->trainer->net->parameter_count;
    if (isfinite(cost) && nn_get_kernels()->check_finite(count, fit->engine.updates[0]) == 0.0)
        return NNBLAS_OK;
    return nn_report_not_finite(&fit->model, &fit->rows, cost, 1.0, fit->engine.updates);
}

nnblas_status nn_run_lbfgs(nn_fit *fit) {
    const nnblas_net *net = fit->trainer->net;
    search s = {.fit = fit, .count = net->parameter_count};
    nnblas_status status = nn_check_size("the number of parameters", s.count);
    if (!status)
        status = check_start(fit);
    if (status)
        return status;
    lbfgsfloatval_t *x = lbfgs_malloc((int)count_variables(s.count));
    if (!x)
        return nn_fail(NNBLAS_ERROR_MEMORY, "no memory for L-BFGS of %zu parameters", s.count);
    memset(x, 0, count_variables(s.count) * sizeof *x);
    memcpy(x, net->parameters, s.count * sizeof *x);
    status = minimise(&s, x);
    lbfgs_free(x);
    return status;
}

#else

bool nn_has_lbfgs(void) {
    return false;
}

/* Never called: no trainer has the method then. */
nnblas_status nn_run_lbfgs(nn_fit *fit) {
    (void)fit;
    return NNBLAS_ERROR_MISSING;
}

#endif
