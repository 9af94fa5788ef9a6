/* SPDX-License-Identifier: BSD-3-Clause */
/* Trains a network on a table. */
#include "cli/memory.h"
#include "cli/options.h"
#include "cli/output.h"
#include "cli/progress.h"
#include "cli/stop_signal.h"
#include "commands/commands.h"
#include "commands/history.h"
#include "commands/training.h"
#include "core/clock.h"
#include "iris/iris_csv.h"
#include "table/learn.h"
#include "table/model.h"
#include "table/scores.h"
#include "table/table_options.h"

#include <inttypes.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const char HELP[] =
    "usage: nnblas train [DATA.csv] --target COLUMN[,COLUMN...] [OPTION]...\n"
    "\n"
    "Trains a network to tell the target from the other columns of a table of comma-separated\n"
    "values, and saves it for nnblas predict and nnblas evaluate. DATA.csv can be -, standard\n"
    "input; without it the table is that of Fisher's iris flowers, the target their species.\n"
    "Columns are named by the header or numbered from 1. In the features, columns of numbers are\n"
    "scaled to mean 0 and deviation 1, and each text of a column of texts becomes an input of its\n"
    "own. A column is one of numbers where more than half of its values are; other values in it\n"
    "are bad, as are values that are missing.\n"
    "\n"
    "A target of texts, or of at most 20 different whole numbers, is one of classes: the outputs\n"
    "are their probabilities (softmax, cross-entropy). Other targets are numbers (mean squared\n"
    "error), and so are several targets.\n"
    "\n"
    "  --target COLUMNS      what to tell\n"
    "  --features COLUMNS    from which columns (default: all others)\n"
    "  --ignore COLUMNS      without these\n"
    "  --text COLUMNS        take these for texts, although they look like numbers\n"
    "  --classes, --numbers  take the target for classes, or for numbers\n"
    "  --output MODEL        where to save the network; - is standard output\n"
    "  --history H.csv       write the costs of all epochs\n"
    "  --plot H.svg          draw them, by gnuplot, as .svg or .png\n"
    "  --quiet               say nothing but what is wrong\n"
    "\n" TRAINING_OPTIONS_HELP "\n" TABLE_OPTIONS_HELP "\n"
    "Ctrl-C stops after the epoch that runs and saves what is best until then, like the end of "
    "the\n"
    "epochs; a second Ctrl-C ends at once. The last line is one of\n"
    "  train accuracy 0.9733 mse 0.0123 rows 150 epochs 87 seconds 0.12\n"
    "  train r2 0.9733 mae 1.2345 rows 150 epochs 87 seconds 0.12\n";

typedef struct {
    const char *data, *output, *history, *plot;
    bool is_quiet;
    column_choice columns;
    table_options table;
    training_settings training;
} train_settings;

/* A table as it is learnt from: N rows of X and Y, scaled. */
typedef struct {
    table_model model;
    size_t N, inputs, outputs;
    double *X, *Y;
} lesson;

/* ---- the command line ------------------------------------------------------------------------ */

typedef struct {
    const char *target, *features, *ignored, *texts;
    bool has_classes, has_numbers;
    table_arguments table;
    training_texts training;
} train_arguments;

static int take_columns(const char *command, const char *option, const char *text,
                        name_list *names) {
    if (!text || read_names(text, names))
        return CARRY_ON;
    return refuse_usage(
        command, "--%s takes names or numbers of columns, each once, with commas between", option);
}

static int take_column_choice(const char *command, const train_arguments *a, train_settings *set) {
    column_choice *columns = &set->columns;
    if (!a->target && set->data)
        return refuse_usage(command, "--target COLUMN is missing");
    int status =
        take_columns(command, "target", a->target ? a->target : IRIS_TARGET, &columns->targets);
    if (status == CARRY_ON)
        status = take_columns(command, "features", a->features, &columns->features);
    if (status == CARRY_ON)
        status = take_columns(command, "ignore", a->ignored, &columns->ignored);
    if (status == CARRY_ON)
        status = take_columns(command, "text", a->texts, &columns->texts);
    if (status != CARRY_ON)
        return status;
    if (a->has_classes && (a->has_numbers || columns->targets.count > 1))
        return refuse_usage(command, "--classes takes one target, and no --numbers");
    if (a->features && a->ignored)
        return refuse_usage(command, "--features and --ignore exclude each other");
    columns->task = a->has_classes ? TASK_CLASSES : a->has_numbers ? TASK_NUMBERS : TASK_DETECT;
    return CARRY_ON;
}

