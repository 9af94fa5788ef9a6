/* SPDX-License-Identifier: BSD-3-Clause */
/* Which columns of a table are targets, features and weights. */
#ifndef NNBLAS_TABLE_CHOOSE_COLUMNS_H
#define NNBLAS_TABLE_CHOOSE_COLUMNS_H

#include "table/notes.h"
#include "table/schema.h"

typedef enum { TASK_DETECT, TASK_CLASSES, TASK_NUMBERS } task;

/*
 * Columns by name or number. Without features, all columns but the targets, the weights and the
 * ignored ones are features. weights: one column at most, of the weights of the rows.
 * class_weights: null, or "balanced", or NAME=W,... decimal, thousands: marks in numbers, or 0.
 * missing_texts: a list as for read_names(), or null.
 */
typedef struct {
    name_list targets, features, ignored, texts, weights;
    task task;
    missing_rule missing;
    char decimal, thousands;
    const char *class_weights, *missing_texts;
} column_choice;

/* Fills the lists of s with the columns, whose kinds are not known yet. */
bool choose_columns(const table_source *source, const column_choice *choice, schema *s,
                    table_error *error);

/* Warns of columns that are used, and whose name others have too. */
void warn_of_equal_names(const table_source *source, const schema *s, note_list *notes);

/* One for each column of the table, all false; released by free(). */
bool *clear_marks(const table_source *source);
/* The places of the columns of the list, released by free(); null, after an error, where one is not
 * there or is named twice. */
size_t *find_columns(const table_source *source, const name_list *list, table_error *error);
/* Sets marks[column] for each column of the list. */
bool mark_columns(const table_source *source, const name_list *list, bool *marks,
                  table_error *error);

#endif
