/* SPDX-License-Identifier: BSD-3-Clause */
/* The table of nnblas train and tune, and its rows as a training uses them. */
#ifndef NNBLAS_COMMANDS_TRAINING_DATA_H
#define NNBLAS_COMMANDS_TRAINING_DATA_H

#include "cli/text.h"
#include "commands/streamed_rows.h"
#include "commands/train_settings.h"
#include "table/dataset.h"

#include <stdio.h>

/* Rows that are not scaled yet. Prints on stderr warnings, and what is wrong. The caller frees all
 * three, also after false. */
bool read_training_data(const char *command, const train_settings *set, note_list *notes, schema *s,
                        dataset *d);

/* "column 5 (species)", or of an array "column 1 of the labels". */
shown_column show_target(const train_settings *set, const schema *s, const table_column *target);

/* Whether the targets of these rows, not scaled yet, are for --cost; with a message if not. */
bool check_targets(const char *command, const train_settings *set, const schema *s,
                   const dataset *d);

/*
 * Without held out rows the cost of the learnt ones decides. That of 5000 rows of 20 columns, with
 * 200 hidden units, takes half to nine tenths of the time of an epoch of 32 rows a step. So of more
 * rows a sample decides, stratified as a validation set is where the rows are in memory.
 */
enum { MOST_DECIDING_ROWS = 2000 };

/* held_out is empty without --validation. Then sample has some of the learnt rows, or is empty
 * where they are few and in memory. streamed: null, or the learnt rows, which then have only their
 * numbers N, inputs and outputs.
 *
 * are_divided: the rows of streamed, held_out and sample are those of this rank alone, and learnt.N
 * is the number of all. elsewhere: how many rows of the two are on other ranks. */
typedef struct {
    dataset learnt, held_out, sample;
    streamed_rows *streamed;
    bool are_divided;
    struct {
        size_t held_out, sample;
    } elsewhere;
} training_rows;

/* Those of all ranks. */
static inline size_t count_held_out(const training_rows *rows) {
    return rows->held_out.N + rows->elsewhere.held_out;
}

static inline size_t count_sampled(const training_rows *rows) {
    return rows->sample.N + rows->elsewhere.sample;
}

/* Those whose cost after an epoch decides whether it is kept: held out rows, else the sample, else
 * all. */
const dataset *get_deciding_rows(const training_rows *rows);

/* Divides the rows, and scales them by the means and deviations of those that are learnt from. The
 * rows of d move; d is empty then. A single row is learnt from. */
void split_rows(const training_settings *settings, schema *s, dataset *d, training_rows *rows);
/* Targets of a deviance stay above 0: they are divided by their means. */
void scale_by_means(column_list *targets);
void free_training_rows(training_rows *rows);

/* "120 rows of iris.csv: 4 features as 4 inputs; 3 classes of species", and how many are held out.
 */
void print_training_data(FILE *stream, const train_settings *set, const schema *s,
                         const training_rows *rows);

#endif
