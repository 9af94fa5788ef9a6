/* SPDX-License-Identifier: BSD-3-Clause */
/* Trains a network on a table. */
#include "cli/memory.h"
#include "cli/options.h"
#include "cli/output.h"
#include "cli/progress.h"
#include "cli/stop_signal.h"
#include "commands/commands.h"
#include "commands/history.h"
#include "commands/plans.h"
#include "commands/plot.h"
#include "commands/train_settings.h"
#include "commands/training_data.h"
#include "core/clock.h"
#include "core/sizes.h"
#include "table/model.h"
#include "table/scores.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* One run of the command. */
typedef struct {
    const train_settings *settings;
    const char *command;
    FILE *summary; /* null when quiet */
    table_model model;
    dataset data;
    note_list notes;
    nnblas_trainer *trainer;
    progress progress;
    nnblas_status status;
    double seconds;
    bool has_warned; /* of a checkpoint */
} training_run;

/* ---- training -------------------------------------------------------------------------------- */

/* Once, as soon as it is known: the training goes on, and there may be time to make room. */
static void warn_of_checkpoint(training_run *run) {
    if (run->has_warned || !run->trainer ||
        nnblas_trainer_checkpoint_status(run->trainer) == NNBLAS_OK)
        return;
    run->has_warned = true;
    end_progress(&run->progress);
    fprintf(stderr, "nnblas %s: warning: a checkpoint was not written: %s\n", run->command,
            nnblas_error_message());
}

static int watch_epoch(void *user, size_t epoch, double cost) {
    training_run *run = user;
    if (run->summary)
        show_progress(&run->progress, epoch, cost);
    warn_of_checkpoint(run);
    return is_stop_requested();
}

static bool has_checkpoint(const training_settings *training) {
    return training->is_resumed && access(training->checkpoint, F_OK) == 0;
}

static nnblas_status resume(training_run *run) {
    const training_settings *training = &run->settings->training;
    if (!training->is_resumed)
        return NNBLAS_OK;
    if (has_checkpoint(training))
        return nnblas_trainer_resume(run->trainer, training->checkpoint);
    if (run->summary)
        fprintf(stderr, "nnblas %s: there is no checkpoint %s yet: starting a new training\n",
                run->command, training->checkpoint);
    return NNBLAS_OK;
}

static nnblas_status fit(training_run *run) {
    const training_settings *training = &run->settings->training;
    const dataset *d = &run->data;
    nnblas_status status = create_trainer(training, d->N, run->model.net, &run->trainer);
    if (!status)
        status = nnblas_trainer_set_callback(run->trainer, watch_epoch, run);
    if (!status)
        status = resume(run);
    if (status)
        return status;
    run->progress = start_progress(run->trainer, training->epochs, d->N, training->time_limit);
    catch_stop_signals();
    double start = nn_read_clock();
    status = nnblas_trainer_fit(run->trainer, d->N, d->X, d->inputs, d->Y, d->outputs);
    run->seconds = nn_read_clock() - start;
    release_stop_signals();
    end_progress(&run->progress);
    return status;
}

static const char ROWS_KEY[] = "rows"; /* of the network's metadata */

static nnblas_status note_rows(nnblas_net *net, size_t rows) {
    char text[24];
    snprintf(text, sizeof text, "%zu", rows);
    return nnblas_net_set_metadata(net, ROWS_KEY, text);
}

/* The library would name the weight decay, whose default depends on the rows. What else is wrong
 * with a checkpoint is left to it. */
static bool has_rows_of_checkpoint(const training_run *run) {
    const training_settings *training = &run->settings->training;
    nnblas_net *saved;
    if (!training->is_resumed || nnblas_net_load(training->checkpoint, &saved) != NNBLAS_OK)
        return true;
    const char *rows = nnblas_net_metadata(saved, ROWS_KEY);
    bool is_same = !rows || strcmp(rows, nnblas_net_metadata(run->model.net, ROWS_KEY)) == 0;
    if (!is_same)
        fprintf(stderr,
                "nnblas %s: cannot resume from %s: it is of a training on %s rows, and this table "
                "has %zu\n",
                run->command, training->checkpoint, show_text(rows).text, run->data.N);
    nnblas_net_destroy(saved);
    return is_same;
}

/* The network gets the schema before the training, so that a checkpoint is a model too. */
static nnblas_status make_net(training_run *run) {
    table_model *model = &run->model;
    nnblas_status status = create_net(&run->settings->training, run->data.inputs, run->data.outputs,
                                      get_output_kind(&model->schema), &model->net);
    if (status)
        return status;
    char *text = write_schema(&model->schema);
    status = nnblas_net_set_metadata(model->net, SCHEMA_KEY, text);
    free(text);
    return status ? status : note_rows(model->net, run->data.N);
}

/* ---- the summary ----------------------------------------------------------------------------- */

