/* SPDX-License-Identifier: BSD-3-Clause */
#include "table/infer_schema.h"

#include "cli/memory.h"
#include "cli/number.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* ---- choice of columns ----------------------------------------------------------------------- */

/* Sets marks[column] for each column of the list. */
static bool mark_columns(const table_source *source, const name_list *list, bool *marks,
                         table_error *error) {
    for (size_t i = 0; i < list->count; i++) {
        size_t position;
        if (!find_chosen_column(source, list->names[i], &position, error))
            return false;
        marks[position] = true;
    }
    return true;
}

/* One for each column of the table, all false; released by free(). */
static bool *clear_marks(const table_source *source) {
    bool *marks = resize_array(NULL, source->columns.count, sizeof *marks);
    memset(marks, 0, source->columns.count * sizeof *marks);
    return marks;
}

static bool add_columns(const table_source *source, const name_list *names, column_list *list,
                        table_error *error) {
    for (size_t i = 0; i < names->count; i++) {
        size_t position;
        if (!find_chosen_column(source, names->names[i], &position, error))
            return false;
        add_column(list, source->columns.names[position], position);
    }
    return true;
}

/* Another table is read by the names of the columns. */
static bool check_name(const table_source *source, const char *name, table_error *error) {
    size_t found;
    return *name == '\0' || find_column(source, name, ", which is used", &found, error);
}

/* No column may occur twice: as target and feature, or by its name and by its number. */
static bool check_columns(const table_source *source, const schema *s, table_error *error) {
    bool *is_taken = clear_marks(source);
    const column_list *lists[] = {&s->targets, &s->features};
    bool is_good = true;
    for (size_t l = 0; l < 2; l++)
        for (size_t i = 0; i < lists[l]->count && is_good; i++) {
            const table_column *column = &lists[l]->columns[i];
            if (is_taken[column->place])
                is_good = set_error(error, "%s: %s is named twice", source->name,
                                    show_column(column->name, column->place).text);
            else
                is_good = check_name(source, column->name, error);
            is_taken[column->place] = true;
        }
    free(is_taken);
    if (is_good && s->features.count == 0)
        return set_error(error, "%s: there is no column left to be a feature", source->name);
    return is_good;
}

static bool add_other_columns(const table_source *source, const column_choice *choice, schema *s,
                              table_error *error) {
    bool *is_left_out = clear_marks(source);
    bool is_good = mark_columns(source, &choice->targets, is_left_out, error) &&
                   mark_columns(source, &choice->ignored, is_left_out, error);
    for (size_t i = 0; i < source->columns.count && is_good; i++)
        if (!is_left_out[i])
            add_column(&s->features, source->columns.names[i], i);
    free(is_left_out);
    return is_good;
}

static bool choose_columns(const table_source *source, const column_choice *choice, schema *s,
                           table_error *error) {
    for (size_t i = 0; i < source->columns.count; i++) {
        const char *name = source->columns.names[i];
        if (*name == '\0' || !add_name(&s->table_columns, name))
            add_no_name(&s->table_columns);
    }
    return add_columns(source, &choice->targets, &s->targets, error) &&
           (choice->features.count > 0 ? add_columns(source, &choice->features, &s->features, error)
                                       : add_other_columns(source, choice, s, error)) &&
           check_columns(source, s, error);
}

/* ---- types of columns ----------------------------------------------------------------------- */

static bool holds_numbers(const text_rows *rows, size_t position) {
    size_t numbers = 0, others = 0;
    for (size_t r = 0; r < rows->N; r++) {
        csv_row row = get_row(rows, r);
        double value;
        if (get_number(&row, position, &value))
            numbers++;
        else if (!is_missing_number(get_value(&row, position)))
            others++;
    }
    return numbers > others;
}

static bool holds_few_whole_numbers(const text_rows *rows, size_t position) {
    name_list found = {0};
    bool is_so = true;
    for (size_t r = 0; r < rows->N && is_so; r++) {
        csv_row row = get_row(rows, r);
        double value;
        if (!get_number(&row, position, &value))
            continue; /* a bad row */
        add_name(&found, name_number_category(value).text);
        is_so = floor(value) == value && found.count <= MOST_NUMBER_CLASSES;
    }
    free_names(&found);
    return is_so;
}

static void choose_target_kind(const text_rows *rows, const column_choice *choice,
                               table_column *target) {
    if (choice->task == TASK_NUMBERS || choice->targets.count > 1)
        return;
    target->is_number = target->is_number && holds_numbers(rows, target->position);
    if (choice->task == TASK_CLASSES || !target->is_number ||
        holds_few_whole_numbers(rows, target->position))
        target->kind = COLUMN_CATEGORY;
}

static bool choose_kinds(const table_source *source, const text_rows *rows,
                         const column_choice *choice, schema *s, table_error *error) {
    bool *is_text = clear_marks(source);
    bool is_good = mark_columns(source, &choice->texts, is_text, error);
    for (size_t i = 0; i < s->features.count && is_good; i++) {
        table_column *feature = &s->features.columns[i];
        feature->is_number = !is_text[feature->position] && holds_numbers(rows, feature->position);
        if (!feature->is_number)
            feature->kind = COLUMN_CATEGORY;
    }
    for (size_t i = 0; i < s->targets.count && is_good; i++) {
        table_column *target = &s->targets.columns[i];
        target->is_number = !is_text[target->position];
        choose_target_kind(rows, choice, target);
    }
    free(is_text);
    return is_good;
}

