/* SPDX-License-Identifier: BSD-3-Clause */
/* One inference of a schema, a part after the other. */
#ifndef NNBLAS_TABLE_INFERENCE_H
#define NNBLAS_TABLE_INFERENCE_H

#include "table/first_pass.h"
#include "table/infer_schema.h"
#include "table/survey.h"

typedef struct {
    const table_source *source;
    text_rows *rows;
    const column_choice *choice;
    note_list *notes;
    schema *s;
    double **groups;                             /* null where nobody asks for them */
    first_pass *first;                           /* the same */
    column_survey *surveys;                      /* of each column of the table */
    bool *is_text;                               /* as choice->texts says */
    bool has_decimal_commas, has_decimal_points; /* in columns that cannot be read otherwise */
} inference;

/* Whether numbers with decimal commas, and with points, stand in columns that can be read in no
 * other way. */
void find_decimal_marks(inference *in);
/* As the options say, or as the values are written where they are not plain numbers. */
void find_format(const inference *in, table_column *column, const column_survey *survey);

/* False for a target of dates. */
bool refuse_dates(const inference *in, table_error *error);
bool holds_dates(const column_survey *survey);
/* Of all columns, after their decimal marks. */
void choose_kinds(const inference *in);

/* Leaves out rows that are bad, and features of texts that say nothing. False where there are no
 * rows, or too many categories. */
bool find_categories_of_all(const inference *in, skipped_rows *skipped, table_error *error);

#endif
