/* SPDX-License-Identifier: BSD-3-Clause */
/* What the setters of trainer.c were given. */
#include "core/arguments.h"
#include "training/training.h"

static nnblas_status check_trainer(const nnblas_trainer *trainer) {
    return nn_check_pointer("trainer", trainer);
}

/* All 0 where there is no trainer. */
static const nn_settings *get_settings(const nnblas_trainer *trainer) {
    static const nn_settings NONE = {0};
    return check_trainer(trainer) ? &NONE : &trainer->settings;
}

nnblas_net *nnblas_trainer_net(const nnblas_trainer *trainer) {
    return check_trainer(trainer) ? NULL : trainer->net;
}

/* ---- single numbers -------------------------------------------------------------------------- */

nnblas_optimizer nnblas_trainer_optimizer(const nnblas_trainer *trainer) {
    return get_settings(trainer)->optimizer;
}

double nnblas_trainer_learning_rate(const nnblas_trainer *trainer) {
    return get_settings(trainer)->learning_rate;
}

double nnblas_trainer_momentum(const nnblas_trainer *trainer) {
    return get_settings(trainer)->momentum;
}

double nnblas_trainer_weight_decay(const nnblas_trainer *trainer) {
    return get_settings(trainer)->weight_decay;
}

double nnblas_trainer_l1(const nnblas_trainer *trainer) {
    return get_settings(trainer)->l1;
}

size_t nnblas_trainer_batch_size(const nnblas_trainer *trainer) {
    return get_settings(trainer)->batch_size;
}

int nnblas_trainer_shuffle(const nnblas_trainer *trainer) {
    return get_settings(trainer)->shuffle;
}

uint64_t nnblas_trainer_seed(const nnblas_trainer *trainer) {
    return get_settings(trainer)->seed;
}

const double *nnblas_trainer_sample_weights(const nnblas_trainer *trainer) {
    return get_settings(trainer)->sample_weights;
}

const uint8_t *nnblas_trainer_mask(const nnblas_trainer *trainer) {
    return get_settings(trainer)->mask;
}

size_t nnblas_trainer_epochs(const nnblas_trainer *trainer) {
    return get_settings(trainer)->epochs;
}

double nnblas_trainer_desired_cost(const nnblas_trainer *trainer) {
    return get_settings(trainer)->desired_cost;
}

double nnblas_trainer_time_limit(const nnblas_trainer *trainer) {
    return get_settings(trainer)->time_limit;
}

double nnblas_trainer_validation_fraction(const nnblas_trainer *trainer) {
    return get_settings(trainer)->validation_fraction;
}

const double *nnblas_trainer_validation_weights(const nnblas_trainer *trainer) {
    return get_settings(trainer)->validation.weights;
}

nnblas_score nnblas_trainer_score(const nnblas_trainer *trainer) {
    return get_settings(trainer)->score;
}

size_t nnblas_trainer_patience(const nnblas_trainer *trainer) {
    return get_settings(trainer)->patience;
}

double nnblas_trainer_tolerance(const nnblas_trainer *trainer) {
    return get_settings(trainer)->tolerance;
}

size_t nnblas_trainer_history_limit(const nnblas_trainer *trainer) {
    return get_settings(trainer)->history_limit;
}

double nnblas_trainer_checkpoint_interval(const nnblas_trainer *trainer) {
    return get_settings(trainer)->checkpoint_interval;
}

double nnblas_trainer_scaled_conjugate_gradient(const nnblas_trainer *trainer) {
    return get_settings(trainer)->scg_tolerance;
}

/* ---- several at once ------------------------------------------------------------------------- */

/* output may be null. */
static void put_real(double *output, double value) {
    if (output)
        *output = value;
}

static void put_size(size_t *output, size_t value) {
    if (output)
        *output = value;
}

static void put_array(const double **output, const double *value) {
    if (output)
        *output = value;
}

static void put_user(void **output, void *value) {
    if (output)
        *output = value;
}

nnblas_status nnblas_trainer_adam(const nnblas_trainer *trainer, double *beta1, double *beta2,
                                  double *epsilon) {
    if (check_trainer(trainer))
        return NNBLAS_ERROR_NULL;
    put_real(beta1, trainer->settings.beta1);
    put_real(beta2, trainer->settings.beta2);
    put_real(epsilon, trainer->settings.epsilon);
    return NNBLAS_OK;
}

nnblas_status nnblas_trainer_lbfgs(const nnblas_trainer *trainer, size_t *memory,
                                   double *tolerance) {
    if (check_trainer(trainer))
        return NNBLAS_ERROR_NULL;
    put_size(memory, trainer->settings.lbfgs_memory);
    put_real(tolerance, trainer->settings.lbfgs_tolerance);
    return NNBLAS_OK;
}

