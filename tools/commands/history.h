/* SPDX-License-Identifier: BSD-3-Clause */
/* The epochs of a training as a table. */
#ifndef NNBLAS_COMMANDS_HISTORY_H
#define NNBLAS_COMMANDS_HISTORY_H

#include <nnblas.h>

#include <stdbool.h>

/* Writes the columns epoch, cost, validation_cost, learning_rate, seconds, score and
 * cost_after, the cost of all rows where none is held out, to path. False,
 * with a message on stderr, where that fails. */
bool write_history(const char *command, const nnblas_trainer *trainer, bool has_validation,
                   const char *path);

#endif
