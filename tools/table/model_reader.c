/* SPDX-License-Identifier: BSD-3-Clause */
#include "table/model_reader.h"

#include "cli/memory.h"
#include "cli/options.h"
#include "cli/text.h"
#include "core/processors.h"
#include "table/choose_columns.h"
#include "table/ensemble.h"

#include <stdlib.h>
#include <string.h>

static bool report_error(const char *command, const table_error *error) {
    print_safely(stderr, "nnblas %s: %s\n", command, error->text);
    return false;
}

/* ---- opening --------------------------------------------------------------------------------- */

static void keep_column(model_reader *r, size_t position) {
    r->kept = resize_array(r->kept, r->n_kept + 1, sizeof *r->kept);
    r->kept[r->n_kept++] = position;
}

static bool keep_columns(model_reader *r, const row_parts *parts, table_error *error) {
    for (size_t i = 0; parts->keeps_all && i < r->source.columns.count; i++)
        keep_column(r, i);
    size_t *positions = find_columns(&r->source, &parts->kept, error);
    bool is_found = positions != NULL;
    for (size_t i = 0; is_found && i < parts->kept.count; i++)
        keep_column(r, positions[i]);
    free(positions);
    return is_found;
}

static void make_batch(const model_reader *r, row_batch *batch, const row_parts *parts) {
    batch->X = resize_array(NULL, BATCH_ROWS * r->inputs, sizeof *batch->X);
    batch->O_out = resize_array(NULL, BATCH_ROWS * r->outputs, sizeof *batch->O_out);
    if (r->model->n_others > 0)
        batch->O_spread = resize_array(NULL, BATCH_ROWS * r->outputs, sizeof *batch->O_spread);
    if (has_deviations(r->model))
        batch->O_deviation =
            resize_array(NULL, BATCH_ROWS * r->outputs, sizeof *batch->O_deviation);
    if (parts->level > 0.0) {
        batch->lower = resize_array(NULL, BATCH_ROWS * r->outputs, sizeof *batch->lower);
        batch->upper = resize_array(NULL, BATCH_ROWS * r->outputs, sizeof *batch->upper);
    }
    if (parts->has_targets)
        batch->Y = resize_array(NULL, BATCH_ROWS * r->outputs, sizeof *batch->Y);
    if (parts->weights || r->has_training_weights)
        batch->weights = resize_array(NULL, BATCH_ROWS, sizeof *batch->weights);
}

static void set_marks(column_list *list, const table_options *options) {
    for (size_t i = 0; i < list->count; i++) {
        number_format *format = &list->columns[i].format;
        if (options->decimal || options->thousands)
            format->thousands = options->thousands;
        if (options->decimal)
            format->decimal = options->decimal;
        else if (format->thousands == format->decimal)
            format->decimal = format->decimal == '.' ? ',' : '.';
    }
}

/* Those of the training, whose numbers are written as they were there, or others. */
static bool find_weights(model_reader *r, const row_parts *parts, table_error *error) {
    schema *s = &r->model->schema;
    bool has_column = s->weights.count > 0 && bind_weights(s, &r->source);
    if (!parts->weights) {
        r->has_training_weights = parts->has_training_weights && has_column;
        return true;
    }
    bool is_found = find_chosen_column(&r->source, parts->weights, &r->weights, error);
    r->has_training_weights =
        is_found && has_column && s->weights.columns[0].position == r->weights;
    return is_found;
}

/* The table may write numbers otherwise than that of the training. */
static void take_options(schema *s, const table_options *options) {
    set_marks(&s->features, options);
    set_marks(&s->targets, options);
    set_marks(&s->weights, options);
    if (options->has_missing)
        s->features.missing = options->missing;
    add_missing_texts(s, options->missing_texts);
}

static bool has_decimal_commas(const column_list *list) {
    for (size_t i = 0; i < list->count; i++)
        if (list->columns[i].format.decimal == ',')
            return true;
    return false;
}

/* Of a column that the training did not have as weights. */
static void take_weights_format(model_reader *r, const table_options *options) {
    const schema *s = &r->model->schema;
    table_column column = {.format = PLAIN_FORMAT};
    column_list list = {.columns = &column, .count = 1};
    set_marks(&list, options);
    r->weights_format = column.format;
    r->may_have_commas = !options->decimal && !options->thousands &&
                         (get_delimiter(r->source.reader) == ';' ||
                          has_decimal_commas(&s->features) || has_decimal_commas(&s->targets));
}

