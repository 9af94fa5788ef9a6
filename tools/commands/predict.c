/* SPDX-License-Identifier: BSD-3-Clause */
/* Predicts the targets of the rows of a table. */
#include "cli/memory.h"
#include "cli/options.h"
#include "cli/output.h"
#include "cli/text.h"
#include "commands/commands.h"
#include "table/confusion.h"
#include "table/model_reader.h"
#include "table/table_options.h"

#include <stdlib.h>
#include <string.h>

static const char HELP[] =
    "usage: nnblas predict MODEL DATA.csv [OPTION]...\n"
    "\n"
    "Predicts the target of each row of DATA.csv and writes a table with as many rows. Its first\n"
    "column, prediction, has the most probable class or the number; then follows a column for\n"
    "each class, with its probability, or for each number. With several targets,\n"
    "prediction is the first of them, predicted_TARGET the class of each other, and\n"
    "probability_LABEL the probability of the second text of a label. Where MODEL is an ensemble,\n"
    "spread is the standard deviation between its networks, of the number or of the probability\n"
    "of the predicted class; with several targets spread_TARGET.\n"
    "\n"
    "MODEL is a file that nnblas train saved. Columns are found by name, in any order; other\n"
    "columns, the targets among them, are ignored. A table without a header must have the columns\n"
    "of the training, or only the features. MODEL or DATA.csv can be -, standard input.\n"
    "\n"
    "  --output FILE         write to FILE (default -, standard output)\n"
    "  --keep COLUMNS        write these columns of DATA.csv too, before the predictions; all for\n"
    "                        all of them\n" MODEL_OPTIONS_HELP "\n"
    "A row that is skipped has its row in the output, with empty predictions.\n";

/* ---- the header ------------------------------------------------------------------------------ */

static char *join_texts(const char *first, const char *second) {
    char *longer = resize_array(NULL, strlen(first) + strlen(second) + 1, 1);
    return strcat(strcpy(longer, first), second);
}

/* A single number is the prediction itself: its name is that of the column that is kept, if it is
 * kept, and no second one is made up. */
static size_t count_output_columns(const model_reader *reader) {
    const column_list *targets = &reader->model->schema.targets;
    if (targets->count > 1 || targets->columns[0].kind != COLUMN_NUMBER)
        return reader->outputs;
    for (size_t i = 0; i < reader->n_kept; i++)
        if (strcmp(reader->source.columns.names[reader->kept[i]], targets->columns[0].name) == 0)
            return 0;
    return reader->outputs;
}

/* A column without a name gets its number for one. */
static void write_kept_name(csv_text *text, const table_source *source, size_t position,
                            name_list *taken) {
    char number[40];
    const char *name = source->columns.names[position];
    snprintf(number, sizeof number, "column %zu", position + 1);
    name = *name ? name : number;
    add_name(taken, name);
    append_csv_value(text, name);
    append_byte(text, ',');
}

/* Writes the name of a column of predictions, with the prefix if it is taken, and a number if that
 * is taken too. */
static void write_own_name(const char *command, csv_text *text, const char *prefix,
                           const char *name, name_list *taken) {
    size_t most = strlen(prefix) + strlen(name) + 32;
    char *own = resize_array(NULL, most, 1);
    strcpy(own, name);
    bool has_prefix = strncmp(name, prefix, strlen(prefix)) == 0;
    for (size_t copy = has_prefix ? 2 : 1; !add_name(taken, own); copy++)
        if (copy == 1)
            snprintf(own, most, "%s%s", prefix, name);
        else
            snprintf(own, most, "%s (%zu)", name, copy);
    if (strcmp(own, name) != 0)
        print_safely(
            stderr,
            "nnblas %s: there is a column '%s' already: the one of the predictions is '%s'\n",
            command, show_text(name).text, show_text(own).text);
    append_csv_value(text, own);
    free(own);
}

/* Beside the column prediction, which is that of the first target: those of other numbers are the
 * outputs themselves. */
static bool has_own_prediction(const column_list *targets, size_t t) {
    return t > 0 && targets->columns[t].categories.count > 0;
}

static void write_spread_names(const char *command, csv_text *text, const column_list *targets,
                               name_list *taken) {
    for (size_t t = 0; t < targets->count; t++) {
        char *name = targets->count > 1 ? join_texts("spread_", targets->columns[t].name)
                                        : copy_text("spread");
        append_byte(text, ',');
        write_own_name(command, text, "predicted_", name, taken);
        free(name);
    }
}

/* The outputs of labels and of a class are probabilities, the others are as the target is. */
static void write_output_names(const char *command, csv_text *text, const schema *s,
                               name_list *taken) {
    output_kind kind = get_output_kind(s);
    bool are_probabilities = kind == OUTPUTS_CLASSES || kind == OUTPUTS_LABELS;
    name_list outputs = {0};
    name_outputs(s, &outputs);
    for (size_t k = 0; k < outputs.count; k++) {
        char *name = join_texts(kind == OUTPUTS_LABELS ? "probability_" : "", outputs.names[k]);
        append_byte(text, ',');
        write_own_name(command, text, are_probabilities ? "probability_" : "predicted_", name,
                       taken);
        free(name);
    }
    free_names(&outputs);
}

