/* SPDX-License-Identifier: BSD-3-Clause */
/* The settings of a training that are not given; some depend on the rows that are learnt from. */
#ifndef NNBLAS_COMMANDS_TRAINING_DEFAULTS_H
#define NNBLAS_COMMANDS_TRAINING_DEFAULTS_H

#include "commands/training_settings.h"

training_settings default_settings(void);

/* The learning rate unless one is given. */
double get_default_rate(nnblas_optimizer optimizer);

/* Those that are given, or else the default for so many rows. */
size_t get_hidden_units(const training_settings *settings, size_t layer, size_t rows);
uint64_t get_epochs(const training_settings *settings, size_t rows);
uint64_t get_checkpoint_epochs(const training_settings *settings, size_t rows);
schedule get_schedule(const training_settings *settings, size_t rows);

double count_steps_an_epoch(const training_settings *settings, size_t rows);

#endif
