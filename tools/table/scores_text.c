/* SPDX-License-Identifier: BSD-3-Clause */
/* Scores as text. */
#include "table/scores.h"

#include <math.h>

double drop_zero_sign(double value) {
    return value > -0.00005 && value < 0.0 ? 0.0 : value;
}

/* It has no lower limit: where the prediction is far off, it could have 300 digits. */
static void print_r2(FILE *stream, double r2, int width) {
    if (isnan(r2))
        fprintf(stream, "%*s", width, "-");
    else
        fprintf(stream, r2 > -1000.0 ? "%*.4f" : "%*.3g", width, drop_zero_sign(r2));
}

/* Of classes. 0.0000 would hide how small it is. */
static void print_mse(FILE *stream, double mse) {
    fprintf(stream, mse >= 0.001 || mse == 0.0 ? "%.4f" : "%.3g", mse);
}

void print_score_line(FILE *stream, const scores *s) {
    measure measures[MOST_MEASURES];
    size_t count = list_measures(s, measures);
    if (s->has_classes)
        fprintf(stream, "accuracy %.4f ", get_measure(measures, count, "accuracy"));
    if (s->has_numbers) {
        fputs("r2 ", stream);
        print_r2(stream, get_measure(measures, count, "r2"), 0);
        fprintf(stream, " mae %.6g", get_measure(measures, count, "mae"));
    } else {
        fputs("mse ", stream);
        print_mse(stream, get_measure(measures, count, "mse"));
    }
    fprintf(stream, " rows %zu", s->rows);
    if (s->has_weights)
        fprintf(stream, " weight %.10g", (double)s->weight);
}

/* The width of a UTF-8 name on a terminal, nearly. */
static int count_characters(const char *name) {
    int count = 0;
    for (; *name; name++)
        count += ((unsigned char)*name & 0xc0) != 0x80;
    return count;
}

static int max_width(int width, const char *name) {
    int other = count_characters(show_text(name).text);
    return other > width ? other : width;
}

static int find_widest_class(const target_score *t, int least) {
    for (size_t k = 0; k < t->classes; k++)
        least = max_width(least, name_class(t, k));
    return least;
}

static void print_name(FILE *stream, const char *name, int width) {
    shown_text shown = show_text(name);
    fprintf(stream, "%s%*s", shown.text, width - count_characters(shown.text), "");
}

static void print_name_right(FILE *stream, const char *name, int width) {
    shown_text shown = show_text(name);
    fprintf(stream, "%*s%s", width - count_characters(shown.text), "", shown.text);
}

/* ---- classes --------------------------------------------------------------------------------- */

static void print_share(FILE *stream, double share) {
    if (isnan(share))
        fprintf(stream, "%11s", "-");
    else
        fprintf(stream, "%11.4f", share);
}

/* Weights have a point, rows have none. */
static void print_count(FILE *stream, double count, int width) {
    fprintf(stream, "%*.*g", width, count == floor(count) ? 15 : 6, count);
}

static void print_classes(FILE *stream, const scores *s, size_t target, int width) {
    const target_score *t = &s->targets[target];
    print_name(stream, "class", width);
    fprintf(stream, "  %11s%11s%11s%11s%11s\n", "precision", "recall", "f1", "auc",
            s->has_weights ? "weight" : "rows");
    for (size_t k = 0; k < t->classes; k++) {
        class_measures m = measure_class(s, target, k);
        print_name(stream, name_class(t, k), width);
        fputs("  ", stream);
        print_share(stream, m.precision);
        print_share(stream, m.recall);
        print_share(stream, m.f1);
        print_share(stream, m.auc);
        print_count(stream, m.weight, 11);
        fputc('\n', stream);
    }
}

static void print_confusion(FILE *stream, const scores *s, const target_score *t, int width) {
    int cell = find_widest_class(t, 6) + 2;
    fprintf(stream, "\n%s of each class, by their predicted class\n",
            s->has_weights ? "weights of the rows" : "rows");
    fprintf(stream, "%*s", width, "");
    for (size_t k = 0; k < t->classes; k++)
        print_name_right(stream, name_class(t, k), cell);
    fputc('\n', stream);
    for (size_t k = 0; k < t->classes; k++) {
        print_name(stream, name_class(t, k), width);
        for (size_t j = 0; j < t->classes; j++)
            print_count(stream, get_count(&t->confusion, k, j), cell);
        fputc('\n', stream);
    }
    fputc('\n', stream);
}

static void print_class_measures(FILE *stream, const scores *s, size_t target) {
    measure measures[MOST_MEASURES];
    size_t count = list_target_measures(s, target, measures);
    for (size_t m = 0; m < count; m++) {
        print_name(stream, measures[m].name, 17);
        if (isnan(measures[m].value))
            fprintf(stream, "%11s\n", "-");
        else if (measures[m].is_loss)
            fprintf(stream, "%11.6g\n", measures[m].value);
        else
            fprintf(stream, "%11.4f\n", measures[m].value);
    }
    fputc('\n', stream);
}

/* ---- numbers --------------------------------------------------------------------------------- */

static void print_number_head(FILE *stream, int width, bool has_deviations) {
    print_name(stream, "target", width);
    fprintf(stream, "%9s%14s%14s%14s%s\n", "r2", "mae", "rmse", "mse",
            has_deviations ? "  log_likelihood" : "");
}

static void print_numbers(FILE *stream, const scores *s, size_t target, int width) {
    measure m[MOST_MEASURES];
    size_t count = list_target_measures(s, target, m);
    print_name(stream, s->targets[target].column->name, width);
    print_r2(stream, get_measure(m, count, "r2"), 9);
    fprintf(stream, "%14.6g%14.6g", get_measure(m, count, "mae"), get_measure(m, count, "rmse"));
    double mse = get_measure(m, count, "mse");
    if (isnan(mse))
        fprintf(stream, "%14s", "-");
    else
        fprintf(stream, "%14.6g", mse);
    if (s->has_deviations)
        fprintf(stream, "%16.6g", get_measure(m, count, "log_likelihood"));
    fputc('\n', stream);
}

static void print_all_numbers(FILE *stream, const scores *s) {
    int width = 6;
    for (size_t t = 0; t < s->n_targets; t++)
        if (s->targets[t].classes == 0)
            width = max_width(width, s->targets[t].column->name);
    print_number_head(stream, width, s->has_deviations);
    for (size_t t = 0; t < s->n_targets; t++)
        if (s->targets[t].classes == 0)
            print_numbers(stream, s, t, width);
    fputs("mse is half the mean squared error: rmse^2 / 2\n\n", stream);
}

void print_scores_in_full(FILE *stream, const scores *s) {
    for (size_t t = 0; t < s->n_targets; t++) {
        const target_score *target = &s->targets[t];
        if (target->classes == 0)
            continue;
        int width = find_widest_class(target, 5);
        if (s->n_targets > 1)
            fprintf(stream, "target %s\n", show_text(target->column->name).text);
        print_classes(stream, s, t, width);
        print_confusion(stream, s, target, width);
        print_class_measures(stream, s, t);
    }
    if (s->has_numbers)
        print_all_numbers(stream, s);
}
