/* SPDX-License-Identifier: BSD-3-Clause */
/* Trainings of different networks on the same rows, for nnblas_fit_many. */
#ifndef MANY_TRAININGS_H
#define MANY_TRAININGS_H

#include "support/support.h"

typedef struct many_trainings {
    problem p;
    size_t count;
    nnblas_net **nets;
    nnblas_trainer **trainers;
    nnblas_status *statuses;
} many_trainings;

/* Always the same for a count and an optimizer. Training i has a size, a seed, batches, validation
 * rows and epochs of its own; each seventh is so large that a fit would divide it among threads. */
many_trainings make_many(size_t count, nnblas_optimizer optimizer);
void free_many(many_trainings *m);

/* nnblas_fit_many with statuses. */
nnblas_status fit_many(many_trainings *m);
/* nnblas_trainer_fit of each, with its status. */
void fit_each(many_trainings *m);

/* Status, history but for the seconds, and the bits of the parameters of training i. */
void check_same_training(const many_trainings *a, const many_trainings *b, size_t i);
void check_same_trainings(const many_trainings *a, const many_trainings *b);

#endif
