/* SPDX-License-Identifier: BSD-3-Clause */
/* A checkpoint goes on only in a training of the same settings, and those that do not change the
 * bits may be others. */
#include "support/checkpoint_file.h"
#include "support/resumable_training.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static char path[64];

static const recipe MOMENTUM = {.optimizer = NNBLAS_MOMENTUM, .rate = 0.2, .batch = 9};
static const recipe PLATEAU = {
    .optimizer = NNBLAS_MOMENTUM, .rate = 0.2, .batch = 9, .has_plateau = true};

/* ---- settings that count --------------------------------------------------------------------- */

typedef nnblas_status change(const training *t);

static nnblas_status set_optimizer(const training *t) {
    return nnblas_trainer_set_optimizer(t->trainer, NNBLAS_NESTEROV);
}

static nnblas_status set_rate(const training *t) {
    return nnblas_trainer_set_learning_rate(t->trainer, 0.25);
}

static nnblas_status set_near_rate(const training *t) {
    return nnblas_trainer_set_learning_rate(t->trainer, nextafter(0.2, 1.0));
}

static nnblas_status set_momentum(const training *t) {
    return nnblas_trainer_set_momentum(t->trainer, 0.5);
}

static nnblas_status set_beta1(const training *t) {
    return nnblas_trainer_set_adam(t->trainer, 0.8, 0.999, 1e-8);
}

static nnblas_status set_beta2(const training *t) {
    return nnblas_trainer_set_adam(t->trainer, 0.9, 0.99, 1e-8);
}

static nnblas_status set_epsilon(const training *t) {
    return nnblas_trainer_set_adam(t->trainer, 0.9, 0.999, 1e-9);
}

static nnblas_status set_decay(const training *t) {
    return nnblas_trainer_set_weight_decay(t->trainer, 0.01);
}

static nnblas_status set_scg_tolerance(const training *t) {
    return nnblas_trainer_set_scaled_conjugate_gradient(t->trainer, 1e-6);
}

static nnblas_status set_l1(const training *t) {
    return nnblas_trainer_set_l1(t->trainer, 0.25);
}

static nnblas_status set_step_schedule(const training *t) {
    return nnblas_trainer_set_step_schedule(t->trainer, 2, 0.7);
}

static nnblas_status set_plateau_epochs(const training *t) {
    return nnblas_trainer_set_plateau_schedule(t->trainer, 3, 0.7);
}

static nnblas_status set_plateau_factor(const training *t) {
    return nnblas_trainer_set_plateau_schedule(t->trainer, 2, 0.5);
}

static nnblas_status set_adaptive(const training *t) {
    return nnblas_trainer_set_adaptive_schedule(t->trainer, 2, 0.7, 0.01);
}

static nnblas_status set_adaptive_last(const training *t) {
    return nnblas_trainer_set_adaptive_schedule(t->trainer, 2, 0.7, 0.02);
}

static nnblas_status set_inverse(const training *t) {
    return nnblas_trainer_set_inverse_schedule(t->trainer, 2.0, 0.5);
}

static nnblas_status set_inverse_scale(const training *t) {
    return nnblas_trainer_set_inverse_schedule(t->trainer, 3.0, 0.5);
}

static nnblas_status set_inverse_power(const training *t) {
    return nnblas_trainer_set_inverse_schedule(t->trainer, 2.0, 0.25);
}

static nnblas_status set_batch(const training *t) {
    return nnblas_trainer_set_batch_size(t->trainer, 10);
}

static nnblas_status set_no_shuffling(const training *t) {
    return nnblas_trainer_set_shuffle(t->trainer, 0);
}

static nnblas_status set_seed(const training *t) {
    return nnblas_trainer_set_seed(t->trainer, 78);
}

static nnblas_status set_tolerance(const training *t) {
    return nnblas_trainer_set_tolerance(t->trainer, 1e-3);
}

static nnblas_status set_fraction(const training *t) {
    return nnblas_trainer_set_validation_fraction(t->trainer, 0.5);
}

