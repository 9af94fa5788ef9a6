/* SPDX-License-Identifier: BSD-3-Clause */
#include "commands/train_settings.h"

#include "cli/files.h"
#include "cli/memory.h"
#include "cli/text.h"
#include "commands/gnuplot.h"
#include "commands/many_trainings.h"
#include "commands/train_ranks.h"
#include "iris/iris_csv.h"
#include "table/model_file.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

static const char TRAIN_HELP[] =
    "usage: nnblas train [DATA.csv] --target COLUMN[,COLUMN...] [OPTION]...\n"
    "       nnblas train --features X.npy --labels Y.npy [OPTION]...\n"
    "\n"
    "Trains a network to predict the target from the other columns (features) of a table of\n"
    "comma-separated values, and saves it for nnblas predict and nnblas evaluate. DATA.csv can be\n"
    "-, standard input; without it the table is Fisher's iris flowers, the target their species.\n"
    "\n"
    "A column holds numbers if all its values are numbers written in the same way, as 1,234.5 or\n"
    "12 EUR, or if more than half are plain numbers; dates if all are dates; and texts otherwise.\n"
    "Texts among numbers are errors. Numbers are scaled to mean 0 and standard deviation 1; each\n"
    "text of a column is an input of its own (one-hot); dates become numbers. Columns that say\n"
    "nothing, or only name the rows, are left out. The summary says all of this.\n"
    "\n"
    "A target of texts, or of at most 20 different whole numbers, is a classification: the\n"
    "outputs are the probabilities of the classes (softmax, cross-entropy). But 3 whole numbers\n"
    "or more, with fewer than 5 rows for each on average, and any other target, are a\n"
    "regression (mean squared error). Several targets that are all yes or no are labels, each\n"
    "with its probability (sigmoid, cross-entropy); of other ones each is what it would be alone,\n"
    "but all numbers are regressions, as are classes that are mixed with numbers. With --cost all\n"
    "targets are numbers.\n"
    "\n"
    "The columns, by their names in the header or their numbers from 1:\n" COLUMNS_HELP "\n"
    "Rows that are larger than memory stay in their files, which each epoch reads again:\n"
    "  --stream              leave the rows of DATA.csv in the file, and read them in each epoch\n"
    "  --features FILE       of an array, .npy or IDX: a row is one example\n"
    "  --labels FILE         the array of what to predict: a column of whole numbers is classes,\n"
    "                        one of floats is numbers; columns of 0 and 1 are labels\n"
    "\n"
    "What is written:\n"
    "  --output MODEL        save the network; - is standard output\n"
    "  --history H.csv       write the cost of each epoch\n"
    "  --plot H.svg          draw the costs with gnuplot, as .svg or .png\n"
    "  --json R.json         write the settings, the costs and the scores as JSON\n"
    "  --quiet               print errors only\n"
    "\n"
    "The network and its training:\n" TRAINING_OPTIONS_HELP
    "  --plans PLANS         use the plans that nnblas tune saved\n"
    "\n"
    "Several networks:\n"
    "  --restarts K          train K networks, of the seeds from --seed on, and keep the one of\n"
    "                        the lowest cost on the validation set, or without it on all rows;\n"
    "                        with --score that of the highest score\n"
    "  --ensemble K          train K networks, and save all in MODEL: predictions are their means\n"
    "\n"
    "Several processes, on one machine or more:\n" TRAIN_RANKS_HELP "\n"
    "A training that may be interrupted:\n" CHECKPOINT_OPTIONS_HELP "\n"
    "How the table is read:\n" TABLE_OPTIONS_HELP "\n"
    "Ctrl-C ends the training after the current epoch and saves the best network so far, and so\n"
    "does a closed terminal; a second Ctrl-C ends the program at once. The last line is one of\n"
    "  train accuracy 0.9733 mse 0.0123 rows 150 epochs 87 seconds 0.12\n"
    "  train r2 0.9733 mae 1.2345 rows 150 epochs 87 seconds 0.12\n";

