/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef NNBLAS_TABLE_CSV_WRITER_H
#define NNBLAS_TABLE_CSV_WRITER_H

#include <stdio.h>

/* Writes the delimiter, unless it is 0, and a value, in quotes only if it needs them. */
void write_csv_value(FILE *stream, char delimiter, const char *value);

#endif
