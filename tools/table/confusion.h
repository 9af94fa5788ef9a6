/* SPDX-License-Identifier: BSD-3-Clause */
/* Counts rows by their class and by the class that is predicted for them. */
#ifndef NNBLAS_TABLE_CONFUSION_H
#define NNBLAS_TABLE_CONFUSION_H

#include <stddef.h>

/* counts: classes x classes, sums of the weights of rows, which are 1 where there are none; the
 * first index is the class of the rows, the second the predicted one. */
typedef struct {
    size_t classes;
    double *counts;
} confusion_matrix;

/* The index of the largest output: the class that a network predicts. */
size_t find_largest(const double *outputs, size_t classes);

void count_prediction(confusion_matrix *m, size_t class, size_t predicted, double weight);

/* How many rows there are: of a class and predicted as another; of a class; predicted as one;
 * predicted right. */
double get_count(const confusion_matrix *m, size_t class, size_t predicted);
double count_rows_of(const confusion_matrix *m, size_t class);
double count_predicted(const confusion_matrix *m, size_t class);
double count_right(const confusion_matrix *m);

#endif
