/* SPDX-License-Identifier: BSD-3-Clause */
#include "commands/score_plot.h"

#include "cli/memory.h"
#include "cli/text.h"
#include "commands/gnuplot.h"

#include <stdlib.h>
#include <string.h>

/* ---- the sample ------------------------------------------------------------------------------ */

row_sample start_sample(size_t outputs) {
    row_sample sample = {.outputs = outputs};
    sample.Y = resize_array(NULL, SAMPLED_ROWS * outputs, sizeof *sample.Y);
    sample.P = resize_array(NULL, SAMPLED_ROWS * outputs, sizeof *sample.P);
    nn_random_seed(&sample.random, 1);
    return sample;
}

void add_to_sample(row_sample *sample, const column_list *targets, size_t N, const double *Y,
                   const double *O_out) {
    size_t outputs = sample->outputs;
    for (size_t r = 0; r < N; r++) {
        size_t place = sample->rows++;
        if (place >= SAMPLED_ROWS)
            place = (size_t)(nn_random_unit(&sample->random) * (double)sample->rows);
        else
            sample->N++;
        if (place >= SAMPLED_ROWS)
            continue;
        memcpy(sample->Y + place * outputs, Y + r * outputs, outputs * sizeof *Y);
        restore_rows(targets, 1, O_out + r * outputs, sample->P + place * outputs);
    }
}

void free_sample(row_sample *sample) {
    free(sample->Y);
    free(sample->P);
    *sample = (row_sample){0};
}

/* ---- the picture ----------------------------------------------------------------------------- */

enum {
    MOST_PARTS = 9,
    PART_COLUMNS = 3,
    PART_SIZE = 560,
    MOST_NUMBERED = 24,
    MOST_CHARACTERS = 40
};

/* Names along an axis. */
static void write_class_tics(FILE *script, const target_score *t, const char *axis) {
    fprintf(script, "set %stics out (", axis);
    for (size_t k = 0; k < t->classes; k++) {
        fputs(k > 0 ? ", " : "", script);
        write_plot_tic(script, name_class(t, k));
        fprintf(script, " %zu", k);
    }
    fputs(")\n", script);
}

/* A row of data a cell: its place, the share of the rows of the class, and their count. */
static void write_cells(FILE *script, const target_score *t) {
    fputs("$cells << END\n", script);
    for (size_t k = 0; k < t->classes; k++) {
        double rows = count_rows_of(&t->confusion, k);
        for (size_t j = 0; j < t->classes; j++) {
            double count = get_count(&t->confusion, k, j);
            fprintf(script, "%zu %zu", j, k);
            write_plot_number(script, rows > 0.0 ? count / rows : 0.0);
            write_plot_number(script, count);
            fputc('\n', script);
        }
    }
    fputs("END\n", script);
}

/* Long ones would overlap. */
static bool has_long_names(const target_score *t) {
    size_t characters = 0;
    for (size_t k = 0; k < t->classes; k++)
        characters += strlen(name_class(t, k)) + 2;
    return characters > MOST_CHARACTERS;
}

static void write_confusion(FILE *script, const target_score *t) {
    write_cells(script, t);
    write_class_tics(script, t, "x");
    write_class_tics(script, t, "y");
    fprintf(script, "set xrange [-0.5:%zu.5]\nset yrange [%zu.5:-0.5]\n", t->classes - 1,
            t->classes - 1);
    fprintf(script, "set xtics %s\n", has_long_names(t) ? "rotate by -30" : "norotate");
    fputs("set xlabel 'predicted'\nset ylabel 'true'\nunset grid\n"
          "set palette defined (0 'white', 1 '#1f77b4')\nset cbrange [0:1]\n"
          "set cblabel 'share of the rows of the class'\n"
          "plot $cells using 1:2:3 with image notitle",
          script);
    if (t->classes <= MOST_NUMBERED)
        fputs(", $cells using 1:2:(sprintf('%.5g', $4)) with labels notitle", script);
    fputc('\n', script);
}

static void write_points(FILE *script, const target_score *t, const row_sample *sample) {
    fputs("$points << END\n", script);
    for (size_t r = 0; r < sample->N; r++) {
        write_plot_number(script, sample->Y[r * sample->outputs + t->first]);
        write_plot_number(script, sample->P[r * sample->outputs + t->first]);
        fputc('\n', script);
    }
    fputs("END\n", script);
}

static void write_scatter(FILE *script, const target_score *t, const row_sample *sample) {
    write_points(script, t, sample);
    fprintf(script,
            "set xtics autofreq norotate\nset ytics autofreq\nset xrange [*:*]\n"
            "set yrange [*:*]\nset key left top\n"
            "set xlabel 'true'\nset ylabel 'predicted'\nset grid\n"
            "plot $points using 1:2 with points pointtype 7 pointsize 0.4 linecolor '#1f77b4' "
            "title '%zu of %zu row%s', x with lines linecolor 'black' title 'equal'\n",
            sample->N, sample->rows, end_plural(sample->rows));
}

static size_t get_smaller(size_t a, size_t b) {
    return a < b ? a : b;
}

bool plot_scores(const char *command, const scores *s, const row_sample *sample, const char *path) {
    size_t parts = get_smaller(s->n_targets, MOST_PARTS);
    size_t columns = get_smaller(parts, PART_COLUMNS), rows = (parts + columns - 1) / columns;
    FILE *script = start_plot(command, path, PART_SIZE * (int)columns, PART_SIZE * (int)rows);
    if (!script)
        return false;
    if (parts > 1)
        fprintf(script, "set multiplot layout %zu,%zu\n", rows, columns);
    for (size_t i = 0; i < parts; i++) {
        const target_score *t = &s->targets[i];
        fputs("set title ", script);
        write_plot_text(script, t->column->name);
        fputc('\n', script);
        if (t->classes > 0)
            write_confusion(script, t);
        else
            write_scatter(script, t, sample);
    }
    return finish_plot(command, script, path);
}
