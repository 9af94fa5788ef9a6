/* SPDX-License-Identifier: BSD-3-Clause */
/* Scores a model on a table that has the targets. */
#include "cli/options.h"
#include "cli/output.h"
#include "commands/commands.h"
#include "table/model_reader.h"
#include "table/scores.h"
#include "table/table_options.h"

#include <stdlib.h>

static const char HELP[] =
    "usage: nnblas evaluate MODEL DATA.csv [OPTION]...\n"
    "\n"
    "Predicts the targets of the rows of DATA.csv and compares them with the targets in the "
    "table.\n"
    "Prints for classes the accuracy, the precision and recall of each class, and the confusion\n"
    "matrix; for numbers the R2 score, the mean absolute error (mae) and the root mean squared\n"
    "error (rmse) of each target, the errors in the unit of the target. mse is 1/(2N) times the\n"
    "sum of the squared errors over the N rows.\n"
    "\n"
    "The last line is one of\n"
    "  accuracy 0.9733 mse 0.0123 rows 150\n"
    "  r2 0.9733 mae 1.2345 rows 150          (the means over the targets)\n"
    "\n"
    "MODEL is a file that nnblas train saved. Columns are found by name, in any order; other\n"
    "columns are ignored. A table without a header must have the columns of the training.\n"
    "MODEL or DATA.csv can be -, standard input.\n"
    "\n" MODEL_OPTIONS_HELP;

static bool evaluate_rows(const char *command, model_reader *reader, scores *s) {
    row_batch *batch;
    do {
        if (!predict_batch(command, reader, &batch))
            return false;
        add_scores(s, batch->N, batch->Y, batch->O_out, NULL);
    } while (batch->rows > 0);
    report_skipped(command, reader->source.name, &reader->skipped);
    if (s->rows > 0)
        return true;
    fprintf(stderr, "nnblas %s: %s: has no rows to evaluate\n", command, reader->source.name);
    return false;
}

static void print_scores(const scores *s) {
    print_scores_in_full(stdout, s);
    print_score_line(stdout, s);
    putchar('\n');
}

static int evaluate_table(const char *command, table_model *model, const char *data,
                          const table_options *options) {
    model_reader reader;
    if (!open_reader(command, &reader, model, data, options, &(row_parts){.has_targets = true}))
        return EXIT_FAILURE;
    scores s = start_scores(&model->schema);
    bool is_good = evaluate_rows(command, &reader, &s);
    if (is_good)
        print_scores(&s);
    free_scores(&s);
    close_reader(&reader);
    return is_good ? EXIT_SUCCESS : EXIT_FAILURE;
}

int run_evaluate(int argc, char **argv) {
    model_arguments arguments;
    int status = read_model_arguments(argc, argv, HELP, NULL, 0, &arguments);
    if (status != CARRY_ON)
        return status;
    ignore_write_signals();
    table_model model;
    if (!load_model(argv[0], arguments.model, &model))
        return EXIT_FAILURE;
    status = evaluate_table(argv[0], &model, arguments.data, &arguments.table);
    free_model(&model);
    return status;
}