static nnblas_status set_accuracy(const training *t) {
    nnblas_status status = set_fraction(t);
    return status ? status : nnblas_trainer_set_score(t->trainer, NNBLAS_SCORE_ACCURACY);
}

static nnblas_status set_r2(const training *t) {
    nnblas_status status = set_fraction(t);
    return status ? status : nnblas_trainer_set_score(t->trainer, NNBLAS_SCORE_R2);
}

static nnblas_status set_weights(const training *t) {
    static double weights[N];
    fill(N, weights, 1.0);
    return nnblas_trainer_set_sample_weights(t->trainer, weights);
}

static nnblas_status set_validation_rows(const training *t) {
    return nnblas_trainer_set_validation_rows(t->trainer, 4, t->p.X, t->p.ldx, t->p.Y, t->p.ldy);
}

static nnblas_status set_more_validation_rows(const training *t) {
    return nnblas_trainer_set_validation_rows(t->trainer, 5, t->p.X, t->p.ldx, t->p.Y, t->p.ldy);
}

static nnblas_status set_validation_weights(const training *t) {
    static const double WEIGHTS[4] = {1.0, 1.0, 1.0, 1.0};
    nnblas_status status = set_validation_rows(t);
    return status ? status : nnblas_trainer_set_validation_weights(t->trainer, WEIGHTS);
}

static nnblas_status set_cosine(const training *t) {
    return nnblas_trainer_set_cosine_schedule(t->trainer, 0.01);
}

static nnblas_status set_longer_cosine(const training *t) {
    nnblas_status status = set_cosine(t);
    return status ? status : nnblas_trainer_set_epochs(t->trainer, 2 * RECIPE_EPOCHS);
}

static nnblas_status set_nothing(const training *t) {
    (void)t;
    return NNBLAS_OK;
}

static const struct difference {
    const char *name, *before, *after;
    change *then, *now;
    bool has_plateau;
} DIFFERENCES[] = {
    {"optimizer", "momentum", "Nesterov", set_nothing, set_optimizer, false},
    {"learning rate", "0.2", "0.25", set_nothing, set_rate, false},
    {"learning rate", "0.20000000000000001", "0.20000000000000004", set_nothing, set_near_rate,
     false},
    {"momentum", "0.9", "0.5", set_nothing, set_momentum, false},
    {"beta1", "0.9", "0.8", set_nothing, set_beta1, false},
    {"beta2", "0.999", "0.99", set_nothing, set_beta2, false},
    {"epsilon", "1e-08", "1e-09", set_nothing, set_epsilon, false},
    {"tolerance of scaled conjugate gradients", "1e-12", "1e-06", set_nothing, set_scg_tolerance,
     false},
    {"weight decay", "0", "0.01", set_nothing, set_decay, false},
    {"L1", "0", "0.25", set_nothing, set_l1, false},
    {"schedule", "constant", "step", set_nothing, set_step_schedule, false},
    {"epochs of the schedule", "2", "3", set_nothing, set_plateau_epochs, true},
    {"factor of the schedule", "0.7", "0.5", set_nothing, set_plateau_factor, true},
    {"schedule", "plateau", "adaptive", set_nothing, set_adaptive, true},
    {"schedule", "inverse", "adaptive", set_inverse, set_adaptive, false},
    {"last rate of the schedule", "0.01", "0.02", set_adaptive, set_adaptive_last, false},
    {"scale of the schedule", "2", "3", set_inverse, set_inverse_scale, false},
    {"power of the schedule", "0.5", "0.25", set_inverse, set_inverse_power, false},
    {"epochs of the cosine schedule", "24", "48", set_cosine, set_longer_cosine, false},
    {"batch size", "9", "10", set_nothing, set_batch, false},
    {"shuffling", "in each epoch", "none", set_nothing, set_no_shuffling, false},
    {"seed", "77", "78", set_nothing, set_seed, false},
    {"sample weights", "none", "some", set_nothing, set_weights, false},
    {"sample weights", "some", "none", set_weights, set_nothing, false},
    {"validation weights", "none", "some", set_validation_rows, set_validation_weights, false},
    {"validation weights", "some", "none", set_validation_weights, set_validation_rows, false},
    {"score", "none", "accuracy", set_fraction, set_accuracy, false},
    {"score", "R2", "none", set_r2, set_fraction, false},
    {"score", "accuracy", "R2", set_accuracy, set_r2, false},
    {"tolerance", "0", "0.001", set_nothing, set_tolerance, false},
    {"validation fraction", "0", "0.5", set_nothing, set_fraction, false},
    {"validation rows", "4", "5", set_validation_rows, set_more_validation_rows, false},
    {"validation rows", "0", "4", set_nothing, set_validation_rows, false},
    {"validation rows", "4", "0", set_validation_rows, set_nothing, false},
};

