/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The plans that were measured, here or before they were loaded from a file. They are those of the
 * whole process, and take the place of what the planner estimates.
 *
 * The key is the problem without what no measurement knows and every plan pays for alike: whether
 * rows are gathered, whether they have weights and, where nothing is updated, whether outputs are
 * compared with labels.
 */
#ifndef NN_MEASURED_PLANS_H
#define NN_MEASURED_PLANS_H

#include "core/status.h"
#include "engine/plan.h"

#include <stdatomic.h>

/* A plan has bits for so many layers. All plans together have at most 3 MB. */
enum { NN_MOST_MEASURED_LAYERS = 64, NN_MOST_MEASURED_PLANS = 4096 };

typedef struct nn_measured_plan {
    nn_problem problem; /* its sizes are the ones below */
    size_t sizes[NN_MOST_MEASURED_LAYERS + 1];
    nn_plan plan; /* threads and holds_blas are derived anew when it is taken */
    uint64_t nanoseconds, with_estimated_plan; /* of a call */
} nn_measured_plan;

/* The problem that a plan is measured for. */
nn_problem nn_get_measured_problem(const nn_problem *p);

/* The same problem with sizes of its own, which point into the struct: call it anew after a copy.
 */
void nn_set_measured_problem(nn_measured_plan *measured, const nn_problem *p);

/* False where none is known. */
bool nn_find_measured_plan(const nn_problem *p, nn_measured_plan *found);

/* Adds them; a plan for the same problem is replaced. After NNBLAS_ERROR_MEMORY or
 * NNBLAS_ERROR_SIZE, too many plans, nothing is changed. */
nnblas_status nn_add_measured_plans(const nn_measured_plan *plans, size_t count);

/* A copy of all, in the order in which their problems came first; released by free(). Null, with
 * count 0, where there are none. */
nnblas_status nn_copy_measured_plans(nn_measured_plan **plans, size_t *count);

/* Changes with each change of the plans: what a thread remembers holds for one number only. */
extern atomic_uint nn_plan_generation;

#endif
