/* SPDX-License-Identifier: BSD-3-Clause */
/* Two files of arrays, of features and of labels, that are read as rows. */
#ifndef NNBLAS_ARRAYS_ROW_FILES_H
#define NNBLAS_ARRAYS_ROW_FILES_H

#include "arrays/array_file.h"
#include "table/row_stream.h"

/* labels: null where there are none. classes: the values of the first target, ascending, and which
 * of its categories each is; null where it is numbers or a label. */
typedef struct {
    array_file *features, *labels;
    size_t begin, end; /* the rows of the files that are read: those of this rank */
    size_t row;        /* the next of them */
    double *classes;
    size_t *categories, n_classes;
    double *values; /* of the labels of a block */
    size_t capacity;
} array_rows;

/* The stream of all rows, whose user is an array_rows; the number of its outputs is not known yet.
 * Released by rows->close(rows->user), also after false. */
bool open_row_files(const char *features, const char *labels, row_stream *rows, table_error *error);

/* Of an array_rows: to a row of those of this rank. */
bool seek_row_files(void *user, size_t row, table_error *error);
/* The targets of the next N rows, and nothing without labels. Does not go on to the rows behind. */
bool read_row_labels(array_rows *a, size_t N, double *Y, table_error *error);

/* The next N rows of one file, of which `row` is the first; every number is finite. */
bool read_checked_values(array_file *array, size_t row, size_t N, double *numbers,
                         table_error *error);

size_t count_columns(const array_file *array);
bool has_whole_type(const array_file *array);

#endif
