/* SPDX-License-Identifier: BSD-3-Clause */
/* Searches for the settings of a training by cross-validation. */
#include "cli/files.h"
#include "cli/memory.h"
#include "cli/output.h"
#include "cli/pool.h"
#include "cli/stop_signal.h"
#include "commands/commands.h"
#include "commands/folds.h"
#include "commands/search_space.h"
#include "commands/train_settings.h"
#include "commands/training_data.h"
#include "commands/training_defaults.h"
#include "commands/weight_decay.h"
#include "core/clock.h"
#include "table/json.h"

#include <float.h>
#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

static const char HELP[] =
    "usage: nnblas search [DATA.csv] --target COLUMN[,COLUMN...] [OPTION]...\n"
    "\n"
    "Looks for good settings of nnblas train: tries many, scores each by cross-validation (see\n"
    "nnblas cross-validate), prints them from the best to the worst, and the command line of\n"
    "nnblas train with the best. Nothing is saved. Trials are random, or with --grid all\n"
    "combinations of the lists. Without DATA.csv the table is Fisher's iris flowers.\n"
    "\n"
    "What is searched are lists with : between their values, or of two options ranges, in which\n"
    "values are drawn so that each factor is as likely:\n"
    "  --hidden N,N:N:...        default 16:32:64:128:32,32:64,64; with --grid 16:32:64:32,32\n"
    "  --activation A:B:...      default tanh:relu\n"
    "  --optimizer O:P:...       default adam\n"
    "  --batch N:M:...           default 16:32:64; with --grid 32\n"
    "  --learning-rate R:S:...   or LEAST..MOST; default 0.2 to 5 times the default of the\n"
    "                            optimizer; with --grid a third, 1 and 3.33 times\n"
    "  --weight-decay D:E:...    or LEAST..MOST; default 0.03 to 10 times 4 / rows for classes,\n"
    "                            2 / rows for numbers; with --grid a tenth, 1 and 10 times\n"
    "An option with a single value is fixed. The first trial has the first value of each list "
    "that\n"
    "is given, and the defaults of nnblas train for the other options.\n"
    "\n"
    "  --trials N            random trials (default 30)\n"
    "  --grid                try the first trial and all combinations instead\n"
    "  --measure NAME        the best has the best mean of this (default: accuracy, or r2 of\n"
    "                        numbers); any of the table of nnblas "
    "cross-validate\n" FOLD_OPTIONS_HELP
    "  --time-limit SECONDS  end the search after so many seconds\n"
    "  --json FILE           write all trials with all measures; - is standard output\n"
    "  --quiet               print the command line and errors only\n"
    "\n" COLUMNS_HELP "\n"
    "Each training has the other options of nnblas train, without checkpoints:\n"
    "  --epochs N, --patience N, --momentum M, --schedule S, --validation F, --score, --seed S,\n"
    "  --threads N (trainings at the same time; their number does not change the scores)\n"
    "\n" TABLE_OPTIONS_HELP "\n"
    "The best score of many is better than what it will be on new rows: keep some rows for\n"
    "nnblas evaluate. Ctrl-C ends the search and prints the trials that were complete.\n";

/* What became of a trial: plan.k * plan.repeats results. */
typedef struct {
    size_t number; /* from 1 */
    const trial *trial;
    const fold_result *results;
    bool is_complete;
    const char *problem; /* null where no training failed */
    fold_mean score, learnt;
    double rank, tie; /* the best has the highest rank, and of those the least tie */
    double seconds;
} outcome;

/* One run of the command. */
typedef struct {
    const char *command;
    train_settings settings;
    given_options given;
    search_lists lists;
    uint64_t n_trials;
    bool is_grid;
    double time_limit; /* 0 = none */
    const char *json, *measure;
    FILE *summary; /* null when quiet */
    note_list notes;
    schema schema;
    dataset rows;
    fold_plan plan;
    trial_list trials;
    size_t folds; /* trainings of a trial */
    fold_result *results;
    outcome *outcomes;
    size_t measure_index;
    double start, seconds;
} search;

