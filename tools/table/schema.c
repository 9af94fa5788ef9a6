/* SPDX-License-Identifier: BSD-3-Clause */
#include "table/schema.h"

#include "cli/memory.h"
#include "table/confusion.h"

#include <math.h>
#include <stdio.h>
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

table_column *add_column(column_list *list, const char *name, size_t place) {
    list->columns = resize_array(list->columns, list->count + 1, sizeof *list->columns);
    table_column *added = &list->columns[list->count++];
    *added = (table_column){.name = copy_text(name),
                            .place = place,
                            .position = place,
                            .is_number = true,
                            .deviation = 1.0};
    return added;
}

/* ---- outputs --------------------------------------------------------------------------------- */

static size_t count_kind(const column_list *list, column_kind kind) {
    size_t count = 0;
    for (size_t i = 0; i < list->count; i++)
        count += list->columns[i].kind == kind;
    return count;
}

output_kind get_output_kind(const schema *s) {
    size_t classes = count_kind(&s->targets, COLUMN_CATEGORY);
    size_t labels = count_kind(&s->targets, COLUMN_LABEL);
    if (classes == 1 && s->targets.count == 1)
        return OUTPUTS_CLASSES;
    if (labels == s->targets.count)
        return OUTPUTS_LABELS;
    return classes + labels > 0 ? OUTPUTS_MIXED : OUTPUTS_NUMBERS;
}

bool has_classes(const schema *s) {
    return get_output_kind(s) == OUTPUTS_CLASSES;
}

size_t get_width(const table_column *column) {
    size_t gap = column->expects_gaps ? 1 : 0;
    return gap + (column->kind == COLUMN_CATEGORY ? column->categories.count : 1);
}

size_t count_numbers(const column_list *list) {
    size_t sum = 0;
    for (size_t i = 0; i < list->count; i++)
        sum += get_width(&list->columns[i]);
    return sum;
}

size_t find_predicted_category(const table_column *target, const double *outputs) {
    if (target->kind == COLUMN_LABEL)
        return outputs[0] >= 0.5 ? 1 : 0;
    return find_largest(outputs, target->categories.count);
}

/* The name, or one that is not in the list yet. */
static void add_output_name(name_list *names, const char *target, const char *category) {
    size_t most = strlen(target) + strlen(category) + 32;
    char *name = resize_array(NULL, most, 1);
    snprintf(name, most, "%s%s%s", target, *category ? "=" : "", category);
    for (size_t copy = 2; !add_name(names, name); copy++)
        snprintf(name, most, "%s%s%s (%zu)", target, *category ? "=" : "", category, copy);
    free(name);
}

static void name_target_outputs(const table_column *target, bool is_only, name_list *names) {
    char number[24];
    snprintf(number, sizeof number, "%zu", target->place + 1);
    const char *name = *target->name ? target->name : number;
    if (target->kind != COLUMN_CATEGORY) {
        add_output_name(names, name, "");
        return;
    }
    for (size_t k = 0; k < target->categories.count; k++) {
        const char *category = target->categories.names[k];
        if (!is_only || !add_name(names, category))
            add_output_name(names, name, category);
    }
}

void name_outputs(const schema *s, name_list *names) {
    name_list all = {0};
    add_name(&all, "prediction");
    for (size_t i = 0; i < s->targets.count; i++)
        name_target_outputs(&s->targets.columns[i], has_classes(s), &all);
    for (size_t k = 1; k < all.count; k++)
        add_name(names, all.names[k]);
    free_names(&all);
}

/* ---- encoding ------------------------------------------------------------------------------- */

number_text name_number_category(double value) {
    return write_real(value + 0.0); /* -0 is 0 */
}

bool check_value(const table_source *source, const csv_row *row, const table_column *column,
                 double *value, table_error *error) {
    const char *text = get_value(row, column->position);
    if (column->is_number ? get_number(row, column->position, value) : *text != '\0')
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
        if (column->kind == COLUMN_CATEGORY &&
            !encode_category(source, row, column, value, numbers, error))
            return false;
        numbers += get_width(column);
    }
    return true;
}

/* ---- scaling --------------------------------------------------------------------------------- */

/* The difference overflows where values of both signs are near the largest double. */
static double scale_number(const table_column *column, double value) {
    if (column->deviation == 0.0 || isnan(value))
        return 0.0;
    double difference = value - column->mean;
    return isfinite(difference) ? difference / column->deviation
                                : value / column->deviation - column->mean / column->deviation;
}

void scale_rows(const column_list *list, size_t N, double *numbers) {
    for (size_t r = 0; r < N; r++)
        for (size_t i = 0; i < list->count; i++) {
            const table_column *column = &list->columns[i];
            if (column->kind == COLUMN_NUMBER)
                *numbers = scale_number(column, *numbers);
            numbers += get_width(column);
        }
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
            if (column->kind == COLUMN_NUMBER)
                *numbers = restore_number(column, *numbers);
            numbers += get_width(column);
        }
}

/* ---- columns of another table -------------------------------------------------------------- */

static bool has_names(const name_list *columns) {
    for (size_t i = 0; i < columns->count; i++)
        if (*columns->names[i])
            return true;
    return false;
}

static bool bind_column(table_column *column, const table_source *source, table_error *error) {
    if (*column->name)
        return find_column(source, column->name, ", which the model needs", &column->position,
                           error);
    column->position = column->place;
    return (column->place < source->columns.count && !*source->columns.names[column->place]) ||
           set_error(error, "%s: has no column %zu without a name, which the model needs",
                     source->name, column->place + 1);
}

static bool bind_columns(column_list *list, const table_source *source, table_error *error) {
    for (size_t i = 0; i < list->count; i++)
        if (!bind_column(&list->columns[i], source, error))
            return false;
    return true;
}

static void take_places(column_list *list) {
    for (size_t i = 0; i < list->count; i++)
        list->columns[i].position = list->columns[i].place;
}

static void count_positions(column_list *list) {
    for (size_t i = 0; i < list->count; i++)
        list->columns[i].position = i;
}

static bool bind_by_place(schema *s, const table_source *source, bool with_targets,
                          table_error *error) {
    size_t count = source->columns.count;
    if (count == s->table_columns.count) {
        take_places(&s->features);
        take_places(&s->targets);
        return true;
    }
    if (count == s->features.count && !with_targets) {
        count_positions(&s->features);
        return true;
    }
    return set_error(
        error,
        "%s: has %zu columns%s, but the model was trained on a table with %zu "
        "columns%s",
        source->name, count, source->has_header ? "" : " and no header", s->table_columns.count,
        source->has_header ? " and no header" : "; --header reads the first line as a header");
}

bool bind_schema(schema *s, const table_source *source, bool with_targets, table_error *error) {
    if (!source->has_header || !has_names(&s->table_columns))
        return bind_by_place(s, source, with_targets, error);
    return bind_columns(&s->features, source, error) &&
           (!with_targets || bind_columns(&s->targets, source, error));
}
