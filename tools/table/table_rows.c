/* SPDX-License-Identifier: BSD-3-Clause */
#include "table/table_rows.h"

#include "cli/memory.h"
#include "table/first_pass.h"
#include "table/row_feed.h"

#include <stdlib.h>

typedef struct {
    table_source source;
    bool is_open;
    text_rows texts;
    row_cursor next; /* in the part that is there */
    const schema *s;
    size_t inputs, outputs;
    first_pass first; /* of a large file */
} table_rows;

/* Of a text of fewer bytes, several passes take no time, and the rows that are drawn are those of
 * rows in memory: a share of each class. */
enum { LARGE_FILE = 16 << 20 };

static void close_rows(void *user) {
    table_rows *t = user;
    free_first_pass(&t->first);
    if (t->is_open) {
        close_feed(&t->texts);
        close_source(&t->source);
    }
    free(t);
}

/* The next row of this part or the next one; false at the end, and where the file cannot be read.
 */
static bool next_row_of_table(table_rows *t, csv_row *row) {
    if (next_row(&t->texts, &t->next, row))
        return true;
    t->next = (row_cursor){0};
    return next_part(&t->texts) && next_row(&t->texts, &t->next, row);
}

static bool seek_rows(void *user, size_t row, table_error *error) {
    table_rows *t = user;
    if (row == 0)
        begin_parts(&t->texts);
    else
        seek_feed(&t->texts, row);
    if (!check_feed(&t->texts, error))
        return false;
    t->next = (row_cursor){0};
    csv_row skipped;
    for (size_t r = t->texts.first; r < row && next_row_of_table(t, &skipped); r++)
        continue;
    return check_feed(&t->texts, error);
}

static bool blame_table(void *user, table_error *error) {
    table_rows *t = user;
    return blame_source(&t->source, error);
}

static bool read_rows_of_table(void *user, size_t most, double *X, double *Y, size_t *N,
                               table_error *error) {
    table_rows *t = user;
    csv_row row;
    for (*N = 0; *N < most && next_row_of_table(t, &row); ++*N)
        if (!encode_row(&t->s->features, &t->source, &row, X + *N * t->inputs, error) ||
            !encode_row(&t->s->targets, &t->source, &row, Y + *N * t->outputs, error))
            return false;
    return check_feed(&t->texts, error);
}

/* A file of gzip ends with the size of the text, modulo 2^32. */
static uint64_t get_text_size(const table_source *source) {
    const uint64_t file_size = (uint64_t)source->state.st_size;
    unsigned char begin[2], end[4];
    FILE *file = fopen(source->path, "rbe");
    bool is_gzip = file && fread(begin, 1, 2, file) == 2 && begin[0] == 0x1f && begin[1] == 0x8b &&
                   fseeko(file, -4, SEEK_END) == 0 && fread(end, 1, 4, file) == 4;
    if (file)
        fclose(file);
    if (!is_gzip)
        return file_size;
    uint64_t text_size = 0;
    for (size_t i = sizeof end; i-- > 0;)
        text_size = text_size << 8 | end[i];
    return text_size > file_size ? text_size : file_size;
}

static bool is_large(const table_source *source) {
    return source->path && get_text_size(source) >= LARGE_FILE;
}

static bool open_rows(table_rows *t, const column_choice *choice, skipped_rows *skipped,
                      note_list *notes, schema *s, row_stream *rows, table_error *error) {
    first_pass *first = is_large(&t->source) ? &t->first : NULL;
    note_delimiter(&t->source, notes);
    if (!infer_schema(&t->source, &t->texts, choice, skipped, notes, s,
                      first ? NULL : &rows->groups, first, error))
        return false;
    if (first && !first->is_lost)
        rows->first = first;
    else
        free_first_pass(&t->first);
    note_header(&t->source, s, notes);
    t->inputs = rows->inputs = count_numbers(&s->features);
    t->outputs = rows->outputs = count_numbers(&s->targets);
    rows->N = rows->all = count_all_rows(&t->texts);
    rows->can_seek = can_seek_feed(&t->texts);
    return seek_rows(t, 0, error);
}

bool open_table_rows(const char *path, const source_format *format, const column_choice *choice,
                     const draw_request *draw, bool holds_out, skipped_rows *skipped,
                     note_list *notes, schema *s, row_stream *rows, table_error *error) {
    table_rows *t = resize_array(NULL, 1, sizeof *t);
    *t = (table_rows){.s = s};
    *rows = (row_stream){.user = t,
                         .read = read_rows_of_table,
                         .seek = seek_rows,
                         .blame = blame_table,
                         .close = close_rows};
    t->is_open = open_source(&t->source, path, format, error);
    if (!t->is_open)
        return false;
    rows->name = rows->targets_name = t->source.name;
    open_feed(&t->texts, &t->source, skipped);
    start_first_pass(&t->first, &t->source, draw, holds_out);
    return open_rows(t, choice, skipped, notes, s, rows, error);
}
