/* SPDX-License-Identifier: BSD-3-Clause */
/* Measures how much a model needs each column: how much worse it is where the column's values are
 * permuted among the rows (L. Breiman, "Random Forests", Machine Learning 45, 2001). */
#include "cli/files.h"
#include "cli/memory.h"
#include "cli/options.h"
#include "cli/output.h"
#include "cli/text.h"
#include "commands/commands.h"
#include "commands/gnuplot.h"
#include "commands/report_files.h"
#include "core/random.h"
#include "table/ensemble.h"
#include "table/json.h"
#include "table/model_reader.h"
#include "table/scores.h"
#include "table/table_options.h"
#include "table/weight_column.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static const char HELP[] =
    "usage: nnblas importance MODEL DATA.csv [OPTION]...\n"
    "\n"
    "Prints for each feature how much the accuracy of MODEL, or the R2 of numbers, falls where\n"
    "the values of that column are shuffled among the rows: the mean and the deviation over the\n"
    "repeats, the most important feature first. Of classes and numbers together it is the mean\n"
    "of accuracy and R2. It is little where another column says the same.\n"
    "The rows should not be those that MODEL was trained on.\n"
    "\n"
    "  --measure NAME        another measure that nnblas evaluate prints; the fall of an error\n"
    "                        is negative\n" WEIGHT_OPTIONS_HELP
    "  --repeats N           shuffle each column N times (default 5)\n"
    "  --seed S              of the shuffles (default 1)\n"
    "  --plot FILE           draw the falls and their deviations with gnuplot, as .svg or .png\n"
    "  --json FILE           write the table here, as JSON; - for standard output, and no "
    "text\n" MODEL_OPTIONS_HELP;

enum { MOST_ROWS = 50000 };

/* The default of classes and numbers together, where neither measure sees all targets. */
static const char MEAN_OF_BOTH[] = "mean of accuracy and r2";

typedef struct {
    const char *measure, *json, *plot;
    uint64_t repeats, seed;
    row_parts parts;
} importance_settings;

/* The rows, and what one feature after the other costs. */
typedef struct {
    const table_model *model;
    size_t N, inputs, outputs;
    bool has_more;
    double *X, *Y, *O_out;
    double *weights; /* null where each is 1 */
} held_rows;

typedef struct {
    const char *name;
    size_t place;
    double mean, deviation;
    double loss; /* what the model is worse without it: of an error that is its rise */
} importance;

static void append_rows(held_rows *rows, const row_batch *batch) {
    size_t N = batch->N < MOST_ROWS - rows->N ? batch->N : MOST_ROWS - rows->N;
    rows->has_more = rows->has_more || N < batch->N;
    rows->X = resize_array(rows->X, (rows->N + N) * rows->inputs, sizeof *rows->X);
    rows->Y = resize_array(rows->Y, (rows->N + N) * rows->outputs, sizeof *rows->Y);
    memcpy(rows->X + rows->N * rows->inputs, batch->X, N * rows->inputs * sizeof *rows->X);
    memcpy(rows->Y + rows->N * rows->outputs, batch->Y, N * rows->outputs * sizeof *rows->Y);
    if (batch->weights) {
        rows->weights = resize_array(rows->weights, rows->N + N, sizeof *rows->weights);
        memcpy(rows->weights + rows->N, batch->weights, N * sizeof *rows->weights);
    }
    rows->N += N;
}

static bool has_weight(const held_rows *rows) {
    for (size_t r = 0; r < rows->N; r++)
        if (!rows->weights || rows->weights[r] > 0.0)
            return true;
    return false;
}

static bool hold_rows(const char *command, model_reader *reader, held_rows *rows) {
    row_batch *batch;
    do {
        if (!read_batch(command, reader, &batch))
            return false;
        if (batch->N > 0)
            append_rows(rows, batch);
    } while (batch->rows > 0 && !rows->has_more);
    if (has_weight(rows))
        return true;
    print_safely(stderr, "nnblas %s: %s: has no rows to predict%s\n", command, reader->source.name,
                 rows->N > 0 ? " with a weight above 0" : "");
    return false;
}

static measure make_measure(const char *name, double value) {
    measure made = {.value = value};
    snprintf(made.name, sizeof made.name, "%s", name);
    return made;
}

static measure take_measure(const scores *s, const char *name) {
    measure measures[MOST_MEASURES];
    size_t count = list_measures(s, measures);
    size_t place = find_measure(measures, count, name);
    if (place < count)
        return measures[place];
    double sum = get_measure(measures, count, "accuracy") + get_measure(measures, count, "r2");
    return make_measure(name, sum / 2.0);
}

