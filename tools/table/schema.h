/* SPDX-License-Identifier: BSD-3-Clause */
/* The schema of a table: which columns are features and targets, and how they become numbers. */
#ifndef NNBLAS_TABLE_SCHEMA_H
#define NNBLAS_TABLE_SCHEMA_H

#include "cli/number.h"
#include "table/names.h"
#include "table/source.h"

/*
 * A category is encoded as one number for each category of the column, 1 for its own and 0 for the
 * others (one-hot). A number is scaled to mean 0 and standard deviation 1; if all values in
 * training were equal, the deviation is 0 and every value becomes 0.
 */
typedef struct {
    char *name;
    size_t position; /* in the table that is read */
    bool is_number;  /* its values are numbers; categories can be numbers too */
    bool is_category;
    double mean, deviation;
    name_list categories;
} table_column;

typedef struct {
    table_column *columns;
    size_t count;
} column_list;

/* table_columns: all columns of the table of the training, in their order. */
typedef struct {
    name_list table_columns;
    column_list features, targets;
} schema;

void free_schema(schema *s);

table_column *add_column(column_list *list, const char *name, size_t position);

/* Whether the target is a category: the classes of a classification. */
bool has_classes(const schema *s);

/* How many numbers the columns of one row become. */
size_t count_numbers(const column_list *list);

/* A number as the name of a category: 1.0 and 01 are both "1". */
number_text name_number_category(double value);

/* Whether the text fits the type of the column; *value gets the number, if it is one. */
bool check_value(const table_source *source, const csv_row *row, const table_column *column,
                 double *value, table_error *error);

/* Writes the count_numbers(list) numbers of a row, not yet scaled. */
bool encode_row(const column_list *list, const table_source *source, const csv_row *row,
                double *numbers, table_error *error);

/* Scales N rows of such numbers, and undoes it for one number of a column without categories. */
void scale_rows(const column_list *list, size_t N, double *numbers);
double restore_number(const table_column *column, double scaled);

/* Finds the columns in another table: by name, or, if it has no header, by position. It then has
 * all columns of the table of the training, or only the features. */
bool bind_schema(schema *s, const table_source *source, bool with_targets, table_error *error);

/* As JSON; released by free(). */
char *write_schema(const schema *s);
/* False if the text is no schema; *s is empty then. */
bool read_schema(const char *text, schema *s);

#endif