/* ---- the trainings --------------------------------------------------------------------------- */

static double get_time_left(const search *s) {
    return s->time_limit > 0.0 ? s->start + s->time_limit - nn_read_clock() : HUGE_VAL;
}

/* A training that the limit cuts off has not ended as train would end it. */
static bool learn_one(void *context, size_t i) {
    search *s = context;
    training_settings settings = s->settings.training;
    double left = get_time_left(s);
    if (left <= 0.0)
        return false;
    settings.time_limit = left < HUGE_VAL ? fmax(left, 1e-3) : 0.0;
    take_trial(s->command, &s->trials.trials[i / s->folds], &settings);
    s->results[i] = learn_fold(&s->plan, &settings, i % s->folds);
    free_fold_result(&s->results[i]); /* what is printed is in the means */
    if (s->results[i].status == NNBLAS_STOPPED_TIME)
        s->results[i].is_complete = false;
    return true;
}

static void show_done(void *context, size_t done) {
    const search *s = context;
    if (s->summary)
        show_trainings_done(done, s->trials.count * s->folds);
}

static void learn_all(search *s) {
    size_t count = s->trials.count * s->folds;
    s->results = calloc(count, sizeof *s->results); /* few of many where the time is limited */
    if (!s->results)
        end_without_memory(count);
    const task_pool pool = {count, s->settings.training.threads, learn_one, show_done, s};
    s->start = nn_read_clock();
    catch_stop_signals();
    run_tasks(&pool);
    release_stop_signals();
    s->seconds = nn_read_clock() - s->start;
    if (s->summary)
        end_trainings_done();
}

/* ---- the order of the trials ----------------------------------------------------------------- */

static const measure *list_first_measures(const search *s, size_t *count) {
    const fold_result *first = find_complete(s->results, s->trials.count * s->folds);
    *count = first ? first->held_out.n_measures : 0;
    return first ? first->held_out.measures : NULL;
}

static void choose_measure(search *s) {
    size_t count;
    const measure *measures = list_first_measures(s, &count);
    if (s->measure)
        s->measure_index = find_measure(measures, count, s->measure);
}

static const char *find_problem(const fold_result *results, size_t count) {
    for (size_t i = 0; i < count; i++)
        if (results[i].status < 0)
            return results[i].problem;
    return NULL;
}

static outcome judge(const search *s, size_t t) {
    const fold_result *results = s->results + t * s->folds;
    outcome judged = {.number = t + 1,
                      .trial = &s->trials.trials[t],
                      .results = results,
                      .is_complete = true,
                      .problem = find_problem(results, s->folds),
                      .score = average_held_out(results, s->folds, s->measure_index),
                      .learnt = average_learnt(results, s->folds, s->measure_index)};
    bool is_loss = list_first_measures(s, &(size_t){0})[s->measure_index].is_loss;
    judged.rank = is_loss ? -judged.score.mean : judged.score.mean;
    for (size_t i = 0; i < s->folds; i++) {
        judged.is_complete = judged.is_complete && results[i].is_complete;
        judged.seconds += results[i].seconds;
    }
    if (isnan(judged.rank))
        judged.rank = -HUGE_VAL;
    if (judged.is_complete) /* the last measure, mse, of all kinds of targets */
        judged.tie = average_held_out(results, s->folds, results->held_out.n_measures - 1).mean;
    if (isnan(judged.tie))
        judged.tie = HUGE_VAL;
    return judged;
}

static int compare_outcomes(const void *a, const void *b) {
    const outcome *left = a, *right = b;
    if (left->is_complete != right->is_complete)
        return left->is_complete ? -1 : 1;
    if (left->is_complete && left->rank != right->rank)
        return left->rank > right->rank ? -1 : 1;
    if (left->is_complete && left->tie != right->tie)
        return left->tie < right->tie ? -1 : 1;
    return (left->number > right->number) - (left->number < right->number);
}