static const char *explain_end(const training_run *run) {
    switch (run->status) {
    case NNBLAS_STOPPED_CALLBACK:
        return "stopped by a signal";
    case NNBLAS_STOPPED_PATIENCE:
        return run->settings->training.schedule.kind == NNBLAS_SCHEDULE_ADAPTIVE
                   ? "no improvement for too many epochs"
                   : "no improvement for --patience epochs";
    case NNBLAS_STOPPED_TIME:
        return "the time limit is reached";
    case NNBLAS_STOPPED_CONVERGED:
        return "converged";
    case NNBLAS_STOPPED_LINE_SEARCH:
        return "the line search found no lower cost";
    case NNBLAS_OK:
        return "completed";
    default:
        return nnblas_status_string(run->status);
    }
}

static void print_end(const training_run *run) {
    fprintf(run->summary, "%zu of %" PRIu64 " epochs: %s\n",
            nnblas_trainer_history_count(run->trainer), run->settings->training.epochs,
            explain_end(run));
}

static nnblas_status score_training_rows(const training_run *run, scores *result) {
    const dataset *d = &run->data;
    double *O_out = resize_array(NULL, BATCH_ROWS * d->outputs, sizeof *O_out);
    double *Y = resize_array(NULL, BATCH_ROWS * d->outputs, sizeof *Y);
    nnblas_status status = NNBLAS_OK;
    for (size_t r = 0; r < d->N && !status; r += BATCH_ROWS) {
        size_t N = nn_min(d->N - r, BATCH_ROWS);
        status = nnblas_net_predict(run->model.net, N, d->X + r * d->inputs, d->inputs, O_out,
                                    d->outputs);
        restore_rows(&run->model.schema.targets, N, d->Y + r * d->outputs, Y);
        if (!status)
            add_scores(result, N, Y, O_out, NULL);
    }
    free(O_out);
    free(Y);
    return status;
}

static bool print_result(const training_run *run) {
    scores result = start_scores(&run->model.schema);
    leave_out_auc(&result);
    nnblas_status status = score_training_rows(run, &result);
    if (!status) {
        fputs("train ", run->summary);
        print_score_line(run->summary, &result);
        fprintf(run->summary, " epochs %zu seconds %.2f\n",
                nnblas_trainer_history_count(run->trainer), run->seconds);
    }
    free_scores(&result);
    return !status;
}

/* ---- the command ----------------------------------------------------------------------------- */

static bool save_all(const training_run *run) {
    const train_settings *set = run->settings;
    bool is_good = !set->output || save_net(run->command, run->model.net, set->output);
    if (set->history)
        is_good = write_history(run->command, run->trainer, set->history) && is_good;
    if (set->plot)
        is_good = plot_history(run->command, run->trainer, set->plot) && is_good;
    if (run->summary && is_good && set->output)
        fprintf(run->summary, "saved %s\n", set->output);
    if (run->summary && !set->output)
        fputs("not saved: no --output was given\n", run->summary);
    return is_good;
}

/* After an error nothing is saved, although the network then has the weights from before the step.
 */
static int train_and_save(training_run *run) {
    run->status = make_net(run);
    if (!run->status && !has_rows_of_checkpoint(run))
        return EXIT_FAILURE;
    if (!run->status && run->summary) {
        print_training_data(run->summary, run->settings, &run->model.schema, &run->data);
        print_notes(run->summary, &run->notes);
        print_settings(run->summary, &run->settings->training, run->model.net);
        if (run->settings->plans && has_checkpoint(&run->settings->training))
            fprintf(run->summary, "plans of the checkpoint, not of %s\n", run->settings->plans);
        else if (run->settings->plans)
            print_plans(run->summary, &run->settings->training, run->data.N, run->model.net);
        fflush(run->summary);
    }
    if (!run->status)
        run->status = fit(run);
    if (run->status < 0)
        report_failure(run->command);
    warn_of_checkpoint(run);
    if (run->status < 0)
        return EXIT_FAILURE;
    if (run->summary)
        print_end(run);
    if (!save_all(run))
        return EXIT_FAILURE;
    return !run->summary || print_result(run) ? EXIT_SUCCESS : report_failure(run->command);
}

static bool writes_standard_output(const char *path) {
    return path && is_standard_output(path);
}

static FILE *choose_summary(const train_settings *set) {
    if (set->is_quiet)
        return NULL;
    bool is_taken = writes_standard_output(set->output) || writes_standard_output(set->history);
    return is_taken ? stderr : stdout;
}

static int train(const char *command, const train_settings *set) {
    training_run run = {.settings = set, .command = command, .summary = choose_summary(set)};
    int status = EXIT_FAILURE;
    if ((!set->plot || check_gnuplot(command)) && load_plans(command, set->plans) &&
        read_training_data(command, set, &run.notes, &run.model.schema, &run.data))
        status = train_and_save(&run);
    nnblas_trainer_destroy(run.trainer);
    free_model(&run.model);
    free_dataset(&run.data);
    free_notes(&run.notes);
    return status;
}

int run_train(int argc, char **argv) {
    train_settings set = {.training = default_settings()};
    int status = read_train_settings(argc, argv, &set);
    ignore_write_signals();
    if (status == CARRY_ON)
        status = train(argv[0], &set);
    free_train_settings(&set);
    return status;
}
