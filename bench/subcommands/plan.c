/* SPDX-License-Identifier: BSD-3-Clause */
/* The plan that the library takes for a gradient, beside the best of the other kinds. */
#include "engine/plan_cost.h"
#include "engine/plan_search.h"
#include "harness/allocate.h"
#include "subcommands/subcommand.h"
#include "workers/threads.h"

#include <math.h>
#include <stdlib.h>

static const column COLUMNS[] = {
    SHAPE_COLUMN,
    {"estimate_seconds", "estimate us", 14, 1e6, "%.2f"},
    {"choice", "choice", 8, 1.0, NULL},
    {"plan", "  plan", 0, 1.0, NULL},
    {0},
};

static const char NOTE[] = "Of each strategy and number of parts the best plan by the model of "
                           "costs; * is the library's choice.";

/* The plans for a shape, and their times by the model. */
typedef struct plan_list {
    nn_problem planned;
    size_t count;
    nn_plan *plans;
    double *estimates; /* nanoseconds */
} plan_list;

/* With the threads that would run it. */
static double estimate(const nn_plan *plan, const nn_problem *planned) {
    size_t threads = nn_count_threads();
    return nn_estimate_plan(plan, planned, plan->threads < threads ? plan->threads : threads);
}

static void estimate_plans(plan_list *list) {
    list->count = nn_list_plans(&list->planned, list->plans);
    for (size_t i = 0; i < list->count; i++)
        list->estimates[i] = estimate(&list->plans[i], &list->planned);
}

/* The index of the best such plan; count where there is none. */
static size_t find_best(const plan_list *list, nn_strategy strategy, size_t parts) {
    size_t best = list->count;
    for (size_t i = 0; i < list->count; i++)
        if (list->plans[i].strategy == strategy && list->plans[i].parts == parts &&
            (best == list->count || list->estimates[i] < list->estimates[best]))
            best = i;
    return best;
}

static void report_plan(const shape *s, const nn_plan *plan, double estimate, bool is_choice,
                        report *r) {
    char text[256];
    nn_describe_plan(plan, nn_count_threads(), text, sizeof text);
    json_t *result = describe_shape(s);
    json_object_set_new(result, "estimate_seconds", json_real(1e-9 * estimate));
    json_object_set_new(result, "choice", json_string(is_choice ? "*" : ""));
    json_object_set_new(result, "plan", json_string(text));
    add_result(r, result);
}

static void report_plans(const shape *s, const plan_list *list, report *r) {
    nn_plan choice = nn_make_plan(&list->planned);
    report_plan(s, &choice, estimate(&choice, &list->planned), true, r);
    for (nn_strategy strategy = NN_OWN_ROWS; strategy <= NN_SHARED_TILES; strategy++)
        for (size_t parts = 1; parts <= NN_MOST_PARTS; parts *= 2) {
            size_t best = find_best(list, strategy, parts);
            if (best < list->count && !(choice.strategy == strategy && choice.parts == parts))
                report_plan(s, &list->plans[best], list->estimates[best], false, r);
        }
}

static bool show_plans(const shape *s, const options *o, report *r) {
    (void)o;
    const size_t sizes[] = {s->inputs, s->hidden, s->outputs};
    plan_list list = {
        .planned = {.sizes = sizes, .n_layers = 2, .N = s->N, .purpose = NN_GRADIENT},
        .plans = allocate_array(NN_MOST_PLANS, sizeof *list.plans),
        .estimates = allocate_array(NN_MOST_PLANS, sizeof *list.estimates),
    };
    estimate_plans(&list);
    report_plans(s, &list, r);
    free(list.plans);
    free(list.estimates);
    return true;
}

int run_plan(const options *o) {
    const report_head head = {"plan", COLUMNS, NOTE};
    return report_shapes(o, choose_shapes(o, DEFAULT_SHAPES), &head, show_plans);
}