static void write_header(const char *command, csv_text *text, const model_reader *reader) {
    name_list taken = {0};
    const column_list *targets = &reader->model->schema.targets;
    for (size_t i = 0; i < reader->n_kept; i++)
        write_kept_name(text, &reader->source, reader->kept[i], &taken);
    write_own_name(command, text, "predicted_", "prediction", &taken);
    for (size_t t = 0; t < targets->count; t++) {
        if (!has_own_prediction(targets, t))
            continue;
        char *name = join_texts("predicted_", targets->columns[t].name);
        append_byte(text, ',');
        write_own_name(command, text, "predicted_", name, &taken);
        free(name);
    }
    if (count_output_columns(reader) > 0)
        write_output_names(command, text, &reader->model->schema, &taken);
    if (reader->model->n_others > 0)
        write_spread_names(command, text, targets, &taken);
    append_byte(text, '\n');
    free_names(&taken);
}

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

/* As many empty values as there are predictions. */
static void write_no_predictions(csv_text *text, const column_list *targets, size_t outputs) {
    for (size_t t = 0; t < targets->count; t++)
        if (has_own_prediction(targets, t))
            append_byte(text, ',');
    for (size_t k = 0; k < outputs; k++)
        append_byte(text, ',');
}

static void write_text(FILE *stream, csv_text *text) {
    fwrite(text->bytes, 1, text->length, stream);
    text->length = 0;
}

static void write_batch(FILE *stream, csv_text *text, const model_reader *reader,
                        const row_batch *batch) {
    const column_list *targets = &reader->model->schema.targets;
    const double *outputs = batch->O_out, *spreads = batch->O_spread;
    size_t columns = count_output_columns(reader);
    restore_rows(targets, batch->N, batch->O_out, batch->O_out);
    for (size_t r = 0; r < batch->rows; r++) {
        size_t start = r > 0 ? batch->kept_ends[r - 1] : 0;
        if (reader->n_kept > 0)
            append_bytes(text, batch->kept.bytes + start, batch->kept_ends[r] - start);
        if (batch->is_good[r]) {
            write_predictions(text, targets, outputs, columns);
            if (spreads)
                write_spreads(text, targets, outputs, spreads);
            outputs += reader->outputs;
            spreads = spreads ? spreads + reader->outputs : NULL;
        } else {
            write_no_predictions(text, targets, columns);
            for (size_t t = 0; spreads && t < targets->count; t++)
                append_byte(text, ',');
        }
        append_byte(text, '\n');
        write_text(stream, text);
    }
}

/* ---- the command ----------------------------------------------------------------------------- */

/* Stops if nothing more can be written, which closing the stream reports. */
static bool write_rows(const char *command, FILE *stream, model_reader *reader, csv_text *text) {
    row_batch *batch;
    write_header(command, text, reader);
    write_text(stream, text);
    do {
        if (!predict_batch(command, reader, &batch))
            return false;
        write_batch(stream, text, reader, batch);
    } while (batch->rows > 0 && !ferror(stream));
    report_skipped(command, reader->source.name, &reader->skipped);
    return true;
}

static bool predict_table(const char *command, model_reader *reader, const char *path) {
    output_file output;
    csv_text text = {0};
    if (!open_output(command, &output, path))
        return false;
    bool is_good = write_rows(command, output.stream, reader, &text);
    free_csv_text(&text);
    if (is_good)
        return keep_output(command, &output);
    drop_output(&output);
    return false;
}

static bool predict(const char *command, const model_arguments *arguments, const char *output,
                    const row_parts *parts) {
    table_model model;
    model_reader reader;
    if (!load_model(command, arguments->model, &model))
        return false;
    bool is_good = open_reader(command, &reader, &model, arguments->data, &arguments->table, parts);
    if (is_good) {
        is_good = predict_table(command, &reader, output);
        close_reader(&reader);
    }
    free_model(&model);
    return is_good;
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
    const command_option own[] = {{"output", .text = &output}, {"keep", .text = &keep}};
    int status =
        read_model_arguments(argc, argv, HELP, own, sizeof own / sizeof own[0], &arguments);
    if (status == CARRY_ON)
        status = check_model_files(argv[0], &arguments,
                                   &(file_argument){"--output", output, FILE_WRITTEN}, 1);
    if (status == CARRY_ON)
        status = read_parts(argv[0], keep, &parts);
    ignore_write_signals();
    if (status == CARRY_ON)
        status = predict(argv[0], &arguments, output, &parts) ? EXIT_SUCCESS : EXIT_FAILURE;
    free_names(&parts.kept);
    return status;
}
