/* SPDX-License-Identifier: BSD-3-Clause */
#include "commands/training_data.h"

#include "cli/memory.h"
#include "cli/text.h"
#include "iris/iris_csv.h"
#include "table/split.h"

#include <stdlib.h>
#include <string.h>

static bool open_data(const train_settings *set, table_source *source, table_error *error) {
    if (set->data)
        return open_source(source, set->data, &set->table.format, error);
    FILE *stream = open_iris();
    if (!stream)
        end_without_memory(1);
    return open_source_stream(source, stream, "iris", &(source_format){.delimiter = ','}, error);
}

shown_column show_target(const train_settings *set, const schema *s, const table_column *target) {
    if (!set->labels)
        return show_column(target->name, target->place);
    shown_column shown;
    snprintf(shown.text, sizeof shown.text, "column %zu of the labels",
             target->place - s->features.count + 1);
    return shown;
}

/* What a cost can do with a target; the row is not named, since lines may have been left out. */
static bool check_target(const char *command, const train_settings *set, const schema *s,
                         const dataset *d, size_t k) {
    const table_column *target = &s->targets.columns[k];
    nnblas_cost cost = set->training.cost;
    for (size_t r = 0; r < d->N && is_deviance(cost); r++) {
        double value = d->Y[r * d->outputs + k];
        if (value > 0.0 || (value == 0.0 && cost == NNBLAS_POISSON))
            continue;
        print_safely(stderr, "nnblas %s: --cost %s needs targets %s: %s has %.15g\n", command,
                     cost == NNBLAS_POISSON ? "poisson" : "gamma",
                     cost == NNBLAS_POISSON ? "of 0 or more" : "above 0",
                     show_target(set, s, target).text, value);
        return false;
    }
    return true;
}

bool check_targets(const char *command, const train_settings *set, const schema *s,
                   const dataset *d) {
    bool is_good = true;
    if (set->training.cost != NNBLAS_MSE && get_output_kind(s) != OUTPUTS_NUMBERS) {
        print_safely(stderr,
                     "nnblas %s: --cost is only for targets that are numbers: leave it out\n",
                     command);
        return false;
    }
    for (size_t t = 0; t < s->targets.count && set->training.cost != NNBLAS_MSE && is_good; t++)
        is_good = check_target(command, set, s, d, t);
    return is_good;
}

bool read_training_data(const char *command, const train_settings *set, note_list *notes, schema *s,
                        dataset *d) {
    table_source source;
    table_error error;
    skipped_rows skipped = {.is_allowed = set->table.skips_bad_rows};
    bool is_open = open_data(set, &source, &error);
    bool is_good = is_open && read_dataset(&source, &set->columns, &skipped, notes, s, d, &error);
    if (!set->is_quiet)
        print_warnings(command, notes);
    if (!is_good)
        print_safely(stderr, "nnblas %s: %s\n", command, error.text);
    else if (!set->is_quiet)
        report_skipped(command, source.name, &skipped);
    if (is_open)
        close_source(&source);
    return is_good && check_targets(command, set, s, d);
}

static void divide(const training_settings *t, const schema *s, dataset *d, training_rows *rows) {
    bool *is_held_out = resize_array(NULL, d->N, sizeof *is_held_out);
    hold_out(s, d, t->validation, t->seed, is_held_out);
    rows->learnt = take_marked(d, is_held_out, false);
    rows->held_out = take_marked(d, is_held_out, true);
    free(is_held_out);
    free_dataset(d);
}

static dataset take_sample(const training_settings *t, const schema *s, const dataset *d) {
    if (d->N <= MOST_DECIDING_ROWS)
        return (dataset){0};
    bool *is_taken = resize_array(NULL, d->N, sizeof *is_taken);
    hold_out(s, d, (double)MOST_DECIDING_ROWS / (double)d->N, t->seed, is_taken);
    dataset sample = take_marked(d, is_taken, true);
    free(is_taken);
    return sample;
}

const dataset *get_deciding_rows(const training_rows *rows) {
    if (count_held_out(rows) > 0)
        return &rows->held_out;
    return count_sampled(rows) > 0 ? &rows->sample : &rows->learnt;
}

void scale_by_means(column_list *targets) {
    for (size_t t = 0; t < targets->count; t++) {
        table_column *target = &targets->columns[t];
        target->deviation = target->mean > 0.0 ? target->mean : 1.0;
        target->mean = 0.0;
    }
}

