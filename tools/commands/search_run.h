/* SPDX-License-Identifier: BSD-3-Clause */
/* One run of nnblas search, and what it finds. */
#ifndef NNBLAS_COMMANDS_SEARCH_RUN_H
#define NNBLAS_COMMANDS_SEARCH_RUN_H

#include "commands/fold_means.h"
#include "commands/search_space.h"
#include "commands/train_settings.h"

/* What became of a trial: plan.k * plan.repeats results. */
typedef struct {
    size_t number; /* from 1 */
    const trial *trial;
    const fold_result *results;
    bool is_complete;
    const char *problem; /* null where no training failed */
    fold_mean score, learnt;
    double rank, tie; /* the best has the highest rank, and of those the least tie */
    double seconds;
} outcome;

typedef struct {
    const char *command;
    train_settings settings;
    given_options given;
    search_lists lists;
    uint64_t n_trials;
    bool is_grid;
    double time_limit; /* 0 = none */
    const char *json, *measure;
    FILE *summary; /* null when quiet */
    note_list notes;
    schema schema;
    dataset rows;
    fold_plan plan;
    trial_list trials;
    size_t folds; /* trainings of a trial */
    fold_result *results;
    outcome *outcomes;
    size_t measure_index;
    double start, seconds;
} search;

/* ---- the order of the trials ----------------------------------------------------------------- */

/* The best first, behind all the ones that are not complete. False, with a message, where there is
 * no best. */
bool sort_trials(search *s);
size_t count_complete_trials(const search *s);

/* That by which they are sorted. */
const measure *get_ranking_measure(const search *s);

/* ---- what is printed ------------------------------------------------------------------------- */

void print_search_beginning(const search *s);
void print_search_result(const search *s);

/* The command line of nnblas train with the settings of the trial. The caller frees it. */
char *write_train_line(const search *s, const trial *best);

/* The file of --json, if there is one. False, with a message on stderr, if it cannot be written. */
bool write_search(const search *s);

#endif
