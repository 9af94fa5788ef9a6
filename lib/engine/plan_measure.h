/* SPDX-License-Identifier: BSD-3-Clause */
/* Finds the fastest plan by timing those that the planner lists. */
#ifndef NN_PLAN_MEASURE_H
#define NN_PLAN_MEASURE_H

#include "engine/measured_plans.h"
#include "engine/plan_trial.h"

/* The most memory of the made-up rows: several times what the caches of most processors hold. With
 * 64 MB and a cache of 32 MB, the plan for rows of 132 MB was 1.2 times as slow as the best one. */
enum { NN_TRIAL_BYTES = 256 << 20 };

/*
 * Measures for about so many seconds, with the threads that a call would use. All plans are timed
 * shortly and on a part of the rows, the most promising first; then the fastest few again and again
 * in turns, so that a busy moment of the machine meets them all, and those that fall behind are
 * dropped. The planner's own
 * plan stays in to the end, and is kept where no other is faster by a hundredth.
 *
 * The model has at most NN_MOST_MEASURED_LAYERS. Fails only with NNBLAS_ERROR_MEMORY.
 */
nnblas_status nn_measure_plan(const nn_model *model, size_t N, nn_purpose purpose, double seconds,
                              nn_measured_plan *measured);

#endif
