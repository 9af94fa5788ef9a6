/* SPDX-License-Identifier: BSD-3-Clause */
/* Predicts the targets of the rows of a table. */
#include "arrays/npy_writer.h"
#include "cli/options.h"
#include "cli/output.h"
#include "cli/text.h"
#include "commands/commands.h"
#include "commands/model_arrays.h"
#include "commands/prediction_header.h"
#include "table/confusion.h"
#include "table/model_reader.h"
#include "table/table_options.h"

#include <float.h>
#include <stdlib.h>
#include <string.h>

static const char HELP[] =
    "usage: nnblas predict MODEL DATA.csv [OPTION]...\n"
    "       nnblas predict MODEL --features X.npy [OPTION]...\n"
    "\n"
    "Predicts the target of each row of DATA.csv and writes a table with as many rows. Its first\n"
    "column, prediction, has the most probable class or the number; then follows a column for\n"
    "each class, with its probability, or for each number. With several targets,\n"
    "prediction is the first of them, predicted_TARGET the class of each other, and\n"
    "probability_LABEL the probability of the second text of a label. Where MODEL is an ensemble,\n"
    "spread is the standard deviation between its networks, of the number or of the probability\n"
    "of the predicted class; with several targets spread_TARGET. For a model trained with\n"
    "--cost gaussian, TARGET_std is the standard deviation of a value around its prediction.\n"
    "With --intervals TARGET_low and TARGET_high are the ends of the interval of each target.\n"
    "\n"
    "MODEL is a file that nnblas train saved. Columns are found by name, in any order; other\n"
    "columns, the targets among them, are ignored. A table without a header must have the columns\n"
    "of the training, or only the features. MODEL or DATA.csv can be -, standard input.\n"
    "\n"
    "  --output FILE         write to FILE (default -, standard output); with --features, a name\n"
    "                        that ends in .npy gets the outputs as an array\n"
    "  --features FILE       an array, .npy or IDX, in place of DATA.csv: its columns are the\n"
    "                        features of the training, in their order\n"
    "  --keep COLUMNS        write these columns of DATA.csv too, before the predictions; all for\n"
    "                        all of them\n"
    "  --intervals P         of numbers: intervals that hold a new value with the probability P,\n"
    "                        such as 0.9, where nnblas train --bayesian trained "
    "MODEL\n" MODEL_OPTIONS_HELP "\n"
    "A row that is skipped has its row in the output, with empty predictions.\n";

/* ---- the rows -------------------------------------------------------------------------------- */

static void write_number(csv_text *text, double value) {
    number_text number = write_real(value);
    append_bytes(text, number.text, strlen(number.text));
}

/* outputs: those of the target. */
static void write_prediction(csv_text *text, const table_column *target, const double *outputs) {
    if (target->categories.count > 0)
        append_csv_value(text, target->categories.names[find_predicted_category(target, outputs)]);
    else
        write_number(text, outputs[0]);
}

static void write_predictions(csv_text *text, const column_list *targets, const double *outputs,
                              size_t count) {
    const double *of_target = outputs;
    for (size_t t = 0; t < targets->count; t++) {
        const table_column *target = &targets->columns[t];
        if (has_own_prediction(targets, t))
            append_byte(text, ',');
        if (t == 0 || has_own_prediction(targets, t))
            write_prediction(text, target, of_target);
        of_target += get_width(target);
    }
    for (size_t k = 0; k < count; k++) {
        append_byte(text, ',');
        write_number(text, outputs[k]);
    }
}

/* How far the networks of an ensemble differ: in the probability of the class that is predicted, or
 * in the number. */
static void write_spreads(csv_text *text, const column_list *targets, const double *outputs,
                          const double *spreads) {
    for (size_t t = 0; t < targets->count; t++) {
        const table_column *target = &targets->columns[t];
        size_t width = get_width(target), k = width > 1 ? find_largest(outputs, width) : 0;
        double unit = target->kind == COLUMN_NUMBER ? target->deviation : 1.0;
        append_byte(text, ',');
        write_number(text, unit * spreads[k]);
        outputs += width;
        spreads += width;
    }
}

