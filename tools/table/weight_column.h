/* SPDX-License-Identifier: BSD-3-Clause */
/* The column with the weights of the rows that a model is scored on. */
#ifndef NNBLAS_TABLE_WEIGHT_COLUMN_H
#define NNBLAS_TABLE_WEIGHT_COLUMN_H

#include "cli/options.h"
#include "table/model_reader.h"

#define WEIGHT_OPTIONS_HELP                                                                        \
    "  --weight COLUMN       the weights of the rows (default: the column that had them in the\n"  \
    "                        training, where the table has it)\n"                                  \
    "  --no-weight           each row counts 1\n"

typedef struct {
    const char *column;
    bool has_none;
} weight_arguments;

enum { N_WEIGHT_OPTIONS = 2 };
void list_weight_options(weight_arguments *arguments, command_option *options);
/* CARRY_ON, or EXIT_USAGE with a message on stderr. */
int take_weight_arguments(const char *command, const weight_arguments *arguments, row_parts *parts);

/* Says on stderr where the rows have the weights of the training, and where the table lacks them.
 */
void report_training_weights(const char *command, const model_reader *reader);
/* The second alone; returns whether it is so. */
bool report_lacking_weights(const char *command, const model_reader *reader);

#endif
