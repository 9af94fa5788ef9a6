/* SPDX-License-Identifier: BSD-3-Clause */
/* The schema of a table: which columns are features and targets, and how they become numbers. */
#ifndef NNBLAS_TABLE_SCHEMA_H
#define NNBLAS_TABLE_SCHEMA_H

#include "cli/number.h"
#include "table/dates.h"
#include "table/gaps.h"
#include "table/names.h"
#include "table/number_format.h"
#include "table/source.h"

/*
 * COLUMN_NUMBER    scaled to mean 0 and standard deviation 1; if all values in training were equal,
 *                  the deviation is 0 and every value becomes 0
 * COLUMN_CATEGORY  one number for each category, 1 for its own and 0 for the others (one-hot)
 * COLUMN_DATE      the time, in seconds and scaled as a number; then the sine and cosine of each of
 *                  the parts that repeat
 * COLUMN_LABEL     a target of two categories as one number: 0 for the first, 1 for the second
 */
typedef enum { COLUMN_NUMBER, COLUMN_CATEGORY, COLUMN_DATE, COLUMN_LABEL } column_kind;

typedef struct {
    char *name;      /* "" where the table has none */
    size_t place;    /* in the table of the training, from 0 */
    size_t position; /* in the table that is read */
    column_kind kind;
    bool is_number;       /* its texts are numbers; those of categories can be numbers too */
    number_format format; /* of numbers */
    date_format dates;    /* of dates */
    unsigned parts;       /* of dates: the parts that vary, as bits */
    /* Values were missing in training: one more number, the last, is 1 where the value is missing,
     * as if that were one more category. */
    bool expects_gaps;
    double mean, deviation;
    name_list categories;
} table_column;

typedef struct {
    table_column *columns;
    size_t count;
    missing_rule missing;
} column_list;

/* table_columns: all columns of the table of the training, in their order; "" is a name that others
 * have too. missing_texts: those that stand for a missing value beside the usual ones. weights:
 * none or one column, of the weights of the rows in training. class_weights: those of the classes,
 * by which they were multiplied, or null. */
typedef struct {
    name_list table_columns, missing_texts;
    column_list features, targets, weights;
    double *class_weights;
} schema;

void free_schema(schema *s);

/* Adds those of a list as for read_names(), which may be null. */
void add_missing_texts(schema *s, const char *list);

table_column *add_column(column_list *list, const char *name, size_t place);

/*
 * OUTPUTS_NUMBERS  each target is a number: identity outputs, mean squared error
 * OUTPUTS_CLASSES  the target is a class: softmax outputs, cross-entropy
 * OUTPUTS_LABELS   each target is a label: sigmoid outputs, cross-entropy
 * OUTPUTS_MIXED    any other targets: identity outputs, mean squared error; the largest output of a
 *                  class is predicted
 */
typedef enum { OUTPUTS_NUMBERS, OUTPUTS_CLASSES, OUTPUTS_LABELS, OUTPUTS_MIXED } output_kind;

output_kind get_output_kind(const schema *s);
/* Whether that is OUTPUTS_CLASSES. */
bool has_classes(const schema *s);

/* The largest weight of a row: sums of weights do not overflow. */
#define LARGEST_WEIGHT 1e100

/* How many numbers a column of one row, and all columns of a list, become. get_width_of_value():
 * without the one that is 1 where the value is missing. */
size_t get_width_of_value(const table_column *column);
size_t get_width(const table_column *column);
size_t count_numbers(const column_list *list);

/* Whether all values of a row fit their columns, be they of a category or not. */
bool check_row(const column_list *list, const table_source *source, const csv_row *row,
               table_error *error);

/* Writes the count_numbers(list) numbers of a row, not yet scaled. A missing number or date is NaN,
 * and no category is 1 where it is missing or not one of the training. */
bool encode_row(const column_list *list, const table_source *source, const csv_row *row,
                double *numbers, table_error *error);

/* Adds those of N rows of such numbers. A missing text counts as unknown where the column expects
 * no gaps. */
void count_gaps(const column_list *list, size_t N, const double *numbers, gap_counts *counts);

/* Whether none of the numbers of a row, from encode_row, is so far from those of the training that
 * its prediction would overflow. */
bool check_distances(const column_list *list, const table_source *source, const csv_row *row,
                     const double *numbers, table_error *error);

/* The same of numbers that come from no table: the column that is too far, or list->count. */
extern const char TOO_FAR[];
size_t find_distant_column(const column_list *list, const double *numbers);

/* Scales N rows of such numbers; NaN becomes 0, which is the mean. */
void scale_rows(const column_list *list, size_t N, double *numbers);

/* Whether it is scaled: its first number, if it has several. */
bool is_scaled(const table_column *column);

/* Undoes the scaling of one number of a column without categories, and that of N rows of targets or
 * outputs: numbers in their own unit, those of classes and labels as they are. scaled and numbers
 * may be the same. */
double restore_number(const table_column *column, double scaled);
void restore_rows(const column_list *list, size_t N, const double *scaled, double *numbers);

/* The category that the outputs of a target mean: of a class the largest, of a label the second
 * from 0.5 on. */
size_t find_predicted_category(const table_column *target, const double *outputs);

/* The names of the outputs in a table of predictions: all differ, and none is "prediction". A class
 * is named by its category, a number or label by its target; one that is taken already becomes
 * "TARGET=CATEGORY" or "TARGET (2)". The caller frees them. */
void name_outputs(const schema *s, name_list *names);

/* Finds the columns in another table: by name, or by place if either table has no header or the
 * column has no name, or one that others had in the training. Without a header the table has all
 * columns of the table of the training, or only the features. */
bool bind_schema(schema *s, const table_source *source, bool with_targets, table_error *error);

/* The same for the weights of the training; false where the table has no such column. */
bool bind_weights(schema *s, const table_source *source);

/* As JSON; released by free(). */
char *write_schema(const schema *s);
/* False if the text is no schema; *s is empty then. */
bool read_schema(const char *text, schema *s);

#endif
