/* SPDX-License-Identifier: BSD-3-Clause */
/* Trainings of a few epochs with random settings, beside the reference. */
#include "random/recipe.h"

#include <float.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

/* ---- settings -------------------------------------------------------------------------------- */

/* One setter that is called with a number, and the numbers that it takes. */
typedef struct number_setter {
    nnblas_status (*set)(nnblas_trainer *trainer, double value);
    double least, under; /* least <= value < under */
    bool takes_least;
} number_setter;

static nnblas_status set_beta1(nnblas_trainer *trainer, double value) {
    return nnblas_trainer_set_adam(trainer, value, 0.999, 1e-8);
}

static nnblas_status set_beta2(nnblas_trainer *trainer, double value) {
    return nnblas_trainer_set_adam(trainer, 0.9, value, 1e-8);
}

static nnblas_status set_epsilon(nnblas_trainer *trainer, double value) {
    return nnblas_trainer_set_adam(trainer, 0.9, 0.999, value);
}

static nnblas_status set_lbfgs_tolerance(nnblas_trainer *trainer, double value) {
    return nnblas_trainer_set_lbfgs(trainer, 3, value);
}

static nnblas_status set_scale(nnblas_trainer *trainer, double value) {
    return nnblas_trainer_set_inverse_schedule(trainer, value, 0.5);
}

static nnblas_status set_power(nnblas_trainer *trainer, double value) {
    return nnblas_trainer_set_inverse_schedule(trainer, 1.0, value);
}

static nnblas_status set_adaptive_factor(nnblas_trainer *trainer, double value) {
    return nnblas_trainer_set_adaptive_schedule(trainer, 2, value, 0.1);
}

static nnblas_status set_adaptive_last(nnblas_trainer *trainer, double value) {
    return nnblas_trainer_set_adaptive_schedule(trainer, 2, 0.5, value);
}

static const number_setter SETTERS[] = {
    {nnblas_trainer_set_learning_rate, 0.0, (double)INFINITY, false},
    {nnblas_trainer_set_momentum, 0.0, 1.0, true},
    {set_beta1, 0.0, 1.0, true},
    {set_beta2, 0.0, 1.0, true},
    {set_epsilon, 0.0, (double)INFINITY, false},
    {nnblas_trainer_set_weight_decay, 0.0, (double)INFINITY, true},
    {nnblas_trainer_set_l1, 0.0, (double)INFINITY, true},
    {nnblas_trainer_set_cosine_schedule, 0.0, (double)INFINITY, true},
    {set_scale, 0.0, (double)INFINITY, true},
    {set_power, 0.0, (double)INFINITY, true},
    {set_adaptive_factor, 0.0, 1.0 + DBL_EPSILON, false},
    {set_adaptive_last, 0.0, (double)INFINITY, true},
    {nnblas_trainer_set_desired_cost, 0.0, (double)INFINITY, true},
    {nnblas_trainer_set_time_limit, 0.0, (double)INFINITY, true},
    {nnblas_trainer_set_validation_fraction, 0.0, 1.0, true},
    {nnblas_trainer_set_tolerance, 0.0, (double)INFINITY, true},
    {nnblas_trainer_set_checkpoint_interval, 0.0, (double)INFINITY, true},
    {set_lbfgs_tolerance, 0.0, 1.0, true},
    {nnblas_trainer_set_scaled_conjugate_gradient, 0.0, 1.0, true},
};

static double roll_number(world *w) {
    static const double NUMBERS[] = {0.0,   -0.0, 0.25,        0.5,  0.999999,         1.0,   1.5,
                                     1e300, -0.1, (double)NAN, -1.0, (double)INFINITY, 1e-300};
    return NUMBERS[roll_between(&w->d, 0, sizeof NUMBERS / sizeof *NUMBERS - 1)];
}

void call_setters(world *w) {
    begin_call("nnblas_trainer_set_...");
    nnblas_trainer *trainer;
    expect_status(nnblas_trainer_create(roll_slot(w)->net, &trainer), NNBLAS_OK);
    for (int i = 0; i < 10; i++) {
        const number_setter *s =
            &SETTERS[roll_between(&w->d, 0, sizeof SETTERS / sizeof *SETTERS - 1)];
        double value = roll_number(w);
        bool good = (s->takes_least ? value >= s->least : value > s->least) && value < s->under;
        nnblas_status status = s->set(trainer, value);
        expect(status == (good ? NNBLAS_OK : NNBLAS_ERROR_VALUE), "setter %td gives %s for %g",
               s - SETTERS, nnblas_status_string(status), value);
    }
    size_t memory = roll_between(&w->d, 0, 1002);
    expect_status(nnblas_trainer_set_lbfgs(trainer, memory, 0.5),
                  memory >= 1 && memory <= 1000 ? NNBLAS_OK : NNBLAS_ERROR_VALUE);
    nnblas_trainer_destroy(trainer);
}

