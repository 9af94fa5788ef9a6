/* SPDX-License-Identifier: BSD-3-Clause */
#include "table/scores.h"

#include "cli/memory.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static void *clear_array(size_t count, size_t size) {
    return memset(resize_array(NULL, count, size), 0, count * size);
}

scores start_scores(const schema *s) {
    scores started = {.schema = s, .outputs = count_numbers(&s->targets)};
    if (has_classes(s))
        started.confusion = (confusion_matrix){
            started.outputs, clear_array(started.outputs * started.outputs, sizeof(size_t))};
    else
        started.targets = clear_array(started.outputs, sizeof *started.targets);
    return started;
}

void free_scores(scores *s) {
    free(s->confusion.counts);
    free(s->targets);
    *s = (scores){0};
}

/* ---- adding rows ----------------------------------------------------------------------------- */

static void add_class(scores *s, const double *y, const double *o) {
    count_prediction(&s->confusion, find_largest(y, s->outputs), find_largest(o, s->outputs));
    for (size_t k = 0; k < s->outputs; k++)
        s->squared_errors += (o[k] - y[k]) * (o[k] - y[k]);
}

/* s->rows includes this row. */
static void add_number(const scores *s, target_score *target, double y, double prediction) {
    long double value = (long double)y, error = (long double)prediction - value;
    long double distance = value - target->mean;
    target->squared_errors += error * error;
    target->absolute_errors += fabsl(error);
    target->mean += distance / (long double)s->rows;
    target->squared_distances += distance * (value - target->mean);
}

void add_scores(scores *s, size_t N, const double *Y, const double *O_out) {
    for (size_t r = 0; r < N; r++) {
        const double *y = Y + r * s->outputs, *o = O_out + r * s->outputs;
        s->rows++;
        if (has_classes(s->schema))
            add_class(s, y, o);
        else
            for (size_t k = 0; k < s->outputs; k++)
                add_number(s, &s->targets[k], y[k],
                           restore_number(&s->schema->targets.columns[k], o[k]));
    }
}

/* ---- measures -------------------------------------------------------------------------------- */

static double compute_accuracy(const scores *s) {
    return (double)count_right(&s->confusion) / (double)s->rows;
}

/* 1 - (squared errors) / (squared errors of predicting the mean); if all values are equal, 1 for a
 * perfect prediction and 0 otherwise. */
static double compute_r2(const target_score *target) {
    if (target->squared_distances > 0.0L)
        return (double)(1.0L - target->squared_errors / target->squared_distances);
    return target->squared_errors > 0.0L ? 0.0 : 1.0;
}

static double compute_mae(const scores *s, const target_score *target) {
    return (double)(target->absolute_errors / (long double)s->rows);
}

/* ---- printing -------------------------------------------------------------------------------- */

/* It has no lower limit: where the prediction is far off, it could have 300 digits. */
static void print_r2(FILE *stream, double r2, int width) {
    fprintf(stream, r2 > -1000.0 ? "%*.4f" : "%*.3g", width, r2);
}

void print_score_line(FILE *stream, const scores *s) {
    if (has_classes(s->schema)) {
        double mse = s->squared_errors / (2.0 * (double)s->rows);
        fprintf(stream, "accuracy %.4f mse %.4f rows %zu", compute_accuracy(s), mse, s->rows);
        return;
    }
    double r2 = 0.0, mae = 0.0;
    for (size_t k = 0; k < s->outputs; k++) {
        r2 += compute_r2(&s->targets[k]) / (double)s->outputs;
        mae += compute_mae(s, &s->targets[k]) / (double)s->outputs;
    }
    fputs("r2 ", stream);
    print_r2(stream, r2, 0);
    fprintf(stream, " mae %.6g rows %zu", mae, s->rows);
}

/* The width of a UTF-8 name on a terminal, nearly. */
static int count_characters(const char *name) {
    int count = 0;
    for (; *name; name++)
        count += ((unsigned char)*name & 0xc0) != 0x80;
    return count;
}

static int find_widest(const name_list *names, int least) {
    int widest = least;
    for (size_t i = 0; i < names->count; i++) {
        int width = count_characters(show_text(names->names[i]).text);
        widest = width > widest ? width : widest;
    }
    return widest;
}

static void print_name(FILE *stream, const char *name, int width) {
    shown_text shown = show_text(name);
    fprintf(stream, "%s%*s", shown.text, width - count_characters(shown.text), "");
}

static void print_name_right(FILE *stream, const char *name, int width) {
    shown_text shown = show_text(name);
    fprintf(stream, "%*s%s", width - count_characters(shown.text), "", shown.text);
}

static void print_share(FILE *stream, size_t part, size_t whole) {
    if (whole > 0)
        fprintf(stream, "%11.4f", (double)part / (double)whole);
    else
        fprintf(stream, "%11s", "-");
}

/* Precision: the share of the rows predicted as the class that are of the class. Recall: the share
 * of the rows of the class that are predicted as it. */
static void print_classes(FILE *stream, const scores *s, const name_list *classes, int width) {
    print_name(stream, "class", width);
    fprintf(stream, "  %11s%11s%11s\n", "precision", "recall", "rows");
    for (size_t k = 0; k < s->outputs; k++) {
        size_t right = get_count(&s->confusion, k, k), rows = count_rows_of(&s->confusion, k);
        print_name(stream, classes->names[k], width);
        fputs("  ", stream);
        print_share(stream, right, count_predicted(&s->confusion, k));
        print_share(stream, right, rows);
        fprintf(stream, "%11zu\n", rows);
    }
}

static void print_confusion(FILE *stream, const scores *s, const name_list *classes, int width) {
    int cell = find_widest(classes, 6) + 2;
    fputs("\nrows of each class, by their predicted class\n", stream);
    fprintf(stream, "%*s", width, "");
    for (size_t k = 0; k < s->outputs; k++)
        print_name_right(stream, classes->names[k], cell);
    fputc('\n', stream);
    for (size_t k = 0; k < s->outputs; k++) {
        print_name(stream, classes->names[k], width);
        for (size_t j = 0; j < s->outputs; j++)
            fprintf(stream, "%*zu", cell, get_count(&s->confusion, k, j));
        fputc('\n', stream);
    }
    fputc('\n', stream);
}

static void print_targets(FILE *stream, const scores *s) {
    int width = 6;
    for (size_t k = 0; k < s->outputs; k++) {
        int name = count_characters(show_text(s->schema->targets.columns[k].name).text);
        width = name > width ? name : width;
    }
    print_name(stream, "target", width);
    fprintf(stream, "%9s%14s%14s%14s\n", "r2", "mae", "rmse", "mse");
    for (size_t k = 0; k < s->outputs; k++) {
        const target_score *target = &s->targets[k];
        long double mean_square = target->squared_errors / (long double)s->rows;
        print_name(stream, s->schema->targets.columns[k].name, width);
        print_r2(stream, compute_r2(target), 9);
        fprintf(stream, "%14.6g%14.6g%14.6g\n", compute_mae(s, target), (double)sqrtl(mean_square),
                (double)(mean_square / 2.0L));
    }
    fputc('\n', stream);
}

void print_scores_in_full(FILE *stream, const scores *s) {
    if (!has_classes(s->schema)) {
        print_targets(stream, s);
        return;
    }
    const name_list *classes = &s->schema->targets.columns[0].categories;
    int width = find_widest(classes, 5);
    print_classes(stream, s, classes, width);
    print_confusion(stream, s, classes, width);
}