static training begin_changed(const struct difference *d, change *set) {
    training t = begin_recipe(d->has_plateau ? &PLATEAU : &MOMENTUM, 5);
    ck_assert_ok(nnblas_trainer_set_checkpoint(t.trainer, path, 1000));
    ck_assert_ok(set(&t));
    return t;
}

START_TEST(each_setting_that_counts_is_compared) {
    for (size_t i = 0; i < sizeof DIFFERENCES / sizeof *DIFFERENCES; i++) {
        const struct difference *d = &DIFFERENCES[i];
        training then = begin_changed(d, d->then), now = begin_changed(d, d->now);
        ck_assert_ok(fit(&then));
        nnblas_status status = nnblas_trainer_resume(now.trainer, path);
        if (!status)
            status = fit(&now);
        ck_assert_int_eq(status, NNBLAS_ERROR_VALUE);
        char words[120];
        snprintf(words, sizeof words, "%s: %s in the checkpoint, %s in this training", d->name,
                 d->before, d->after);
        ck_assert_str_eq(nnblas_error_message(), words);
        ck_assert_uint_eq(nnblas_trainer_history_count(now.trainer), 0);
        free_training(&then);
        free_training(&now);
    }
    ck_assert_int_eq(unlink(path), 0);
}
END_TEST

/* ---- settings that do not -------------------------------------------------------------------- */

static int never_stop(void *user, size_t epoch, double cost) {
    (void)user, (void)epoch, (void)cost;
    return 0;
}

START_TEST(other_settings_may_differ) {
    training then = begin_recipe(&MOMENTUM, 5), now = begin_recipe(&MOMENTUM, 6);
    ck_assert_ok(nnblas_trainer_set_epochs(then.trainer, 10));
    ck_assert_ok(nnblas_trainer_set_checkpoint(then.trainer, path, 1000));
    ck_assert_ok(fit(&then));
    ck_assert_ok(nnblas_trainer_set_epochs(then.trainer, RECIPE_EPOCHS));
    ck_assert_ok(nnblas_net_init(then.net, 5));
    ck_assert_ok(fit(&then));

    ck_assert_ok(nnblas_trainer_set_desired_cost(now.trainer, 1e-9));
    ck_assert_ok(nnblas_trainer_set_time_limit(now.trainer, 1e6));
    ck_assert_ok(nnblas_trainer_set_patience(now.trainer, 1000));
    ck_assert_ok(nnblas_trainer_set_callback(now.trainer, never_stop, NULL));
    ck_assert_ok(nnblas_trainer_set_checkpoint(now.trainer, path, 3));
    ck_assert_ok(nnblas_trainer_set_checkpoint_interval(now.trainer, 1.0));
    ck_assert_ok(nnblas_trainer_set_history_limit(now.trainer, 4));
    ck_assert_ok(nnblas_trainer_resume(now.trainer, path));
    ck_assert_ok(fit(&now));
    double expected[PARAMETERS];
    keep_parameters(&then, expected);
    ck_assert(has_parameters(&now, expected));
    free_training(&then);
    free_training(&now);
    ck_assert_int_eq(unlink(path), 0);
}
END_TEST

