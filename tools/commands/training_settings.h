/* SPDX-License-Identifier: BSD-3-Clause */
/* The settings of a training, as the options of nnblas train have them. */
#ifndef NNBLAS_COMMANDS_TRAINING_SETTINGS_H
#define NNBLAS_COMMANDS_TRAINING_SETTINGS_H

#include "commands/schedule.h"

#include <nnblas.h>

#include <stdint.h>
#include <stdio.h>

enum { MOST_HIDDEN_LAYERS = 16 };
#define PATIENCE_BY_ROWS UINT64_MAX

/* What is not given is 0 in hidden, epochs and checkpoint_epochs, and below 0 in momentum,
 * damping, the three tolerances and weight_decay; patience is PATIENCE_BY_ROWS then. */
typedef struct {
    size_t hidden[MOST_HIDDEN_LAYERS], n_hidden;
    nnblas_activation activations[MOST_HIDDEN_LAYERS]; /* one of each hidden layer, or of all */
    size_t n_activations;
    nnblas_optimizer optimizer;
    nnblas_cost cost;      /* of targets that are numbers; NNBLAS_MSE for the others */
    double cost_parameter; /* 0 for the default, and for a cost without one */
    double l1;
    schedule schedule;
    size_t batch; /* 0 = all rows */
    uint64_t epochs, patience, seed, threads, checkpoint_epochs;
    double learning_rate, momentum, weight_decay, validation, time_limit;
    uint64_t lbfgs_memory;
    double lbfgs_tolerance, scg_tolerance;
    double damping, damping_tolerance;
    const char *checkpoint;
    bool is_resumed, is_bayesian;
    bool has_score, has_skip;
    bool is_searched; /* by nnblas search: each trial has an optimizer of its own */
} training_settings;

static inline bool is_given(double setting) {
    return setting >= 0.0;
}

/* Names separated by commas, up to most of them. How many; 0 where there is no such activation. */
size_t read_activations(const char *text, size_t most, nnblas_activation *activations);
/* False where there is none of this name. */
bool find_optimizer(const char *name, nnblas_optimizer *optimizer);

/* Whether the optimizer takes steps by a learning rate; the others search the lowest cost of all
 * rows. */
bool has_rate(const training_settings *settings);

/* Of exponential outputs, for targets that are not below 0. */
static inline bool is_deviance(nnblas_cost cost) {
    return cost == NNBLAS_POISSON || cost == NNBLAS_GAMMA;
}

/* Reads "huber" or "huber:0.5". False where there is no such cost, or it has no such parameter. */
bool read_cost(const char *text, training_settings *settings);

/* As options have them. */
typedef struct {
    char text[16 * MOST_HIDDEN_LAYERS];
} activation_names;
activation_names name_activations(const training_settings *settings);
const char *name_optimizer(const training_settings *settings);
const char *name_schedule(const training_settings *settings);

/* "4-32-3 relu; adam, learning rate 0.02, 32 rows a step; seed 1" */
void print_settings(FILE *stream, const training_settings *settings, const nnblas_net *net);

#endif
