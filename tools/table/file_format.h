/* SPDX-License-Identifier: BSD-3-Clause */
/* Files that are no text, known by their first bytes. */
#ifndef NNBLAS_TABLE_FILE_FORMAT_H
#define NNBLAS_TABLE_FILE_FORMAT_H

#include <stddef.h>

/* "a PDF: ..." and what to do, if the file begins so; else null. */
const char *find_foreign_format(const char *bytes, size_t count);

#endif