static const char TUNE_HELP[] =
    "usage: nnblas tune [DATA.csv] --target COLUMN[,COLUMN...] --output PLANS [OPTION]...\n"
    "\n"
    "Measures which plans are the fastest on this machine for a training, and saves them for\n"
    "nnblas train --plans PLANS. A plan says how the rows of a step, and those of the cost after\n"
    "an epoch, are divided for the products. Without measured plans, nnblas train estimates which\n"
    "are fast.\n"
    "\n"
    "Give it the table and the options of that nnblas train. These are the ones that plans depend\n"
    "on, beside the table; the others may be given too, and have no effect, but for those of\n"
    "files. PLANS is refused where the library, the BLAS, its core type, the kernels or the\n"
    "processor is another. It prints which plan was found, and its time beside that of the\n"
    "estimated plan. Nothing else should run meanwhile.\n"
    "\n" COLUMNS_HELP "  --hidden N[,N...]     units of each hidden layer, 0 for none\n"
    "  --batch N             rows in a mini-batch, or all\n"
    "  --optimizer NAME      rprop, lbfgs, levenberg-marquardt and scg use all rows\n"
    "  --validation F        the fraction of the rows in the validation set\n"
    "  --threads N           use at most N threads (default 0: the library decides)\n"
    "  --output PLANS        save the plans here; not standard output\n"
    "  --seconds S           measure for about so long (default 5)\n"
    "  --quiet               print errors only\n"
    "\n" TABLE_OPTIONS_HELP;

typedef struct {
    const char *target, *features, *ignored, *texts, *weight;
    bool has_classes, has_numbers;
    table_arguments table;
    training_texts training;
} train_arguments;

static int take_columns(const char *command, const char *option, const char *text,
                        name_list *names) {
    if (!text || read_names(text, names))
        return CARRY_ON;
    return refuse_usage(
        command, "--%s takes names or numbers of columns, each once, separated by commas", option);
}

/* What says how a table is read has no effect on arrays. */
static const char *find_table_option(const train_arguments *a, const train_settings *set) {
    const struct {
        bool is_given;
        const char *name;
    } options[] = {
        {a->target, "target"},
        {a->ignored, "ignore"},
        {a->texts, "text"},
        {a->weight, "weight"},
        {set->columns.class_weights, "class-weights"},
    };
    for (size_t o = 0; o < sizeof options / sizeof *options; o++)
        if (options[o].is_given)
            return options[o].name;
    return find_table_argument(&a->table);
}

static int take_task(const char *command, const train_arguments *a, column_choice *columns) {
    if (a->has_classes && a->has_numbers)
        return refuse_usage(command, "--classes and --numbers cannot be used together");
    if (a->training.cost && a->has_classes)
        return refuse_usage(
            command, "--cost is for targets that are numbers: it cannot be used with --classes");
    columns->task = a->has_classes                       ? TASK_CLASSES
                    : a->has_numbers || a->training.cost ? TASK_NUMBERS
                                                         : TASK_DETECT;
    return CARRY_ON;
}

/* --features and --labels name files. */
static int take_arrays(const char *command, const train_arguments *a, train_settings *set) {
    const char *of_tables = find_table_option(a, set);
    if (!a->features)
        return refuse_usage(command, "--labels, of an array, needs --features FILE");
    if (set->data)
        return refuse_usage(command, "--labels and DATA.csv cannot be used together");
    if (set->streams)
        return refuse_usage(command,
                            "--stream works only with a table: arrays are always streamed");
    if (of_tables)
        return refuse_usage(command, "--%s works only with a table: leave it out with --labels",
                            of_tables);
    set->features = a->features;
    return take_task(command, a, &set->columns);
}

static bool ends_with(const char *text, const char *ending) {
    size_t length = strlen(text), part = strlen(ending);
    return length > part && strcmp(text + length - part, ending) == 0;
}

static int take_column_choice(const char *command, const train_arguments *a, train_settings *set) {
    column_choice *columns = &set->columns;
    if (set->labels)
        return take_arrays(command, a, set);
    if (!set->data && a->features && ends_with(a->features, ".npy"))
        return refuse_usage(command, "--features, of an array, needs --labels FILE");
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
    if (status == CARRY_ON)
        status = take_columns(command, "weight", a->weight, &columns->weights);
    if (status != CARRY_ON)
        return status;
    if (a->has_classes && columns->targets.count > 1)
        return refuse_usage(command, "--classes takes one target; of several, --text COLUMNS makes "
                                     "classes of those that it names");
    if (columns->weights.count > 1)
        return refuse_usage(command, "--weight takes one column");
    if (set->streams && (a->weight || columns->class_weights))
        return refuse_usage(command, "--stream reads no weights: leave out --%s",
                            a->weight ? "weight" : "class-weights");
    if (set->streams && !set->data)
        return refuse_usage(command, "--stream needs a table in a file: DATA.csv is missing");
    if (a->features && a->ignored)
        return refuse_usage(command, "--features and --ignore cannot be used together");
    return take_task(command, a, columns);
}

