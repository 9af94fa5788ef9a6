/* SPDX-License-Identifier: BSD-3-Clause */
#include "table/table_options.h"

#include "table/model_file.h"

#include <string.h>

void list_table_options(table_arguments *arguments, command_option *options) {
    options[0] = (command_option){"header", .flag = &arguments->has_header};
    options[1] = (command_option){"no-header", .flag = &arguments->has_no_header};
    options[2] = (command_option){"delimiter", .text = &arguments->delimiter};
    options[3] = (command_option){"decimal", .text = &arguments->decimal};
    options[4] = (command_option){"thousands", .text = &arguments->thousands};
    options[5] = (command_option){"skip-bad-rows", .flag = &arguments->skips_bad_rows};
    options[6] = (command_option){"missing", .text = &arguments->missing};
    options[7] = (command_option){"na", .text = &arguments->missing_texts};
}

/* 0 where the option is not given. */
static bool read_delimiter(const char *text, char *delimiter) {
    *delimiter = '\0';
    if (!text)
        return true;
    *delimiter = strcmp(text, "tab") == 0 || strcmp(text, "\\t") == 0 ? '\t' : text[0];
    return *delimiter == '\t' || (strlen(text) == 1 && !strchr("\"\r\n", text[0]));
}

static bool read_missing_rule(const char *text, table_options *options) {
    static const char *const RULES[] = {"impute", "refuse", "skip"};
    options->has_missing = text != NULL;
    for (int r = 0; text && r < 3; r++)
        if (strcmp(text, RULES[r]) == 0) {
            options->missing = (missing_rule)r;
            return true;
        }
    return !text;
}

static bool read_missing_texts(const char *text, table_options *options) {
    name_list texts = {0};
    options->missing_texts = text;
    bool is_good = !text || read_names(text, &texts);
    free_names(&texts);
    return is_good;
}

/* One of the marks, or 0 where the option is not given. */
static bool read_mark(const char *text, const char *marks, char *mark) {
    if (text && strcmp(text, "space") == 0)
        text = " ";
    *mark = text ? text[0] : '\0';
    return !text || (strlen(text) == 1 && strchr(marks, text[0]));
}

static int take_number_marks(const char *command, const table_arguments *arguments,
                             table_options *options) {
    if (!read_missing_rule(arguments->missing, options))
        return refuse_usage(command, "--missing takes impute, refuse or skip");
    if (!read_missing_texts(arguments->missing_texts, options))
        return refuse_usage(command, "--na takes texts, each once, separated by commas");
    if (!read_mark(arguments->decimal, ".,", &options->decimal))
        return refuse_usage(command, "--decimal takes . or ,");
    if (!read_mark(arguments->thousands, ",.'_ ", &options->thousands))
        return refuse_usage(command, "--thousands takes one of , . ' _ or space");
    if (options->thousands && options->thousands == options->decimal)
        return refuse_usage(command, "--decimal and --thousands cannot be the same");
    return CARRY_ON;
}

int take_table_arguments(const char *command, const table_arguments *arguments,
                         table_options *options) {
    *options = (table_options){.skips_bad_rows = arguments->skips_bad_rows};
    if (arguments->has_header && arguments->has_no_header)
        return refuse_usage(command, "--header and --no-header cannot be used together");
    if (arguments->has_header)
        options->format.header = HEADER_PRESENT;
    if (arguments->has_no_header)
        options->format.header = HEADER_ABSENT;
    if (!read_delimiter(arguments->delimiter, &options->format.delimiter))
        return refuse_usage(command, "--delimiter takes one character other than a quote, or tab");
    return take_number_marks(command, arguments, options);
}

const char *find_table_argument(const table_arguments *a) {
    const struct {
        bool is_given;
        const char *name;
    } options[] = {
        {a->has_header, "header"},   {a->has_no_header, "no-header"},
        {a->delimiter, "delimiter"}, {a->decimal, "decimal"},
        {a->thousands, "thousands"}, {a->missing_texts, "na"},
        {a->missing, "missing"},     {a->skips_bad_rows, "skip-bad-rows"},
    };
    for (size_t o = 0; o < sizeof options / sizeof *options; o++)
        if (options[o].is_given)
            return options[o].name;
    return NULL;
}

/* ---- commands that use a model ----------------------------------------------------------------
 */

/* --features, and perhaps --labels, in place of DATA.csv. */
static int check_arrays(const char *command, const model_arguments *arguments,
                        const table_arguments *table) {
    const char *of_tables = find_table_argument(table);
    if (arguments->data)
        return refuse_usage(command, "--features and DATA.csv cannot be used together");
    if (of_tables)
        return refuse_usage(command, "--%s works only with a table: leave it out with --features",
                            of_tables);
    return CARRY_ON;
}

int read_model_arguments(int argc, char **argv, const char *help, const command_option *own,
                         size_t n_own, model_arguments *arguments) {
    enum { N_SHARED = 3, MOST_OWN = 16 };
    table_arguments table = {0};
    *arguments = (model_arguments){0};
    command_option options[N_SHARED + N_TABLE_OPTIONS + MOST_OWN] = {
        {.place = "MODEL", .text = &arguments->model},
        {.place = "DATA.csv", .text = &arguments->data},
        {"threads", .value = &arguments->threads, .minimum = 0, .maximum = 100000},
    };
    list_table_options(&table, options + N_SHARED);
    for (size_t i = 0; i < n_own; i++)
        options[N_SHARED + N_TABLE_OPTIONS + i] = own[i];
    int status = read_options(argc, argv, help, options, N_SHARED + N_TABLE_OPTIONS + n_own);
    if (status != CARRY_ON)
        return status;
    if (arguments->features && arguments->model)
        status = check_arrays(argv[0], arguments, &table);
    if (status != CARRY_ON)
        return status;
    if (!arguments->model || (!arguments->data && !arguments->features))
        return refuse_usage(argv[0], "%s is missing; usage: nnblas %s MODEL DATA.csv",
                            arguments->model ? "DATA.csv" : "MODEL", argv[0]);
    if (strcmp(arguments->model, "-") == 0 && arguments->data && strcmp(arguments->data, "-") == 0)
        return refuse_usage(argv[0], "MODEL and DATA.csv cannot both be standard input");
    if (nnblas_set_threads((int)arguments->threads))
        return report_failure(argv[0]);
    return take_table_arguments(argv[0], &table, &arguments->table);
}

int check_model_files(const char *command, const model_arguments *arguments,
                      const file_argument *written, size_t n_written) {
    enum { N_READ = 4, MOST_WRITTEN = 4 };
    if (arguments->data && is_model_file(arguments->data) && is_other_file(arguments->model))
        return refuse_usage(command, "%s is the model, and comes first: nnblas %s MODEL DATA.csv",
                            arguments->data, command);
    file_argument files[N_READ + MOST_WRITTEN] = {
        {"MODEL", arguments->model, FILE_READ},
        {"DATA.csv", arguments->data, FILE_READ},
        {"--features", arguments->features, FILE_READ},
        {"--labels", arguments->labels, FILE_READ},
    };
    for (size_t i = 0; i < n_written; i++)
        files[N_READ + i] = written[i];
    return check_files(command, files, N_READ + n_written);
}
