/* SPDX-License-Identifier: BSD-3-Clause */
/* How a trainer steps: its optimizer, and what that needs. */
#ifndef NNBLAS_COMMANDS_TRAINER_STEPS_H
#define NNBLAS_COMMANDS_TRAINER_STEPS_H

#include "commands/training_settings.h"
#include "table/dataset.h"

nnblas_status set_steps(const training_settings *settings, const dataset *learnt,
                        double weight_decay, nnblas_trainer *trainer);

#endif