static size_t count_complete(const search *s) {
    size_t complete = 0;
    while (complete < s->trials.count && s->outcomes[complete].is_complete)
        complete++;
    return complete;
}

static bool report_none(const search *s) {
    const char *problem = find_problem(s->results, s->trials.count * s->folds);
    fprintf(stderr, "nnblas %s: no trial was complete: %s\n", s->command,
            problem               ? problem
            : is_stop_requested() ? "stopped by a signal"
                                  : "the time limit is reached");
    return false;
}

/* False, with a message, where there is no best. */
static bool sort_trials(search *s) {
    size_t count = s->trials.count;
    if (!find_complete(s->results, count * s->folds))
        return report_none(s);
    choose_measure(s);
    s->outcomes = resize_array(NULL, count, sizeof *s->outcomes);
    for (size_t t = 0; t < count; t++)
        s->outcomes[t] = judge(s, t);
    qsort(s->outcomes, count, sizeof *s->outcomes, compare_outcomes);
    return count_complete(s) > 0 || report_none(s);
}

/* ---- the command line of train --------------------------------------------------------------- */

typedef struct {
    char *text;
    size_t length, capacity;
} command_line;

static void add_text(command_line *line, const char *text) {
    size_t length = strlen(text);
    line->text = reserve_array(line->text, &line->capacity, line->length + length + 1, 1);
    memcpy(line->text + line->length, text, length + 1);
    line->length += length;
}

