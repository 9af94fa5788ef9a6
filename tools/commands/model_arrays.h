/* SPDX-License-Identifier: BSD-3-Clause */
/* Arrays of features and labels that a model predicts or is scored on. */
#ifndef NNBLAS_COMMANDS_MODEL_ARRAYS_H
#define NNBLAS_COMMANDS_MODEL_ARRAYS_H

#include "table/model.h"
#include "table/row_stream.h"
#include "table/table_options.h"

/* Does nothing where a table is given: rows->user is null then. False with a message. To be closed
 * in any case. */
bool open_model_arrays(const char *command, const model_arguments *arguments,
                       const table_model *model, row_stream *rows);
void close_model_arrays(row_stream *rows);

#endif
