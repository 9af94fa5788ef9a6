/* SPDX-License-Identifier: BSD-3-Clause */
/* What a model knows of the tables it reads: which columns, and how their values become numbers. */
#ifndef NNBLAS_TABLE_SCHEMA_H
#define NNBLAS_TABLE_SCHEMA_H

#include "cli/number.h"
#include "table/names.h"
#include "table/source.h"

/*
 * A column of categories becomes one number for each of them, 1 for the one it is and 0 for the
 * others. A column of numbers becomes one, and is scaled to mean 0 and deviation 1; where all its
 * values were the same, its deviation is 0, and it becomes 0.
 */
typedef struct {
    char *name;
    size_t position; /* in the table that is read */
    bool is_number;  /* its values are numbers, also where those are categories */
    bool is_category;
    double mean, deviation;
    name_list categories;
} table_column;

typedef struct {
    table_column *columns;
    size_t count;
} column_list;

/* table_columns has all columns of the table that was learnt from, in its order. */
typedef struct {
    name_list table_columns;
    column_list features, targets;
} schema;

void free_schema(schema *s);

table_column *add_column(column_list *list, const char *name, size_t position);

/* Whether the target is one of categories, which are then the classes. */
bool has_classes(const schema *s);

/* How many numbers the values of one row become. */
size_t count_numbers(const column_list *list);

/* The name of a number as a category: 1.0 and 01 are both 1. */
number_text name_number_category(double value);

/* Whether the text is of the column's kind; of a column of numbers, then with its value. */
bool check_value(const table_source *source, const csv_row *row, const table_column *column,
                 double *value, table_error *error);

/* Writes the count_numbers(list) numbers of a row, before they are scaled. */
bool encode_row(const column_list *list, const table_source *source, const csv_row *row,
                double *numbers, table_error *error);

/* Scales N rows of such numbers; and back, of the one number of a column that has no categories. */
void scale_rows(const column_list *list, size_t N, double *numbers);
double restore_number(const table_column *column, double scaled);

/*
 * Finds the columns in a table by their names, or where it has no header by their places: it then
 * has all columns of the table that was learnt from, or only the features.
 */
bool bind_schema(schema *s, const table_source *source, bool with_targets, table_error *error);

/* As JSON; released by free(). */
char *write_schema(const schema *s);
/* False where the text is no schema. *s is then empty. */
bool read_schema(const char *text, schema *s);

#endif
