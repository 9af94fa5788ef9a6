/* SPDX-License-Identifier: BSD-3-Clause */
/* Explains backpropagation: as text, or on a page about six flowers or a model. */
#include "cli/files.h"
#include "cli/memory.h"
#include "cli/options.h"
#include "cli/output.h"
#include "commands/commands.h"
#include "commands/explain_page.h"
#include "commands/explain_text.h"
#include "iris/iris.h"

#ifdef HAVE_CSV
#include "commands/explain_model.h"
#include "table/table_options.h"
#endif

#include <nnblas.h>

#include <stdlib.h>
#include <string.h>

static const char HELP[] =
    "usage: nnblas explain\n"
    "       nnblas explain --html FILE\n"
#ifdef HAVE_CSV
    "       nnblas explain --html FILE MODEL DATA.csv [OPTION]...\n"
#endif
    "\n"
    "Prints one iteration of backpropagation on two flowers, with 4 inputs, 2 hidden units and 3\n"
    "outputs: every matrix in the order in which it is computed, with its shape, its formula and\n"
    "its numbers. Then it computes the gradient of one weight by two other methods.\n"
    "\n"
    "  --html FILE           write a page for a browser instead, on six flowers and 3 hidden\n"
    "                        units: choose a weight and see each path from it to the cost, the\n"
    "                        products element by element, and steps of gradient descent. The\n"
    "                        page is one file and loads nothing else. - is standard output\n"
#ifdef HAVE_CSV
    "\n"
    "With MODEL, a file that nnblas train saved, the page shows that network on at most 20 rows\n"
    "of DATA.csv, which has the targets too: evenly spaced, so that a table that is sorted by\n"
    "class shows each. Of a network with more than 6000 parameters it shows the first 16 units of\n"
    "each layer, as a network of its own, and says so.\n"
    "\n"
    "  --member K            of an ensemble, the network number K (default 1)\n" MODEL_OPTIONS_HELP
#endif
    ;

/* ---- the flowers of the page ----------------------------------------------------------------- */

enum { PAGE_HIDDEN = 3, PAGE_FLOWERS = 2 /* of each species */ };

static const char *const MEASURES[IRIS_INPUTS] = {"sepal length", "sepal width", "petal length",
                                                  "petal width"};

static char **copy_names(const char *const *names, size_t count) {
    char **copies = resize_array(NULL, count, sizeof *copies);
    for (size_t i = 0; i < count; i++)
        copies[i] = copy_text(names[i]);
    return copies;
}

static void take_flowers(explained *e) {
    e->N = PAGE_FLOWERS * IRIS_SPECIES;
    e->X = resize_array(NULL, e->N * IRIS_INPUTS, sizeof *e->X);
    e->Y = resize_array(NULL, e->N * IRIS_SPECIES, sizeof *e->Y);
    e->rows = resize_array(NULL, e->N, sizeof *e->rows);
    for (size_t r = 0; r < e->N; r++) {
        e->rows[r] = r + 1;
        size_t species = r / PAGE_FLOWERS;
        memcpy(e->X + r * IRIS_INPUTS, iris_rows[species * IRIS_ROWS_A_SPECIES + r % PAGE_FLOWERS],
               sizeof iris_rows[0]);
        for (size_t k = 0; k < IRIS_SPECIES; k++)
            e->Y[r * IRIS_SPECIES + k] = k == species ? 1.0 : 0.0;
    }
    e->input_names = copy_names(MEASURES, IRIS_INPUTS);
    e->output_names = copy_names(iris_species, IRIS_SPECIES);
}

static bool make_iris(explained *e) {
    static const size_t SIZES[] = {IRIS_INPUTS, PAGE_HIDDEN, IRIS_SPECIES};
    *e = (explained){.learning_rate = EXPLAINED_RATE};
    if (nnblas_net_create(SIZES, 3, 0, &e->net) || nnblas_net_init(e->net, EXPLAINED_SEED)) {
        report_failure("explain");
        return false;
    }
    double *W = nnblas_net_parameters(e->net);
    shorten_weights(W, W, nnblas_net_parameter_count(e->net));
    take_flowers(e);
    return true;
}

/* ---- arguments ------------------------------------------------------------------------------- */

typedef struct {
    const char *html, *model, *data;
#ifdef HAVE_CSV
    uint64_t threads, member;
    table_options table;
#endif
} explain_arguments;

#ifdef HAVE_CSV

static int check_arguments(const explain_arguments *a) {
    if (a->member > 0 && !a->model)
        return refuse_usage("explain", "--member is for a MODEL that is an ensemble");
    if (a->model && !a->html)
        return refuse_usage("explain", "--html FILE is missing: a model is explained on a page; "
                                       "see nnblas explain --help");
    if (a->model && !a->data)
        return refuse_usage("explain", "DATA.csv is missing; usage: nnblas explain --html FILE "
                                       "MODEL DATA.csv");
    if (a->model && strcmp(a->model, "-") == 0 && strcmp(a->data, "-") == 0)
        return refuse_usage("explain", "MODEL and DATA.csv cannot both be standard input");
    return CARRY_ON;
}

static int read_arguments(int argc, char **argv, explain_arguments *a) {
    enum { N_OWN = 5 };
    table_arguments table = {0};
    command_option options[N_TABLE_OPTIONS + N_OWN] = {
        {.place = "MODEL", .text = &a->model},
        {.place = "DATA.csv", .text = &a->data},
        {"html", .text = &a->html},
        {"member", .value = &a->member, .minimum = 1, .maximum = 100000},
        {"threads", .value = &a->threads, .minimum = 0, .maximum = 100000},
    };
    list_table_options(&table, options + N_OWN);
    int status = read_options(argc, argv, HELP, options, N_OWN + N_TABLE_OPTIONS);
    if (status == CARRY_ON)
        status = take_table_arguments("explain", &table, &a->table);
    if (status == CARRY_ON && nnblas_set_threads((int)a->threads))
        return report_failure("explain");
    return status == CARRY_ON ? check_arguments(a) : status;
}

static bool make_explained(const explain_arguments *a, explained *e) {
    if (!a->model)
        return make_iris(e);
    return read_explained("explain", a->model, a->data, &a->table, (size_t)a->member, e);
}

#else

static int read_arguments(int argc, char **argv, explain_arguments *a) {
    const command_option options[] = {{"html", .text = &a->html}};
    return read_options(argc, argv, HELP, options, 1);
}

static bool make_explained(const explain_arguments *a, explained *e) {
    (void)a;
    return make_iris(e);
}

#endif

static int check_all_files(const explain_arguments *a) {
    const file_argument files[] = {
        {"MODEL", a->model, FILE_READ},
        {"DATA.csv", a->data, FILE_READ},
        {"--html", a->html, FILE_WRITTEN},
    };
    return check_files("explain", files, sizeof files / sizeof files[0]);
}

static int write_explanation(const explain_arguments *a) {
    explained e;
    ignore_write_signals();
    bool is_good = make_explained(a, &e) && write_page("explain", &e, a->html);
    free_explained(&e);
    return is_good ? EXIT_SUCCESS : EXIT_FAILURE;
}

int run_explain(int argc, char **argv) {
    explain_arguments arguments = {0};
    int status = read_arguments(argc, argv, &arguments);
    if (status == CARRY_ON)
        status = check_all_files(&arguments);
    if (status != CARRY_ON)
        return status;
    return arguments.html ? write_explanation(&arguments) : print_iteration();
}