/* ---- beside the reference -------------------------------------------------------------------- */

static void expect_near(const char *what, double expected, double found) {
    expect(fabs(expected - found) <= 1e-9 * fabs(expected) + 1e-12, "%s is %g instead of %g", what,
           found, expected);
}

static bool is_weight(const problem *p, size_t i) {
    for (size_t l = 1; l < p->n_sizes; i -= count_layer_parameters(p, l), l++)
        if (i < count_layer_parameters(p, l))
            return i < get_fan_in(p, l) * p->sizes[l];
    return false;
}

/* The cost, and the gradient with the decay's, 0 where the mask is; gradient may be null. */
static double compute_decayed(const problem *p, double *parameters, const recipe *r,
                              double *gradient) {
    problem q = *p;
    q.parameters = parameters;
    double cost = compute_reference(&q, gradient, NULL);
    for (size_t i = 0; gradient && i < p->parameter_count; i++)
        gradient[i] = is_trained(r, i)
                          ? gradient[i] + (is_weight(p, i) ? r->decay : 0.0) * parameters[i]
                          : 0.0;
    return cost;
}

/* Descent over all rows, with momentum or without, is the reference's. */
static void check_descent(const problem *p, const recipe *r, const nnblas_trainer *t,
                          const double *found) {
    size_t count = p->parameter_count;
    double *W = allocate_doubles(count), *gradient = allocate_doubles(count),
           *v = allocate_doubles(count), momentum = r->momentum;
    memcpy(W, p->parameters, count * sizeof *W);
    fill(count, v, 0.0);
    if (r->optimizer == NNBLAS_GRADIENT_DESCENT)
        momentum = 0.0;
    for (size_t epoch = 0; epoch < r->epochs; epoch++) {
        double cost = compute_decayed(p, W, r, gradient);
        if (r->history_limit > r->epochs)
            expect_near("the cost of an epoch", cost, get_epoch(t, epoch).cost);
        for (size_t i = 0; i < count; i++) {
            v[i] = momentum * v[i] - r->rate * gradient[i];
            W[i] +=
                r->optimizer == NNBLAS_NESTEROV ? momentum * v[i] - r->rate * gradient[i] : v[i];
        }
    }
    double difference = get_difference(count, W, found);
    expect(difference <= 1e-10, "the parameters are off by %g", difference);
    free(W);
    free(gradient);
    free(v);
}

static bool is_plain_descent(const problem *p, const recipe *r, nnblas_status status) {
    return r->optimizer <= NNBLAS_NESTEROV && r->batch == 0 && !has_validation(r) &&
           r->schedule == NNBLAS_SCHEDULE_CONSTANT && status == NNBLAS_OK && !has_kinks(p);
}

static double get_norm(size_t n, const double *a) {
    double squares = 0.0;
    for (size_t i = 0; i < n; i++)
        squares += a[i] * a[i];
    return sqrt(squares);
}

/* After each step, so that the last epoch has the cost of what is left. Identity outputs have a
 * unit of their own in the norm. */
static void check_search(const problem *p, const recipe *r, const nnblas_trainer *t, double *found,
                         nnblas_status status) {
    double *first = allocate_doubles(p->parameter_count),
           *last = allocate_doubles(p->parameter_count);
    size_t held = nnblas_trainer_history_count(t);
    double cost = compute_decayed(p, found, r, last);
    compute_decayed(p, p->parameters, r, first);
    if (held > 0)
        expect_near("the last cost", cost, get_epoch(t, held - 1).cost);
    double begin = get_norm(p->parameter_count, first), end = get_norm(p->parameter_count, last);
    bool is_smooth = !has_kinks(p) && p->kind.cost != NNBLAS_QUANTILE;
    if (status == NNBLAS_STOPPED_CONVERGED && is_smooth && p->kind.output != NNBLAS_IDENTITY)
        expect(end <= 1.000001 * r->lbfgs_tolerance * begin + 1e-14,
               "converged with a gradient of %g, of %g", end, begin);
    free(first);
    free(last);
}

static bool has_constant_labels(const problem *p) {
    for (size_t k = 0; k < get_labels(p); k++) {
        bool is_constant = true;
        for (size_t i = 1; i < p->N; i++)
            is_constant = is_constant && p->Y[i * p->ldy + k] == p->Y[k];
        if (is_constant)
            return true;
    }
    return false;
}

