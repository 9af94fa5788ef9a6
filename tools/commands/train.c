/* SPDX-License-Identifier: BSD-3-Clause */
/* Trains a network on a table. */
#include "cli/options.h"
#include "cli/output.h"
#include "cli/stop_signal.h"
#include "cli/text.h"
#include "commands/advice.h"
#include "commands/commands.h"
#include "commands/gnuplot.h"
#include "commands/history.h"
#include "commands/learn.h"
#include "commands/many_trainings.h"
#include "commands/model_size.h"
#include "commands/plans.h"
#include "commands/plot.h"
#include "commands/resume.h"
#include "commands/run_record.h"
#include "commands/streamed_data.h"
#include "commands/train_ranks.h"
#include "commands/train_settings.h"
#include "commands/trainer.h"
#include "commands/training_defaults.h"
#include "commands/training_run.h"
#include "core/clock.h"
#include "table/ensemble.h"
#include "table/model_file.h"

#include <stdlib.h>

/* ---- training -------------------------------------------------------------------------------- */

/* Once, as soon as it is known: the training goes on, and there may be time to make room. */
static void warn_of_checkpoint(training_run *run) {
    if (run->has_failed_checkpoint || !run->trainer ||
        nnblas_trainer_checkpoint_status(run->trainer) == NNBLAS_OK)
        return;
    run->has_failed_checkpoint = true;
    end_progress(&run->progress);
    print_safely(stderr, "nnblas %s: warning: a checkpoint was not written: %s\n", run->command,
                 nnblas_error_message());
}

static int watch_epoch(void *user, size_t epoch, double cost) {
    training_run *run = user;
    if (run->first_epoch == 0)
        run->first_epoch = epoch;
    if (run->summary)
        show_progress(&run->progress, epoch, cost);
    warn_of_checkpoint(run);
    return is_stop_requested();
}

static void warn_of_lost_checkpoint(const training_run *run) {
    const char *path = run->settings->training.checkpoint;
    if (run->summary && path && is_checkpoint_file(path))
        print_safely(
            stderr,
            "nnblas %s: warning: this training replaces the checkpoint %s of another one, from "
            "which --resume goes on\n",
            run->command, path);
}

static nnblas_status resume(training_run *run) {
    const training_settings *training = &run->settings->training;
    if (!training->is_resumed) {
        warn_of_lost_checkpoint(run);
        return NNBLAS_OK;
    }
    if (has_checkpoint(training))
        return nnblas_trainer_resume(run->trainer, training->checkpoint);
    if (run->summary)
        print_safely(stderr, "nnblas %s: there is no checkpoint %s yet: starting a new training\n",
                     run->command, training->checkpoint);
    return NNBLAS_OK;
}

static nnblas_status prepare(training_run *run) {
    nnblas_status status =
        create_trainer(&run->settings->training, &run->rows.learnt, get_deciding_rows(&run->rows),
                       run->model.net, &run->trainer);
    if (!status)
        status = nnblas_trainer_set_callback(run->trainer, watch_epoch, run);
    if (!status)
        status = nnblas_trainer_set_posterior(
            run->trainer, keeps_posterior(run->settings, get_output_kind(&run->model.schema)));
    return status ? status : resume(run);
}

static nnblas_status fit(training_run *run) {
    const training_settings *training = &run->settings->training;
    const dataset *d = &run->rows.learnt, *share = &run->share;
    run->progress = start_progress(run->trainer, nnblas_trainer_epochs(run->trainer), d->N,
                                   has_validation(run), training->time_limit);
    double start = nn_read_clock();
    nnblas_status status =
        run->rows.streamed
            ? nnblas_trainer_fit_source(run->trainer, run->rows.streamed->source)
            : nnblas_trainer_fit(run->trainer, share->N, share->X, d->inputs, share->Y, d->outputs);
    run->seconds = nn_read_clock() - start;
    end_progress(&run->progress);
    return status;
}

