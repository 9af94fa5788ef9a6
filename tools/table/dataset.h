/* SPDX-License-Identifier: BSD-3-Clause */
/* A table as numbers, to train on. */
#ifndef NNBLAS_TABLE_DATASET_H
#define NNBLAS_TABLE_DATASET_H

#include "table/infer_schema.h"

/* N rows of features and targets, encoded and scaled. */
typedef struct {
    size_t N, inputs, outputs;
    double *X, *Y;
} dataset;

/* Reads all rows of the source, infers their schema and encodes them. The caller frees the schema
 * and the dataset, also after false. */
bool read_dataset(table_source *source, const column_choice *choice, skipped_rows *skipped,
                  schema *s, dataset *d, table_error *error);
void free_dataset(dataset *d);

#endif
