/* SPDX-License-Identifier: BSD-3-Clause */
#include "table/choose_columns.h"

#include "cli/memory.h"

#include <stdlib.h>
#include <string.h>

bool *clear_marks(const table_source *source) {
    bool *marks = resize_array(NULL, source->columns.count, sizeof *marks);
    memset(marks, 0, source->columns.count * sizeof *marks);
    return marks;
}

/* The names differ, but one may be the number of another. */
static bool refuse_twice(const table_source *source, const size_t *positions, size_t count,
                         table_error *error) {
    bool *is_named = clear_marks(source), is_good = true;
    for (size_t i = 0; i < count && is_good; i++) {
        const char *name = source->columns.names[positions[i]];
        if (is_named[positions[i]])
            is_good = set_error(error, "%s: %s is named twice", source->name,
                                show_column(name, positions[i]).text);
        is_named[positions[i]] = true;
    }
    free(is_named);
    return is_good;
}

size_t *find_columns(const table_source *source, const name_list *list, table_error *error) {
    size_t *positions = resize_array(NULL, list->count, sizeof *positions);
    bool is_good = true;
    for (size_t i = 0; i < list->count && is_good; i++)
        is_good = find_chosen_column(source, list->names[i], &positions[i], error);
    if (is_good && refuse_twice(source, positions, list->count, error))
        return positions;
    free(positions);
    return NULL;
}

bool mark_columns(const table_source *source, const name_list *list, bool *marks,
                  table_error *error) {
    size_t *positions = find_columns(source, list, error);
    bool is_found = positions != NULL;
    for (size_t i = 0; is_found && i < list->count; i++)
        marks[positions[i]] = true;
    free(positions);
    return is_found;
}

static bool add_columns(const table_source *source, const name_list *names, column_list *list,
                        table_error *error) {
    size_t *positions = find_columns(source, names, error);
    bool is_found = positions != NULL;
    for (size_t i = 0; is_found && i < names->count; i++)
        add_column(list, source->columns.names[positions[i]], positions[i]);
    free(positions);
    return is_found;
}

/* No column may occur in two of the lists. */
static bool check_columns(const table_source *source, const schema *s, table_error *error) {
    bool *is_taken = clear_marks(source);
    const column_list *lists[] = {&s->targets, &s->features, &s->weights};
    bool is_good = true;
    for (size_t l = 0; l < 3; l++)
        for (size_t i = 0; i < lists[l]->count && is_good; i++) {
            const table_column *column = &lists[l]->columns[i];
            if (is_taken[column->place])
                is_good = set_error(
                    error, "%s: %s is named twice: it can be a target, a feature or the weight",
                    source->name, show_column(column->name, column->place).text);
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
                   mark_columns(source, &choice->weights, is_left_out, error) &&
                   mark_columns(source, &choice->ignored, is_left_out, error);
    for (size_t i = 0; i < source->columns.count && is_good; i++)
        if (!is_left_out[i])
            add_column(&s->features, source->columns.names[i], i);
    free(is_left_out);
    return is_good;
}

static bool has_own_name(const column_names *columns, const char *name) {
    size_t found[2];
    return find_column_name(columns, name, found) == 1;
}

void warn_of_equal_names(const table_source *source, const schema *s, note_list *notes) {
    const column_list *lists[] = {&s->targets, &s->features, &s->weights};
    size_t found[2];
    for (size_t l = 0; l < 3; l++)
        for (size_t i = 0; i < lists[l]->count; i++) {
            const char *name = lists[l]->columns[i].name;
            if (find_column_name(&source->columns, name, found) > 1)
                add_warning(notes,
                            "columns %zu and %zu are both named '%s': other tables must have them "
                            "in the same places",
                            found[0] + 1, found[1] + 1, show_text(name).text);
        }
}

bool choose_columns(const table_source *source, const column_choice *choice, schema *s,
                    table_error *error) {
    for (size_t i = 0; i < source->columns.count; i++) {
        const char *name = source->columns.names[i];
        if (has_own_name(&source->columns, name))
            add_name(&s->table_columns, name);
        else
            add_no_name(&s->table_columns);
    }
    return add_columns(source, &choice->targets, &s->targets, error) &&
           add_columns(source, &choice->weights, &s->weights, error) &&
           (choice->features.count > 0 ? add_columns(source, &choice->features, &s->features, error)
                                       : add_other_columns(source, choice, s, error)) &&
           check_columns(source, s, error);
}
