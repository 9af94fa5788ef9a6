/* SPDX-License-Identifier: BSD-3-Clause */
/* Scores the settings of a training by rows that are held out. */
#include "cli/files.h"
#include "cli/memory.h"
#include "cli/output.h"
#include "cli/pool.h"
#include "cli/stop_signal.h"
#include "cli/text.h"
#include "commands/commands.h"
#include "commands/fold_means.h"
#include "commands/run_record.h"
#include "commands/train_settings.h"
#include "commands/training_data.h"
#include "commands/training_defaults.h"
#include "core/clock.h"
#include "table/json.h"

#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

static const char HELP[] =
    "usage: nnblas cross-validate [DATA.csv] --target COLUMN[,COLUMN...] [OPTION]...\n"
    "\n"
    "Scores the options of nnblas train by rows that are held out. The rows are divided into K\n"
    "parts (folds); K networks are trained, each on all folds but one, and scored on that one.\n"
    "Folds are random, and each has the same share of each class. Nothing is saved.\n"
    "\n"
    "Prints the scores of each fold, and of all the mean and the standard deviation between them.\n"
    "Where those of the rows that were learnt from are much better, the networks overfit.\n"
    "Without DATA.csv the table is Fisher's iris flowers, the target their species.\n"
    "\n" COLUMNS_HELP "\n" FOLD_OPTIONS_HELP "  --ensemble K          train K networks for each "
    "fold, and score the means of their outputs,\n"
    "                        as those of nnblas train --ensemble K\n"
    "  --json FILE           write all scores, and the rows of each fold; - is standard "
    "output\n" RANK_OPTIONS_HELP "  --quiet               print errors only\n"
    "\n" TRAINING_OPTIONS_HELP "\n" TABLE_OPTIONS_HELP "\n"
    "--seed is that of the folds too. Trainings run at the same time, on --threads threads in "
    "all;\n"
    "their number does not change the scores. --time-limit is for each of them. Ctrl-C ends the\n"
    "trainings, and prints the scores of those that were complete. The last line is\n"
    "  cross-validate accuracy 0.9600 deviation 0.0279 folds 5 repeats 1 seconds 0.31\n"
    "with the first measure of the table, r2 for numbers; after Ctrl-C with \"complete N\" behind "
    "the\n"
    "repeats, of how many trainings the scores are.\n";

/* One run of the command. */
typedef struct {
    const char *command;
    train_settings settings;
    fold_plan plan;
    const char *json;
    FILE *summary; /* null when quiet */
    note_list notes;
    schema schema;
    dataset rows;
    fold_result *results;
    size_t count;
    double seconds;
} validation;

/* ---- the trainings --------------------------------------------------------------------------- */

static bool learn_one(void *context, size_t i) {
    validation *v = context;
    v->results[i] = learn_fold(&v->plan, &v->settings.training, i);
    return v->results[i].status >= 0;
}

static void *pack_one(void *context, size_t i, size_t *bytes) {
    const validation *v = context;
    return pack_fold_result(&v->results[i], bytes);
}

static void unpack_one(void *context, size_t i, const void *packed, size_t bytes) {
    const validation *v = context;
    v->results[i] = unpack_fold_result(packed, bytes);
}

static void show_done(void *context, size_t done) {
    const validation *v = context;
    if (v->summary)
        show_trainings_done(done, v->count);
}

static bool report_problem(const validation *v) {
    for (size_t i = 0; i < v->count; i++)
        if (v->results[i].status < 0) {
            print_safely(stderr, "nnblas %s: repeat %zu, fold %zu: %s\n", v->command,
                         i / v->plan.k + 1, i % v->plan.k + 1, v->results[i].problem.text);
            return false;
        }
    return true;
}

