/* SPDX-License-Identifier: BSD-3-Clause */
/* Scores a model on a table that has the targets. */
#include "cli/options.h"
#include "cli/output.h"
#include "cli/text.h"
#include "commands/commands.h"
#include "commands/model_arrays.h"
#include "commands/report_files.h"
#include "commands/score_plot.h"
#include "table/json.h"
#include "table/model_reader.h"
#include "table/scores.h"
#include "table/table_options.h"
#include "table/weight_column.h"

#include <stdlib.h>

static const char HELP[] =
    "usage: nnblas evaluate MODEL DATA.csv [OPTION]...\n"
    "       nnblas evaluate MODEL --features X.npy --labels Y.npy [OPTION]...\n"
    "\n"
    "Predicts the targets of the rows of DATA.csv and compares them with the targets in the "
    "table.\n"
    "Prints for classes the accuracy, the precision, recall, F1 and AUC of each class and their\n"
    "means over the classes, the log loss and the confusion matrix; for numbers the R2 score, the\n"
    "mean absolute error (mae) and the root mean squared error (rmse) of each target, the errors\n"
    "in the unit of the target. mse is 1/(2N) times the sum of the squared errors over the N "
    "rows.\n"
    "With a model of nnblas train --cost gaussian, log_likelihood is the mean logarithm of the\n"
    "density that it predicted for each number.\n"
    "\n"
    "The last line is one of\n"
    "  accuracy 0.9733 mse 0.0123 rows 150\n"
    "  r2 0.9733 mae 1.2345 rows 150          (the means over the targets)\n"
    "\n"
    "MODEL is a file that nnblas train saved. Columns are found by name, in any order; other\n"
    "columns are ignored. A table without a header must have the columns of the training.\n"
    "MODEL or DATA.csv can be -, standard input.\n"
    "\n"
    "  --features FILE       an array, .npy or IDX, in place of DATA.csv: its columns are the\n"
    "                        features of the training, in their order\n"
    "  --labels FILE         the array of the targets\n"
    "  --json FILE           write all measures here, as JSON; - for standard output, and no text\n"
    "  --plot FILE           draw the confusion matrix, or predicted numbers against true ones,\n"
    "                        with gnuplot, as .svg or .png\n" WEIGHT_OPTIONS_HELP
        MODEL_OPTIONS_HELP;

typedef struct {
    const char *json, *plot;
    row_parts parts;
} evaluation_settings;

/* ---- output ---------------------------------------------------------------------------------- */

static void print_scores(const scores *s) {
    print_scores_in_full(stdout, s);
    print_score_line(stdout, s);
    putchar('\n');
}

static bool write_scores(const char *command, const scores *s, const char *path) {
    output_file output;
    if (!open_output(command, &output, path))
        return false;
    json_t *packed = pack_scores(s);
    write_json(output.stream, packed);
    json_decref(packed);
    return keep_output(command, &output);
}

static bool report_scores(const char *command, const evaluation_settings *set, const scores *s,
                          const row_sample *sample) {
    if (!is_standard_output(set->json) && !is_standard_output(set->plot))
        print_scores(s);
    return (!set->json || write_scores(command, s, set->json)) &&
           (!set->plot || plot_scores(command, s, sample, set->plot));
}

/* ---- the rows -------------------------------------------------------------------------------- */

static bool score_rows(const char *command, model_reader *reader, scores *s, row_sample *sample) {
    row_batch *batch;
    do {
        if (!predict_batch(command, reader, &batch))
            return false;
        add_scores(s, batch->N, batch->Y, batch->O_out, batch->weights);
        if (batch->O_deviation)
            add_likelihoods(s, batch->N, batch->Y, batch->O_out, batch->O_deviation,
                            batch->weights);
        add_to_sample(sample, &reader->model->schema.targets, batch->N, batch->Y, batch->O_out);
    } while (batch->rows > 0);
    report_skipped(command, reader->source.name, &reader->skipped);
    if (s->weight > 0.0L)
        return true;
    print_safely(stderr, "nnblas %s: %s: has no rows to evaluate%s\n", command, reader->source.name,
                 s->rows > 0 ? " with a weight above 0" : "");
    return false;
}

static bool evaluate_table(const char *command, table_model *model,
                           const model_arguments *arguments, const evaluation_settings *set) {
    model_reader reader;
    if (!open_reader(command, &reader, model, arguments->data, &arguments->table, &set->parts))
        return false;
    if (set->parts.has_training_weights && !set->parts.rows)
        report_training_weights(command, &reader);
    scores s = start_scores(&model->schema);
    row_sample sample = start_sample(s.outputs);
    bool is_good =
        score_rows(command, &reader, &s, &sample) && report_scores(command, set, &s, &sample);
    free_sample(&sample);
    free_scores(&s);
    close_reader(&reader);
    return is_good;
}

/* ---- the command ----------------------------------------------------------------------------- */

static int check_arrays(const char *command, const model_arguments *arguments,
                        const weight_arguments *weight) {
    if (!arguments->features != !arguments->labels)
        return refuse_usage(command, "--features and --labels name arrays, and need each other");
    if (arguments->features && (weight->column || weight->has_none))
        return refuse_usage(command, "--%s works only with a table: leave it out with --features",
                            weight->column ? "weight" : "no-weight");
    return CARRY_ON;
}

int run_evaluate(int argc, char **argv) {
    model_arguments arguments;
    evaluation_settings set = {.parts.has_targets = true};
    weight_arguments weight = {0};
    enum { N_OWN = 4 };
    command_option own[N_OWN + N_WEIGHT_OPTIONS] = {{"json", .text = &set.json},
                                                    {"plot", .text = &set.plot},
                                                    {"features", .text = &arguments.features},
                                                    {"labels", .text = &arguments.labels}};
    list_weight_options(&weight, own + N_OWN);
    int status =
        read_model_arguments(argc, argv, HELP, own, sizeof own / sizeof own[0], &arguments);
    if (status == CARRY_ON)
        status = check_arrays(argv[0], &arguments, &weight);
    if (status == CARRY_ON)
        status = take_weight_arguments(argv[0], &weight, &set.parts);
    if (status == CARRY_ON)
        status = check_report_files(argv[0], &arguments, set.json, set.plot);
    if (status != CARRY_ON)
        return status;
    ignore_write_signals();
    table_model model;
    if (!load_model(argv[0], arguments.model, &model))
        return EXIT_FAILURE;
    row_stream rows;
    bool is_good = open_model_arrays(argv[0], &arguments, &model, &rows);
    set.parts.rows = rows.user ? &rows : NULL;
    is_good = is_good && evaluate_table(argv[0], &model, &arguments, &set);
    close_model_arrays(&rows);
    free_model(&model);
    return is_good ? EXIT_SUCCESS : EXIT_FAILURE;
}
