/* SPDX-License-Identifier: BSD-3-Clause */
#include "table/column_names.h"

#include "cli/memory.h"
#include "cli/similar_text.h"

#include <stdlib.h>
#include <string.h>

void add_column_name(column_names *columns, const char *name) {
    columns->names = resize_array(columns->names, columns->count + 1, sizeof *columns->names);
    columns->names[columns->count++] = copy_text(name);
}

void drop_last_column(column_names *columns) {
    free(columns->names[--columns->count]);
}

void free_column_names(column_names *columns) {
    for (size_t i = 0; i < columns->count; i++)
        free(columns->names[i]);
    free(columns->names);
    free(columns->order);
    *columns = (column_names){0};
}

static int compare_columns(const void *a, const void *b, void *names) {
    size_t left = *(const size_t *)a, right = *(const size_t *)b;
    int result = strcmp(((char **)names)[left], ((char **)names)[right]);
    return result != 0 ? result : (left > right) - (left < right);
}

void sort_column_names(column_names *columns) {
    columns->order = resize_array(columns->order, columns->count, sizeof *columns->order);
    for (size_t i = 0; i < columns->count; i++)
        columns->order[i] = i;
    qsort_r(columns->order, columns->count, sizeof *columns->order, compare_columns,
            columns->names);
}

/* The first place in the order whose name is not before this one. */
static size_t find_place(const column_names *columns, const char *name) {
    size_t low = 0, high = columns->count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (strcmp(columns->names[columns->order[middle]], name) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

size_t find_column_name(const column_names *columns, const char *name, size_t found[2]) {
    size_t place = find_place(columns, name), count = 0;
    while (*name && place + count < columns->count) {
        size_t column = columns->order[place + count];
        if (strcmp(columns->names[column], name) != 0)
            break;
        if (count < 2)
            found[count] = column;
        count++;
    }
    return count;
}

const char *find_similar_name(const column_names *columns, const char *name) {
    return find_similar_text((const char *const *)columns->names, columns->count, name);
}
