/* SPDX-License-Identifier: BSD-3-Clause */
#include "commands/explain_model.h"

#include "cli/memory.h"
#include "cli/options.h"
#include "cli/text.h"
#include "commands/network_names.h"
#include "commands/saved_model.h"
#include "table/confusion.h"
#include "table/weight_column.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* The page is to stay under a megabyte, and its matrices are to be read. The largest that were seen
 * have 0.4 MB, of 80 inputs and 70 hidden units, and 0.6 MB, of 2900 inputs with long names. */
enum { MOST_ROWS = 20, MOST_NUMBERS = 8000, MOST_PARAMETERS = 6000, MOST_UNITS = 16 };

static const double LEARNING_RATE = 0.1;

static size_t get_smaller(size_t a, size_t b) {
    return a < b ? a : b;
}

/* ---- the network ----------------------------------------------------------------------------- */

static void copy_first_weights(nnblas_net *cut, const nnblas_net *whole, size_t layer) {
    size_t rows = nnblas_net_layer_size(cut, layer - 1),
           columns = nnblas_net_layer_size(cut, layer);
    size_t whole_columns = nnblas_net_layer_size(whole, layer);
    const double *from = nnblas_net_const_weights(whole, layer);
    for (size_t r = 0; r < rows; r++)
        memcpy(nnblas_net_weights(cut, layer) + r * columns, from + r * whole_columns,
               columns * sizeof *from);
    if (nnblas_net_flags(whole) & NNBLAS_BIAS)
        memcpy(nnblas_net_bias(cut, layer), nnblas_net_const_bias(whole, layer),
               columns * sizeof *from);
}

/* The first units of each layer, with the weights between them: a network of its own. */
static nnblas_status cut_network(const nnblas_net *whole, nnblas_net **cut) {
    size_t layers = nnblas_net_layer_count(whole);
    size_t *sizes = resize_array(NULL, layers, sizeof *sizes);
    for (size_t l = 0; l < layers; l++)
        sizes[l] = get_smaller(nnblas_net_layer_size(whole, l), MOST_UNITS);
    nnblas_status status =
        nnblas_net_create(sizes, layers, nnblas_net_flags(whole) | NNBLAS_ZERO, cut);
    free(sizes);
    for (size_t l = 1; l + 1 < layers && !status; l++)
        status = nnblas_net_set_activation(*cut, l, nnblas_net_activation(whole, l));
    if (!status)
        status = nnblas_net_set_output(*cut, nnblas_net_output_activation(whole),
                                       nnblas_net_cost(whole));
    for (size_t l = 1; l < layers && !status; l++)
        copy_first_weights(*cut, whole, l);
    return status;
}

static bool choose_member(const char *command, const table_model *model, size_t member,
                          explained *e) {
    e->members = model->n_others + 1;
    e->member = member > 0 ? member : 1;
    if (e->member > e->members) {
        print_safely(stderr, "nnblas %s: %s: has no member %zu: --member takes 1 to %zu\n", command,
                     e->model, e->member, e->members);
        return false;
    }
    if (member == 0 && e->members > 1)
        print_safely(
            stderr,
            "nnblas %s: %s: is an ensemble of %zu networks: this explains the first; --member "
            "takes another\n",
            command, e->model, e->members);
    return true;
}

static const nnblas_net *get_member(const table_model *model, size_t member) {
    return member == 1 ? model->net : model->others[member - 2];
}

static nnblas_status take_network(const nnblas_net *net, explained *e) {
    if (nnblas_net_parameter_count(net) <= MOST_PARAMETERS)
        return nnblas_net_clone(net, &e->net);
    nnblas_status status = nnblas_net_clone(net, &e->whole);
    return status ? status : cut_network(net, &e->net);
}

