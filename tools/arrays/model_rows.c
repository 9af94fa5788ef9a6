/* SPDX-License-Identifier: BSD-3-Clause */
#include "arrays/model_rows.h"

#include "arrays/label_survey.h"
#include "arrays/row_files.h"
#include "cli/memory.h"
#include "cli/text.h"

#include <string.h>

static bool check_columns(const array_file *array, const column_list *list, const char *what,
                          table_error *error) {
    if (count_columns(array) == list->count)
        return true;
    return set_error(error, "%s: has %zu column%s, and the model has %zu %s%s",
                     get_array_name(array), count_columns(array), end_plural(count_columns(array)),
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
    if (!open_row_files(features, labels, rows, error))
        return false;
    array_rows *a = rows->user;
    rows->outputs = count_numbers(&s->targets);
    return check_features(a->features, s, error) && check_labels(a, s, error);
}
