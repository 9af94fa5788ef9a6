/* SPDX-License-Identifier: BSD-3-Clause */
#include "table/scores.h"

#include "cli/options.h"
#include "cli/text.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

/* ---- classes --------------------------------------------------------------------------------- */

static double divide(double part, double whole) {
    return whole > 0.0 ? part / whole : (double)NAN;
}

/* Of two classes, both are ranked by the output of the second, as in scikit-learn. */
static double compute_class_auc(const scores *s, const target_score *t, size_t class) {
    return compute_auc(&s->ranking, t->first + (t->classes == 2 ? t->outputs - 1 : class));
}

static class_measures measure_predictions(const target_score *t, size_t class) {
    double right = get_count(&t->confusion, class, class);
    double predicted = count_predicted(&t->confusion, class);
    double rows = count_rows_of(&t->confusion, class);
    return (class_measures){.precision = divide(right, predicted),
                            .recall = divide(right, rows),
                            .f1 = divide(2.0 * right, predicted + rows),
                            .weight = rows};
}

class_measures measure_class(const scores *s, size_t target, size_t class) {
    const target_score *t = &s->targets[target];
    class_measures m = measure_predictions(t, class);
    m.auc = compute_class_auc(s, t, class);
    return m;
}

/* A mean over those that are added. */
typedef struct {
    double sum;
    size_t count;
} mean;

static void add_to_mean(mean *m, double value) {
    m->sum += value;
    m->count++;
}

static double get_mean(mean m) {
    return divide(m.sum, (double)m.count);
}

static double zero_if_nan(double value) {
    return isnan(value) ? 0.0 : value;
}

static double average_auc(const scores *s, const target_score *t) {
    mean auc = {0};
    size_t curves = t->classes == 2 ? 1 : t->classes;
    for (size_t k = 0; k < curves; k++) {
        double value = compute_class_auc(s, t, k);
        if (!isnan(value))
            add_to_mean(&auc, value);
    }
    return get_mean(auc);
}

/* f1 is defined just where the class occurs. */
static size_t list_class_measures(const scores *s, const target_score *t, measure *measures) {
    mean precision = {0}, recall = {0}, f1 = {0}, balanced = {0};
    for (size_t k = 0; k < t->classes; k++) {
        class_measures class = measure_predictions(t, k);
        if (class.weight > 0.0)
            add_to_mean(&balanced, class.recall);
        if (isnan(class.f1))
            continue;
        add_to_mean(&precision, zero_if_nan(class.precision));
        add_to_mean(&recall, zero_if_nan(class.recall));
        add_to_mean(&f1, class.f1);
    }
    const measure listed[] = {
        {"accuracy", divide(count_right(&t->confusion), (double)s->weight), false},
        {"balanced_accuracy", get_mean(balanced), false},
        {"precision", get_mean(precision), false},
        {"recall", get_mean(recall), false},
        {"f1", get_mean(f1), false},
        {"auc", average_auc(s, t), false},
        {"log_loss", s->has_numbers ? (double)NAN : (double)(t->log_losses / s->weight), true},
        {"mse", (double)(t->squared_errors / s->weight / 2.0L), true},
    };
    enum { COUNT = sizeof listed / sizeof listed[0] };
    for (size_t i = 0; i < COUNT; i++)
        measures[i] = listed[i];
    return COUNT;
}

/* ---- numbers --------------------------------------------------------------------------------- */

/* 1 - (squared errors) / (squared errors of predicting the mean); not defined of equal values. */
static double compute_r2(const target_score *t) {
    if (t->squared_distances > 0.0L)
        return (double)(1.0L - t->squared_errors / t->squared_distances);
    return (double)NAN;
}

/* The square of a large number is more than a double holds. */
static double nan_if_infinite(long double value) {
    return isfinite((double)value) ? (double)value : (double)NAN;
}

static size_t list_number_measures(const scores *s, const target_score *t, measure *measures) {
    long double mean_square = t->squared_errors / s->weight;
    const measure listed[] = {
        {"r2", compute_r2(t), false},
        {"rmse", (double)sqrtl(mean_square), true},
        {"mae", (double)(t->absolute_errors / s->weight), true},
        {"mse", nan_if_infinite(mean_square / 2.0L), true},
        {"log_likelihood", nan_if_infinite(t->log_likelihoods / s->weight), false},
    };
    size_t count = sizeof listed / sizeof listed[0] - !s->has_deviations;
    for (size_t i = 0; i < count; i++)
        measures[i] = listed[i];
    return count;
}

/* ---- all targets ----------------------------------------------------------------------------- */

size_t list_target_measures(const scores *s, size_t target, measure measures[MOST_MEASURES]) {
    const target_score *t = &s->targets[target];
    return t->classes > 0 ? list_class_measures(s, t, measures)
                          : list_number_measures(s, t, measures);
}

size_t find_measure(const measure *measures, size_t count, const char *name) {
    size_t place = 0;
    while (place < count && strcmp(measures[place].name, name) != 0)
        place++;
    return place;
}

/* Over the targets that have the measure and where it is defined. */
size_t list_measures(const scores *s, measure measures[MOST_MEASURES]) {
    measure of_target[MOST_MEASURES];
    mean means[MOST_MEASURES] = {0};
    size_t count = 0;
    for (size_t t = 0; t < s->n_targets; t++) {
        size_t listed = list_target_measures(s, t, of_target);
        for (size_t i = 0; i < listed; i++) {
            size_t place = find_measure(measures, count, of_target[i].name);
            if (place == count)
                measures[count++] = of_target[i];
            if (!isnan(of_target[i].value))
                add_to_mean(&means[place], of_target[i].value);
        }
    }
    for (size_t m = 0; m < count; m++)
        measures[m].value = get_mean(means[m]);
    return count;
}

bool check_measure(const char *command, const schema *s, bool has_deviations, const char *name) {
    measure measures[MOST_MEASURES];
    char list[200] = "";
    scores none = start_scores(s);
    leave_out_auc(&none);
    none.has_deviations = has_deviations;
    size_t count = list_measures(&none, measures), length = 0;
    free_scores(&none);
    if (find_measure(measures, count, name) < count)
        return true;
    for (size_t m = 0; m < count; m++)
        length += (size_t)snprintf(list + length, sizeof list - length, "%s%s", measures[m].name,
                                   m + 2 < count   ? ", "
                                   : m + 1 < count ? " or "
                                                   : "");
    refuse_usage(command, "--measure takes %s here, not '%s'", list, show_text(name).text);
    return false;
}

double get_measure(const measure *measures, size_t count, const char *name) {
    size_t place = find_measure(measures, count, name);
    return place < count ? measures[place].value : (double)NAN;
}
