/* SPDX-License-Identifier: BSD-3-Clause */
/* One step of an optimizer over a batch. */
#ifndef NN_STEP_H
#define NN_STEP_H

#include "training/training.h"

/* "weight_decay 1e+200 or ", where that makes steps too large whatever the gradient is: with a
 * decay above 2 / rate each step of gradient descent makes each weight larger, and the larger of
 * the two is to blame. Else "". */
typedef struct nn_named_term {
    char words[64];
} nn_named_term;
nn_named_term nn_name_large_term(const nn_settings *settings, double rate);

/* *cost is the cost before the step. */
nnblas_status nn_take_step(nn_fit *fit, const nn_rows *batch, double rate, double *cost);

#endif