static void learn_all(validation *v) {
    v->count = v->plan.k * v->plan.repeats;
    v->results = resize_array(NULL, v->count, sizeof *v->results);
    for (size_t i = 0; i < v->count; i++)
        v->results[i] = (fold_result){0};
    const task_pool pool = {.count = v->count,
                            .threads = v->settings.training.threads,
                            .run = learn_one,
                            .finished = show_done,
                            .context = v,
                            .pack = pack_one,
                            .unpack = unpack_one};
    double start = nn_read_clock();
    catch_stop_signals();
    run_tasks(&pool);
    v->seconds = nn_read_clock() - start;
    if (v->summary)
        end_trainings_done();
}

static bool has_results(const validation *v) {
    if (!report_problem(v))
        return false;
    if (find_complete(v->results, v->count))
        return true;
    print_safely(stderr, "nnblas %s: stopped by a signal before a training was complete\n",
                 v->command);
    return false;
}

/* ---- the summary ----------------------------------------------------------------------------- */

static size_t count_complete(const validation *v) {
    size_t complete = 0;
    for (size_t i = 0; i < v->count; i++)
        complete += v->results[i].is_complete;
    return complete;
}

/* Two blanks more than the longest text of the column. */
static int get_measure_width(const validation *v, size_t m) {
    size_t longest = 8;
    for (size_t i = 0; i < v->count; i++) {
        if (!v->results[i].is_complete)
            continue;
        const measure *of = &v->results[i].held_out.measures[m];
        size_t name = strlen(of->name), value = strlen(write_measure(of, of->value).text);
        longest = name > longest ? name : longest;
        longest = value > longest ? value : longest;
    }
    return (int)longest + 2;
}

static void print_fold(const validation *v, size_t i) {
    const fold_result *result = &v->results[i];
    const row_scores *s = &result->held_out;
    if (v->plan.repeats > 1)
        fprintf(v->summary, "%6zu  ", i / v->plan.k + 1);
    fprintf(v->summary, "%4zu%8zu", i % v->plan.k + 1, s->rows);
    for (size_t m = 0; m < s->n_measures; m++)
        fprintf(v->summary, "%*s", get_measure_width(v, m),
                write_measure(&s->measures[m], s->measures[m].value).text);
    fprintf(v->summary, "%8zu%9.2f\n", result->epochs, result->seconds);
}

static void print_folds(const validation *v) {
    const row_scores *first = &find_complete(v->results, v->count)->held_out;
    fputs("\neach fold, held out from its network\n", v->summary);
    fprintf(v->summary, "%sfold    rows", v->plan.repeats > 1 ? "repeat  " : "");
    for (size_t m = 0; m < first->n_measures; m++)
        fprintf(v->summary, "%*s", get_measure_width(v, m), first->measures[m].name);
    fputs("  epochs  seconds\n", v->summary);
    for (size_t i = 0; i < v->count; i++)
        if (v->results[i].is_complete)
            print_fold(v, i);
}

static void print_means(const validation *v) {
    const row_scores *first = &find_complete(v->results, v->count)->held_out;
    fprintf(v->summary, "\n%-17s%24s%24s\n", "", "held out", "learnt");
    fprintf(v->summary, "%-17s %11s %11s %11s %11s\n", "measure", "mean", "deviation", "mean",
            "deviation");
    for (size_t m = 0; m < first->n_measures; m++) {
        const measure *of = &first->measures[m];
        fold_mean held_out = average_held_out(v->results, v->count, m),
                  learnt = average_learnt(v->results, v->count, m);
        fprintf(v->summary, "%-17s %11s %11s %11s %11s\n", of->name,
                write_measure(of, held_out.mean).text, write_measure(of, held_out.deviation).text,
                write_measure(of, learnt.mean).text, write_measure(of, learnt.deviation).text);
    }
}

