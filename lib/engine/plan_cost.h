/* SPDX-License-Identifier: BSD-3-Clause */
/* Estimates how long a plan takes, from the problem and the prices alone. */
#ifndef NN_PLAN_COST_H
#define NN_PLAN_COST_H

#include "engine/plan.h"
#include "engine/prices.h"

/* Nanoseconds of a plan on one thread of an average core: only their order counts. */
typedef struct nn_plan_price {
    double once;    /* a call, whatever the threads */
    double sum;     /* of the parts' updates */
    double deltas;  /* a tile of all parts up to the deltas; parts with rows of their own: a call */
    double updates; /* a tile that parts share; else 0, and part of the deltas */
    double tiles;   /* in which parts meet */
    size_t parts;
} nn_plan_price;

nn_plan_price nn_price_plan(const nn_prices *prices, const nn_plan *plan, const nn_problem *p);

/* Nanoseconds of one call with that many threads. */
double nn_estimate_time(const nn_plan_price *price, size_t threads);

/* The most threads that are worth waking for a call. */
size_t nn_count_plan_threads(const nn_plan_price *price);

/* The same for a plan that is looked at once. */
double nn_estimate_plan(const nn_plan *plan, const nn_problem *p, size_t threads);

/* Nanoseconds to add up the updates of the parts and to transpose them back, on one thread. */
double nn_estimate_sum(const nn_plan *plan, size_t parameters);

#endif
