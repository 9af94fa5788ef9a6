/* SPDX-License-Identifier: BSD-3-Clause */
/* Lists of names: the columns of a table, the categories of a column. */
#ifndef NNBLAS_TABLE_NAMES_H
#define NNBLAS_TABLE_NAMES_H

#include <stdbool.h>
#include <stddef.h>

typedef struct {
    const char **names; /* released with the list */
    size_t count, capacity;
    size_t *places, n_places; /* a hash table that finds the names: their numbers from 1, or 0 */
} name_list;

/* False if the list has the name already; nothing is added then. */
bool add_name(name_list *list, const char *name);
/* Adds a name that is empty: it may occur several times, and is not found. */
void add_no_name(name_list *list);
void free_names(name_list *list);

/* The position of the name; list->count if it is not in the list. */
size_t find_name(const name_list *list, const char *name);

/* Reads the names in text, one row of comma-separated values; a name with a comma in it is in
 * quotes. False if it is no such row, or if a name is empty or occurs twice. */
bool read_names(const char *text, name_list *list);

#endif
