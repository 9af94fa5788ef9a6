/* SPDX-License-Identifier: BSD-3-Clause */
/* The settings of a training that are not given; some depend on the rows that are learnt from. */
#ifndef NNBLAS_COMMANDS_TRAINING_DEFAULTS_H
#define NNBLAS_COMMANDS_TRAINING_DEFAULTS_H

#include "commands/training_settings.h"
#include "table/dataset.h"

training_settings default_settings(void);

/* The learning rate unless one is given. */
double get_default_rate(nnblas_optimizer optimizer);

/* Those that are given, or else the default for so many rows, or for these. */
size_t get_hidden_units(const training_settings *settings, size_t layer, double rows);
uint64_t get_epochs(const training_settings *settings, const dataset *learnt);
uint64_t get_patience(const training_settings *settings, const dataset *learnt);
/* How far a cost has to fall to be an improvement, for the patience. */
double get_tolerance(const training_settings *settings);
uint64_t get_checkpoint_epochs(const training_settings *settings, const dataset *learnt);
schedule get_schedule(const training_settings *settings, const dataset *learnt);

double count_steps_an_epoch(const training_settings *settings, double rows);

#endif
