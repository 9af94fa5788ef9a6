/* SPDX-License-Identifier: BSD-3-Clause */
#include "random/recipe.h"

#include <math.h>
#include <stdlib.h>

size_t get_smaller(size_t a, size_t b) {
    return a < b ? a : b;
}

/* ---- settings -------------------------------------------------------------------------------- */

static void roll_validation(world *w, const slot *s, recipe *r) {
    if (roll_chance(w, 3))
        r->fraction = 0.3;
    else if (roll_chance(w, 3))
        r->validation = draw_rows(w, s);
    if (has_validation(r) && roll_chance(w, 2))
        r->score = (nnblas_score)roll_between(&w->d, NNBLAS_SCORE_ACCURACY, NNBLAS_SCORE_R2);
}

/* Least squares are for the mse. */
static nnblas_optimizer roll_optimizer(world *w, const slot *s) {
    nnblas_optimizer o = (nnblas_optimizer)roll_between(&w->d, 0, NNBLAS_SCALED_CONJUGATE_GRADIENT);
    bool fits = s->p.kind.cost == NNBLAS_MSE && nnblas_has(NNBLAS_FEATURE_LAPACK);
    return o == NNBLAS_LEVENBERG_MARQUARDT && !fits ? NNBLAS_RPROP : o;
}

bool searches(const recipe *r) {
    return r->optimizer == NNBLAS_LBFGS || r->optimizer == NNBLAS_LEVENBERG_MARQUARDT ||
           r->optimizer == NNBLAS_SCALED_CONJUGATE_GRADIENT;
}

static bool has_exponentials(const problem *p) {
    return p->kind.output == NNBLAS_EXPONENTIAL || p->kind.cost == NNBLAS_GAUSSIAN;
}

double get_longest_rate(const problem *p) {
    if (has_exponentials(p))
        return 1e-4;
    return has_hidden(p, NNBLAS_IDENTITY) ? 0.01 : 0.3;
}

bool has_overflowed(const problem *p, nnblas_status status) {
    return status == NNBLAS_ERROR_NOT_FINITE && has_exponentials(p);
}

recipe roll_recipe(world *w, const slot *s) {
    recipe r = {
        .optimizer = roll_optimizer(w, s),
        .schedule =
            (nnblas_schedule)(roll_chance(w, 2) ? NNBLAS_SCHEDULE_CONSTANT
                                                : roll_between(&w->d, 0, NNBLAS_SCHEDULE_ADAPTIVE)),
        .rate = roll_uniform(&w->d, 1e-5, get_longest_rate(&s->p)),
        .momentum = roll_uniform(&w->d, 0.0, 0.95),
        .beta1 = roll_uniform(&w->d, 0.0, 0.95),
        .beta2 = roll_uniform(&w->d, 0.5, 0.999),
        .epochs = roll_between(&w->d, 1, 6),
        .lbfgs_memory = roll_between(&w->d, 1, 30),
        .history_limit = roll_chance(w, 4) ? roll_between(&w->d, 0, 4) : SIZE_MAX,
        .seed = roll(&w->d),
    };
    bool is_for_all_rows = r.optimizer == NNBLAS_RPROP || searches(&r);
    r.batch = is_for_all_rows || roll_chance(w, 2) ? 0 : roll_between(&w->d, 1, 50);
    r.decay = roll_chance(w, 3) ? 0.01 : 0.0;
    r.tolerance = roll_chance(w, 3) ? 1e9 : 0.0;
    r.lbfgs_tolerance = roll_chance(w, 2) ? roll_uniform(&w->d, 0.1, 0.9) : 1e-12;
    r.patience = roll_chance(w, 3) ? roll_between(&w->d, 1, 3) : 0;
    r.shuffle = !roll_chance(w, 3);
    r.trained = roll_chance(w, 3) ? roll(&w->d) : 0;
    r.stop_at = roll_chance(w, 4) ? roll_between(&w->d, 1, 6) : 0;
    roll_validation(w, s, &r);
    return r;
}

void free_recipe(recipe *r) {
    if (r->validation.N > 0)
        free_problem(&r->validation);
}

bool is_trained(const recipe *r, size_t parameter) {
    return r->trained == 0 || (r->trained >> (parameter % 64) & 1);
}

bool has_validation(const recipe *r) {
    return r->fraction > 0.0 || r->validation.N > 0;
}

bool has_rows(const problem *p, const recipe *r) {
    size_t count = p->N;
    for (size_t i = 0; p->weights && i < p->N; i++)
        count -= p->weights[i] == 0.0;
    return r->fraction == 0.0 || count >= 2;
}

/* ---- trainers -------------------------------------------------------------------------------- */

