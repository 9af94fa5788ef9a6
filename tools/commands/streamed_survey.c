/* SPDX-License-Identifier: BSD-3-Clause */
#include "commands/streamed_survey.h"

#include "cli/memory.h"
#include "cli/text.h"
#include "commands/run_record.h"
#include "commands/weight_decay.h"
#include "core/random.h"
#include "core/sizes.h"
#include "table/first_pass.h"
#include "table/row_groups.h"
#include "table/split.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Of the rows that are surveyed at a time. */
static const size_t SURVEYED_BYTES = (size_t)2 << 20;

/* ---- which rows are taken ----------------------------------------------------------------------
 */

static size_t count_most_held_out(const row_stream *rows) {
    return nn_max(MOST_HELD_OUT_BYTES / ((rows->inputs + rows->outputs) * sizeof(double)), 1);
}

static size_t count_taken(const streamed_survey *v) {
    const row_stream *rows = v->rows;
    if (!v->holds_out)
        return nn_min(rows->all, MOST_DECIDING_ROWS);
    size_t wanted = (size_t)round(v->set->training.validation * (double)rows->all);
    return nn_min(nn_min(nn_max(wanted, 1), count_most_held_out(rows)), rows->all - 1);
}

static double get_fraction(const streamed_survey *v) {
    return v->holds_out ? v->set->training.validation
                        : (double)MOST_DECIDING_ROWS / (double)v->rows->all;
}

/* Of so few rows, which takes 100 MiB, they are the same as of a table in memory: a share of each
 * class. Of more, each row is as likely as any other. */
static void mark_rows(streamed_survey *v) {
    const row_stream *rows = v->rows;
    output_kind kind = get_output_kind(v->s);
    bool is_grouped = kind == OUTPUTS_CLASSES || kind == OUTPUTS_LABELS;
    size_t most = v->holds_out ? count_most_held_out(rows) : SIZE_MAX;
    if (rows->all > MOST_GROUPED_ROWS || get_fraction(v) * (double)rows->all > (double)most ||
        v->left == rows->all || (is_grouped && !rows->groups))
        return;
    v->marks = resize_array(NULL, rows->all, sizeof *v->marks);
    hold_out(v->s, &(dataset){.N = rows->all, .outputs = 1, .Y = rows->groups}, get_fraction(v),
             v->set->training.seed, v->marks);
}

/* The default weight decay is then that of rows in memory. */
static dataset make_kept(const row_stream *rows) {
    dataset kept = {.inputs = rows->inputs, .outputs = rows->outputs};
    if (rows->all <= nn_min(MOST_PILOT_ROWS, count_most_held_out(rows))) {
        kept.X = resize_array(NULL, rows->N * rows->inputs, sizeof *kept.X);
        kept.Y = resize_array(NULL, rows->N * rows->outputs, sizeof *kept.Y);
    }
    return kept;
}

/* ---- the pass over all rows --------------------------------------------------------------------
 */

/* C. T. Fan, M. E. Muller and I. Rezucha, Journal of the American Statistical Association 57
 * (1962): each set of so many rows is as likely as any other. */
static bool is_drawn(streamed_survey *v) {
    if (v->marks)
        return v->marks[v->seen++];
    double unit = nn_unit_of_bits(nn_splitmix_bits(&v->random));
    bool is_taken = unit * (double)(v->rows->all - v->seen) < (double)v->left;
    v->seen++;
    v->left -= is_taken;
    return is_taken;
}

static void take_row(streamed_survey *v, const double *x, const double *y) {
    dataset *d = v->taken;
    memcpy(d->X + d->N * d->inputs, x, d->inputs * sizeof *x);
    memcpy(d->Y + d->N * d->outputs, y, d->outputs * sizeof *y);
    if (v->holds_out)
        v->places[d->N] = v->seen - 1 - v->rows->before;
    d->N++;
}

static void keep_rows(dataset *kept, size_t count, const dataset *block) {
    memcpy(kept->X + kept->N * kept->inputs, block->X, count * block->inputs * sizeof *kept->X);
    memcpy(kept->Y + kept->N * kept->outputs, block->Y, count * block->outputs * sizeof *kept->Y);
    kept->N += count;
}

/* Copies rows that are drawn; those that are learnt from stay, in their order. */
static size_t divide_block(streamed_survey *v, const dataset *block) {
    size_t kept = 0;
    for (size_t r = 0; r < block->N; r++) {
        double *x = block->X + r * block->inputs, *y = block->Y + r * block->outputs;
        bool is_taken = is_drawn(v);
        if (is_taken)
            take_row(v, x, y);
        if (is_taken && v->holds_out)
            continue;
        memmove(block->X + kept * block->inputs, x, block->inputs * sizeof *x);
        memmove(block->Y + kept * block->outputs, y, block->outputs * sizeof *y);
        kept++;
    }
    return kept;
}

static void compare_targets(streamed_survey *v, const dataset *block) {
    for (size_t k = 0; k < block->outputs && !v->values[k].has_first; k++)
        v->values[k] = (target_values){.first = block->Y[k], .has_first = true};
    for (size_t r = 0; r < block->N; r++)
        for (size_t k = 0; k < block->outputs; k++)
            v->values[k].differs |= block->Y[r * block->outputs + k] != v->values[k].first;
}

