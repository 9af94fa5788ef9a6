/* SPDX-License-Identifier: BSD-3-Clause */
/* A table read from a file of comma-separated values: a header, if there is one, and rows. */
#ifndef NNBLAS_TABLE_SOURCE_H
#define NNBLAS_TABLE_SOURCE_H

#include "cli/text.h"
#include "table/column_names.h"
#include "table/csv_reader.h"
#include "table/names.h"

#include <sys/stat.h>

/* HEADER_DETECT: the first row is a header if none of its values is a number. */
typedef enum { HEADER_DETECT, HEADER_PRESENT, HEADER_ABSENT } header_rule;

/* names: a first row of nothing but these is a header too, be they numbers; or null. */
typedef struct {
    header_rule header;
    char delimiter; /* 0 to detect it */
    const name_list *names;
} source_format;

/* The name of a column without one is empty; without a header that is so of all. */
typedef struct {
    char *name; /* of the file, in errors */
    csv_reader *reader;
    column_names columns;
    bool has_header, has_first;
    bool is_header_detected; /* nobody said whether there is one */
    csv_row first; /* a row that was read with the header, or is none, and what became of it */
    csv_result first_result;
    table_error first_error;
    char *path;        /* null of a stream */
    struct stat state; /* of its file, when it was opened */
} table_source;

/* A delimiter at the end of the header, or of every row, makes no column. path "-" is standard
 * input. */
bool open_source(table_source *source, const char *path, const source_format *format,
                 table_error *error);
/* The same for a stream, which it takes ownership of. */
bool open_source_stream(table_source *source, FILE *stream, const char *name,
                        const source_format *format, table_error *error);
void close_source(table_source *source);

/* After an error in what the file holds, before it is closed: where its gzip is damaged, that is
 * the error. Returns false, also where the source did not open. */
bool blame_source(table_source *source, table_error *error);

/* Begins again at the first row; an error where the file is not as it was, or cannot be read again.
 */
bool restart_source(table_source *source, table_error *error);

/* ROW_BAD: CSV_BAD, or the number of values is not that of the columns; the next row may be good.
 * An empty value too many, at the end, does not count. The row may have no values where it is not
 * good. */
typedef enum { ROW_GOOD, ROW_BAD, ROW_END, ROW_FAILED } row_result;
row_result read_source_row(table_source *source, csv_row *row, table_error *error);

/* Sets "FILE: line 17, column 3 (NAME): 'VALUE' PROBLEM". */
bool set_value_error(const table_source *source, const csv_row *row, size_t column,
                     const char *problem, table_error *error);

/* Finds the column of this name, and of no number. Where there is none, or more than one, the error
 * is "FILE: has no column 'NAME'PURPOSE; ", what columns it has, and what may help. */
bool find_column(const table_source *source, const char *name, const char *purpose,
                 size_t *position, table_error *error);

/* Finds a column that is chosen on the command line, by its name or else by its number from 1. */
bool find_chosen_column(const table_source *source, const char *text, size_t *position,
                        table_error *error);

#endif
