/* SPDX-License-Identifier: BSD-3-Clause */
#include "table/dataset.h"

#include "cli/memory.h"
#include "cli/parts.h"
#include "table/scaling.h"
#include "table/weights.h"

#include <float.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

static void allocate_rows(dataset *d) {
    d->X = resize_array(NULL, d->N * d->inputs, sizeof *d->X);
    d->Y = resize_array(NULL, d->N * d->outputs, sizeof *d->Y);
}

/* Each part has an error of its own. */
typedef struct {
    const table_source *source;
    text_rows *rows;
    const schema *s;
    const dataset *d;
    bool is_bad[MOST_PARTS];
    table_error errors[MOST_PARTS];
} encoding;

static bool encode_block(const encoding *e, const row_block *block, table_error *error) {
    const dataset *d = e->d;
    for (size_t i = 0; i < block->N; i++) {
        size_t r = block->first + i;
        csv_row row = get_row(block, i);
        if (!encode_row(&e->s->features, e->source, &row, d->X + r * d->inputs, error) ||
            !encode_row(&e->s->targets, e->source, &row, d->Y + r * d->outputs, error) ||
            (d->weights && !encode_row(&e->s->weights, e->source, &row, d->weights + r, error)))
            return false;
    }
    return true;
}

/* Parts of the blocks, each of which is freed as soon as it is encoded. */
static void encode_part(void *context, size_t part, size_t begin, size_t end) {
    encoding *e = context;
    for (size_t b = begin; b < end && !e->is_bad[part]; b++) {
        e->is_bad[part] = !encode_block(e, e->rows->blocks[b], &e->errors[part]);
        free_block(e->rows->blocks[b]);
    }
}

static bool encode_rows(const table_source *source, text_rows *rows, const schema *s, dataset *d,
                        table_error *error) {
    *d = (dataset){
        .N = rows->N, .inputs = count_numbers(&s->features), .outputs = count_numbers(&s->targets)};
    allocate_rows(d);
    if (s->weights.count > 0)
        d->weights = resize_array(NULL, d->N, sizeof *d->weights);
    encoding e = {.source = source, .rows = rows, .s = s, .d = d};
    size_t numbers = d->N * (d->inputs + d->outputs);
    run_in_parts(rows->n_blocks, numbers / rows->n_blocks, encode_part, &e);
    for (size_t part = 0; part < MOST_PARTS; part++)
        if (e.is_bad[part]) {
            *error = e.errors[part];
            return false;
        }
    return true;
}

static bool is_constant(const dataset *d, size_t output) {
    for (size_t r = 1; r < d->N; r++)
        if (d->Y[r * d->outputs + output] != d->Y[output])
            return false;
    return true;
}

static bool check_targets(const table_source *source, const schema *s, const dataset *d,
                          table_error *error) {
    size_t output = 0;
    for (size_t i = 0; i < s->targets.count; i++) {
        const table_column *target = &s->targets.columns[i];
        if (is_constant(d, output))
            return set_error(
                error, "%s: the target, %s, is the same in all rows: there is nothing to predict",
                source->name, show_column(target->name, target->place).text);
        output += get_width(target);
    }
    return true;
}

void note_delimiter(const table_source *source, note_list *notes) {
    char delimiter = get_delimiter(source->reader);
    if (delimiter == '\t')
        add_note(notes, "values are divided by tabs");
    else if (delimiter != ',')
        add_note(notes, "values are divided by '%c'", delimiter);
}

size_t *make_counts(size_t count) {
    size_t *counts = resize_array(NULL, count, sizeof *counts);
    memset(counts, 0, count * sizeof *counts);
    return counts;
}

typedef struct {
    const table_column *column;
    size_t count;
} column_gaps;

static int compare_gaps(const void *a, const void *b) {
    const column_gaps *left = a, *right = b;
    if (left->count != right->count)
        return left->count > right->count ? -1 : 1;
    return (left->column > right->column) - (left->column < right->column);
}

/* The last number of a column that expects gaps is 1 where the value is missing. */
void count_missing(const schema *s, const dataset *d, size_t *counts) {
    size_t place = 0;
    for (size_t i = 0; i < s->features.count; i++) {
        place += get_width(&s->features.columns[i]);
        for (size_t r = 0; r < d->N && s->features.columns[i].expects_gaps; r++)
            counts[i] += d->X[r * d->inputs + place - 1] == 1.0;
    }
}

/* "missing values: 120 of column 2 (age), 3 of column 5 and in 7 other columns" */
void note_missing(const schema *s, const size_t *counts, note_list *notes) {
    enum { MOST_NOTED = 4 };
    char text[MOST_NOTED * 128] = "";
    size_t count = 0;
    column_gaps *gaps = resize_array(NULL, s->features.count, sizeof *gaps);
    for (size_t i = 0; i < s->features.count; i++) {
        const table_column *column = &s->features.columns[i];
        if (column->expects_gaps)
            gaps[count++] = (column_gaps){column, counts[i]};
    }
    qsort(gaps, count, sizeof *gaps, compare_gaps);
    for (size_t i = 0, used = 0; i < count && i < MOST_NOTED; used = strlen(text), i++)
        snprintf(text + used, sizeof text - used, "%s%zu of %s", i > 0 ? ", " : "", gaps[i].count,
                 show_column(gaps[i].column->name, gaps[i].column->place).text);
    if (count > MOST_NOTED)
        add_note(notes, "missing values: %s and fewer of %zu other column%s", text,
                 count - MOST_NOTED, end_plural(count - MOST_NOTED));
    else if (count > 0)
        add_note(notes, "missing values: %s", text);
    free(gaps);
}

