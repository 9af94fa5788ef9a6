/* SPDX-License-Identifier: BSD-3-Clause */
#include "arrays/row_files.h"

#include "arrays/label_survey.h"
#include "cli/memory.h"
#include "core/sizes.h"

#include <float.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

static void close_rows(void *user) {
    array_rows *a = user;
    close_array(a->features);
    close_array(a->labels);
    free(a->classes);
    free(a->categories);
    free(a->values);
    free(a);
}

size_t count_columns(const array_file *array) {
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
    const size_t columns = count_columns(array);
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

bool read_checked_values(array_file *array, size_t row, size_t N, double *numbers,
                         table_error *error) {
    return read_array(array, N, numbers, count_columns(array), error) &&
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

bool read_row_labels(array_rows *a, size_t N, double *Y, table_error *error) {
    if (!a->labels)
        return true;
    if (!a->classes)
        return read_checked_values(a->labels, a->row, N, Y, error);
    a->values = reserve_array(a->values, &a->capacity, N, sizeof *a->values);
    return read_checked_values(a->labels, a->row, N, a->values, error) &&
           encode_classes(a, a->row, N, Y, error);
}

static bool read_rows_of_arrays(void *user, size_t most, double *X, double *Y, size_t *N,
                                table_error *error) {
    array_rows *a = user;
    *N = nn_min(most, a->end - a->row);
    if (*N == 0)
        return true;
    if (!read_checked_values(a->features, a->row, *N, X, error) ||
        !read_row_labels(a, *N, Y, error))
        return false;
    a->row += *N;
    return true;
}

bool seek_row_files(void *user, size_t row, table_error *error) {
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
    return set_error(error, "%s: has %zu row%s, and the features, %s, have %zu",
                     get_array_name(a->labels), get_array_header(a->labels)->rows,
                     end_plural(get_array_header(a->labels)->rows), get_array_name(a->features),
                     rows);
}

bool open_row_files(const char *features, const char *labels, row_stream *rows,
                    table_error *error) {
    array_rows *a = resize_array(NULL, 1, sizeof *a);
    *a = (array_rows){.row = 0};
    *rows = (row_stream){.user = a,
                         .read = read_rows_of_arrays,
                         .seek = seek_row_files,
                         .blame = blame_arrays,
                         .close = close_rows};
    a->features = open_array(features, error);
    if (!a->features)
        return false;
    a->labels = labels ? open_array(labels, error) : NULL;
    if ((labels && !a->labels) || !check_lengths(a, error))
        return false;
    rows->name = get_array_name(a->features);
    rows->targets_name = labels ? get_array_name(a->labels) : rows->name;
    rows->N = rows->all = a->end = get_array_header(a->features)->rows;
    rows->inputs = count_columns(a->features);
    rows->can_seek = is_mapped(a->features) && (!labels || is_mapped(a->labels));
    return true;
}

bool has_whole_type(const array_file *array) {
    return get_array_header(array)->type.kind != ELEMENT_FLOAT;
}
