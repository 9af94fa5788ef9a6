/* SPDX-License-Identifier: BSD-3-Clause */
/* The settings of a trainer. */
#include "core/arguments.h"
#include "core/hash.h"
#include "core/memory.h"
#include "core/sizes.h"
#include "training/online.h"
#include "training/training.h"

#include <math.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

static nnblas_status check_trainer(const nnblas_trainer *trainer) {
    return nn_check_pointer("trainer", trainer);
}

/* setting: its offset in the settings. */
static nnblas_status set_real(nnblas_trainer *trainer, size_t setting, const nn_range *r,
                              double value) {
    nnblas_status status = check_trainer(trainer);
    if (!status)
        status = nn_check_range(r, value);
    if (!status)
        memcpy((char *)&trainer->settings + setting, &value, sizeof value);
    return status;
}

nnblas_status nnblas_trainer_set_learning_rate(nnblas_trainer *trainer, double rate) {
    static const nn_range R = {"learning_rate", 0, HUGE_VAL, true, false, "finite and above 0"};
    return set_real(trainer, offsetof(nn_settings, learning_rate), &R, rate);
}

nnblas_status nnblas_trainer_set_momentum(nnblas_trainer *trainer, double momentum) {
    static const nn_range R = {"momentum", 0, 1, false, true, "0 or above and under 1"};
    return set_real(trainer, offsetof(nn_settings, momentum), &R, momentum);
}

nnblas_status nnblas_trainer_set_weight_decay(nnblas_trainer *trainer, double decay) {
    static const nn_range R = {"decay", 0, HUGE_VAL, false, false, "finite and 0 or above"};
    return set_real(trainer, offsetof(nn_settings, weight_decay), &R, decay);
}

nnblas_status nnblas_trainer_set_l1(nnblas_trainer *trainer, double l1) {
    static const nn_range R = {"l1", 0, HUGE_VAL, false, false, "finite and 0 or above"};
    return set_real(trainer, offsetof(nn_settings, l1), &R, l1);
}

nnblas_status nnblas_trainer_set_desired_cost(nnblas_trainer *trainer, double mse) {
    static const nn_range R = {"the desired cost",     0, HUGE_VAL, false, false,
                               "finite and 0 or above"};
    return set_real(trainer, offsetof(nn_settings, desired_cost), &R, mse);
}

nnblas_status nnblas_trainer_set_time_limit(nnblas_trainer *trainer, double seconds) {
    static const nn_range R = {"seconds", 0, HUGE_VAL, false, false, "finite and 0 or above"};
    return set_real(trainer, offsetof(nn_settings, time_limit), &R, seconds);
}

nnblas_status nnblas_trainer_set_tolerance(nnblas_trainer *trainer, double tolerance) {
    static const nn_range R = {"tolerance", 0, HUGE_VAL, false, false, "finite and 0 or above"};
    return set_real(trainer, offsetof(nn_settings, tolerance), &R, tolerance);
}

nnblas_status nnblas_trainer_set_adam(nnblas_trainer *trainer, double beta1, double beta2,
                                      double epsilon) {
    static const nn_range BETA1 = {"beta1", 0, 1, false, true, "0 or above and under 1"};
    static const nn_range BETA2 = {"beta2", 0, 1, false, true, "0 or above and under 1"};
    static const nn_range EPSILON = {"epsilon", 0, HUGE_VAL, true, false, "finite and above 0"};
    nnblas_status status = check_trainer(trainer);
    if (!status)
        status = nn_check_range(&BETA1, beta1);
    if (!status)
        status = nn_check_range(&BETA2, beta2);
    if (!status)
        status = nn_check_range(&EPSILON, epsilon);
    if (status)
        return status;
    trainer->settings.beta1 = beta1;
    trainer->settings.beta2 = beta2;
    trainer->settings.epsilon = epsilon;
    return NNBLAS_OK;
}

