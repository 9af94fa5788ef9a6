/* SPDX-License-Identifier: BSD-3-Clause */
/* The arguments that the commands for tables share. */
#ifndef NNBLAS_TABLE_TABLE_OPTIONS_H
#define NNBLAS_TABLE_TABLE_OPTIONS_H

#include "cli/files.h"
#include "cli/options.h"
#include "table/model.h"

#define TABLE_OPTIONS_HELP                                                                         \
    "  --header              the first line is a header\n"                                         \
    "  --no-header           the first line is no header (default: it is one if none of its\n"     \
    "                        values is a number)\n"                                                \
    "  --delimiter C         the character between values, or tab (default: , ; tab or | by the\n" \
    "                        first rows)\n"                                                        \
    "  --decimal C           the decimal mark of numbers, . or ,\n"                                \
    "  --thousands C         the mark between thousands: , . ' _ or space\n"                       \
    "  --na TEXT[,TEXT...]   these texts, too, stand for a missing value; a model keeps them\n"    \
    "  --missing RULE        missing values of features: impute (the mean, or a category of\n"     \
    "                        their own; the default, unless the model has another rule), refuse\n" \
    "                        them, or skip the row\n"                                              \
    "  --skip-bad-rows       skip bad rows, and print how many and the first ten\n"

/* The arguments as given. */
typedef struct {
    bool has_header, has_no_header, skips_bad_rows;
    const char *delimiter, *decimal, *thousands, *missing, *missing_texts;
} table_arguments;

enum { N_TABLE_OPTIONS = 8 };
void list_table_options(table_arguments *arguments, command_option *options);

/* One that was given, or null. */
const char *find_table_argument(const table_arguments *arguments);

/* CARRY_ON, or EXIT_USAGE with a message on stderr. */
int take_table_arguments(const char *command, const table_arguments *arguments,
                         table_options *options);

/* ---- commands that use a model ----------------------------------------------------------------
 */

#define MODEL_OPTIONS_HELP                                                                         \
    TABLE_OPTIONS_HELP                                                                             \
    "  --threads N           use at most N threads (default 0: as many as there are processors)\n"

/* MODEL DATA.csv, or arrays in place of the table: options of the command's own set them. */
typedef struct {
    const char *model, *data;
    const char *features, *labels;
    uint64_t threads;
    table_options table;
} model_arguments;

/* Reads them, the options of tables, --threads, which it sets, and the command's own, of which
 * there are at most 16. Returns CARRY_ON or the status to exit with. */
int read_model_arguments(int argc, char **argv, const char *help, const command_option *own,
                         size_t n_own, model_arguments *arguments);

/* check_files() of what is read and of at most 4 files that are written. */
int check_model_files(const char *command, const model_arguments *arguments,
                      const file_argument *written, size_t n_written);

#endif