static bool open_table(model_reader *r, const char *path, const table_options *options,
                       const row_parts *parts, table_error *error) {
    source_format format = options->format;
    schema *s = &r->model->schema;
    format.names = &s->table_columns;
    if (!open_source(&r->source, path, &format, error) ||
        !bind_schema(s, &r->source, parts->has_targets, error) || !find_weights(r, parts, error) ||
        !keep_columns(r, parts, error))
        return blame_source(&r->source, error);
    take_options(s, options);
    take_weights_format(r, options);
    return true;
}

bool open_reader(const char *command, model_reader *r, table_model *model, const char *path,
                 const table_options *options, const row_parts *parts) {
    table_error error;
    *r = (model_reader){
        .model = model, .skipped.is_allowed = options->skips_bad_rows, .rows = parts->rows};
    if (r->rows) {
        r->source.name = copy_text(r->rows->name);
    } else if (!open_table(r, path, options, parts, &error)) {
        close_reader(r);
        return report_error(command, &error);
    }
    r->skipped.leaves_out_gaps = model->schema.features.missing == MISSING_SKIPPED;
    r->inputs = count_numbers(&model->schema.features);
    r->outputs = count_numbers(&model->schema.targets);
    r->level = parts->level;
    r->is_alone = parts->takes_first || nnblas_threads() == 1 || nn_count_processors() == 1;
    if (!r->is_alone && nnblas_threads() > 1)
        nnblas_set_local_threads(nnblas_threads() - 1); /* another one reads */
    for (size_t b = 0; b < 2; b++)
        make_batch(r, &r->batches[b], parts);
    return true;
}

static void free_batch(row_batch *batch) {
    free(batch->X);
    free(batch->Y);
    free(batch->O_out);
    free(batch->O_spread);
    free(batch->O_deviation);
    free(batch->lower);
    free(batch->upper);
    free(batch->weights);
    free_csv_text(&batch->kept);
}

void close_reader(model_reader *r) {
    if (r->is_reading)
        pthread_join(r->thread, NULL);
    nnblas_set_local_threads(0);
    close_source(&r->source);
    free(r->kept);
    for (size_t b = 0; b < 2; b++)
        free_batch(&r->batches[b]);
    *r = (model_reader){0};
}

/* ---- reading --------------------------------------------------------------------------------- */

/* A bad row may lack some of the columns. */
static void keep_values(const model_reader *r, row_batch *batch, const csv_row *row) {
    for (size_t i = 0; i < r->n_kept; i++) {
        if (r->kept[i] < row->count)
            append_csv_value(&batch->kept, get_value(row, r->kept[i]));
        append_byte(&batch->kept, ',');
    }
    batch->kept_ends[batch->rows] = batch->kept.length;
}

/* Of thousands with a point, as the training reads 1.000 beside decimal commas. */
static bool is_ambiguous_weight(const model_reader *r, const csv_row *row, double weight) {
    const number_format points = {',', '.', ""};
    double other = weight;
    return r->may_have_commas && read_formatted(get_value(row, r->weights), &points, &other) &&
           other != weight;
}

static bool read_weight(const model_reader *r, const csv_row *row, double *weight,
                        table_error *error) {
    const column_list *of_training = &r->model->schema.weights;
    size_t position = r->has_training_weights ? of_training->columns[0].position : r->weights;
    if (r->has_training_weights && !encode_row(of_training, &r->source, row, weight, error))
        return false;
    bool is_read =
        r->has_training_weights || get_formatted(row, position, &r->weights_format, weight);
    if (is_read && !r->has_training_weights && is_ambiguous_weight(r, row, *weight))
        return set_value_error(&r->source, row, position,
                               "can have decimals or thousands: --decimal says which", error);
    return (is_read && *weight >= 0.0 && *weight <= LARGEST_WEIGHT) ||
           set_value_error(&r->source, row, position, "is no weight, a number from 0 to 1e100",
                           error);
}

