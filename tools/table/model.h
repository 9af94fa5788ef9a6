/* SPDX-License-Identifier: BSD-3-Clause */
/* A trained network with the schema of its tables, and its predictions for the rows of a table. */
#ifndef NNBLAS_TABLE_MODEL_H
#define NNBLAS_TABLE_MODEL_H

#include "table/rows.h"
#include "table/schema.h"

#include <nnblas.h>

typedef struct {
    nnblas_net *net;
    schema schema;
} table_model;

/* The key of the network's metadata that holds the schema. */
extern const char SCHEMA_KEY[];

/* The functions below that return false have printed what is wrong on stderr. */

/* Loads a model; path "-" is standard input. */
bool load_model(const char *command, const char *path, table_model *model);
/* The same for a network that may have no schema: it is empty then. */
bool load_model_or_net(const char *command, const char *path, table_model *model);

/* Saves a network; path "-" is standard output. */
bool save_net(const char *command, const nnblas_net *net, const char *path);

void free_model(table_model *model);

/* ---- the rows of a table, in batches --------------------------------------------------------- */

enum { BATCH_ROWS = 1024 };

/* N rows of the table as scaled inputs X and the outputs for them. Y, if the targets are read too,
 * holds the classes as 0 and 1 or the unscaled numbers. */
typedef struct {
    table_model *model;
    table_source source;
    skipped_rows skipped;
    size_t inputs, outputs, N;
    double *X, *Y, *O_out;
} model_reader;

/* The options for reading a table. decimal and thousands are marks in numbers, 0 where not given.
 */
typedef struct {
    source_format format;
    char decimal, thousands;
    bool skips_bad_rows;
} table_options;

bool open_reader(const char *command, model_reader *reader, table_model *model, const char *path,
                 const table_options *options, bool with_targets);
void close_reader(model_reader *reader);

/* Reads and predicts the next BATCH_ROWS rows; N is 0 at the end of the table. */
bool predict_batch(const char *command, model_reader *reader);

/* Prints on stderr how many rows were skipped, if any, and the first error. */
void report_skipped(const char *command, const char *name, const skipped_rows *skipped);

#endif
