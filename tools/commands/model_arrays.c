/* SPDX-License-Identifier: BSD-3-Clause */
#include "commands/model_arrays.h"

#include "arrays/model_rows.h"
#include "cli/text.h"

bool open_model_arrays(const char *command, const model_arguments *arguments,
                       const table_model *model, row_stream *rows) {
    table_error error;
    *rows = (row_stream){.N = 0};
    if (!arguments->features ||
        open_model_rows(arguments->features, arguments->labels, &model->schema, rows, &error))
        return true;
    rows->blame(rows->user, &error);
    print_safely(stderr, "nnblas %s: %s\n", command, error.text);
    return false;
}

void close_model_arrays(row_stream *rows) {
    if (rows->user)
        rows->close(rows->user);
}
