/* SPDX-License-Identifier: BSD-3-Clause */
#include "table/rows.h"

#include "cli/memory.h"
#include "cli/number.h"
#include "cli/parts.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

bool skip_row(skipped_rows *skipped, const table_error *error) {
    if (error->kind == ERROR_NO_TARGET) {
        skipped->without_target++;
        return true;
    }
    if (error->kind == ERROR_GAP && skipped->leaves_out_gaps) {
        skipped->gaps++;
        return true;
    }
    if (!skipped->is_allowed)
        return false;
    if (skipped->count < MOST_ERRORS_KEPT)
        skipped->errors[skipped->count] = *error;
    skipped->count++;
    return true;
}

static void report_bad_rows(const char *command, const char *name, const skipped_rows *skipped) {
    size_t kept = skipped->count < MOST_ERRORS_KEPT ? skipped->count : MOST_ERRORS_KEPT;
    if (skipped->count == 0)
        return;
    fprintf(stderr, "nnblas %s: warning: %s: bad rows skipped: %zu", command, name, skipped->count);
    fprintf(stderr, skipped->count > kept ? "; the first %zu:\n" : ":\n", kept);
    for (size_t i = 0; i < kept; i++)
        fprintf(stderr, "  %s\n", skipped->errors[i].text);
}

static void report_count(const char *command, const char *name, const char *what, size_t count) {
    if (count > 0)
        fprintf(stderr, "nnblas %s: %s: %s: %zu\n", command, name, what, count);
}

void report_skipped(const char *command, const char *name, const skipped_rows *skipped) {
    report_bad_rows(command, name, skipped);
    report_count(command, name, "rows without a target left out", skipped->without_target);
    report_count(command, name, "rows with a missing value left out", skipped->gaps);
    report_count(command, name, "missing values filled in", skipped->filled.missing);
    report_count(command, name, "texts that are no category of the training",
                 skipped->filled.unknown);
}

/* ---- rows ------------------------------------------------------------------------------------ */

static void reserve_row(text_rows *rows, size_t bytes) {
    size_t cells = (rows->N + 1) * rows->columns, N = rows->N + 1;
    rows->text = reserve_array(rows->text, &rows->text_capacity, rows->length + bytes, 1);
    rows->starts = reserve_array(rows->starts, &rows->starts_capacity, cells, sizeof *rows->starts);
    rows->begins = reserve_array(rows->begins, &rows->begins_capacity, N, sizeof *rows->begins);
    rows->lines = reserve_array(rows->lines, &rows->lines_capacity, N, sizeof *rows->lines);
}

/* The values of a row are contiguous, so that they are copied as a whole. */
static void append_row(text_rows *rows, const csv_row *row) {
    size_t bytes = (size_t)row->starts[row->count] + 1, cells = rows->N * rows->columns;
    reserve_row(rows, bytes);
    memcpy(rows->text + rows->length, row->text, bytes);
    memcpy(rows->starts + cells, row->starts, row->count * sizeof *row->starts);
    rows->begins[rows->N] = rows->length;
    rows->lines[rows->N++] = row->line;
    rows->length += bytes;
}

static void read_numbers(void *context, size_t part, size_t begin, size_t end) {
    const text_rows *rows = context;
    (void)part;
    for (size_t r = begin; r < end; r++) {
        csv_row row = get_row(rows, r);
        double *numbers = rows->numbers + r * rows->columns;
        for (size_t i = 0; i < row.count; i++)
            if (!read_real(get_value(&row, i), &numbers[i]))
                numbers[i] = (double)NAN;
    }
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
    rows->numbers = resize_array(NULL, rows->N * rows->columns, sizeof *rows->numbers);
    run_in_parts(rows->N, rows->columns, read_numbers, rows);
    return true;
}

void free_rows(text_rows *rows) {
    free(rows->text);
    free(rows->begins);
    free(rows->lines);
    free(rows->starts);
    free(rows->numbers);
    *rows = (text_rows){0};
}

csv_row get_row(const text_rows *rows, size_t r) {
    size_t cells = r * rows->columns;
    return (csv_row){rows->text + rows->begins[r], rows->starts + cells, rows->numbers + cells,
                     rows->columns, rows->lines[r]};
}

void move_row(text_rows *rows, size_t to, size_t r) {
    size_t from = r * rows->columns, cells = to * rows->columns;
    if (to == r)
        return;
    memcpy(rows->starts + cells, rows->starts + from, rows->columns * sizeof *rows->starts);
    memcpy(rows->numbers + cells, rows->numbers + from, rows->columns * sizeof *rows->numbers);
    rows->begins[to] = rows->begins[r];
    rows->lines[to] = rows->lines[r];
}
