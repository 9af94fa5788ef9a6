/* SPDX-License-Identifier: BSD-3-Clause */
/* Times all plans for a shape, and shows the fastest and the library's choice. */
#include "harness/explore.h"
#include "subcommands/subcommand.h"
#include "workers/threads.h"

#include <stdlib.h>

static const column COLUMNS[] = {
    SHAPE_COLUMN,
    {"ratio", "ratio", 9, 1.0, "%.3f"},
    {"seconds", "measured us", 14, 1e6, "%.2f"},
    {"estimate_seconds", "estimate us", 14, 1e6, "%.2f"},
    {"choice", "choice", 8, 1.0, NULL},
    {"plan", "  plan", 0, 1.0, NULL},
    {0},
};

static const char NOTE[] = "A gradient by the fastest of all plans, and by the library's choice, "
                           "*; the ratio is over the fastest.";

enum { SHOWN_PLANS = 10 };

static void report_plan(const shape *s, const exploration *e, size_t i, report *r) {
    const timed_plan *t = &e->plans[i];
    char text[256];
    nn_describe_plan(&t->plan, nn_count_threads(), text, sizeof text);
    json_t *result = describe_shape(s);
    json_object_set_new(result, "ratio", json_real(t->seconds / e->plans[0].seconds));
    json_object_set_new(result, "seconds", json_real(t->seconds));
    json_object_set_new(result, "estimate_seconds", json_real(t->estimate));
    json_object_set_new(result, "choice", json_string(i == e->chosen ? "*" : ""));
    json_object_set_new(result, "plan", json_string(text));
    add_result(r, result);
}

static bool tune_shape(const shape *s, const options *o, report *r) {
    exploration e = explore_plans(s, o->measured, o->seconds);
    for (size_t i = 0; i < e.count && i < SHOWN_PLANS; i++)
        report_plan(s, &e, i, r);
    if (e.chosen >= SHOWN_PLANS)
        report_plan(s, &e, e.chosen, r);
    free_exploration(&e);
    return true;
}

int run_tune(const options *o) {
    const report_head head = {"tune", COLUMNS, NOTE};
    return report_shapes(o, choose_shapes(o, DEFAULT_SHAPES), &head, tune_shape);
}
