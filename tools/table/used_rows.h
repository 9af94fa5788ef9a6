/* SPDX-License-Identifier: BSD-3-Clause */
/* Which rows of a table are learnt from. */
#ifndef NNBLAS_TABLE_USED_ROWS_H
#define NNBLAS_TABLE_USED_ROWS_H

#include "table/schema.h"
#include "table/survey.h"

/* Makes the texts of the schema that stand for missing values empty, and leaves out the rows of
 * which a target is missing, whatever kind it is of: they have no say in what a column holds. */
void filter_rows(const schema *s, text_rows *rows, skipped_rows *skipped);

/* Of the part of the rows that is there, leaves out those that are bad. */
bool drop_bad_rows_of_part(const table_source *source, const schema *s, text_rows *rows,
                           skipped_rows *skipped, table_error *error);

/* Whether there can be any. */
bool can_have_bad_rows(const schema *s, const column_survey *surveys);

#endif
