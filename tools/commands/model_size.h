/* SPDX-License-Identifier: BSD-3-Clause */
/* Whether a model will fit in a file: found out before the training, not after it. */
#ifndef NNBLAS_COMMANDS_MODEL_SIZE_H
#define NNBLAS_COMMANDS_MODEL_SIZE_H

#include "commands/training_run.h"

/* The network of the run has its schema and its record. False, with a message on stderr, where it
 * is to be saved and cannot be. */
bool check_model_size(const training_run *run);

#endif