static nnblas_status set_schedule(nnblas_trainer *t, nnblas_schedule s) {
    switch (s) {
    case NNBLAS_SCHEDULE_STEP:
        return nnblas_trainer_set_step_schedule(t, 2, 0.7);
    case NNBLAS_SCHEDULE_COSINE:
        return nnblas_trainer_set_cosine_schedule(t, 0.001);
    case NNBLAS_SCHEDULE_PLATEAU:
        return nnblas_trainer_set_plateau_schedule(t, 2, 0.7);
    case NNBLAS_SCHEDULE_INVERSE:
        return nnblas_trainer_set_inverse_schedule(t, 3.0, 0.5);
    case NNBLAS_SCHEDULE_ADAPTIVE:
        return nnblas_trainer_set_adaptive_schedule(t, 2, 0.7, 0.1);
    case NNBLAS_SCHEDULE_CONSTANT:
        break;
    }
    return nnblas_trainer_set_constant_schedule(t);
}

static void set_validation(nnblas_trainer *t, const recipe *r) {
    const problem *v = &r->validation;
    if (v->N == 0) {
        expect_status(nnblas_trainer_set_validation_fraction(t, r->fraction), NNBLAS_OK);
        return;
    }
    expect_status(nnblas_trainer_set_validation_rows(t, v->N, v->X, v->ldx, v->Y, v->ldy),
                  NNBLAS_OK);
    expect_status(nnblas_trainer_set_validation_weights(t, v->weights), NNBLAS_OK);
}

static void set_mask(nnblas_trainer *t, const recipe *r) {
    size_t count = nnblas_net_parameter_count(nnblas_trainer_net(t));
    uint8_t *mask = malloc(count);
    expect(mask != NULL, "out of memory");
    for (size_t i = 0; i < count; i++)
        mask[i] = is_trained(r, i);
    expect_status(nnblas_trainer_set_mask(t, mask), NNBLAS_OK);
    free(mask);
}

static nnblas_trainer *make_trainer(nnblas_net *net, const recipe *r) {
    nnblas_trainer *t;
    expect_status(nnblas_trainer_create(net, &t), NNBLAS_OK);
    expect_status(nnblas_trainer_set_optimizer(t, r->optimizer), NNBLAS_OK);
    expect_status(nnblas_trainer_set_learning_rate(t, r->rate), NNBLAS_OK);
    expect_status(nnblas_trainer_set_momentum(t, r->momentum), NNBLAS_OK);
    expect_status(nnblas_trainer_set_adam(t, r->beta1, r->beta2, 1e-8), NNBLAS_OK);
    expect_status(nnblas_trainer_set_lbfgs(t, r->lbfgs_memory, r->lbfgs_tolerance), NNBLAS_OK);
    expect_status(nnblas_trainer_set_scaled_conjugate_gradient(t, r->lbfgs_tolerance), NNBLAS_OK);
    expect_status(nnblas_trainer_set_levenberg_marquardt(t, 0.01, r->lbfgs_tolerance), NNBLAS_OK);
    expect_status(set_schedule(t, r->schedule), NNBLAS_OK);
    expect_status(nnblas_trainer_set_epochs(t, r->epochs), NNBLAS_OK);
    expect_status(nnblas_trainer_set_batch_size(t, r->batch), NNBLAS_OK);
    expect_status(nnblas_trainer_set_weight_decay(t, r->decay), NNBLAS_OK);
    expect_status(nnblas_trainer_set_tolerance(t, r->tolerance), NNBLAS_OK);
    expect_status(nnblas_trainer_set_patience(t, r->patience), NNBLAS_OK);
    expect_status(nnblas_trainer_set_history_limit(t, r->history_limit), NNBLAS_OK);
    expect_status(nnblas_trainer_set_shuffle(t, r->shuffle), NNBLAS_OK);
    expect_status(nnblas_trainer_set_seed(t, r->seed), NNBLAS_OK);
    set_validation(t, r);
    set_mask(t, r);
    expect_status(nnblas_trainer_set_score(t, r->score), NNBLAS_OK);
    return t;
}

static int watch_epoch(void *user, size_t epoch, double cost) {
    record *r = user;
    r->calls++;
    expect(epoch == r->calls, "epoch %zu is the callback's number %zu", epoch, r->calls);
    expect(isfinite(cost), "the cost of epoch %zu is %g", epoch, cost);
    expect(nnblas_trainer_history_count(r->trainer) ==
               get_smaller(epoch - r->before, r->history_limit),
           "the history has another length");
    return epoch == r->stop_at;
}

record begin_record(nnblas_net *net, const recipe *r, const problem *p) {
    record seen = {
        .trainer = make_trainer(net, r), .history_limit = r->history_limit, .stop_at = r->stop_at};
    expect_status(nnblas_trainer_set_sample_weights(seen.trainer, p->weights), NNBLAS_OK);
    return seen;
}

nnblas_status fit_rows(record *seen, const problem *p) {
    expect_status(nnblas_trainer_set_callback(seen->trainer, watch_epoch, seen), NNBLAS_OK);
    return nnblas_trainer_fit(seen->trainer, p->N, p->X, p->ldx, p->Y, p->ldy);
}
