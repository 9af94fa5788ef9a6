/* SPDX-License-Identifier: BSD-3-Clause */
/* Rows that a training reads from files again and again, as a source of the library: scaled, and
 * without those that are held out. */
#ifndef NNBLAS_COMMANDS_STREAMED_ROWS_H
#define NNBLAS_COMMANDS_STREAMED_ROWS_H

#include "table/row_stream.h"

#include <nnblas.h>

/* held_out: which rows of the files, ascending. error: what failed in the files, or "". */
typedef struct {
    row_stream rows;
    const schema *s;
    size_t *held_out, n_held_out;
    size_t first, N;     /* those that are read, of the rows that are not held out */
    size_t next, passed; /* the row of the files that is read next, and how many held out before */
    nnblas_source *source;
    table_error error;
} streamed_rows;

/* Takes over rows and held_out. The schema has its scaling. It must not move. */
nnblas_status open_streamed_rows(streamed_rows *streamed, row_stream rows, const schema *s,
                                 size_t *held_out, size_t n_held_out);
void close_streamed_rows(streamed_rows *streamed);

/* From now on N rows from this one on, of those that are not held out: at first all of them. */
void choose_streamed_rows(streamed_rows *streamed, size_t first, size_t N);

/* From the first row on; and up to `most` scaled rows, 0 at the end. */
bool restart_streamed_rows(streamed_rows *streamed);
bool read_streamed_rows(streamed_rows *streamed, size_t most, double *X, double *Y, size_t *N);

#endif