static int take_arguments(const char *command, const train_arguments *a, train_settings *set) {
    int status = take_column_choice(command, a, set);
    if (status == CARRY_ON)
        status = take_table_arguments(command, &a->table, &set->table);
    if (status == CARRY_ON)
        status = take_training_texts(command, &a->training, &set->training);
    if (status == CARRY_ON && set->plot && !is_plot_path(set->plot))
        return refuse_usage(command, "--plot takes a name that ends in .svg or .png");
    return status;
}

static int read_arguments(int argc, char **argv, train_settings *set) {
    enum { N_OWN = 11 };
    train_arguments a = {0};
    command_option options[N_OWN + N_TABLE_OPTIONS + N_TRAINING_OPTIONS] = {
        {.place = "DATA.csv", .text = &set->data},
        {"target", .text = &a.target},
        {"features", .text = &a.features},
        {"ignore", .text = &a.ignored},
        {"text", .text = &a.texts},
        {"classes", .flag = &a.has_classes},
        {"numbers", .flag = &a.has_numbers},
        {"output", .text = &set->output},
        {"history", .text = &set->history},
        {"plot", .text = &set->plot},
        {"quiet", .flag = &set->is_quiet},
    };
    list_table_options(&a.table, options + N_OWN);
    list_training_options(&set->training, &a.training, options + N_OWN + N_TABLE_OPTIONS);
    int status = read_options(argc, argv, HELP, options, sizeof options / sizeof options[0]);
    return status == CARRY_ON ? take_arguments(argv[0], &a, set) : status;
}

static void free_settings(train_settings *set) {
    free_names(&set->columns.targets);
    free_names(&set->columns.features);
    free_names(&set->columns.ignored);
    free_names(&set->columns.texts);
}

/* What would fail at the end of a long training fails before it. */
static bool check_outputs(const char *command, const train_settings *set) {
    return check_output(command, set->output) && check_output(command, set->history) &&
           check_output(command, set->plot) && check_output(command, set->training.checkpoint) &&
           (!set->plot || check_plotter(command));
}

/* ---- the table ------------------------------------------------------------------------------- */

static bool open_data(const train_settings *set, table_source *source, complaint *c) {
    if (set->data)
        return open_source(source, set->data, &set->table.format, c);
    FILE *stream = open_iris();
    if (!stream)
        end_without_memory(1);
    return open_source_stream(source, stream, "iris", &(source_format){.delimiter = ','}, c);
}

static bool encode_rows(const table_source *source, const text_rows *rows, lesson *l,
                        complaint *c) {
    const schema *s = &l->model.schema;
    l->N = rows->N;
    l->inputs = count_numbers(&s->features);
    l->outputs = count_numbers(&s->targets);
    l->X = resize_array(NULL, l->N * l->inputs, sizeof *l->X);
    l->Y = resize_array(NULL, l->N * l->outputs, sizeof *l->Y);
    for (size_t r = 0; r < l->N; r++) {
        csv_row row = get_row(rows, r);
        if (!encode_row(&s->features, source, &row, l->X + r * l->inputs, c) ||
            !encode_row(&s->targets, source, &row, l->Y + r * l->outputs, c))
            return false;
    }
    return true;
}

static bool scale_lesson(const table_source *source, lesson *l, complaint *c) {
    schema *s = &l->model.schema;
    learn_scaling(&s->features, l->N, l->X);
    learn_scaling(&s->targets, l->N, l->Y);
    scale_rows(&s->features, l->N, l->X);
    scale_rows(&s->targets, l->N, l->Y);
    return check_targets(source, s, c);
}

static bool learn_table(const train_settings *set, table_source *source, skipped_rows *skipped,
                        lesson *l, complaint *c) {
    text_rows rows;
    bool is_good = read_rows(source, &rows, skipped, c) &&
                   learn_schema(source, &rows, &set->columns, skipped, &l->model.schema, c) &&
                   encode_rows(source, &rows, l, c) && scale_lesson(source, l, c);
    free_rows(&rows);
    return is_good;
}

