/* SPDX-License-Identifier: BSD-3-Clause */
#include "table/csv_reader.h"

#include "cli/memory.h"

#include <csv.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

typedef struct {
    char *bytes;
    size_t length, capacity;
} buffer;

struct csv_reader {
    FILE *file;
    char *name;
    struct csv_parser parser;
    buffer line, text;
    size_t *starts, count, capacity;
    size_t lines, row_line;
    bool has_row, has_nul, is_ended;
};

static void append_byte(buffer *b, int byte) {
    b->bytes = reserve_array(b->bytes, &b->capacity, b->length + 1, 1);
    b->bytes[b->length++] = (char)byte;
}

/* ---- callbacks of libcsv --------------------------------------------------------------------- */

/* libcsv adds a NUL at the end of the value (CSV_APPEND_NULL). */
static void take_value(void *value, size_t length, void *user) {
    csv_reader *r = user;
    buffer *text = &r->text;
    text->bytes = reserve_array(text->bytes, &text->capacity, text->length + length + 1, 1);
    r->starts = reserve_array(r->starts, &r->capacity, r->count + 1, sizeof *r->starts);
    r->starts[r->count++] = text->length;
    memcpy(text->bytes + text->length, value, length + 1);
    text->length += length + 1;
    r->has_nul = r->has_nul || memchr(value, '\0', length);
}

static void end_row(int terminator, void *user) {
    (void)terminator;
    ((csv_reader *)user)->has_row = true;
}

/* ---- lines ----------------------------------------------------------------------------------- */

/* libcsv does not count lines, and one call may report several rows. With one line at a time there
 * is at most one row, and its line is known. */
static bool read_line(csv_reader *r) {
    int byte;
    r->line.length = 0;
    while ((byte = getc_unlocked(r->file)) != EOF) {
        append_byte(&r->line, byte);
        if (byte == '\n' || byte == '\r')
            break;
    }
    if (byte == '\r' && (byte = getc_unlocked(r->file)) != EOF) {
        if (byte == '\n')
            append_byte(&r->line, byte);
        else
            ungetc(byte, r->file);
    }
    if (r->line.length == 0)
        return false;
    r->lines++;
    return true;
}

static void skip_byte_order_mark(buffer *line) {
    static const char MARK[] = {'\xef', '\xbb', '\xbf'};
    if (line->length < sizeof MARK || memcmp(line->bytes, MARK, sizeof MARK) != 0)
        return;
    line->length -= sizeof MARK;
    memmove(line->bytes, line->bytes + sizeof MARK, line->length);
}

static bool is_blank(const buffer *line) {
    for (size_t i = 0; i < line->length; i++)
        if (!strchr(" \t\r\n", line->bytes[i]))
            return false;
    return true;
}

static bool parse_line(csv_reader *r) {
    return csv_parse(&r->parser, r->line.bytes, r->line.length, take_value, end_row, r) ==
           r->line.length;
}

/* ---- rows ------------------------------------------------------------------------------------ */

static csv_result fail(csv_reader *r, table_error *error, const char *problem) {
    r->is_ended = true;
    set_error(error, "%s: line %zu: %s", r->name, r->row_line, problem);
    return CSV_FAILED;
}

static csv_result hand_out(csv_reader *r, csv_row *row, table_error *error) {
    if (r->has_nul)
        return fail(r, error, "a NUL byte: this is not UTF-8 text");
    *row = (csv_row){r->text.bytes, r->starts, r->count, r->row_line};
    return CSV_ROW;
}

/* The last row may end without a newline. */
static csv_result end_file(csv_reader *r, csv_row *row, table_error *error) {
    r->is_ended = true;
    if (ferror(r->file)) {
        set_error(error, "%s: %s", r->name, strerror(errno));
        return CSV_FAILED;
    }
    if (csv_fini(&r->parser, take_value, end_row, r) != 0)
        return fail(r, error, "a quote that opens in this row is never closed");
    return r->has_row ? hand_out(r, row, error) : CSV_END;
}

csv_result read_csv_row(csv_reader *r, csv_row *row, table_error *error) {
    bool is_begun = false;
    r->text.length = r->count = 0;
    r->has_row = false;
    errno = 0;
    while (!r->is_ended && read_line(r)) {
        if (r->lines == 1)
            skip_byte_order_mark(&r->line);
        if (!is_begun)
            r->row_line = r->lines;
        is_begun = is_begun || !is_blank(&r->line);
        if (!parse_line(r))
            return fail(r, error,
                        csv_error(&r->parser) == CSV_EPARSE
                            ? "a quote inside an unquoted value, or text after a quoted one"
                            : csv_strerror(csv_error(&r->parser)));
        if (r->has_row)
            return hand_out(r, row, error);
    }
    return r->is_ended ? CSV_END : end_file(r, row, error);
}

csv_reader *open_csv(FILE *file, const char *name, char delimiter) {
    csv_reader *r = resize_array(NULL, 1, sizeof *r);
    *r = (csv_reader){.file = file, .name = copy_text(name), .row_line = 1};
    csv_init(&r->parser, CSV_STRICT | CSV_STRICT_FINI | CSV_APPEND_NULL);
    csv_set_delim(&r->parser, (unsigned char)delimiter);
    return r;
}

void close_csv(csv_reader *r) {
    if (!r)
        return;
    if (r->file != stdin)
        fclose(r->file);
    csv_free(&r->parser);
    free(r->line.bytes);
    free(r->text.bytes);
    free(r->starts);
    free(r->name);
    free(r);
}