/* The first epoch of the highest score. */
static nnblas_epoch find_best(const nnblas_trainer *t, bool has_score) {
    nnblas_epoch best = get_epoch(t, 0);
    for (size_t i = 1; i < nnblas_trainer_history_count(t); i++) {
        nnblas_epoch e = get_epoch(t, i);
        if (has_score ? e.score > best.score : e.validation_cost < best.validation_cost)
            best = e;
    }
    return best;
}

/* The parameters of the lowest validation cost are left, or of the highest score. */
static void check_best(const recipe *r, const nnblas_trainer *t, double *found) {
    nnblas_epoch best = find_best(t, r->score != NNBLAS_SCORE_NONE);
    problem p = r->validation;
    p.parameters = found;
    expect_near("the validation cost", compute_decayed(&r->validation, found, r, NULL),
                best.validation_cost);
    if (r->score == NNBLAS_SCORE_R2 && !has_constant_labels(&p))
        expect_near("the score", compute_reference_score(&p, r->score), best.score);
}

/* ---- what a training leaves ------------------------------------------------------------------ */

static void check_history(const nnblas_trainer *t, const recipe *r, size_t done) {
    size_t count = nnblas_trainer_history_count(t);
    expect(done <= r->epochs, "%zu epochs of %zu", done, r->epochs);
    expect(count == get_smaller(done, r->history_limit), "%zu epochs are held", count);
    for (size_t i = 0; i < count; i++) {
        size_t number = done - count + i + 1;
        expect(get_epoch(t, i).epoch == number, "epoch %zu is number %zu", number,
               get_epoch(t, i).epoch);
        expect(isfinite(get_epoch(t, i).cost), "the cost of epoch %zu is %g", number,
               get_epoch(t, i).cost);
        expect(has_validation(r) ? isfinite(get_epoch(t, i).validation_cost)
                                 : isnan(get_epoch(t, i).validation_cost),
               "the validation cost of epoch %zu is %g", number, get_epoch(t, i).validation_cost);
        expect(r->score == NNBLAS_SCORE_NONE ? isnan(get_epoch(t, i).score)
                                             : get_epoch(t, i).score <= 1.0,
               "the score of epoch %zu is %g", number, get_epoch(t, i).score);
    }
}

/* Each reason to stop is true. */
static void check_reason(nnblas_status status, const recipe *r, const record *seen) {
    size_t done = seen->calls;
    switch ((int)status) {
    case NNBLAS_OK:
        expect(done == r->epochs && (r->stop_at == 0 || r->stop_at > done), "%zu epochs", done);
        break;
    case NNBLAS_STOPPED_CALLBACK:
        expect(done == r->stop_at, "%zu epochs", done);
        break;
    case NNBLAS_STOPPED_PATIENCE:
        expect((r->patience > 0 && done > r->patience) ||
                   (r->schedule == NNBLAS_SCHEDULE_ADAPTIVE && done > 2),
               "%zu epochs", done);
        break;
    default:
        expect(status > 0 && searches(r), "%s: %s", nnblas_status_string(status),
               nnblas_error_message());
    }
}

static void check_finite_parameters(nnblas_net *net) {
    for (size_t i = 0; i < nnblas_net_parameter_count(net); i++)
        expect(isfinite(nnblas_net_parameters(net)[i]), "parameter %zu is not finite", i);
}

static void check_mask(const problem *p, const recipe *r, const double *found) {
    for (size_t i = 0; i < p->parameter_count; i++)
        expect(is_trained(r, i) || memcmp(&found[i], &p->parameters[i], sizeof *found) == 0,
               "parameter %zu is %g and was %g, which the mask keeps", i, found[i],
               p->parameters[i]);
}

static void check_result(slot *s, const problem *p, const recipe *r, const record *seen,
                         nnblas_status status) {
    double *found = nnblas_net_parameters(s->net);
    check_reason(status, r, seen);
    check_history(seen->trainer, r, seen->calls);
    check_finite_parameters(s->net);
    check_mask(p, r, found);
    if (is_plain_descent(p, r, status))
        check_descent(p, r, seen->trainer, found);
    if (searches(r) && !has_validation(r))
        check_search(p, r, seen->trainer, found, status);
    if (r->validation.N > 0 && seen->calls > 0 && r->history_limit >= seen->calls)
        check_best(r, seen->trainer, found);
}

/* Once more: the same bits. */
static void check_same_training(slot *s, const problem *p, const recipe *r) {
    size_t bytes = p->parameter_count * sizeof(double);
    double *found = allocate_doubles(p->parameter_count), *W = nnblas_net_parameters(s->net);
    memcpy(found, W, bytes);
    memcpy(W, p->parameters, bytes);
    record seen = begin_record(s->net, r, p);
    expect(fit_rows(&seen, p) >= 0, "the second time: %s", nnblas_error_message());
    expect(memcmp(found, W, bytes) == 0, "the parameters have other bits the second time");
    nnblas_trainer_destroy(seen.trainer);
    free(found);
}

