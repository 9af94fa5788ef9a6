/* SPDX-License-Identifier: BSD-3-Clause */
/* How far a label may lie from the output that predicts it, by the posterior of the parameters. */
#ifndef NN_INTERVAL_H
#define NN_INTERVAL_H

#include "engine/output_jacobian.h"

/* The parameters as Gauss and Newton's approximation has them: Gaussian around those of the
 * network, with the covariance noise (L L^T)^-1. */
typedef struct nn_posterior {
    double noise;   /* the variance of a label around the output of the true parameters */
    double *factor; /* L, parameters x parameters, row-major, 0 above the diagonal; null: none */
} nn_posterior;

/* Where a prediction goes, N x outputs. */
typedef struct nn_interval {
    double *O_out;
    size_t ldo;
    double *lower;
    size_t ldl;
    double *upper;
    size_t ldu;
} nn_interval;

/* O_out -+ quantile times the standard deviation of a label, whose variance is noise (1 + |L^-1
 * j|^2) with the derivatives j of the output. Fails only with NNBLAS_ERROR_MEMORY. */
nnblas_status nn_predict_intervals(const nn_model *model, const nn_posterior *posterior,
                                   const nn_rows *rows, double quantile,
                                   const nn_interval *interval);

#endif
