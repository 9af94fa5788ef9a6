/* SPDX-License-Identifier: BSD-3-Clause */
#include "table/csv_reader.h"

#include "cli/memory.h"
#include "table/delimiter.h"
#include "table/text_input.h"

#include <stdlib.h>
#include <string.h>

/* tests/fuzz has smaller blocks, which end within every value. */
#ifndef CSV_BLOCK_BYTES
#define CSV_BLOCK_BYTES (256 * 1024)
#endif

/* A row that is longer is no row of a table, or a quote in it is never closed. */
enum { MOST_ROW_BYTES = 64 * 1024 * 1024 };

/* A value as it is in the text: [begin, end), without its quotes. */
typedef struct {
    uint32_t begin, end;
} span;

struct csv_reader {
    text_input *input;
    char *name;
    char delimiter;
    bool is_special[256]; /* the bytes that may end an unquoted value, or spoil it */
    char *text;           /* [row, end) is read and not yet given out; one byte more is there */
    size_t row, end, capacity;
    bool is_all_read;
    size_t line; /* in which the row begins */
    span *spans;
    uint32_t *starts;
    size_t count, spans_capacity, starts_capacity;
    bool has_quotes, has_escapes; /* the row */
};

csv_reader *open_csv(FILE *file, const char *name, char delimiter) {
    csv_reader *r = resize_array(NULL, 1, sizeof *r);
    *r = (csv_reader){.input = open_text(file, name),
                      .name = copy_text(name),
                      .delimiter = delimiter,
                      .is_special = {['\n'] = true, ['\r'] = true, ['"'] = true, ['\0'] = true},
                      .line = 1};
    return r;
}

void close_csv(csv_reader *r) {
    if (!r)
        return;
    close_text(r->input);
    free(r->text);
    free(r->spans);
    free(r->starts);
    free(r->name);
    free(r);
}

bool tell_csv(const csv_reader *r, csv_place *place) {
    int64_t offset = tell_text(r->input);
    *place = (csv_place){offset - (int64_t)(r->end - r->row), r->line};
    return offset >= 0;
}

bool seek_csv(csv_reader *r, const csv_place *place, table_error *error) {
    r->row = r->end = 0;
    r->is_all_read = false;
    r->line = place->line;
    return seek_text(r->input, place->offset, error);
}

bool blame_csv(csv_reader *r, table_error *error) {
    return blame_text(r->input, error);
}

char get_delimiter(const csv_reader *r) {
    return r->delimiter;
}

/* ---- text ------------------------------------------------------------------------------------ */

/* Moves the row to the beginning, and fills what is free behind it. */
static bool read_more(csv_reader *r, table_error *error) {
    size_t got, length = r->end - r->row;
    if (length > 0)
        memmove(r->text, r->text + r->row, length);
    r->row = 0;
    r->end = length;
    if (2 * length >= r->capacity) {
        size_t needed = r->capacity > 0 ? 2 * r->capacity : CSV_BLOCK_BYTES;
        r->text = reserve_array(r->text, &r->capacity, needed, 1);
    }
    do {
        if (!read_text(r->input, r->text + r->end, r->capacity - 1 - r->end, &got, error))
            return false;
        r->end += got;
    } while (got > 0 && r->capacity - 1 - r->end >= 4);
    r->is_all_read = got == 0;
    r->text[r->end] = '\n'; /* ends every value, also where the last line has no end */
    return true;
}

static bool is_blank(const csv_reader *r, char c) {
    return (c == ' ' || c == '\t') && c != r->delimiter;
}

static bool is_line_end(char c) {
    return c == '\n' || c == '\r';
}

/* Behind the CR, LF or CR LF that is here. */
static size_t skip_line_end(const csv_reader *r, size_t at) {
    bool is_pair = r->text[at] == '\r' && at + 1 < r->end && r->text[at + 1] == '\n';
    return at + (is_pair ? 2 : 1);
}

static size_t count_lines(const csv_reader *r, size_t begin, size_t end) {
    size_t lines = 0;
    for (size_t at = begin; at < end;) {
        bool is_end = is_line_end(r->text[at]);
        lines += is_end;
        at = is_end ? skip_line_end(r, at) : at + 1;
    }
    return lines;
}

/* Whether the line that ends here may go on, or its end, in text that is not read yet. */
static bool is_cut(const csv_reader *r, size_t line_end) {
    bool is_open = line_end == r->end || (r->text[line_end] == '\r' && line_end + 1 == r->end);
    return is_open && !r->is_all_read;
}

