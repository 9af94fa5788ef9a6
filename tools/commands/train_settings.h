/* SPDX-License-Identifier: BSD-3-Clause */
/* The arguments of nnblas train and of nnblas tune, which takes those of train that its plans
 * depend on. */
#ifndef NNBLAS_COMMANDS_TRAIN_SETTINGS_H
#define NNBLAS_COMMANDS_TRAIN_SETTINGS_H

#include "commands/training.h"
#include "table/infer_schema.h"
#include "table/table_options.h"

/* A path that was not given is null. */
typedef struct {
    const char *data, *output, *history, *plot, *plans;
    bool is_quiet;
    bool tunes;     /* nnblas tune: output are plans */
    double seconds; /* tune: for all plans */
    column_choice columns;
    table_options table;
    training_settings training;
} train_settings;

/* CARRY_ON, or the status to exit with. */
int read_train_settings(int argc, char **argv, train_settings *set);
int read_tune_settings(int argc, char **argv, train_settings *set);
void free_train_settings(train_settings *set);

#endif
