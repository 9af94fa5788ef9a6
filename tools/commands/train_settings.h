/* SPDX-License-Identifier: BSD-3-Clause */
/* The arguments of nnblas train and of nnblas tune, which takes those of train that its plans
 * depend on. */
#ifndef NNBLAS_COMMANDS_TRAIN_SETTINGS_H
#define NNBLAS_COMMANDS_TRAIN_SETTINGS_H

#include "cli/ranks.h"
#include "commands/training_options.h"
#include "table/infer_schema.h"
#include "table/table_options.h"

#define COLUMNS_HELP                                                                               \
    "  --target COLUMNS      what to predict\n"                                                    \
    "  --features COLUMNS    predict from these (default: all other columns)\n"                    \
    "  --ignore COLUMNS      do not predict from these\n"                                          \
    "  --text COLUMNS        texts, even if they look like numbers\n"                              \
    "  --classes, --numbers  the target is classes, or numbers\n"                                  \
    "  --weight COLUMN       the weights of the rows\n"                                            \
    "  --class-weights W     in the cost: balanced, or CLASS=NUMBER[,CLASS=NUMBER...] and 1 for\n" \
    "                        the others; scores are of the rows as they are\n"

/* A path that was not given is null. */
typedef struct {
    const char *data, *output, *history, *plot, *plans, *json;
    const char *features, *labels; /* arrays, in place of data */
    bool is_quiet;
    bool streams;               /* the rows of data stay in their file */
    bool tunes;                 /* nnblas tune: output are plans */
    double seconds;             /* tune: for all plans */
    uint64_t restarts, members; /* networks; 0 where not given */
    column_choice columns;
    table_options table;
    training_settings training;
    rank_options ranks;
} train_settings;

/* The functions below return CARRY_ON, or the status to exit with. */

/* Reads the options of the table and the training, and those of a command's own, which take the
 * place of others with their name. Files are not checked yet. given: may be null. */
int read_training_options(int argc, char **argv, const char *help, const command_option *own,
                          size_t n_own, train_settings *set, given_options *given);
/* For commands without checkpoints. */
int refuse_checkpoint(const char *command, const train_settings *set);
/* Standard input, which only one of the ranks of --mpi has. */
int refuse_shared_input(const char *command, const train_settings *set);

int read_train_settings(int argc, char **argv, train_settings *set);
int read_tune_settings(int argc, char **argv, train_settings *set);
/* Whether a model gets the posterior of its weights, as many numbers as the square of the weights:
 * only where nnblas predict can use it. */
bool keeps_posterior(const train_settings *set, output_kind kind);
void free_train_settings(train_settings *set);

#endif
