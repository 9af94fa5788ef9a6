/* SPDX-License-Identifier: BSD-3-Clause */
/* Trainings of a few epochs with random settings. */
#include "random/world.h"

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

static const number_setter SETTERS[] = {
    {nnblas_trainer_set_learning_rate, 0.0, (double)INFINITY, false},
    {nnblas_trainer_set_momentum, 0.0, 1.0, true},
    {set_beta1, 0.0, 1.0, true},
    {set_beta2, 0.0, 1.0, true},
    {set_epsilon, 0.0, (double)INFINITY, false},
    {nnblas_trainer_set_weight_decay, 0.0, (double)INFINITY, true},
    {nnblas_trainer_set_cosine_schedule, 0.0, (double)INFINITY, true},
    {nnblas_trainer_set_desired_cost, 0.0, (double)INFINITY, true},
    {nnblas_trainer_set_time_limit, 0.0, (double)INFINITY, true},
    {nnblas_trainer_set_validation_fraction, 0.0, 1.0, true},
    {nnblas_trainer_set_tolerance, 0.0, (double)INFINITY, true},
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
    nnblas_trainer_destroy(trainer);
}

/* ---- a training ------------------------------------------------------------------------------ */

typedef struct recipe {
    nnblas_optimizer optimizer;
    double rate, fraction, decay, tolerance;
    size_t epochs, batch, patience, stop_at;
    uint64_t seed;
} recipe;

static recipe roll_recipe(world *w) {
    recipe r = {
        .optimizer = (nnblas_optimizer)roll_between(&w->d, 0, NNBLAS_LBFGS),
        .rate = roll_uniform(&w->d, 0.001, 0.3),
        .epochs = roll_between(&w->d, 1, 6),
        .seed = roll(&w->d),
    };
    bool is_for_all_rows = r.optimizer == NNBLAS_RPROP || r.optimizer == NNBLAS_LBFGS;
    r.batch = is_for_all_rows || roll_chance(w, 2) ? 0 : roll_between(&w->d, 1, 50);
    r.fraction = roll_chance(w, 3) ? 0.3 : 0.0;
    r.decay = roll_chance(w, 3) ? 0.01 : 0.0;
    r.tolerance = roll_chance(w, 3) ? 1e9 : 0.0;
    r.patience = roll_chance(w, 3) ? roll_between(&w->d, 1, 3) : 0;
    r.stop_at = roll_chance(w, 4) ? roll_between(&w->d, 1, 6) : 0;
    return r;
}

/* What the callback saw. */
typedef struct record {
    const nnblas_trainer *trainer;
    size_t calls, stop_at;
} record;

static int watch_epoch(void *user, size_t epoch, double cost) {
    record *r = user;
    r->calls++;
    expect(epoch == r->calls, "epoch %zu is the callback's number %zu", epoch, r->calls);
    expect(isfinite(cost), "the cost of epoch %zu is %g", epoch, cost);
    expect(nnblas_trainer_history_count(r->trainer) == epoch, "the history has another length");
    return epoch == r->stop_at;
}

static nnblas_trainer *make_trainer(nnblas_net *net, const recipe *r, const problem *p) {
    nnblas_trainer *t;
    expect_status(nnblas_trainer_create(net, &t), NNBLAS_OK);
    expect_status(nnblas_trainer_set_optimizer(t, r->optimizer), NNBLAS_OK);
    expect_status(nnblas_trainer_set_learning_rate(t, r->rate), NNBLAS_OK);
    expect_status(nnblas_trainer_set_epochs(t, r->epochs), NNBLAS_OK);
    expect_status(nnblas_trainer_set_batch_size(t, r->batch), NNBLAS_OK);
    expect_status(nnblas_trainer_set_validation_fraction(t, r->fraction), NNBLAS_OK);
    expect_status(nnblas_trainer_set_weight_decay(t, r->decay), NNBLAS_OK);
    expect_status(nnblas_trainer_set_tolerance(t, r->tolerance), NNBLAS_OK);
    expect_status(nnblas_trainer_set_patience(t, r->patience), NNBLAS_OK);
    expect_status(nnblas_trainer_set_seed(t, r->seed), NNBLAS_OK);
    expect_status(nnblas_trainer_set_sample_weights(t, p->weights), NNBLAS_OK);
    return t;
}

static nnblas_status fit(nnblas_trainer *t, const problem *p) {
    return nnblas_trainer_fit(t, p->N, p->X, p->ldx, p->Y, p->ldy);
}

static void check_history(const nnblas_trainer *t, const recipe *r) {
    size_t count = nnblas_trainer_history_count(t);
    const nnblas_epoch *epochs = nnblas_trainer_history(t);
    expect(count <= r->epochs, "%zu epochs of %zu", count, r->epochs);
    for (size_t i = 0; i < count; i++) {
        expect(epochs[i].epoch == i + 1, "epoch %zu is number %zu", i + 1, epochs[i].epoch);
        expect(isfinite(epochs[i].cost), "the cost of epoch %zu is %g", i + 1, epochs[i].cost);
        expect(r->fraction > 0.0 ? isfinite(epochs[i].validation_cost)
                                 : isnan(epochs[i].validation_cost),
               "the validation cost of epoch %zu is %g", i + 1, epochs[i].validation_cost);
    }
}

