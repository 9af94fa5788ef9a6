/* SPDX-License-Identifier: BSD-3-Clause */
/* The choice of a plan: made once for a shape, from the shape, the threads and the core type of the
 * BLAS alone. */
#ifndef NN_PLANNER_H
#define NN_PLANNER_H

#include "engine/plan.h"

/* The plan with the lowest cost by the model in plan_cost.h. threads: the most that it may use.
 * Looks at some hundred plans, which takes 10 to 100 us. */
nn_plan nn_make_plan(const nn_model *model, size_t N, nn_purpose purpose, size_t threads);

/* The same, from the last few plans of the calling thread where it is among them. */
nn_plan nn_choose_plan(const nn_model *model, size_t N, nn_purpose purpose, size_t threads);

enum { NN_MOST_PLANS = 2048 };

/* The plans that nn_make_plan chooses from; returns how many, at most NN_MOST_PLANS. */
size_t nn_list_plans(const nn_model *model, size_t N, nn_purpose purpose, size_t threads,
                     nn_plan *plans);

#endif
