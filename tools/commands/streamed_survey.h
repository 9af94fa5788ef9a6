/* SPDX-License-Identifier: BSD-3-Clause */
/* One pass over the rows of a training that stay in their files: what they hold, and copies of
 * those that are held out or decide. */
#ifndef NNBLAS_COMMANDS_STREAMED_SURVEY_H
#define NNBLAS_COMMANDS_STREAMED_SURVEY_H

#include "commands/training_data.h"
#include "table/scaling.h"

/* Of the rows that are held out: the memory of a training does not grow with its files. */
#define MOST_HELD_OUT_BYTES ((size_t)128 << 20)

/* Of the values of a target. */
typedef struct {
    double first;
    bool has_first, differs;
} target_values;

/* What is added up over the rows of all ranks. */
typedef struct {
    uint64_t hash;
    size_t taken;
} survey_totals;

/* taken: rows that are copied, of which `left` are still to be drawn, or those with a mark. They
 * are held out from those that are learnt from, or only decide. Of the rows of all ranks `seen`
 * were drawn or not, so that a rank takes those of its rows that one process would take. */
typedef struct {
    const char *command;
    const train_settings *set;
    schema *s;
    row_stream *rows;
    bool holds_out;
    dataset *taken;
    dataset kept;   /* the rows that are learnt from, where they are few; X is null otherwise */
    size_t *places; /* of the rows that are held out */
    size_t left, seen;
    bool *marks;     /* null where rows are drawn as they come */
    size_t *missing; /* values of each feature */
    uint64_t random;
    target_values *values; /* of each number of the targets */
    survey_totals totals;
    scaling_sums *features, *targets;
} streamed_survey;

/* Of rows that are open; the caller sets what is before kept, and frees the survey, kept and places
 * in any case. are_divided: each rank has rows of its own. The schema gets its scaling. False with
 * a message. */
bool survey_streamed_rows(streamed_survey *v, bool are_divided);
void free_streamed_survey(streamed_survey *v);

/* All ranks then know the same of all rows, but have those that they took. */
void join_surveys(streamed_survey *v);

/* False, with a message: none where another rank has failed. */
bool report_bad_rows(const char *command, const table_error *error);

#endif