/* The page shows the arithmetic of two costs, and the paths from layer to layer. */
static bool check_network(const char *command, const nnblas_net *net, const explained *e) {
    nnblas_cost cost = nnblas_net_cost(net);
    if (nnblas_net_flags(net) & NNBLAS_SKIP) {
        print_safely(stderr,
                     "nnblas %s: %s: has skip connections; the page knows only paths from "
                     "layer to layer\n",
                     command, e->model);
        return false;
    }
    if (cost == NNBLAS_MSE || cost == NNBLAS_CROSS_ENTROPY)
        return true;
    print_safely(stderr,
                 "nnblas %s: %s: has the cost %s; the page knows only mse and cross_entropy\n",
                 command, e->model, name_cost(cost));
    return false;
}

/* Without its folder, which is nothing to a reader elsewhere. */
static char *name_file(const char *path) {
    const char *slash = strrchr(path, '/');
    return copy_text(show_text(slash ? slash + 1 : path).text);
}

/* ---- names ----------------------------------------------------------------------------------- */

/* Of the number at place p > 0 of a date: a sine or a cosine of one of its parts. */
static void write_part(const table_column *column, size_t p, char *text, size_t size) {
    static const char *const PARTS[N_DATE_PARTS] = {"year", "week", "day"};
    size_t part = 0, before = (p - 1) / 2;
    while (!(column->parts >> part & 1) || before-- > 0)
        part++;
    snprintf(text, size, "%s, %s of its %s", show_text(column->name).text,
             p % 2 == 1 ? "sine" : "cosine", PARTS[part]);
}

/* The name of the number at place p of those that a column becomes. */
static char *name_number(const table_column *column, size_t p) {
    char name[2 * sizeof(shown_text) + 16];
    shown_text shown = show_text(column->name);
    if (shown.text[0] == '\0')
        snprintf(shown.text, sizeof shown.text, "column %zu", column->place + 1);
    bool is_gap = column->expects_gaps && p == get_width(column) - 1;
    if (is_gap)
        snprintf(name, sizeof name, "%s is missing", shown.text);
    else if (column->kind == COLUMN_CATEGORY)
        snprintf(name, sizeof name, "%s = %s", shown.text,
                 show_text(column->categories.names[p]).text);
    else if (p > 0)
        write_part(column, p, name, sizeof name);
    else
        snprintf(name, sizeof name, "%s", shown.text);
    return copy_text(name);
}

static char **name_inputs(const column_list *list, size_t count) {
    char **names = resize_array(NULL, count, sizeof *names);
    size_t n = 0;
    for (size_t i = 0; i < list->count; i++)
        for (size_t p = 0; p < get_width(&list->columns[i]) && n < count; p++)
            names[n++] = name_number(&list->columns[i], p);
    return names;
}

static char **copy_output_names(const schema *s, size_t count) {
    name_list list = {0};
    char **names = resize_array(NULL, count, sizeof *names);
    name_outputs(s, &list);
    for (size_t k = 0; k < count; k++)
        names[k] = copy_text(show_text(list.names[k]).text);
    free_names(&list);
    return names;
}

/* ---- rows ------------------------------------------------------------------------------------ */

/* As in the training: of the column, where the table has it, times that of the class. Null where
 * the training had none. */
static double *weigh_rows(const model_reader *reader, const row_batch *batch) {
    const double *class_weights = reader->model->schema.class_weights;
    if (!reader->has_training_weights && !class_weights)
        return NULL;
    double *weights = resize_array(NULL, batch->N, sizeof *weights);
    for (size_t r = 0; r < batch->N; r++) {
        weights[r] = batch->weights ? batch->weights[r] : 1.0;
        if (class_weights)
            weights[r] *=
                class_weights[find_largest(batch->Y + r * reader->outputs, reader->outputs)];
    }
    return weights;
}

/* At most as many rows as are wanted, evenly spaced over those that were read and whose weight is
 * above 0, so that a sorted table shows each class. */