static void free_lesson(lesson *l) {
    free_model(&l->model);
    free(l->X);
    free(l->Y);
}

static bool read_lesson(const char *command, const train_settings *set, lesson *l) {
    table_source source;
    complaint c;
    skipped_rows skipped = {.is_allowed = set->table.skips_bad_rows};
    bool is_open = open_data(set, &source, &c);
    bool is_good = is_open && learn_table(set, &source, &skipped, l, &c);
    if (!is_good)
        fprintf(stderr, "nnblas %s: %s\n", command, c.text);
    else if (!set->is_quiet)
        report_skipped(command, source.name, &skipped);
    if (is_open)
        close_source(&source);
    return is_good;
}

/* ---- training -------------------------------------------------------------------------------- */

typedef struct {
    const train_settings *settings;
    const char *command;
    FILE *page; /* null when quiet */
    lesson lesson;
    nnblas_trainer *trainer;
    progress progress;
    nnblas_status status;
    double seconds;
} session;

static int watch_epoch(void *user, size_t epoch, double cost) {
    session *s = user;
    if (s->page)
        show_progress(&s->progress, epoch, cost);
    return is_stop_wanted();
}

static nnblas_status resume(session *s) {
    const training_settings *training = &s->settings->training;
    if (!training->is_resumed)
        return NNBLAS_OK;
    if (access(training->checkpoint, F_OK) == 0)
        return nnblas_trainer_resume(s->trainer, training->checkpoint);
    if (s->page)
        fprintf(stderr, "nnblas %s: there is no checkpoint %s yet: training begins anew\n",
                s->command, training->checkpoint);
    return NNBLAS_OK;
}

static nnblas_status fit(session *s) {
    const training_settings *training = &s->settings->training;
    lesson *l = &s->lesson;
    nnblas_status status = create_trainer(training, l->N, l->model.net, &s->trainer);
    if (!status)
        status = nnblas_trainer_set_callback(s->trainer, watch_epoch, s);
    if (!status)
        status = resume(s);
    if (status)
        return status;
    s->progress = start_progress(s->trainer, training->epochs, l->N, training->time_limit);
    catch_stop_signals();
    double start = nn_read_clock();
    status = nnblas_trainer_fit(s->trainer, l->N, l->X, l->inputs, l->Y, l->outputs);
    s->seconds = nn_read_clock() - start;
    release_stop_signals();
    end_progress(&s->progress);
    return status;
}

/* The network carries its schema from the start, so that a checkpoint is a model too. */
static nnblas_status make_net(session *s) {
    lesson *l = &s->lesson;
    nnblas_status status = create_net(&s->settings->training, l->inputs, l->outputs,
                                      has_classes(&l->model.schema), &l->model.net);
    if (status)
        return status;
    char *text = write_schema(&l->model.schema);
    status = nnblas_net_set_metadata(l->model.net, SCHEMA_KEY, text);
    free(text);
    return status;
}

/* ---- the page -------------------------------------------------------------------------------- */

static const char *name_data(const train_settings *set) {
    if (!set->data)
        return "Fisher's iris flowers";
    return strcmp(set->data, "-") == 0 ? "standard input" : set->data;
}

static void print_table(const session *s) {
    const schema *known = &s->lesson.model.schema;
    fprintf(s->page, "%zu rows of %s: %zu features as %zu inputs; ", s->lesson.N,
            name_data(s->settings), known->features.count, s->lesson.inputs);
    if (has_classes(known))
        fprintf(s->page, "%zu classes of %s\n", s->lesson.outputs,
                show_text(known->targets.columns[0].name).text);
    else
        fprintf(s->page, "%zu %s of numbers\n", known->targets.count,
                known->targets.count > 1 ? "targets" : "target");
}

static const char *explain_end(nnblas_status status) {
    switch (status) {
    case NNBLAS_STOPPED_CALLBACK:
        return "stopped by a signal";
    case NNBLAS_STOPPED_PATIENCE:
        return "no better for as long as --patience has it";
    case NNBLAS_STOPPED_TIME:
        return "the time limit is reached";
    case NNBLAS_STOPPED_CONVERGED:
        return "no step lowers the cost any more";
    default:
        return "all are done";
    }
}