/* While a training runs, the library keeps a part of a checkpoint's history beside it. */
static char *name_checkpoint_history(const char *checkpoint) {
    static const char ENDING[] = ".epochs";
    size_t length = strlen(checkpoint);
    char *name = resize_array(NULL, length + sizeof ENDING, 1);
    memcpy(name, checkpoint, length);
    memcpy(name + length, ENDING, sizeof ENDING);
    return name;
}

/* A file without a byte may have been made to hold the name. */
static bool is_lost(const char *path) {
    struct stat state;
    return stat(path, &state) == 0 && state.st_size > 0 && !is_checkpoint_file(path);
}

/* Every other output is written once, where it was asked for. A checkpoint is named again and
 * again, and may be mistaken for the model. */
static int refuse_lost_file(const char *command, const char *checkpoint) {
    if (!checkpoint || !is_lost(checkpoint))
        return CARRY_ON;
    print_safely(
        stderr,
        "nnblas %s: %s is %s, which --checkpoint would replace: give another name, or remove "
        "it\n",
        command, checkpoint,
        is_model_file(checkpoint) ? "a model, or a damaged checkpoint" : "no checkpoint");
    return EXIT_FAILURE;
}

/* tune takes no checkpoint, and its output are plans. */
static int check_own_files(const char *command, const train_settings *set) {
    const char *checkpoint = set->training.checkpoint;
    char *checkpoint_history = checkpoint ? name_checkpoint_history(checkpoint) : NULL;
    char *features = set->features ? name_file_of_rank(set->features, get_rank()) : NULL;
    char *labels = set->labels ? name_file_of_rank(set->labels, get_rank()) : NULL;
    const file_argument files[] = {
        {set->streams ? "DATA.csv of --stream" : "DATA.csv", set->data,
         set->streams ? FILE_READ_AGAIN : FILE_READ},
        {"--features", features, FILE_READ_AGAIN},
        {"--labels", labels, FILE_READ_AGAIN},
        {"--plans", set->plans, FILE_READ_BY_NAME},
        {"--output", set->output, set->tunes ? FILE_WRITTEN_BY_NAME : FILE_WRITTEN_PLAIN},
        {"--history", set->history, FILE_WRITTEN},
        {"--plot", set->plot, FILE_WRITTEN},
        {"--json", set->json, FILE_WRITTEN},
        {"--checkpoint", checkpoint, FILE_WRITTEN_BY_NAME},
        {"the history of --checkpoint", checkpoint_history, FILE_WRITTEN_BY_NAME},
    };
    int status = check_files(command, files, sizeof files / sizeof files[0]);
    free(checkpoint_history);
    free(features);
    free(labels);
    return status == CARRY_ON ? refuse_lost_file(command, checkpoint) : status;
}

static int take_arguments(const char *command, const train_arguments *a, train_settings *set) {
    int status = take_column_choice(command, a, set);
    if (status == CARRY_ON)
        status = take_table_arguments(command, &a->table, &set->table);
    set->columns.missing = set->table.missing;
    set->columns.decimal = set->table.decimal;
    set->columns.thousands = set->table.thousands;
    set->columns.missing_texts = set->table.missing_texts;
    if (status == CARRY_ON)
        status = take_training_texts(command, &a->training, &set->training);
    if (status == CARRY_ON && set->plot && !is_plot_path(set->plot))
        return refuse_usage(command, "--plot takes a file name that ends in .svg or .png");
    if (status == CARRY_ON && nnblas_set_threads((int)count_rank_threads(set->training.threads)))
        return report_failure(command);
    return status;
}

/* ---- the commands ---------------------------------------------------------------------------- */

enum { N_COLUMN_OPTIONS = 9 };

static void list_column_options(train_arguments *a, train_settings *set, command_option *options) {
    const command_option all[N_COLUMN_OPTIONS] = {
        {.place = "DATA.csv", .text = &set->data},
        {"target", .text = &a->target},
        {"features", .text = &a->features},
        {"ignore", .text = &a->ignored},
        {"text", .text = &a->texts},
        {"classes", .flag = &a->has_classes},
        {"numbers", .flag = &a->has_numbers},
        {"weight", .text = &a->weight},
        {"class-weights", .text = &set->columns.class_weights},
    };
    memcpy(options, all, sizeof all);
}

