/* SPDX-License-Identifier: BSD-3-Clause */
#include "arrays/array_rows.h"

#include "arrays/array_file.h"
#include "cli/memory.h"
#include "core/sizes.h"
#include "table/categories.h"
#include "table/row_groups.h"

#include <float.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

/* classes: the values of the first target, ascending, and which of its categories each is; null
 * where it is numbers or a label. */
typedef struct {
    array_file *features, *labels;
    size_t row;
    double *classes;
    size_t *categories, n_classes;
    double *values; /* of the labels of a block */
    size_t capacity;
} array_rows;

static void close_rows(void *user) {
    array_rows *a = user;
    close_array(a->features);
    close_array(a->labels);
    free(a->classes);
    free(a->categories);
    free(a->values);
    free(a);
}

static size_t get_columns(const array_file *array) {
    return get_array_header(array)->columns;
}

/* ---- values ---------------------------------------------------------------------------------- */

/* 0 where every number is finite. */
static int find_unusable(const double *numbers, size_t count) {
    int found = 0;
    for (size_t i = 0; i < count; i++)
        found |= !(fabs(numbers[i]) <= DBL_MAX);
    return found;
}

static bool check_values(const array_file *array, size_t row, const double *numbers, size_t N,
                         table_error *error) {
    const size_t columns = get_columns(array);
    if (!find_unusable(numbers, N * columns))
        return true;
    size_t i = 0;
    while (fabs(numbers[i]) <= DBL_MAX)
        i++;
    return set_element_error(array, row + i / columns, i % columns,
                             isnan(numbers[i]) ? "NaN: fill it in, or leave the row out"
                                               : "an infinite number: replace it",
                             error);
}

static bool read_values(array_file *array, size_t row, size_t N, double *numbers,
                        table_error *error) {
    return read_array(array, N, numbers, get_columns(array), error) &&
           check_values(array, row, numbers, N, error) &&
           (row + N < get_array_header(array)->rows || check_array_end(array, error));
}

/* ---- classes --------------------------------------------------------------------------------- */

static size_t find_place(const double *values, size_t count, double value) {
    size_t begin = 0, end = count;
    while (begin < end) {
        size_t middle = begin + (end - begin) / 2;
        if (values[middle] < value)
            begin = middle + 1;
        else
            end = middle;
    }
    return begin;
}

static bool encode_classes(const array_rows *a, size_t row, size_t N, double *Y,
                           table_error *error) {
    for (size_t r = 0; r < N; r++) {
        size_t k = find_place(a->classes, a->n_classes, a->values[r]);
        if (k == a->n_classes || a->classes[k] != a->values[r]) {
            char problem[80];
            snprintf(problem, sizeof problem, "%s is not one of the classes of the training",
                     write_real(a->values[r]).text);
            return set_element_error(a->labels, row + r, 0, problem, error);
        }
        memset(Y + r * a->n_classes, 0, a->n_classes * sizeof *Y);
        Y[r * a->n_classes + a->categories[k]] = 1.0;
    }
    return true;
}

/* ---- the rows -------------------------------------------------------------------------------- */

static bool read_labels(array_rows *a, size_t N, double *Y, table_error *error) {
    if (!a->labels)
        return true;
    if (!a->classes)
        return read_values(a->labels, a->row, N, Y, error);
    a->values = reserve_array(a->values, &a->capacity, N, sizeof *a->values);
    return read_values(a->labels, a->row, N, a->values, error) &&
           encode_classes(a, a->row, N, Y, error);
}

static bool read_rows_of_arrays(void *user, size_t most, double *X, double *Y, size_t *N,
                                table_error *error) {
    array_rows *a = user;
    *N = nn_min(most, get_array_header(a->features)->rows - a->row);
    if (*N == 0)
        return true;
    if (!read_values(a->features, a->row, *N, X, error) || !read_labels(a, *N, Y, error))
        return false;
    a->row += *N;
    return true;
}

static bool seek_rows(void *user, size_t row, table_error *error) {
    array_rows *a = user;
    a->row = row;
    return seek_array(a->features, row, error) && (!a->labels || seek_array(a->labels, row, error));
}

static bool check_lengths(const array_rows *a, table_error *error) {
    size_t rows = get_array_header(a->features)->rows;
    if (!a->labels || get_array_header(a->labels)->rows == rows)
        return true;
    return set_error(error, "%s: has %zu rows, and the features, %s, have %zu",
                     get_array_name(a->labels), get_array_header(a->labels)->rows,
                     get_array_name(a->features), rows);
}

