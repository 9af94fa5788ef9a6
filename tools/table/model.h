/* SPDX-License-Identifier: BSD-3-Clause */
/* A trained network with what it knows of its tables, and what it makes of the rows of one. */
#ifndef NNBLAS_TABLE_MODEL_H
#define NNBLAS_TABLE_MODEL_H

#include "table/rows.h"
#include "table/schema.h"

#include <nnblas.h>

typedef struct {
    nnblas_net *net;
    schema schema;
} table_model;

/* The text that the network carries its schema in. */
extern const char SCHEMA_KEY[];

/* Reads a model; path "-" is standard input. Says on stderr what is wrong. */
bool load_model(const char *command, const char *path, table_model *model);

/* Writes a network; path "-" is standard output. Says on stderr what is wrong. */
bool save_net(const char *command, const nnblas_net *net, const char *path);

void free_model(table_model *model);

/* ---- the rows of a table, in batches --------------------------------------------------------- */

enum { BATCH_ROWS = 1024 };

/* N rows of the table as numbers, and what the network makes of them. Y only with targets; numbers
 * in it are as the table has them. */
typedef struct {
    table_model *model;
    table_source source;
    skipped_rows skipped;
    size_t inputs, outputs, N;
    double *X, *Y, *O_out;
} model_reader;

/* How a command's table is to be read. */
typedef struct {
    source_format format;
    bool skips_bad_rows;
} table_options;

/* Each says on stderr what is wrong. */
bool open_reader(const char *command, model_reader *reader, table_model *model, const char *path,
                 const table_options *options, bool with_targets);
void close_reader(model_reader *reader);

/* N is 0 at the end of the table. */
bool predict_batch(const char *command, model_reader *reader);

/* Says on stderr how many rows were left out, if any, and the first reason. */
void report_skipped(const char *command, const char *name, const skipped_rows *skipped);

#endif