void split_rows(const training_settings *t, schema *s, dataset *d, training_rows *rows) {
    *rows = (training_rows){.held_out = {.inputs = d->inputs, .outputs = d->outputs}};
    if (t->validation > 0.0 && d->N >= 2) {
        divide(t, s, d, rows);
    } else {
        rows->learnt = *d;
        *d = (dataset){0};
        rows->sample = take_sample(t, s, &rows->learnt);
    }
    infer_dataset_scaling(s, &rows->learnt);
    if (is_deviance(t->cost))
        scale_by_means(&s->targets);
    scale_dataset(s, &rows->learnt);
    scale_dataset(s, &rows->held_out);
    scale_dataset(s, &rows->sample);
}

void free_training_rows(training_rows *rows) {
    free_dataset(&rows->learnt);
    free_dataset(&rows->held_out);
    free_dataset(&rows->sample);
    if (rows->streamed)
        close_streamed_rows(rows->streamed);
    free(rows->streamed);
}

static const char *name_data(const train_settings *set) {
    if (set->labels)
        return set->features;
    if (!set->data)
        return "Fisher's iris flowers";
    return strcmp(set->data, "-") == 0 ? "standard input" : set->data;
}

static void print_targets(FILE *stream, const train_settings *set, const schema *s) {
    const table_column *first = &s->targets.columns[0];
    switch (get_output_kind(s)) {
    case OUTPUTS_CLASSES:
        fprintf(stream, "%zu class%s of %s\n", first->categories.count,
                first->categories.count == 1 ? "" : "es",
                *first->name ? show_text(first->name).text : show_target(set, s, first).text);
        break;
    case OUTPUTS_LABELS:
        fprintf(stream, "%zu label%s\n", s->targets.count, end_plural(s->targets.count));
        break;
    case OUTPUTS_MIXED:
        fprintf(stream, "%zu targets, classes and numbers\n", s->targets.count);
        break;
    case OUTPUTS_NUMBERS:
        fprintf(stream, "%zu target%s of numbers\n", s->targets.count,
                end_plural(s->targets.count));
    }
}

static void print_target(FILE *stream, const train_settings *set, const schema *s,
                         const table_column *target) {
    fputs(show_target(set, s, target).text, stream);
    if (target->kind == COLUMN_LABEL)
        fputs(", a label", stream);
    else if (target->kind == COLUMN_CATEGORY)
        fprintf(stream, ", %zu classes", target->categories.count);
    else
        fputs(", numbers", stream);
}

/* What each of several is; their errors have no common unit. */
static void print_each_target(FILE *stream, const train_settings *set, const schema *s) {
    enum { MOST_SHOWN = 12 };
    const column_list *targets = &s->targets;
    size_t n_numbers = 0;
    for (size_t t = 0; t < targets->count; t++) {
        n_numbers += targets->columns[t].kind == COLUMN_NUMBER;
        if (t < MOST_SHOWN) {
            fputs(t > 0 ? "; " : "targets: ", stream);
            print_target(stream, set, s, &targets->columns[t]);
        }
    }
    if (targets->count > MOST_SHOWN)
        fprintf(stream, " and %zu more", targets->count - MOST_SHOWN);
    fputs(get_output_kind(s) == OUTPUTS_MIXED ? " (--text makes classes of numbers)\n" : "\n",
          stream);
    if (n_numbers > 1)
        fputs("measures are means over the targets, also of errors in different units: nnblas "
              "evaluate has those of each\n",
              stream);
}

static double add_weights(const dataset *d) {
    double sum = 0.0;
    for (size_t r = 0; r < d->N; r++)
        sum += d->weights[r];
    return sum;
}

void print_training_data(FILE *stream, const train_settings *set, const schema *s,
                         const training_rows *rows) {
    const dataset *learnt = &rows->learnt;
    size_t held_out = count_held_out(rows), N = learnt->N + held_out;
    print_safely(stream, "%zu row%s of %s: %zu feature%s as %zu input%s; ", N, end_plural(N),
                 name_data(set), s->features.count, end_plural(s->features.count), learnt->inputs,
                 end_plural(learnt->inputs));
    print_targets(stream, set, s);
    if (s->targets.count > 1)
        print_each_target(stream, set, s);
    if (held_out > 0)
        fprintf(stream, "learns from %zu row%s; %zu %s held out for the validation\n", learnt->N,
                end_plural(learnt->N), held_out, held_out == 1 ? "is" : "are");
    if (learnt->weights)
        fprintf(stream, "rows have weights, in the training and in all scores: %.10g in all%s\n",
                add_weights(learnt) + add_weights(&rows->held_out),
                learnt->has_counts ? "; whole numbers, so defaults are those of that many rows"
                                   : "");
    if (learnt->cost_weights)
        fputs("classes have weights, in the cost alone: scores are of the rows as they are\n",
              stream);
}
