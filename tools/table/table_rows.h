/* SPDX-License-Identifier: BSD-3-Clause */
/* A table as rows of numbers that are read again and again: its texts are never all in memory. */
#ifndef NNBLAS_TABLE_TABLE_ROWS_H
#define NNBLAS_TABLE_TABLE_ROWS_H

#include "table/draw.h"
#include "table/infer_schema.h"
#include "table/row_stream.h"

/* Infers the schema, in a few passes over the file: the same as of rows in memory. The first pass
 * over a large file draws rows and finds all else that a training takes, so that there may be no
 * other. rows: released by rows->close(rows->user), also after false; the caller frees the schema.
 * skipped stays where it is. */
bool open_table_rows(const char *path, const source_format *format, const column_choice *choice,
                     const draw_request *draw, bool holds_out, skipped_rows *skipped,
                     note_list *notes, schema *s, row_stream *rows, table_error *error);

#endif
