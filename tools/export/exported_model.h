/* SPDX-License-Identifier: BSD-3-Clause */
/* A trained model as it is exported: with the schema of a table, or a network alone. */
#ifndef NNBLAS_EXPORT_EXPORTED_MODEL_H
#define NNBLAS_EXPORT_EXPORTED_MODEL_H

#include "table/model.h"

/* A network without a schema gets one of numbers that are not scaled, called "input 1" and so on.
 */
typedef struct {
    table_model model;
    bool has_table;
} exported_model;

/* Loads a model or a network; path "-" is standard input. False after a message on stderr. */
bool load_exported_model(const char *command, const char *path, exported_model *exported);
void free_exported_model(exported_model *exported);

/* The networks of an ensemble, whose outputs are averaged; any other model has one. */
size_t count_members(const exported_model *exported);
const nnblas_net *get_member(const exported_model *exported, size_t m);

size_t count_features_of_kind(const schema *s, column_kind kind);
/* Numbers and dates. */
size_t count_scaled_features(const schema *s);
/* Whether a feature has an indicator behind it. */
bool has_gaps(const schema *s);

/* A mean and a deviation for each output: 0 and 1 for those that are not scaled. is_needed: whether
 * any is. */
typedef struct {
    double *means, *deviations;
    size_t count;
    bool is_needed;
} output_scaling;
output_scaling get_output_scaling(const schema *s);
void free_output_scaling(output_scaling *scaling);

#endif
