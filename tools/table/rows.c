/* SPDX-License-Identifier: BSD-3-Clause */
#include "table/rows.h"

#include "cli/memory.h"
#include "cli/number.h"
#include "cli/parts.h"
#include "cli/text.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static bool add_advice(table_error *error) {
    size_t used = strlen(error->text);
    snprintf(error->text + used, sizeof error->text - used, "%s", error->advice);
    return false;
}

bool skip_row(skipped_rows *skipped, table_error *error) {
    if (error->kind == ERROR_NO_TARGET) {
        skipped->without_target++;
        return true;
    }
    if (error->kind == ERROR_GAP && skipped->leaves_out_gaps) {
        skipped->gaps++;
        return true;
    }
    if (!skipped->is_allowed)
        return add_advice(error);
    if (skipped->count < MOST_ERRORS_KEPT)
        skipped->errors[skipped->count] = *error;
    skipped->count++;
    return true;
}

static void report_bad_rows(const char *command, const char *name, const skipped_rows *skipped) {
    size_t kept = skipped->count < MOST_ERRORS_KEPT ? skipped->count : MOST_ERRORS_KEPT;
    if (skipped->count == 0)
        return;
    print_safely(stderr, "nnblas %s: warning: %s: bad rows skipped: %zu", command, name,
                 skipped->count);
    print_safely(stderr, skipped->count > kept ? "; the first %zu:\n" : ":\n", kept);
    for (size_t i = 0; i < kept; i++)
        print_safely(stderr, "  %s\n", skipped->errors[i].text);
}