static size_t find_line_end(const csv_reader *r, size_t at) {
    while (at < r->end && !is_line_end(r->text[at]))
        at++;
    return at;
}

/* ---- values ---------------------------------------------------------------------------------- */

/* SPLIT_CUT: the text that is read ends within the row. */
typedef enum { SPLIT_DONE, SPLIT_CUT, SPLIT_BAD } split_result;

static void add_span(csv_reader *r, size_t begin, size_t end) {
    r->spans = reserve_array(r->spans, &r->spans_capacity, r->count + 1, sizeof *r->spans);
    r->spans[r->count++] = (span){(uint32_t)(begin - r->row), (uint32_t)(end - r->row)};
}

static const char STRAY_QUOTE[] = "a quote inside an unquoted value, or text after a quoted one";
static const char BACKSLASH[] =
    "a quote after a backslash: inside a quoted value, a quote is written twice";
static const char OPEN_QUOTE[] = "a quote that opens in this row is never closed";
static const char NUL_BYTE[] = "a NUL byte: this is not UTF-8 text";

/* *at is behind the opening quote, and gets the place behind the closing one. */
static split_result split_quoted(csv_reader *r, size_t *at, const char **problem) {
    size_t begin = *at;
    for (size_t next = begin;;) {
        const char *quote = memchr(r->text + next, '"', r->end - next);
        if (!quote) {
            *problem = OPEN_QUOTE;
            return SPLIT_CUT;
        }
        size_t end = (size_t)(quote - r->text);
        if (r->text[end + 1] != '"') {
            add_span(r, begin, end);
            *at = end + 1;
            return SPLIT_DONE;
        }
        r->has_escapes = true;
        next = end + 2;
    }
}

static split_result split_quoted_value(csv_reader *r, size_t *at, const char **problem) {
    r->has_quotes = true;
    ++*at;
    split_result result = split_quoted(r, at, problem);
    if (result != SPLIT_DONE)
        return result;
    size_t end = *at;
    while (is_blank(r, r->text[*at]))
        ++*at;
    if (r->text[*at] == r->delimiter || is_line_end(r->text[*at]))
        return SPLIT_DONE;
    *problem = end >= 2 && r->text[end - 2] == '\\' ? BACKSLASH : STRAY_QUOTE;
    return SPLIT_BAD;
}

static split_result split_unquoted_value(csv_reader *r, size_t *at, const char **problem) {
    size_t begin = *at, end = begin;
    while (!r->is_special[(unsigned char)r->text[end]])
        end++;
    *at = end;
    if (r->text[end] == '"' || r->text[end] == '\0') {
        *problem = r->text[end] == '"' ? STRAY_QUOTE : NUL_BYTE;
        return SPLIT_BAD;
    }
    while (end > begin && is_blank(r, r->text[end - 1]))
        end--;
    add_span(r, begin, end);
    return SPLIT_DONE;
}

/* Divides the row without changing it; *end gets the end of its last value. */
static split_result split_row(csv_reader *r, size_t *end, const char **problem) {
    size_t at = r->row;
    r->count = 0;
    r->has_quotes = r->has_escapes = false;
    for (;; at++) {
        while (is_blank(r, r->text[at]))
            at++;
        split_result result = r->text[at] == '"' ? split_quoted_value(r, &at, problem)
                                                 : split_unquoted_value(r, &at, problem);
        if (result != SPLIT_DONE)
            return result;
        if (r->text[at] != r->delimiter)
            break;
    }
    *end = at;
    return is_cut(r, at) ? SPLIT_CUT : SPLIT_DONE;
}

/* Two quotes become one; returns the end. */
static char *drop_escapes(char *begin, const char *end) {
    char *to = begin;
    for (const char *from = begin; from < end; from++) {
        *to++ = *from;
        from += *from == '"';
    }
    return to;
}

/* Ends the values by NUL, in place of what followed them. False if one of them has a NUL byte. */
static bool end_values(csv_reader *r) {
    char *text = r->text + r->row;
    r->starts = reserve_array(r->starts, &r->starts_capacity, r->count + 1, sizeof *r->starts);
    for (size_t i = 0; i < r->count; i++) {
        const span *value = &r->spans[i];
        char *begin = text + value->begin, *end = text + value->end;
        if (r->has_quotes && memchr(begin, '\0', (size_t)(end - begin)))
            return false;
        if (r->has_escapes)
            end = drop_escapes(begin, end);
        *end = '\0';
        r->starts[i] = value->begin;
        r->starts[i + 1] = (uint32_t)(end - text);
    }
    return true;
}

