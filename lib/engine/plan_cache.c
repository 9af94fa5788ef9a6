/* SPDX-License-Identifier: BSD-3-Clause */
#include "engine/plan_cache.h"
#include "engine/measured_plans.h"
#include "engine/plan_search.h"

#include <string.h>

enum { CACHED_PLANS = 4, MOST_CACHED_LAYERS = 16 };

/* The key is the whole problem, with a copy of its sizes. */
typedef struct cached_plan {
    nn_problem problem;
    size_t sizes[MOST_CACHED_LAYERS + 1];
    nn_plan plan;
} cached_plan;

static void store_plan(cached_plan *cached, const nn_problem *problem, nn_plan plan) {
    memcpy(cached->sizes, problem->sizes, (problem->n_layers + 1) * sizeof *cached->sizes);
    cached->problem = *problem;
    cached->problem.sizes = cached->sizes;
    cached->plan = plan;
}

static nn_plan choose_plan(const nn_problem *problem) {
    nn_measured_plan measured;
    return nn_find_measured_plan(problem, &measured) ? measured.plan : nn_make_plan(problem);
}

nn_plan nn_get_plan(const nn_problem *problem) {
    static _Thread_local cached_plan cache[CACHED_PLANS];
    static _Thread_local unsigned next, generation;
    unsigned now = atomic_load_explicit(&nn_plan_generation, memory_order_acquire);
    if (problem->n_layers > MOST_CACHED_LAYERS)
        return choose_plan(problem);
    for (size_t i = 0; i < CACHED_PLANS && generation == now; i++)
        if (nn_is_same_problem(&cache[i].problem, problem))
            return cache[i].plan;
    if (generation != now)
        memset(cache, 0, sizeof cache);
    generation = now;
    cached_plan *oldest = &cache[next++ % CACHED_PLANS];
    store_plan(oldest, problem, choose_plan(problem));
    return oldest->plan;
}
