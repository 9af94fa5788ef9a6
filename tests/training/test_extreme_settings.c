/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Thousands of trainings with settings, data and weights of any magnitude that a double can have. A
 * training that ends well, or for a reason, leaves finite parameters and costs. One that fails
 * leaves the parameters as before the step that failed. The callback sees no others.
 */
#include "support/support.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { MOST_PARAMETERS = 64, MOST_ROWS = 12 };

typedef struct trial {
    problem p, validation;
    bool has_validation;
    nnblas_net *net;
    nnblas_trainer *trainer;
    nnblas_optimizer optimizer;
    size_t batch_size;
    double weights[MOST_ROWS], validation_weights[MOST_ROWS];
    size_t epochs_seen;
    double start[MOST_PARAMETERS]; /* the parameters before fit, */
    double last[MOST_PARAMETERS];  /* after the last epoch, */
    double best[MOST_PARAMETERS];  /* and after the one with the lowest validation cost */
    double lowest;
} trial;

/* ---- random numbers of every magnitude ------------------------------------------------------- */

static double roll_magnitude(dice *d, double lowest, double highest) {
    return pow(10.0, roll_uniform(d, lowest, highest));
}

/* Every third array is ordinary, every third has one magnitude, every third has all. */
static void roll_numbers(dice *d, size_t rows, size_t columns, size_t ld, double *m) {
    size_t manner = roll_between(d, 0, 2);
    double magnitude = manner == 0 ? 1.0 : roll_magnitude(d, -323, 308);
    for (size_t i = 0; i < rows; i++)
        for (size_t j = 0; j < columns; j++) {
            double scale = manner == 2 ? roll_magnitude(d, -323, 308) : magnitude;
            m[i * ld + j] = roll_between(d, 0, 7) == 0 ? 0.0 : scale * roll_uniform(d, -1, 1);
        }
}

static double roll_below_one(dice *d) {
    const double NEAR_ONE = 1.0 - 0x1p-53, CHOICES[] = {0.0, 0.5, 0.9, 0.999, 0.9999999, NEAR_ONE};
    return CHOICES[roll_between(d, 0, 5)];
}

/* ---- a random training ----------------------------------------------------------------------- */

static problem roll_rows(dice *d, kind k, const size_t *sizes, size_t n_sizes) {
    problem p =
        make_problem_of(d, k, roll_between(d, 1, MOST_ROWS), sizes, n_sizes, roll_between(d, 0, 1));
    roll_numbers(d, p.N, get_inputs(&p), p.ldx, p.X);
    if (k.cost == NNBLAS_MSE || k.cost == NNBLAS_HUBER || k.cost == NNBLAS_QUANTILE)
        roll_numbers(d, p.N, get_labels(&p), p.ldy, p.Y);
    return p;
}

/* Null, for none, or weights of which one at least is above 0. */
static const double *roll_weights(dice *d, size_t rows, double *weights) {
    if (roll_between(d, 0, 1))
        return NULL;
    bool is_ordinary = roll_between(d, 0, 2) == 0;
    for (size_t e = 0; e < rows; e++) {
        double weight = is_ordinary ? roll_uniform(d, 0.1, 3) : roll_magnitude(d, -323, 308);
        weights[e] = roll_between(d, 0, 3) == 0 ? 0.0 : weight;
    }
    weights[roll_between(d, 0, rows - 1)] = roll_magnitude(d, -323, 308);
    return weights;
}

/* These work on all rows. */
static bool searches(nnblas_optimizer optimizer) {
    return optimizer >= NNBLAS_LBFGS;
}

