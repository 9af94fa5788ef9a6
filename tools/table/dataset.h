/* SPDX-License-Identifier: BSD-3-Clause */
/* A table to train on, as numbers. */
#ifndef NNBLAS_TABLE_DATASET_H
#define NNBLAS_TABLE_DATASET_H

#include "table/infer_schema.h"

/* N rows of features and targets, encoded and scaled. */
typedef struct {
    size_t N, inputs, outputs;
    double *X, *Y;
} dataset;

/* Reads all rows of the source, infers its schema, and encodes them by it. After false both are to
 * be freed as well. */
bool read_dataset(table_source *source, const column_choice *choice, skipped_rows *skipped,
                  schema *s, dataset *d, table_error *error);
void free_dataset(dataset *d);

#endif
