/* SPDX-License-Identifier: BSD-3-Clause */
#include "table/schema.h"

#include "cli/memory.h"
#include "table/confusion.h"

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

size_t get_width_of_value(const table_column *column) {
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