/* Of targets that are numbers, one output each. */
static void write_intervals(csv_text *text, size_t targets, const double *lower,
                            const double *upper) {
    for (size_t t = 0; t < targets; t++) {
        append_byte(text, ',');
        write_number(text, lower[t]);
        append_byte(text, ',');
        write_number(text, upper[t]);
    }
}

/* Of targets that are numbers, one output each. */
static void write_deviations(csv_text *text, const column_list *targets, const double *deviations) {
    for (size_t t = 0; t < targets->count; t++) {
        append_byte(text, ',');
        write_number(text, targets->columns[t].deviation * deviations[t]);
    }
}

/* As many empty values as there are predictions. */
static void write_no_predictions(csv_text *text, const model_reader *reader) {
    const column_list *targets = &reader->model->schema.targets;
    size_t columns = count_output_columns(reader);
    for (size_t t = 0; t < targets->count; t++) {
        columns += has_own_prediction(targets, t);
        columns += reader->model->n_others > 0;
        columns += has_deviations(reader->model);
        columns += reader->level > 0.0 ? 2 : 0;
    }
    for (size_t c = 0; c < columns; c++)
        append_byte(text, ',');
}

static void write_text(FILE *stream, csv_text *text) {
    fwrite(text->bytes, 1, text->length, stream);
    text->length = 0;
}

/* n: which of the good rows. */
static void write_good_row(csv_text *text, const model_reader *reader, const row_batch *batch,
                           size_t n) {
    const column_list *targets = &reader->model->schema.targets;
    size_t first = n * reader->outputs;
    write_predictions(text, targets, batch->O_out + first, count_output_columns(reader));
    if (batch->O_spread)
        write_spreads(text, targets, batch->O_out + first, batch->O_spread + first);
    if (batch->O_deviation)
        write_deviations(text, targets, batch->O_deviation + first);
    if (batch->lower)
        write_intervals(text, targets->count, batch->lower + first, batch->upper + first);
}

static void write_batch(FILE *stream, csv_text *text, const model_reader *reader,
                        const row_batch *batch) {
    const column_list *targets = &reader->model->schema.targets;
    size_t n = 0;
    restore_rows(targets, batch->N, batch->O_out, batch->O_out);
    if (batch->lower) {
        restore_rows(targets, batch->N, batch->lower, batch->lower);
        restore_rows(targets, batch->N, batch->upper, batch->upper);
    }
    for (size_t r = 0; r < batch->rows; r++) {
        size_t start = r > 0 ? batch->kept_ends[r - 1] : 0;
        if (reader->n_kept > 0)
            append_bytes(text, batch->kept.bytes + start, batch->kept_ends[r] - start);
        if (batch->is_good[r])
            write_good_row(text, reader, batch, n++);
        else
            write_no_predictions(text, reader);
        append_byte(text, '\n');
        write_text(stream, text);
    }
}

/* ---- the command ----------------------------------------------------------------------------- */

/* Stops if nothing more can be written, which closing the stream reports. */
static bool write_rows(const char *command, FILE *stream, model_reader *reader, csv_text *text) {
    row_batch *batch;
    write_prediction_header(command, text, reader);
    write_text(stream, text);
    do {
        if (!predict_batch(command, reader, &batch))
            return false;
        write_batch(stream, text, reader, batch);
    } while (batch->rows > 0 && !ferror(stream));
    report_skipped(command, reader->source.name, &reader->skipped);
    return true;
}

/* The outputs alone, a row of numbers for each row. */
static bool write_array(const char *command, FILE *stream, model_reader *reader) {
    row_batch *batch;
    write_npy_header(stream, reader->rows->N, reader->outputs);
    do {
        if (!predict_batch(command, reader, &batch))
            return false;
        restore_rows(&reader->model->schema.targets, batch->N, batch->O_out, batch->O_out);
        fwrite(batch->O_out, sizeof(double), batch->N * reader->outputs, stream);
    } while (batch->rows > 0 && !ferror(stream));
    return true;
}

