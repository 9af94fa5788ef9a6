/* SPDX-License-Identifier: BSD-3-Clause */
#include "harness/explore.h"
#include "core/clock.h"
#include "core/sizes.h"
#include "engine/plan_cost.h"
#include "engine/plan_measure.h"
#include "engine/plan_search.h"
#include "harness/allocate.h"
#include "harness/planned_run.h"
#include "harness/runs.h"
#include "harness/timing.h"
#include "workers/threads.h"

#include <math.h>
#include <stdlib.h>

/* The best of a few runs: quick, and good enough to drop plans that are far from the fastest so
 * far. */
static double time_shortly(planned_run *run, double fastest) {
    const double MOMENT = 1e-3, HOPELESS = 1.5;
    double best = HUGE_VAL, start = nn_read_clock();
    for (int i = 0; i < 3 || nn_read_clock() - start < MOMENT; i++) {
        double before = nn_read_clock();
        run_planned_gradient(run);
        double seconds = nn_read_clock() - before;
        best = seconds < best ? seconds : best;
        if (best > MOMENT && best > HOPELESS * fastest)
            break;
    }
    return best;
}

static int compare_estimates(const void *a, const void *b) {
    double x = ((const timed_plan *)a)->estimate, y = ((const timed_plan *)b)->estimate;
    return (x > y) - (x < y);
}

static int compare_seconds(const void *a, const void *b) {
    double x = ((const timed_plan *)a)->seconds, y = ((const timed_plan *)b)->seconds;
    return (x > y) - (x < y);
}

static size_t find_plan(const exploration *e, const nn_plan *plan) {
    size_t i = 0;
    while (i + 1 < e->count && !nn_is_same_plan(&e->plans[i].plan, plan))
        i++;
    return i;
}

enum { FINALISTS = 8 };

/* Times the fastest plans and the chosen one, in turns. */
static void time_finalists(const problem *p, exploration *e, double *updates, double seconds) {
    timed_plan chosen = e->plans[e->chosen];
    if (e->chosen >= FINALISTS) {
        e->plans[e->chosen] = e->plans[FINALISTS];
        e->plans[FINALISTS] = chosen;
        e->chosen = FINALISTS;
    }
    size_t count = e->count < FINALISTS + 1 ? e->count : FINALISTS + 1;
    planned_run runs[FINALISTS + 1];
    candidate candidates[FINALISTS + 1];
    for (size_t i = 0; i < count; i++) {
        runs[i] = open_planned_run(p, updates);
        start_plan(&runs[i], &e->plans[i].plan);
        candidates[i] = (candidate){run_planned_gradient, &runs[i], 0.0};
    }
    measure_medians(candidates, count, seconds);
    for (size_t i = 0; i < count; i++) {
        e->plans[i].seconds = candidates[i].median;
        end_plan(&runs[i]);
    }
    qsort(e->plans, count, sizeof *e->plans, compare_seconds);
    e->chosen = find_plan(e, &chosen.plan);
}

/* The plan that the library takes: measured for so many seconds, or 0 for the estimated one. */
static nn_plan choose_plan(const planned_run *run, double measured) {
    nn_model model = get_planned_model(run);
    nn_problem planned = get_planned_problem(run);
    nn_measured_plan found;
    if (measured == 0.0)
        return nn_make_plan(&planned);
    require_ok(nn_measure_plan(&model, planned.N, planned.purpose, measured, &found));
    return found.plan;
}

/* All plans, the cheapest by the model first, so that hopeless ones are soon known. */
static exploration list_plans(const nn_problem *planned) {
    nn_plan *plans = allocate_array(NN_MOST_PLANS, sizeof *plans);
    exploration e = {.plans = allocate_array(NN_MOST_PLANS, sizeof *e.plans)};
    e.count = nn_list_plans(planned, plans);
    for (size_t i = 0; i < e.count; i++) {
        size_t threads = nn_min(plans[i].threads, nn_count_threads());
        e.plans[i].plan = plans[i];
        e.plans[i].estimate = 1e-9 * nn_estimate_plan(&plans[i], planned, threads);
    }
    free(plans);
    qsort(e.plans, e.count, sizeof *e.plans, compare_estimates);
    return e;
}

exploration explore_plans(const problem *p, double measured, double seconds) {
    double *updates = allocate_array(count_parameters(&p->shape), sizeof *updates);
    planned_run run = open_planned_run(p, updates);
    nn_problem planned = get_planned_problem(&run);
    nn_plan chosen = choose_plan(&run, measured);
    exploration e = list_plans(&planned);
    double fastest = HUGE_VAL;
    for (size_t i = 0; i < e.count; i++) {
        start_plan(&run, &e.plans[i].plan);
        e.plans[i].seconds = time_shortly(&run, fastest);
        fastest = fmin(fastest, e.plans[i].seconds);
        end_plan(&run);
    }
    qsort(e.plans, e.count, sizeof *e.plans, compare_seconds);
    e.chosen = find_plan(&e, &chosen);
    time_finalists(p, &e, updates, seconds);
    free(updates);
    return e;
}

void free_exploration(exploration *e) {
    free(e->plans);
    *e = (exploration){0};
}
