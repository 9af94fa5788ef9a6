/* SPDX-License-Identifier: BSD-3-Clause */
/* The names of the columns of a table. Several columns may have the same name, or none. */
#ifndef NNBLAS_TABLE_COLUMN_NAMES_H
#define NNBLAS_TABLE_COLUMN_NAMES_H

#include <stdbool.h>
#include <stddef.h>

typedef struct {
    char **names; /* "" where a column has none */
    size_t count;
    size_t *order; /* the columns, sorted by name */
} column_names;

/* Adds a column; sort_column_names() before a name is looked for. */
void add_column_name(column_names *columns, const char *name);
void drop_last_column(column_names *columns);
void sort_column_names(column_names *columns);
void free_column_names(column_names *columns);

/* How many columns have this name, which is not ""; found[0] and found[1] are the first two. */
size_t find_column_name(const column_names *columns, const char *name, size_t found[2]);

/* The name that is most like this one, for "did you mean"; null if none is alike. */
const char *find_similar_name(const column_names *columns, const char *name);

#endif