nnblas_status nnblas_trainer_set_lbfgs(nnblas_trainer *trainer, size_t memory, double tolerance) {
    static const nn_range TOLERANCE = {"tolerance", 0, 1, false, true, "0 or above and under 1"};
    enum { MOST = 1000 };
    nnblas_status status = check_trainer(trainer);
    if (!status && (memory == 0 || memory > MOST))
        status =
            nn_fail(NNBLAS_ERROR_VALUE, "memory is %zu; it must be from 1 to %d", memory, MOST);
    if (!status)
        status = nn_check_range(&TOLERANCE, tolerance);
    if (status)
        return status;
    trainer->settings.lbfgs_memory = memory;
    trainer->settings.lbfgs_tolerance = tolerance;
    return NNBLAS_OK;
}

nnblas_status nnblas_trainer_set_scaled_conjugate_gradient(nnblas_trainer *trainer,
                                                           double tolerance) {
    static const nn_range R = {"tolerance", 0, 1, false, true, "0 or above and under 1"};
    return set_real(trainer, offsetof(nn_settings, scg_tolerance), &R, tolerance);
}

nnblas_status nnblas_trainer_set_levenberg_marquardt(nnblas_trainer *trainer, double damping,
                                                     double tolerance) {
    static const nn_range DAMPING = {"damping", 0, HUGE_VAL, true, false, "finite and above 0"},
                          TOLERANCE = {"tolerance", 0, 1, false, true, "0 or above and under 1"};
    nnblas_status status = check_trainer(trainer);
    if (!status)
        status = nn_check_range(&DAMPING, damping);
    if (!status)
        status = nn_check_range(&TOLERANCE, tolerance);
    if (status)
        return status;
    trainer->settings.damping = damping;
    trainer->settings.damping_tolerance = tolerance;
    return NNBLAS_OK;
}

nnblas_status nnblas_trainer_set_bayesian(nnblas_trainer *trainer, int bayesian) {
    nnblas_status status = check_trainer(trainer);
    if (!status && bayesian != 0 && bayesian != 1)
        status = nn_fail(NNBLAS_ERROR_VALUE, "bayesian is %d; it must be 0 or 1", bayesian);
    if (!status)
        trainer->settings.is_bayesian = bayesian;
    return status;
}

nnblas_status nnblas_trainer_set_posterior(nnblas_trainer *trainer, int keep) {
    nnblas_status status = check_trainer(trainer);
    if (!status && keep != 0 && keep != 1)
        status = nn_fail(NNBLAS_ERROR_VALUE, "keep is %d; it must be 0 or 1", keep);
    if (!status)
        trainer->settings.keeps_posterior = keep;
    return status;
}

nnblas_status nnblas_trainer_set_optimizer(nnblas_trainer *trainer, nnblas_optimizer optimizer) {
    nnblas_status status = check_trainer(trainer);
    if (status)
        return status;
    if ((int)optimizer < NNBLAS_GRADIENT_DESCENT ||
        (int)optimizer > NNBLAS_SCALED_CONJUGATE_GRADIENT)
        return nn_fail(NNBLAS_ERROR_VALUE, "optimizer is %d; they are numbered %d to %d",
                       (int)optimizer, NNBLAS_GRADIENT_DESCENT, NNBLAS_SCALED_CONJUGATE_GRADIENT);
    if (optimizer == NNBLAS_LBFGS && !nnblas_has(NNBLAS_FEATURE_LBFGS))
        return nn_fail(NNBLAS_ERROR_MISSING,
                       "this library was built without liblbfgs, which L-BFGS needs");
    if (optimizer == NNBLAS_LEVENBERG_MARQUARDT && !nnblas_has(NNBLAS_FEATURE_LAPACK))
        return nn_fail(NNBLAS_ERROR_MISSING, "this library was built without LAPACK, which "
                                             "Levenberg-Marquardt needs");
    trainer->settings.optimizer = optimizer;
    nn_drop_step_optimizer(trainer);
    return NNBLAS_OK;
}

static nnblas_status check_count(const char *name, size_t count) {
    return count > 0 ? NNBLAS_OK
                     : nn_fail(NNBLAS_ERROR_VALUE, "%s is 0; it must be at least 1", name);
}

