/* SPDX-License-Identifier: BSD-3-Clause */
/* Shows what a file of a network says about it. */
#include "cli/files.h"
#include "cli/options.h"
#include "cli/output.h"
#include "cli/text.h"
#include "commands/commands.h"
#include "commands/network_names.h"
#include "commands/saved_model.h"
#include "table/json.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

static const char HELP[] =
    "usage: nnblas show MODEL [--json FILE]\n"
    "\n"
    "Prints what the file of a network says: its layers, the columns of the table it was trained\n"
    "on, how they become inputs, and the record of the training. MODEL is a file that nnblas\n"
    "train saved, a checkpoint, or any other network of the library; - is standard input.\n"
    "\n"
    "  --json FILE           write it here, as JSON; - for standard output, and no text\n";

/* ---- the network ----------------------------------------------------------------------------- */

static void print_sizes(const nnblas_net *net) {
    for (size_t l = 0; l < nnblas_net_layer_count(net); l++)
        printf("%s%zu", l > 0 ? "-" : "", nnblas_net_layer_size(net, l));
}

static void print_hidden(const nnblas_net *net) {
    char *names = name_hidden(net);
    printf("; hidden units %s", names);
    free(names);
}

static void print_network(const nnblas_net *net) {
    fputs("network     ", stdout);
    print_sizes(net);
    fputs(" units", stdout);
    if (nnblas_net_layer_count(net) > 2)
        print_hidden(net);
    printf("; outputs %s\ncost        %s", name_units(nnblas_net_output_activation(net)),
           name_cost(nnblas_net_cost(net)));
    if (nnblas_net_cost_parameter(net) != 0.0)
        printf(" of %.9g", nnblas_net_cost_parameter(net));
    putchar('\n');
    printf("parameters  %zu, %s biases%s\n", nnblas_net_parameter_count(net),
           nnblas_net_flags(net) & NNBLAS_BIAS ? "with" : "without",
           nnblas_net_flags(net) & NNBLAS_SKIP ? ", with skip connections" : "");
    if (nnblas_net_has_posterior(net))
        puts("posterior   of the parameters, for nnblas predict --intervals");
}

static void print_members_of(const table_model *model) {
    printf("ensemble    %zu networks, whose outputs are averaged; the first is the one above\n",
           model->n_others + 1);
    for (size_t i = 0; i < model->n_others; i++) {
        printf("  network %zu  ", i + 2);
        print_sizes(model->others[i]);
        printf(" units, %zu parameters\n", nnblas_net_parameter_count(model->others[i]));
    }
}

/* ---- the columns ----------------------------------------------------------------------------- */

static const char *name_kind(const table_column *column) {
    switch (column->kind) {
    case COLUMN_NUMBER:
        return "number";
    case COLUMN_CATEGORY:
        return "category";
    case COLUMN_DATE:
        return "date";
    case COLUMN_LABEL:
        return "label";
    }
    return "unknown";
}

enum { MOST_CATEGORIES_SHOWN = 8 };

static void print_categories(const name_list *categories) {
    for (size_t k = 0; k < categories->count && k < MOST_CATEGORIES_SHOWN; k++)
        printf("%s%s", k > 0 ? ", " : "", show_text(categories->names[k]).text);
    if (categories->count > MOST_CATEGORIES_SHOWN)
        printf(" and %zu more", categories->count - MOST_CATEGORIES_SHOWN);
}

static const double SECONDS_A_DAY = 86400.0;

/* The day of so many seconds since 1970. */
static bool show_date(double seconds, size_t size, char *text) {
    const time_t time = (time_t)seconds;
    struct tm parts;
    return fabs(seconds) < 1e12 && gmtime_r(&time, &parts) &&
           strftime(text, size, "%Y-%m-%d", &parts) > 0;
}

/* The constant of a column that was the same in all rows counts nothing. */
static void print_scaling(const table_column *column) {
    char mean[32];
    bool is_date = column->kind == COLUMN_DATE && show_date(column->mean, sizeof mean, mean);
    if (!is_date)
        snprintf(mean, sizeof mean, "%.6g", column->mean);
    if (column->deviation == 0.0)
        printf("always %s in training: it does not count", mean);
    else if (is_date)
        printf("mean %s, deviation %.6g days", mean, column->deviation / SECONDS_A_DAY);
    else
        printf("mean %s, deviation %.6g", mean, column->deviation);
}

static void print_gaps(const table_column *column) {
    if (column->expects_gaps)
        fputs(column->categories.count > 0 ? "; missing ones are a category of their own"
                                           : "; missing ones are the mean, with an indicator",
              stdout);
}

static void print_column(const table_column *column) {
    shown_column shown = show_column(column->name, column->place);
    printf("  %s: %s, %zu number%s; ", shown.text, name_kind(column), get_width(column),
           end_plural(get_width(column)));
    if (column->categories.count > 0)
        print_categories(&column->categories);
    else
        print_scaling(column);
    print_gaps(column);
    putchar('\n');
}

