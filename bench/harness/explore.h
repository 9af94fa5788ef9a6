/* SPDX-License-Identifier: BSD-3-Clause */
/* Times the plans that the library chooses from, to show how good its choice is. */
#ifndef EXPLORE_H
#define EXPLORE_H

#include "harness/problem.h"

#include "engine/plan.h"

typedef struct timed_plan {
    nn_plan plan;
    double estimate; /* seconds, by the cost model */
    double seconds;  /* measured */
} timed_plan;

/* The fastest first; the library's own choice is at index chosen. */
typedef struct exploration {
    timed_plan *plans;
    size_t count, chosen;
} exploration;

/* Times a gradient by each plan for a moment, and the fastest ones and the library's choice again
 * in turns for about the given seconds. The choice is the plan that was measured before, for about
 * so many seconds, or the estimated one where measured is 0. */
exploration explore_plans(const shape *s, double measured, double seconds);
void free_exploration(exploration *e);

#endif