static void print_end(const session *s) {
    fprintf(s->page, "%zu of %" PRIu64 " epochs: %s\n", nnblas_trainer_history_count(s->trainer),
            s->settings->training.epochs, explain_end(s->status));
}

/* Numbers in Y are scaled, and in scores they are not. */
static void restore_targets(const schema *s, size_t N, const double *scaled, double *Y) {
    size_t outputs = count_numbers(&s->targets);
    for (size_t i = 0; i < N * outputs; i++)
        Y[i] = has_classes(s) ? scaled[i]
                              : restore_number(&s->targets.columns[i % outputs], scaled[i]);
}

static nnblas_status score_lesson(const lesson *l, scores *result) {
    double *O_out = resize_array(NULL, BATCH_ROWS * l->outputs, sizeof *O_out);
    double *Y = resize_array(NULL, BATCH_ROWS * l->outputs, sizeof *Y);
    nnblas_status status = NNBLAS_OK;
    for (size_t r = 0; r < l->N && !status; r += BATCH_ROWS) {
        size_t N = l->N - r < BATCH_ROWS ? l->N - r : BATCH_ROWS;
        status =
            nnblas_net_predict(l->model.net, N, l->X + r * l->inputs, l->inputs, O_out, l->outputs);
        restore_targets(&l->model.schema, N, l->Y + r * l->outputs, Y);
        if (!status)
            add_scores(result, N, Y, O_out);
    }
    free(O_out);
    free(Y);
    return status;
}

static bool print_result(const session *s) {
    scores result = start_scores(&s->lesson.model.schema);
    nnblas_status status = score_lesson(&s->lesson, &result);
    if (!status) {
        fputs("train ", s->page);
        print_score_line(s->page, &result);
        fprintf(s->page, " epochs %zu seconds %.2f\n", nnblas_trainer_history_count(s->trainer),
                s->seconds);
    }
    free_scores(&result);
    return !status;
}

/* ---- the command ----------------------------------------------------------------------------- */

static bool save_all(const session *s) {
    const train_settings *set = s->settings;
    bool is_good = !set->output || save_net(s->command, s->lesson.model.net, set->output);
    if (set->history)
        is_good = write_history(s->command, s->trainer, set->history) && is_good;
    if (set->plot)
        is_good = draw_history(s->command, s->trainer, set->plot) && is_good;
    if (s->page && is_good && set->output)
        fprintf(s->page, "saved %s\n", set->output);
    if (s->page && !set->output)
        fputs("not saved: there is no --output\n", s->page);
    return is_good;
}

/* A network that cannot go on is not saved, even though its weights are those of before. */
static int train_and_save(session *s) {
    s->status = make_net(s);
    if (!s->status && s->page) {
        print_table(s);
        print_settings(s->page, &s->settings->training, s->lesson.model.net);
        fflush(s->page);
    }
    if (!s->status)
        s->status = fit(s);
    if (s->status < 0)
        return report_failure(s->command);
    if (s->page)
        print_end(s);
    if (!save_all(s))
        return EXIT_FAILURE;
    return !s->page || print_result(s) ? EXIT_SUCCESS : report_failure(s->command);
}

static bool writes_standard_output(const char *path) {
    return path && is_standard_output(path);
}

static FILE *choose_page(const train_settings *set) {
    if (set->is_quiet)
        return NULL;
    bool is_taken = writes_standard_output(set->output) || writes_standard_output(set->history);
    return is_taken ? stderr : stdout;
}

static int train(const char *command, const train_settings *set) {
    session s = {.settings = set, .command = command, .page = choose_page(set)};
    int status = EXIT_FAILURE;
    if (check_outputs(command, set) && read_lesson(command, set, &s.lesson))
        status = train_and_save(&s);
    nnblas_trainer_destroy(s.trainer);
    free_lesson(&s.lesson);
    return status;
}

int run_train(int argc, char **argv) {
    train_settings set = {.training = default_settings()};
    int status = read_arguments(argc, argv, &set);
    signal(SIGPIPE, SIG_IGN); /* what cannot be written is reported */
    if (status == CARRY_ON)
        status = train(argv[0], &set);
    free_settings(&set);
    return status;
}
