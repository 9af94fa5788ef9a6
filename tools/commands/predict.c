/* SPDX-License-Identifier: BSD-3-Clause */
/* Predicts the targets of the rows of a table. */
#include "cli/options.h"
#include "cli/output.h"
#include "commands/commands.h"
#include "table/confusion.h"
#include "table/csv_writer.h"
#include "table/model.h"
#include "table/table_options.h"

#include <stdlib.h>

static const char HELP[] =
    "usage: nnblas predict MODEL DATA.csv [OPTION]...\n"
    "\n"
    "Predicts the target of each row of DATA.csv and writes a table with as many rows. Its first\n"
    "column, prediction, has the most probable class or the number; then follows a column for "
    "each\n"
    "class, with its probability, or for each target. With several targets, prediction is the\n"
    "first of them.\n"
    "\n"
    "MODEL is a file that nnblas train saved. Columns are found by name, in any order; other\n"
    "columns, the targets among them, are ignored. A table without a header must have the columns\n"
    "of the training, or only the features. MODEL or DATA.csv can be -, standard input.\n"
    "\n"
    "  --output FILE         write to FILE (default -, standard output)\n" TABLE_OPTIONS_HELP;

static void write_header(FILE *stream, const schema *s) {
    name_list names = {0};
    name_outputs(s, &names);
    fputs("prediction", stream);
    for (size_t k = 0; k < names.count; k++)
        write_csv_value(stream, ',', names.names[k]);
    fputc('\n', stream);
    free_names(&names);
}

static void write_class(FILE *stream, const name_list *classes, const double *outputs) {
    write_csv_value(stream, '\0', classes->names[find_largest(outputs, classes->count)]);
    for (size_t k = 0; k < classes->count; k++)
        fprintf(stream, ",%s", write_real(outputs[k]).text);
    fputc('\n', stream);
}

/* The first number is written twice but converted once: that takes most of the time. */
static void write_numbers(FILE *stream, const column_list *targets, const double *outputs) {
    number_text number = write_real(restore_number(&targets->columns[0], outputs[0]));
    fprintf(stream, "%s,%s", number.text, number.text);
    for (size_t k = 1; k < targets->count; k++)
        fprintf(stream, ",%s", write_real(restore_number(&targets->columns[k], outputs[k])).text);
    fputc('\n', stream);
}

static void write_batch(FILE *stream, const model_reader *reader) {
    const schema *s = &reader->model->schema;
    for (size_t r = 0; r < reader->N; r++) {
        const double *outputs = reader->O_out + r * reader->outputs;
        if (has_classes(s))
            write_class(stream, &s->targets.columns[0].categories, outputs);
        else
            write_numbers(stream, &s->targets, outputs);
    }
}

/* Stops if nothing more can be written, which closing the stream reports. */
static bool write_predictions(const char *command, FILE *stream, model_reader *reader) {
    write_header(stream, &reader->model->schema);
    do {
        if (!predict_batch(command, reader))
            return false;
        write_batch(stream, reader);
    } while (reader->N > 0 && !ferror(stream));
    report_skipped(command, reader->source.name, &reader->skipped);
    return true;
}

static bool predict_table(const char *command, model_reader *reader, const char *path) {
    output_file output;
    if (!open_output(command, &output, path))
        return false;
    if (write_predictions(command, output.stream, reader))
        return keep_output(command, &output);
    drop_output(&output);
    return false;
}

int run_predict(int argc, char **argv) {
    model_arguments arguments;
    const char *output = "-";
    int status = read_model_arguments(argc, argv, HELP, &output, &arguments);
    if (status != CARRY_ON)
        return status;
    ignore_write_signals();
    table_model model;
    model_reader reader;
    if (!load_model(argv[0], arguments.model, &model))
        return EXIT_FAILURE;
    bool is_good = open_reader(argv[0], &reader, &model, arguments.data, &arguments.table, false);
    if (is_good) {
        is_good = predict_table(argv[0], &reader, output);
        close_reader(&reader);
    }
    free_model(&model);
    return is_good ? EXIT_SUCCESS : EXIT_FAILURE;
}