/* ---- bad rows -------------------------------------------------------------------------------- */

static bool check_row(const table_source *source, const csv_row *row, const schema *s,
                      table_error *error) {
    const column_list *lists[] = {&s->features, &s->targets};
    double value;
    for (size_t l = 0; l < 2; l++)
        for (size_t i = 0; i < lists[l]->count; i++)
            if (!check_value(source, row, &lists[l]->columns[i], &value, error))
                return false;
    return true;
}

static bool drop_bad_rows(const table_source *source, text_rows *rows, const schema *s,
                          skipped_rows *skipped, table_error *error) {
    size_t kept = 0;
    for (size_t r = 0; r < rows->N; r++) {
        csv_row row = get_row(rows, r);
        if (check_row(source, &row, s, error))
            move_row(rows, kept++, r);
        else if (!skip_row(skipped, error))
            return false;
    }
    rows->N = kept;
    return kept > 0 || set_error(error, "%s: has no rows to train on", source->name);
}

/* ---- categories ------------------------------------------------------------------------------ */

static int compare_texts(const void *a, const void *b) {
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static int compare_numbers(const void *a, const void *b) {
    double left = strtod(*(const char *const *)a, NULL);
    double right = strtod(*(const char *const *)b, NULL);
    return (left > right) - (left < right);
}

/* Sorted, so that the schema does not depend on the order of the rows. */
static void take_sorted(const name_list *found, table_column *column) {
    const char **names = resize_array(NULL, found->count, sizeof *names);
    memcpy(names, found->names, found->count * sizeof *names);
    qsort(names, found->count, sizeof *names, column->is_number ? compare_numbers : compare_texts);
    for (size_t k = 0; k < found->count; k++)
        add_name(&column->categories, names[k]);
    free(names);
}

static bool find_categories(const table_source *source, const text_rows *rows,
                            const table_column *column, name_list *found, table_error *error) {
    for (size_t r = 0; r < rows->N; r++) {
        csv_row row = get_row(rows, r);
        const char *text = get_value(&row, column->position);
        double value = 0.0;
        if (column->is_number)
            get_number(&row, column->position, &value);
        const number_text number = name_number_category(value);
        if (!add_name(found, column->is_number ? number.text : text))
            continue;
        if (!is_utf8(text))
            return set_value_error(source, &row, column->position, "is not UTF-8", error);
        if (found->count > MOST_CATEGORIES)
            return set_error(error,
                             "%s: %s: has more than %d different texts, and each would be a "
                             "category",
                             source->name, show_column(column->name, column->place).text,
                             MOST_CATEGORIES);
    }
    return true;
}

static bool infer_categories(const table_source *source, const text_rows *rows, column_list *list,
                             table_error *error) {
    for (size_t i = 0; i < list->count; i++) {
        table_column *column = &list->columns[i];
        if (column->kind != COLUMN_CATEGORY)
            continue;
        name_list found = {0};
        bool is_good = find_categories(source, rows, column, &found, error);
        if (is_good)
            take_sorted(&found, column);
        free_names(&found);
        if (!is_good)
            return false;
    }
    return true;
}

bool infer_schema(const table_source *source, text_rows *rows, const column_choice *choice,
                  skipped_rows *skipped, note_list *notes, schema *s, table_error *error) {
    (void)notes;
    *s = (schema){0};
    if (choose_columns(source, choice, s, error) && choose_kinds(source, rows, choice, s, error) &&
        drop_bad_rows(source, rows, s, skipped, error) &&
        infer_categories(source, rows, &s->features, error) &&
        infer_categories(source, rows, &s->targets, error))
        return true;
    free_schema(s);
    return false;
}

/* ---- scaling --------------------------------------------------------------------------------- */

/* In long double, so that neither sums nor squares overflow. Equal values get a deviation of
 * exactly 0, which their rounded mean would not give. Missing values, NaN, do not count. */
static void infer_column_scaling(table_column *column, size_t N, size_t width,
                                 const double *numbers) {
    long double sum = 0.0L, squares = 0.0L;
    double first = (double)NAN;
    size_t count = 0;
    bool is_constant = true;
    for (size_t r = 0; r < N; r++) {
        double value = numbers[r * width];
        if (isnan(value))
            continue;
        if (count++ == 0)
            first = value;
        sum += (long double)value;
        is_constant = is_constant && value == first;
    }
    long double mean = sum / (long double)count;
    for (size_t r = 0; r < N; r++) {
        long double distance = (long double)numbers[r * width] - mean;
        squares += isnan(numbers[r * width]) ? 0.0L : distance * distance;
    }
    column->mean = count == 0 ? 0.0 : is_constant ? first : (double)mean;
    column->deviation = is_constant ? 0.0 : (double)sqrtl(squares / (long double)count);
}

void infer_scaling(column_list *list, size_t N, const double *numbers) {
    size_t width = count_numbers(list);
    for (size_t i = 0; i < list->count; i++) {
        table_column *column = &list->columns[i];
        if (column->kind == COLUMN_NUMBER)
            infer_column_scaling(column, N, width, numbers);
        numbers += get_width(column);
    }
}
