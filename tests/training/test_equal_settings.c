/* SPDX-License-Identifier: BSD-3-Clause */
/* The same settings, set in different ways: a checkpoint of one goes on by the other. */
#include "support/resumable_training.h"

#include <stdio.h>
#include <unistd.h>

static char path[64];

static const recipe MOMENTUM = {.optimizer = NNBLAS_MOMENTUM, .rate = 0.2, .batch = 9};

typedef void setting(nnblas_trainer *t);

static void set_nothing(nnblas_trainer *t) {
    (void)t;
}

/* ---- schedules ------------------------------------------------------------------------------- */

static void set_constant(nnblas_trainer *t) {
    ck_assert_ok(nnblas_trainer_set_constant_schedule(t));
}

static void set_step(nnblas_trainer *t) {
    ck_assert_ok(nnblas_trainer_set_step_schedule(t, 3, 0.5));
}

static void set_plateau(nnblas_trainer *t) {
    ck_assert_ok(nnblas_trainer_set_plateau_schedule(t, 4, 0.25));
}

static void set_cosine(nnblas_trainer *t) {
    ck_assert_ok(nnblas_trainer_set_cosine_schedule(t, 0.01));
}

static void set_inverse(nnblas_trainer *t) {
    ck_assert_ok(nnblas_trainer_set_inverse_schedule(t, 0.25, 0.5));
}

static void set_adaptive(nnblas_trainer *t) {
    ck_assert_ok(nnblas_trainer_set_adaptive_schedule(t, 4, 0.25, 0.01));
}

static void set_step_and_constant(nnblas_trainer *t) {
    set_step(t);
    set_constant(t);
}

static void set_cosine_and_constant(nnblas_trainer *t) {
    set_cosine(t);
    set_constant(t);
}

static void set_step_and_cosine(nnblas_trainer *t) {
    set_step(t);
    set_cosine(t);
}

static void set_plateau_and_cosine(nnblas_trainer *t) {
    set_plateau(t);
    set_cosine(t);
}

static void set_constant_and_cosine(nnblas_trainer *t) {
    set_constant(t);
    set_cosine(t);
}

static void set_cosine_and_step(nnblas_trainer *t) {
    set_cosine(t);
    set_step(t);
}

static void set_step_and_plateau(nnblas_trainer *t) {
    set_step(t);
    set_plateau(t);
}

static void set_inverse_and_constant(nnblas_trainer *t) {
    set_inverse(t);
    set_constant(t);
}

static void set_adaptive_and_inverse(nnblas_trainer *t) {
    set_adaptive(t);
    set_inverse(t);
}

static void set_inverse_and_adaptive(nnblas_trainer *t) {
    set_inverse(t);
    set_adaptive(t);
}

static void set_adaptive_and_plateau(nnblas_trainer *t) {
    set_adaptive(t);
    set_plateau(t);
}

/* ---- zeros of either sign -------------------------------------------------------------------- */

static void set_zeros(nnblas_trainer *t, double zero) {
    ck_assert_ok(nnblas_trainer_set_momentum(t, zero));
    ck_assert_ok(nnblas_trainer_set_weight_decay(t, zero));
    ck_assert_ok(nnblas_trainer_set_l1(t, zero));
    ck_assert_ok(nnblas_trainer_set_adam(t, zero, zero, 1e-8));
    ck_assert_ok(nnblas_trainer_set_tolerance(t, zero));
    ck_assert_ok(nnblas_trainer_set_validation_fraction(t, zero));
    ck_assert_ok(nnblas_trainer_set_cosine_schedule(t, zero));
}

static void set_inverse_zeros(nnblas_trainer *t, double zero) {
    ck_assert_ok(nnblas_trainer_set_inverse_schedule(t, zero, zero));
}

static void set_positive_zeros(nnblas_trainer *t) {
    set_zeros(t, 0.0);
}

static void set_negative_zeros(nnblas_trainer *t) {
    set_zeros(t, -0.0);
}

static void set_positive_inverse_zeros(nnblas_trainer *t) {
    set_inverse_zeros(t, 0.0);
}

static void set_negative_inverse_zeros(nnblas_trainer *t) {
    set_inverse_zeros(t, -0.0);
}

/* ---- either goes on by the other ------------------------------------------------------------- */

static int stop_at_seven(void *user, size_t epoch, double cost) {
    (void)user, (void)cost;
    return epoch == 7;
}

static void check_resumed(setting *then, setting *now) {
    double expected[PARAMETERS];
    training whole = begin_recipe(&MOMENTUM, 5), first = begin_recipe(&MOMENTUM, 5),
             second = begin_recipe(&MOMENTUM, 999);
    then(whole.trainer);
    then(first.trainer);
    now(second.trainer);
    ck_assert_ok(fit(&whole));
    keep_parameters(&whole, expected);
    ck_assert_ok(nnblas_trainer_set_checkpoint(first.trainer, path, 1000));
    ck_assert_ok(nnblas_trainer_set_callback(first.trainer, stop_at_seven, NULL));
    ck_assert_int_eq(fit(&first), NNBLAS_STOPPED_CALLBACK);
    ck_assert_ok(nnblas_trainer_resume(second.trainer, path));
    ck_assert_ok(fit(&second));
    ck_assert(has_parameters(&second, expected));
    free_training(&whole);
    free_training(&first);
    free_training(&second);
    ck_assert_int_eq(unlink(path), 0);
}

START_TEST(equal_settings_go_on) {
    static const struct {
        setting *a, *b;
    } PAIRS[] = {
        {set_nothing, set_constant},
        {set_nothing, set_step_and_constant},
        {set_nothing, set_cosine_and_constant},
        {set_cosine, set_step_and_cosine},
        {set_cosine, set_plateau_and_cosine},
        {set_cosine, set_constant_and_cosine},
        {set_step, set_cosine_and_step},
        {set_plateau, set_step_and_plateau},
        {set_nothing, set_inverse_and_constant},
        {set_inverse, set_adaptive_and_inverse},
        {set_adaptive, set_inverse_and_adaptive},
        {set_plateau, set_adaptive_and_plateau},
        {set_positive_zeros, set_negative_zeros},
        {set_positive_inverse_zeros, set_negative_inverse_zeros},
    };
    for (size_t i = 0; i < sizeof PAIRS / sizeof *PAIRS; i++) {
        check_resumed(PAIRS[i].a, PAIRS[i].b);
        check_resumed(PAIRS[i].b, PAIRS[i].a);
    }
}
END_TEST

int main(void) {
    snprintf(path, sizeof path, "equal_settings.%ld.safetensors", (long)getpid());
    const TTest *const tests[] = {equal_settings_go_on};
    return run_tests("equal_settings", tests, sizeof tests / sizeof *tests);
}
