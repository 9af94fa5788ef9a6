/* SPDX-License-Identifier: BSD-3-Clause */
/* A training that goes on from a checkpoint, and checkpoints that are refused. */
#include "support/resumable_training.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

static void make_path(char *path, size_t size) {
    snprintf(path, size, "checkpoint.%ld.safetensors", (long)getpid());
}

static int stop_at_seven(void *user, size_t epoch, double cost) {
    (void)user, (void)cost;
    return epoch == 7;
}

static void check_interrupted(recipe r) {
    double expected[PARAMETERS];
    make_path(r.path, sizeof r.path);
    training whole = begin_recipe(&r, 5);
    ck_assert_ok(fit(&whole));
    keep_parameters(&whole, expected);

    training first = begin_recipe(&r, 5);
    ck_assert_ok(nnblas_trainer_set_checkpoint(first.trainer, r.path, 5));
    ck_assert_ok(nnblas_trainer_set_callback(first.trainer, stop_at_seven, NULL));
    ck_assert_int_eq(fit(&first), NNBLAS_STOPPED_CALLBACK);
    free_training(&first);

    training second = begin_recipe(&r, 999); /* other parameters: the checkpoint's count */
    ck_assert_ok(nnblas_trainer_resume(second.trainer, r.path));
    ck_assert_ok(fit(&second));
    ck_assert(has_parameters(&second, expected));
    check_same_history(whole.trainer, second.trainer);
    free_training(&second);
    free_training(&whole);
    ck_assert_int_eq(unlink(r.path), 0);
}

START_TEST(a_resumed_training_has_the_same_bits) {
    const recipe RECIPES[] = {
        {.optimizer = NNBLAS_GRADIENT_DESCENT, .rate = 0.5},
        {.optimizer = NNBLAS_GRADIENT_DESCENT, .rate = 0.5, .batch = 9},
        {.optimizer = NNBLAS_MOMENTUM, .rate = 0.2, .batch = 9, .fraction = 0.2},
        {.optimizer = NNBLAS_NESTEROV, .rate = 0.2, .batch = 30, .has_plateau = true},
        {.optimizer = NNBLAS_RPROP, .rate = 0.2, .fraction = 0.2},
        {.optimizer = NNBLAS_ADAM, .rate = 0.3, .batch = 9, .fraction = 0.3, .has_plateau = true},
        {.optimizer = NNBLAS_SCALED_CONJUGATE_GRADIENT, .rate = 1.0},
        {.optimizer = NNBLAS_SCALED_CONJUGATE_GRADIENT, .rate = 1.0, .fraction = 0.2},
        {.optimizer = NNBLAS_ADAM, .rate = 0.3, .fraction = 0.3, .score = NNBLAS_SCORE_ACCURACY},
        {.optimizer = NNBLAS_NESTEROV,
         .rate = 0.2,
         .batch = 9,
         .fraction = 0.4,
         .has_plateau = true,
         .score = NNBLAS_SCORE_R2},
        {.optimizer = NNBLAS_LEVENBERG_MARQUARDT},
        {.optimizer = NNBLAS_LEVENBERG_MARQUARDT, .fraction = 0.3},
        {.optimizer = NNBLAS_LEVENBERG_MARQUARDT, .is_bayesian = true},
    };
    size_t count = sizeof RECIPES / sizeof *RECIPES - (nnblas_has(NNBLAS_FEATURE_LAPACK) ? 0 : 3);
    for (size_t i = 0; i < count; i++)
        check_interrupted(RECIPES[i]);
}
END_TEST

/* ---- the best parameters --------------------------------------------------------------------- */

enum { LEARNT = 60, LONG = 60, CUT = 45 };

static int stop_at_cut(void *user, size_t epoch, double cost) {
    (void)user, (void)cost;
    return epoch == CUT;
}

/* Labels that have nothing to do with the rows: the validation cost rises soon. */
static training begin_overfitting(const char *path) {
    training t = make_training(NNBLAS_ADAM, 0.1, LONG);
    ck_assert_ok(nnblas_trainer_set_validation_rows(t.trainer, N - LEARNT, t.p.X + LEARNT * t.p.ldx,
                                                    t.p.ldx, t.p.Y + LEARNT * t.p.ldy, t.p.ldy));
    ck_assert_ok(nnblas_trainer_set_checkpoint(t.trainer, path, 1000));
    return t;
}

