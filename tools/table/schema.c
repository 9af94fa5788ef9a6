/* SPDX-License-Identifier: BSD-3-Clause */
#include "table/schema.h"

#include "cli/memory.h"
#include "table/confusion.h"

#include <float.h>
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
    free_names(&s->missing_texts);
    free_columns(&s->features);
    free_columns(&s->targets);
    free_columns(&s->weights);
    free(s->class_weights);
    *s = (schema){0};
}

void add_missing_texts(schema *s, const char *list) {
    name_list texts = {0};
    if (list)
        read_names(list, &texts);
    for (size_t i = 0; i < texts.count; i++)
        add_name(&s->missing_texts, texts.names[i]);
    free_names(&texts);
}

table_column *add_column(column_list *list, const char *name, size_t place) {
    list->columns = resize_array(list->columns, list->count + 1, sizeof *list->columns);
    table_column *added = &list->columns[list->count++];
    *added = (table_column){.name = copy_text(name),
                            .place = place,
                            .position = place,
                            .is_number = true,
                            .format = PLAIN_FORMAT,
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

static size_t count_parts(const table_column *column) {
    size_t count = 0;
    for (size_t p = 0; p < N_DATE_PARTS; p++)
        count += column->parts >> p & 1;
    return count;
}

static size_t get_width_of_value(const table_column *column) {
    if (column->kind == COLUMN_CATEGORY)
        return column->categories.count;
    return column->kind == COLUMN_DATE ? 1 + 2 * count_parts(column) : 1;
}

size_t get_width(const table_column *column) {
    return get_width_of_value(column) + column->expects_gaps;
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

static const char *advise(const table_column *column, const char *text) {
    if (!column->is_number && column->kind != COLUMN_DATE)
        return "";
    if (column->is_number && has_other_mark(column, text))
        return column->format.decimal == '.' ? "; is the decimal mark a comma? --decimal ,"
                                             : "; is the decimal mark a point? --decimal .";
    return "; --na TEXT makes a text a missing value, --skip-bad-rows skips its row";
}

static bool refuse_value(const table_column *column, const table_source *source, const csv_row *row,
                         table_error *error) {
    char problem[64] = "is not a number";
    if (column->kind == COLUMN_DATE)
        snprintf(problem, sizeof problem, "is not a date as the others (%s)",
                 show_date_format(column->dates));
    else if (!column->is_number)
        snprintf(problem, sizeof problem, "%s",
                 describe_bad_text(get_value(row, column->position)));
    set_value_error(source, row, column->position, problem, error);
    error->advice = advise(column, get_value(row, column->position));
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
    return is_good || refuse_value(column, source, row, error);
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

/* ---- scaling --------------------------------------------------------------------------------- */

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

/* ---- columns of another table -------------------------------------------------------------- */

static bool has_names(const name_list *columns) {
    for (size_t i = 0; i < columns->count; i++)
        if (*columns->names[i])
            return true;
    return false;
}

/* name: its own name in the table of the training, or "". */
static bool bind_column(table_column *column, const char *name, const table_source *source,
                        table_error *error) {
    if (*name)
        return find_column(source, name, ", which the model needs", &column->position, error);
    column->position = column->place;
    bool is_there = column->place < source->columns.count &&
                    strcmp(column->name, source->columns.names[column->place]) == 0;
    if (is_there)
        return true;
    if (*column->name)
        return set_error(error,
                         "%s: column %zu is not named '%s': several were in the training, so that "
                         "their places count",
                         source->name, column->place + 1, show_text(column->name).text);
    return set_error(error, "%s: has no column %zu without a name, which the model needs",
                     source->name, column->place + 1);
}

static bool bind_columns(column_list *list, const name_list *names, const table_source *source,
                         table_error *error) {
    for (size_t i = 0; i < list->count; i++)
        if (!bind_column(&list->columns[i], names->names[list->columns[i].place], source, error))
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
        "%s: has %zu column%s%s, but the model was trained on a table with %zu "
        "column%s%s",
        source->name, count, end_plural(count), source->has_header ? "" : " and no header",
        s->table_columns.count, end_plural(s->table_columns.count),
        source->has_header ? " and no header" : "; --header reads the first line as a header");
}

bool bind_schema(schema *s, const table_source *source, bool with_targets, table_error *error) {
    if (!source->has_header || !has_names(&s->table_columns))
        return bind_by_place(s, source, with_targets, error);
    return bind_columns(&s->features, &s->table_columns, source, error) &&
           (!with_targets || bind_columns(&s->targets, &s->table_columns, source, error));
}

bool bind_weights(schema *s, const table_source *source) {
    table_error error;
    if (source->has_header && has_names(&s->table_columns))
        return bind_columns(&s->weights, &s->table_columns, source, &error);
    take_places(&s->weights);
    return source->columns.count == s->table_columns.count;
}
