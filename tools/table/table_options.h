/* SPDX-License-Identifier: BSD-3-Clause */
/* The arguments that train, predict and evaluate have in common. */
#ifndef NNBLAS_TABLE_TABLE_OPTIONS_H
#define NNBLAS_TABLE_TABLE_OPTIONS_H

#include "cli/options.h"
#include "table/model.h"

#define TABLE_OPTIONS_HELP                                                                         \
    "  --header              the first line is a header; with neither option it is one where\n"    \
    "  --no-header           none of its values is a number\n"                                     \
    "  --delimiter C         what stands between values (default ,); tab for a tabulator\n"        \
    "  --skip-bad-rows       leave out rows with a missing or bad value, and say how many\n"

/* As they stand on the command line. */
typedef struct {
    bool has_header, has_no_header, skips_bad_rows;
    const char *delimiter;
} table_arguments;

enum { N_TABLE_OPTIONS = 4 };
void list_table_options(table_arguments *arguments, command_option *options);

/* CARRY_ON, or EXIT_USAGE with a message on stderr. */
int take_table_arguments(const char *command, const table_arguments *arguments,
                         table_options *options);

/* MODEL DATA.csv, with --output where output is not null. */
typedef struct {
    const char *model, *data;
    table_options table;
} model_arguments;

int read_model_arguments(int argc, char **argv, const char *help, const char **output,
                         model_arguments *arguments);

#endif
