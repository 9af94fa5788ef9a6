/* SPDX-License-Identifier: BSD-3-Clause */
/* Arrays in files, read a block of rows at a time. Regular files are mapped; pipes, devices and
 * what gzip has compressed are streamed. */
#ifndef NNBLAS_ARRAYS_ARRAY_FILE_H
#define NNBLAS_ARRAYS_ARRAY_FILE_H

#include "arrays/array_header.h"

typedef struct array_file array_file;

/* path "-" is standard input. Null where it is no array, or not as long as its header promises. */
array_file *open_array(const char *path, table_error *error);
void close_array(array_file *array);

const char *get_array_name(const array_file *array);
const array_header *get_array_header(const array_file *array);

/* Whether reading can go on at any row: the file is mapped. Else it can at most begin again, and
 * that not of a pipe. */
bool is_mapped(const array_file *array);
bool can_restart_array(const array_file *array);

/* The next row that is read. Where the array is not mapped, all bytes before it are read too. */
bool seek_array(array_file *array, size_t row, table_error *error);

/* Reads the next N rows, which must be there: X gets N x columns numbers, its rows ldx apart. */
bool read_array(array_file *array, size_t N, double *X, size_t ldx, table_error *error);

/* Behind the last row of what is streamed: false where the file goes on, or its gzip is damaged. */
bool check_array_end(array_file *array, table_error *error);

/* After an error in what the file holds: as blame_gzip(). */
bool blame_array(array_file *array, table_error *error);

/* An error at an element, from 0: "FILE: row 17, column 3: PROBLEM", from 1. */
bool set_element_error(const array_file *array, size_t row, size_t column, const char *problem,
                       table_error *error);

#endif