static void set_steps(dice *d, nnblas_trainer *t, nnblas_optimizer optimizer) {
    static const double EPSILONS[] = {0x1p-1074, 1e-310, 1e-300, 1e-160, 1e-140, 1e-8, 1.0, 1e300};
    ck_assert_ok(nnblas_trainer_set_optimizer(t, optimizer));
    ck_assert_ok(nnblas_trainer_set_learning_rate(
        t, roll_between(d, 0, 1) ? roll_magnitude(d, -2, 1) : roll_magnitude(d, -323, 308)));
    ck_assert_ok(nnblas_trainer_set_momentum(t, roll_below_one(d)));
    ck_assert_ok(nnblas_trainer_set_adam(t, roll_below_one(d), roll_below_one(d),
                                         EPSILONS[roll_between(d, 0, 7)]));
    if (roll_between(d, 0, 3) == 0)
        ck_assert_ok(nnblas_trainer_set_weight_decay(t, roll_magnitude(d, -323, 308)));
    if (optimizer < NNBLAS_LBFGS && roll_between(d, 0, 3) == 0)
        ck_assert_ok(nnblas_trainer_set_l1(t, roll_magnitude(d, -323, 308)));
    if (roll_between(d, 0, 3) == 0)
        ck_assert_ok(nnblas_trainer_set_step_schedule(t, 1, roll_magnitude(d, -323, 0)));
    if (roll_between(d, 0, 3) == 0)
        ck_assert_ok(nnblas_trainer_set_cosine_schedule(t, roll_magnitude(d, -323, 308)));
    if (roll_between(d, 0, 3) == 0)
        ck_assert_ok(nnblas_trainer_set_plateau_schedule(t, 1, roll_magnitude(d, -323, 0)));
    if (roll_between(d, 0, 3) == 0)
        ck_assert_ok(nnblas_trainer_set_inverse_schedule(t, roll_magnitude(d, -323, 308),
                                                         roll_magnitude(d, -323, 308)));
    if (roll_between(d, 0, 3) == 0)
        ck_assert_ok(nnblas_trainer_set_adaptive_schedule(t, 1, roll_magnitude(d, -323, 0),
                                                          roll_magnitude(d, -323, 308)));
}

static void set_validation(dice *d, trial *t, const size_t *sizes, size_t n_sizes) {
    size_t choice = roll_between(d, 0, 2);
    t->has_validation = choice > 0;
    if (choice == 1)
        ck_assert_ok(nnblas_trainer_set_validation_fraction(t->trainer, roll_uniform(d, 0.01, 1)));
    if (choice == 2) {
        problem *v = &t->validation;
        *v = roll_rows(d, t->p.kind, sizes, n_sizes);
        ck_assert_ok(
            nnblas_trainer_set_validation_rows(t->trainer, v->N, v->X, v->ldx, v->Y, v->ldy));
        ck_assert_ok(nnblas_trainer_set_validation_weights(
            t->trainer, roll_weights(d, v->N, t->validation_weights)));
    }
}

static int look(void *user, size_t epoch, double cost) {
    trial *t = user;
    size_t bytes = t->p.parameter_count * sizeof(double);
    const nnblas_epoch e = get_epoch(t->trainer, epoch - 1);
    t->epochs_seen = epoch;
    memcpy(t->last, nnblas_net_parameters(t->net), bytes);
    ck_assert(are_finite(t->p.parameter_count, t->last));
    ck_assert(isfinite(cost) && isfinite(e.cost) && isfinite(e.learning_rate));
    ck_assert(t->has_validation ? isfinite(e.validation_cost) : isnan(e.validation_cost));
    if (e.validation_cost < t->lowest) {
        t->lowest = e.validation_cost;
        memcpy(t->best, t->last, bytes);
    }
    return 0;
}

static void open_trial(dice *d, trial *t, nnblas_optimizer optimizer) {
    size_t sizes[4], n_sizes = roll_between(d, 2, 4);
    kind k = roll_kind(d);
    for (size_t l = 0; l < n_sizes; l++)
        sizes[l] = roll_between(d, 1, 3);
    if (optimizer == NNBLAS_LEVENBERG_MARQUARDT)
        k.cost = NNBLAS_MSE;
    *t = (trial){.p = roll_rows(d, k, sizes, n_sizes), .lowest = (double)INFINITY};
    if (roll_between(d, 0, 2) == 0)
        roll_numbers(d, 1, t->p.parameter_count, t->p.parameter_count, t->p.parameters);
    t->net = make_net(&t->p);
    memcpy(t->start, t->p.parameters, t->p.parameter_count * sizeof(double));
    memcpy(t->last, t->start, sizeof t->last);
    memcpy(t->best, t->start, sizeof t->best);
    ck_assert_ok(nnblas_trainer_create(t->net, &t->trainer));
    set_steps(d, t->trainer, optimizer);
    t->optimizer = optimizer;
    t->batch_size =
        optimizer == NNBLAS_RPROP || searches(optimizer) ? 0 : roll_between(d, 0, MOST_ROWS);
    ck_assert_ok(nnblas_trainer_set_batch_size(t->trainer, t->batch_size));
    ck_assert_ok(nnblas_trainer_set_seed(t->trainer, roll(d)));
    ck_assert_ok(nnblas_trainer_set_epochs(t->trainer, roll_between(d, 1, 8)));
    ck_assert_ok(
        nnblas_trainer_set_sample_weights(t->trainer, roll_weights(d, t->p.N, t->weights)));
    if (roll_between(d, 0, 3) == 0)
        ck_assert_ok(nnblas_trainer_set_desired_cost(t->trainer, roll_magnitude(d, -323, 308)));
    set_validation(d, t, sizes, n_sizes);
    ck_assert_ok(nnblas_trainer_set_callback(t->trainer, look, t));
}

