/* SPDX-License-Identifier: BSD-3-Clause */
/* How a network is trained: random settings, and the trainer that has them. */
#ifndef RECIPE_H
#define RECIPE_H

#include "random/world.h"

typedef struct recipe {
    nnblas_optimizer optimizer;
    nnblas_schedule schedule;
    double rate, momentum, beta1, beta2, fraction, decay, tolerance, lbfgs_tolerance;
    size_t epochs, batch, patience, lbfgs_memory, history_limit;
    uint64_t seed;
    uint64_t
        trained; /* the parameters that are trained, as of is_trained; 0: all, without a mask */
    bool shuffle;
    nnblas_score score; /* none without validation */
    problem validation; /* rows of its own, with weights or without; N = 0: none */
    size_t stop_at;     /* the epoch after which the callback stops; 0: none */
} recipe;

recipe roll_recipe(world *w, const slot *s);
void free_recipe(recipe *r);

/* Whether the optimizer searches the lowest cost of all rows, and may end by a reason of its own.
 */
bool searches(const recipe *r);
bool has_validation(const recipe *r);
/* Exponentials, and identity units in any number of layers, have no bound: with long steps their
 * costs would overflow. */
double get_longest_rate(const problem *p);
/* Whether a training may end because its cost overflows. */
bool has_overflowed(const problem *p, nnblas_status status);
/* Whether a parameter is trained, or kept by the mask. */
bool is_trained(const recipe *r, size_t parameter);
/* False for so few rows, or so few with a weight, that none would be left to train on or to
 * validate. */
bool has_rows(const problem *p, const recipe *r);

/* A trainer of the recipe, and what its callback saw. */
typedef struct record {
    nnblas_trainer *trainer; /* the caller destroys it */
    size_t history_limit, stop_at;
    size_t before; /* epochs that the checkpoint it goes on from does not hold */
    size_t calls;  /* epochs, those of the checkpoint included */
} record;

/* Adds the sample weights of p. */
record begin_record(nnblas_net *net, const recipe *r, const problem *p);
nnblas_status fit_rows(record *seen, const problem *p);

size_t get_smaller(size_t a, size_t b);

#endif
