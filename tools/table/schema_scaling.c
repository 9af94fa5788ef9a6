/* SPDX-License-Identifier: BSD-3-Clause */
/* Rows of numbers, scaled and restored. */
#include "table/schema.h"

#include "cli/memory.h"

#include <float.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

/* The difference overflows where values of both signs are near the largest double. */
static double scale_number(const table_column *column, double value) {
    if (column->deviation == 0.0 || isnan(value))
        return 0.0;
    double difference = value - column->mean;
    return isfinite(difference) ? difference / column->deviation
                                : value / column->deviation - column->mean / column->deviation;
}

bool is_scaled(const table_column *column) {
    return column->kind == COLUMN_NUMBER || column->kind == COLUMN_DATE;
}

/* In deviations: far beyond any number that belongs to the same column, and far below what the sums
 * of a network overflow at. */
static const double FARTHEST = 1e100;

const char TOO_FAR[] = "is too far from the numbers that the model has learnt from";

size_t find_distant_column(const column_list *list, const double *numbers) {
    for (size_t i = 0; i < list->count; i++) {
        const table_column *column = &list->columns[i];
        if (is_scaled(column) && fabs(scale_number(column, *numbers)) > FARTHEST)
            return i;
        numbers += get_width(column);
    }
    return list->count;
}

bool check_distances(const column_list *list, const table_source *source, const csv_row *row,
                     const double *numbers, table_error *error) {
    size_t i = find_distant_column(list, numbers);
    return i == list->count ||
           set_value_error(source, row, list->columns[i].position, TOO_FAR, error);
}

static void scale_block(const column_list *list, size_t N, size_t width, double *numbers) {
    for (size_t i = 0; i < list->count; i++) {
        const table_column *column = &list->columns[i];
        for (size_t r = 0; r < N && is_scaled(column); r++)
            numbers[r * width] = scale_number(column, numbers[r * width]);
        numbers += get_width(column);
    }
}

/* Column by column in blocks of rows that stay in the cache. */
static void scale_columns(const column_list *list, size_t N, double *numbers) {
    enum { BLOCK_ROWS = 64 };
    size_t width = count_numbers(list);
    for (size_t r = 0; r < N; r += BLOCK_ROWS)
        scale_block(list, N - r < BLOCK_ROWS ? N - r : BLOCK_ROWS, width, numbers + r * width);
}

/* So large that a difference may overflow, or NaN. */
static bool needs_care(const double *numbers, size_t count) {
    int found = 0;
    for (size_t i = 0; i < count; i++)
        found |= !(fabs(numbers[i]) < DBL_MAX / 2.0);
    return found;
}

/* Where every column is one number: the same by rows, in vectors. */
static void scale_numbers(const column_list *list, size_t N, double *numbers) {
    const size_t width = list->count;
    double *means = resize_array(NULL, 2 * width, sizeof *means), *deviations = means + width;
    for (size_t i = 0; i < width; i++) {
        means[i] = list->columns[i].mean;
        deviations[i] = list->columns[i].deviation;
    }
    bool is_large = needs_care(means, width);
    for (size_t r = 0; r < N; r++, numbers += width) {
        if (is_large || needs_care(numbers, width)) {
            scale_columns(list, 1, numbers);
            continue;
        }
        for (size_t i = 0; i < width; i++)
            numbers[i] = deviations[i] == 0.0 ? 0.0 : (numbers[i] - means[i]) / deviations[i];
    }
    free(means);
}

static bool has_numbers_alone(const column_list *list) {
    for (size_t i = 0; i < list->count; i++)
        if (!is_scaled(&list->columns[i]) || get_width(&list->columns[i]) != 1)
            return false;
    return list->count > 0;
}

void scale_rows(const column_list *list, size_t N, double *numbers) {
    if (has_numbers_alone(list))
        scale_numbers(list, N, numbers);
    else
        scale_columns(list, N, numbers);
}

double restore_number(const table_column *column, double scaled) {
    return column->mean + column->deviation * scaled;
}

void restore_rows(const column_list *list, size_t N, const double *scaled, double *numbers) {
    size_t width = count_numbers(list);
    memmove(numbers, scaled, N * width * sizeof *numbers);
    for (size_t r = 0; r < N; r++)
        for (size_t i = 0; i < list->count; i++) {
            const table_column *column = &list->columns[i];
            if (is_scaled(column))
                *numbers = restore_number(column, *numbers);
            numbers += get_width(column);
        }
}
