/* SPDX-License-Identifier: BSD-3-Clause */
/* Online learning: single steps, whose optimizer the trainer keeps. */
#ifndef NN_ONLINE_H
#define NN_ONLINE_H

#include "training/training.h"

/* The next step begins with new vectors. */
void nn_drop_step_optimizer(nnblas_trainer *trainer);

#endif
