/* SPDX-License-Identifier: BSD-3-Clause */
#include "harness/explore.h"
#include "core/clock.h"
#include "core/sizes.h"
#include "engine/plan_cost.h"
#include "engine/plan_measure.h"
#include "engine/plan_search.h"
#include "harness/allocate.h"
#include "harness/runs.h"
#include "harness/timing.h"
#include "harness/trial_problem.h"
#include "workers/threads.h"

#include <math.h>
#include <stdlib.h>

/* The best of a few samples: quick, and good enough to drop plans that are far from the fastest so
 * far. */
static double time_shortly(nn_trial *trial, double fastest) {
    const double MOMENT = 1e-3, HOPELESS = 1.5;
    double best = HUGE_VAL, start = nn_read_clock();
    size_t runs = count_runs(run_trial, trial);
    for (int i = 0; i < 3 || nn_read_clock() - start < MOMENT; i++) {
        best = fmin(best, nn_trial_time(trial, runs));
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
static void time_finalists(const trial_problem *t, exploration *e, double seconds) {
    timed_plan chosen = e->plans[e->chosen];
    if (e->chosen >= FINALISTS) {
        e->plans[e->chosen] = e->plans[FINALISTS];
        e->plans[FINALISTS] = chosen;
        e->chosen = FINALISTS;
    }
    size_t count = e->count < FINALISTS + 1 ? e->count : FINALISTS + 1;
    nn_trial trials[FINALISTS + 1];
    candidate candidates[FINALISTS + 1];
    for (size_t i = 0; i < count; i++) {
        open_trial(&trials[i], t, &e->plans[i].plan);
        candidates[i] = (candidate){run_trial, &trials[i], 0.0};
    }
    measure_medians(candidates, count, seconds);
    for (size_t i = 0; i < count; i++) {
        e->plans[i].seconds = candidates[i].median;
        nn_trial_close(&trials[i]);
    }
    qsort(e->plans, count, sizeof *e->plans, compare_seconds);
    e->chosen = find_plan(e, &chosen.plan);
}

/* The plan that the library takes: measured for so many seconds, or 0 for the estimated one. */
static nn_plan choose_plan(const trial_problem *t, double measured) {
    const nn_problem *planned = &t->rows.problem;
    nn_measured_plan found;
    if (measured == 0.0)
        return nn_make_plan(planned);
    require_ok(nn_measure_plan(&t->model, planned->N, planned->purpose, measured, &found));
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

exploration explore_plans(const shape *s, double measured, double seconds) {
    trial_problem t;
    open_trial_problem(&t, s);
    nn_plan chosen = choose_plan(&t, measured);
    exploration e = list_plans(&t.rows.problem);
    double fastest = HUGE_VAL;
    for (size_t i = 0; i < e.count; i++) {
        nn_trial trial;
        open_trial(&trial, &t, &e.plans[i].plan);
        e.plans[i].seconds = time_shortly(&trial, fastest);
        fastest = fmin(fastest, e.plans[i].seconds);
        nn_trial_close(&trial);
    }
    qsort(e.plans, e.count, sizeof *e.plans, compare_seconds);
    e.chosen = find_plan(&e, &chosen);
    time_finalists(&t, &e, seconds);
    close_trial_problem(&t);
    return e;
}

void free_exploration(exploration *e) {
    free(e->plans);
    *e = (exploration){0};
}
