/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The schema as JSON, as it is saved in a model:
 *
 *   {"version": 2,
 *    "missing": "impute",
 *    "columns": ["sepal_length", ..., "species"],
 *    "features": [{"name": "sepal_length", "place": 0, "kind": "number", "type": "number",
 *                  "gaps": false, "decimal": ".", "thousands": "", "unit": "",
 *                  "mean": 5.8, "deviation": 0.8}, ...],
 *    "targets": [{"name": "species", "place": 4, "kind": "category", "type": "text",
 *                 "gaps": false, "categories": ["setosa", ...]}]}
 *
 * Where the rows of the training had weights, there are "weights", their column as those of
 * features, and "class_weights", a number for each class of the target. Where --na gave some, there
 * are "missing_texts", a list like "columns".
 *
 * A date has "dates", its format, and "parts", the names of those that become sines and cosines.
 * Version 1 had neither "missing", which then was "refuse", nor places, kinds, gaps and the marks
 * of numbers; it named a column without a name by its number.
 */
#include "cli/memory.h"
#include "table/json.h"
#include "table/schema.h"

#include <math.h>
#include <string.h>

static const json_int_t VERSION = 2;

static const char *const KINDS[] = {[COLUMN_NUMBER] = "number",
                                    [COLUMN_CATEGORY] = "category",
                                    [COLUMN_DATE] = "date",
                                    [COLUMN_LABEL] = "label"};
enum { N_KINDS = sizeof KINDS / sizeof KINDS[0] };

static const char *const RULES[] = {
    [MISSING_IMPUTED] = "impute", [MISSING_REFUSED] = "refuse", [MISSING_SKIPPED] = "skip"};
enum { N_RULES = sizeof RULES / sizeof RULES[0] };

static const char *const DATES[] = {[DATE_ISO] = "year-month-day",
                                    [DATE_YEAR] = "year/month/day",
                                    [DATE_POINTS] = "day.month.year",
                                    [DATE_DAY] = "day/month/year",
                                    [DATE_MONTH] = "month/day/year"};

static const char *const PARTS[] = {[PART_YEAR] = "year", [PART_WEEK] = "week", [PART_DAY] = "day"};

/* ---- writing --------------------------------------------------------------------------------- */

static json_t *pack_names(const name_list *list) {
    json_t *array = check_json(json_array());
    for (size_t i = 0; i < list->count; i++)
        append_element(array, json_string(list->names[i]));
    return array;
}

static json_t *pack_mark(char mark) {
    const char text[] = {mark, '\0'};
    return json_string(text);
}

static void pack_format(json_t *object, const number_format *format) {
    set_member(object, "decimal", pack_mark(format->decimal));
    set_member(object, "thousands", pack_mark(format->thousands));
    set_member(object, "unit", json_string(format->unit));
}

static void pack_dates(json_t *object, const table_column *column) {
    json_t *parts = check_json(json_array());
    for (size_t p = 0; p < N_DATE_PARTS; p++)
        if (column->parts >> p & 1)
            append_element(parts, json_string(PARTS[p]));
    set_member(object, "dates", json_string(DATES[column->dates]));
    set_member(object, "parts", parts);
}

static json_t *pack_column(const table_column *column) {
    json_t *object = check_json(json_object());
    set_member(object, "name", json_string(column->name));
    set_member(object, "place", pack_size(column->place));
    set_member(object, "kind", json_string(KINDS[column->kind]));
    set_member(object, "type", json_string(column->is_number ? "number" : "text"));
    set_member(object, "gaps", json_boolean(column->expects_gaps));
    if (column->is_number)
        pack_format(object, &column->format);
    if (column->kind == COLUMN_DATE)
        pack_dates(object, column);
    if (column->categories.count > 0) {
        set_member(object, "categories", pack_names(&column->categories));
    } else {
        set_member(object, "mean", json_real(column->mean));
        set_member(object, "deviation", json_real(column->deviation));
    }
    return object;
}

static json_t *pack_columns(const column_list *list) {
    json_t *array = check_json(json_array());
    for (size_t i = 0; i < list->count; i++)
        append_element(array, pack_column(&list->columns[i]));
    return array;
}

