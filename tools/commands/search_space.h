/* SPDX-License-Identifier: BSD-3-Clause */
/* The settings that nnblas search tries. */
#ifndef NNBLAS_COMMANDS_SEARCH_SPACE_H
#define NNBLAS_COMMANDS_SEARCH_SPACE_H

#include "commands/training_settings.h"
#include "table/names.h"

/* The options that are searched, in the order in which a trial is made of them. */
enum { OPTIMIZER, HIDDEN, ACTIVATION, LEARNING_RATE, WEIGHT_DECAY, BATCH, N_SEARCHED };
extern const char *const SEARCHED_OPTIONS[N_SEARCHED];

/* What each of them takes in one trial, as nnblas train reads it; "" is left out. */
typedef struct {
    char texts[N_SEARCHED][96];
} trial;

typedef struct {
    trial *trials;
    size_t count, capacity;
    name_list keys; /* of the trials: each is there once */
} trial_list;

/* Lists "A:B:C" and, of the learning rate and the weight decay, ranges "LEAST..MOST"; null where
 * the option was not given. */
typedef struct {
    const char *texts[N_SEARCHED];
} search_lists;

/* CARRY_ON; or EXIT_USAGE, with a message, where train would refuse a value. */
int check_search_lists(const char *command, const search_lists *lists, bool is_grid,
                       const training_settings *settings);

/* The first trial has the first value of each list, and of other options the default of train.
 * weight_decay: what those that are tried by default are around. */
trial_list list_grid(const search_lists *lists, double weight_decay);
/* Fewer where there are no others. */
trial_list draw_trials(const search_lists *lists, double weight_decay, size_t count, uint64_t seed);
void free_trials(trial_list *list);

/* Sets what the trial has. CARRY_ON, or EXIT_USAGE with a message. */
int take_trial(const char *command, const trial *t, training_settings *settings);

#endif
