/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Sums over the ranks with the bits of one process. That cuts all rows into parts by its plan for
 * them, and adds up the parts one after the other. Here each rank has some of these parts, and adds
 * them to what the ranks before it have added.
 */
#ifndef NN_GROUP_ORDER_H
#define NN_GROUP_ORDER_H

#include "training/training.h"

/* The plan of one process for these rows, if there were N of them. */
nn_plan nn_plan_all_rows(const nn_model *model, const nn_rows *rows, size_t N);

/* Refuses settings and shares that have no such sums; takes the rows of a part. */
nnblas_status nn_check_order(nn_fit *fit, const nn_rows *given);

/* The plan of this rank, which has those of the parts that are its own. */
nn_plan nn_plan_own_parts(const nn_fit *fit);

/* The vector of the sums. */
nnblas_status nn_open_ordered_sums(nn_fit *fit);

/* The gradient of all ranks, to the updates of the engine. Returns the cost. */
double nn_compute_ordered_gradient(nn_fit *fit);

#endif
