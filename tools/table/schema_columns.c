/* SPDX-License-Identifier: BSD-3-Clause */
/* The columns of a schema in another table. */
#include "table/schema.h"

#include <string.h>

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
