/* SPDX-License-Identifier: BSD-3-Clause */
#include "table/names.h"

#include "cli/memory.h"
#include "table/csv_reader.h"

#include <search.h>
#include <stdlib.h>
#include <string.h>

/* The bytes of the name follow the entry in the same allocation. */
typedef struct {
    const char *name;
    size_t position;
} entry;

static int compare_names(const void *a, const void *b) {
    return strcmp(((const entry *)a)->name, ((const entry *)b)->name);
}

static entry *make_entry(const char *name, size_t position) {
    size_t bytes = strlen(name) + 1;
    entry *made = resize_array(NULL, sizeof *made + bytes, 1);
    *made = (entry){memcpy(made + 1, name, bytes), position};
    return made;
}

static void append_name(name_list *list, const char *name) {
    list->names = reserve_array(list->names, &list->capacity, list->count + 1, sizeof *list->names);
    list->names[list->count++] = name;
}

bool add_name(name_list *list, const char *name) {
    const entry sought = {name, 0};
    const entry **found = tsearch(&sought, &list->tree, compare_names);
    if (!found)
        end_without_memory(sizeof sought);
    if (*found != &sought)
        return false;
    *found = make_entry(name, list->count); /* its key compares equal to sought */
    append_name(list, (*found)->name);
    return true;
}

void add_no_name(name_list *list) {
    append_name(list, "");
}

void free_names(name_list *list) {
    tdestroy(list->tree, free);
    free(list->names);
    *list = (name_list){0};
}

size_t find_name(const name_list *list, const char *name) {
    const entry sought = {name, 0};
    entry *const *found = tfind(&sought, &list->tree, compare_names);
    return found ? (*found)->position : list->count;
}

static bool add_values(const csv_row *row, name_list *list) {
    for (size_t i = 0; i < row->count; i++) {
        const char *name = get_value(row, i);
        if (*name == '\0' || !add_name(list, name))
            return false;
    }
    return true;
}

bool read_names(const char *text, name_list *list) {
    if (*text == '\0')
        return false;
    FILE *stream = fmemopen((char *)text, strlen(text), "r");
    if (!stream)
        end_without_memory(strlen(text));
    csv_reader *reader = open_csv(stream, "", ',');
    csv_row row;
    table_error error;
    bool is_good = read_csv_row(reader, &row, &error) == CSV_ROW && add_values(&row, list) &&
                   read_csv_row(reader, &row, &error) == CSV_END;
    close_csv(reader);
    return is_good;
}
