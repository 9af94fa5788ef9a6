/* SPDX-License-Identifier: BSD-3-Clause */
/* The algorithm in its plainest form: triple loops over doubles and libm's exp. The library is
 * compared with it, in numbers and in time. One hidden layer, contiguous row-major matrices, the
 * names of nnblas.h. */
#ifndef NAIVE_H
#define NAIVE_H

#include <stddef.h>

typedef struct naive_iteration {
    size_t N, inputs, hidden, outputs;
    const double *X, *Y;
    double *W1, *W2;
    /* The workspace, all of which the functions below write. */
    double *H_out, *O_out, *O_delta, *H_delta, *W1_update, *W2_update;
} naive_iteration;

/* How many doubles the six matrices of the workspace take together for the sizes set in it. */
size_t naive_count_workspace(const naive_iteration *it);

/* Lays the six matrices out one after the other in the caller's workspace. */
void naive_lay_out_workspace(naive_iteration *it, double *workspace);

/* H_out and O_out. */
void naive_feedforward(const naive_iteration *it);

/* 1/(2N) sum (O_out - Y)^2, from the given O_out. */
double naive_compute_mse(const naive_iteration *it);

/* O_delta and H_delta, from the given H_out and O_out. */
void naive_compute_deltas(const naive_iteration *it);

/* W1_update and W2_update, from the given deltas. */
void naive_compute_updates(const naive_iteration *it);

/* All four of the above in their order; returns the mse. */
double naive_gradient(const naive_iteration *it);

/* naive_gradient and then W := W - learning_rate W_update; returns the mse before the step. */
double naive_step(const naive_iteration *it, double learning_rate);

#endif
