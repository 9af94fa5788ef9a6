/* SPDX-License-Identifier: BSD-3-Clause */
/* A training that has ended by itself, and is resumed: it is not trained any further. */
#include "support/checkpoint_file.h"
#include "support/resumable_training.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static char path[64];

/* How a training ends. */
typedef struct ending {
    recipe r;
    nnblas_status status;
    size_t patience;
    double tolerance, desired_cost, time_limit, adaptive_last; /* 0 for another schedule */
    double gradient_tolerance;
    size_t history_limit;
} ending;

static training begin_ending(const ending *e, uint64_t seed) {
    training t = begin_recipe(&e->r, seed);
    ck_assert_ok(nnblas_trainer_set_patience(t.trainer, e->patience));
    ck_assert_ok(nnblas_trainer_set_tolerance(t.trainer, e->tolerance));
    ck_assert_ok(nnblas_trainer_set_desired_cost(t.trainer, e->desired_cost));
    ck_assert_ok(nnblas_trainer_set_time_limit(t.trainer, e->time_limit));
    if (e->adaptive_last > 0.0)
        ck_assert_ok(nnblas_trainer_set_adaptive_schedule(t.trainer, 2, 0.1, e->adaptive_last));
    ck_assert_ok(nnblas_trainer_set_scaled_conjugate_gradient(t.trainer, e->gradient_tolerance));
    ck_assert_ok(nnblas_trainer_set_history_limit(t.trainer, e->history_limit));
    ck_assert_ok(nnblas_trainer_set_checkpoint(t.trainer, path, 1));
    return t;
}

static int fail_if_called(void *user, size_t epoch, double cost) {
    (void)user, (void)cost;
    ck_abort_msg("epoch %zu", epoch);
    return 1;
}

static void check_same_end(const training *ended, const ending *e) {
    double expected[PARAMETERS];
    keep_parameters(ended, expected);
    training t = begin_ending(e, 999);
    ck_assert_ok(nnblas_trainer_set_callback(t.trainer, fail_if_called, NULL));
    ck_assert_ok(nnblas_trainer_resume(t.trainer, path));
    ck_assert_int_eq(fit(&t), e->status);
    ck_assert(has_parameters(&t, expected));
    check_same_history(ended->trainer, t.trainer);
    free_training(&t);
}

/* Each end is saved again, so the second is from the checkpoint of the first. */
static void check_ending(const ending *e) {
    training ended = begin_ending(e, 5);
    ck_assert_int_eq(fit(&ended), e->status);
    ck_assert_uint_lt(get_saved_number(path, "epoch"), RECIPE_EPOCHS);
    for (int again = 0; again < 2; again++)
        check_same_end(&ended, e);
    free_training(&ended);
    ck_assert_int_eq(unlink(path), 0);
}

static const recipe DESCENT = {.optimizer = NNBLAS_GRADIENT_DESCENT, .rate = 0.5};
static const recipe BATCHES = {.optimizer = NNBLAS_ADAM, .rate = 0.3, .batch = 9, .fraction = 0.3};

START_TEST(patience_that_is_over_stays_over) {
    check_ending(&(ending){.r = DESCENT,
                           .status = NNBLAS_STOPPED_PATIENCE,
                           .patience = 3,
                           .tolerance = 1e9,
                           .history_limit = SIZE_MAX});
    check_ending(&(ending){.r = BATCHES,
                           .status = NNBLAS_STOPPED_PATIENCE,
                           .patience = 4,
                           .tolerance = 1e9,
                           .history_limit = 2});
}
END_TEST

/* Nothing improves after the first epoch: the rate 0.5 lasts until epoch 3, 0.05 until 5, 0.005
 * until 7, where it would be reduced again. */
