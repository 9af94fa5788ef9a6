/* SPDX-License-Identifier: BSD-3-Clause */
/* A list of names: the columns of a table, the categories of a column. */
#ifndef NNBLAS_TABLE_NAMES_H
#define NNBLAS_TABLE_NAMES_H

#include <stdbool.h>
#include <stddef.h>

typedef struct {
    const char **names;
    size_t count, capacity;
    void *tree; /* of the same names, for tfind() */
} name_list;

/* False, and nothing is added, where the list has the name already. */
bool add_name(name_list *list, const char *name);
void free_names(name_list *list);

/* list->count where there is none of that name. */
size_t find_name(const name_list *list, const char *name);

/* The one of that name, or else the one of that number, from 1; list->count where there is neither.
 */
size_t find_name_or_number(const name_list *list, const char *text);

/* The values of text, which is one row of comma-separated values: a name with a comma in it stands
 * in quotes. False where it is none, or one of them is empty or stands there twice. */
bool read_names(const char *text, name_list *list);

#endif