static void print_columns(const char *title, const column_list *list) {
    printf("\n%s: %zu column%s, %zu number%s\n", title, list->count, end_plural(list->count),
           count_numbers(list), end_plural(count_numbers(list)));
    for (size_t i = 0; i < list->count; i++)
        print_column(&list->columns[i]);
}

/* ---- records --------------------------------------------------------------------------------- */

static void print_value(const json_t *value) {
    if (json_is_string(value)) {
        print_safely(stdout, "%s\n", json_string_value(value));
    } else if (json_is_real(value)) {
        printf("%.6g\n", json_real_value(value));
    } else {
        char *text = json_dumps(value, JSON_ENCODE_ANY | JSON_COMPACT | JSON_REAL_PRECISION(6));
        print_safely(stdout, "%s\n", text ? text : "");
        free(text);
    }
}

/* One line a value; `prefix` are the keys that lead to the members. */
static void print_members(const char *prefix, json_t *object) {
    const char *key;
    json_t *value;
    json_object_foreach(object, key, value) {
        char path[128];
        snprintf(path, sizeof path, "%s%s%s", prefix, *prefix ? "." : "", key);
        if (json_is_object(value)) {
            print_members(path, value);
            continue;
        }
        print_safely(stdout, "  %-42s ", path);
        print_value(value);
    }
}

static void print_record(const char *title, json_t *record) {
    if (!record)
        return;
    printf("\n%s\n", title);
    print_members("", record);
}

enum { LONGEST_SHOWN = 200 };

static void print_metadata(const saved_model *saved) {
    json_t *packed = pack_saved_model(saved), *metadata = json_object_get(packed, "metadata");
    const char *key;
    json_t *value;
    if (json_object_size(metadata) > 0)
        puts("\nother metadata");
    json_object_foreach(metadata, key, value) {
        if (json_string_length(value) > LONGEST_SHOWN)
            printf("  %-42s %zu bytes\n", show_text(key).text, json_string_length(value));
        else
            print_safely(stdout, "  %-42s %s\n", show_text(key).text, json_string_value(value));
    }
    json_decref(packed);
}

/* Those that the rows had in the training. */
static void print_weights(const schema *s) {
    if (s->weights.count > 0)
        printf("\nweights of the rows: %s\n",
               show_column(s->weights.columns[0].name, s->weights.columns[0].place).text);
    if (!s->class_weights)
        return;
    const name_list *classes = &s->targets.columns[0].categories;
    printf("\nweights of the classes:");
    for (size_t k = 0; k < classes->count; k++)
        printf("%s %s %g", k > 0 ? "," : "", show_text(classes->names[k]).text,
               s->class_weights[k]);
    putchar('\n');
}

/* ---- the command ----------------------------------------------------------------------------- */

static void print_saved_model(const saved_model *saved) {
    const schema *s = &saved->model.schema;
    print_network(saved->model.net);
    if (saved->model.n_others > 0)
        print_members_of(&saved->model);
    if (saved->has_schema) {
        print_columns("features", &s->features);
        print_columns("targets", &s->targets);
        print_weights(s);
    } else {
        puts("\nIt has no schema of a table, so that nnblas predict cannot use it.");
    }
    print_record("training", saved->training);
    print_record("checkpoint of a training that can go on", saved->checkpoint);
    print_metadata(saved);
}

static bool write_saved_model(const char *command, const saved_model *saved, const char *path) {
    output_file output;
    if (!open_output(command, &output, path))
        return false;
    json_t *packed = pack_saved_model(saved);
    write_json(output.stream, packed);
    json_decref(packed);
    return keep_output(command, &output);
}

static bool show(const char *command, const char *model, const char *json) {
    saved_model saved;
    bool is_good = read_saved_model(command, model, &saved);
    if (is_good && !is_standard_output(json))
        print_saved_model(&saved);
    if (is_good && json)
        is_good = write_saved_model(command, &saved, json);
    free_saved_model(&saved);
    return is_good;
}

int run_show(int argc, char **argv) {
    const char *model = NULL, *json = NULL;
    const command_option options[] = {{.place = "MODEL", .text = &model}, {"json", .text = &json}};
    int status = read_options(argc, argv, HELP, options, sizeof options / sizeof options[0]);
    if (status != CARRY_ON)
        return status;
    if (!model)
        return refuse_usage(argv[0], "MODEL is missing; usage: nnblas show MODEL");
    const file_argument files[] = {{"MODEL", model, FILE_READ}, {"--json", json, FILE_WRITTEN}};
    status = check_files(argv[0], files, sizeof files / sizeof files[0]);
    if (status != CARRY_ON)
        return status;
    ignore_write_signals();
    return show(argv[0], model, json) ? EXIT_SUCCESS : EXIT_FAILURE;
}
