/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Rows of comma-separated values as RFC 4180 has them, one at a time, by libcsv. Beyond the RFC:
 * lines may end in LF, CR LF or CR, a byte order mark of UTF-8 is skipped, empty lines are no rows,
 * and blanks around a value that is not quoted do not belong to it.
 */
#ifndef NNBLAS_TABLE_CSV_READER_H
#define NNBLAS_TABLE_CSV_READER_H

#include "table/table_error.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

typedef struct {
    const char *text;     /* all values, each ended by a NUL */
    const size_t *starts; /* where each begins in it */
    size_t count;
    size_t line; /* on which the row begins, from 1 */
} csv_row;

static inline const char *get_value(const csv_row *row, size_t i) {
    return row->text + row->starts[i];
}

typedef struct csv_reader csv_reader;

/* file is taken over; name is what complaints call it. */
csv_reader *open_csv(FILE *file, const char *name, char delimiter);
void close_csv(csv_reader *reader);

/* The row is valid until the next call. After CSV_FAILED there is no next. */
typedef enum { CSV_ROW, CSV_END, CSV_FAILED } csv_result;
csv_result read_csv_row(csv_reader *reader, csv_row *row, table_error *error);

#endif
