/* SPDX-License-Identifier: BSD-3-Clause */
#include "cli/options.h"
#include "commands/commands.h"
#include "commands/shape.h"
#include "engine/plan_cost.h"
#include "engine/planner.h"
#include "kernels/kernels.h"
#include "workers/threads.h"

#include <nnblas.h>

#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static const char HELP[] =
    "usage: nnblas info [--shape N,INPUTS,HIDDEN...,OUTPUTS]\n"
    "\n"
    "Prints the library's version, the BLAS that it found with the core type it took, and the\n"
    "processors and threads it may use; with a shape, the plan by which a gradient over N rows of\n"
    "such a network is computed, and the best plans of other kinds.\n";

/* The processors that this process may run on; all that are there where that cannot be told. */
static long count_usable_processors(void) {
    cpu_set_t processors;
    if (sched_getaffinity(0, sizeof processors, &processors) == 0)
        return CPU_COUNT(&processors);
    return sysconf(_SC_NPROCESSORS_ONLN);
}

static void print_versions(void) {
    long usable = count_usable_processors();
    printf("libnnblas   %s\n", nnblas_version());
    printf("BLAS        %s\n", nnblas_blas_info());
    printf("kernels     %s\n", nn_get_kernels()->name);
    printf("processors  %ld, of which this process may use %ld\n", sysconf(_SC_NPROCESSORS_ONLN),
           usable);
    printf("threads     up to %ld a call, unless nnblas_set_threads says otherwise\n", usable);
}

/* ---- the plan of a shape --------------------------------------------------------------------- */

static double count_multiplications(const network_shape *shape) {
    double sum = 0.0;
    for (size_t l = 0; l < shape->n_layers; l++) /* no error behind the first layer */
        sum += (l > 0 ? 3.0 : 2.0) * (double)shape->layers[l].inputs *
               (double)shape->layers[l].outputs;
    return sum * (double)shape->N;
}

static void print_meaning(const nn_plan *plan, size_t N) {
    if (plan->way == NN_ROWS && plan->parts > 1)
        printf("            Each of %zu threads walks rows of its own, %zu at a time, and adds up\n"
               "            its own updates, which are then added in a fixed order.\n",
               plan->parts, plan->tile_rows);
    else if (plan->way == NN_SPLIT)
        printf("            %zu threads share each tile of %zu rows: rows of it up to the deltas,\n"
               "            then inputs of the updates.\n",
               plan->parts, plan->tile_rows);
    else
        printf("            One thread walks the rows, %zu at a time.\n", plan->tile_rows);
    if (plan->tile_rows >= N)
        puts("            All rows fit in one tile.");
    if (plan->transposed)
        puts("            The panels of these layers have their rows side by side: a vector holds\n"
             "            one unit of several rows.");
    if (plan->padding > 1)
        puts("            Hidden widths are padded with units of weight 0 to fill whole vectors.");
    if (plan->product_limit)
        puts("            Products are cut along the inputs, so that BLAS needs no packing.");
}

/* The best of each way and number of threads, by the cost model. */
static void print_alternatives(const network_shape *shape, const nn_model *model, size_t threads) {
    static nn_plan plans[NN_MOST_PLANS];
    size_t count = nn_list_plans(model, shape->N, NN_GRADIENT, threads, plans);
    for (int way = NN_ROWS; way <= NN_SPLIT; way++)
        for (size_t parts = 1; parts <= threads; parts++) {
            const nn_plan *best = NULL;
            double lowest = 0.0;
            for (size_t i = 0; i < count; i++) {
                if ((int)plans[i].way != way || plans[i].parts != parts)
                    continue;
                double cost = nn_estimate_plan(&plans[i], model, shape->N, NN_GRADIENT);
                if (!best || cost < lowest) {
                    best = &plans[i];
                    lowest = cost;
                }
            }
            char text[128];
            if (!best)
                continue;
            nn_describe_plan(best, text, sizeof text);
            printf("            %12.2f us  %s\n", 1e-3 * lowest, text);
        }
}

static void print_plan(const network_shape *shape) {
    const nn_model model = {.layers = shape->layers, .n_layers = shape->n_layers};
    size_t threads = nn_count_threads();
    nn_plan plan = nn_make_plan(&model, shape->N, NN_GRADIENT, threads);
    char text[128];
    nn_describe_plan(&plan, text, sizeof text);
    printf("\nshape       %zu rows, %zu inputs", shape->N, shape->layers[0].inputs);
    for (size_t l = 0; l < shape->n_layers; l++)
        printf(", %zu %s", shape->layers[l].outputs,
               l + 1 < shape->n_layers ? "hidden" : "outputs");
    printf("\nwork        %.3g multiplications a gradient\n", count_multiplications(shape));
    printf("plan        %s\n", text);
    print_meaning(&plan, shape->N);
    puts("estimates   of the best plan of each kind, by the cost model:");
    print_alternatives(shape, &model, threads);
}

int run_info(int argc, char **argv) {
    const char *text = NULL;
    const command_option options[] = {{"shape", .text = &text}};
    int status = read_options(argc, argv, HELP, options, 1);
    if (status != CARRY_ON)
        return status;
    network_shape shape;
    if (text && !read_network_shape("info", text, &shape))
        return EXIT_USAGE;
    print_versions();
    if (text)
        print_plan(&shape);
    return EXIT_SUCCESS;
}