static void add_quoted(command_line *line, const char *text) {
    static const char PLAIN[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
                                "_-./,:=+@%";
    if (*text && strspn(text, PLAIN) == strlen(text)) {
        add_text(line, text);
        return;
    }
    add_text(line, "'");
    for (; *text; text++)
        add_text(line, *text == '\'' ? "'\\''" : (char[]){*text, '\0'});
    add_text(line, "'");
}

/* With = after it, so that a value may begin as an option does. */
static void add_option(command_line *line, const char *name, const char *value) {
    bool is_option = value && strncmp(value, "--", 2) == 0;
    add_text(line, " --");
    add_text(line, name);
    if (value)
        add_text(line, is_option ? "=" : " ");
    if (value)
        add_quoted(line, value);
}

static bool is_of_search(const char *name) {
    static const char *const OWN[] = {"trials",  "grid", "measure", "folds",
                                      "repeats", "json", "quiet",   "time-limit"};
    for (size_t i = 0; i < sizeof OWN / sizeof OWN[0]; i++)
        if (strcmp(name, OWN[i]) == 0)
            return true;
    for (size_t o = 0; o < N_SEARCHED; o++)
        if (strcmp(name, SEARCHED_OPTIONS[o]) == 0)
            return true;
    return false;
}

/* The caller frees it. */
static char *write_command_line(const search *s, const trial *best) {
    command_line line = {0};
    add_text(&line, "nnblas train");
    for (size_t i = 0; i < s->given.count; i++) {
        const given_option *given = &s->given.options[i];
        if (!given->name) {
            add_text(&line, given->text[0] == '-' && given->text[1] ? " ./" : " ");
            add_quoted(&line, given->text);
        } else if (!is_of_search(given->name)) {
            add_option(&line, given->name, given->text);
        }
    }
    for (size_t o = 0; o < N_SEARCHED; o++)
        if (*best->texts[o])
            add_option(&line, SEARCHED_OPTIONS[o], best->texts[o]);
    return line.text;
}

/* ---- the summary ----------------------------------------------------------------------------- */

static bool varies(const search *s, size_t option) {
    for (size_t t = 1; t < s->trials.count; t++)
        if (strcmp(s->trials.trials[t].texts[option], s->trials.trials[0].texts[option]) != 0)
            return true;
    return false;
}

static int get_settings_width(size_t option) {
    return (int)strlen(SEARCHED_OPTIONS[option]) + 4;
}

static void print_settings_of(const search *s, const trial *t) {
    for (size_t o = 0; o < N_SEARCHED; o++)
        if (varies(s, o))
            fprintf(s->summary, "%*s", get_settings_width(o),
                    *t->texts[o] ? t->texts[o] : "default");
}

static void print_outcome(const search *s, size_t place) {
    const outcome *o = &s->outcomes[place];
    const measure *m = &list_first_measures(s, &(size_t){0})[s->measure_index];
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
    const char *name = list_first_measures(s, &(size_t){0})[s->measure_index].name;
    size_t complete = count_complete(s);
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
    size_t complete = count_complete(s), unfinished = 0;
    for (size_t place = complete; place < s->trials.count; place++) {
        const outcome *o = &s->outcomes[place];
        unfinished += !o->problem;
        if (!o->problem)
            continue;
        fprintf(s->summary, "failed: trial %zu:", o->number);
        print_settings_of(s, o->trial);
        fprintf(s->summary, ": %s\n", o->problem);
    }
    if (unfinished > 0)
        fprintf(s->summary, "\n%s: %zu of %zu trials are complete\n",
                is_stop_requested() ? "stopped by a signal" : "the time limit is reached", complete,
                s->trials.count);
}

static void print_head(const search *s) {
    const task_pool pool = {.count = s->trials.count * s->folds,
                            .threads = s->settings.training.threads};
    print_training_data(s->summary, &s->settings, &s->schema, &(training_rows){.learnt = s->rows});
    print_notes(s->summary, &s->notes);
    fprintf(s->summary,
            "%zu trials by %zu %sfolds of seed %" PRIu64 "; %zu trainings, %zu at the same time\n",
            s->trials.count, s->folds, has_classes(&s->schema) ? "stratified " : "",
            s->settings.training.seed, pool.count, count_pool_threads(&pool));
    fflush(s->summary);
}

static void print_result(const search *s) {
    char *line = write_command_line(s, s->outcomes[0].trial);
    if (s->summary) {
        print_trials(s);
        print_incomplete(s);
        fprintf(s->summary, "\nseconds %.2f; the best:\n", s->seconds);
    }
    bool is_taken = s->json && is_standard_output(s->json);
    if (s->summary || !is_taken)
        fprintf(s->summary ? s->summary : stdout, "%s\n", line);
    free(line);
}

/* ---- JSON ------------------------------------------------------------------------------------ */

static json_t *pack_text(const char *text) {
    return *text ? check_json(json_string(text)) : json_null();
}

static json_t *pack_outcome(const search *s, const outcome *o) {
    json_t *packed = check_json(json_object());
    set_member(packed, "trial", pack_size(o->number));
    for (size_t i = 0; i < N_SEARCHED; i++)
        set_member(packed, SEARCHED_OPTIONS[i], pack_text(o->trial->texts[i]));
    set_member(packed, "is_complete", json_boolean(o->is_complete));
    set_member(packed, "problem", pack_text(o->problem ? o->problem : ""));
    set_member(packed, "seconds", pack_real(o->seconds));
    set_member(packed, "held_out", pack_means(o->results, s->folds, average_held_out));
    set_member(packed, "learnt", pack_means(o->results, s->folds, average_learnt));
    return packed;
}

static json_t *pack_result(const search *s) {
    json_t *packed = check_json(json_object()), *trials = check_json(json_array());
    char *line = write_command_line(s, s->outcomes[0].trial);
    set_member(packed, "command", json_string(line));
    set_member(packed, "measure",
               json_string(list_first_measures(s, &(size_t){0})[s->measure_index].name));
    set_member(packed, "rows", pack_size(s->rows.N));
    set_member(packed, "folds", pack_size(s->plan.k));
    set_member(packed, "repeats", pack_size(s->plan.repeats));
    set_member(packed, "seed", pack_size(s->settings.training.seed));
    set_member(packed, "seconds", pack_real(s->seconds));
    for (size_t place = 0; place < s->trials.count; place++)
        append_element(trials, pack_outcome(s, &s->outcomes[place]));
    set_member(packed, "trials", trials);
    free(line);
    return packed;
}

static bool write_result(const search *s) {
    output_file output;
    if (!s->json)
        return true;
    if (!open_output(s->command, &output, s->json))
        return false;
    json_t *packed = pack_result(s);
    write_json(output.stream, packed);
    json_decref(packed);
    return keep_output(s->command, &output);
}

/* ---- the command ----------------------------------------------------------------------------- */

static bool run_search_of(search *s) {
    const uint64_t seed = s->settings.training.seed;
    if (!read_training_data(s->command, &s->settings, &s->notes, &s->schema, &s->rows) ||
        (s->measure && !check_measure(s->command, &s->schema, s->measure)) ||
        !deal_folds(s->command, &s->schema, &s->rows, seed, &s->plan))
        return false;
    s->folds = s->plan.k * s->plan.repeats;
    const double decay = get_usual_weight_decay(get_output_kind(&s->schema), s->rows.N);
    s->trials =
        s->is_grid ? list_grid(&s->lists, decay) : draw_trials(&s->lists, decay, s->n_trials, seed);
    if (s->summary)
        print_head(s);
    learn_all(s);
    if (!sort_trials(s))
        return false;
    print_result(s);
    return write_result(s);
}

static void free_search(search *s) {
    free(s->results);
    free(s->outcomes);
    free(s->given.options);
    free_trials(&s->trials);
    free_folds(&s->plan);
    free_dataset(&s->rows);
    free_schema(&s->schema);
    free_notes(&s->notes);
    free_train_settings(&s->settings);
}

static int check_arguments(const search *s) {
    const file_argument files[] = {{"DATA.csv", s->settings.data, FILE_READ},
                                   {"--json", s->json, FILE_WRITTEN}};
    int status = refuse_checkpoint(s->command, &s->settings);
    if (status == CARRY_ON)
        status = check_search_lists(s->command, &s->lists, s->is_grid, &s->settings.training);
    return status == CARRY_ON ? check_files(s->command, files, sizeof files / sizeof files[0])
                              : status;
}

static int read_arguments(int argc, char **argv, search *s) {
    enum { N_OWN = 6, N = N_OWN + N_FOLD_OPTIONS + N_SEARCHED };
    command_option own[N] = {
        {"trials", .value = &s->n_trials, .minimum = 1, .maximum = 1000000},
        {"grid", .flag = &s->is_grid},
        {"measure", .text = &s->measure},
        {"time-limit", .real = &s->time_limit, .least = DBL_MIN, .most = DBL_MAX,
         .takes = "a number above 0"},
        {"json", .text = &s->json},
        {"quiet", .flag = &s->settings.is_quiet},
    };
    list_fold_options(&s->plan, own + N_OWN);
    for (size_t o = 0; o < N_SEARCHED; o++)
        own[N_OWN + N_FOLD_OPTIONS + o] =
            (command_option){SEARCHED_OPTIONS[o], .text = &s->lists.texts[o]};
    int status = read_training_options(argc, argv, HELP, own, N, &s->settings, &s->given);
    return status == CARRY_ON ? check_arguments(s) : status;
}

static FILE *choose_summary(const search *s) {
    if (s->settings.is_quiet)
        return NULL;
    return s->json && is_standard_output(s->json) ? stderr : stdout;
}

int run_search(int argc, char **argv) {
    search s = {.command = argv[0],
                .settings.training = default_settings(),
                .n_trials = 30,
                .plan = {.k = 5, .repeats = 1}};
    ignore_write_signals();
    int status = read_arguments(argc, argv, &s);
    s.summary = choose_summary(&s);
    if (status == CARRY_ON)
        status = run_search_of(&s) ? EXIT_SUCCESS : EXIT_FAILURE;
    free_search(&s);
    return status;
}
