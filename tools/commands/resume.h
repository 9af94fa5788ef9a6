/* SPDX-License-Identifier: BSD-3-Clause */
/* Whether a training can go on from a checkpoint. */
#ifndef NNBLAS_COMMANDS_RESUME_H
#define NNBLAS_COMMANDS_RESUME_H

#include "commands/training_run.h"

/* Whether there is a checkpoint to go on from. */
bool has_checkpoint(const training_settings *training);

/*
 * Whether the checkpoint is of a training on this table: with the same columns, classes and values,
 * and as many rows held out. Prints on stderr the first difference. What else is wrong with it is
 * left to nnblas_trainer_resume.
 */
bool is_table_of_checkpoint(const training_run *run);

#endif