static void report_count(const char *command, const char *name, const char *what, size_t count) {
    if (count > 0)
        print_safely(stderr, "nnblas %s: %s: %s: %zu\n", command, name, what, count);
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

/* tests/fuzz has smaller blocks. */
#ifndef ROW_BLOCK_VALUES
#define ROW_BLOCK_VALUES 262144
#endif

static size_t count_block_rows(size_t columns) {
    return columns < ROW_BLOCK_VALUES ? ROW_BLOCK_VALUES / columns : 1;
}

/* Pages that are never written take no memory. */
static row_block *add_block(text_rows *rows) {
    size_t most = count_block_rows(rows->columns), cells = most * rows->columns;
    row_block *block = resize_array(NULL, 1, sizeof *block);
    *block = (row_block){.first = rows->N, .most = most, .columns = rows->columns};
    block->begins = resize_array(NULL, most, sizeof *block->begins);
    block->lines = resize_array(NULL, most, sizeof *block->lines);
    block->starts = resize_array(NULL, cells, sizeof *block->starts);
    block->numbers = resize_array(NULL, cells, sizeof *block->numbers);
    if (rows->n_blocks > 0) {
        size_t before = rows->blocks[rows->n_blocks - 1]->length;
        block->text = reserve_array(NULL, &block->text_capacity, before + before / 8, 1);
    }
    rows->blocks =
        reserve_array(rows->blocks, &rows->capacity, rows->n_blocks + 1, sizeof *rows->blocks);
    rows->blocks[rows->n_blocks++] = block;
    return block;
}

static bool is_full(const row_block *block) {
    return block->N == block->most;
}

/* The one that is not full, or null. */
static row_block *get_open_block(const text_rows *rows) {
    row_block *last = rows->n_blocks > 0 ? rows->blocks[rows->n_blocks - 1] : NULL;
    return last && !is_full(last) ? last : NULL;
}

/* The values of a row are contiguous, so that they are copied as a whole. */
static void append_row(row_block *block, const csv_row *row) {
    size_t bytes = (size_t)row->starts[row->count] + 1, cells = block->N * block->columns;
    block->text = reserve_array(block->text, &block->text_capacity, block->length + bytes, 1);
    memcpy(block->text + block->length, row->text, bytes);
    memcpy(block->starts + cells, row->starts, row->count * sizeof *row->starts);
    block->begins[block->N] = block->length;
    block->lines[block->N++] = row->line;
    block->length += bytes;
}

static void read_numbers(void *context) {
    const row_block *block = context;
    for (size_t r = 0; r < block->N; r++) {
        csv_row row = get_row(block, r);
        double *numbers = block->numbers + r * block->columns;
        for (size_t i = 0; i < row.count; i++)
            if (!read_real(get_value(&row, i), &numbers[i]))
                numbers[i] = (double)NAN;
    }
}

/* The numbers of a block are read beside the next blocks, or else at once. */
static void take_row(text_rows *rows, const csv_row *row, side_thread *side) {
    row_block *open = get_open_block(rows), *block = open ? open : add_block(rows);
    append_row(block, row);
    rows->N++;
    if (is_full(block) && !begin_beside(side, read_numbers, block))
        read_numbers(block);
}

static bool read_text_rows(table_source *source, text_rows *rows, side_thread *side,
                           skipped_rows *skipped, table_error *error) {
    csv_row row;
    row_result result;
    while ((result = read_source_row(source, &row, error)) != ROW_END) {
        if (result == ROW_GOOD)
            take_row(rows, &row, side);
        else if (result == ROW_FAILED || !skip_row(skipped, error))
            return false;
    }
    if (get_open_block(rows))
        read_numbers(get_open_block(rows));
    return true;
}

bool read_rows(table_source *source, text_rows *rows, skipped_rows *skipped, table_error *error) {
    side_thread side = {.is_begun = false};
    *rows = (text_rows){.columns = source->columns.count};
    bool is_good = read_text_rows(source, rows, &side, skipped, error);
    end_beside(&side);
    return is_good;
}

bool read_some_rows(table_source *source, text_rows *rows, skipped_rows *skipped,
                    table_error *error) {
    csv_row row;
    row_block *block = rows->n_blocks > 0 ? rows->blocks[0] : add_block(rows);
    block->N = block->length = 0;
    while (!is_full(block)) {
        row_result result = read_source_row(source, &row, error);
        if (result == ROW_END)
            break;
        if (result == ROW_GOOD)
            append_row(block, &row);
        else if (result == ROW_FAILED || !skip_row(skipped, error))
            return false;
    }
    read_numbers(block);
    rows->N = block->N;
    return true;
}

void free_block(row_block *block) {
    free(block->text);
    free(block->begins);
    free(block->lines);
    free(block->starts);
    free(block->numbers);
    *block = (row_block){0};
}

void free_rows(text_rows *rows) {
    for (size_t b = 0; b < rows->n_blocks; b++) {
        free_block(rows->blocks[b]);
        free(rows->blocks[b]);
    }
    free(rows->blocks);
    *rows = (text_rows){0};
}

csv_row get_row(const row_block *block, size_t r) {
    size_t cells = r * block->columns;
    return (csv_row){block->text + block->begins[r], block->starts + cells, block->numbers + cells,
                     block->columns, block->lines[r]};
}

void move_row(row_block *block, size_t to, size_t r) {
    size_t from = r * block->columns, cells = to * block->columns;
    if (to == r)
        return;
    memcpy(block->starts + cells, block->starts + from, block->columns * sizeof *block->starts);
    memcpy(block->numbers + cells, block->numbers + from, block->columns * sizeof *block->numbers);
    block->begins[to] = block->begins[r];
    block->lines[to] = block->lines[r];
}

bool next_row(const text_rows *rows, row_cursor *next, csv_row *row) {
    while (next->block < rows->n_blocks && next->r == rows->blocks[next->block]->N)
        *next = (row_cursor){next->block + 1, 0};
    if (next->block == rows->n_blocks)
        return false;
    *row = get_row(rows->blocks[next->block], next->r++);
    return true;
}

void clear_values(csv_row *row, const name_list *texts) {
    for (size_t i = 0; i < row->count && texts->count > 0; i++)
        if (find_name(texts, get_value(row, i)) < texts->count)
            row->text[row->starts[i]] = '\0';
}

static void clear_block(row_block *block, const name_list *texts) {
    for (size_t r = 0; r < block->N; r++) {
        csv_row row = get_row(block, r);
        clear_values(&row, texts);
        for (size_t i = 0; i < row.count; i++)
            if (*get_value(&row, i) == '\0')
                block->numbers[r * block->columns + i] = (double)NAN;
    }
}

void clear_all_values(text_rows *rows, const name_list *texts) {
    for (size_t b = 0; b < rows->n_blocks && texts->count > 0; b++)
        clear_block(rows->blocks[b], texts);
}
