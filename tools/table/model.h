/* SPDX-License-Identifier: BSD-3-Clause */
/* A trained network with the schema of its tables. */
#ifndef NNBLAS_TABLE_MODEL_H
#define NNBLAS_TABLE_MODEL_H

#include "table/rows.h"
#include "table/schema.h"

#include <nnblas.h>

/* others: the networks of an ensemble beside the first. */
typedef struct {
    nnblas_net *net, **others;
    size_t n_others;
    schema schema;
} table_model;

/* Whether the network predicts a mean and a deviation of each target. */
static inline bool has_deviations(const table_model *model) {
    return nnblas_net_cost(model->net) == NNBLAS_GAUSSIAN;
}

/* The key of the network's metadata that holds the schema. */
extern const char SCHEMA_KEY[];

/* Unpacks the schema of the table from model->net; false where it has none that fits it. */
bool unpack_model(table_model *model);

/* The functions below that return false or null have printed what is wrong on stderr. */

/* Loads a network, and returns the bytes of its file, which the caller frees, or null. */
char *load_net_bytes(const char *command, const char *path, nnblas_net **net, size_t *size);

/* Loads a model; path "-" is standard input. */
bool load_model(const char *command, const char *path, table_model *model);
/* The same for a network that may have no schema: it is empty then. */
bool load_model_or_net(const char *command, const char *path, table_model *model);

/* Saves a network; path "-" is standard output. */
bool save_net(const char *command, const nnblas_net *net, const char *path);

void free_model(table_model *model);

/* The options for reading a table. decimal and thousands are marks in numbers, 0 where not given.
 * missing_texts: a list as for read_names(), or null. */
typedef struct {
    source_format format;
    char decimal, thousands;
    const char *missing_texts;
    bool skips_bad_rows, has_missing;
    missing_rule missing; /* where it was given; else that of the model, and imputed in training */
} table_options;

#endif
