/* SPDX-License-Identifier: BSD-3-Clause */
/* How many rows of each class a network predicts each class for. */
#ifndef NNBLAS_TABLE_CONFUSION_H
#define NNBLAS_TABLE_CONFUSION_H

#include <stddef.h>

/* counts: classes x classes; the first index is the class of the rows, the second the predicted
 * one. */
typedef struct {
    size_t classes;
    size_t *counts;
} confusion_matrix;

/* The class that a network predicts by these outputs, one for each class. */
size_t find_largest(const double *outputs, size_t classes);

void count_prediction(confusion_matrix *m, size_t class, size_t predicted);

/* Rows: of a class and predicted as one; of a class; predicted as one; predicted right. */
size_t get_count(const confusion_matrix *m, size_t class, size_t predicted);
size_t count_rows_of(const confusion_matrix *m, size_t class);
size_t count_predicted(const confusion_matrix *m, size_t class);
size_t count_right(const confusion_matrix *m);

#endif