static void choose_rows(explained *e, size_t wanted, const double *weights) {
    size_t *counting = resize_array(NULL, e->n_read, sizeof *counting), count = 0;
    for (size_t r = 0; r < e->n_read; r++)
        if (!weights || weights[r] > 0.0)
            counting[count++] = r + 1;
    e->N = get_smaller(count, wanted);
    e->rows = resize_array(NULL, e->N, sizeof *e->rows);
    for (size_t r = 0; r < e->N; r++)
        e->rows[r] = counting[r * count / e->N];
    free(counting);
}

/* The first columns of the chosen rows. */
static double *copy_chosen(const explained *e, const double *numbers, size_t all_columns,
                           size_t columns) {
    double *chosen = resize_array(NULL, e->N * columns, sizeof *chosen);
    for (size_t r = 0; r < e->N; r++)
        memcpy(chosen + r * columns, numbers + (e->rows[r] - 1) * all_columns,
               columns * sizeof *chosen);
    return chosen;
}

static size_t count_fitting_rows(const explained *e) {
    size_t last = nnblas_net_layer_count(e->net) - 1;
    size_t numbers = nnblas_net_layer_size(e->net, 0) + nnblas_net_layer_size(e->net, last);
    return numbers < MOST_NUMBERS ? get_smaller(MOST_ROWS, MOST_NUMBERS / numbers) : 1;
}

static bool choose_weighed_rows(const char *command, const model_reader *reader,
                                const row_batch *batch, explained *e) {
    double *weights = weigh_rows(reader, batch);
    e->n_read = batch->N;
    e->is_whole = batch->rows < BATCH_ROWS;
    choose_rows(e, count_fitting_rows(e), weights);
    if (weights)
        e->weights = copy_chosen(e, weights, 1, 1);
    free(weights);
    if (e->N > 0)
        return true;
    print_safely(stderr, "nnblas %s: %s: has no rows to explain%s\n", command, reader->source.name,
                 e->n_read > 0 ? " with a weight above 0" : "");
    return false;
}

static bool take_rows(const char *command, model_reader *reader, explained *e) {
    row_batch *batch;
    if (!read_batch(command, reader, &batch))
        return false;
    report_skipped(command, reader->source.name, &reader->skipped);
    size_t inputs = nnblas_net_layer_size(e->net, 0);
    size_t outputs = nnblas_net_layer_size(e->net, nnblas_net_layer_count(e->net) - 1);
    e->lacks_weights = report_lacking_weights(command, reader);
    if (!choose_weighed_rows(command, reader, batch, e))
        return false;
    scale_rows(&reader->model->schema.targets, batch->N, batch->Y);
    e->X = copy_chosen(e, batch->X, reader->inputs, inputs);
    e->Y = copy_chosen(e, batch->Y, reader->outputs, outputs);
    e->input_names = name_inputs(&reader->model->schema.features, inputs);
    e->output_names = copy_output_names(&reader->model->schema, outputs);
    e->table = name_file(reader->source.name);
    return true;
}

static bool read_rows_of(const char *command, table_model *model, const char *data,
                         const table_options *options, explained *e) {
    model_reader reader;
    if (take_network(get_member(model, e->member), e)) {
        report_failure(command);
        return false;
    }
    if (!open_reader(
            command, &reader, model, data, options,
            &(row_parts){.has_targets = true, .has_training_weights = true, .takes_first = true}))
        return false;
    bool is_good = take_rows(command, &reader, e);
    close_reader(&reader);
    return is_good;
}

bool read_explained(const char *command, const char *model, const char *data,
                    const table_options *options, size_t member, explained *e) {
    table_model loaded;
    *e = (explained){.learning_rate = LEARNING_RATE};
    if (!load_model(command, model, &loaded))
        return false;
    e->model = name_file(strcmp(model, "-") == 0 ? "standard input" : model);
    bool is_good = choose_member(command, &loaded, member, e) &&
                   check_network(command, loaded.net, e) &&
                   read_rows_of(command, &loaded, data, options, e);
    free_model(&loaded);
    if (!is_good)
        free_explained(e);
    return is_good;
}
