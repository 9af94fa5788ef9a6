/* SPDX-License-Identifier: BSD-3-Clause */
/* Fisher's iris rows as a table. */
#ifndef NNBLAS_IRIS_IRIS_CSV_H
#define NNBLAS_IRIS_IRIS_CSV_H

#include <stddef.h>
#include <stdio.h>

/* The name of the species column. */
extern const char IRIS_TARGET[];

void write_iris_header(FILE *stream);
void write_iris_row(FILE *stream, const double *measures, size_t species);

/* The whole table as a stream to read; null if out of memory. */
FILE *open_iris(void);

#endif
