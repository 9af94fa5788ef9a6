/* SPDX-License-Identifier: BSD-3-Clause */
/* How long a plan takes, from the shape, the core type of the BLAS and nothing else. */
#ifndef NN_PLAN_COST_H
#define NN_PLAN_COST_H

#include "engine/plan.h"

/* BLAS multiplies small matrices without packing them, if no product is larger than this; 0 where
 * it has no such kernel. */
double nn_small_product_limit(void);

/* Nanoseconds of one call on a core that is neither the fastest nor the slowest: the order of plans
 * is what counts. */
double nn_estimate_plan(const nn_plan *plan, const nn_problem *p);

#endif
