/* SPDX-License-Identifier: BSD-3-Clause */
/* The rows of a table that is larger than memory: read again in each pass over them, a block at a
 * time, and each time without the rows that are left out. */
#ifndef NNBLAS_TABLE_ROW_FEED_H
#define NNBLAS_TABLE_ROW_FEED_H

#include "table/rows.h"
#include "table/schema.h"

/* Rows of the source, of which the first pass counts what is skipped, and load() the others. The
 * source and skipped stay where they are. */
void open_feed(text_rows *rows, table_source *source, skipped_rows *skipped);
void close_feed(text_rows *rows);

/* From now on, filter_rows() by this schema; and without bad rows too. */
void filter_feed(text_rows *rows, const schema *s, skipped_rows *skipped);
void drop_bad_rows_of_feed(text_rows *rows, skipped_rows *skipped);

/* Whether all passes so far went to the end of the file; true where all rows are in memory. */
bool check_feed(const text_rows *rows, table_error *error);

/* Of the last pass; or of memory. */
size_t count_all_rows(const text_rows *rows);

/* Loads the part with this row, which was in a pass before. False where the file cannot be read
 * from there. */
bool can_seek_feed(const text_rows *rows);
bool seek_feed(text_rows *rows, size_t row);

#endif