static bool survey_block(streamed_survey *v, dataset *block) {
    v->totals.hash += hash_rows(v->seen, block);
    compare_targets(v, block);
    count_missing(v->s, block, v->missing);
    if (!check_targets(v->command, v->set, v->s, block))
        return false;
    size_t kept = divide_block(v, block);
    if (v->kept.X)
        keep_rows(&v->kept, kept, block);
    add_to_scaling(v->features, kept, block->X, NULL);
    add_to_scaling(v->targets, kept, block->Y, NULL);
    return true;
}

bool report_bad_rows(const char *command, const table_error *error) {
    if (*error->text)
        print_safely(stderr, "nnblas %s: %s\n", command, error->text);
    return false;
}

/* A file may be overwritten at work: what is kept of its rows has room for so many. */
static bool has_no_more(const streamed_survey *v, size_t count) {
    table_error error;
    return v->seen - v->rows->before + count <= v->rows->N ||
           (!refuse_changed_file(v->rows->name, &error) && report_bad_rows(v->command, &error));
}

/* Each block of rows, from the next one on. */
static bool survey_rows(streamed_survey *v) {
    row_stream *rows = v->rows;
    const size_t row_bytes = (rows->inputs + rows->outputs) * sizeof(double);
    const size_t most = nn_max(SURVEYED_BYTES / row_bytes, 1);
    dataset block = {.inputs = rows->inputs,
                     .outputs = rows->outputs,
                     .X = resize_array(NULL, most * rows->inputs, sizeof *block.X),
                     .Y = resize_array(NULL, most * rows->outputs, sizeof *block.Y)};
    table_error error;
    bool is_good = true;
    while (v->seen < rows->before)
        is_drawn(v);
    do {
        is_good = rows->read(rows->user, most, block.X, block.Y, &block.N, &error) ||
                  rows->blame(rows->user, &error) || report_bad_rows(v->command, &error);
        is_good = is_good && has_no_more(v, block.N);
        is_good = is_good && (block.N == 0 || survey_block(v, &block));
    } while (is_good && block.N > 0);
    free_dataset(&block);
    return is_good;
}

static bool survey_all_rows(streamed_survey *v, bool are_divided) {
    const row_stream *stream = v->rows;
    v->left = count_taken(v);
    const size_t most = nn_min(v->left, stream->N);
    *v->taken = (dataset){.inputs = stream->inputs,
                          .outputs = stream->outputs,
                          .X = resize_array(NULL, most * stream->inputs, sizeof(double)),
                          .Y = resize_array(NULL, most * stream->outputs, sizeof(double))};
    v->places = resize_array(NULL, most, sizeof *v->places);
    v->random = v->set->training.seed;
    v->features = start_scaling(&v->s->features);
    v->targets = start_scaling(&v->s->targets);
    mark_rows(v);
    bool is_good = survey_rows(v);
    v->totals.taken = v->taken->N;
    if (are_divided)
        is_good = is_good_on_all(is_good);
    if (are_divided && is_good)
        join_surveys(v);
    end_scaling(v->features);
    end_scaling(v->targets);
    return is_good;
}

/* ---- what the first pass over a table has found ---------------------------------------------- */

/* Whether that is all: a deviance looks at each target, and the default weight decay of few numbers
 * at all of them. */
static bool is_complete(const streamed_survey *v) {
    const first_pass *first = v->rows->first;
    return first && !is_deviance(v->set->training.cost) && first->N > MOST_PILOT_ROWS;
}

/* Numbers without a deviation are the same in all rows that are learnt from, and those of classes
 * and labels where there is one category. */
static void note_differences(streamed_survey *v) {
    size_t output = 0;
    for (size_t t = 0; t < v->s->targets.count; t++) {
        const table_column *target = &v->s->targets.columns[t];
        bool differs = is_scaled(target) ? target->deviation > 0.0 : target->categories.count > 1;
        for (size_t r = 0; r < v->taken->N && is_scaled(target); r++)
            differs |= v->taken->Y[r * v->taken->outputs + output] != target->mean;
        v->values[output].differs = differs;
        output += get_width(target);
    }
}

static bool take_first_pass(streamed_survey *v) {
    const first_pass *first = v->rows->first;
    table_error error;
    memcpy(v->missing, first->missing, v->s->features.count * sizeof *v->missing);
    v->totals.hash = first->hash;
    if (!take_drawn_rows(first, v->s, v->taken, &v->places, &error))
        return report_bad_rows(v->command, &error);
    v->totals.taken = v->taken->N;
    note_differences(v);
    return check_targets(v->command, v->set, v->s, v->taken);
}

/* ---- all of it ------------------------------------------------------------------------------- */

static bool check_differences(const streamed_survey *v) {
    size_t output = 0;
    for (size_t t = 0; t < v->s->targets.count; t++) {
        const table_column *target = &v->s->targets.columns[t];
        table_error error;
        if (!v->values[output].differs) {
            set_error(&error,
                      "%s: the target, %s, is the same in all rows: there is nothing to predict",
                      v->rows->targets_name, show_target(v->set, v->s, target).text);
            return report_bad_rows(v->command, &error);
        }
        output += get_width(target);
    }
    return true;
}

bool survey_streamed_rows(streamed_survey *v, bool are_divided) {
    const size_t outputs = v->rows->outputs;
    v->values = resize_array(NULL, outputs, sizeof *v->values);
    memset(v->values, 0, outputs * sizeof *v->values);
    v->missing = make_counts(v->s->features.count);
    v->kept = make_kept(v->rows);
    bool is_good = is_complete(v) ? take_first_pass(v) : survey_all_rows(v, are_divided);
    return is_good && check_differences(v);
}

void free_streamed_survey(streamed_survey *v) {
    free(v->values);
    free(v->marks);
    free(v->missing);
}
