/* SPDX-License-Identifier: BSD-3-Clause */
/* What the numbers of labels are: two values, classes, or anything. */
#ifndef NNBLAS_ARRAYS_LABEL_SURVEY_H
#define NNBLAS_ARRAYS_LABEL_SURVEY_H

#include "table/categories.h"

#include <stdbool.h>
#include <stddef.h>

/* is_other: not 0 and 1 alone. classes: the different values, ascending, where they are looked for.
 * No pointers, so that another process can be sent it. */
typedef struct {
    bool finds_classes, is_other, has_too_many;
    size_t n_classes;
    double classes[MOST_CATEGORIES];
} label_survey;

void survey_labels(label_survey *survey, const double *labels, size_t count);
/* Adds those of another part of the labels. */
void join_label_surveys(label_survey *all, const label_survey *part);

/* Where the value is among these, which ascend, or where it would be. */
size_t find_place(const double *values, size_t count, double value);

#endif
