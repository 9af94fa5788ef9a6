/* SPDX-License-Identifier: BSD-3-Clause */
/* One run of nnblas train, and what it reports. */
#ifndef NNBLAS_COMMANDS_TRAINING_RUN_H
#define NNBLAS_COMMANDS_TRAINING_RUN_H

#include "cli/progress.h"
#include "commands/training_data.h"
#include "table/model_reader.h"
#include "table/scores.h"

/* One of several networks that are trained. epochs is 0 where its training did not begin. */
typedef struct {
    uint64_t seed;
    size_t epochs;
    double cost, score; /* of the epoch that is kept; score is NaN without --score */
    bool is_kept;
} trained_network;

typedef struct {
    const train_settings *settings;
    const char *command;
    int argc;
    char **argv;   /* with the command */
    FILE *summary; /* null when quiet */
    note_list notes;
    table_model model;
    training_rows rows;
    dataset share; /* the learnt rows of this process, a view of them */
    uint64_t hash; /* of the rows before they are scaled */
    nnblas_trainer *trainer;
    trained_network *networks; /* of --restarts or --ensemble */
    size_t n_networks;
    progress progress;
    nnblas_status status;
    size_t first_epoch;         /* of this process; 0 where it had none */
    double seconds;             /* of this process */
    scores learnt, held_out;    /* of the network that is kept */
    bool has_failed_checkpoint; /* and the warning of it */
    bool is_saved;              /* the model is in its file, perhaps without the scores */
} training_run;

/* Whether rows are held out for the validation. */
static inline bool has_validation(const training_run *run) {
    return count_held_out(&run->rows) > 0;
}

/* The epoch whose parameters the network has in the end: that of the highest score, else of the
 * lowest cost after it. cost is NaN, and epoch 0, where no epoch was completed. */
nnblas_epoch find_kept_epoch(const training_run *run);

/* Whether rows weigh differently in the cost that decides. */
bool has_weighted_cost(const training_run *run);

/* Its cost after it, of the rows that decide. */
double get_deciding_cost(const nnblas_epoch *epoch);

/* Why the training ended. */
typedef struct {
    char text[128];
} end_text;

end_text explain_end(const training_run *run);

/* Those of the training; of an ensemble the sum over its networks. */
size_t count_epochs(const training_run *run);

/* Of all epochs, those of the checkpoint included. */
double get_seconds_of_epochs(const training_run *run);

/* Scores the network on the rows that were learnt from and on those that were held out. */
nnblas_status score_rows(training_run *run);

/* The table of the run, its settings and its plans. */
void print_beginning(const training_run *run);
/* How the training ended, and which epoch is kept. */
void print_end(const training_run *run);
/* The measures of both kinds of rows, and the line that ends the summary. */
void print_result(const training_run *run);

#endif
