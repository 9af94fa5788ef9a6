/* SPDX-License-Identifier: BSD-3-Clause */
/* A first line with numbers is taken for a row, but may be the names of the columns: 2019,2020. */
#ifndef NNBLAS_TABLE_FIRST_ROW_H
#define NNBLAS_TABLE_FIRST_ROW_H

#include "table/notes.h"
#include "table/rows.h"

/* Notes what the first line was taken for where nobody said it, and warns where it is unlike all
 * other rows: each of its values is a text that occurs nowhere else in its column, or a whole
 * number that is far from the others, a year where they are none, or between fractions. */
void note_first_row(const table_source *source, text_rows *rows, note_list *notes);

#endif
