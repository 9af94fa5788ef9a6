/* SPDX-License-Identifier: BSD-3-Clause */
#include "arrays/array_rows.h"

#include "arrays/array_file.h"
#include "arrays/label_survey.h"
#include "cli/memory.h"
#include "cli/ranks.h"
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
    size_t begin, end; /* the rows of the files that are read: those of this rank */
    size_t row;        /* the next of them */
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
    *N = nn_min(most, a->end - a->row);
    if (*N == 0)
        return true;
    if (!read_values(a->features, a->row, *N, X, error) || !read_labels(a, *N, Y, error))
        return false;
    a->row += *N;
    return true;
}

static bool seek_rows(void *user, size_t row, table_error *error) {
    array_rows *a = user;
    a->row = a->begin + row;
    return seek_array(a->features, a->row, error) &&
           (!a->labels || seek_array(a->labels, a->row, error));
}

/* Either may be null where it did not open. */
static bool blame_arrays(void *user, table_error *error) {
    array_rows *a = user;
    return (a->features && blame_array(a->features, error)) ||
           (a->labels && blame_array(a->labels, error));
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
    *rows = (row_stream){.user = a,
                         .read = read_rows_of_arrays,
                         .seek = seek_rows,
                         .blame = blame_arrays,
                         .close = close_rows};
    a->features = open_array(features, error);
    if (!a->features)
        return false;
    a->labels = labels ? open_array(labels, error) : NULL;
    if ((labels && !a->labels) || !check_lengths(a, error))
        return false;
    rows->name = get_array_name(a->features);
    rows->N = rows->all = a->end = get_array_header(a->features)->rows;
    rows->inputs = get_columns(a->features);
    rows->can_seek = is_mapped(a->features) && (!labels || is_mapped(a->labels));
    return true;
}

static bool has_whole_type(const array_file *array) {
    return get_array_header(array)->type.kind != ELEMENT_FLOAT;
}

/* ---- the shares of ranks --------------------------------------------------------------------- */

/* Where only others fail, there is no error to tell. */
static bool is_good_on_others(bool is_good, table_error *error) {
    if (is_good)
        set_error(error, "%s", "");
    return is_good_on_all(is_good);
}

typedef struct {
    size_t rows, features, labels;
    bool has_whole_features, has_whole_labels, can_seek;
} file_shapes;

/* before: the rows of lower ranks. */
typedef struct {
    file_shapes first;
    size_t before, all;
    bool can_seek;
} shapes_of_ranks;

static void take_shapes(void *user, size_t rank, const void *bytes, size_t count) {
    const file_shapes *shapes = bytes;
    shapes_of_ranks *ranks = user;
    (void)count;
    if (rank == 0)
        ranks->first = *shapes;
    ranks->before += rank < get_rank() ? shapes->rows : 0;
    ranks->all += shapes->rows;
    ranks->can_seek = ranks->can_seek && shapes->can_seek;
}

static bool check_shape(const array_file *array, size_t columns, bool is_whole,
                        table_error *error) {
    static const char *const KINDS[] = {"floats", "whole numbers"};
    if (get_columns(array) != columns)
        return set_error(error, "%s: has %zu column%s, and that of rank 0 has %zu",
                         get_array_name(array), get_columns(array), end_plural(get_columns(array)),
                         columns);
    return has_whole_type(array) == is_whole ||
           set_error(error, "%s: holds %s, and that of rank 0 %s", get_array_name(array),
                     KINDS[!is_whole], KINDS[is_whole]);
}

/* Of one file, which all ranks see, each takes a range. */
static bool take_range(array_rows *a, row_stream *rows, const file_shapes *first,
                       table_error *error) {
    const size_t ranks = count_ranks(), each = rows->N / ranks, more = rows->N % ranks;
    if (rows->N != first->rows)
        return set_error(error, "%s: has %zu rows, and that of rank 0 has %zu: is it another file?",
                         rows->name, rows->N, first->rows);
    a->begin = rows->before = get_rank() * each + nn_min(get_rank(), more);
    rows->N = each + (get_rank() < more);
    a->end = a->begin + rows->N;
    return true;
}

/* Their rows are behind one another in the order of the ranks. */
static bool share_files(array_rows *a, bool are_own, row_stream *rows, table_error *error) {
    const file_shapes own = {rows->N,
                             rows->inputs,
                             get_columns(a->labels),
                             has_whole_type(a->features),
                             has_whole_type(a->labels),
                             rows->can_seek};
    shapes_of_ranks ranks = {.can_seek = true};
    share_bytes(&own, sizeof own, take_shapes, &ranks);
    rows->can_seek = ranks.can_seek;
    const file_shapes *first = &ranks.first;
    if (!check_shape(a->features, first->features, first->has_whole_features, error) ||
        !check_shape(a->labels, first->labels, first->has_whole_labels, error))
        return false;
    if (!are_own)
        return take_range(a, rows, first, error);
    rows->before = ranks.before;
    rows->all = ranks.all;
    return true;
}

/* ---- what labels are ------------------------------------------------------------------------- */

static bool survey_own_labels(array_rows *a, label_survey *survey, table_error *error) {
    const size_t columns = get_columns(a->labels), at_once = nn_max(4096 / columns, 1);
    a->values = reserve_array(a->values, &a->capacity, at_once * columns, sizeof *a->values);
    if (!seek_array(a->labels, a->begin, error))
        return false;
    for (size_t r = a->begin, n; r < a->end; r += n) {
        n = nn_min(a->end - r, at_once);
        if (!read_values(a->labels, r, n, a->values, error))
            return false;
        survey_labels(survey, a->values, n * columns);
    }
    return true;
}