static nnblas_status fit_learnt(const training *t) {
    return nnblas_trainer_fit(t->trainer, LEARNT, t->p.X, t->p.ldx, t->p.Y, t->p.ldy);
}

START_TEST(the_best_epoch_may_be_before_the_checkpoint) {
    char path[64];
    double expected[PARAMETERS];
    make_path(path, sizeof path);
    training whole = begin_overfitting(path);
    ck_assert_ok(fit_learnt(&whole));
    keep_parameters(&whole, expected);
    size_t best = 0;
    for (size_t e = 1; e < LONG; e++)
        best = get_epoch(whole.trainer, e).validation_cost <
                       get_epoch(whole.trainer, best).validation_cost
                   ? e
                   : best;
    ck_assert_uint_lt(best, CUT - 1);

    training first = begin_overfitting(path), second = begin_overfitting(path);
    ck_assert_ok(nnblas_trainer_set_callback(first.trainer, stop_at_cut, NULL));
    ck_assert_int_eq(fit_learnt(&first), NNBLAS_STOPPED_CALLBACK);
    ck_assert(has_parameters(&first, expected));
    ck_assert_ok(nnblas_net_init(second.net, 999));
    ck_assert_ok(nnblas_trainer_resume(second.trainer, path));
    ck_assert_ok(fit_learnt(&second));
    ck_assert(has_parameters(&second, expected));
    free_training(&whole);
    free_training(&first);
    free_training(&second);
    ck_assert_int_eq(unlink(path), 0);
}
END_TEST

/* ---- a resumption that is pending
 * ---------------------------------------------------------------- */

/* It survives refusals and new parameters. Cancelled, it leaves a training like any other. */
START_TEST(a_resumption_stays_until_it_is_cancelled) {
    recipe r = {.optimizer = NNBLAS_ADAM, .rate = 0.05, .batch = 9};
    make_path(r.path, sizeof r.path);
    double resumed[PARAMETERS], anew[PARAMETERS];
    training first = begin_recipe(&r, 5);
    ck_assert_ok(nnblas_trainer_set_checkpoint(first.trainer, r.path, 1000));
    ck_assert_ok(nnblas_trainer_set_epochs(first.trainer, 3));
    ck_assert_ok(fit(&first));
    ck_assert_ok(nnblas_trainer_set_checkpoint(first.trainer, NULL, 0));
    ck_assert_ok(nnblas_trainer_set_epochs(first.trainer, 5));
    ck_assert_ok(nnblas_trainer_resume(first.trainer, r.path));
    ck_assert_ok(fit(&first));
    keep_parameters(&first, resumed);
    for (int is_cancelled = 0; is_cancelled <= 1; is_cancelled++) {
        ck_assert_ok(nnblas_trainer_resume(first.trainer, r.path));
        ck_assert_int_eq(nnblas_trainer_resume(first.trainer, "no/such/file"), NNBLAS_ERROR_FILE);
        ck_assert_int_eq(nnblas_trainer_fit(first.trainer, N - 1, first.p.X, first.p.ldx, first.p.Y,
                                            first.p.ldy),
                         NNBLAS_ERROR_VALUE);
        ck_assert_ok(nnblas_net_init(first.net, 7));
        if (is_cancelled)
            ck_assert_ok(nnblas_trainer_resume(first.trainer, NULL));
        ck_assert_ok(fit(&first));
        ck_assert(has_parameters(&first, resumed) == !is_cancelled);
    }
    keep_parameters(&first, anew);
    ck_assert_ok(nnblas_net_init(first.net, 7));
    ck_assert_ok(fit(&first));
    ck_assert(has_parameters(&first, anew));
    free_training(&first);
    ck_assert_int_eq(unlink(r.path), 0);
}
END_TEST

/* ---- refusals -------------------------------------------------------------------------------- */