static void close_trial(trial *t) {
    nnblas_trainer_destroy(t->trainer);
    nnblas_net_destroy(t->net);
    free_problem(&t->p);
    free_problem(&t->validation);
}

/* ---- what has to hold ------------------------------------------------------------------------ */

static void check_end(const trial *t, nnblas_status status) {
    size_t count = t->p.parameter_count;
    const double *found = nnblas_net_parameters(t->net);
    ck_assert(are_finite(count, found));
    ck_assert_uint_eq(nnblas_trainer_history_count(t->trainer), t->epochs_seen);
    ck_assert(status >= 0 || status == NNBLAS_ERROR_NOT_FINITE || status == NNBLAS_ERROR_VALUE);
    ck_assert(status < 0 || t->epochs_seen > 0 || searches(t->optimizer));
    if (status == NNBLAS_ERROR_VALUE) /* too few rows for the validation fraction */
        ck_assert_msg(t->epochs_seen == 0 && strstr(nnblas_error_message(), "at least 2 rows"),
                      "%s", nnblas_error_message());
    /* In the middle of an epoch, nobody sees the parameters; and L-BFGS works on scaled ones, of
     * which the smallest may be rounded. */
    bool is_whole =
        status >= 0 ? t->optimizer != NNBLAS_LBFGS : t->batch_size == 0 || t->batch_size >= t->p.N;
    const double *expected = t->has_validation ? t->best : t->last;
    if (is_whole || t->has_validation)
        ck_assert_msg(memcmp(found, expected, count * sizeof *found) == 0,
                      "other parameters than those before the failure, %s",
                      nnblas_status_string(status));
}

static void check_trials(nnblas_optimizer optimizer, uint64_t seed) {
    size_t good = 0, failed = 0;
    dice d = {seed};
    for (size_t i = 0; i < count_trials(4000); i++) {
        trial t;
        open_trial(&d, &t, optimizer);
        nnblas_status status = nnblas_trainer_fit(t.trainer, t.p.N, t.p.X, t.p.ldx, t.p.Y, t.p.ldy);
        check_end(&t, status);
        good += status >= 0;
        failed += status == NNBLAS_ERROR_NOT_FINITE;
        close_trial(&t);
    }
    ck_assert_uint_gt(good, count_trials(4000) / 10);
    ck_assert_uint_gt(failed, count_trials(4000) / 50);
}

START_TEST(scaled_conjugate_gradients_stay_finite) {
    check_trials(NNBLAS_SCALED_CONJUGATE_GRADIENT, 700);
}
END_TEST

/* They may find at once that there is nothing to lower. */
START_TEST(lbfgs_stays_finite) {
    if (nnblas_has(NNBLAS_FEATURE_LBFGS))
        check_trials(NNBLAS_LBFGS, 600);
}
END_TEST

START_TEST(levenberg_marquardt_stays_finite) {
    if (nnblas_has(NNBLAS_FEATURE_LAPACK))
        check_trials(NNBLAS_LEVENBERG_MARQUARDT, 800);
}
END_TEST

START_TEST(gradient_descent_stays_finite) {
    check_trials(NNBLAS_GRADIENT_DESCENT, 100);
}
END_TEST

START_TEST(momentum_stays_finite) {
    check_trials(NNBLAS_MOMENTUM, 200);
}
END_TEST

START_TEST(nesterov_stays_finite) {
    check_trials(NNBLAS_NESTEROV, 300);
}
END_TEST

START_TEST(rprop_stays_finite) {
    check_trials(NNBLAS_RPROP, 400);
}
END_TEST

START_TEST(adam_stays_finite) {
    check_trials(NNBLAS_ADAM, 500);
}
END_TEST

int main(void) {
    const TTest *const tests[] = {
        gradient_descent_stays_finite,
        momentum_stays_finite,
        nesterov_stays_finite,
        rprop_stays_finite,
        adam_stays_finite,
        lbfgs_stays_finite,
        scaled_conjugate_gradients_stay_finite,
        levenberg_marquardt_stays_finite,
    };
    return run_tests("extreme_settings", tests, sizeof tests / sizeof *tests);
}
