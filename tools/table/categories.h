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

/* The same for many columns, in one pass over the rows: start; take each part, or all rows; end.
 * The columns stay where they are. values: as many as columns. */
typedef struct category_search category_search;
category_search *start_categories(void);
void search_column(category_search *search, table_column *column);
void search_rows(category_search *search, const text_rows *rows);
void end_categories(category_search *search, size_t *values);
/* Ends it, and the columns stay as they are. */
void drop_categories(category_search *search);

/* Whether the categories of such a column were searched for, in all rows: it gets them, and values
 * those that were looked at. The search goes on. */
bool take_categories(const category_search *search, table_column *column, size_t *values);

size_t count_searched(const category_search *search);
/* Of a row that was taken: its category of column c, by the order in which they were found; and
 * where each of these stands among them when they are sorted, to be released by free(). */
size_t find_in_row(const category_search *search, size_t c, const csv_row *row);
size_t *rank_categories(const category_search *search, size_t c);

/* Warns of texts that differ only in case or in blanks around them. */
void warn_of_similar_categories(const table_column *column, note_list *notes);

#endif