/* The network gets the schema before the training, so that a checkpoint is a model too. */
static nnblas_status make_net(training_run *run) {
    table_model *model = &run->model;
    nnblas_status status = create_net(&run->settings->training, &run->rows.learnt,
                                      get_output_kind(&model->schema), &model->net);
    if (status)
        return status;
    char *text = write_schema(&model->schema);
    status = nnblas_net_set_metadata(model->net, SCHEMA_KEY, text);
    free(text);
    return status;
}

/* ---- the steps of a run ---------------------------------------------------------------------- */

/* Each returns false where the run cannot go on, with a message on stderr. */

static bool check(const training_run *run) {
    const train_settings *set = run->settings;
    return (!set->plot || check_gnuplot(run->command)) && load_plans(run->command, set->plans);
}

/* Of one row there is nothing to learn. */
static bool leaves_rows(const training_run *run) {
    const training_rows *rows = &run->rows;
    if (count_held_out(rows) == 0 || rows->learnt.N > 1)
        return true;
    print_safely(
        stderr,
        "nnblas %s: --validation %g leaves 1 row of %zu to learn from: hold out fewer rows\n",
        run->command, run->settings->training.validation, count_held_out(rows) + 1);
    return false;
}

static bool read_and_split(training_run *run) {
    dataset d = {0};
    schema *s = &run->model.schema;
    if (is_streamed(run->settings))
        return read_streamed_data(run->command, run->settings, &run->notes, s, &run->rows,
                                  &run->hash) &&
               leaves_rows(run);
    bool is_good = read_training_data(run->command, run->settings, &run->notes, s, &d);
    run->hash = hash_dataset(&d);
    if (is_good)
        split_rows(&run->settings->training, s, &d, &run->rows);
    free_dataset(&d);
    return is_good && leaves_rows(run);
}

static bool make(training_run *run) {
    nnblas_status status = make_net(run);
    if (!status && !is_table_of_checkpoint(run))
        return false;
    if (!status)
        status = prepare(run);
    if (!status)
        status = note_run(run, false);
    if (status)
        report_failure(run->command);
    return !status && check_model_size(run);
}

static void report_lost_training(const training_run *run) {
    const char *checkpoint = run->settings->training.checkpoint;
    if (run->status != NNBLAS_ERROR_GROUP || !is_first_rank())
        return;
    if (checkpoint && is_checkpoint_file(checkpoint))
        print_safely(stderr,
                     "nnblas %s: the model is not saved: --resume goes on from the checkpoint %s\n",
                     run->command, checkpoint);
    else
        print_safely(stderr, "nnblas %s: the model is not saved\n", run->command);
}

static void report_end(const training_run *run) {
    const failure_text why = explain_failure(&run->rows);
    if (tells_of_failure(run, why.text))
        print_safely(stderr, "nnblas %s: %s%s\n", run->command, why.text,
                     read_group_failure(why.text).misses_ranks ? SLOW_RANK_ADVICE : "");
    if (is_first_rank())
        advise_on_overflow(run);
    report_lost_training(run);
    give_up_lost_ranks(run);
}

/* After an error nothing is saved, although the network then has the weights from before the step.
 */
static bool train(training_run *run) {
    if (run->summary)
        print_beginning(run);
    catch_stop_signals();
    if (has_many_trainings(run->settings))
        return train_many(run);
    run->status = share_rows(run);
    if (run->status >= 0)
        run->status = fit(run);
    if (run->status < 0)
        report_end(run);
    warn_of_checkpoint(run);
    if (run->status >= 0 && run->summary)
        print_end(run);
    return run->status >= 0;
}

/* Titled with the targets. */
static bool plot(const training_run *run) {
    const column_list *targets = &run->model.schema.targets;
    char title[120];
    snprintf(title, sizeof title, "training on %s%s", show_text(targets->columns[0].name).text,
             targets->count > 1 ? " and others" : "");
    const plot_words words = {title, has_validation(run), find_kept_epoch(run).epoch};
    return plot_history(run->command, run->trainer, &words, run->settings->plot);
}

static bool replaces(const char *path) {
    return path && is_replaceable(path);
}

