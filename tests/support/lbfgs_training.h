/* SPDX-License-Identifier: BSD-3-Clause */
/* A training by L-BFGS, where the library has it and the test sets no other optimizer, on rows that
 * the test fills in. */
#ifndef LBFGS_TRAINING_H
#define LBFGS_TRAINING_H

#include "support/support.h"

typedef struct lbfgs_training {
    nnblas_net *net; /* with biases */
    nnblas_trainer *trainer;
    size_t N, inputs, outputs, parameter_count;
    double *X, *Y; /* contiguous, 0 at first */
    double *parameters;
    double decay;
} lbfgs_training;

lbfgs_training make_lbfgs_training(const size_t *sizes, size_t n_sizes, kind k, size_t N);
void free_lbfgs_training(lbfgs_training *t);

nnblas_status fit_lbfgs(const lbfgs_training *t);
/* The cost, without the decay. */
double get_cost(const lbfgs_training *t);
/* The norm of the gradient of the cost with the decay; gradient (parameter_count) may be null. */
double get_gradient_norm(const lbfgs_training *t, double *gradient);
/* The share of the variance of Y that the network leaves: 1 - R^2. */
double get_unexplained_variance(const lbfgs_training *t);

#endif