/* The parameters are drawn anew afterwards: those of a training may be large, and rounding errors
 * with them. */
void call_fit(world *w) {
    begin_call("nnblas_trainer_fit");
    slot *s = roll_slot(w);
    problem p = draw_rows(w, s);
    recipe r = roll_recipe(w, s);
    record seen = begin_record(s->net, &r, &p);
    nnblas_status status = fit_rows(&seen, &p);
    if (has_overflowed(&p, status)) {
        check_finite_parameters(s->net);
    } else if (has_rows(&p, &r)) {
        check_result(s, &p, &r, &seen, status);
        check_same_training(s, &p, &r);
    } else {
        expect_status(status, NNBLAS_ERROR_VALUE);
    }
    nnblas_trainer_destroy(seen.trainer);
    draw_parameters(w, s);
    check_slot(s);
    free_recipe(&r);
    free_problem(&p);
}

/* ---- refusals -------------------------------------------------------------------------------- */

static nnblas_status spoil(world *w, problem *p, recipe *r) {
    double *x = &p->X[roll_between(&w->d, 0, p->N - 1) * p->ldx];
    double *y = &p->Y[roll_between(&w->d, 0, p->N - 1) * p->ldy];
    double bad = roll_chance(w, 2) ? (double)NAN : -(double)INFINITY;
    switch (roll_between(&w->d, 0, 5)) {
    case 0:
        *x = bad;
        return NNBLAS_ERROR_NOT_FINITE;
    case 1:
        *y = bad;
        return NNBLAS_ERROR_NOT_FINITE;
    case 2:
        r->optimizer = NNBLAS_RPROP;
        r->batch = 1;
        r->fraction = 0.0;
        return p->N > 1 ? NNBLAS_ERROR_VALUE : NNBLAS_OK;
    case 3:
        p->N = 0;
        return NNBLAS_ERROR_SIZE;
    case 4:
        p->ldx = get_inputs(p) - 1;
        return NNBLAS_ERROR_LEADING;
    default:
        p->Y = p->X;
        p->X = NULL;
        return NNBLAS_ERROR_NULL;
    }
}

void call_fit_refused(world *w) {
    begin_call("nnblas_trainer_fit, refused");
    slot *s = roll_slot(w);
    problem p = draw_rows(w, s), spoilt = p;
    recipe r = roll_recipe(w, s);
    nnblas_status expected = spoil(w, &spoilt, &r);
    record seen = begin_record(s->net, &r, &p);
    if (expected < 0)
        expect_status(fit_rows(&seen, &spoilt), expected);
    expect(seen.calls == 0 && nnblas_trainer_history_count(seen.trainer) == 0, "an epoch was run");
    nnblas_trainer_destroy(seen.trainer);
    check_slot(s);
    free_recipe(&r);
    free_problem(&p);
}

/* ---- single steps ---------------------------------------------------------------------------- */

/* Gradient descent by the gradient in long double, step after step. */
void call_step(world *w) {
    begin_call("nnblas_trainer_step");
    slot *s = roll_slot(w);
    problem p = draw_rows(w, s);
    double *gradient = allocate_doubles(p.parameter_count);
    double rate = roll_uniform(&w->d, 0.0, fmin(0.1, get_longest_rate(&p))), cost;
    nnblas_trainer *trainer;
    expect_status(nnblas_trainer_create(s->net, &trainer), NNBLAS_OK);
    expect_status(nnblas_trainer_set_learning_rate(trainer, rate), NNBLAS_OK);
    for (size_t steps = roll_between(&w->d, 1, 3); steps > 0; steps--) {
        double expected = compute_reference(&p, gradient, NULL);
        if (!(expected < 1e100)) /* the steps diverge, and this one may overflow */
            break;
        nnblas_status status =
            nnblas_trainer_step(trainer, p.N, p.X, p.ldx, p.Y, p.ldy, p.weights, &cost);
        expect_status(status, NNBLAS_OK);
        expect_close("the cost before a step", 1, &expected, &cost);
        for (size_t i = 0; i < p.parameter_count; i++)
            p.parameters[i] -= rate * gradient[i];
        expect_close("the parameters", p.parameter_count, p.parameters,
                     nnblas_net_parameters(s->net));
        memcpy(p.parameters, nnblas_net_parameters(s->net), p.parameter_count * sizeof(double));
    }
    memcpy(s->p.parameters, p.parameters, p.parameter_count * sizeof(double));
    check_slot(s);
    nnblas_trainer_destroy(trainer);
    free(gradient);
    free_problem(&p);
}
