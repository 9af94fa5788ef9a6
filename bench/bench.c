/* SPDX-License-Identifier: BSD-3-Clause */
/* nnblas-bench: reads the command line and calls a subcommand. */
#include "cli/core_type.h"
#include "harness/allocate.h"
#include "harness/runs.h"
#include "subcommands/subcommand.h"

#include <errno.h>
#include <getopt.h>
#include <limits.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef struct subcommand {
    const char *name;
    subcommand_function *function;
    bool takes_shapes;
    const char *help;
} subcommand;

static const subcommand SUBCOMMANDS[] = {
    {"compare", run_compare, true, "the library's gradient against naive loops (the default)"},
    {"grid", run_grid, true, "how good the library's choices are: its plans and the best measured"},
    {"kernels", run_kernels, false, "the elementwise loops of every set, per element"},
    {"rows", run_rows, true, "the gradient over 100 up to N rows: time a row, and workspace"},
    {"threads", run_threads, true, "the gradient with 1, 2, ... threads"},
    {"networks", run_networks, true, "the gradients of other activations and costs, and of biases"},
    {"latency", run_latency, true, "predictions of one row, beside naive loops and FANN"},
    {"plan", run_plan, true,
     "the plan that is chosen for a gradient, and others by their estimates"},
    {"tune", run_tune, true, "all plans for a gradient measured: the fastest, and the choice"},
};
enum { N_SUBCOMMANDS = sizeof SUBCOMMANDS / sizeof *SUBCOMMANDS };

static void print_help(void) {
    printf("Usage: nnblas-bench [SUBCOMMAND] [OPTION]...\n"
           "Times libnnblas, and checks it against plain loops.\n\nSubcommands:\n");
    for (size_t i = 0; i < N_SUBCOMMANDS; i++)
        printf("  %-10s %s\n", SUBCOMMANDS[i].name, SUBCOMMANDS[i].help);
    printf("\nOptions:\n"
           "  -s, --shape N,INPUTS,HIDDEN,OUTPUTS\n"
           "                       use this shape; may be repeated; replaces the default list\n"
           "  -r, --repeat SECONDS time budget of a line of the table (default 0.5)\n"
           "  -t, --threads COUNT  threads of the library and of the five products (default 0:\n"
           "                       as many as they choose)\n"
           "      --seed SEED      draw other shapes for grid (default 1)\n"
           "  -j, --json FILE      write the results as JSON too; - is standard output, without\n"
           "                       the table\n"
           "  -h, --help           print this and exit\n"
           "\nExit status: 0 done, 1 a failure or a difference, 2 a wrong command line.\n");
}

static const subcommand *find_subcommand(const char *name) {
    for (size_t i = 0; i < N_SUBCOMMANDS; i++)
        if (strcmp(SUBCOMMANDS[i].name, name) == 0)
            return &SUBCOMMANDS[i];
    return NULL;
}

static int refuse(const char *what, const char *text) {
    fprintf(stderr, "nnblas-bench: %s '%s'; see nnblas-bench --help\n", what, text);
    return EXIT_USAGE;
}

static bool parse_seconds(const char *text, double *seconds) {
    char *end;
    *seconds = strtod(text, &end);
    return end != text && *end == '\0' && isfinite(*seconds) && *seconds > 0.0;
}

static bool parse_count(const char *text, int *count) {
    char *end;
    errno = 0;
    long value = strtol(text, &end, 10);
    *count = (int)value;
    return end != text && *end == '\0' && errno == 0 && value >= 0 && value <= INT_MAX;
}

/* Returns EXIT_SUCCESS, EXIT_USAGE with a message, or -1 for --help. shapes has room for argc. */
static int parse_options(int argc, char **argv, options *o, shape *shapes) {
    static const struct option LONG_OPTIONS[] = {
        {"shape", required_argument, NULL, 's'},
        {"repeat", required_argument, NULL, 'r'},
        {"threads", required_argument, NULL, 't'},
        {"json", required_argument, NULL, 'j'},
        {"seed", required_argument, NULL, 'e'},
        {"help", no_argument, NULL, 'h'},
        {0},
    };
    int option;
    while ((option = getopt_long(argc, argv, "s:r:t:j:h", LONG_OPTIONS, NULL)) != -1) {
        if (option == 'h')
            return -1;
        if (option == '?')
            return EXIT_USAGE;
        if (option == 'j')
            o->json_path = optarg;
        if (option == 's') {
            o->given.shapes = shapes;
            if (!parse_shape(optarg, &shapes[o->given.count++]))
                return refuse("no shape N,INPUTS,HIDDEN,OUTPUTS:", optarg);
        }
        if (option == 'r' && !parse_seconds(optarg, &o->seconds))
            return refuse("no number of seconds:", optarg);
        if (option == 't' && !parse_count(optarg, &o->threads))
            return refuse("no number of threads:", optarg);
        if (option == 'e' && !parse_count(optarg, &o->seed))
            return refuse("no seed:", optarg);
    }
    return EXIT_SUCCESS;
}

static int run(int argc, char **argv, shape *shapes) {
    options o = {.seconds = 0.5, .seed = 1};
    int code = parse_options(argc, argv, &o, shapes);
    if (code == -1) {
        print_help();
        return EXIT_SUCCESS;
    }
    if (code != EXIT_SUCCESS)
        return code;
    const char *name = optind < argc ? argv[optind] : SUBCOMMANDS[0].name;
    const subcommand *chosen = find_subcommand(name);
    if (!chosen)
        return refuse("no such subcommand:", name);
    if (optind + 1 < argc)
        return refuse("one subcommand at a time:", argv[optind + 1]);
    if (o.given.count > 0 && !chosen->takes_shapes)
        return refuse("--shape means nothing to", name);
    require_ok(nnblas_set_threads(o.threads));
    return chosen->function(&o);
}

int main(int argc, char **argv) {
    restart_with_better_core(argv);
    shape *shapes = allocate_array((size_t)argc + 1, sizeof *shapes);
    int code = run(argc, argv, shapes);
    free(shapes);
    return code;
}
