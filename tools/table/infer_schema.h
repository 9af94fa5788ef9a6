/* SPDX-License-Identifier: BSD-3-Clause */
/* Makes a schema from a table. */
#ifndef NNBLAS_TABLE_INFER_SCHEMA_H
#define NNBLAS_TABLE_INFER_SCHEMA_H

#include "table/rows.h"
#include "table/schema.h"

/* Categories are not for the names of people: each is an input or an output of the network. */
enum { MOST_CATEGORIES = 1000 };

/* A target of whole numbers with so many different ones at most is one of classes. */
enum { MOST_NUMBER_CLASSES = 20 };

typedef enum { TASK_DETECT, TASK_CLASSES, TASK_NUMBERS } task;

/* Columns by name or number. features: all but the targets where it is empty. */
typedef struct {
    name_list targets, features, ignored, texts;
    task task;
} column_choice;

/*
 * A column is one of numbers where more than half of its values are, missing ones not counted, or
 * else one of texts; choice->texts are texts whatever they look like. Rows that have a bad value in
 * a column that is used are left out of the rows where that is allowed.
 */
bool infer_schema(const table_source *source, text_rows *rows, const column_choice *choice,
                  skipped_rows *skipped, schema *s, table_error *error);

/* Takes the means and deviations of N rows of numbers from encode_row(). */
void infer_scaling(column_list *list, size_t N, const double *numbers);

/* Whether the targets differ between rows, once they are learnt. */
bool check_targets(const table_source *source, const schema *s, table_error *error);

#endif