static bool encode_parts(const model_reader *r, row_batch *batch, const csv_row *row,
                         table_error *error) {
    const schema *s = &r->model->schema;
    double *x = batch->X + batch->N * r->inputs;
    return encode_row(&s->features, &r->source, row, x, error) &&
           check_distances(&s->features, &r->source, row, x, error) &&
           (!batch->Y ||
            encode_row(&s->targets, &r->source, row, batch->Y + batch->N * r->outputs, error)) &&
           (!batch->weights || read_weight(r, row, batch->weights + batch->N, error));
}

static row_result encode_next(model_reader *r, row_batch *batch, table_error *error) {
    csv_row row = {0};
    row_result result = read_source_row(&r->source, &row, error);
    if (result == ROW_END || result == ROW_FAILED)
        return result;
    keep_values(r, batch, &row);
    clear_values(&row, &r->model->schema.missing_texts);
    return result == ROW_GOOD && encode_parts(r, batch, &row, error) ? ROW_GOOD : ROW_BAD;
}

/* Of arrays, in which no row is bad. */
static bool take_rows_of_stream(model_reader *r, row_batch *batch, table_error *error) {
    const column_list *features = &r->model->schema.features;
    if (!r->rows->read(r->rows->user, BATCH_ROWS, batch->X, batch->Y, &batch->N, error))
        return false;
    for (size_t n = 0; n < batch->N; n++) {
        size_t i = find_distant_column(features, batch->X + n * r->inputs);
        if (i < features->count)
            return set_error(error, "%s: row %zu, column %zu: %.15g %s", r->rows->name,
                             r->row + n + 1, i + 1, batch->X[n * r->inputs + i], TOO_FAR);
        batch->is_good[n] = true;
    }
    batch->rows = batch->N;
    r->row += batch->N;
    scale_rows(features, batch->N, batch->X);
    return true;
}

static bool fill_batch(model_reader *r, row_batch *batch, table_error *error) {
    batch->rows = batch->N = batch->kept.length = 0;
    if (r->rows)
        return take_rows_of_stream(r, batch, error);
    while (batch->rows < BATCH_ROWS) {
        row_result result = encode_next(r, batch, error);
        if (result == ROW_END)
            break;
        if (result == ROW_FAILED || (result == ROW_BAD && !skip_row(&r->skipped, error)))
            return false;
        batch->is_good[batch->rows++] = result == ROW_GOOD;
        batch->N += result == ROW_GOOD;
    }
    count_gaps(&r->model->schema.features, batch->N, batch->X, &r->skipped.filled);
    scale_rows(&r->model->schema.features, batch->N, batch->X);
    return true;
}

static bool blame_rows(model_reader *r, table_error *error) {
    return r->rows ? r->rows->blame(r->rows->user, error) : blame_source(&r->source, error);
}

static void *read_ahead(void *user) {
    model_reader *r = user;
    r->is_read = fill_batch(r, &r->batches[r->next], &r->error) || blame_rows(r, &r->error);
    return NULL;
}

/* If no thread can be created, the batch is read when it is asked for. */
static void start_reading(model_reader *r) {
    r->is_reading = !r->is_alone && pthread_create(&r->thread, NULL, read_ahead, r) == 0;
}

static void finish_reading(model_reader *r) {
    if (r->is_reading)
        pthread_join(r->thread, NULL);
    else
        read_ahead(r);
    r->is_reading = false;
}

bool read_batch(const char *command, model_reader *r, row_batch **batch) {
    finish_reading(r);
    if (!r->is_read)
        return report_error(command, &r->error);
    *batch = &r->batches[r->next];
    r->next = 1 - r->next;
    if ((*batch)->rows > 0)
        start_reading(r);
    return true;
}

/* The outputs are those without intervals, to the last bit. */
static nnblas_status predict_rows(const model_reader *r, const row_batch *b) {
    nnblas_status status = NNBLAS_OK;
    if (b->lower)
        status =
            nnblas_net_predict_interval(r->model->net, b->N, b->X, r->inputs, r->level, b->O_out,
                                        r->outputs, b->lower, r->outputs, b->upper, r->outputs);
    return status ? status
                  : predict_model(r->model, b->N, b->X, b->O_out, b->O_spread, b->O_deviation);
}

bool predict_batch(const char *command, model_reader *r, row_batch **batch) {
    if (!read_batch(command, r, batch))
        return false;
    if ((*batch)->N == 0 || predict_rows(r, *batch) == NNBLAS_OK)
        return true;
    report_failure(command);
    return false;
}
