/* SPDX-License-Identifier: BSD-3-Clause */
/* Searches for the settings of a training by cross-validation. */
#include "cli/files.h"
#include "cli/memory.h"
#include "cli/output.h"
#include "cli/pool.h"
#include "cli/stop_signal.h"
#include "cli/text.h"
#include "commands/commands.h"
#include "commands/run_record.h"
#include "commands/search_run.h"
#include "commands/training_data.h"
#include "commands/training_defaults.h"
#include "commands/weight_decay.h"
#include "core/clock.h"

#include <float.h>
#include <math.h>
#include <stdio.h>
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
    "  --time-limit SECONDS  end the search after this many seconds\n"
    "  --json FILE           write all trials with all measures; - is standard "
    "output\n" RANK_OPTIONS_HELP "  --quiet               print the command line and errors only\n"
    "\n" COLUMNS_HELP "\n"
    "Each training has the other options of nnblas train, without checkpoints:\n"
    "  --epochs N, --patience N, --momentum M, --schedule S, --validation F, --score, --seed S,\n"
    "  --threads N (trainings at the same time; their number does not change the scores)\n"
    "\n" TABLE_OPTIONS_HELP "\n"
    "The best score of many is better than what it will be on new rows: keep some rows for\n"
    "nnblas evaluate. Ctrl-C ends the search and prints the trials that were complete.\n";

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
    if (take_trial(s->command, &s->trials.trials[i / s->folds], &settings) != CARRY_ON)
        return false;
    s->results[i] = learn_fold(&s->plan, &settings, i % s->folds);
    if (s->results[i].status == NNBLAS_STOPPED_TIME)
        s->results[i].is_complete = false;
    return true;
}

static void *pack_one(void *context, size_t i, size_t *bytes) {
    const search *s = context;
    return pack_fold_result(&s->results[i], bytes);
}

static void unpack_one(void *context, size_t i, const void *packed, size_t bytes) {
    const search *s = context;
    s->results[i] = unpack_fold_result(packed, bytes);
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
    const task_pool pool = {.count = count,
                            .threads = s->settings.training.threads,
                            .run = learn_one,
                            .finished = show_done,
                            .context = s,
                            .pack = pack_one,
                            .unpack = unpack_one};
    s->start = nn_read_clock();
    catch_stop_signals();
    run_tasks(&pool);
    s->seconds = nn_read_clock() - s->start;
    if (s->summary)
        end_trainings_done();
}

/* ---- the command ----------------------------------------------------------------------------- */

static bool prepare(search *s) {
    const uint64_t seed = s->settings.training.seed;
    if (!read_training_data(s->command, &s->settings, &s->notes, &s->schema, &s->rows))
        return false;
    if ((s->measure && !check_measure(s->command, &s->schema,
                                      s->settings.training.cost == NNBLAS_GAUSSIAN, s->measure)) ||
        !deal_folds(s->command, &s->schema, &s->rows, seed, &s->plan))
        return false;
    s->folds = s->plan.k * s->plan.repeats;
    const double decay = get_usual_weight_decay(&s->settings.training, get_output_kind(&s->schema),
                                                count_rows(&s->rows));
    s->trials =
        s->is_grid ? list_grid(&s->lists, decay) : draw_trials(&s->lists, decay, s->n_trials, seed);
    return true;
}

/* All ranks train, and the first one has the results. */
static bool run_search_of(search *s) {
    if (s->summary)
        print_search_beginning(s);
    learn_all(s);
    if (!is_first_rank())
        return true;
    if (!sort_trials(s))
        return false;
    print_search_result(s);
    return write_search(s);
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

static int check_arguments(search *s) {
    const file_argument files[] = {{"DATA.csv", s->settings.data, FILE_READ},
                                   {"--json", s->json, FILE_WRITTEN}};
    int status = refuse_checkpoint(s->command, &s->settings);
    if (status == CARRY_ON)
        status = refuse_shared_input(s->command, &s->settings);
    if (status == CARRY_ON)
        status = check_rank_options(s->command, &s->settings.ranks);
    if (status == CARRY_ON)
        status = check_search_lists(s->command, &s->lists, s->is_grid, &s->settings.training);
    return status == CARRY_ON ? check_files(s->command, files, sizeof files / sizeof files[0])
                              : status;
}

static bool is_searched(const char *argument) {
    char option[64];
    for (size_t o = 0; o < N_SEARCHED; o++) {
        snprintf(option, sizeof option, "--%s", SEARCHED_OPTIONS[o]);
        if (strcmp(argument, option) == 0)
            return true;
    }
    return false;
}

/* Where a list of numbers was refused. */
static void explain_lists(const char *command, int argc, char **argv) {
    for (int i = 1; i < argc; i++) {
        const char *value = argv[i], *mark = strchr(value, '=');
        bool is_after_searched = is_searched(argv[i - 1]);
        value = strncmp(value, "--", 2) == 0 && mark ? mark + 1 : value;
        if (is_after_searched || !strchr(value, ':') || value[strspn(value, "0123456789.:")])
            continue;
        print_safely(stderr, "nnblas %s: the options that take lists are", command);
        for (size_t o = 0; o < N_SEARCHED; o++)
            print_safely(stderr, "%s --%s", o > 0 ? "," : "", SEARCHED_OPTIONS[o]);
        fputc('\n', stderr);
        return;
    }
}

static int read_arguments(int argc, char **argv, search *s) {
    enum {
        N_OWN = 6,
        N_LISTED = N_OWN + N_FOLD_OPTIONS + N_RANK_OPTIONS,
        N = N_LISTED + N_SEARCHED
    };
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
    list_rank_options(&s->settings.ranks, own + N_OWN + N_FOLD_OPTIONS);
    for (size_t o = 0; o < N_SEARCHED; o++)
        own[N_LISTED + o] = (command_option){SEARCHED_OPTIONS[o], .text = &s->lists.texts[o]};
    int status = read_training_options(argc, argv, HELP, own, N, &s->settings, &s->given);
    if (status == EXIT_USAGE)
        explain_lists(argv[0], argc, argv);
    return status == CARRY_ON ? check_arguments(s) : status;
}

static FILE *choose_summary(const search *s) {
    if (s->settings.is_quiet || !is_first_rank())
        return NULL;
    return is_standard_output(s->json) ? stderr : stdout;
}

int run_search(int argc, char **argv) {
    if (!begin_ranks(argv))
        return EXIT_FAILURE;
    search s = {.command = argv[0],
                .settings.training = default_settings(),
                .n_trials = 30,
                .plan = {.k = 5, .repeats = 1}};
    s.settings.training.is_searched = true;
    ignore_write_signals();
    int status = read_arguments(argc, argv, &s);
    s.summary = choose_summary(&s);
    if (status == CARRY_ON && !prepare(&s))
        status = EXIT_FAILURE;
    status = agree_on(status, hash_dataset(&s.rows));
    if (status == CARRY_ON)
        status = run_search_of(&s) ? EXIT_SUCCESS : EXIT_FAILURE;
    free_search(&s);
    return end_ranks(status);
}
