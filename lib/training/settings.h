/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef NN_SETTINGS_H
#define NN_SETTINGS_H

#include "engine/derivative_engine.h"
#include "engine/engine.h"
#include "network/source.h"

/* What a schedule has no use for is 0: checkpoints compare it too. */
typedef struct nn_schedule {
    nnblas_schedule kind;
    size_t epochs;
    double factor, last, scale, power;
} nn_schedule;

/* The settings, with the names and meanings of nnblas.h. */
typedef struct nn_settings {
    nnblas_optimizer optimizer;
    uint8_t *mask;      /* for each parameter: 0 where it stays as it is, else 1; owned; or null */
    uint64_t mask_hash; /* 0 without one */
    double learning_rate, momentum, beta1, beta2, epsilon, weight_decay, l1;
    size_t lbfgs_memory;
    double lbfgs_tolerance, scg_tolerance;
    double damping, damping_tolerance; /* of Levenberg-Marquardt */
    bool is_bayesian;                  /* the same, with the decay by the evidence */
    bool keeps_posterior;              /* the same, for prediction intervals */
    nn_schedule schedule;
    size_t batch_size;
    bool shuffle;
    uint64_t seed;
    const double *sample_weights;
    nn_given_derivatives derivatives; /* the caller's; all 0 for none */
    size_t epochs;
    double desired_cost, time_limit;
    double validation_fraction;
    nn_rows validation; /* the caller's; N = 0 for none */
    nnblas_source *validation_source;
    nnblas_score score;
    size_t patience;
    double tolerance;
    nnblas_callback *callback;
    void *user;
    nnblas_epoch_callback *epoch_callback;
    void *epoch_user;
    char *checkpoint_path;
    size_t checkpoint_epochs;
    double checkpoint_interval;
    size_t history_limit; /* SIZE_MAX: none */
    nnblas_group group;   /* ranks = 0: none */
    bool has_ordered_sums;
} nn_settings;

#endif
