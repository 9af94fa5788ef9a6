/* SPDX-License-Identifier: BSD-3-Clause */
#include "table/scaling.h"

#include "cli/memory.h"
#include "cli/parts.h"

#include <math.h>
#include <stdlib.h>

/* The values of a column in long double, so that neither sums nor squares overflow. Equal values
 * get a deviation of exactly 0, which their rounded mean would not give. Missing values, NaN, do
 * not count, and each other one as many times as its row. squares: of the distances from the mean.
 */
typedef struct {
    long double count, sum, squares;
} value_sums;

typedef struct {
    table_column *column;
    size_t place; /* of its numbers in a row */
    double first;
    bool is_constant, has_first;
    value_sums all, block;
} column_sums;

struct scaling_sums {
    size_t width, n_scaled;
    column_sums *columns;
};

/* Rows of numbers; counts is null where each counts once. */
typedef struct {
    const scaling_sums *sums;
    size_t N;
    const double *numbers, *counts;
} counted_rows;

static long double get_count(const counted_rows *rows, size_t r) {
    return rows->counts ? (long double)rows->counts[r] : 1.0L;
}

scaling_sums *start_scaling(column_list *list) {
    scaling_sums *sums = resize_array(NULL, 1, sizeof *sums);
    *sums = (scaling_sums){.columns = resize_array(NULL, list->count, sizeof *sums->columns)};
    for (size_t i = 0; i < list->count; i++) {
        table_column *column = &list->columns[i];
        if (is_scaled(column))
            sums->columns[sums->n_scaled++] =
                (column_sums){.column = column, .place = sums->width, .is_constant = true};
        sums->width += get_width(column);
    }
    return sums;
}

static void add_values(column_sums *s, const counted_rows *rows, size_t begin, size_t end) {
    long double sum = s->block.sum, counted = s->block.count;
    for (size_t r = begin; r < end; r++) {
        double value = rows->numbers[r * rows->sums->width + s->place];
        long double count = get_count(rows, r);
        if (isnan(value) || !(count > 0.0L))
            continue;
        s->first = s->has_first ? s->first : value;
        s->has_first = true;
        s->is_constant = s->is_constant && value == s->first;
        sum += count * (long double)value;
        counted += count;
    }
    s->block.sum = sum;
    s->block.count = counted;
}

static void add_squares(column_sums *s, const counted_rows *rows, size_t begin, size_t end) {
    long double mean = s->block.sum / s->block.count, squares = s->block.squares;
    for (size_t r = begin; r < end; r++) {
        double value = rows->numbers[r * rows->sums->width + s->place];
        long double distance = (long double)value - mean;
        squares += isnan(value) ? 0.0L : get_count(rows, r) * distance * distance;
    }
    s->block.squares = squares;
}

/* All columns of some rows before the next rows, so that memory is read once. */
static void add_rows(void (*add)(column_sums *, const counted_rows *, size_t, size_t),
                     column_sums *columns, size_t n_columns, const counted_rows *rows) {
    enum { MOST_ROWS = 64 };
    for (size_t r = 0; r < rows->N; r += MOST_ROWS)
        for (size_t i = 0; i < n_columns; i++)
            add(&columns[i], rows, r, rows->N - r < MOST_ROWS ? rows->N : r + MOST_ROWS);
}

/* T. F. Chan, G. H. Golub and R. J. LeVeque, The American Statistician 37 (1983), p. 242. */
static void merge(value_sums *all, const value_sums *block) {
    if (!(block->count > 0.0L))
        return;
    if (!(all->count > 0.0L)) {
        *all = *block;
        return;
    }
    long double count = all->count + block->count;
    long double distance = block->sum / block->count - all->sum / all->count;
    all->squares += block->squares + distance * distance * (all->count / count) * block->count;
    all->sum += block->sum;
    all->count = count;
}

static void add_block(void *context, size_t part, size_t begin, size_t end) {
    const counted_rows *rows = context;
    column_sums *columns = rows->sums->columns;
    (void)part;
    for (size_t i = begin; i < end; i++)
        columns[i].block = (value_sums){.count = 0.0L};
    add_rows(add_values, columns + begin, end - begin, rows);
    add_rows(add_squares, columns + begin, end - begin, rows);
    for (size_t i = begin; i < end; i++)
        merge(&columns[i].all, &columns[i].block);
}

void add_to_scaling(scaling_sums *sums, size_t N, const double *numbers, const double *counts) {
    run_in_parts(sums->n_scaled, N, add_block, &(counted_rows){sums, N, numbers, counts});
}

const void *get_scaling_bytes(const scaling_sums *sums, size_t *count) {
    *count = sums->n_scaled * sizeof *sums->columns;
    return sums->columns;
}

static void join_column(column_sums *s, const column_sums *part) {
    if (!part->has_first)
        return;
    s->is_constant =
        part->is_constant && (!s->has_first || (s->is_constant && s->first == part->first));
    s->first = s->has_first ? s->first : part->first;
    s->has_first = true;
    merge(&s->all, &part->all);
}

void join_scaling(scaling_sums *sums, const void *bytes) {
    const column_sums *parts = bytes;
    for (size_t i = 0; i < sums->n_scaled; i++)
        join_column(&sums->columns[i], &parts[i]);
}

void free_scaling(scaling_sums *sums) {
    free(sums->columns);
    free(sums);
}

void end_scaling(scaling_sums *sums) {
    for (size_t i = 0; i < sums->n_scaled; i++) {
        const column_sums *s = &sums->columns[i];
        const value_sums *all = &s->all;
        s->column->mean = s->is_constant ? s->first : (double)(all->sum / all->count);
        s->column->deviation = s->is_constant ? 0.0 : (double)sqrtl(all->squares / all->count);
    }
    free_scaling(sums);
}
