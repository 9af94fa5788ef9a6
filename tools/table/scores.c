/* SPDX-License-Identifier: BSD-3-Clause */
#include "table/scores.h"

#include "cli/memory.h"

#include <float.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

static void *clear_array(size_t count, size_t size) {
    return memset(resize_array(NULL, count, size), 0, count * size);
}

static target_score start_target(const table_column *column, size_t first) {
    target_score started = {.column = column, .first = first, .outputs = 1};
    started.classes = column->categories.count;
    if (column->kind == COLUMN_CATEGORY)
        started.outputs = started.classes;
    if (started.classes > 0)
        started.confusion = (confusion_matrix){
            started.classes, clear_array(started.classes * started.classes, sizeof(double))};
    return started;
}

scores start_scores(const schema *s) {
    const column_list *targets = &s->targets;
    scores started = {.n_targets = targets->count,
                      .targets = clear_array(targets->count, sizeof(target_score))};
    for (size_t t = 0; t < targets->count; t++) {
        started.targets[t] = start_target(&targets->columns[t], started.outputs);
        started.outputs += started.targets[t].outputs;
        if (started.targets[t].classes > 0)
            started.has_classes = true;
        else
            started.has_numbers = true;
    }
    started.ranking.outputs = started.outputs;
    return started;
}

void leave_out_auc(scores *s) {
    s->ranking.is_given_up = true;
}

void free_scores(scores *s) {
    for (size_t t = 0; t < s->n_targets; t++)
        free(s->targets[t].confusion.counts);
    free(s->targets);
    free_ranking(&s->ranking);
    *s = (scores){0};
}

/* ---- adding rows ----------------------------------------------------------------------------- */

/* Of probabilities with limits and a sum of 1, as scikit-learn's. */
static long double compute_log_loss(const double *o, size_t classes, size_t class) {
    long double sum = 0.0L, right = 0.0L;
    for (size_t k = 0; k < classes; k++) {
        long double probability = (long double)fmin(fmax(o[k], DBL_EPSILON), 1.0 - DBL_EPSILON);
        sum += probability;
        right = k == class ? probability : right;
    }
    return logl(sum / right);
}

/* The output of a label is the probability of its second class. */
static long double compute_target_loss(const target_score *t, const double *o, size_t class) {
    const double of_label[] = {1.0 - *o, *o};
    return compute_log_loss(t->outputs == 1 ? of_label : o, t->classes, class);
}

static void add_class(target_score *t, const double *y, const double *o, double weight) {
    size_t class = find_predicted_category(t->column, y);
    count_prediction(&t->confusion, class, find_predicted_category(t->column, o), weight);
    t->log_losses += (long double)weight * compute_target_loss(t, o, class);
    for (size_t k = 0; k < t->outputs; k++)
        t->squared_errors += (long double)(weight * (o[k] - y[k]) * (o[k] - y[k]));
}

/* sum: the weight of all rows, with this one. */
static void add_number(target_score *t, double y, double prediction, double weight,
                       long double sum) {
    long double value = (long double)y, error = (long double)prediction - value;
    long double distance = value - t->mean, w = (long double)weight;
    t->squared_errors += w * error * error;
    t->absolute_errors += w * fabsl(error);
    t->mean += sum > 0.0L ? distance * (w / sum) : 0.0L;
    t->squared_distances += w * distance * (value - t->mean);
}

static void add_row(scores *s, const double *y, const double *o, double weight) {
    s->rows++;
    s->weight += (long double)weight;
    for (size_t i = 0; i < s->n_targets; i++) {
        target_score *t = &s->targets[i];
        if (t->classes > 0)
            add_class(t, y + t->first, o + t->first, weight);
        else
            add_number(t, y[t->first], restore_number(t->column, o[t->first]), weight, s->weight);
    }
}

void add_scores(scores *s, size_t N, const double *Y, const double *O_out, const double *weights) {
    s->has_weights = s->has_weights || weights;
    for (size_t r = 0; r < N; r++)
        add_row(s, Y + r * s->outputs, O_out + r * s->outputs, weights ? weights[r] : 1.0);
    if (s->has_classes)
        add_to_ranking(&s->ranking, N, Y, O_out, weights);
}

/* ln of the normal density of a number, in its own unit. */
static long double compute_log_density(const table_column *column, double y, double o,
                                       double deviation) {
    const long double half_log_2_pi = 0.918938533204672741780329736405617640L;
    long double unit = (long double)column->deviation * (long double)deviation;
    long double z = ((long double)restore_number(column, o) - (long double)y) / unit;
    return -half_log_2_pi - logl(unit) - z * z / 2.0L;
}

void add_likelihoods(scores *s, size_t N, const double *Y, const double *O_out,
                     const double *O_deviation, const double *weights) {
    s->has_deviations = true;
    for (size_t r = 0; r < N; r++)
        for (size_t i = 0; i < s->n_targets; i++) {
            target_score *t = &s->targets[i];
            size_t place = r * s->outputs + t->first;
            t->log_likelihoods +=
                (long double)(weights ? weights[r] : 1.0) *
                compute_log_density(t->column, Y[place], O_out[place], O_deviation[place]);
        }
}

const char *name_class(const target_score *t, size_t class) {
    return t->column->categories.names[class];
}
