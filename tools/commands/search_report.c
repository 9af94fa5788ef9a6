/* SPDX-License-Identifier: BSD-3-Clause */
#include "commands/search_run.h"

#include "cli/output.h"
#include "cli/pool.h"
#include "cli/stop_signal.h"
#include "cli/text.h"
#include "commands/training_data.h"
#include "commands/training_defaults.h"

#include <inttypes.h>
#include <math.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

static bool varies(const search *s, size_t option) {
    for (size_t t = 1; t < s->trials.count; t++)
        if (strcmp(s->trials.trials[t].texts[option], s->trials.trials[0].texts[option]) != 0)
            return true;
    return false;
}

static int get_settings_width(size_t option) {
    return (int)strlen(SEARCHED_OPTIONS[option]) + 4;
}

typedef struct {
    char text[96];
} setting_text;

__attribute__((format(printf, 1, 2))) static setting_text write_setting(const char *format, ...) {
    setting_text written;
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(written.text, sizeof written.text, format, arguments);
    va_end(arguments);
    return written;
}

/* By the fewest and by the most rows of a training: those of a fold's others less the validation
 * set, and all. */
static setting_text name_default_units(const search *s, const training_settings *settings) {
    double of_fold = (double)(s->rows.N - s->rows.N / s->plan.k) - 1.0;
    double fewest = of_fold * (1.0 - settings->validation) - 1.0;
    if (s->rows.has_counts || fewest < 0.0)
        fewest = 0.0;
    size_t units = get_hidden_units(settings, 0, count_rows(&s->rows));
    return get_hidden_units(settings, 0, fewest) == units ? write_setting("%zu", units)
                                                          : write_setting("default");
}

/* What a training has where the trial has nothing; "default" where that depends on its rows. */
static setting_text name_default(const search *s, const trial *t, size_t option) {
    training_settings settings = s->settings.training;
    take_trial(s->command, t, &settings);
    switch (option) {
    case OPTIMIZER:
        return write_setting("%s", name_optimizer(&settings));
    case HIDDEN:
        return name_default_units(s, &settings);
    case ACTIVATION:
        return write_setting("%s", name_activations(&settings).text);
    case LEARNING_RATE:
        return has_rate(&settings) ? write_setting("%g", settings.learning_rate)
                                   : write_setting("-");
    case BATCH:
        return settings.batch > 0 ? write_setting("%zu", settings.batch) : write_setting("all");
    default:
        return write_setting("default");
    }
}

static void print_settings_of(const search *s, const trial *t) {
    for (size_t o = 0; o < N_SEARCHED; o++)
        if (varies(s, o))
            fprintf(s->summary, "%*s", get_settings_width(o),
                    *t->texts[o] ? t->texts[o] : name_default(s, t, o).text);
}

static void print_outcome(const search *s, size_t place) {
    const outcome *o = &s->outcomes[place];
    const measure *m = get_ranking_measure(s);
    fprintf(s->summary, "%4zu%7zu", place + 1, o->number);
    if (o->is_complete)
        fprintf(s->summary, " %*s %10s %10s",
                (int)strlen(m->name) < 8 ? 9 : (int)strlen(m->name) + 1,
                write_measure(m, o->score.mean).text, write_measure(m, o->score.deviation).text,
                write_measure(m, o->learnt.mean).text);
    fprintf(s->summary, "%9.2f", o->seconds);
    print_settings_of(s, o->trial);
    fputc('\n', s->summary);
}

static void print_trials(const search *s) {
    const char *name = get_ranking_measure(s)->name;
    size_t complete = count_complete_trials(s);
    fprintf(s->summary, "\nrank  trial%*s  deviation     learnt  seconds",
            (int)strlen(name) < 8 ? 10 : (int)strlen(name) + 2, name);
    for (size_t o = 0; o < N_SEARCHED; o++)
        if (varies(s, o))
            fprintf(s->summary, "%*s", get_settings_width(o), SEARCHED_OPTIONS[o]);
    fputc('\n', s->summary);
    for (size_t place = 0; place < complete; place++)
        print_outcome(s, place);
}

static void print_incomplete(const search *s) {
    size_t complete = count_complete_trials(s), unfinished = 0;
    for (size_t place = complete; place < s->trials.count; place++) {
        const outcome *o = &s->outcomes[place];
        unfinished += !o->problem;
        if (!o->problem)
            continue;
        fprintf(s->summary, "failed: trial %zu:", o->number);
        print_settings_of(s, o->trial);
        print_safely(s->summary, ": %s\n", o->problem);
    }
    if (unfinished > 0)
        fprintf(s->summary, "\n%s: %zu of %zu trial%s %s complete\n",
                is_stop_requested() ? "stopped by a signal" : "the time limit is reached", complete,
                s->trials.count, end_plural(s->trials.count), complete == 1 ? "is" : "are");
}

void print_search_beginning(const search *s) {
    const task_pool pool = {.count = s->trials.count * s->folds,
                            .threads = s->settings.training.threads};
    print_training_data(s->summary, &s->settings, &s->schema, &(training_rows){.learnt = s->rows});
    print_notes(s->summary, &s->notes);
    fprintf(s->summary,
            "%zu trial%s by %zu %sfolds of seed %" PRIu64 "; %zu trainings, %zu at the same time\n",
            s->trials.count, end_plural(s->trials.count), s->folds,
            has_classes(&s->schema) ? "stratified " : "", s->settings.training.seed, pool.count,
            count_pool_threads(&pool));
    fflush(s->summary);
}

void print_search_result(const search *s) {
    char *line = write_train_line(s, s->outcomes[0].trial);
    if (s->summary) {
        print_trials(s);
        print_incomplete(s);
        fprintf(s->summary, "\nseconds %.2f; the best:\n", s->seconds);
    }
    bool is_taken = is_standard_output(s->json);
    if (s->summary || !is_taken)
        fprintf(s->summary ? s->summary : stdout, "%s\n", line);
    free(line);
}