START_TEST(an_adaptive_schedule_that_is_over_stays_over) {
    const ending e = {.r = DESCENT,
                      .status = NNBLAS_STOPPED_PATIENCE,
                      .adaptive_last = 0.01,
                      .tolerance = 1e9,
                      .history_limit = SIZE_MAX};
    check_ending(&e);
    training t = begin_ending(&e, 5);
    ck_assert_int_eq(fit(&t), e.status);
    ck_assert_uint_eq(get_saved_number(path, "epoch"), 7);
    ck_assert_uint_eq(get_saved_number(path, "on_plateau"), 2);
    free_training(&t);
    ck_assert_int_eq(unlink(path), 0);
}
END_TEST

/* Of the last epoch, whose cost is known without the history too. */
START_TEST(a_cost_that_was_reached_stays_reached) {
    const recipe RECIPES[] = {DESCENT, BATCHES};
    const size_t LIMITS[] = {SIZE_MAX, 1, 0};
    for (size_t i = 0; i < 2; i++) {
        training whole = begin_recipe(&RECIPES[i], 5);
        ck_assert_ok(fit(&whole));
        double cost = get_epoch(whole.trainer, 5).cost;
        free_training(&whole);
        for (size_t l = 0; l < 3; l++)
            check_ending(&(ending){.r = RECIPES[i],
                                   .status = NNBLAS_STOPPED_COST,
                                   .desired_cost = cost,
                                   .history_limit = LIMITS[l]});
    }
}
END_TEST

START_TEST(time_that_is_over_stays_over) {
    check_ending(&(ending){.r = DESCENT,
                           .status = NNBLAS_STOPPED_TIME,
                           .time_limit = 1e-12,
                           .history_limit = SIZE_MAX});
}
END_TEST

/* With the optimizer's own reason to stop, the last epoch is saved too. */
START_TEST(a_search_that_converged_stays_converged) {
    check_ending(&(ending){.r = {.optimizer = NNBLAS_SCALED_CONJUGATE_GRADIENT, .rate = 1.0},
                           .status = NNBLAS_STOPPED_CONVERGED,
                           .gradient_tolerance = 0.1,
                           .history_limit = SIZE_MAX});
}
END_TEST

/* With more patience it goes on, as if it had had it from the beginning. */
START_TEST(a_training_that_ended_goes_on_by_other_settings) {
    ending e = {.r = DESCENT,
                .status = NNBLAS_STOPPED_PATIENCE,
                .patience = 3,
                .tolerance = 1e9,
                .history_limit = SIZE_MAX};
    double expected[PARAMETERS];
    training ended = begin_ending(&e, 5);
    ck_assert_int_eq(fit(&ended), NNBLAS_STOPPED_PATIENCE);
    file_contents at_end = read_whole(path);
    e.patience = 7;
    training whole = begin_ending(&e, 5), resumed = begin_ending(&e, 999);
    ck_assert_int_eq(fit(&whole), NNBLAS_STOPPED_PATIENCE);
    keep_parameters(&whole, expected);
    write_whole(path, &at_end);
    ck_assert_ok(nnblas_trainer_resume(resumed.trainer, path));
    ck_assert_int_eq(fit(&resumed), NNBLAS_STOPPED_PATIENCE);
    ck_assert(has_parameters(&resumed, expected));
    ck_assert_uint_eq(nnblas_trainer_history_count(resumed.trainer), 8);
    free(at_end.bytes);
    free_training(&ended);
    free_training(&whole);
    free_training(&resumed);
    ck_assert_int_eq(unlink(path), 0);
}
END_TEST

int main(void) {
    snprintf(path, sizeof path, "resumed_ends.%ld.safetensors", (long)getpid());
    const TTest *const tests[] = {
        patience_that_is_over_stays_over,        an_adaptive_schedule_that_is_over_stays_over,
        a_cost_that_was_reached_stays_reached,   time_that_is_over_stays_over,
        a_search_that_converged_stays_converged, a_training_that_ended_goes_on_by_other_settings,
    };
    return run_tests("resumed_ends", tests, sizeof tests / sizeof *tests);
}
