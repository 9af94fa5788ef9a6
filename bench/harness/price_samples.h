/* SPDX-License-Identifier: BSD-3-Clause */
/* What the prices of plans are fitted to: products, elementwise passes and plans, timed on one
 * thread, and plans whose parts share tiles, timed on two. */
#ifndef PRICE_SAMPLES_H
#define PRICE_SAMPLES_H

#include "harness/problem.h"

#include "engine/plan.h"
#include "engine/product_cost.h"

typedef enum sample_kind {
    SAMPLE_PRODUCT,
    SAMPLE_PASS,
    SAMPLE_PLAN,
    SAMPLE_SHARED_PLAN,
    N_SAMPLE_KINDS
} sample_kind;

typedef struct price_sample {
    sample_kind kind;
    double nanoseconds; /* without those of waking threads */
    nn_product product;
    nn_price pass;
    size_t elements; /* of a pass */
    shape shape;     /* of a plan */
    nn_plan plan;
} price_sample;

typedef struct price_samples {
    price_sample *samples;
    size_t count, room;
} price_samples;

/* Each times things of its kind, drawn at random, for about so many seconds. */
void sample_products(price_samples *s, double seconds, uint64_t *state);
void sample_passes(price_samples *s, double seconds, uint64_t *state);

/* Of each shape the cheapest plans by the prices, and others. */
void sample_plans(price_samples *s, double seconds, const nn_prices *prices, uint64_t *state);

/* What the sample takes by the prices. */
double price_sample_by(const nn_prices *prices, const price_sample *s);

#endif
