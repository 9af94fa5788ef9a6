/* SPDX-License-Identifier: BSD-3-Clause */
#include "table/source.h"

#include "cli/memory.h"
#include "cli/number.h"
#include "table/model_file.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* A number, perhaps with a decimal comma. */
static bool is_number(const char *text) {
    char copy[64];
    double value;
    size_t length = strlen(text);
    if (read_real(text, &value) || length >= sizeof copy)
        return length < sizeof copy;
    memcpy(copy, text, length + 1);
    char *comma = strchr(copy, ',');
    if (comma)
        *comma = '.';
    return comma && read_real(copy, &value);
}

static bool has_number(const csv_row *row) {
    for (size_t i = 0; i < row->count; i++)
        if (is_number(get_value(row, i)))
            return true;
    return false;
}

static bool has_only_names(const csv_row *row, const name_list *names) {
    for (size_t i = 0; i < row->count; i++)
        if (!*get_value(row, i) || find_name(names, get_value(row, i)) == names->count)
            return false;
    return true;
}

static bool is_header(const csv_row *row, const source_format *format) {
    return format->header == HEADER_PRESENT ||
           (format->header == HEADER_DETECT &&
            (!has_number(row) || (format->names && has_only_names(row, format->names))));
}

static bool name_columns(table_source *s, const csv_row *row, table_error *error) {
    for (size_t i = 0; i < row->count; i++) {
        const char *name = s->has_header ? get_value(row, i) : "";
        if (!is_utf8(name))
            return set_error(error, "%s: line %zu: the name of column %zu %s", s->name, row->line,
                             i + 1, describe_bad_text(name));
        add_column_name(&s->columns, name);
    }
    return true;
}

/* The last column has no name and, in the first row, no value. */
static void drop_empty_column(table_source *s) {
    size_t last = s->columns.count - 1;
    if (last == 0 || *s->columns.names[last])
        return;
    if (!s->has_first) {
        s->first_result = read_csv_row(s->reader, &s->first, &s->first_error);
        s->has_first = true;
    }
    const csv_row *row = &s->first;
    if (s->first_result == CSV_ROW &&
        (row->count == last || (row->count > last && !*get_value(row, last))))
        drop_last_column(&s->columns);
}

static bool read_head(table_source *s, const source_format *format, table_error *error) {
    csv_row row;
    csv_result result = read_csv_row(s->reader, &row, error);
    if (result == CSV_END)
        return set_error(error, "%s: has no rows", s->name);
    if (result != CSV_ROW)
        return false;
    s->has_header = is_header(&row, format);
    s->is_header_detected = format->header == HEADER_DETECT;
    s->has_first = !s->has_header;
    s->first = row;
    s->first_result = CSV_ROW;
    if (!name_columns(s, &row, error))
        return false;
    drop_empty_column(s);
    sort_column_names(&s->columns);
    return true;
}

bool open_source_stream(table_source *s, FILE *stream, const char *name,
                        const source_format *format, table_error *error) {
    *s = (table_source){.name = copy_text(name),
                        .reader = open_csv(stream, name, format->delimiter)};
    if (read_head(s, format, error))
        return true;
    blame_source(s, error);
    close_source(s);
    return false;
}

bool open_source(table_source *s, const char *path, const source_format *format,
                 table_error *error) {
    if (strcmp(path, "-") == 0)
        return open_source_stream(s, stdin, "standard input", format, error);
    if (is_model_file(path))
        return set_error(error, "%s: is a network, not a table; nnblas show shows it", path);
    FILE *file = fopen(path, "rb");
    if (!file)
        return set_error(error, "%s: %s", *path ? path : "''", strerror(errno));
    struct stat state;
    bool is_known = fstat(fileno(file), &state) == 0 && S_ISREG(state.st_mode);
    if (!open_source_stream(s, file, path, format, error))
        return false;
    s->path = is_known ? copy_text(path) : NULL;
    s->state = state;
    return true;
}

void close_source(table_source *s) {
    close_csv(s->reader);
    free_column_names(&s->columns);
    free(s->name);
    free(s->path);
    *s = (table_source){0};
}

bool blame_source(table_source *s, table_error *error) {
    return s->reader && blame_csv(s->reader, error);
}

static bool is_same_file(const struct stat *a, const struct stat *b) {
    return a->st_ino == b->st_ino && a->st_dev == b->st_dev && a->st_size == b->st_size &&
           a->st_mtim.tv_sec == b->st_mtim.tv_sec && a->st_mtim.tv_nsec == b->st_mtim.tv_nsec;
}

bool restart_source(table_source *s, table_error *error) {
    struct stat state;
    if (!s->path)
        return set_error(error, "%s: is no regular file, and --stream reads it many times",
                         s->name);
    FILE *file = fopen(s->path, "rb");
    if (!file)
        return set_error(error, "%s: %s", s->name, strerror(errno));
    if (fstat(fileno(file), &state) != 0 || !is_same_file(&state, &s->state)) {
        fclose(file);
        return refuse_changed_file(s->name, error);
    }
    char delimiter = get_delimiter(s->reader);
    close_csv(s->reader);
    s->reader = open_csv(file, s->name, delimiter);
    s->has_first = false;
    csv_row row;
    return !s->has_header || read_csv_row(s->reader, &row, error) == CSV_ROW;
}

