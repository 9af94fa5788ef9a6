/* SPDX-License-Identifier: BSD-3-Clause */
#include "table/weight_column.h"
#include "cli/text.h"

void list_weight_options(weight_arguments *arguments, command_option *options) {
    options[0] = (command_option){"weight", .text = &arguments->column};
    options[1] = (command_option){"no-weight", .flag = &arguments->has_none};
}

int take_weight_arguments(const char *command, const weight_arguments *arguments,
                          row_parts *parts) {
    if (arguments->column && arguments->has_none)
        return refuse_usage(command, "--weight and --no-weight cannot be used together");
    parts->weights = arguments->column;
    parts->has_training_weights = !arguments->column && !arguments->has_none;
    return CARRY_ON;
}

bool report_lacking_weights(const char *command, const model_reader *r) {
    const column_list *weights = &r->model->schema.weights;
    if (weights->count == 0 || r->has_training_weights)
        return false;
    print_safely(
        stderr,
        "nnblas %s: %s: has no %s, the weights of the rows in the training: 1 is taken for "
        "each\n",
        command, r->source.name,
        show_column(weights->columns[0].name, weights->columns[0].place).text);
    return true;
}

void report_training_weights(const char *command, const model_reader *r) {
    const table_column *weights = r->model->schema.weights.columns;
    if (r->has_training_weights)
        print_safely(
            stderr,
            "nnblas %s: rows have the weights of %s, as in the training; --no-weight counts "
            "each row 1\n",
            command, show_column(weights->name, weights->position).text);
    else
        report_lacking_weights(command, r);
}
