/* SPDX-License-Identifier: BSD-3-Clause */
/* Rows of a table as numbers. */
#include "table/schema.h"

#include <ctype.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

/* The number of a number, the moment of a date. */
typedef struct {
    bool is_missing;
    double number;
    moment moment;
} cell;

static bool refuse_gap(const column_list *list, const table_source *source, const csv_row *row,
                       size_t position, const char *problem, table_error *error) {
    set_value_error(source, row, position, problem, error);
    error->kind = list->missing == MISSING_TARGET ? ERROR_NO_TARGET : ERROR_GAP;
    return false;
}

static bool read_cell(const table_column *column, const csv_row *row, cell *read) {
    const char *text = get_value(row, column->position);
    if (column->kind == COLUMN_DATE)
        return read_date(text, column->dates, &read->moment);
    return column->is_number ? get_formatted(row, column->position, &column->format, &read->number)
                             : is_utf8(text);
}

/* 7,4 among numbers with a decimal point, or the reverse. */
static bool has_other_mark(const table_column *column, const char *text) {
    const number_format other = {.decimal = column->format.decimal == '.' ? ',' : '.'};
    double value;
    return read_formatted(text, &other, &value);
}

static bool is_too_large(const char *text) {
    char *end;
    return isinf(strtod(text, &end)) && *end == '\0' && isdigit((unsigned char)end[-1]);
}

static const char *advise(const column_list *list, const table_column *column, const char *text) {
    if (!column->is_number && column->kind != COLUMN_DATE)
        return "";
    if (column->is_number && has_other_mark(column, text))
        return column->format.decimal == '.' ? "; is the decimal mark a comma? --decimal ,"
                                             : "; is the decimal mark a point? --decimal .";
    if (list->missing == MISSING_REFUSED || is_too_large(text))
        return "; --skip-bad-rows skips its row";
    return "; --na TEXT makes a text a missing value, --skip-bad-rows skips its row";
}

static bool refuse_value(const column_list *list, const table_column *column,
                         const table_source *source, const csv_row *row, table_error *error) {
    const char *text = get_value(row, column->position);
    char problem[64] = "is not a number";
    if (is_too_large(text))
        snprintf(problem, sizeof problem, "is too large for a number");
    if (column->kind == COLUMN_DATE)
        snprintf(problem, sizeof problem, "is not a date as the others (%s)",
                 show_date_format(column->dates));
    else if (!column->is_number)
        snprintf(problem, sizeof problem, "%s", describe_bad_text(text));
    set_value_error(source, row, column->position, problem, error);
    error->advice = advise(list, column, text);
    return false;
}

static bool read_value(const column_list *list, const table_column *column,
                       const table_source *source, const csv_row *row, cell *read,
                       table_error *error) {
    const char *text = get_value(row, column->position);
    bool is_number = column->is_number || column->kind == COLUMN_DATE;
    bool is_good = read_cell(column, row, read);
    read->is_missing = (!is_good || !is_number) && is_gap(text, is_number) &&
                       find_name(&column->categories, text) == column->categories.count;
    if (read->is_missing)
        return list->missing == MISSING_IMPUTED ||
               refuse_gap(list, source, row, column->position, "is a missing value", error);
    return is_good || refuse_value(list, column, source, row, error);
}

bool check_row(const column_list *list, const table_source *source, const csv_row *row,
               table_error *error) {
    for (size_t i = 0; i < list->count; i++) {
        cell read;
        if (!read_value(list, &list->columns[i], source, row, &read, error))
            return false;
    }
    return true;
}

/* Equal numbers can be written in several ways, but nearly all are as in training. */
static size_t find_category(const table_column *column, const char *text, double number) {
    size_t category = find_name(&column->categories, text), count = column->categories.count;
    if (category < count || !column->is_number)
        return category;
    double other;
    for (category = 0; category < count; category++)
        if (read_formatted(column->categories.names[category], &column->format, &other) &&
            other == number)
            break;
    return category;
}

static bool encode_category(const column_list *list, const table_column *column,
                            const table_source *source, const csv_row *row, const cell *read,
                            double *numbers, table_error *error) {
    static const char UNKNOWN[] = "is not one of the categories of the training";
    size_t count = column->categories.count, category = count;
    if (!read->is_missing)
        category = find_category(column, get_value(row, column->position), read->number);
    if (category == count && !read->is_missing && list->missing != MISSING_IMPUTED) {
        set_value_error(source, row, column->position, UNKNOWN, error);
        error->kind = list->missing == MISSING_TARGET ? ERROR_BAD : ERROR_GAP;
        return false;
    }
    if (column->kind == COLUMN_LABEL) {
        *numbers = (double)category;
        return true;
    }
    for (size_t k = 0; k < count; k++)
        numbers[k] = k == category ? 1.0 : 0.0;
    return true;
}

static void encode_date(const table_column *column, const cell *read, double *numbers) {
    const double turn = 2.0 * acos(-1.0);
    *numbers++ = read->is_missing ? (double)NAN : read->moment.seconds;
    for (size_t p = 0; p < N_DATE_PARTS; p++) {
        if (!(column->parts >> p & 1))
            continue;
        *numbers++ = read->is_missing ? 0.0 : sin(turn * read->moment.phases[p]);
        *numbers++ = read->is_missing ? 0.0 : cos(turn * read->moment.phases[p]);
    }
}

bool encode_row(const column_list *list, const table_source *source, const csv_row *row,
                double *numbers, table_error *error) {
    for (size_t i = 0; i < list->count; i++) {
        const table_column *column = &list->columns[i];
        cell read = {.number = 0.0};
        if (!read_value(list, column, source, row, &read, error))
            return false;
        if (column->categories.count > 0) {
            if (!encode_category(list, column, source, row, &read, numbers, error))
                return false;
        } else if (column->kind == COLUMN_DATE) {
            encode_date(column, &read, numbers);
        } else {
            *numbers = read.is_missing ? (double)NAN : read.number;
        }
        numbers += get_width_of_value(column);
        if (column->expects_gaps)
            *numbers++ = read.is_missing ? 1.0 : 0.0;
    }
    return true;
}

static bool has_gap(const table_column *column, const double *numbers) {
    if (column->categories.count == 0)
        return isnan(*numbers);
    for (size_t k = 0; k < column->categories.count; k++)
        if (numbers[k] != 0.0)
            return false;
    return true;
}

void count_gaps(const column_list *list, size_t N, const double *numbers, gap_counts *counts) {
    for (size_t r = 0; r < N; r++)
        for (size_t i = 0; i < list->count; i++) {
            const table_column *column = &list->columns[i];
            size_t width = get_width(column);
            bool is_number = column->categories.count == 0;
            if (has_gap(column, numbers) && column->expects_gaps && numbers[width - 1] != 0.0)
                counts->missing++;
            else if (has_gap(column, numbers))
                *(is_number ? &counts->missing : &counts->unknown) += 1;
            numbers += width;
        }
}
