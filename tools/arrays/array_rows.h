/* SPDX-License-Identifier: BSD-3-Clause */
/* Arrays of features and of labels as the rows of a table without names: its columns are those of
 * the features, and behind them those of the labels. */
#ifndef NNBLAS_ARRAYS_ARRAY_ROWS_H
#define NNBLAS_ARRAYS_ARRAY_ROWS_H

#include "table/choose_columns.h"
#include "table/row_stream.h"

/*
 * A column of labels that are whole numbers by their type is classes, one of floats is numbers,
 * unless wanted says otherwise. Of several columns, each with 0 and 1 alone, each is a label,
 * else each is numbers. Reads all labels once. rows: released by rows->close(rows->user), also
 * after false where user is not null; the caller frees the schema.
 *
 * All ranks call it together, and get the same schema: are_own where each has files of its own, and
 * else a range of the rows of one file. Without a message, after false, another rank has one.
 */
bool open_array_rows(const char *features, const char *labels, bool are_own, task wanted, schema *s,
                     row_stream *rows, table_error *error);

#endif
