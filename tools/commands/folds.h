/* SPDX-License-Identifier: BSD-3-Clause */
/* Trainings on all folds of a table but one, and their scores on that one. */
#ifndef NNBLAS_COMMANDS_FOLDS_H
#define NNBLAS_COMMANDS_FOLDS_H

#include "cli/options.h"
#include "commands/learn.h"
#include "commands/underfit.h"
#include "table/dataset.h"
#include "table/scores.h"

#define FOLD_OPTIONS_HELP                                                                          \
    "  --folds K             divide the rows into K folds (default 5)\n"                           \
    "  --repeats R           do so R times, each with another seed (default 1)\n"

enum { N_FOLD_OPTIONS = 2 };

/* The rows are not scaled: each training has the scaling of the rows it learns from. Training i, of
 * k * repeats, holds out fold i % k of repeat i / k. */
typedef struct {
    const schema *schema;
    const dataset *rows;
    uint64_t k, repeats;
    uint64_t members;  /* of an ensemble that each training is of; 0 where it is one network */
    size_t *folds;     /* of each row, for each repeat */
    bool packs_scores; /* as JSON too */
} fold_plan;

void list_fold_options(fold_plan *plan, command_option *options);

/* False, after a message, if there are fewer rows than folds. seed: of the first repeat, from which
 * that of each other is one more. */
bool deal_folds(const char *command, const schema *s, const dataset *rows, uint64_t seed,
                fold_plan *plan);
void free_folds(fold_plan *plan);

/* Scores of some rows. */
typedef struct {
    size_t rows, n_measures;
    double skill;
    measure measures[MOST_MEASURES];
    json_t *json; /* null unless they are packed */
} row_scores;

typedef struct {
    bool is_complete;
    nnblas_status status;
    failure_text problem; /* of a status below 0 */
    size_t epochs;        /* of all networks */
    double seconds;
    row_scores learnt, held_out;
    fit_signs signs; /* of its last network */
} fold_result;

/* Prints nothing; folds may be learnt at the same time. */
fold_result learn_fold(const fold_plan *plan, const training_settings *settings, size_t i);
void free_fold_result(fold_result *result);
/* For another process of the same program. The caller frees what is packed. */
void *pack_fold_result(const fold_result *result, size_t *bytes);
fold_result unpack_fold_result(const void *packed, size_t bytes);

/* On a terminal, "3 of 5 trainings" in a line that changes; and its end. */
void show_trainings_done(size_t done, size_t count);
void end_trainings_done(void);

#endif
