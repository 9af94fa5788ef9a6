/* SPDX-License-Identifier: BSD-3-Clause */
/* Calls that are too small for an engine: choosing a plan and laying out its memory takes longer
 * than their products. */
#ifndef NN_SMALL_RUN_H
#define NN_SMALL_RUN_H

#include "engine/engine.h"

enum { NN_MOST_SMALL_LAYERS = 16 };

/* Memory that most small calls fit in, and no more than a page: a function with more of it on its
 * stack touches each page when it begins, which takes a tenth of such a call. */
enum { NN_FEW_NUMBERS = 256 };

/*
 * nn_engine_run without an engine: one tile, with the layers as they are, in memory for count
 * numbers.
 * False, and nothing is done, where the call is not small: more layers than that, more than 64 rows
 * or 65536 multiplications, matrices too large for the memory, or rows with an order or weights.
 * One row may have any number of multiplications. cost may be null.
 */
bool nn_run_small(const nn_call *call, double *memory, size_t count, double *cost);

#endif