static bool has_epochs(nnblas_schedule kind) {
    return kind == NNBLAS_SCHEDULE_STEP || kind == NNBLAS_SCHEDULE_PLATEAU ||
           kind == NNBLAS_SCHEDULE_ADAPTIVE;
}

/* A number that a schedule has no use for is 0, which passes. */
static nnblas_status set_schedule(nnblas_trainer *trainer, nn_schedule schedule) {
    static const nn_range FACTOR = {"factor", 0, 1, true, false, "above 0 and at most 1"},
                          LAST = {"last", 0, HUGE_VAL, false, false, "finite and 0 or above"},
                          SCALE = {"scale", 0, HUGE_VAL, false, false, "finite and 0 or above"},
                          POWER = {"power", 0, HUGE_VAL, false, false, "finite and 0 or above"};
    nnblas_status status = check_trainer(trainer);
    if (!status && has_epochs(schedule.kind))
        status = check_count("epochs", schedule.epochs);
    if (!status && has_epochs(schedule.kind))
        status = nn_check_range(&FACTOR, schedule.factor);
    if (!status)
        status = nn_check_range(&LAST, schedule.last);
    if (!status)
        status = nn_check_range(&SCALE, schedule.scale);
    if (!status)
        status = nn_check_range(&POWER, schedule.power);
    if (!status)
        trainer->settings.schedule = schedule;
    return status;
}

nnblas_status nnblas_trainer_set_constant_schedule(nnblas_trainer *trainer) {
    return set_schedule(trainer, (nn_schedule){.kind = NNBLAS_SCHEDULE_CONSTANT});
}

nnblas_status nnblas_trainer_set_step_schedule(nnblas_trainer *trainer, size_t epochs,
                                               double factor) {
    return set_schedule(
        trainer, (nn_schedule){.kind = NNBLAS_SCHEDULE_STEP, .epochs = epochs, .factor = factor});
}

nnblas_status nnblas_trainer_set_cosine_schedule(nnblas_trainer *trainer, double last) {
    return set_schedule(trainer, (nn_schedule){.kind = NNBLAS_SCHEDULE_COSINE, .last = last});
}

nnblas_status nnblas_trainer_set_plateau_schedule(nnblas_trainer *trainer, size_t epochs,
                                                  double factor) {
    return set_schedule(
        trainer,
        (nn_schedule){.kind = NNBLAS_SCHEDULE_PLATEAU, .epochs = epochs, .factor = factor});
}

nnblas_status nnblas_trainer_set_inverse_schedule(nnblas_trainer *trainer, double scale,
                                                  double power) {
    return set_schedule(
        trainer, (nn_schedule){.kind = NNBLAS_SCHEDULE_INVERSE, .scale = scale, .power = power});
}

nnblas_status nnblas_trainer_set_adaptive_schedule(nnblas_trainer *trainer, size_t epochs,
                                                   double factor, double last) {
    return set_schedule(trainer, (nn_schedule){.kind = NNBLAS_SCHEDULE_ADAPTIVE,
                                               .epochs = epochs,
                                               .factor = factor,
                                               .last = last});
}

nnblas_status nnblas_trainer_set_batch_size(nnblas_trainer *trainer, size_t rows) {
    nnblas_status status = check_trainer(trainer);
    if (!status && rows > 0)
        status = nn_check_size("rows", rows);
    if (!status)
        trainer->settings.batch_size = rows;
    return status;
}

nnblas_status nnblas_trainer_set_shuffle(nnblas_trainer *trainer, int shuffle) {
    nnblas_status status = check_trainer(trainer);
    if (!status && shuffle != 0 && shuffle != 1)
        status = nn_fail(NNBLAS_ERROR_VALUE, "shuffle is %d; it must be 0 or 1", shuffle);
    if (!status)
        trainer->settings.shuffle = shuffle;
    return status;
}

nnblas_status nnblas_trainer_set_seed(nnblas_trainer *trainer, uint64_t seed) {
    nnblas_status status = check_trainer(trainer);
    if (!status)
        trainer->settings.seed = seed;
    return status;
}

