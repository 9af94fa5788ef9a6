/* SPDX-License-Identifier: BSD-3-Clause */
/* Estimates how long a plan takes, from the problem and the core type of the BLAS alone. */
#ifndef NN_PLAN_COST_H
#define NN_PLAN_COST_H

#include "engine/plan.h"

/* The largest product, in multiplications, for which BLAS has a kernel that packs nothing; 0 where
 * it has no such kernel. */
double nn_small_product_limit(void);

/* Nanoseconds of one call with that many threads on an average core: only their order counts. */
double nn_estimate_plan(const nn_plan *plan, const nn_problem *p, size_t threads);

/* The most threads that are worth waking for a call. */
size_t nn_count_plan_threads(const nn_plan *plan, const nn_problem *p);

/* Nanoseconds to add up the updates of the parts and to transpose them back, on one thread. */
double nn_estimate_sum(const nn_plan *plan, size_t parameters);

#endif
