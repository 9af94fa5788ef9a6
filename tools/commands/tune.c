/* SPDX-License-Identifier: BSD-3-Clause */
/* Measures what nnblas info --shape only estimates. */
#include "cli/options.h"
#include "commands/commands.h"
#include "commands/shape.h"
#include "explore.h"

#include <nnblas.h>

#include <stdio.h>
#include <stdlib.h>

static const char HELP[] =
    "usage: nnblas tune --shape N,INPUTS,HIDDEN,OUTPUTS [--top K] [--seconds S]\n"
    "\n"
    "Times a gradient of that shape by every plan that the library chooses from, and shows the\n"
    "K fastest (default 10) and how far from them the plan is that it takes by itself.\n"
    "The fastest are timed again in turns for about S seconds (default 2).\n";

static void print_timed_plan(const exploration *e, size_t i) {
    const timed_plan *t = &e->plans[i];
    char text[128];
    nn_describe_plan(&t->plan, text, sizeof text);
    printf("%c %7.3f  %12.2f  %12.2f  %s\n", i == e->chosen ? '*' : ' ',
           t->seconds / e->plans[0].seconds, 1e6 * t->seconds, 1e6 * t->estimate, text);
}

static void print_exploration(const exploration *e, size_t top) {
    printf("%zu plans; * is the library's choice\n\n    ratio   measured us   estimate us  plan\n",
           e->count);
    for (size_t i = 0; i < e->count && i < top; i++)
        print_timed_plan(e, i);
    if (e->chosen >= top)
        print_timed_plan(e, e->chosen);
    printf("\nchosen / best: %.3f\n", e->plans[e->chosen].seconds / e->plans[0].seconds);
}

int run_tune(int argc, char **argv) {
    const char *text = NULL;
    uint64_t top = 10, seconds = 2;
    const command_option options[] = {
        {"shape", .text = &text},
        {"top", .value = &top, .minimum = 1, .maximum = 10000},
        {"seconds", .value = &seconds, .minimum = 1, .maximum = 3600}};
    int status = read_options(argc, argv, HELP, options, sizeof options / sizeof options[0]);
    if (status != CARRY_ON)
        return status;
    shape s;
    if (!text || !parse_shape(text, &s)) {
        fputs("nnblas tune: give --shape N,INPUTS,HIDDEN,OUTPUTS; nnblas tune --help says more\n",
              stderr);
        return EXIT_USAGE;
    }
    printf("%s\n", nnblas_blas_info());
    problem p = make_problem(&s, 1);
    exploration e = explore_plans(&p, (double)seconds);
    print_exploration(&e, top);
    free_exploration(&e);
    free_problem(&p);
    return EXIT_SUCCESS;
}
