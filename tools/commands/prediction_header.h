/* SPDX-License-Identifier: BSD-3-Clause */
/* The names of the columns that nnblas predict writes. */
#ifndef NNBLAS_COMMANDS_PREDICTION_HEADER_H
#define NNBLAS_COMMANDS_PREDICTION_HEADER_H

#include "table/model_reader.h"

/* The columns of outputs. A single number is the prediction itself: its name is that of the column
 * that is kept, if it is kept, and no second one is made up. */
size_t count_output_columns(const model_reader *reader);

/* Beside the column prediction, which is that of the first target: those of other numbers are the
 * outputs themselves. */
bool has_own_prediction(const column_list *targets, size_t t);

/* The columns that are kept, the predictions, the outputs, of an ensemble the spreads, the
 * deviations, and of intervals their ends. Says on stderr which name is another one because it is
 * taken. */
void write_prediction_header(const char *command, csv_text *text, const model_reader *reader);

#endif
