/* SPDX-License-Identifier: BSD-3-Clause */
#include "table/names.h"

#include "cli/memory.h"
#include "table/csv_reader.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

/* FNV-1a. */
static size_t hash_name(const char *name) {
    uint64_t hash = 14695981039346656037U;
    for (; *name; name++)
        hash = (hash ^ (unsigned char)*name) * 1099511628211U;
    return (size_t)(hash ^ hash >> 32);
}

/* The place of the name, or the free one that it would take. */
static size_t *find_place(const name_list *list, const char *name) {
    size_t mask = list->n_places - 1, at = hash_name(name) & mask;
    while (list->places[at] > 0 && strcmp(list->names[list->places[at] - 1], name) != 0)
        at = (at + 1) & mask;
    return &list->places[at];
}

/* At least half of the places are free, and their number is a power of two. */
static void reserve_place(name_list *list) {
    enum { FEWEST_PLACES = 16 };
    size_t *before = list->places, n_before = list->n_places;
    if (2 * (list->count + 1) <= n_before)
        return;
    list->n_places = n_before > 0 ? 2 * n_before : FEWEST_PLACES;
    while (2 * (list->count + 1) > list->n_places)
        list->n_places *= 2;
    list->places = resize_array(NULL, list->n_places, sizeof *list->places);
    memset(list->places, 0, list->n_places * sizeof *list->places);
    for (size_t i = 0; i < n_before; i++)
        if (before[i] > 0)
            *find_place(list, list->names[before[i] - 1]) = before[i];
    free(before);
}

static void append_name(name_list *list, const char *name) {
    list->names = reserve_array(list->names, &list->capacity, list->count + 1, sizeof *list->names);
    list->names[list->count++] = copy_text(name);
}

bool add_name(name_list *list, const char *name) {
    reserve_place(list);
    size_t *place = find_place(list, name);
    if (*place > 0)
        return false;
    append_name(list, name);
    *place = list->count;
    return true;
}

void add_no_name(name_list *list) {
    append_name(list, "");
}

void free_names(name_list *list) {
    for (size_t i = 0; i < list->count; i++)
        free((char *)list->names[i]);
    free(list->names);
    free(list->places);
    *list = (name_list){0};
}

size_t find_name(const name_list *list, const char *name) {
    size_t place = list->n_places > 0 ? *find_place(list, name) : 0;
    return place > 0 ? place - 1 : list->count;
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
