/* SPDX-License-Identifier: BSD-3-Clause */
#include "arrays/label_survey.h"

#include <string.h>

size_t find_place(const double *values, size_t count, double value) {
    size_t begin = 0, end = count;
    while (begin < end) {
        size_t middle = begin + (end - begin) / 2;
        if (values[middle] < value)
            begin = middle + 1;
        else
            end = middle;
    }
    return begin;
}

static void add_class(label_survey *survey, double value) {
    size_t k = find_place(survey->classes, survey->n_classes, value);
    if (k < survey->n_classes && survey->classes[k] == value)
        return;
    if (survey->n_classes == MOST_CATEGORIES) {
        survey->has_too_many = true;
        return;
    }
    memmove(survey->classes + k + 1, survey->classes + k,
            (survey->n_classes - k) * sizeof *survey->classes);
    survey->classes[k] = value + 0.0; /* -0 is 0 */
    survey->n_classes++;
}

void survey_labels(label_survey *survey, const double *labels, size_t count) {
    bool is_other = survey->is_other;
    for (size_t i = 0; i < count; i++) {
        is_other = is_other || !(labels[i] == 0.0 || labels[i] == 1.0);
        if (survey->finds_classes && !survey->has_too_many)
            add_class(survey, labels[i]);
    }
    survey->is_other = is_other;
}

void join_label_surveys(label_survey *all, const label_survey *part) {
    all->has_too_many = all->has_too_many || part->has_too_many;
    all->is_other = all->is_other || part->is_other;
    for (size_t k = 0; k < part->n_classes && !all->has_too_many; k++)
        add_class(all, part->classes[k]);
}