/* A title above the table is taken for its names: one value, and none behind it. */
static bool begins_with_title(const table_source *s) {
    for (size_t i = 1; i < s->columns.count; i++)
        if (!s->has_header || *s->columns.names[i])
            return false;
    return true;
}

static const char TITLE_ADVICE[] = ": delete lines that stand before the table";

static csv_result read_next(table_source *s, csv_row *row, table_error *error) {
    if (!s->has_first)
        return read_csv_row(s->reader, row, error);
    s->has_first = false;
    *row = s->first;
    *error = s->first_error;
    return s->first_result;
}

row_result read_source_row(table_source *s, csv_row *row, table_error *error) {
    static const row_result RESULTS[] = {
        [CSV_BAD] = ROW_BAD, [CSV_END] = ROW_END, [CSV_FAILED] = ROW_FAILED};
    csv_result result = read_next(s, row, error);
    if (result != CSV_ROW) {
        *row = (csv_row){0};
        return RESULTS[result];
    }
    if (row->count == s->columns.count + 1 && *get_value(row, row->count - 1) == '\0')
        row->count--;
    if (row->count == s->columns.count)
        return ROW_GOOD;
    set_error(error, "%s: line %zu: %zu value%s, but the table has %zu column%s%s", s->name,
              row->line, row->count, end_plural(row->count), s->columns.count,
              end_plural(s->columns.count), begins_with_title(s) ? TITLE_ADVICE : "");
    return ROW_BAD;
}

bool set_value_error(const table_source *s, const csv_row *row, size_t column, const char *problem,
                     table_error *error) {
    return set_error(error, "%s: line %zu, %s: '%s' %s", s->name, row->line,
                     show_column(s->columns.names[column], column).text,
                     show_text(get_value(row, column)).text, problem);
}

/* ---- the columns ----------------------------------------------------------------------------- */

enum { MOST_COLUMNS_SHOWN = 5 };
typedef struct shown_columns {
    char text[(MOST_COLUMNS_SHOWN + 1) * (sizeof(shown_text) + 4) + 80];
} shown_columns;

__attribute__((format(printf, 2, 3))) static void append(shown_columns *columns, const char *format,
                                                         ...) {
    size_t used = strlen(columns->text);
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(columns->text + used, sizeof columns->text - used, format, arguments);
    va_end(arguments);
}

static void show_columns(const column_names *names, const char *similar, shown_columns *columns) {
    size_t shown = names->count < MOST_COLUMNS_SHOWN ? names->count : MOST_COLUMNS_SHOWN;
    if (similar)
        append(columns, "did you mean '%s'? ", show_text(similar).text);
    append(columns, similar ? "Its columns are " : "its columns are ");
    for (size_t i = 0; i < shown; i++)
        append(columns, "%s'%s'", i > 0 ? ", " : "", show_text(names->names[i]).text);
    if (names->count > shown)
        append(columns, " and %zu more", names->count - shown);
}

/* A table with another delimiter is read as one column. */
static void show_only_column(const char *name, shown_columns *columns) {
    const char *delimiter = strpbrk(name, ",;\t|");
    append(columns, "its only column is '%s'", show_text(name).text);
    if (delimiter && *delimiter == '\t')
        append(columns, "; try --delimiter tab");
    else if (delimiter)
        append(columns, "; try --delimiter '%c'", *delimiter);
}

static bool set_column_error(const table_source *s, const char *name, const char *purpose,
                             table_error *error) {
    shown_columns columns = {""};
    if (!s->has_header)
        append(&columns, "it has %zu column%s and no header; --header reads the first line as one",
               s->columns.count, end_plural(s->columns.count));
    else if (s->columns.count == 1)
        show_only_column(s->columns.names[0], &columns);
    else
        show_columns(&s->columns, find_similar_name(&s->columns, name), &columns);
    if (s->columns.count > 1 && begins_with_title(s))
        append(&columns, TITLE_ADVICE);
    return set_error(error, "%s: has no column '%s'%s; %s", s->name, show_text(name).text, purpose,
                     columns.text);
}

bool find_column(const table_source *s, const char *name, const char *purpose, size_t *position,
                 table_error *error) {
    size_t found[2], count = find_column_name(&s->columns, name, found);
    if (count == 0)
        return set_column_error(s, name, purpose, error);
    if (count > 1)
        return set_error(error, "%s: columns %zu and %zu are both named '%s'%s", s->name,
                         found[0] + 1, found[1] + 1, show_text(name).text,
                         *purpose ? purpose : "; a number means one of them");
    *position = found[0];
    return true;
}

bool find_chosen_column(const table_source *s, const char *text, size_t *position,
                        table_error *error) {
    size_t found[2];
    uint64_t number;
    const char *end = text;
    bool is_number = read_whole(&end, &number) && *end == '\0';
    if (find_column_name(&s->columns, text, found) > 0 || !is_number || number == 0 ||
        number > s->columns.count)
        return find_column(s, text, "", position, error);
    *position = (size_t)number - 1;
    return true;
}
