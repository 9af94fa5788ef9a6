/* SPDX-License-Identifier: BSD-3-Clause */
#include "table/source.h"

#include "cli/memory.h"
#include "cli/number.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static bool has_number(const csv_row *row) {
    double value;
    for (size_t i = 0; i < row->count; i++)
        if (read_real(get_value(row, i), &value))
            return true;
    return false;
}

static bool is_header(const csv_row *row, header_rule rule) {
    return rule == HEADER_PRESENT || (rule == HEADER_DETECT && !has_number(row));
}

static bool name_column(table_source *s, const csv_row *row, size_t i, table_error *error) {
    const char *name = s->has_header ? get_value(row, i) : "";
    if (*name == '\0') {
        add_no_name(&s->columns);
        return true;
    }
    if (!is_utf8(name))
        return set_error(error, "%s: line %zu: the name of column %zu is not UTF-8", s->name,
                         row->line, i + 1);
    if (!add_name(&s->columns, name))
        return set_error(error, "%s: line %zu: columns %zu and %zu are both named '%s'", s->name,
                         row->line, find_name(&s->columns, name) + 1, i + 1, show_text(name).text);
    return true;
}

static bool name_columns(table_source *s, const csv_row *row, table_error *error) {
    for (size_t i = 0; i < row->count; i++)
        if (!name_column(s, row, i, error))
            return false;
    return true;
}

static bool read_head(table_source *s, const source_format *format, table_error *error) {
    csv_row row;
    csv_result result = read_csv_row(s->reader, &row, error);
    if (result == CSV_FAILED)
        return false;
    if (result == CSV_END)
        return set_error(error, "%s: has no rows", s->name);
    s->has_header = is_header(&row, format->header);
    s->has_first = !s->has_header;
    s->first = row;
    return name_columns(s, &row, error);
}

bool open_source_stream(table_source *s, FILE *stream, const char *name,
                        const source_format *format, table_error *error) {
    *s = (table_source){.name = copy_text(name),
                        .reader = open_csv(stream, name, format->delimiter)};
    if (read_head(s, format, error))
        return true;
    close_source(s);
    return false;
}

bool open_source(table_source *s, const char *path, const source_format *format,
                 table_error *error) {
    if (strcmp(path, "-") == 0)
        return open_source_stream(s, stdin, "standard input", format, error);
    FILE *file = fopen(path, "rb");
    if (!file)
        return set_error(error, "%s: %s", path, strerror(errno));
    return open_source_stream(s, file, path, format, error);
}

void close_source(table_source *s) {
    close_csv(s->reader);
    free_names(&s->columns);
    free(s->name);
    *s = (table_source){0};
}

static bool take_first(table_source *s, csv_row *row) {
    if (!s->has_first)
        return false;
    s->has_first = false;
    *row = s->first;
    return true;
}

row_result read_source_row(table_source *s, csv_row *row, table_error *error) {
    if (!take_first(s, row)) {
        csv_result result = read_csv_row(s->reader, row, error);
        if (result != CSV_ROW)
            return result == CSV_END ? ROW_END : ROW_FAILED;
    }
    if (row->count == s->columns.count)
        return ROW_GOOD;
    set_error(error, "%s: line %zu: %zu values, but the table has %zu columns", s->name, row->line,
              row->count, s->columns.count);
    return ROW_BAD;
}

bool set_value_error(const table_source *s, const csv_row *row, size_t column, const char *problem,
                     table_error *error) {
    return set_error(error, "%s: line %zu, %s: '%s' %s", s->name, row->line,
                     show_column(s->columns.names[column], column).text,
                     show_text(get_value(row, column)).text, problem);
}

/* ---- a column that is not there -------------------------------------------------------------- */

enum { MOST_COLUMNS_SHOWN = 5 };
typedef struct shown_columns {
    char text[MOST_COLUMNS_SHOWN * (sizeof(shown_text) + 4) + 80];
} shown_columns;

__attribute__((format(printf, 2, 3))) static void append(shown_columns *columns, const char *format,
                                                         ...) {
    size_t used = strlen(columns->text);
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(columns->text + used, sizeof columns->text - used, format, arguments);
    va_end(arguments);
}

static void show_columns(const name_list *names, shown_columns *columns) {
    size_t shown = names->count < MOST_COLUMNS_SHOWN ? names->count : MOST_COLUMNS_SHOWN;
    append(columns, "its columns are ");
    for (size_t i = 0; i < shown; i++)
        append(columns, "%s'%s'", i > 0 ? ", " : "", show_text(names->names[i]).text);
    if (names->count > shown)
        append(columns, " and %zu more", names->count - shown);
}

/* A table with another delimiter is read as one column. */
static void show_only_column(const char *name, shown_columns *columns) {
    const char *delimiter = strpbrk(name, ";\t|");
    append(columns, "its only column is '%s'", show_text(name).text);
    if (delimiter && *delimiter == '\t')
        append(columns, "; try --delimiter tab");
    else if (delimiter)
        append(columns, "; try --delimiter '%c'", *delimiter);
}

bool set_column_error(const table_source *s, const char *name, const char *purpose,
                      table_error *error) {
    shown_columns columns = {""};
    if (!s->has_header)
        append(&columns, "it has %zu, and no header; --header reads the first line as one",
               s->columns.count);
    else if (s->columns.count == 1)
        show_only_column(s->columns.names[0], &columns);
    else
        show_columns(&s->columns, &columns);
    return set_error(error, "%s: has no column '%s'%s; %s", s->name, show_text(name).text, purpose,
                     columns.text);
}
