/* SPDX-License-Identifier: BSD-3-Clause */
/* The choice of a plan, from the problem and the core type of the BLAS alone. */
#ifndef NN_PLANNER_H
#define NN_PLANNER_H

#include "engine/plan.h"

/* The plan with the lowest cost by the model in plan_cost.h. Looks at some hundred plans, which
 * takes 10 to 100 us. */
nn_plan nn_make_plan(const nn_problem *p);

/* The same plan, from the last few of the calling thread where it is among them. */
nn_plan nn_choose_plan(const nn_problem *p);

enum { NN_MOST_PLANS = 2048 };

/* The plans that nn_make_plan chooses from; returns how many, at most NN_MOST_PLANS. */
size_t nn_list_plans(const nn_problem *p, nn_plan *plans);

#endif