nnblas_status nnblas_trainer_set_sample_weights(nnblas_trainer *trainer, const double *weights) {
    nnblas_status status = check_trainer(trainer);
    if (!status)
        trainer->settings.sample_weights = weights;
    return status;
}

nnblas_status nnblas_trainer_set_derivatives(nnblas_trainer *trainer, double derivative_weight,
                                             const double *dYdX, size_t ldd) {
    nnblas_status status = check_trainer(trainer);
    if (!status && dYdX)
        status = nn_check_derivative_weight(derivative_weight);
    if (!status && dYdX) {
        const nn_layer *layers = trainer->net->layers;
        size_t outputs = layers[trainer->net->n_layers - 1].outputs;
        const nn_argument one_row = {
            "dYdX", dYdX, 1, nn_multiply_sizes(outputs, layers[0].inputs), ldd, NN_READ};
        status = nn_check_arguments(&one_row, 1);
    }
    if (status)
        return status;
    trainer->settings.derivatives = (nn_given_derivatives){0};
    if (dYdX)
        trainer->settings.derivatives = (nn_given_derivatives){derivative_weight, dYdX, ldd};
    return NNBLAS_OK;
}

/* A mask that trains all parameters is none: it has no effect on a checkpoint either. */
nnblas_status nnblas_trainer_set_mask(nnblas_trainer *trainer, const uint8_t *mask) {
    nnblas_status status = check_trainer(trainer);
    if (status)
        return status;
    size_t count = trainer->net->parameter_count;
    uint8_t *copy = NULL;
    if (mask && memchr(mask, 0, count)) {
        copy = nn_allocate(count, sizeof *copy);
        if (!copy)
            return NNBLAS_ERROR_MEMORY;
        for (size_t i = 0; i < count; i++)
            copy[i] = mask[i] != 0;
    }
    free(trainer->settings.mask);
    trainer->settings.mask = copy;
    trainer->settings.mask_hash = copy ? nn_hash_bytes(NN_HASH_START, copy, count) : 0;
    return NNBLAS_OK;
}

nnblas_status nnblas_trainer_set_epochs(nnblas_trainer *trainer, size_t epochs) {
    nnblas_status status = check_trainer(trainer);
    if (!status)
        status = check_count("epochs", epochs);
    if (!status)
        trainer->settings.epochs = epochs;
    return status;
}

nnblas_status nnblas_trainer_set_patience(nnblas_trainer *trainer, size_t epochs) {
    nnblas_status status = check_trainer(trainer);
    if (!status)
        trainer->settings.patience = epochs;
    return status;
}

nnblas_status nnblas_trainer_set_score(nnblas_trainer *trainer, nnblas_score score) {
    nnblas_status status = check_trainer(trainer);
    if (!status && ((int)score < NNBLAS_SCORE_NONE || (int)score > NNBLAS_SCORE_R2))
        status = nn_fail(NNBLAS_ERROR_VALUE, "score is %d; they are numbered %d to %d", (int)score,
                         NNBLAS_SCORE_NONE, NNBLAS_SCORE_R2);
    if (!status)
        trainer->settings.score = score;
    return status;
}

/* Each kind replaces the others. */
static void set_validation(nnblas_trainer *trainer, double fraction, nn_rows rows,
                           nnblas_source *source) {
    trainer->settings.validation_fraction = fraction;
    trainer->settings.validation = rows;
    trainer->settings.validation_source = source;
}

nnblas_status nnblas_trainer_set_validation_fraction(nnblas_trainer *trainer, double fraction) {
    static const nn_range R = {"fraction", 0, 1, false, true, "0 or above and under 1"};
    nnblas_status status = check_trainer(trainer);
    if (!status)
        status = nn_check_range(&R, fraction);
    if (!status)
        set_validation(trainer, fraction, (nn_rows){.N = 0}, NULL);
    return status;
}

nnblas_status nnblas_trainer_set_validation_rows(nnblas_trainer *trainer, size_t N, const double *X,
                                                 size_t ldx, const double *Y, size_t ldy) {
    nnblas_status status = check_trainer(trainer);
    if (!status && N > 0) {
        const nn_net_call call = {trainer->net, N, X, ldx, "Y", Y, ldy, NN_READ, .mse = NULL};
        status = nn_check_net_call(&call);
    }
    if (status)
        return status;
    set_validation(trainer, 0.0, (nn_rows){.N = N, .X = X, .ldx = ldx, .Y = Y, .ldy = ldy}, NULL);
    return NNBLAS_OK;
}