/* ---- counters -------------------------------------------------------------------------------- */

/* Fits so many epochs in one piece, or in two. */
static void fit_plateaus(training *t, size_t epochs, size_t first) {
    *t = begin_recipe(&PLATEAU, 5);
    ck_assert_ok(nnblas_trainer_set_plateau_schedule(t->trainer, 3, 0.5));
    ck_assert_ok(nnblas_trainer_set_tolerance(t->trainer, 1e6)); /* only the first improves */
    ck_assert_ok(nnblas_trainer_set_checkpoint(t->trainer, path, 1000));
    ck_assert_ok(nnblas_trainer_set_epochs(t->trainer, first));
    ck_assert_ok(fit(t));
    if (first == epochs)
        return;
    ck_assert_ok(nnblas_trainer_set_epochs(t->trainer, epochs));
    ck_assert_ok(nnblas_trainer_resume(t->trainer, path));
    ck_assert_ok(fit(t));
}

/* The rate falls after epochs 4, 7, 10, ...: both counts go on from where they were, wherever the
 * training was cut. */
START_TEST(a_plateau_goes_on) {
    enum { EPOCHS = 14 };
    training whole, cut;
    fit_plateaus(&whole, EPOCHS, EPOCHS);
    for (size_t e = 0; e < EPOCHS; e++)
        ck_assert_double_eq(get_rate(&whole, e),
                            0.2 * pow(0.5, e < 4 ? 0.0 : floor((double)(e - 1) / 3.0)));
    double expected[PARAMETERS];
    keep_parameters(&whole, expected);
    for (size_t first = 1; first < EPOCHS; first++) {
        fit_plateaus(&cut, EPOCHS, first);
        ck_assert(has_parameters(&cut, expected));
        check_same_history(whole.trainer, cut.trainer);
        ck_assert_uint_eq(get_saved_number(path, "unimproved"), EPOCHS - 1);
        ck_assert_uint_eq(get_saved_number(path, "on_plateau"), (EPOCHS - 1) % 3);
        free_training(&cut);
    }
    free_training(&whole);
    ck_assert_int_eq(unlink(path), 0);
}
END_TEST

/* Also those that the engine takes by itself, of plain gradient descent without weight decay. */
START_TEST(each_step_is_counted) {
    enum { EPOCHS = 3, BATCH = 9, BATCHES = N / BATCH + 1 };
    for (int optimizer = NNBLAS_GRADIENT_DESCENT; optimizer <= NNBLAS_ADAM; optimizer++)
        for (int decays = 0; decays < 2; decays++) {
            size_t batch = optimizer == NNBLAS_RPROP ? 0 : BATCH;
            training t = make_training((nnblas_optimizer)optimizer, 0.1, EPOCHS);
            ck_assert_ok(nnblas_trainer_set_batch_size(t.trainer, batch));
            ck_assert_ok(nnblas_trainer_set_weight_decay(t.trainer, decays * 0.01));
            ck_assert_ok(nnblas_trainer_set_checkpoint(t.trainer, path, EPOCHS));
            ck_assert_ok(fit(&t));
            ck_assert_uint_eq(get_saved_number(path, "steps"),
                              batch > 0 ? EPOCHS * BATCHES : EPOCHS);
            free_training(&t);
        }
    ck_assert_int_eq(unlink(path), 0);
}
END_TEST

/* The plan of such a checkpoint is that of all rows. */
START_TEST(searches_resume_whatever_the_batch_size) {
    static const nnblas_optimizer SEARCHES[] = {NNBLAS_LEVENBERG_MARQUARDT,
                                                NNBLAS_SCALED_CONJUGATE_GRADIENT};
    for (size_t i = 0; i < 2; i++) {
        training t;
        if (i == 0 && !nnblas_has(NNBLAS_FEATURE_LAPACK))
            continue;
        t = make_training(SEARCHES[i], 1.0, 3);
        ck_assert_ok(nnblas_trainer_set_batch_size(t.trainer, 2));
        ck_assert_ok(nnblas_trainer_set_checkpoint(t.trainer, path, 1));
        ck_assert_ok(fit(&t));
        ck_assert_ok(nnblas_trainer_set_epochs(t.trainer, 5));
        ck_assert_ok(nnblas_trainer_resume(t.trainer, path));
        ck_assert_int_ge(fit(&t), 0);
        ck_assert_uint_eq(nnblas_trainer_history_count(t.trainer), 5);
        free_training(&t);
    }
    ck_assert_int_eq(unlink(path), 0);
}
END_TEST

