/* SPDX-License-Identifier: BSD-3-Clause */
/* A training that takes some milliseconds: rows, a network with biases, and its trainer. */
#ifndef SMALL_TRAINING_H
#define SMALL_TRAINING_H

#include "support/support.h"

enum { N = 83, INPUTS = 5, HIDDEN = 7, OUTPUTS = 2 };
enum { PARAMETERS = (INPUTS + 1) * HIDDEN + (HIDDEN + 1) * OUTPUTS };

enum { N_ALL_OPTIMIZERS = 8 };
extern const nnblas_optimizer ALL_OPTIMIZERS[N_ALL_OPTIMIZERS];

typedef struct training {
    problem p;
    nnblas_net *net;
    nnblas_trainer *trainer;
} training;

/* Always the same rows and the same first parameters. */
training make_training(nnblas_optimizer optimizer, double rate, size_t epochs);
void free_training(training *t);

/* Fits all rows. */
nnblas_status fit(const training *t);

double *get_parameters(const training *t);
void keep_parameters(const training *t, double *kept);
/* Whether the parameters have the bits of those that were kept. */
bool has_parameters(const training *t, const double *kept);

/* Whether parameter i belongs to W1 or W2, and not to b1 or b2. */
bool is_weight(size_t i);
/* The learning rate of an epoch, counted from 0. */
double get_rate(const training *t, size_t epoch);

#endif