static measure measure_rows(const char *command, const held_rows *rows, const char *name) {
    measure result = make_measure(name, (double)NAN);
    scores s = start_scores(&rows->model->schema);
    if (strcmp(name, "auc") != 0)
        leave_out_auc(&s);
    if (predict_model(rows->model, rows->N, rows->X, rows->O_out, NULL, NULL)) {
        report_failure(command);
    } else {
        add_scores(&s, rows->N, rows->Y, rows->O_out, rows->weights);
        result = take_measure(&s, name);
    }
    free_scores(&s);
    return result;
}

static void swap_values(double *a, double *b, size_t width) {
    for (size_t k = 0; k < width; k++) {
        double value = a[k];
        a[k] = b[k];
        b[k] = value;
    }
}

/* All numbers that the column became stay together. */
static void deal_column(held_rows *rows, size_t first, size_t width, nn_random *random) {
    for (size_t r = rows->N; r-- > 1;) {
        size_t other = (size_t)(nn_random_unit(random) * (double)(r + 1));
        swap_values(rows->X + r * rows->inputs + first, rows->X + other * rows->inputs + first,
                    width);
    }
}

/* The fall of the measure; that of an error is negative. */
static void measure_column(const char *command, held_rows *rows, const importance_settings *set,
                           size_t first, size_t width, measure whole, importance *result) {
    double *kept = resize_array(NULL, rows->N * rows->inputs, sizeof *kept), squares = 0.0;
    size_t bytes = rows->N * rows->inputs * sizeof *kept;
    memcpy(kept, rows->X, bytes);
    nn_random random;
    int exponent; /* of a unit in which no square overflows or becomes 0 */
    frexp(whole.value, &exponent);
    nn_random_seed(&random, set->seed + first);
    result->mean = 0.0;
    for (uint64_t i = 0; i < set->repeats; i++) {
        deal_column(rows, first, width, &random);
        double fall = whole.value - measure_rows(command, rows, set->measure).value;
        fall = ldexp(fall, -exponent);
        double distance = fall - result->mean;
        result->mean += distance / (double)(i + 1);
        squares += distance * (fall - result->mean);
    }
    result->mean = ldexp(result->mean, exponent);
    result->loss = whole.is_loss ? -result->mean : result->mean;
    result->deviation = ldexp(sqrt(squares / (double)set->repeats), exponent);
    memcpy(rows->X, kept, bytes);
    free(kept);
}

static int compare_importance(const void *a, const void *b) {
    double first = ((const importance *)a)->loss, second = ((const importance *)b)->loss;
    return (first < second) - (first > second);
}

static void print_table(const importance_settings *set, const held_rows *rows, double whole,
                        const importance *list, size_t count) {
    if (rows->has_more)
        printf("of the first %zu rows\n", rows->N);
    printf("%s %.6g of %zu row%s; its fall when a column is shuffled, over %zu repeat%s\n",
           set->measure, whole, rows->N, end_plural(rows->N), (size_t)set->repeats,
           end_plural(set->repeats));
    for (size_t i = 0; i < count; i++)
        printf("%12.5g +- %-12.3g %s\n", list[i].mean, list[i].deviation,
               show_column(list[i].name, list[i].place).text);
}

/* ---- the picture ----------------------------------------------------------------------------- */

enum { MOST_BARS = 40, BAR_HEIGHT = 22, PLOT_WIDTH = 800, PLOT_MARGIN = 110 };

static void write_bars(FILE *script, const importance *list, size_t count) {
    fputs("$bars << END\n", script);
    for (size_t i = 0; i < count; i++) {
        write_plot_number(script, list[i].mean);
        write_plot_number(script, list[i].deviation);
        fputc('\n', script);
    }
    fputs("END\nset ytics (", script);
    for (size_t i = 0; i < count; i++) {
        fputs(i > 0 ? ", " : "", script);
        write_plot_tic(script, *list[i].name ? list[i].name
                                             : show_column(list[i].name, list[i].place).text);
        fprintf(script, " %zu", i);
    }
    fputs(")\n", script);
}

/* Of many columns the first, which count most. */
static bool plot_table(const char *command, const importance_settings *set, const held_rows *rows,
                       const importance *list, size_t count) {
    size_t bars = count < MOST_BARS ? count : MOST_BARS;
    FILE *script = start_plot(command, set->plot, PLOT_WIDTH, PLOT_MARGIN + BAR_HEIGHT * (int)bars);
    if (!script)
        return false;
    write_bars(script, list, bars);
    fprintf(script,
            "set title 'fall of %s when a column is shuffled, of %zu row%s'\n"
            "set yrange [%zu.5:-0.5]\nset grid x\nset style fill solid\nunset key\n"
            "plot $bars using 1:0:(0):1:($0-0.4):($0+0.4) with boxxyerror linecolor '#1f77b4', "
            "$bars using 1:0:2 with xerrorbars pointtype 0 linecolor 'black'\n",
            set->measure, rows->N, end_plural(rows->N), bars - 1);
    return finish_plot(command, script, set->plot);
}

