/* SPDX-License-Identifier: BSD-3-Clause */
#include "table/rows.h"

#include "cli/memory.h"

#include <stdlib.h>
#include <string.h>

bool skip_row(skipped_rows *skipped, const table_error *error) {
    if (!skipped->is_allowed)
        return false;
    if (skipped->count++ == 0)
        skipped->first = *error;
    return true;
}

/* The values of a row are contiguous, so that they are copied as a whole. */
static void append_row(text_rows *rows, const csv_row *row) {
    const char *last = get_value(row, row->count - 1);
    size_t bytes = (size_t)(last - row->text) + strlen(last) + 1, cells = rows->N * rows->columns;
    rows->text = reserve_array(rows->text, &rows->text_capacity, rows->length + bytes, 1);
    rows->starts = reserve_array(rows->starts, &rows->starts_capacity, cells + row->count,
                                 sizeof *rows->starts);
    rows->lines =
        reserve_array(rows->lines, &rows->lines_capacity, rows->N + 1, sizeof *rows->lines);
    memcpy(rows->text + rows->length, row->text, bytes);
    for (size_t i = 0; i < row->count; i++)
        rows->starts[cells + i] = rows->length + row->starts[i];
    rows->lines[rows->N++] = row->line;
    rows->length += bytes;
}

bool read_rows(table_source *source, text_rows *rows, skipped_rows *skipped, table_error *error) {
    *rows = (text_rows){.columns = source->columns.count};
    csv_row row;
    row_result result;
    while ((result = read_source_row(source, &row, error)) != ROW_END) {
        if (result == ROW_GOOD)
            append_row(rows, &row);
        else if (result == ROW_FAILED || !skip_row(skipped, error))
            return false;
    }
    return true;
}

void free_rows(text_rows *rows) {
    free(rows->text);
    free(rows->starts);
    free(rows->lines);
    *rows = (text_rows){0};
}

csv_row get_row(const text_rows *rows, size_t r) {
    return (csv_row){rows->text, rows->starts + r * rows->columns, rows->columns, rows->lines[r]};
}

void move_row(text_rows *rows, size_t to, size_t r) {
    memmove(rows->starts + to * rows->columns, rows->starts + r * rows->columns,
            rows->columns * sizeof *rows->starts);
    rows->lines[to] = rows->lines[r];
}