nnblas_status nnblas_trainer_levenberg_marquardt(const nnblas_trainer *trainer, double *damping,
                                                 double *tolerance) {
    if (check_trainer(trainer))
        return NNBLAS_ERROR_NULL;
    put_real(damping, trainer->settings.damping);
    put_real(tolerance, trainer->settings.damping_tolerance);
    return NNBLAS_OK;
}

int nnblas_trainer_bayesian(const nnblas_trainer *trainer) {
    return get_settings(trainer)->is_bayesian;
}

int nnblas_trainer_posterior(const nnblas_trainer *trainer) {
    return get_settings(trainer)->keeps_posterior;
}

nnblas_status nnblas_trainer_evidence(const nnblas_trainer *trainer, double *decay, double *noise,
                                      double *effective, double *log_evidence) {
    if (check_trainer(trainer))
        return NNBLAS_ERROR_NULL;
    const nn_evidence *e = &trainer->evidence;
    if (e->noise == 0.0)
        return nn_fail(NNBLAS_ERROR_VALUE,
                       "there are no estimates: the last fit had no Bayesian regularisation or no "
                       "epoch, or it met the rows exactly");
    put_real(decay, e->decay);
    put_real(noise, e->noise);
    put_real(effective, e->effective);
    put_real(log_evidence, e->log_evidence);
    return NNBLAS_OK;
}

nnblas_status nnblas_trainer_schedule(const nnblas_trainer *trainer, nnblas_schedule *schedule,
                                      size_t *epochs, double *factor, double *last) {
    if (check_trainer(trainer))
        return NNBLAS_ERROR_NULL;
    if (schedule)
        *schedule = trainer->settings.schedule.kind;
    put_size(epochs, trainer->settings.schedule.epochs);
    put_real(factor, trainer->settings.schedule.factor);
    put_real(last, trainer->settings.schedule.last);
    return NNBLAS_OK;
}

nnblas_status nnblas_trainer_inverse_schedule(const nnblas_trainer *trainer, double *scale,
                                              double *power) {
    if (check_trainer(trainer))
        return NNBLAS_ERROR_NULL;
    put_real(scale, trainer->settings.schedule.scale);
    put_real(power, trainer->settings.schedule.power);
    return NNBLAS_OK;
}

nnblas_status nnblas_trainer_validation_rows(const nnblas_trainer *trainer, size_t *N,
                                             const double **X, size_t *ldx, const double **Y,
                                             size_t *ldy) {
    if (check_trainer(trainer))
        return NNBLAS_ERROR_NULL;
    const nn_rows *rows = &trainer->settings.validation;
    put_size(N, rows->N);
    put_array(X, rows->X);
    put_size(ldx, rows->ldx);
    put_array(Y, rows->Y);
    put_size(ldy, rows->ldy);
    return NNBLAS_OK;
}

nnblas_source *nnblas_trainer_validation_source(const nnblas_trainer *trainer) {
    return check_trainer(trainer) ? NULL : trainer->settings.validation_source;
}

nnblas_status nnblas_trainer_derivatives(const nnblas_trainer *trainer, double *derivative_weight,
                                         const double **dYdX, size_t *ldd) {
    if (check_trainer(trainer))
        return NNBLAS_ERROR_NULL;
    const nn_given_derivatives *given = &trainer->settings.derivatives;
    put_real(derivative_weight, given->weight);
    put_array(dYdX, given->data);
    put_size(ldd, given->ld);
    return NNBLAS_OK;
}

nnblas_status nnblas_trainer_group(const nnblas_trainer *trainer, nnblas_group *group,
                                   int *ordered) {
    if (check_trainer(trainer))
        return NNBLAS_ERROR_NULL;
    if (group)
        *group = trainer->settings.group;
    if (ordered)
        *ordered = trainer->settings.has_ordered_sums;
    return NNBLAS_OK;
}

nnblas_status nnblas_trainer_callback(const nnblas_trainer *trainer, nnblas_callback **callback,
                                      void **user) {
    if (check_trainer(trainer))
        return NNBLAS_ERROR_NULL;
    if (callback)
        *callback = trainer->settings.callback;
    put_user(user, trainer->settings.user);
    return NNBLAS_OK;
}

nnblas_status nnblas_trainer_epoch_callback(const nnblas_trainer *trainer,
                                            nnblas_epoch_callback **callback, void **user) {
    if (check_trainer(trainer))
        return NNBLAS_ERROR_NULL;
    if (callback)
        *callback = trainer->settings.epoch_callback;
    put_user(user, trainer->settings.epoch_user);
    return NNBLAS_OK;
}

const char *nnblas_trainer_checkpoint(const nnblas_trainer *trainer, size_t *epochs) {
    if (check_trainer(trainer))
        return NULL;
    const nn_settings *s = &trainer->settings;
    put_size(epochs, s->checkpoint_path ? s->checkpoint_epochs : 0);
    return s->checkpoint_path;
}