static bool open_files(const char *features, const char *labels, row_stream *rows,
                       table_error *error) {
    array_rows *a = resize_array(NULL, 1, sizeof *a);
    *a = (array_rows){.row = 0};
    *rows = (row_stream){
        .user = a, .read = read_rows_of_arrays, .seek = seek_rows, .close = close_rows};
    a->features = open_array(features, error);
    if (!a->features)
        return false;
    a->labels = labels ? open_array(labels, error) : NULL;
    if ((labels && !a->labels) || !check_lengths(a, error))
        return false;
    rows->name = get_array_name(a->features);
    rows->N = get_array_header(a->features)->rows;
    rows->inputs = get_columns(a->features);
    rows->can_seek = is_mapped(a->features) && (!labels || is_mapped(a->labels));
    return true;
}

/* ---- what labels are ------------------------------------------------------------------------- */

/* What the labels hold. is_binary: 0 and 1 alone, in each column. */
typedef struct {
    bool is_binary, has_too_many;
} label_survey;

static void add_class(array_rows *a, double value, label_survey *survey) {
    size_t k = find_place(a->classes, a->n_classes, value);
    if (k < a->n_classes && a->classes[k] == value)
        return;
    if (a->n_classes == MOST_CATEGORIES) {
        survey->has_too_many = true;
        return;
    }
    memmove(a->classes + k + 1, a->classes + k, (a->n_classes - k) * sizeof *a->classes);
    a->classes[k] = value + 0.0; /* -0 is 0 */
    a->n_classes++;
}

static void survey_values(array_rows *a, size_t count, label_survey *survey) {
    bool is_binary = survey->is_binary;
    for (size_t i = 0; i < count; i++) {
        is_binary = is_binary && (a->values[i] == 0.0 || a->values[i] == 1.0);
        if (a->classes && !survey->has_too_many)
            add_class(a, a->values[i], survey);
    }
    survey->is_binary = is_binary;
}

static bool survey_labels(array_rows *a, label_survey *survey, table_error *error) {
    const size_t rows = get_array_header(a->labels)->rows, columns = get_columns(a->labels);
    const size_t at_once = nn_max(4096 / columns, 1);
    a->values = reserve_array(a->values, &a->capacity, at_once * columns, sizeof *a->values);
    for (size_t r = 0, n; r < rows; r += n) {
        n = nn_min(rows - r, at_once);
        if (!read_values(a->labels, r, n, a->values, error))
            return false;
        survey_values(a, n * columns, survey);
    }
    return seek_array(a->labels, 0, error);
}

static bool has_whole_type(const array_file *array) {
    return get_array_header(array)->type.kind != ELEMENT_FLOAT;
}

/* They are in ascending order. */
static bool has_rounded_classes(const array_rows *a) {
    static const double LARGEST_EXACT = 9007199254740991.0;
    return a->classes[0] < -LARGEST_EXACT || a->classes[a->n_classes - 1] > LARGEST_EXACT;
}

static bool take_classes(array_rows *a, table_column *target) {
    target->kind = COLUMN_CATEGORY;
    a->categories = resize_array(NULL, a->n_classes, sizeof *a->categories);
    for (size_t k = 0; k < a->n_classes; k++) {
        add_name(&target->categories, write_real(a->classes[k]).text);
        a->categories[k] = k;
    }
    return true;
}

static void take_labels(column_list *targets) {
    for (size_t t = 0; t < targets->count; t++) {
        targets->columns[t].kind = COLUMN_LABEL;
        add_name(&targets->columns[t].categories, "0");
        add_name(&targets->columns[t].categories, "1");
    }
}

static bool choose_kinds(array_rows *a, task wanted, schema *s, table_error *error) {
    const char *name = get_array_name(a->labels);
    size_t columns = get_columns(a->labels);
    label_survey survey = {.is_binary = true};
    if (wanted == TASK_CLASSES && columns > 1)
        return set_error(error, "%s: has %zu columns, and --classes takes one", name, columns);
    if (columns == 1 &&
        (wanted == TASK_CLASSES || (wanted == TASK_DETECT && has_whole_type(a->labels))))
        a->classes = resize_array(NULL, MOST_CATEGORIES, sizeof *a->classes);
    if (!survey_labels(a, &survey, error))
        return false;
    if (survey.has_too_many)
        return set_error(error,
                         "%s: has more than %d different labels, and each would be a class: "
                         "--numbers makes it a regression",
                         name, MOST_CATEGORIES);
    if (a->classes && has_whole_type(a->labels) && has_rounded_classes(a))
        return set_error(error,
                         "%s: has labels beyond 2^53, several of which would become one class when "
                         "they are rounded: number the classes from 0",
                         name);
    if (a->classes)
        return take_classes(a, &s->targets.columns[0]);
    if (columns > 1 && survey.is_binary && wanted != TASK_NUMBERS)
        take_labels(&s->targets);
    return true;
}