/* They are in ascending order. */
static bool has_rounded_classes(const label_survey *survey) {
    static const double LARGEST_EXACT = 9007199254740991.0;
    return survey->classes[0] < -LARGEST_EXACT ||
           survey->classes[survey->n_classes - 1] > LARGEST_EXACT;
}

static bool take_classes(array_rows *a, const label_survey *survey, table_column *target) {
    target->kind = COLUMN_CATEGORY;
    a->n_classes = survey->n_classes;
    a->classes = resize_array(NULL, a->n_classes, sizeof *a->classes);
    memcpy(a->classes, survey->classes, a->n_classes * sizeof *a->classes);
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

static void take_survey(void *user, size_t rank, const void *bytes, size_t count) {
    (void)rank, (void)count;
    join_label_surveys(user, bytes);
}

/* The labels of all ranks. */
static bool survey_all_labels(array_rows *a, label_survey *all, table_error *error) {
    label_survey own = *all;
    if (!is_good_on_others(survey_own_labels(a, &own, error), error))
        return false;
    share_bytes(&own, sizeof own, take_survey, all);
    return true;
}

static bool choose_kinds(array_rows *a, task wanted, schema *s, table_error *error) {
    const char *name = get_array_name(a->labels);
    const size_t columns = get_columns(a->labels);
    const bool is_whole = has_whole_type(a->labels);
    label_survey survey = {.finds_classes = columns == 1 && (wanted == TASK_CLASSES ||
                                                             (wanted == TASK_DETECT && is_whole))};
    if (wanted == TASK_CLASSES && columns > 1)
        return set_error(error, "%s: has %zu columns, and --classes takes one", name, columns);
    if (!survey_all_labels(a, &survey, error))
        return false;
    if (survey.has_too_many)
        return set_error(error,
                         "%s: has more than %d different labels, and each would be a class: "
                         "--numbers makes it a regression",
                         name, MOST_CATEGORIES);
    if (survey.finds_classes && is_whole && has_rounded_classes(&survey))
        return set_error(error,
                         "%s: has labels beyond 2^53, several of which would become one class when "
                         "they are rounded: number the classes from 0",
                         name);
    if (survey.finds_classes)
        return take_classes(a, &survey, &s->targets.columns[0]);
    if (columns > 1 && !survey.is_other && wanted != TASK_NUMBERS)
        take_labels(&s->targets);
    return true;
}

/* ---- the schema ------------------------------------------------------------------------------ */

static bool read_own_groups(array_rows *a, const schema *s, size_t outputs, double *groups,
                            table_error *error) {
    const size_t at_once = nn_max(4096 / outputs, 1);
    double *Y = resize_array(NULL, at_once * outputs, sizeof *Y);
    bool is_good = seek_array(a->labels, a->row = a->begin, error);
    for (size_t n; a->row < a->end && is_good; a->row += n) {
        n = nn_min(a->end - a->row, at_once);
        is_good = read_labels(a, n, Y, error);
        for (size_t r = 0; r < n && is_good; r++)
            *groups++ = get_group(s, Y + r * outputs);
    }
    free(Y);
    return is_good;
}

static void take_groups(void *user, size_t rank, const void *bytes, size_t count) {
    double **next = user;
    (void)rank;
    memcpy(*next, bytes, count);
    *next += count / sizeof **next;
}

/* Of the labels alone, which are far less to read than the features. */
static bool read_groups(array_rows *a, const schema *s, row_stream *rows, table_error *error) {
    if (!has_groups(s) || rows->all > MOST_GROUPED_ROWS)
        return true;
    double *own = resize_array(NULL, rows->N, sizeof *own);
    rows->groups = resize_array(NULL, rows->all, sizeof *rows->groups);
    bool is_good = is_good_on_others(read_own_groups(a, s, rows->outputs, own, error), error);
    double *next = rows->groups;
    if (is_good)
        share_bytes(own, rows->N * sizeof *own, take_groups, &next);
    free(own);
    return is_good;
}

static void add_columns(size_t count, column_list *list, schema *s) {
    for (size_t i = 0; i < count; i++) {
        add_column(list, "", s->table_columns.count);
        add_no_name(&s->table_columns);
    }
}

static bool open_own_rows(const char *features, const char *labels, row_stream *rows,
                          table_error *error) {
    if (!open_files(features, labels, rows, error))
        return false;
    const array_rows *a = rows->user;
    if (can_restart_array(a->features) && can_restart_array(a->labels))
        return true;
    return set_error(error, "%s: is no regular file, and training reads it many times",
                     get_array_name(can_restart_array(a->features) ? a->labels : a->features));
}

bool open_array_rows(const char *features, const char *labels, bool are_own, task wanted, schema *s,
                     row_stream *rows, table_error *error) {
    *s = (schema){.targets.missing = MISSING_TARGET};
    if (!is_good_on_others(open_own_rows(features, labels, rows, error), error))
        return false;
    array_rows *a = rows->user;
    if (!is_good_on_others(share_files(a, are_own, rows, error), error))
        return false;
    add_columns(rows->inputs, &s->features, s);
    add_columns(get_columns(a->labels), &s->targets, s);
    if (!choose_kinds(a, wanted, s, error))
        return false;
    rows->outputs = count_numbers(&s->targets);
    return read_groups(a, s, rows, error) && seek_rows(a, 0, error);
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