static bool save_model(training_run *run) {
    const char *output = run->settings->output;
    if (!save_net(run->command, run->model.net, output))
        return false;
    if (run->summary && !run->is_saved)
        print_safely(run->summary, "saved %s\n", output);
    fflush(run->summary);
    return run->is_saved = true;
}

static bool save_history(const training_run *run) {
    return write_history(run->command, run->trainer, has_validation(run), run->settings->history);
}

/* The scores of many rows take longer than the second after which mpirun kills what Ctrl-C has not
 * ended. What replaces a file need not wait for them: the model gets them in the end. */
static bool save_without_scores(training_run *run) {
    const train_settings *set = run->settings;
    bool is_good = !replaces(set->output) || save_model(run);
    return (!replaces(set->history) || save_history(run)) && is_good;
}

/* The model first: what fails after it costs nothing. From the training to there no signal loses
 * it. */
static bool save(training_run *run) {
    const train_settings *set = run->settings;
    bool can_save = set->output && (run->is_saved || !replaces(set->output));
    bool is_good = !can_save || save_model(run);
    release_stop_signals();
    if (run->summary && !set->output)
        fputs("not saved: no --output was given\n", run->summary);
    if (set->json)
        is_good = write_run(run, set->json) && is_good;
    if (set->history && !replaces(set->history))
        is_good = save_history(run) && is_good;
    if (set->plot)
        is_good = plot(run) && is_good;
    return is_good && !run->has_failed_checkpoint;
}

static bool score_and_note(training_run *run) {
    nnblas_status status = score_rows(run);
    if (status)
        print_safely(stderr, "nnblas %s: %s\n", run->command, explain_failure(&run->rows).text);
    bool is_good = !status;
    if (run->rows.are_divided && (is_good = is_good_on_all(is_good))) {
        join_scores(run, &run->learnt);
        join_scores(run, &run->held_out);
    }
    if (is_good && (status = note_run(run, true)))
        report_failure(run->command);
    return is_good && !status;
}

/* All ranks train, and the first one has the files. Each scores its own rows, where they are
 * divided. */
static bool run_all(training_run *run) {
    bool is_trained = train(run);
    end_sharing(run);
    if (!is_trained || !is_first_rank())
        return is_trained && (!run->rows.are_divided || score_and_note(run));
    if (pack_members(&run->model))
        return report_failure(run->command) == EXIT_SUCCESS;
    bool is_kept = save_without_scores(run), is_scored = score_and_note(run);
    bool is_saved = save(run) && is_kept;
    if (is_scored && run->summary) {
        advise_on_result(run);
        print_result(run);
    }
    return is_scored && is_saved;
}

static bool prepare_all(training_run *run) {
    return check(run) && read_and_split(run) && make(run);
}

/* ---- the command ----------------------------------------------------------------------------- */

static FILE *choose_summary(const train_settings *set) {
    if (set->is_quiet || !is_first_rank())
        return NULL;
    bool is_taken = is_standard_output(set->output) || is_standard_output(set->history) ||
                    is_standard_output(set->json) || is_standard_output(set->plot);
    return is_taken ? stderr : stdout;
}

static void free_run(training_run *run) {
    nnblas_trainer_destroy(run->trainer);
    free_scores(&run->learnt);
    free_scores(&run->held_out);
    free_model(&run->model);
    free_training_rows(&run->rows);
    free(run->networks);
    free_notes(&run->notes);
}

int run_train(int argc, char **argv) {
    if (!begin_ranks(argv))
        return EXIT_FAILURE;
    train_settings set = {.training = default_settings()};
    int status = read_train_settings(argc, argv, &set);
    ignore_write_signals();
    training_run run = {.settings = &set,
                        .command = argv[0],
                        .argc = argc,
                        .argv = argv,
                        .summary = choose_summary(&set)};
    if (status == CARRY_ON && !prepare_all(&run))
        status = EXIT_FAILURE;
    status = agree_on(status, run.hash);
    if (status == CARRY_ON)
        status = run_all(&run) ? EXIT_SUCCESS : EXIT_FAILURE;
    free_run(&run);
    free_train_settings(&set);
    return end_ranks(status);
}
