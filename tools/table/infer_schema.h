/* SPDX-License-Identifier: BSD-3-Clause */
/* Infers the schema of a table from its rows. */
#ifndef NNBLAS_TABLE_INFER_SCHEMA_H
#define NNBLAS_TABLE_INFER_SCHEMA_H

#include "table/notes.h"
#include "table/rows.h"
#include "table/schema.h"

/* The most categories of a column. Each is an input or an output of the network, so that names of
 * persons, say, are no categories. */
enum { MOST_CATEGORIES = 1000 };

/* A target of whole numbers is a classification if it has at most so many different values. */
enum { MOST_NUMBER_CLASSES = 20 };

typedef enum { TASK_DETECT, TASK_CLASSES, TASK_NUMBERS } task;

/* Columns by name or number. Without features, all columns but the targets and the ignored ones are
 * features. */
typedef struct {
    name_list targets, features, ignored, texts;
    task task;
} column_choice;

/*
 * A column holds numbers if more than half of its values are numbers, without the missing ones, and
 * texts otherwise; choice->texts hold texts in any case. Rows with a bad value in a column that is
 * used are removed from rows, if skipped allows it.
 */
bool infer_schema(const table_source *source, text_rows *rows, const column_choice *choice,
                  skipped_rows *skipped, note_list *notes, schema *s, table_error *error);

/* Computes the means and deviations of N rows of numbers from encode_row(). */
void infer_scaling(column_list *list, size_t N, const double *numbers);

#endif