static void print_validation(const validation *v) {
    const measure *first = &find_complete(v->results, v->count)->held_out.measures[0];
    fold_mean mean = average_held_out(v->results, v->count, 0);
    print_folds(v);
    print_means(v);
    if (count_complete(v) < v->count)
        fprintf(v->summary, "\nstopped by a signal: %zu of %zu trainings %s complete\n",
                count_complete(v), v->count, count_complete(v) == 1 ? "is" : "are");
    fprintf(v->summary, "\n%s %s %s deviation %s folds %zu repeats %zu ", v->command, first->name,
            write_measure(first, mean.mean).text, write_measure(first, mean.deviation).text,
            (size_t)v->plan.k, (size_t)v->plan.repeats);
    if (count_complete(v) < v->count)
        fprintf(v->summary, "complete %zu ", count_complete(v));
    fprintf(v->summary, "seconds %.2f\n", v->seconds);
}

static void print_head(const validation *v) {
    const task_pool pool = {.count = v->plan.k * v->plan.repeats,
                            .threads = v->settings.training.threads};
    print_training_data(v->summary, &v->settings, &v->schema, &(training_rows){.learnt = v->rows});
    print_notes(v->summary, &v->notes);
    fprintf(v->summary, "%zu %sfolds of seed %" PRIu64 "; %zu trainings", (size_t)v->plan.k,
            has_classes(&v->schema) ? "stratified " : "", v->settings.training.seed, pool.count);
    if (v->plan.members > 0)
        fprintf(v->summary, " of %zu networks each", (size_t)v->plan.members);
    fprintf(v->summary, ", %zu at the same time\n", count_pool_threads(&pool));
    fflush(v->summary);
}

/* Where it is so of the trainings on average. */
static void advise(const validation *v) {
    fit_signs mean = {0};
    double complete = (double)count_complete(v);
    for (size_t i = 0; i < v->count; i++) {
        const fold_result *result = &v->results[i];
        if (!result->is_complete)
            continue;
        mean.learnt += result->learnt.skill / complete;
        mean.held_out += result->held_out.skill / complete;
        mean.fall += result->signs.fall / complete;
        mean.epochs = result->signs.epochs;
        mean.is_impatient |= result->signs.is_impatient;
    }
    if (!v->rows.cost_weights)
        warn_of_underfit(v->command, &mean, !v->settings.training.is_bayesian);
}

/* ---- JSON ------------------------------------------------------------------------------------ */

/* From 1, among the rows that are used. */
static json_t *pack_rows(const validation *v, size_t i) {
    json_t *rows = check_json(json_array());
    const size_t *folds = v->plan.folds + i / v->plan.k * v->rows.N;
    for (size_t r = 0; r < v->rows.N; r++)
        if (folds[r] == i % v->plan.k)
            append_element(rows, pack_size(r + 1));
    return rows;
}

static json_t *pack_fold(const validation *v, size_t i) {
    const fold_result *result = &v->results[i];
    json_t *fold = check_json(json_object());
    set_member(fold, "repeat", pack_size(i / v->plan.k + 1));
    set_member(fold, "fold", pack_size(i % v->plan.k + 1));
    set_member(fold, "rows", pack_rows(v, i));
    set_member(fold, "epochs", pack_size(result->epochs));
    set_member(fold, "seconds", pack_real(result->seconds));
    set_member(fold, "held_out", json_incref(result->held_out.json));
    set_member(fold, "learnt", json_incref(result->learnt.json));
    return fold;
}

static json_t *pack_result(const validation *v) {
    json_t *packed = check_json(json_object()), *folds = check_json(json_array());
    set_member(packed, "rows", pack_size(v->rows.N));
    set_member(packed, "folds", pack_size(v->plan.k));
    set_member(packed, "repeats", pack_size(v->plan.repeats));
    set_member(packed, "networks", pack_size(v->plan.members > 0 ? v->plan.members : 1));
    set_member(packed, "seed", pack_whole(v->settings.training.seed));
    set_member(packed, "is_complete", json_boolean(count_complete(v) == v->count));
    set_member(packed, "seconds", pack_real(v->seconds));
    set_member(packed, "held_out", pack_means(v->results, v->count, average_held_out));
    set_member(packed, "learnt", pack_means(v->results, v->count, average_learnt));
    for (size_t i = 0; i < v->count; i++)
        if (v->results[i].is_complete)
            append_element(folds, pack_fold(v, i));
    set_member(packed, "trainings", folds);
    return packed;
}

