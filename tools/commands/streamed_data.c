/* SPDX-License-Identifier: BSD-3-Clause */
#include "commands/streamed_data.h"

#include "arrays/array_rows.h"
#include "cli/memory.h"
#include "cli/text.h"
#include "commands/run_record.h"
#include "commands/weight_decay.h"
#include "core/random.h"
#include "core/sizes.h"
#include "table/first_pass.h"
#include "table/row_groups.h"
#include "table/scaling.h"
#include "table/split.h"
#include "table/table_rows.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Of the rows that are held out: the memory of a training does not grow with its files. */
static const size_t MOST_HELD_OUT_BYTES = (size_t)128 << 20;
/* Of the rows that are surveyed at a time. */
static const size_t SURVEYED_BYTES = (size_t)2 << 20;

bool is_streamed(const train_settings *set) {
    return set->labels || set->streams;
}

static bool holds_out(const train_settings *set) {
    return set->training.validation > 0.0;
}

/* ---- the survey ------------------------------------------------------------------------------ */

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
} survey;

/* C. T. Fan, M. E. Muller and I. Rezucha, Journal of the American Statistical Association 57
 * (1962): each set of so many rows is as likely as any other. */
static bool is_drawn(survey *v) {
    if (v->marks)
        return v->marks[v->seen++];
    double unit = nn_unit_of_bits(nn_splitmix_bits(&v->random));
    bool is_taken = unit * (double)(v->rows->all - v->seen) < (double)v->left;
    v->seen++;
    v->left -= is_taken;
    return is_taken;
}

