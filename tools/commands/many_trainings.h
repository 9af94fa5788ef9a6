/* SPDX-License-Identifier: BSD-3-Clause */
/* nnblas train with --restarts or --ensemble: several trainings from different seeds. */
#ifndef NNBLAS_COMMANDS_MANY_TRAININGS_H
#define NNBLAS_COMMANDS_MANY_TRAININGS_H

#include "commands/training_run.h"

bool has_many_trainings(const train_settings *set);

/* CARRY_ON, or EXIT_USAGE with a message. */
int check_many_trainings(const char *command, const train_settings *set);

/*
 * Trains networks of the seeds from --seed on, as many at the same time as there are processors.
 * The model of the run becomes the one of the lowest cost of the rows that decide, or the ensemble
 * of all; its trainer and status those of that network, or of the first. False after an error, with
 * a message.
 */
bool train_many(training_run *run);

#endif
