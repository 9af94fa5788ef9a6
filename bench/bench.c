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
    const char *options; /* the letters of those that it takes */
    const char *help;
} subcommand;

static const subcommand SUBCOMMANDS[] = {
    {"compare", run_compare, "srtj", "the library's gradient against naive loops (the default)"},
    {"fit", run_fit, "re",
     "the prices that plans are chosen by, fitted to this machine: a file of lib/engine/prices"},
    {"grid", run_grid, "srtjem",
     "how good the library's choices are: its plans and the best measured"},
    {"kernels", run_kernels, "rj", "the elementwise loops of every set, per element"},
    {"rows", run_rows, "srtj", "the gradient over 100 up to N rows: time a row, and workspace"},
    {"threads", run_threads, "srtj", "the gradient with 1, 2, ... threads"},
    {"many", run_many, "srtj", "several trainings one after the other and side by side"},
    {"source", run_source, "srtj", "epochs on the rows of a source beside rows in arrays"},
    {"networks", run_networks, "srtj",
     "the gradients of other activations and costs, and of biases"},
    {"derivatives", run_derivatives, "srtj",
     "derivatives beyond the gradient, beside predictions and gradients"},
    {"latency", run_latency, "srj",
     "small predictions and steps, beside their products, naive loops and FANN"},
    {"plan", run_plan, "stj",
     "the plan that is chosen for a gradient, and others by their estimates"},
    {"busy", run_busy, "srj",
     "gradients and trainings beside other processes and the host's products"},
    {"bits", run_bits, "sj", "hashes of results with 1, 2, 3, 4 and 8 threads, which must agree"},
    {"optimizers", run_optimizers, "tj", "how far the optimizers for all rows get"},
    {"tune", run_tune, "srtjm", "all plans for a gradient measured: the fastest, and the choice"},
};
enum { N_SUBCOMMANDS = sizeof SUBCOMMANDS / sizeof *SUBCOMMANDS };

static void print_help(void) {
    printf("Usage: nnblas-bench [SUBCOMMAND] [OPTION]...\n"
           "Times libnnblas, and checks it against plain loops.\n\nSubcommands:\n");
    for (size_t i = 0; i < N_SUBCOMMANDS; i++)
        printf("  %-11s %s\n", SUBCOMMANDS[i].name, SUBCOMMANDS[i].help);
    printf("\nOptions:\n"
           "  -s, --shape N,INPUTS,HIDDEN,OUTPUTS\n"
           "                       use this shape; may be repeated; replaces the default list\n"
           "  -r, --repeat SECONDS time budget of a line of the table (default 0.5)\n"
           "  -t, --threads COUNT  threads of the library and of the five products (default 0:\n"
           "                       as many as they choose)\n"
           "  -m, --measured SECONDS\n"
           "                       grid and tune: the library measures its plan for so long first\n"
           "  -e, --seed SEED      draw other shapes for fit and grid (default 1)\n"
           "  -j, --json FILE      write the results as JSON too; - is standard output, without\n"
           "                       the table\n"
           "  -h, --help           print this and exit\n"
           "\nfit takes some 200 times the budget of --repeat. A subcommand refuses the options\n"
           "that it does not take.\n"
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

static const struct option OPTIONS[] = {
    {"shape", required_argument, NULL, 's'},   {"repeat", required_argument, NULL, 'r'},
    {"threads", required_argument, NULL, 't'}, {"measured", required_argument, NULL, 'm'},
    {"json", required_argument, NULL, 'j'},    {"seed", required_argument, NULL, 'e'},
    {"help", no_argument, NULL, 'h'},          {0},
};
enum { N_OPTIONS = sizeof OPTIONS / sizeof *OPTIONS - 1 };

/* The command line, and which options are on it, by their letters. */
typedef struct command_line {
    options options;
    shape *shapes; /* room for as many as there are arguments */
    bool is_given[CHAR_MAX + 1];
} command_line;

/* Returns EXIT_SUCCESS, or EXIT_USAGE with a message. */
static int read_option(command_line *line, int letter, const char *text) {
    options *o = &line->options;
    switch (letter) {
    case 's':
        o->given.shapes = line->shapes;
        return parse_shape(text, &line->shapes[o->given.count++])
                   ? EXIT_SUCCESS
                   : refuse("no shape N,INPUTS,HIDDEN,OUTPUTS:", text);
    case 'r':
        return parse_seconds(text, &o->seconds) ? EXIT_SUCCESS
                                                : refuse("no number of seconds:", text);
    case 't':
        return parse_count(text, &o->threads) ? EXIT_SUCCESS
                                              : refuse("no number of threads:", text);
    case 'e':
        return parse_count(text, &o->seed) ? EXIT_SUCCESS : refuse("no seed:", text);
    case 'm':
        return parse_seconds(text, &o->measured) ? EXIT_SUCCESS
                                                 : refuse("no number of seconds:", text);
    case 'j':
        o->json_path = text;
        return EXIT_SUCCESS;
    default: /* getopt_long has said what is wrong */
        return EXIT_USAGE;
    }
}

static int read_options(int argc, char **argv, command_line *line) {
    int letter, code = EXIT_SUCCESS;
    while (code == EXIT_SUCCESS &&
           (letter = getopt_long(argc, argv, "s:r:t:m:j:e:h", OPTIONS, NULL)) != -1) {
        line->is_given[letter] = true;
        if (letter == 'h')
            return EXIT_SUCCESS;
        code = read_option(line, letter, optarg);
    }
    return code;
}

static int refuse_other_options(const command_line *line, const subcommand *chosen) {
    for (size_t i = 0; i < N_OPTIONS; i++) {
        char what[64];
        snprintf(what, sizeof what, "--%s means nothing to", OPTIONS[i].name);
        if (line->is_given[OPTIONS[i].val] && !strchr(chosen->options, OPTIONS[i].val))
            return refuse(what, chosen->name);
    }
    return EXIT_SUCCESS;
}

static int run(int argc, char **argv, shape *shapes) {
    command_line line = {.options = {.seconds = 0.5, .seed = 1}, .shapes = shapes};
    int code = read_options(argc, argv, &line);
    if (code != EXIT_SUCCESS)
        return code;
    if (line.is_given['h']) {
        print_help();
        return EXIT_SUCCESS;
    }
    const char *name = optind < argc ? argv[optind] : SUBCOMMANDS[0].name;
    const subcommand *chosen = find_subcommand(name);
    if (!chosen)
        return refuse("no such subcommand:", name);
    if (optind + 1 < argc)
        return refuse("one subcommand at a time:", argv[optind + 1]);
    code = refuse_other_options(&line, chosen);
    if (code != EXIT_SUCCESS)
        return code;
    require_ok(nnblas_set_threads(line.options.threads));
    return chosen->function(&line.options);
}

int main(int argc, char **argv) {
    restart_with_better_core(argv);
    shape *shapes = allocate_array((size_t)argc + 1, sizeof *shapes);
    int code = run(argc, argv, shapes);
    free(shapes);
    return code;
}