START_TEST(a_checkpoint_of_another_quantile_is_refused) {
    recipe r = {.optimizer = NNBLAS_ADAM, .rate = 0.05, .batch = 9};
    make_path(r.path, sizeof r.path);
    training s = begin_recipe(&r, 5);
    ck_assert_ok(nnblas_net_set_output(s.net, NNBLAS_SIGMOID, NNBLAS_QUANTILE));
    ck_assert_ok(nnblas_trainer_set_checkpoint(s.trainer, r.path, 3));
    ck_assert_ok(fit(&s));
    ck_assert_ok(nnblas_net_set_cost_parameter(s.net, 0.25));
    ck_assert_int_eq(nnblas_trainer_resume(s.trainer, r.path), NNBLAS_ERROR_VALUE);
    ck_assert_ptr_nonnull(strstr(nnblas_error_message(), "the cost's parameter differ"));
    ck_assert_ok(nnblas_net_set_cost_parameter(s.net, 0.5));
    ck_assert_ok(nnblas_trainer_resume(s.trainer, r.path));
    free_training(&s);
    ck_assert_int_eq(unlink(r.path), 0);
}
END_TEST

START_TEST(foreign_checkpoints_are_refused) {
    recipe r = {.optimizer = NNBLAS_ADAM, .rate = 0.05, .batch = 9};
    make_path(r.path, sizeof r.path);
    training s = begin_recipe(&r, 5);
    double kept[PARAMETERS];
    keep_parameters(&s, kept);
    ck_assert_int_eq(nnblas_trainer_resume(s.trainer, "no/such/file"), NNBLAS_ERROR_FILE);
    ck_assert_ok(nnblas_net_save(s.net, r.path));
    ck_assert_int_eq(nnblas_trainer_resume(s.trainer, r.path), NNBLAS_ERROR_FORMAT);
    ck_assert_ptr_nonnull(strstr(nnblas_error_message(), "no checkpoint"));
    ck_assert_ok(nnblas_trainer_set_checkpoint(s.trainer, r.path, 3));
    ck_assert_ok(fit(&s));
    keep_parameters(&s, kept);
    ck_assert_ok(nnblas_trainer_set_momentum(s.trainer, 0.5));
    ck_assert_int_eq(nnblas_trainer_resume(s.trainer, r.path), NNBLAS_ERROR_VALUE);
    ck_assert_ptr_nonnull(
        strstr(nnblas_error_message(), "momentum: 0.9 in the checkpoint, 0.5 in"));
    ck_assert_ok(nnblas_trainer_set_momentum(s.trainer, 0.9));
    ck_assert_ok(nnblas_net_set_hidden(s.net, NNBLAS_TANH));
    ck_assert_int_eq(nnblas_trainer_resume(s.trainer, r.path), NNBLAS_ERROR_VALUE);
    ck_assert_ptr_nonnull(strstr(nnblas_error_message(), "another network"));
    ck_assert_ok(nnblas_net_set_hidden(s.net, NNBLAS_SIGMOID));
    ck_assert_ok(nnblas_net_set_activation(s.net, 2, NNBLAS_IDENTITY));
    ck_assert_int_eq(nnblas_trainer_resume(s.trainer, r.path), NNBLAS_ERROR_VALUE);
    ck_assert_ok(nnblas_net_set_activation(s.net, 2, NNBLAS_SIGMOID));
    double saved[PARAMETERS];
    memcpy(saved, kept, sizeof saved);
    ck_assert_ok(nnblas_trainer_resume(s.trainer, r.path));
    ck_assert_ok(nnblas_net_init(s.net, 6));
    keep_parameters(&s, kept);
    ck_assert_int_eq(nnblas_trainer_fit(s.trainer, N - 1, s.p.X, s.p.ldx, s.p.Y, s.p.ldy),
                     NNBLAS_ERROR_VALUE);
    ck_assert_ptr_nonnull(strstr(nnblas_error_message(), "rows to train on: "));
    ck_assert(has_parameters(&s, kept));
    /* The network in it is a network like any other. */
    nnblas_net *net;
    ck_assert_ok(nnblas_net_load(r.path, &net));
    ck_assert(memcmp(nnblas_net_parameters(net), saved, sizeof saved) == 0);
    nnblas_net_destroy(net);
    free_training(&s);
    ck_assert_int_eq(unlink(r.path), 0);
}
END_TEST

int main(void) {
    const TTest *const tests[] = {
        a_resumed_training_has_the_same_bits,     the_best_epoch_may_be_before_the_checkpoint,
        a_resumption_stays_until_it_is_cancelled, a_checkpoint_of_another_quantile_is_refused,
        foreign_checkpoints_are_refused,
    };
    return run_tests("checkpoints", tests, sizeof tests / sizeof *tests);
}
