/* SPDX-License-Identifier: BSD-3-Clause */
/* The table of nnblas train and tune. */
#ifndef NNBLAS_COMMANDS_TRAINING_DATA_H
#define NNBLAS_COMMANDS_TRAINING_DATA_H

#include "commands/train_settings.h"
#include "table/dataset.h"

#include <stdio.h>

/* Scaled rows. Prints on stderr warnings, and what is wrong. The caller frees all three, also after
 * false. */
bool read_training_data(const char *command, const train_settings *set, note_list *notes, schema *s,
                        dataset *d);

/* "150 rows of iris.csv: 4 features as 4 inputs; 3 classes of species" */
void print_training_data(FILE *stream, const train_settings *set, const schema *s,
                         const dataset *d);

#endif
