/* SPDX-License-Identifier: BSD-3-Clause */
#include "table/schema.h"

#include "cli/memory.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static void free_columns(column_list *list) {
    for (size_t i = 0; i < list->count; i++) {
        free(list->columns[i].name);
        free_names(&list->columns[i].categories);
    }
    free(list->columns);
}

void free_schema(schema *s) {
    free_names(&s->table_columns);
    free_columns(&s->features);
    free_columns(&s->targets);
    *s = (schema){0};
}

table_column *add_column(column_list *list, const char *name, size_t position) {
    list->columns = resize_array(list->columns, list->count + 1, sizeof *list->columns);
    table_column *added = &list->columns[list->count++];
    *added = (table_column){.name = copy_text(name), .position = position, .is_number = true};
    return added;
}

bool has_classes(const schema *s) {
    return s->targets.count == 1 && s->targets.columns[0].is_category;
}

static size_t get_width(const table_column *column) {
    return column->is_category ? column->categories.count : 1;
}

size_t count_numbers(const column_list *list) {
    size_t sum = 0;
    for (size_t i = 0; i < list->count; i++)
        sum += get_width(&list->columns[i]);
    return sum;
}

/* ---- encoding ------------------------------------------------------------------------------- */

number_text name_number_category(double value) {
    return write_real(value + 0.0); /* -0 is 0 */
}

bool check_value(const table_source *source, const csv_row *row, const table_column *column,
                 double *value, table_error *error) {
    const char *text = get_value(row, column->position);
    if (column->is_number ? read_real(text, value) : *text != '\0')
        return true;
    bool is_missing = *text == '\0' || is_missing_number(text);
    return set_value_error(source, row, column->position,
                           is_missing ? "is a missing value" : "is not a number", error);
}

static bool encode_category(const table_source *source, const csv_row *row,
                            const table_column *column, double value, double *numbers,
                            table_error *error) {
    number_text number = name_number_category(value);
    const char *name = column->is_number ? number.text : get_value(row, column->position);
    size_t category = find_name(&column->categories, name);
    if (category == column->categories.count)
        return set_value_error(source, row, column->position,
                               "is not one of the categories of the training", error);
    for (size_t k = 0; k < column->categories.count; k++)
        numbers[k] = k == category ? 1.0 : 0.0;
    return true;
}

bool encode_row(const column_list *list, const table_source *source, const csv_row *row,
                double *numbers, table_error *error) {
    for (size_t i = 0; i < list->count; i++) {
        const table_column *column = &list->columns[i];
        double value = 0.0;
        if (!check_value(source, row, column, &value, error))
            return false;
        *numbers = value;
        if (column->is_category && !encode_category(source, row, column, value, numbers, error))
            return false;
        numbers += get_width(column);
    }
    return true;
}

/* ---- scaling --------------------------------------------------------------------------------- */

/* The difference overflows where values of both signs are near the largest double. */
static double scale_number(const table_column *column, double value) {
    if (column->deviation == 0.0)
        return 0.0;
    double difference = value - column->mean;
    return isfinite(difference) ? difference / column->deviation
                                : value / column->deviation - column->mean / column->deviation;
}

void scale_rows(const column_list *list, size_t N, double *numbers) {
    for (size_t r = 0; r < N; r++)
        for (size_t i = 0; i < list->count; i++) {
            const table_column *column = &list->columns[i];
            if (!column->is_category)
                *numbers = scale_number(column, *numbers);
            numbers += get_width(column);
        }
}

double restore_number(const table_column *column, double scaled) {
    return column->mean + column->deviation * scaled;
}

/* ---- columns of another table -------------------------------------------------------------- */

static bool find_columns(column_list *list, const table_source *source, table_error *error) {
    for (size_t i = 0; i < list->count; i++) {
        table_column *column = &list->columns[i];
        column->position = find_name_or_number(&source->columns, column->name);
        if (column->position == source->columns.count)
            return set_column_error(source, column->name, ", which the model needs", error);
    }
    return true;
}

static void count_positions(column_list *list) {
    for (size_t i = 0; i < list->count; i++)
        list->columns[i].position = i;
}

static bool take_places(schema *s, const table_source *source, bool with_targets,
                        table_error *error) {
    if (source->columns.count == s->table_columns.count) {
        column_list *lists[] = {&s->features, &s->targets};
        for (size_t l = 0; l < 2; l++)
            for (size_t i = 0; i < lists[l]->count; i++)
                lists[l]->columns[i].position =
                    find_name(&s->table_columns, lists[l]->columns[i].name);
        return true;
    }
    if (source->columns.count == s->features.count && !with_targets) {
        count_positions(&s->features);
        return true;
    }
    return set_error(error,
                     "%s: has %zu columns and no header, but the model was trained on a table "
                     "with %zu columns; --header reads the first line as a header",
                     source->name, source->columns.count, s->table_columns.count);
}

bool bind_schema(schema *s, const table_source *source, bool with_targets, table_error *error) {
    if (!source->has_header)
        return take_places(s, source, with_targets, error);
    return find_columns(&s->features, source, error) &&
           (!with_targets || find_columns(&s->targets, source, error));
}