/* Patience counts the epochs before as well. */
START_TEST(patience_goes_on) {
    training t = begin_recipe(&MOMENTUM, 5);
    ck_assert_ok(nnblas_trainer_set_tolerance(t.trainer, 1e6));
    ck_assert_ok(nnblas_trainer_set_checkpoint(t.trainer, path, 1000));
    ck_assert_ok(nnblas_trainer_set_epochs(t.trainer, 6));
    ck_assert_ok(fit(&t));
    ck_assert_ok(nnblas_trainer_set_epochs(t.trainer, RECIPE_EPOCHS));
    ck_assert_ok(nnblas_trainer_set_patience(t.trainer, 8));
    ck_assert_ok(nnblas_trainer_resume(t.trainer, path));
    ck_assert_int_eq(fit(&t), NNBLAS_STOPPED_PATIENCE);
    ck_assert_uint_eq(nnblas_trainer_history_count(t.trainer), 9);
    free_training(&t);
    ck_assert_int_eq(unlink(path), 0);
}
END_TEST

/* ---- seconds --------------------------------------------------------------------------------- */

/* Time stands at this moment. The linker puts this in the place of the library's clock. */
static double moment = 1000.0;

double __wrap_nn_read_clock(void);
double __wrap_nn_read_clock(void) {
    return moment;
}

static int pass_two_seconds(void *user, size_t epoch, double cost) {
    (void)user, (void)epoch, (void)cost;
    moment += 2.0;
    return 0;
}

/* Each epoch but the first takes two seconds, and between the two parts an hour passes. */
START_TEST(seconds_go_on) {
    training t = begin_recipe(&MOMENTUM, 5);
    ck_assert_ok(nnblas_trainer_set_checkpoint(t.trainer, path, 1000));
    ck_assert_ok(nnblas_trainer_set_callback(t.trainer, pass_two_seconds, NULL));
    ck_assert_ok(nnblas_trainer_set_epochs(t.trainer, 4));
    ck_assert_ok(fit(&t));
    ck_assert_double_eq(get_epoch(t.trainer, 3).seconds, 6.0);
    moment += 3600.0;
    ck_assert_ok(nnblas_trainer_set_epochs(t.trainer, RECIPE_EPOCHS));
    ck_assert_ok(nnblas_trainer_set_time_limit(t.trainer, 10.0));
    ck_assert_ok(nnblas_trainer_resume(t.trainer, path));
    ck_assert_int_eq(fit(&t), NNBLAS_STOPPED_TIME);
    ck_assert_uint_eq(nnblas_trainer_history_count(t.trainer), 7);
    for (size_t e = 0; e < 7; e++)
        ck_assert_double_eq(get_epoch(t.trainer, e).seconds,
                            e < 4 ? 2.0 * (double)e : 2.0 * (double)(e - 1));
    free_training(&t);
    ck_assert_int_eq(unlink(path), 0);
}
END_TEST

int main(void) {
    snprintf(path, sizeof path, "settings.%ld.safetensors", (long)getpid());
    const TTest *const tests[] = {
        each_setting_that_counts_is_compared,
        other_settings_may_differ,
        a_plateau_goes_on,
        each_step_is_counted,
        searches_resume_whatever_the_batch_size,
        patience_goes_on,
        seconds_go_on,
    };
    return run_tests("checkpoint_settings", tests, sizeof tests / sizeof *tests);
}