static bool write_table(const char *command, const importance_settings *set, const held_rows *rows,
                        double whole, const importance *list, size_t count) {
    output_file output;
    if (!open_output(command, &output, set->json))
        return false;
    json_t *packed = check_json(json_object()), *columns;
    set_member(packed, "measure", json_string(set->measure));
    set_member(packed, "value", pack_real(whole));
    set_member(packed, "rows", pack_size(rows->N));
    set_member(packed, "has_more_rows", json_boolean(rows->has_more));
    set_member(packed, "repeats", pack_size((size_t)set->repeats));
    set_member(packed, "columns", columns = check_json(json_array()));
    for (size_t i = 0; i < count; i++) {
        json_t *column = check_json(json_object());
        set_member(column, "name", json_string(list[i].name));
        set_member(column, "fall", pack_real(list[i].mean));
        set_member(column, "deviation", pack_real(list[i].deviation));
        append_element(columns, column);
    }
    write_json(output.stream, packed);
    json_decref(packed);
    return keep_output(command, &output);
}

static bool measure_columns(const char *command, held_rows *rows, const importance_settings *set) {
    const column_list *features = &rows->model->schema.features;
    rows->O_out = resize_array(NULL, rows->N * rows->outputs, sizeof *rows->O_out);
    measure whole = measure_rows(command, rows, set->measure);
    if (isnan(whole.value)) {
        refuse_usage(command, "the measure %s is not defined for these rows: try another --measure",
                     set->measure);
        return false;
    }
    importance *list = resize_array(NULL, features->count, sizeof *list);
    for (size_t i = 0, first = 0; i < features->count;
         first += get_width(&features->columns[i++])) {
        const table_column *column = &features->columns[i];
        list[i] = (importance){.name = column->name, .place = column->place};
        measure_column(command, rows, set, first, get_width(column), whole, &list[i]);
    }
    qsort(list, features->count, sizeof *list, compare_importance);
    if (!is_standard_output(set->json) && !is_standard_output(set->plot))
        print_table(set, rows, whole.value, list, features->count);
    bool is_good =
        (!set->json || write_table(command, set, rows, whole.value, list, features->count)) &&
        (!set->plot || plot_table(command, set, rows, list, features->count));
    free(list);
    return is_good;
}

static const char *choose_measure(const schema *s) {
    output_kind kind = get_output_kind(s);
    if (kind == OUTPUTS_MIXED)
        return MEAN_OF_BOTH;
    return kind == OUTPUTS_NUMBERS ? "r2" : "accuracy";
}

static bool measure_table(const char *command, table_model *model, const model_arguments *arguments,
                          importance_settings *set) {
    model_reader reader;
    if (!open_reader(command, &reader, model, arguments->data, &arguments->table, &set->parts))
        return false;
    if (set->parts.has_training_weights)
        report_training_weights(command, &reader);
    held_rows rows = {.model = model, .inputs = reader.inputs, .outputs = reader.outputs};
    bool is_good = (!set->measure || check_measure(command, &model->schema, false, set->measure)) &&
                   hold_rows(command, &reader, &rows);
    if (!set->measure)
        set->measure = choose_measure(&model->schema);
    is_good = is_good && measure_columns(command, &rows, set);
    close_reader(&reader);
    free(rows.X);
    free(rows.Y);
    free(rows.O_out);
    free(rows.weights);
    return is_good;
}

int run_importance(int argc, char **argv) {
    model_arguments arguments;
    importance_settings set = {.repeats = 5, .seed = 1, .parts.has_targets = true};
    weight_arguments weight = {0};
    command_option own[5 + N_WEIGHT_OPTIONS] = {
        {"measure", .text = &set.measure},
        {"json", .text = &set.json},
        {"plot", .text = &set.plot},
        {"repeats", .value = &set.repeats, .minimum = 1, .maximum = 1000},
        {"seed", .value = &set.seed, .minimum = 0, .maximum = UINT64_MAX},
    };
    list_weight_options(&weight, own + 5);
    int status =
        read_model_arguments(argc, argv, HELP, own, sizeof own / sizeof own[0], &arguments);
    if (status == CARRY_ON)
        status = take_weight_arguments(argv[0], &weight, &set.parts);
    if (status == CARRY_ON)
        status = check_report_files(argv[0], &arguments, set.json, set.plot);
    if (status != CARRY_ON)
        return status;
    ignore_write_signals();
    table_model model;
    if (!load_model(argv[0], arguments.model, &model))
        return EXIT_FAILURE;
    bool is_good = measure_table(argv[0], &model, &arguments, &set);
    free_model(&model);
    return is_good ? EXIT_SUCCESS : EXIT_FAILURE;
}