static size_t count_texts(const column_list *list) {
    size_t count = 0;
    for (size_t i = 0; i < list->count; i++)
        count += list->columns[i].kind != COLUMN_DATE && !list->columns[i].is_number;
    return count;
}

void note_header(const table_source *source, const schema *s, note_list *notes) {
    size_t texts = count_texts(&s->features) + count_texts(&s->targets);
    if (source->is_header_detected && source->has_header &&
        texts == s->features.count + s->targets.count)
        add_note(
            notes,
            "the first line is taken for the names of the columns: --no-header makes it a row");
}

bool read_dataset(table_source *source, const column_choice *choice, skipped_rows *skipped,
                  note_list *notes, schema *s, dataset *d, table_error *error) {
    text_rows rows;
    *d = (dataset){0};
    note_delimiter(source, notes);
    bool is_good = read_rows(source, &rows, skipped, error) &&
                   infer_schema(source, &rows, choice, skipped, notes, s, NULL, NULL, error) &&
                   encode_rows(source, &rows, s, d, error) && check_targets(source, s, d, error) &&
                   weight_rows(source, choice->class_weights, s, d, error);
    if (is_good) {
        note_header(source, s, notes);
        size_t *counts = make_counts(s->features.count);
        count_missing(s, d, counts);
        note_missing(s, counts, notes);
        free(counts);
    }
    free_rows(&rows);
    return is_good || blame_source(source, error);
}

void free_dataset(dataset *d) {
    free(d->X);
    free(d->Y);
    free(d->weights);
    free(d->cost_weights);
    free(d->true_Y);
    *d = (dataset){0};
}

double count_rows(const dataset *d) {
    double sum = 0.0;
    for (size_t r = 0; r < d->N && d->has_counts; r++)
        sum += d->weights[r];
    return d->has_counts ? sum : (double)d->N;
}

/* ---- scaling --------------------------------------------------------------------------------- */

static void infer_scaling(column_list *list, const dataset *d, const double *numbers) {
    scaling_sums *sums = start_scaling(list);
    add_to_scaling(sums, d->N, numbers, d->has_counts ? d->weights : NULL);
    end_scaling(sums);
}

void infer_dataset_scaling(schema *s, const dataset *learnt) {
    infer_scaling(&s->features, learnt, learnt->X);
    infer_scaling(&s->targets, learnt, learnt->Y);
}

typedef struct {
    const schema *s;
    dataset *d;
} scaling;

static void scale_part(void *context, size_t part, size_t begin, size_t end) {
    const scaling *c = context;
    (void)part;
    scale_rows(&c->s->features, end - begin, c->d->X + begin * c->d->inputs);
    scale_rows(&c->s->targets, end - begin, c->d->Y + begin * c->d->outputs);
}

/* A deviation of 0 makes all values the mean, and the largest values can overflow by rounding. */
static bool loses_targets(const schema *s, const dataset *d) {
    for (size_t t = 0; t < s->targets.count; t++)
        if (is_scaled(&s->targets.columns[t]) && s->targets.columns[t].deviation == 0.0)
            return true;
    for (size_t i = 0; i < d->N * d->outputs; i++)
        if (fabs(d->Y[i]) > DBL_MAX / 2.0)
            return true;
    return false;
}

void scale_dataset(const schema *s, dataset *d) {
    if (d->N > 0 && loses_targets(s, d)) {
        d->true_Y = resize_array(NULL, d->N * d->outputs, sizeof *d->true_Y);
        memcpy(d->true_Y, d->Y, d->N * d->outputs * sizeof *d->Y);
    }
    run_in_parts(d->N, d->inputs + d->outputs, scale_part, &(scaling){s, d});
}

/* Null of null. */
static double *take_numbers(const double *numbers, const size_t *rows, size_t N) {
    double *taken = numbers ? resize_array(NULL, N, sizeof *taken) : NULL;
    for (size_t r = 0; taken && r < N; r++)
        taken[r] = numbers[rows[r]];
    return taken;
}

dataset take_rows(const dataset *d, const size_t *rows, size_t N) {
    dataset taken = {
        .N = N, .inputs = d->inputs, .outputs = d->outputs, .has_counts = d->has_counts};
    allocate_rows(&taken);
    taken.weights = take_numbers(d->weights, rows, N);
    taken.cost_weights = take_numbers(d->cost_weights, rows, N);
    for (size_t r = 0; r < N; r++) {
        memcpy(taken.X + r * d->inputs, d->X + rows[r] * d->inputs, d->inputs * sizeof *d->X);
        memcpy(taken.Y + r * d->outputs, d->Y + rows[r] * d->outputs, d->outputs * sizeof *d->Y);
    }
    return taken;
}
