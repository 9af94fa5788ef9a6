/* SPDX-License-Identifier: BSD-3-Clause */
/* Estimates how long a plan takes, from the problem and the core type of the BLAS alone. */
#ifndef NN_PLAN_COST_H
#define NN_PLAN_COST_H

#include "engine/plan.h"

/* The largest product, in multiplications, for which BLAS has a kernel that packs nothing; 0 where
 * it has no such kernel. */
double nn_small_product_limit(void);

/* Nanoseconds of one call on an average core: only their order counts. */
double nn_estimate_plan(const nn_plan *plan, const nn_problem *p);

#endif