enum { N_SHARED_OPTIONS = N_COLUMN_OPTIONS + N_TABLE_OPTIONS + N_TRAINING_OPTIONS };

/* Those that train and tune have in common: of the table, and of a training. */
static void list_shared_options(train_arguments *a, train_settings *set, command_option *options) {
    list_column_options(a, set, options);
    list_table_options(&a->table, options + N_COLUMN_OPTIONS);
    list_training_options(&set->training, &a->training,
                          options + N_COLUMN_OPTIONS + N_TABLE_OPTIONS);
}

static bool has_option(const command_option *options, size_t n_options, const char *name) {
    for (size_t o = 0; o < n_options; o++)
        if (name && options[o].name && strcmp(options[o].name, name) == 0)
            return true;
    return false;
}

int read_training_options(int argc, char **argv, const char *help, const command_option *own,
                          size_t n_own, train_settings *set, given_options *given) {
    train_arguments a = {0};
    command_option shared[N_SHARED_OPTIONS];
    list_shared_options(&a, set, shared);
    command_option *options = resize_array(NULL, n_own + N_SHARED_OPTIONS, sizeof *options);
    memcpy(options, own, n_own * sizeof *own);
    size_t count = n_own;
    for (size_t o = 0; o < N_SHARED_OPTIONS; o++)
        if (!has_option(own, n_own, shared[o].name))
            options[count++] = shared[o];
    int status = read_given_options(argc, argv, help, options, count, given);
    free(options);
    return status == CARRY_ON ? take_arguments(argv[0], &a, set) : status;
}

int read_train_settings(int argc, char **argv, train_settings *set) {
    enum { N_OWN = 11 };
    command_option own[N_OWN + N_RANK_OPTIONS] = {
        {"labels", .text = &set->labels},
        {"stream", .flag = &set->streams},
        {"output", .text = &set->output},
        {"history", .text = &set->history},
        {"plot", .text = &set->plot},
        {"plans", .text = &set->plans},
        {"json", .text = &set->json},
        {"quiet", .flag = &set->is_quiet},
        {"restarts", .value = &set->restarts, .minimum = 2, .maximum = 10000},
        {"ensemble", .value = &set->members, .minimum = 2, .maximum = 10000},
        {"mpi-ordered", .flag = &set->ranks.is_ordered},
    };
    list_rank_options(&set->ranks, own + N_OWN);
    int status =
        read_training_options(argc, argv, TRAIN_HELP, own, sizeof own / sizeof own[0], set, NULL);
    if (status == CARRY_ON)
        status = check_many_trainings(argv[0], set);
    if (status == CARRY_ON)
        status = check_train_ranks(argv[0], set);
    return status == CARRY_ON ? check_own_files(argv[0], set) : status;
}

int refuse_checkpoint(const char *command, const train_settings *set) {
    return set->training.checkpoint
               ? refuse_usage(command, "--checkpoint is an option of nnblas train")
               : CARRY_ON;
}

int refuse_shared_input(const char *command, const train_settings *set) {
    return has_ranks() && set->data && strcmp(set->data, "-") == 0
               ? refuse_usage(command,
                              "with --mpi each rank reads the table: give the name of a file")
               : CARRY_ON;
}

int read_tune_settings(int argc, char **argv, train_settings *set) {
    set->tunes = true;
    const command_option own[] = {
        {"output", .text = &set->output},
        {"seconds", .real = &set->seconds, .least = 1e-3, .most = 1e6, "0.001 to 1000000 seconds"},
        {"quiet", .flag = &set->is_quiet},
    };
    int status =
        read_training_options(argc, argv, TUNE_HELP, own, sizeof own / sizeof own[0], set, NULL);
    if (status == CARRY_ON && !set->output)
        status = refuse_usage(argv[0], "--output PLANS is missing");
    if (status == CARRY_ON)
        status = refuse_checkpoint(argv[0], set);
    return status == CARRY_ON ? check_own_files(argv[0], set) : status;
}

bool keeps_posterior(const train_settings *set, output_kind kind) {
    return set->training.is_bayesian && set->members == 0 && kind == OUTPUTS_NUMBERS;
}

void free_train_settings(train_settings *set) {
    free_names(&set->columns.targets);
    free_names(&set->columns.features);
    free_names(&set->columns.ignored);
    free_names(&set->columns.texts);
    free_names(&set->columns.weights);
}
