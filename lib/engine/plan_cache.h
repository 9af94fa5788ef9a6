/* SPDX-License-Identifier: BSD-3-Clause */
/* The last few plans of each thread. Small calls are often repeated, and a search takes longer than
 * such a call. */
#ifndef NN_PLAN_CACHE_H
#define NN_PLAN_CACHE_H

#include "engine/plan.h"

/* The plan of nn_make_plan, which is called only where the calling thread has not used that problem
 * lately. */
nn_plan nn_get_plan(const nn_problem *p);

#endif
