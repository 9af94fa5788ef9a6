/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Reads comma-separated values (RFC 4180) one row at a time. Beyond the RFC: lines may end in LF,
 * CR LF or CR, empty lines are skipped, blanks around an unquoted value and around the quotes of a
 * quoted one are dropped, and what text_input.h reads is read.
 */
#ifndef NNBLAS_TABLE_CSV_READER_H
#define NNBLAS_TABLE_CSV_READER_H

#include "cli/number.h"
#include "table/table_error.h"

#include <math.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

typedef struct {
    char *text;             /* all values, each with a NUL at its end */
    const uint32_t *starts; /* where each value begins in text; behind them, where the last ends */
    const double *numbers;  /* the values as numbers, NaN where one is none; null before that */
    size_t count;
    size_t line; /* where the row begins, from 1 */
} csv_row;

static inline const char *get_value(const csv_row *row, size_t i) {
    return row->text + row->starts[i];
}

/* Reads a value as read_real() does, or takes the number that is kept. */
static inline bool get_number(const csv_row *row, size_t i, double *value) {
    if (!row->numbers)
        return read_real(get_value(row, i), value);
    *value = row->numbers[i];
    return !isnan(*value);
}

typedef struct csv_reader csv_reader;

/* Takes ownership of file; name is its name in errors. The delimiter 0 is detected. */
csv_reader *open_csv(FILE *file, const char *name, char delimiter);
void close_csv(csv_reader *reader);

/* Where the next row begins in the file; false where reading cannot go on there: the file is
 * compressed, in UTF-16, or no regular file. */
typedef struct {
    int64_t offset;
    size_t line;
} csv_place;
bool tell_csv(const csv_reader *reader, csv_place *place);
bool seek_csv(csv_reader *reader, const csv_place *place, table_error *error);

/* The delimiter that was given or, after the first row is read, detected. */
char get_delimiter(const csv_reader *reader);

/*
 * The row is valid until the next call. After CSV_FAILED do not call again. CSV_BAD: a row with
 * quotes where they must not be, or with a NUL byte, is left out and *error set; the next may be
 * good. What quotes spoil is the line in which the row begins: the next row begins at the next
 * line, so that a quote that is never closed costs one line, not the rest of the file.
 */
typedef enum { CSV_ROW, CSV_BAD, CSV_END, CSV_FAILED } csv_result;
csv_result read_csv_row(csv_reader *reader, csv_row *row, table_error *error);

/* As blame_gzip(): the last call. */
bool blame_csv(csv_reader *reader, table_error *error);

#endif
