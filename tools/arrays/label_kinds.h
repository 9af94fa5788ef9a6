/* SPDX-License-Identifier: BSD-3-Clause */
/* What the labels of an array are: classes, labels of 0 and 1, or numbers. */
#ifndef NNBLAS_ARRAYS_LABEL_KINDS_H
#define NNBLAS_ARRAYS_LABEL_KINDS_H

#include "arrays/row_files.h"
#include "table/choose_columns.h"

/* Reads the labels of all ranks, which call it together. The targets get their kinds and
 * categories, and the rows their classes. */
bool choose_label_kinds(array_rows *a, task wanted, schema *s, table_error *error);

#endif
