/* SPDX-License-Identifier: BSD-3-Clause */
/* Arrays as rows for a model that is there. */
#ifndef NNBLAS_ARRAYS_MODEL_ROWS_H
#define NNBLAS_ARRAYS_MODEL_ROWS_H

#include "table/row_stream.h"

/* Features for a model, and labels unless that is null. The schema has as many columns, which are
 * numbers, but for the classes. rows: released by rows->close(rows->user), also after false where
 * user is not null. */
bool open_model_rows(const char *features, const char *labels, const schema *s, row_stream *rows,
                     table_error *error);

#endif