nnblas_status nnblas_trainer_set_validation_source(nnblas_trainer *trainer, nnblas_source *source) {
    nnblas_status status = check_trainer(trainer);
    if (!status && source)
        status = nn_check_source("source", source, trainer->net);
    if (!status)
        set_validation(trainer, 0.0, (nn_rows){.N = 0}, source);
    return status;
}

nnblas_status nnblas_trainer_set_validation_weights(nnblas_trainer *trainer,
                                                    const double *weights) {
    nnblas_status status = check_trainer(trainer);
    if (!status && weights && trainer->settings.validation.N == 0)
        status = nn_fail(NNBLAS_ERROR_VALUE, "there are no validation rows; set them before their "
                                             "weights");
    if (!status)
        trainer->settings.validation.weights = weights;
    return status;
}

nnblas_status nnblas_trainer_set_callback(nnblas_trainer *trainer, nnblas_callback *callback,
                                          void *user) {
    nnblas_status status = check_trainer(trainer);
    if (status)
        return status;
    trainer->settings.callback = callback;
    trainer->settings.user = user;
    return NNBLAS_OK;
}

nnblas_status nnblas_trainer_set_epoch_callback(nnblas_trainer *trainer,
                                                nnblas_epoch_callback *callback, void *user) {
    nnblas_status status = check_trainer(trainer);
    if (status)
        return status;
    trainer->settings.epoch_callback = callback;
    trainer->settings.epoch_user = user;
    return NNBLAS_OK;
}

nnblas_status nnblas_trainer_set_checkpoint(nnblas_trainer *trainer, const char *path,
                                            size_t epochs) {
    nnblas_status status = check_trainer(trainer);
    if (!status && path)
        status = check_count("epochs", epochs);
    if (status)
        return status;
    char *copy = NULL;
    if (path) {
        size_t size = strlen(path) + 1;
        copy = nn_allocate(size, 1);
        if (!copy)
            return NNBLAS_ERROR_MEMORY;
        memcpy(copy, path, size);
    }
    free(trainer->settings.checkpoint_path);
    trainer->settings.checkpoint_path = copy;
    trainer->settings.checkpoint_epochs = epochs;
    return NNBLAS_OK;
}

nnblas_status nnblas_trainer_set_checkpoint_interval(nnblas_trainer *trainer, double seconds) {
    static const nn_range R = {"seconds", 0, HUGE_VAL, false, false, "finite and 0 or above"};
    return set_real(trainer, offsetof(nn_settings, checkpoint_interval), &R, seconds);
}

nnblas_status nnblas_trainer_set_history_limit(nnblas_trainer *trainer, size_t epochs) {
    nnblas_status status = check_trainer(trainer);
    if (!status)
        trainer->settings.history_limit = epochs;
    return status;
}

/* ---- a group of processes -------------------------------------------------------------------- */

static nnblas_status check_group(const nnblas_group *group) {
    if (!group->begin_sum || !group->finish_sums || !group->broadcast)
        return nn_fail(NNBLAS_ERROR_NULL,
                       "begin_sum, finish_sums or broadcast of the group is null");
    if (group->rank >= group->ranks)
        return nn_fail(NNBLAS_ERROR_VALUE,
                       "the rank of the group is %zu; it must be below its %zu ranks", group->rank,
                       group->ranks);
    return NNBLAS_OK;
}

nnblas_status nnblas_trainer_set_group(nnblas_trainer *trainer, const nnblas_group *group,
                                       int ordered) {
    nnblas_status status = check_trainer(trainer);
    if (!status && group)
        status = check_group(group);
    if (status)
        return status;
    trainer->settings.group = group ? *group : (nnblas_group){.ranks = 0};
    trainer->settings.has_ordered_sums = group && ordered;
    return NNBLAS_OK;
}
