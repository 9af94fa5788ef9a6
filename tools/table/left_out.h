/* SPDX-License-Identifier: BSD-3-Clause */
/* Features that are left out, since they say nothing or only name the rows. */
#ifndef NNBLAS_TABLE_LEFT_OUT_H
#define NNBLAS_TABLE_LEFT_OUT_H

#include "table/notes.h"
#include "table/schema.h"
#include "table/survey.h"

/* Removes the columns that are marked. */
void drop_columns(column_list *list, const bool *is_dropped);

/* Leaves out numbers and dates: those without a value, or with one value in all rows; a first
 * column without a name that counts the rows; whole numbers that are all different in a column that
 * is called id, number or the like; of these, the first 4 million values count. */
void leave_out_numbers(text_rows *rows, const column_survey *surveys, column_list *features,
                       note_list *notes);

typedef struct {
    column_listing constant, empty, names, many;
} names_of_left_out;

/* Whether texts are left out, of which there are so many values: they are all the same, or more
 * than half are different, or more than MOST_CATEGORIES. */
bool leaves_out_texts(const table_column *column, size_t values, names_of_left_out *names);
void note_texts_left_out(names_of_left_out *names, note_list *notes);

#endif
