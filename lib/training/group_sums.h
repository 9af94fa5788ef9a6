/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What a fit adds up over the ranks of its group in each step.
 *
 * A layer's updates are added up over the ranks while the engine adds up those of the layer before
 * it. The cost is known before the first of these sums, and goes with it, and so does whether a
 * rank is cancelled.
 */
#ifndef NN_GROUP_SUMS_H
#define NN_GROUP_SUMS_H

#include "engine/normal_equations.h"
#include "training/training.h"

typedef struct nn_layer_sums {
    nn_fit *fit;
    size_t begun; /* the sums of the updates from here to their end were begun */
} nn_layer_sums;

nn_layer_sums nn_begin_layer_sums(nn_fit *fit);

/* For nn_call: sums is an nn_layer_sums. */
void nn_begin_layer_sum(void *sums, size_t l, double cost);

/* Waits for the sums, after the begin of those of the layers that were not told of. Returns the
 * cost of all ranks, NaN where a call has failed. */
double nn_finish_layer_sums(nn_layer_sums *sums, double cost);

/* The cost that was added up along with whether ranks are cancelled: then all are. */
bool nn_is_own_cancelled(const nn_fit *fit);
double nn_take_group_cost(nn_fit *fit, const double sum[2]);

/* The cost of rows from this rank's part of it. */
double nn_sum_cost(nn_fit *fit, double cost);

/* Hessian, its diagonal, and gradient. */
void nn_sum_normal_equations(nn_group *group, nn_normal_equations *e);

/* What each rank has to say at the end of an epoch. */
typedef struct nn_epoch_end {
    nnblas_status status; /* an error of this rank alone */
    bool stops;           /* by a callback */
    bool is_over_time;
} nn_epoch_end;

/* Makes it what the ranks agree on, and checks that all have the same parameters. Returns an error
 * that all ranks return. */
nnblas_status nn_end_group_epoch(nn_fit *fit, nn_epoch_end *end);

#endif
