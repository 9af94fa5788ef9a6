/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef NNBLAS_TABLE_CSV_WRITER_H
#define NNBLAS_TABLE_CSV_WRITER_H

#include <stdio.h>

/* Writes a value that reads back as it is, in quotes only where it needs them, behind the delimiter
 * where that is not 0. */
void write_csv_value(FILE *stream, char delimiter, const char *value);

#endif
