/* SPDX-License-Identifier: BSD-3-Clause */
#include "table/confusion.h"

size_t find_largest(const double *outputs, size_t classes) {
    size_t largest = 0;
    for (size_t k = 1; k < classes; k++)
        if (outputs[k] > outputs[largest])
            largest = k;
    return largest;
}

void count_prediction(confusion_matrix *m, size_t class, size_t predicted, double weight) {
    m->counts[class * m->classes + predicted] += weight;
}

double get_count(const confusion_matrix *m, size_t class, size_t predicted) {
    return m->counts[class * m->classes + predicted];
}

/* Adds up m->classes counts, from the index first on in steps. */
static double add_counts(const confusion_matrix *m, size_t first, size_t step) {
    double sum = 0.0;
    for (size_t k = 0; k < m->classes; k++)
        sum += m->counts[first + k * step];
    return sum;
}

double count_rows_of(const confusion_matrix *m, size_t class) {
    return add_counts(m, class * m->classes, 1);
}

double count_predicted(const confusion_matrix *m, size_t class) {
    return add_counts(m, class, m->classes);
}

double count_right(const confusion_matrix *m) {
    return add_counts(m, 0, m->classes + 1);
}
