/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Reads comma-separated values (RFC 4180) one row at a time, with libcsv. Beyond the RFC: lines may
 * end in LF, CR LF or CR, a UTF-8 byte order mark and empty lines are skipped, and blanks around an
 * unquoted value are dropped.
 */
#ifndef NNBLAS_TABLE_CSV_READER_H
#define NNBLAS_TABLE_CSV_READER_H

#include "table/table_error.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

typedef struct {
    const char *text;     /* all values, each with a NUL at its end */
    const size_t *starts; /* where each value begins in text */
    size_t count;
    size_t line; /* where the row begins, from 1 */
} csv_row;

static inline const char *get_value(const csv_row *row, size_t i) {
    return row->text + row->starts[i];
}

typedef struct csv_reader csv_reader;

/* Takes ownership of file; name is its name in errors. */
csv_reader *open_csv(FILE *file, const char *name, char delimiter);
void close_csv(csv_reader *reader);

/* The row is valid until the next call. After CSV_FAILED do not call again. */
typedef enum { CSV_ROW, CSV_END, CSV_FAILED } csv_result;
csv_result read_csv_row(csv_reader *reader, csv_row *row, table_error *error);

#endif
