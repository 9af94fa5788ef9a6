/* SPDX-License-Identifier: BSD-3-Clause */
/* The categories of a column, from the rows of a table. */
#ifndef NNBLAS_TABLE_CATEGORIES_H
#define NNBLAS_TABLE_CATEGORIES_H

#include "table/notes.h"
#include "table/rows.h"
#include "table/schema.h"

/* The most categories of a column. Each is an input or an output of the network, so that names of
 * persons, say, are no categories. */
enum { MOST_CATEGORIES = 1000 };

/* Finds the categories of a column, sorted, so that they do not depend on the order of the rows;
 * one more than MOST_CATEGORIES where there are more. Numbers that are equal are one category, with
 * the shortest of their texts. Counts the values, without the missing ones. */
size_t find_categories(text_rows *rows, table_column *column);

/* The same for many columns, in one pass over the rows. */
void find_all_categories(text_rows *rows, table_column *const *columns, size_t count,
                         size_t *values);

/* Warns of texts that differ only in case or in blanks around them. */
void warn_of_similar_categories(const table_column *column, note_list *notes);

#endif