static void take_row(survey *v, const double *x, const double *y) {
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
static size_t divide_block(survey *v, const dataset *block) {
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

static void compare_targets(survey *v, const dataset *block) {
    for (size_t k = 0; k < block->outputs && !v->values[k].has_first; k++)
        v->values[k] = (target_values){.first = block->Y[k], .has_first = true};
    for (size_t r = 0; r < block->N; r++)
        for (size_t k = 0; k < block->outputs; k++)
            v->values[k].differs |= block->Y[r * block->outputs + k] != v->values[k].first;
}

static bool survey_block(survey *v, dataset *block) {
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

/* No text is told where another rank has failed. */
static bool fail(const char *command, const table_error *error) {
    if (*error->text)
        print_safely(stderr, "nnblas %s: %s\n", command, error->text);
    return false;
}

/* Each block of rows, from the next one on. */
static bool survey_rows(survey *v) {
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
                  fail(v->command, &error);
        is_good = is_good && (block.N == 0 || survey_block(v, &block));
    } while (is_good && block.N > 0);
    free_dataset(&block);
    return is_good;
}

/* ---- the rows of other ranks ----------------------------------------------------------------- */

static void take_totals(void *user, size_t rank, const void *bytes, size_t count) {
    survey_totals *all = user;
    const survey_totals *part = bytes;
    (void)rank, (void)count;
    all->hash += part->hash;
    all->taken += part->taken;
}

static void take_missing(void *user, size_t rank, const void *bytes, size_t count) {
    size_t *all = user;
    const size_t *part = bytes;
    (void)rank;
    for (size_t i = 0; i < count / sizeof *part; i++)
        all[i] += part[i];
}

static void take_values(void *user, size_t rank, const void *bytes, size_t count) {
    target_values *all = user;
    const target_values *part = bytes;
    (void)rank;
    for (size_t k = 0; k < count / sizeof *part; k++) {
        if (!part[k].has_first)
            continue;
        if (!all[k].has_first)
            all[k] = part[k];
        all[k].differs |= part[k].differs || part[k].first != all[k].first;
    }
}

static void take_scaling(void *user, size_t rank, const void *bytes, size_t count) {
    (void)rank, (void)count;
    join_scaling(user, bytes);
}

/* Behind those of lower ranks. */
static void take_numbers(void *user, size_t rank, const void *bytes, size_t count) {
    double **next = user;
    (void)rank;
    memcpy(*next, bytes, count);
    *next += count / sizeof **next;
}

static scaling_sums *join_sums(scaling_sums *own, column_list *list) {
    size_t bytes;
    const void *sums = get_scaling_bytes(own, &bytes);
    scaling_sums *all = start_scaling(list);
    share_bytes(sums, bytes, take_scaling, all);
    free_scaling(own);
    return all;
}

static double *join_numbers(double *own, size_t own_count, size_t count) {
    double *all = resize_array(NULL, count, sizeof *all), *next = all;
    share_bytes(own, own_count * sizeof *own, take_numbers, &next);
    free(own);
    return all;
}

static void *join_counts(void *own, size_t bytes, take_bytes *take) {
    void *all = memset(resize_array(NULL, bytes, 1), 0, bytes);
    share_bytes(own, bytes, take, all);
    free(own);
    return all;
}

/* All ranks then know the same of all rows, but have those that they took. */
static void join_ranks(survey *v) {
    const survey_totals own = v->totals;
    const size_t outputs = v->rows->outputs;
    v->totals = (survey_totals){0};
    share_bytes(&own, sizeof own, take_totals, &v->totals);
    v->missing = join_counts(v->missing, v->s->features.count * sizeof *v->missing, take_missing);
    v->values = join_counts(v->values, outputs * sizeof *v->values, take_values);
    v->features = join_sums(v->features, &v->s->features);
    v->targets = join_sums(v->targets, &v->s->targets);
    if (!v->kept.X)
        return;
    size_t all = v->rows->all - (v->holds_out ? v->totals.taken : 0);
    v->kept.X = join_numbers(v->kept.X, v->kept.N * v->kept.inputs, all * v->kept.inputs);
    v->kept.Y = join_numbers(v->kept.Y, v->kept.N * outputs, all * outputs);
}

/* ---- the rows that are held out, or decide --------------------------------------------------- */

static size_t count_most_held_out(const row_stream *rows) {
    return nn_max(MOST_HELD_OUT_BYTES / ((rows->inputs + rows->outputs) * sizeof(double)), 1);
}

static size_t count_taken(const survey *v) {
    const row_stream *rows = v->rows;
    if (!v->holds_out)
        return nn_min(rows->all, MOST_DECIDING_ROWS);
    size_t wanted = (size_t)round(v->set->training.validation * (double)rows->all);
    return nn_min(nn_min(nn_max(wanted, 1), count_most_held_out(rows)), rows->all - 1);
}

static double get_fraction(const survey *v) {
    return v->holds_out ? v->set->training.validation
                        : (double)MOST_DECIDING_ROWS / (double)v->rows->all;
}

/* Of so few rows, which takes 100 MiB, they are the same as of a table in memory: a share of each
 * class. Of more, each row is as likely as any other. */
static void mark_rows(survey *v) {
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

static bool check_differences(const survey *v) {
    size_t output = 0;
    for (size_t t = 0; t < v->s->targets.count; t++) {
        const table_column *target = &v->s->targets.columns[t];
        table_error error;
        if (!v->values[output].differs) {
            set_error(&error,
                      "%s: the target, %s, is the same in all rows: there is nothing to predict",
                      v->rows->name, show_column(target->name, target->place).text);
            return fail(v->command, &error);
        }
        output += get_width(target);
    }
    return true;
}

static void note_bound(const survey *v, note_list *notes) {
    double wanted = v->set->training.validation * (double)v->rows->all;
    if (v->holds_out && (double)v->totals.taken + 1.0 < wanted)
        add_note(notes,
                 "--validation %g would hold out %.0f rows: of these, %zu are in memory, 128 MiB",
                 v->set->training.validation, wanted, v->totals.taken);
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

/* ---- what the first pass over a table has found ---------------------------------------------- */

/* Whether that is all: a deviance looks at each target, and the default weight decay of few numbers
 * at all of them. */
static bool is_complete(const survey *v) {
    const first_pass *first = v->rows->first;
    return first && !is_deviance(v->set->training.cost) && first->N > MOST_PILOT_ROWS;
}

/* Numbers without a deviation are the same in all rows that are learnt from, and those of classes
 * and labels where there is one category. */
static void note_differences(survey *v) {
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

static bool take_first_pass(survey *v) {
    const first_pass *first = v->rows->first;
    table_error error;
    memcpy(v->missing, first->missing, v->s->features.count * sizeof *v->missing);
    v->totals.hash = first->hash;
    if (!take_drawn_rows(first, v->s, v->taken, &v->places, &error))
        return fail(v->command, &error);
    v->totals.taken = v->taken->N;
    note_differences(v);
    return check_targets(v->command, v->set, v->s, v->taken);
}

/* ---- all of it ------------------------------------------------------------------------------- */

static bool survey_all_rows(survey *v, bool are_divided) {
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
        join_ranks(v);
    end_scaling(v->features);
    end_scaling(v->targets);
    return is_good;
}

static bool survey_all(survey *v, training_rows *rows) {
    const size_t outputs = v->rows->outputs;
    v->holds_out = holds_out(v->set) && v->rows->all >= 2;
    v->taken = v->holds_out ? &rows->held_out : &rows->sample;
    v->values = resize_array(NULL, outputs, sizeof *v->values);
    memset(v->values, 0, outputs * sizeof *v->values);
    v->missing = make_counts(v->s->features.count);
    v->kept = make_kept(v->rows);
    bool is_good = is_complete(v) ? take_first_pass(v) : survey_all_rows(v, rows->are_divided);
    return is_good && check_differences(v);
}

static void scale(const survey *v, training_rows *rows) {
    if (is_deviance(v->set->training.cost))
        scale_by_means(&v->s->targets);
    scale_dataset(v->s, &rows->held_out);
    scale_dataset(v->s, &rows->sample);
    scale_dataset(v->s, &rows->learnt);
}

static void take_survey(survey *v, training_rows *rows) {
    const size_t elsewhere = v->totals.taken - v->taken->N,
                 held_out = v->holds_out ? v->totals.taken : 0;
    rows->learnt = v->kept;
    rows->learnt.N = v->kept.X ? v->rows->all - held_out : 0;
    scale(v, rows);
    rows->learnt.N = v->rows->all - held_out;
    *(v->holds_out ? &rows->elsewhere.held_out : &rows->elsewhere.sample) = elsewhere;
}

static bool survey_stream(survey *v, note_list *notes, training_rows *rows) {
    bool is_good = survey_all(v, rows);
    if (is_good) {
        note_missing(v->s, v->missing, notes);
        note_bound(v, notes);
        take_survey(v, rows);
    } else {
        free_dataset(&v->kept);
    }
    free(v->values);
    free(v->marks);
    free(v->missing);
    return is_good;
}

static bool open_arrays(const train_settings *set, schema *s, row_stream *rows,
                        table_error *error) {
    char *features = name_file_of_rank(set->features), *labels = name_file_of_rank(set->labels);
    bool is_open = open_array_rows(features, labels, names_rank(set->features), set->columns.task,
                                   s, rows, error);
    free(features);
    free(labels);
    return is_open;
}

static draw_request request_draw(const train_settings *set) {
    return (draw_request){.fraction = set->training.validation,
                          .rows = MOST_DECIDING_ROWS,
                          .seed = set->training.seed,
                          .most_bytes = MOST_HELD_OUT_BYTES};
}

static bool open_rows(const char *command, const train_settings *set, skipped_rows *skipped,
                      note_list *notes, schema *s, row_stream *rows) {
    table_error error;
    const draw_request draw = request_draw(set);
    bool is_open = set->labels
                       ? open_arrays(set, s, rows, &error)
                       : open_table_rows(set->data, &set->table.format, &set->columns, &draw,
                                         holds_out(set), skipped, notes, s, rows, &error);
    if (!set->is_quiet)
        print_warnings(command, notes);
    if (is_open && !set->is_quiet)
        report_skipped(command, rows->name, skipped);
    return is_open || fail(command, &error);
}

bool read_streamed_data(const char *command, const train_settings *set, note_list *notes, schema *s,
                        training_rows *rows, uint64_t *hash) {
    row_stream stream = {.N = 0};
    skipped_rows skipped = {.is_allowed = set->table.skips_bad_rows};
    survey v = {.command = command, .set = set, .s = s, .rows = &stream};
    *rows = (training_rows){.streamed = resize_array(NULL, 1, sizeof *rows->streamed),
                            .are_divided = has_ranks() && set->labels};
    bool is_good =
        open_rows(command, set, &skipped, notes, s, &stream) && survey_stream(&v, notes, rows);
    free(stream.groups);
    stream.groups = NULL;
    if (stream.first)
        free_first_pass(stream.first);
    stream.first = NULL;
    size_t n_held_out = v.holds_out && is_good ? rows->held_out.N : 0;
    nnblas_status status = open_streamed_rows(rows->streamed, stream, s, v.places, n_held_out);
    *hash = v.totals.hash;
    if (is_good && status)
        report_failure(command);
    return is_good && !status;
}
