/* SPDX-License-Identifier: BSD-3-Clause */
/* A table as numbers, to train on. */
#ifndef NNBLAS_TABLE_DATASET_H
#define NNBLAS_TABLE_DATASET_H

#include "table/infer_schema.h"

/* N rows of features and targets; weights is null where each row counts as 1. cost_weights are
 * those in the cost, where classes have weights of their own, else null: scores are of the rows as
 * they are. true_Y are the targets as they were before they were scaled, where that cannot be
 * undone, else null. */
typedef struct {
    size_t N, inputs, outputs;
    double *X, *Y, *weights, *cost_weights, *true_Y;
    bool has_counts; /* the weights are whole numbers: each row stands for so many */
} dataset;

/* How many rows they stand for. */
double count_rows(const dataset *d);

/* The weights of the rows in the cost; null where each row counts as 1. */
static inline const double *get_cost_weights(const dataset *d) {
    return d->cost_weights ? d->cost_weights : d->weights;
}

/* Reads all rows of the source, infers their schema and encodes them; they are not scaled yet. The
 * caller frees the schema and the dataset, also after false. */
bool read_dataset(table_source *source, const column_choice *choice, skipped_rows *skipped,
                  note_list *notes, schema *s, dataset *d, table_error *error);
void free_dataset(dataset *d);

/* Notes how the table is read: what is between its values, unless commas; and that its first line
 * has names, where that is not plain since there are numbers below it. */
void note_delimiter(const table_source *source, note_list *notes);
void note_header(const table_source *source, const schema *s, note_list *notes);

/* Zeros, to be released by free(); adds the missing values of each feature to them; and notes them.
 */
size_t *make_counts(size_t count);
void count_missing(const schema *s, const dataset *d, size_t *counts);
void note_missing(const schema *s, const size_t *counts, note_list *notes);

/* Computes the means and deviations of the rows that are learnt from, not scaled yet. */
void infer_dataset_scaling(schema *s, const dataset *learnt);
void scale_dataset(const schema *s, dataset *d);

/* A copy of N of its rows, which may repeat. */
dataset take_rows(const dataset *d, const size_t *rows, size_t N);

#endif