static json_t *pack_class_weights(const schema *s) {
    json_t *array = check_json(json_array());
    for (size_t k = 0; k < s->targets.columns[0].categories.count; k++)
        append_element(array, pack_real(s->class_weights[k]));
    return array;
}

char *write_schema(const schema *s) {
    json_t *root = check_json(json_object());
    set_member(root, "version", json_integer(VERSION));
    set_member(root, "missing", json_string(RULES[s->features.missing]));
    if (s->missing_texts.count > 0)
        set_member(root, "missing_texts", pack_names(&s->missing_texts));
    set_member(root, "columns", pack_names(&s->table_columns));
    set_member(root, "features", pack_columns(&s->features));
    set_member(root, "targets", pack_columns(&s->targets));
    if (s->weights.count > 0)
        set_member(root, "weights", pack_columns(&s->weights));
    if (s->class_weights)
        set_member(root, "class_weights", pack_class_weights(s));
    char *text = dump_json(root, JSON_COMPACT);
    json_decref(root);
    return text;
}

/* ---- reading untrusted text ----------------------------------------------------------------- */

static bool unpack_names(const json_t *array, bool allows_none, name_list *list) {
    for (size_t i = 0; i < json_array_size(array); i++) {
        const char *name = json_string_value(json_array_get(array, i));
        if (name && !*name && allows_none)
            add_no_name(list);
        else if (!name || !add_name(list, name))
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

static bool unpack_categories(const json_t *object, table_column *column) {
    return unpack_names(json_object_get(object, "categories"), false, &column->categories) &&
           (column->kind != COLUMN_LABEL || column->categories.count == 2);
}

static bool unpack_type(const json_t *object, table_column *column) {
    const char *type = json_string_value(json_object_get(object, "type"));
    column->is_number = type && strcmp(type, "number") == 0;
    return type && (column->is_number || strcmp(type, "text") == 0);
}

/* The place of a member's text in a list. */
static bool unpack_word(const json_t *object, const char *key, const char *const *words,
                        size_t count, size_t *place) {
    const char *word = json_string_value(json_object_get(object, key));
    for (*place = 0; word && *place < count; (*place)++)
        if (strcmp(word, words[*place]) == 0)
            return true;
    return false;
}

/* One of the marks; one that is allowed to be none is '\0' then. */
static bool unpack_mark(const json_t *object, const char *key, const char *marks, bool allows_none,
                        char *mark) {
    const char *text = json_string_value(json_object_get(object, key));
    if (!text)
        return false;
    *mark = *text;
    return *text == '\0' ? allows_none : text[1] == '\0' && strchr(marks, *text);
}

static bool unpack_format(const json_t *object, number_format *format) {
    const char *unit = json_string_value(json_object_get(object, "unit"));
    if (!unit || strlen(unit) >= sizeof format->unit)
        return false;
    strcpy(format->unit, unit);
    return unpack_mark(object, "decimal", ".,", false, &format->decimal) &&
           unpack_mark(object, "thousands", ",.'_ ", true, &format->thousands) &&
           format->decimal != format->thousands;
}

static bool unpack_dates(const json_t *object, table_column *column) {
    const json_t *parts = json_object_get(object, "parts");
    size_t dates;
    for (size_t p = 0; p < N_DATE_PARTS; p++)
        for (size_t i = 0; i < json_array_size(parts); i++) {
            const char *part = json_string_value(json_array_get(parts, i));
            if (part && strcmp(part, PARTS[p]) == 0)
                column->parts |= 1U << p;
        }
    if (!json_is_array(parts) || !unpack_word(object, "dates", DATES, N_DATE_FORMATS, &dates))
        return false;
    column->dates = (date_format)dates;
    return true;
}

/* What a column has since version 2. */
static bool unpack_kind(const json_t *object, table_column *column) {
    const json_t *place = json_object_get(object, "place");
    size_t kind;
    if (!unpack_word(object, "kind", KINDS, N_KINDS, &kind) || !json_is_integer(place))
        return false;
    column->kind = (column_kind)kind;
    column->place = (size_t)json_integer_value(place);
    column->expects_gaps = json_is_true(json_object_get(object, "gaps"));
    return (!column->is_number || unpack_format(object, &column->format)) &&
           (column->kind != COLUMN_DATE || unpack_dates(object, column)) &&
           (column->kind != COLUMN_NUMBER || column->is_number);
}

static bool unpack_kind_1(const json_t *object, const schema *s, table_column *column) {
    column->kind = json_object_get(object, "categories") ? COLUMN_CATEGORY : COLUMN_NUMBER;
    column->place = find_name(&s->table_columns, column->name);
    return column->kind == COLUMN_CATEGORY || column->is_number;
}

static bool has_place(const schema *s, const table_column *column) {
    if (column->place >= s->table_columns.count)
        return false;
    const char *name = s->table_columns.names[column->place];
    return *name == '\0' || strcmp(column->name, name) == 0;
}

static bool unpack_column(const json_t *object, json_int_t version, const schema *s,
                          column_list *list) {
    const char *name = json_string_value(json_object_get(object, "name"));
    if (!name)
        return false;
    table_column *column = add_column(list, name, 0);
    if (!unpack_type(object, column) ||
        !(version == 1 ? unpack_kind_1(object, s, column) : unpack_kind(object, column)) ||
        !has_place(s, column))
        return false;
    if (column->kind == COLUMN_CATEGORY || column->kind == COLUMN_LABEL)
        return unpack_categories(object, column);
    return unpack_scaling(object, column);
}

static bool unpack_columns(const json_t *array, json_int_t version, const schema *s,
                           column_list *list) {
    for (size_t i = 0; i < json_array_size(array); i++)
        if (!unpack_column(json_array_get(array, i), version, s, list))
            return false;
    return list->count > 0;
}

static bool is_weight(double number) {
    return isfinite(number) && number >= 0.0;
}

/* Both may be missing. */
static bool unpack_weights(const json_t *root, json_int_t version, schema *s) {
    const json_t *column = json_object_get(root, "weights");
    const json_t *classes = json_object_get(root, "class_weights");
    size_t count = json_array_size(classes);
    s->weights.missing = MISSING_REFUSED;
    if (column &&
        (json_array_size(column) != 1 || !unpack_columns(column, version, s, &s->weights) ||
         s->weights.columns[0].kind != COLUMN_NUMBER))
        return false;
    if (!classes)
        return true;
    if (!has_classes(s) || count != s->targets.columns[0].categories.count)
        return false;
    s->class_weights = resize_array(NULL, count, sizeof *s->class_weights);
    bool is_good = true;
    for (size_t k = 0; k < count; k++) {
        const json_t *weight = json_array_get(classes, k);
        s->class_weights[k] = json_number_value(weight);
        is_good = is_good && json_is_number(weight) && is_weight(s->class_weights[k]);
    }
    return is_good;
}

static bool unpack_missing(const json_t *root, json_int_t version, schema *s) {
    size_t rule = MISSING_REFUSED;
    bool is_good = version == 1 || unpack_word(root, "missing", RULES, N_RULES, &rule);
    s->features.missing = (missing_rule)rule;
    s->targets.missing = MISSING_TARGET;
    const json_t *texts = json_object_get(root, "missing_texts");
    return is_good && (!texts || unpack_names(texts, false, &s->missing_texts));
}

static bool has_gaps(const column_list *list) {
    for (size_t i = 0; i < list->count; i++)
        if (list->columns[i].expects_gaps)
            return true;
    return false;
}

static bool unpack_schema(const json_t *root, schema *s) {
    json_int_t version = json_integer_value(json_object_get(root, "version"));
    return version >= 1 && version <= VERSION && unpack_missing(root, version, s) &&
           unpack_names(json_object_get(root, "columns"), version > 1, &s->table_columns) &&
           unpack_columns(json_object_get(root, "features"), version, s, &s->features) &&
           unpack_columns(json_object_get(root, "targets"), version, s, &s->targets) &&
           !has_gaps(&s->targets) && unpack_weights(root, version, s) && !has_gaps(&s->weights);
}

bool read_schema(const char *text, schema *s) {
    *s = (schema){0};
    json_t *root = json_loads(text, 0, NULL);
    bool is_good = unpack_schema(root, s);
    json_decref(root);
    if (!is_good)
        free_schema(s);
    return is_good;
}
