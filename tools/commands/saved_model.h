/* SPDX-License-Identifier: BSD-3-Clause */
/* What a file of a network says about it. */
#ifndef NNBLAS_COMMANDS_SAVED_MODEL_H
#define NNBLAS_COMMANDS_SAVED_MODEL_H

#include "table/model.h"

#include <jansson.h>

/* has_schema: the network has that of a table, and fits it. */
typedef struct {
    table_model model;
    bool has_schema;
    json_t *training;   /* its record by nnblas train, or null */
    json_t *checkpoint; /* {"settings": {...}, "progress": {...}}, or null */
} saved_model;

/* path "-" is standard input. False with a message on stderr. */
bool read_saved_model(const char *command, const char *path, saved_model *saved);
void free_saved_model(saved_model *saved);

/* {"network": {...}, "networks": 1, "table": {...}, "training": {...}, "checkpoint": {...},
 * "metadata": {...}}; what there is not is null. */
json_t *pack_saved_model(const saved_model *saved);

#endif
