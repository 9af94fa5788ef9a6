/* SPDX-License-Identifier: BSD-3-Clause */
/* The search for a plan. It depends on the problem and the core type of the BLAS alone. */
#ifndef NN_PLAN_SEARCH_H
#define NN_PLAN_SEARCH_H

#include "engine/plan.h"

/* The plan with the shortest time by plan_cost.h, of all that nn_list_plans lists. */
nn_plan nn_make_plan(const nn_problem *p);

enum { NN_MOST_PLANS = 8192, NN_MOST_PARTS = 64 };

/* What memory allows: the most rows of a tile, and the most parts with updates of their own. */
size_t nn_get_most_tile_rows(const nn_problem *p);
size_t nn_get_most_parts(const nn_problem *p);

/* Sets what follows from the rest of a plan and the problem: threads and holds_blas. */
void nn_derive_plan(nn_plan *plan, const nn_problem *p);

/* The plans that nn_make_plan compares; returns how many, at most NN_MOST_PLANS. */
size_t nn_list_plans(const nn_problem *p, nn_plan *plans);

#endif
