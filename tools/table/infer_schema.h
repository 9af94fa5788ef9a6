/* SPDX-License-Identifier: BSD-3-Clause */
/* Infers the schema of a table from its rows. */
#ifndef NNBLAS_TABLE_INFER_SCHEMA_H
#define NNBLAS_TABLE_INFER_SCHEMA_H

#include "table/choose_columns.h"
#include "table/notes.h"
#include "table/rows.h"

struct first_pass;

/* A target of whole numbers is a classification if it has at most so many different values, and
 * where they are more than two, so many rows for each on average. */
enum { MOST_NUMBER_CLASSES = 20, LEAST_ROWS_OF_A_CLASS = 5 };

/*
 * A column holds numbers if nine of ten of its values, without the missing ones, are numbers
 * written in the same way, or more than half are plain numbers; it holds dates if nine of ten are,
 * and texts otherwise; choice->texts hold texts in any case. Features that say nothing, or name the
 * rows, are left out unless choice->features asks for them. Rows with a bad value in a column that
 * is used are removed from rows, if skipped allows it. Notes say what was decided. groups: null, or
 * becomes those of the rows, as of end_groups(). first: null, or started, and settled then.
 */
bool infer_schema(const table_source *source, text_rows *rows, const column_choice *choice,
                  skipped_rows *skipped, note_list *notes, schema *s, double **groups,
                  struct first_pass *first, table_error *error);

#endif
