/* SPDX-License-Identifier: BSD-3-Clause */
/* Warnings of what may be wrong with a training, each with what to do: lines on stderr. */
#ifndef NNBLAS_COMMANDS_ADVICE_H
#define NNBLAS_COMMANDS_ADVICE_H

#include "commands/training_run.h"

/* After a training whose numbers overflowed. */
void advise_on_overflow(const training_run *run);

/* After a training whose rows are scored. */
void advise_on_result(const training_run *run);

#endif