static bool predict_table(const char *command, model_reader *reader, const char *path) {
    output_file output;
    csv_text text = {0};
    if (!open_output(command, &output, path))
        return false;
    bool is_good = is_npy_name(path) ? write_array(command, output.stream, reader)
                                     : write_rows(command, output.stream, reader, &text);
    free_csv_text(&text);
    if (is_good)
        return keep_output(command, &output);
    drop_output(&output);
    return false;
}

static bool refuse_intervals(const char *command, const char *path, const char *reason) {
    print_safely(stderr, "nnblas %s: %s: %s\n", command,
                 strcmp(path, "-") == 0 ? "standard input" : path, reason);
    return false;
}

static bool has_intervals(const char *command, const char *path, const table_model *model) {
    if (get_output_kind(&model->schema) != OUTPUTS_NUMBERS)
        return refuse_intervals(command, path,
                                "has classes for a target, and --intervals works only for numbers");
    if (model->n_others > 0)
        return refuse_intervals(
            command, path,
            "is an ensemble, and --intervals works only for one network: train it "
            "without --ensemble");
    return nnblas_net_has_posterior(model->net) ||
           refuse_intervals(command, path,
                            "has no posterior of its weights, which --intervals need: nnblas train "
                            "--optimizer levenberg-marquardt --bayesian leaves one, unless it "
                            "meets all rows exactly");
}

static bool predict(const char *command, const model_arguments *arguments, const char *output,
                    row_parts *parts) {
    table_model model;
    model_reader reader;
    row_stream rows;
    if (!load_model(command, arguments->model, &model))
        return false;
    bool is_good = open_model_arrays(command, arguments, &model, &rows);
    parts->rows = rows.user ? &rows : NULL;
    is_good = is_good &&
              (parts->level == 0.0 || has_intervals(command, arguments->model, &model)) &&
              open_reader(command, &reader, &model, arguments->data, &arguments->table, parts);
    if (is_good) {
        is_good = predict_table(command, &reader, output);
        close_reader(&reader);
    }
    close_model_arrays(&rows);
    free_model(&model);
    return is_good;
}

static int check_array_options(const char *command, const model_arguments *arguments,
                               const char *output, const char *keep, const row_parts *parts) {
    if (keep && arguments->features)
        return refuse_usage(command,
                            "--keep works only with a table: leave it out with --features");
    if (is_npy_name(output) && !arguments->features)
        return refuse_usage(command, "--output can be .npy only with --features");
    if (is_npy_name(output) && parts->level > 0.0)
        return refuse_usage(command, "--intervals are columns of a table: --output cannot be .npy");
    return CARRY_ON;
}

/* keep: a list of columns, or all, or null. */
static int read_parts(const char *command, const char *keep, row_parts *parts) {
    parts->keeps_all = keep && strcmp(keep, "all") == 0;
    if (!keep || parts->keeps_all || read_names(keep, &parts->kept))
        return CARRY_ON;
    return refuse_usage(command, "--keep takes different columns with commas between, or all");
}

int run_predict(int argc, char **argv) {
    model_arguments arguments;
    row_parts parts = {0};
    const char *output = "-", *keep = NULL;
    const double below_1 = 1.0 - DBL_EPSILON / 2.0;
    const command_option own[] = {{"output", .text = &output},
                                  {"features", .text = &arguments.features},
                                  {"keep", .text = &keep},
                                  {"intervals", .real = &parts.level, .least = DBL_MIN,
                                   .most = below_1, "a number between 0 and 1"}};
    int status =
        read_model_arguments(argc, argv, HELP, own, sizeof own / sizeof own[0], &arguments);
    if (status == CARRY_ON)
        status = check_model_files(argv[0], &arguments,
                                   &(file_argument){"--output", output, FILE_WRITTEN}, 1);
    if (status == CARRY_ON)
        status = check_array_options(argv[0], &arguments, output, keep, &parts);
    if (status == CARRY_ON)
        status = read_parts(argv[0], keep, &parts);
    ignore_write_signals();
    if (status == CARRY_ON)
        status = predict(argv[0], &arguments, output, &parts) ? EXIT_SUCCESS : EXIT_FAILURE;
    free_names(&parts.kept);
    return status;
}
