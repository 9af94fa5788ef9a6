/* SPDX-License-Identifier: BSD-3-Clause */
/* The weights of the rows of a dataset, from those of a column and those of classes. */
#ifndef NNBLAS_TABLE_WEIGHTS_H
#define NNBLAS_TABLE_WEIGHTS_H

#include "table/dataset.h"

/*
 * Makes the weights in the cost: those of the rows, which are 1 each where there are none, times
 * those of their classes. class_weights is CLASS=NUMBER,... with 1 for the classes that it does not
 * name, or "balanced", so that the rows of each class weigh the same together, or null. Whole
 * numbers of a column are counts. An error where there are no classes, and where all rows weigh
 * nothing. The schema keeps the weights of the classes.
 */
bool weight_rows(const table_source *source, const char *class_weights, schema *s, dataset *d,
                 table_error *error);

#endif