/* ---- the command ----------------------------------------------------------------------------- */

static bool write_result(const validation *v) {
    output_file output;
    if (!v->json)
        return true;
    if (!open_output(v->command, &output, v->json))
        return false;
    json_t *packed = pack_result(v);
    write_json(output.stream, packed);
    json_decref(packed);
    return keep_output(v->command, &output);
}

static bool prepare(validation *v) {
    v->plan.packs_scores = v->json != NULL;
    return read_training_data(v->command, &v->settings, &v->notes, &v->schema, &v->rows) &&
           deal_folds(v->command, &v->schema, &v->rows, v->settings.training.seed, &v->plan);
}

/* All ranks train, and the first one has the results. */
static bool cross_validate(validation *v) {
    if (v->summary)
        print_head(v);
    learn_all(v);
    if (!is_first_rank())
        return true;
    if (!has_results(v))
        return false;
    if (v->summary) {
        advise(v);
        print_validation(v);
    }
    return write_result(v);
}

static void free_validation(validation *v) {
    for (size_t i = 0; i < v->count; i++)
        free_fold_result(&v->results[i]);
    free(v->results);
    free_folds(&v->plan);
    free_dataset(&v->rows);
    free_schema(&v->schema);
    free_notes(&v->notes);
    free_train_settings(&v->settings);
}

static int read_arguments(int argc, char **argv, validation *v) {
    enum { N_OWN = 3 };
    command_option own[N_OWN + N_FOLD_OPTIONS + N_RANK_OPTIONS] = {
        {"json", .text = &v->json},
        {"quiet", .flag = &v->settings.is_quiet},
        {"ensemble", .value = &v->plan.members, .minimum = 2, .maximum = 10000},
    };
    list_fold_options(&v->plan, own + N_OWN);
    list_rank_options(&v->settings.ranks, own + N_OWN + N_FOLD_OPTIONS);
    int status = read_training_options(argc, argv, HELP, own, sizeof own / sizeof own[0],
                                       &v->settings, NULL);
    if (status == CARRY_ON)
        status = refuse_checkpoint(argv[0], &v->settings);
    if (status == CARRY_ON)
        status = refuse_shared_input(argv[0], &v->settings);
    if (status == CARRY_ON)
        status = check_rank_options(argv[0], &v->settings.ranks);
    const file_argument files[] = {{"DATA.csv", v->settings.data, FILE_READ},
                                   {"--json", v->json, FILE_WRITTEN}};
    return status == CARRY_ON ? check_files(argv[0], files, sizeof files / sizeof files[0])
                              : status;
}

static FILE *choose_summary(const validation *v) {
    if (v->settings.is_quiet || !is_first_rank())
        return NULL;
    return is_standard_output(v->json) ? stderr : stdout;
}

int run_cross_validate(int argc, char **argv) {
    if (!begin_ranks(argv))
        return EXIT_FAILURE;
    validation v = {.command = argv[0],
                    .settings.training = default_settings(),
                    .plan = {.k = 5, .repeats = 1}};
    ignore_write_signals();
    int status = read_arguments(argc, argv, &v);
    v.summary = choose_summary(&v);
    if (status == CARRY_ON && !prepare(&v))
        status = EXIT_FAILURE;
    status = agree_on(status, hash_dataset(&v.rows));
    if (status == CARRY_ON)
        status = cross_validate(&v) ? EXIT_SUCCESS : EXIT_FAILURE;
    free_validation(&v);
    return end_ranks(status);
}
