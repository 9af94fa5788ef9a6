/* SPDX-License-Identifier: BSD-3-Clause */
/* The rows of a table as the inputs of a model, and its outputs for them. */
#ifndef NNBLAS_TABLE_MODEL_READER_H
#define NNBLAS_TABLE_MODEL_READER_H

#include "table/csv_text.h"
#include "table/model.h"
#include "table/row_stream.h"

#include <pthread.h>

enum { BATCH_ROWS = 4096 };

/*
 * Some rows of the table: N good ones as scaled inputs X, and outputs O_out once they are
 * predicted. Y, if the targets are read too, holds the classes as 0 and 1 or the unscaled numbers.
 */
typedef struct {
    size_t rows; /* the good and the bad ones */
    bool is_good[BATCH_ROWS];
    size_t N;
    double *X, *Y, *O_out;
    double *O_spread;      /* between the networks; null where there is one */
    double *O_deviation;   /* of the targets; null where the model has none */
    double *lower, *upper; /* the ends of the intervals; null where there are none */
    double *weights;       /* null where they are not read */
    csv_text kept;         /* the values of each row that are kept */
    size_t kept_ends[BATCH_ROWS];
} row_batch;

/* What is read of each row, beside the features. */
typedef struct {
    bool has_targets;
    const char *weights;       /* a column, or null */
    bool has_training_weights; /* those of the training, where the table has their column */
    bool takes_first;          /* only the first batch: nothing is read ahead */
    double level;              /* of intervals, for a network with a posterior; 0: none */
    bool keeps_all;
    name_list kept;         /* names or numbers of columns, unless all are kept */
    const row_stream *rows; /* those of arrays, in place of a table; or null */
} row_parts;

/* While one batch is used, a thread reads the other. */
typedef struct {
    table_model *model;
    table_source source;    /* only its name is set where there are rows */
    const row_stream *rows; /* or null */
    size_t row;             /* the next of them */
    skipped_rows skipped;
    size_t inputs, outputs;
    double level;                  /* of intervals, 0: none */
    size_t *kept, n_kept, weights; /* positions of columns */
    bool has_training_weights;     /* their column is in the table */
    number_format weights_format;  /* of the column at weights, as the options say */
    bool may_have_commas;          /* decimal ones, in that column: no option says it */
    row_batch batches[2];
    size_t next; /* the batch that is read next, or is being read */
    bool is_alone, is_reading, is_read;
    pthread_t thread;
    table_error error; /* of the batch that is read, if it is not */
} model_reader;

/* The functions below that return false have printed what is wrong on stderr. */

bool open_reader(const char *command, model_reader *reader, table_model *model, const char *path,
                 const table_options *options, const row_parts *parts);
void close_reader(model_reader *reader);

/* The next rows; there are none at the end of the table. The batch is valid until the next call. */
bool read_batch(const char *command, model_reader *reader, row_batch **batch);

/* The same, with the outputs, and the intervals if they were asked for. */
bool predict_batch(const char *command, model_reader *reader, row_batch **batch);

#endif
