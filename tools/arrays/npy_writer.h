/* SPDX-License-Identifier: BSD-3-Clause */
/* Writes a matrix of doubles as .npy, row by row. */
#ifndef NNBLAS_ARRAYS_NPY_WRITER_H
#define NNBLAS_ARRAYS_NPY_WRITER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

/* Whether a file of this name is to be one: it ends in .npy or .npy.gz. */
bool is_npy_name(const char *path);

/* What stands before the rows x columns doubles, in this machine's order of bytes. */
void write_npy_header(FILE *stream, size_t rows, size_t columns);

#endif