/* ---- rows ------------------------------------------------------------------------------------ */

/* Skips empty lines; false where there is no more of the text that is read. */
static bool skip_empty_lines(csv_reader *r) {
    for (size_t at = r->row; at < r->end;) {
        if (is_blank(r, r->text[at])) {
            at++;
            continue;
        }
        if (!is_line_end(r->text[at]))
            return true;
        if (is_cut(r, at))
            return false;
        r->row = at = skip_line_end(r, at);
        r->line++;
    }
    return false;
}

static csv_result fail(const csv_reader *r, csv_result result, const char *problem,
                       table_error *error) {
    set_error(error, "%s: line %zu: %s", r->name, r->line, problem);
    return result;
}

/* The next row begins at the next line. */
static csv_result leave_line(csv_reader *r, const char *problem, table_error *error) {
    size_t line_end = find_line_end(r, r->row);
    fail(r, CSV_BAD, problem, error);
    r->row = line_end < r->end ? skip_line_end(r, line_end) : line_end;
    r->line++;
    return CSV_BAD;
}

/* end is that of the last value. */
static csv_result hand_out(csv_reader *r, size_t end, csv_row *row, table_error *error) {
    size_t next = end < r->end ? skip_line_end(r, end) : end;
    size_t lines = 1 + (r->has_quotes ? count_lines(r, r->row, end) : 0);
    csv_result result = end_values(r) ? CSV_ROW : fail(r, CSV_BAD, NUL_BYTE, error);
    *row = (csv_row){r->text + r->row, r->starts, NULL, r->count, r->line};
    r->row = next;
    r->line += lines;
    return result;
}

/* The next row, or SPLIT_CUT where the text that is read does not tell. */
static split_result split_next_row(csv_reader *r, size_t *end, const char **problem) {
    *problem = NULL;
    if (!skip_empty_lines(r))
        return SPLIT_CUT;
    split_result result = split_row(r, end, problem);
    bool is_line_cut = result == SPLIT_BAD && is_cut(r, find_line_end(r, r->row));
    return is_line_cut ? SPLIT_CUT : result;
}

static csv_result end_long_row(csv_reader *r, const char *problem, table_error *error) {
    if (problem && !is_cut(r, find_line_end(r, r->row)))
        return leave_line(r, problem, error);
    return fail(r, CSV_FAILED, "a line of more than 64 MiB", error);
}

/* "sep=;": a first line that tells spreadsheets the delimiter, and is no row. */
static void take_delimiter_line(csv_reader *r) {
    static const char BEGINNING[] = "sep=";
    const size_t length = sizeof BEGINNING - 1, end = r->row + length + 1;
    const char *line = r->text + r->row;
    if (r->end <= end || memcmp(line, BEGINNING, length) != 0 || !is_line_end(r->text[end]) ||
        is_line_end(line[length]) || line[length] == '"')
        return;
    if (!r->delimiter)
        r->delimiter = line[length];
    r->row = skip_line_end(r, end);
    r->line++;
}

static bool read_first(csv_reader *r, table_error *error) {
    if (!read_more(r, error))
        return false;
    take_delimiter_line(r);
    if (!r->delimiter)
        r->delimiter = detect_delimiter(r->text + r->row, r->end - r->row);
    r->is_special[(unsigned char)r->delimiter] = true;
    return true;
}

csv_result read_csv_row(csv_reader *r, csv_row *row, table_error *error) {
    const char *problem;
    size_t end;
    if (r->capacity == 0 && !read_first(r, error))
        return CSV_FAILED;
    for (;;) {
        split_result result = split_next_row(r, &end, &problem);
        if (result == SPLIT_DONE && end - r->row <= MOST_ROW_BYTES)
            return hand_out(r, end, row, error);
        if (result == SPLIT_BAD || (r->is_all_read && problem))
            return leave_line(r, problem, error);
        if (r->end - r->row > MOST_ROW_BYTES)
            return end_long_row(r, problem, error);
        if (r->is_all_read)
            return CSV_END;
        if (!read_more(r, error))
            return CSV_FAILED;
    }
}
