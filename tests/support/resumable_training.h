/* SPDX-License-Identifier: BSD-3-Clause */
/* A training that may be interrupted and go on from its checkpoint. */
#ifndef RESUMABLE_TRAINING_H
#define RESUMABLE_TRAINING_H

#include "support/small_training.h"

/* How it trains, and where it saves. */
typedef struct recipe {
    nnblas_optimizer optimizer;
    double rate;
    size_t batch;
    double fraction;
    bool has_plateau, is_bayesian;
    nnblas_score score;
    char path[64];
} recipe;

enum { RECIPE_EPOCHS = 24 };

training begin_recipe(const recipe *r, uint64_t seed);

/* Two histories are the same but for the seconds. */
void check_same_history(const nnblas_trainer *a, const nnblas_trainer *b);

#endif