/* ---- the schema ------------------------------------------------------------------------------ */

/* Of the labels alone, which are far less to read than the features. */
static bool read_groups(array_rows *a, const schema *s, row_stream *rows, table_error *error) {
    const size_t at_once = nn_max(4096 / rows->outputs, 1);
    if (!has_groups(s) || rows->N > MOST_GROUPED_ROWS)
        return true;
    double *Y = resize_array(NULL, at_once * rows->outputs, sizeof *Y);
    rows->groups = resize_array(NULL, rows->N, sizeof *rows->groups);
    bool is_good = true;
    for (size_t n; a->row < rows->N && is_good; a->row += n) {
        n = nn_min(rows->N - a->row, at_once);
        is_good = read_labels(a, n, Y, error);
        for (size_t r = 0; r < n && is_good; r++)
            rows->groups[a->row + r] = get_group(s, Y + r * rows->outputs);
    }
    free(Y);
    a->row = 0;
    return is_good && seek_array(a->labels, 0, error);
}

static void add_columns(size_t count, column_list *list, schema *s) {
    for (size_t i = 0; i < count; i++) {
        add_column(list, "", s->table_columns.count);
        add_no_name(&s->table_columns);
    }
}

bool open_array_rows(const char *features, const char *labels, task wanted, schema *s,
                     row_stream *rows, table_error *error) {
    *s = (schema){.targets.missing = MISSING_TARGET};
    if (!open_files(features, labels, rows, error))
        return false;
    array_rows *a = rows->user;
    if (!can_restart_array(a->features) || !can_restart_array(a->labels))
        return set_error(error, "%s: is no regular file, and training reads it many times",
                         get_array_name(can_restart_array(a->features) ? a->labels : a->features));
    add_columns(rows->inputs, &s->features, s);
    add_columns(get_columns(a->labels), &s->targets, s);
    if (!choose_kinds(a, wanted, s, error))
        return false;
    rows->outputs = count_numbers(&s->targets);
    return read_groups(a, s, rows, error);
}

/* ---- arrays for a model ---------------------------------------------------------------------- */

static bool check_columns(const array_file *array, const column_list *list, const char *what,
                          table_error *error) {
    if (get_columns(array) == list->count)
        return true;
    return set_error(error, "%s: has %zu column%s, and the model has %zu %s%s",
                     get_array_name(array), get_columns(array), end_plural(get_columns(array)),
                     list->count, what, end_plural(list->count));
}

static bool check_features(const array_file *array, const schema *s, table_error *error) {
    for (size_t i = 0; i < s->features.count; i++) {
        const table_column *column = &s->features.columns[i];
        if (column->kind != COLUMN_NUMBER)
            return set_error(
                error,
                "%s: the model was trained on a table with texts or dates, as %s: give "
                "it a table",
                get_array_name(array), show_column(column->name, column->place).text);
    }
    return check_columns(array, &s->features, "feature", error);
}

/* The classes of a model, which may be written as they were in a table. */
static bool find_classes(array_rows *a, const table_column *target, table_error *error) {
    size_t count = target->categories.count;
    a->classes = resize_array(NULL, count, sizeof *a->classes);
    a->categories = resize_array(NULL, count, sizeof *a->categories);
    for (size_t c = 0; c < count; c++) {
        double value;
        if (!read_formatted(target->categories.names[c], &target->format, &value))
            return set_error(error, "%s: the class '%s' of the model is no number: give it a table",
                             get_array_name(a->labels),
                             show_text(target->categories.names[c]).text);
        size_t k = find_place(a->classes, a->n_classes, value);
        memmove(a->classes + k + 1, a->classes + k, (a->n_classes - k) * sizeof *a->classes);
        memmove(a->categories + k + 1, a->categories + k,
                (a->n_classes - k) * sizeof *a->categories);
        a->classes[k] = value;
        a->categories[k] = c;
        a->n_classes++;
    }
    return true;
}

static bool check_labels(array_rows *a, const schema *s, table_error *error) {
    if (!a->labels)
        return true;
    if (!check_columns(a->labels, &s->targets, "target", error))
        return false;
    if (has_classes(s))
        return find_classes(a, &s->targets.columns[0], error);
    if (get_output_kind(s) != OUTPUTS_MIXED)
        return true;
    return set_error(error, "%s: the model has targets of several kinds: give it a table",
                     get_array_name(a->labels));
}

bool open_model_rows(const char *features, const char *labels, const schema *s, row_stream *rows,
                     table_error *error) {
    if (!open_files(features, labels, rows, error))
        return false;
    array_rows *a = rows->user;
    rows->outputs = count_numbers(&s->targets);
    return check_features(a->features, s, error) && check_labels(a, s, error);
}
