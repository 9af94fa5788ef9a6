/* SPDX-License-Identifier: BSD-3-Clause */
/* The last few plans of each thread: small calls come again and again, and a search takes longer
 * than they do. */
#ifndef NN_PLAN_CACHE_H
#define NN_PLAN_CACHE_H

#include "engine/plan.h"

/* The plan of nn_make_plan, searched for only where the calling thread did not ask for it lately.
 */
nn_plan nn_get_plan(const nn_problem *p);

#endif
