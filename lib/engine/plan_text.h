/* SPDX-License-Identifier: BSD-3-Clause */
/* A plan as a text that is kept in files, such as
 *
 *   strategy=rows parts=8 tile_rows=128 transposed=2 transposed_updates=1,2 padding=8
 *   product_limit=0
 *
 * on one line. Layers count from 1. */
#ifndef NN_PLAN_TEXT_H
#define NN_PLAN_TEXT_H

#include "core/fields.h"
#include "engine/plan.h"

enum { NN_PLAN_TEXT_SIZE = 640 };

void nn_write_plan(const nn_plan *plan, char text[NN_PLAN_TEXT_SIZE]);

/* Reads an untrusted plan for a problem, without threads and holds_blas. It can be run, and needs
 * no more memory than a plan of the planner. */
bool nn_read_plan(nn_fields *fields, const nn_problem *p, nn_plan *plan);

#endif
