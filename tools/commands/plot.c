/* SPDX-License-Identifier: BSD-3-Clause */
#include "commands/plot.h"

#include "cli/progress.h"
#include "cli/text.h"
#include "commands/gnuplot.h"

#include <math.h>
#include <stdio.h>

/* Which curves there are beside the cost. */
typedef struct {
    bool has_after, has_score;
} curves;

static curves write_data(FILE *script, const nnblas_trainer *trainer) {
    curves found = {false, false};
    fputs("$history << END\n", script);
    for (size_t i = 0; i < nnblas_trainer_history_count(trainer); i++) {
        const nnblas_epoch e = get_epoch(trainer, i);
        fprintf(script, "%zu", e.epoch);
        write_plot_number(script, e.cost);
        write_plot_number(script, e.validation_cost);
        write_plot_number(script, e.score);
        fputc('\n', script);
        found.has_after = found.has_after || !isnan(e.validation_cost);
        found.has_score = found.has_score || !isnan(e.score);
    }
    fputs("END\n", script);
    return found;
}

static bool are_all_positive(const nnblas_trainer *trainer) {
    bool is_so = true;
    for (size_t i = 0; i < nnblas_trainer_history_count(trainer); i++) {
        const nnblas_epoch e = get_epoch(trainer, i);
        is_so = is_so && e.cost > 0.0 && !(e.validation_cost <= 0.0);
    }
    return is_so;
}

/* The score has an axis of its own, on the right. */
static void write_axes(FILE *script, const nnblas_trainer *trainer, const curves *found,
                       const plot_words *words) {
    fputs("set title ", script);
    write_plot_text(script, words->title);
    fprintf(script, "\nset xlabel 'epoch'\nset ylabel 'cost'\nset grid\n%s",
            are_all_positive(trainer) ? "set logscale y\n" : "");
    if (found->has_score)
        fputs("set y2label 'score'\nset y2tics\nset ytics nomirror\n", script);
    if (words->kept > 0)
        fprintf(script, "set arrow from %zu, graph 0 to %zu, graph 1 nohead dashtype 2\n",
                words->kept, words->kept);
}

static void write_curves(FILE *script, const curves *found, const plot_words *words) {
    static const char LINES[] = "with lines linewidth 2 title";
    fprintf(script, "plot $history using 1:2 %s 'cost'", LINES);
    if (found->has_after)
        fprintf(script, ", $history using 1:3 %s '%s'", LINES,
                words->has_validation ? "validation cost" : "cost after the epoch");
    if (found->has_score)
        fprintf(script, ", $history using 1:4 axes x1y2 %s 'validation score'", LINES);
    if (words->kept > 0)
        fprintf(script,
                ", NaN with lines dashtype 2 linecolor 'black' title 'epoch %zu, which is kept'",
                words->kept);
    fputc('\n', script);
}

bool plot_history(const char *command, const nnblas_trainer *trainer, const plot_words *words,
                  const char *path) {
    if (nnblas_trainer_history_count(trainer) == 0) {
        print_safely(stderr, "nnblas %s: warning: there is no epoch to draw: %s is not written\n",
                     command, path);
        return true;
    }
    FILE *script = start_plot(command, path, 800, 500);
    if (!script)
        return false;
    curves found = write_data(script, trainer);
    write_axes(script, trainer, &found, words);
    write_curves(script, &found, words);
    return finish_plot(command, script, path);
}