/* Each reason to stop is true. */
static void check_reason(nnblas_status status, const nnblas_trainer *t, const recipe *r,
                         const record *seen) {
    size_t count = nnblas_trainer_history_count(t);
    expect(seen->calls == count, "%zu calls of the callback in %zu epochs", seen->calls, count);
    switch ((int)status) {
    case NNBLAS_OK:
        expect(count == r->epochs && (r->stop_at == 0 || r->stop_at > count), "%zu epochs", count);
        break;
    case NNBLAS_STOPPED_CALLBACK:
        expect(count == r->stop_at, "%zu epochs", count);
        break;
    case NNBLAS_STOPPED_PATIENCE:
        expect(r->patience > 0 && count > r->patience, "%zu epochs", count);
        break;
    default:
        expect(status > 0 && r->optimizer == NNBLAS_LBFGS, "%s: %s", nnblas_status_string(status),
               nnblas_error_message());
    }
}

/* So few rows, or so few with a weight, that none would be left to train on or to validate. */
static bool has_rows(const problem *p, const recipe *r) {
    size_t count = p->N;
    for (size_t i = 0; p->weights && i < p->N; i++)
        count -= p->weights[i] == 0.0;
    return r->fraction == 0.0 || count >= 2;
}

/* Gradient descent over all rows is the reference's. */
static void check_descent(const problem *p, const recipe *r, const double *found) {
    problem q = *p;
    q.parameters = allocate_doubles(p->parameter_count);
    double *gradient = allocate_doubles(p->parameter_count);
    memcpy(q.parameters, p->parameters, p->parameter_count * sizeof(double));
    for (size_t epoch = 0; epoch < r->epochs; epoch++) {
        compute_reference(&q, gradient, NULL);
        for (size_t i = 0; i < p->parameter_count; i++)
            q.parameters[i] -= r->rate * gradient[i];
    }
    double difference = get_difference(p->parameter_count, q.parameters, found);
    expect(difference <= 1e-10, "the parameters are off by %g", difference);
    free(gradient);
    free(q.parameters);
}

static void check_finite_parameters(nnblas_net *net) {
    for (size_t i = 0; i < nnblas_net_parameter_count(net); i++)
        expect(isfinite(nnblas_net_parameters(net)[i]), "parameter %zu is not finite", i);
}

/* Once more: the same bits. */
static void check_same_training(slot *s, const problem *p, const recipe *r) {
    size_t bytes = p->parameter_count * sizeof(double);
    double *found = allocate_doubles(p->parameter_count), *W = nnblas_net_parameters(s->net);
    memcpy(found, W, bytes);
    memcpy(W, p->parameters, bytes);
    nnblas_trainer *t = make_trainer(s->net, r, p);
    record seen = {.trainer = t, .stop_at = r->stop_at};
    expect_status(nnblas_trainer_set_callback(t, watch_epoch, &seen), NNBLAS_OK);
    expect(fit(t, p) >= 0, "the second time: %s", nnblas_error_message());
    expect(memcmp(found, W, bytes) == 0, "the parameters have other bits the second time");
    nnblas_trainer_destroy(t);
    free(found);
}

static void check_fit(slot *s, const problem *p, const recipe *r) {
    nnblas_trainer *t = make_trainer(s->net, r, p);
    record seen = {.trainer = t, .stop_at = r->stop_at};
    expect_status(nnblas_trainer_set_callback(t, watch_epoch, &seen), NNBLAS_OK);
    nnblas_status status = fit(t, p);
    if (!has_rows(p, r)) {
        expect_status(status, NNBLAS_ERROR_VALUE);
    } else {
        check_reason(status, t, r, &seen);
        check_history(t, r);
        check_finite_parameters(s->net);
        if (r->optimizer == NNBLAS_GRADIENT_DESCENT && r->batch == 0 && r->fraction == 0.0 &&
            r->decay == 0.0 && status == NNBLAS_OK && p->kind.hidden != NNBLAS_RELU)
            check_descent(p, r, nnblas_net_parameters(s->net));
        check_same_training(s, p, r);
    }
    nnblas_trainer_destroy(t);
}

/* The parameters are drawn anew afterwards: those of a training may be large, and rounding errors
 * with them. */
void call_fit(world *w) {
    begin_call("nnblas_trainer_fit");
    slot *s = roll_slot(w);
    problem p = draw_rows(w, s);
    recipe r = roll_recipe(w);
    check_fit(s, &p, &r);
    draw_parameters(w, s);
    check_slot(s);
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
    recipe r = roll_recipe(w);
    nnblas_status expected = spoil(w, &spoilt, &r);
    nnblas_trainer *t = make_trainer(s->net, &r, &p);
    if (expected < 0)
        expect_status(fit(t, &spoilt), expected);
    nnblas_trainer_destroy(t);
    check_slot(s);
    free_problem(&p);
}
