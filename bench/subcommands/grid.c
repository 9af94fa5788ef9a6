/* SPDX-License-Identifier: BSD-3-Clause */
/* How far the library's choice of a plan is from the best that is measured, over many shapes. */
#include "harness/allocate.h"
#include "harness/explore.h"
#include "subcommands/subcommand.h"
#include "workers/threads.h"

#include <stdio.h>
#include <stdlib.h>

static const column COLUMNS[] = {
    SHAPE_COLUMN,
    {"chosen_seconds", "chosen us", 12, 1e6, "%.2f"},
    {"best_seconds", "best us", 12, 1e6, "%.2f"},
    {"ratio", "ratio", 7, 1.0, "%.3f"},
    {"chosen", "chosen plan", 78, 1.0, NULL},
    {"best", "best plan", 78, 1.0, NULL},
    {0},
};

static const char NOTE[] = "A gradient by the library's plan and by the best of all it could "
                           "choose from.";

enum { GRID_SHAPES = 200 };

static json_t *describe_plans(const exploration *e) {
    json_t *list = json_array();
    for (size_t i = 0; i < e->count; i++) {
        const timed_plan *t = &e->plans[i];
        json_array_append_new(list,
                              json_pack("{s:i,s:I,s:I,s:I,s:I,s:I,s:I,s:f,s:f}", "strategy",
                                        (int)t->plan.strategy, "parts", (json_int_t)t->plan.parts,
                                        "tile_rows", (json_int_t)t->plan.tile_rows, "transposed",
                                        (json_int_t)t->plan.transposed, "transposed_updates",
                                        (json_int_t)t->plan.transposed_updates, "padding",
                                        (json_int_t)t->plan.padding, "product_limit",
                                        (json_int_t)t->plan.product_limit, "estimate", t->estimate,
                                        "seconds", t->seconds));
    }
    return list;
}

static double explore_shape(const shape *s, const options *o, report *r) {
    exploration e = explore_plans(s, o->measured, o->seconds);
    const timed_plan *chosen = &e.plans[e.chosen], *best = &e.plans[0];
    char chosen_text[256], best_text[256];
    nn_describe_plan(&chosen->plan, nn_count_threads(), chosen_text, sizeof chosen_text);
    nn_describe_plan(&best->plan, nn_count_threads(), best_text, sizeof best_text);
    double ratio = chosen->seconds / best->seconds;
    json_t *result = describe_shape(s);
    json_object_set_new(result, "chosen_seconds", json_real(chosen->seconds));
    json_object_set_new(result, "best_seconds", json_real(best->seconds));
    json_object_set_new(result, "ratio", json_real(ratio));
    json_object_set_new(result, "chosen", json_string(chosen_text));
    json_object_set_new(result, "best", json_string(best_text));
    if (o->json_path)
        json_object_set_new(result, "plans", describe_plans(&e));
    add_result(r, result);
    free_exploration(&e);
    return ratio;
}

static int compare_ratios(const void *a, const void *b) {
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

int run_grid(const options *o) {
    shape drawn[GRID_SHAPES];
    uint64_t state = (uint64_t)o->seed;
    for (size_t i = 0; i < GRID_SHAPES; i++)
        drawn[i] = draw_shape(&state);
    shape_list shapes = choose_shapes(o, (shape_list){drawn, GRID_SHAPES});
    const report_head head = {"grid", COLUMNS, NOTE};
    report r = open_report(&head, o->json_path);
    double *ratios = allocate_array(shapes.count, sizeof *ratios);
    for (size_t i = 0; i < shapes.count; i++)
        ratios[i] = explore_shape(&shapes.shapes[i], o, &r);
    qsort(ratios, shapes.count, sizeof *ratios, compare_ratios);
    fprintf(stderr, "chosen / best over %zu shapes: median %.3f, 90 %% %.3f, worst %.3f\n",
            shapes.count, ratios[shapes.count / 2], ratios[shapes.count * 9 / 10],
            ratios[shapes.count - 1]);
    free(ratios);
    return close_report(&r) ? EXIT_SUCCESS : EXIT_FAILURE;
}
