/* SPDX-License-Identifier: BSD-3-Clause */
/* The last few plans of each thread. Small calls are often repeated, and a search takes longer than
 * such a call. */
#ifndef NN_PLAN_CACHE_H
#define NN_PLAN_CACHE_H

#include "engine/plan.h"

/* The measured plan, or else that of nn_make_plan. Either is looked for only where the calling
 * thread has not used that problem since the last change of measured plans. */
nn_plan nn_get_plan(const nn_problem *p);

#endif
