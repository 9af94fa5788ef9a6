/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The schema as JSON, as it is saved in a model:
 *
 *   {"version": 1,
 *    "columns": ["sepal_length", ..., "species"],
 *    "features": [{"name": "sepal_length", "type": "number", "mean": 5.8, "deviation": 0.8}, ...],
 *    "targets": [{"name": "species", "type": "text", "categories": ["setosa", ...]}]}
 */
#include "cli/memory.h"
#include "table/schema.h"

#include <jansson.h>
#include <math.h>
#include <string.h>

static const json_int_t VERSION = 1;

/* ---- writing --------------------------------------------------------------------------------- */

static json_t *pack_names(const name_list *list) {
    json_t *array = json_array();
    for (size_t i = 0; i < list->count; i++)
        json_array_append_new(array, json_string(list->names[i]));
    return array;
}

static json_t *pack_column(const table_column *column) {
    const char *type = column->is_number ? "number" : "text";
    if (column->is_category)
        return json_pack("{s:s, s:s, s:o}", "name", column->name, "type", type, "categories",
                         pack_names(&column->categories));
    return json_pack("{s:s, s:s, s:f, s:f}", "name", column->name, "type", type, "mean",
                     column->mean, "deviation", column->deviation);
}

static json_t *pack_columns(const column_list *list) {
    json_t *array = json_array();
    for (size_t i = 0; i < list->count; i++)
        json_array_append_new(array, pack_column(&list->columns[i]));
    return array;
}

char *write_schema(const schema *s) {
    json_t *root = json_pack("{s:I, s:o, s:o, s:o}", "version", VERSION, "columns",
                             pack_names(&s->table_columns), "features", pack_columns(&s->features),
                             "targets", pack_columns(&s->targets));
    char *text = json_dumps(root, JSON_COMPACT);
    json_decref(root);
    if (!text)
        end_without_memory(1);
    return text;
}

/* ---- reading untrusted text ----------------------------------------------------------------- */

static bool unpack_names(const json_t *array, name_list *list) {
    for (size_t i = 0; i < json_array_size(array); i++) {
        const char *name = json_string_value(json_array_get(array, i));
        if (!name || !add_name(list, name))
            return false;
    }
    return list->count > 0;
}

static bool unpack_scaling(const json_t *object, table_column *column) {
    const json_t *mean = json_object_get(object, "mean");
    const json_t *deviation = json_object_get(object, "deviation");
    column->mean = json_number_value(mean);
    column->deviation = json_number_value(deviation);
    return json_is_number(mean) && json_is_number(deviation) && isfinite(column->mean) &&
           isfinite(column->deviation) && column->deviation >= 0.0;
}

static bool unpack_column(const json_t *object, const schema *s, column_list *list) {
    const char *name = json_string_value(json_object_get(object, "name"));
    const char *type = json_string_value(json_object_get(object, "type"));
    const json_t *categories = json_object_get(object, "categories");
    if (!name || !type || find_name(&s->table_columns, name) == s->table_columns.count)
        return false;
    table_column *column = add_column(list, name, 0);
    column->is_number = strcmp(type, "number") == 0;
    column->is_category = categories != NULL;
    if (!column->is_number && strcmp(type, "text") != 0)
        return false;
    if (column->is_category)
        return unpack_names(categories, &column->categories);
    return column->is_number && unpack_scaling(object, column);
}

static bool unpack_columns(const json_t *array, const schema *s, column_list *list) {
    for (size_t i = 0; i < json_array_size(array); i++)
        if (!unpack_column(json_array_get(array, i), s, list))
            return false;
    return list->count > 0;
}

static bool unpack_schema(const json_t *root, schema *s) {
    return json_integer_value(json_object_get(root, "version")) == VERSION &&
           unpack_names(json_object_get(root, "columns"), &s->table_columns) &&
           unpack_columns(json_object_get(root, "features"), s, &s->features) &&
           unpack_columns(json_object_get(root, "targets"), s, &s->targets);
}

static bool mixes_targets(const schema *s) {
    for (size_t i = 0; i < s->targets.count && s->targets.count > 1; i++)
        if (s->targets.columns[i].is_category)
            return true;
    return false;
}

bool read_schema(const char *text, schema *s) {
    *s = (schema){0};
    json_t *root = json_loads(text, 0, NULL);
    bool is_good = unpack_schema(root, s) && !mixes_targets(s);
    json_decref(root);
    if (!is_good)
        free_schema(s);
    return is_good;
}
