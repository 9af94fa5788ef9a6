/* SPDX-License-Identifier: BSD-3-Clause */
#include "harness/price_samples.h"
#include "blas/blas.h"
#include "core/clock.h"
#include "core/random.h"
#include "engine/plan_cost.h"
#include "engine/plan_search.h"
#include "engine/rows.h"
#include "harness/allocate.h"
#include "harness/runs.h"
#include "harness/timing.h"
#include "harness/trial_problem.h"
#include "kernels/kernels.h"
#include "workers/threads.h"

#include <cblas.h>
#include <math.h>
#include <stdlib.h>

static price_sample *add_sample(price_samples *s, sample_kind kind) {
    if (s->count == s->room) {
        price_samples grown = {.room = 2 * s->room + 1024, .count = s->count};
        grown.samples = allocate_array(grown.room, sizeof *grown.samples);
        for (size_t i = 0; i < s->count; i++)
            grown.samples[i] = s->samples[i];
        free(s->samples);
        *s = grown;
    }
    s->samples[s->count] = (price_sample){.kind = kind};
    return &s->samples[s->count++];
}

/* Nanoseconds of the fastest of many runs: what disturbs a run only makes it longer. */
static double time_fastest(void (*run)(void *context), void *context) {
    static const double MOMENT = 4e-3;
    enum { FEWEST = 4 };
    size_t repetitions = count_runs(run, context);
    double fastest = HUGE_VAL, start = nn_read_clock();
    for (int i = 0; i < FEWEST || nn_read_clock() - start < MOMENT; i++)
        fastest = fmin(fastest, time_runs(run, context, repetitions));
    return 1e9 * fastest;
}

/* A size from 1 on, evenly over its logarithm. */
static size_t draw_size(uint64_t *state, double most) {
    double fraction;
    fill_uniform(state, &fraction, 1, 0.0, 1.0);
    return (size_t)pow(most + 1.0, fraction);
}

static bool draw_bool(uint64_t *state) {
    return nn_splitmix_bits(state) >> 63;
}

/* ---- products -------------------------------------------------------------------------------- */

typedef struct product_run {
    nn_product product;
    double beta;
    double *A, *B, *C;
} product_run;

static void run_product(void *context) {
    const product_run *r = context;
    const nn_product *p = &r->product;
    size_t lda = p->first_turned ? p->K : p->M, ldb = p->second_turned ? p->N : p->K;
    cblas_dgemm(CblasColMajor, p->first_turned ? CblasTrans : CblasNoTrans,
                p->second_turned ? CblasTrans : CblasNoTrans, (int)p->M, (int)p->N, (int)p->K, 1e-3,
                r->A, (int)lda, r->B, (int)ldb, r->beta, r->C, (int)p->M);
}

static const double MOST_SIZE = 1000.0;

static nn_product draw_product(uint64_t *state) {
    static const double MOST = 2e7, FEWEST = 64.0;
    for (;;) {
        nn_product p = {draw_size(state, MOST_SIZE), draw_size(state, MOST_SIZE),
                        draw_size(state, MOST_SIZE), draw_bool(state), draw_bool(state)};
        double multiplications = (double)p.M * (double)p.N * (double)p.K;
        if (multiplications >= FEWEST && multiplications <= MOST)
            return p;
    }
}

void sample_products(price_samples *s, double seconds, uint64_t *state) {
    size_t numbers = (size_t)(MOST_SIZE * MOST_SIZE);
    double end = nn_read_clock() + seconds;
    double *memory = allocate_array(3 * numbers, sizeof *memory);
    fill_uniform(state, memory, 3 * numbers, -1.0, 1.0);
    nn_blas_hold();
    do {
        product_run run = {draw_product(state), draw_bool(state) ? 1.0 : 0.0, memory,
                           memory + numbers, memory + 2 * numbers};
        price_sample *sample = add_sample(s, SAMPLE_PRODUCT);
        sample->product = run.product;
        sample->nanoseconds = time_fastest(run_product, &run);
    } while (nn_read_clock() < end);
    nn_blas_release();
    free(memory);
}

/* ---- elementwise passes ---------------------------------------------------------------------- */

typedef struct pass_run {
    nn_price pass;
    size_t elements;
    double *a, *b, *c;
} pass_run;

static void run_pass(void *context) {
    const pass_run *r = context;
    const nn_kernels *kernels = nn_get_kernels();
    enum { COLUMNS = 10 };
    switch (r->pass) {
    case NN_SIGMOID:
        kernels->sigmoid(r->elements, r->a);
        break;
    case NN_DELTA:
        kernels->sigmoid_delta(r->elements, r->b, r->a);
        break;
    case NN_CROSS_ENTROPY:
        kernels->sigmoid_cross_entropy(r->elements, r->a, r->b, NULL, r->c);
        break;
    case NN_ADD:
        kernels->add(r->elements, r->b, r->a);
        break;
    case NN_TRANSPOSE:
        nn_transpose(r->elements / COLUMNS, COLUMNS, r->b, COLUMNS, r->a, r->elements / COLUMNS);
        break;
    default:
        break;
    }
}

void sample_passes(price_samples *s, double seconds, uint64_t *state) {
    static const nn_price PASSES[] = {NN_SIGMOID, NN_DELTA, NN_CROSS_ENTROPY, NN_ADD, NN_TRANSPOSE};
    enum { N_PASSES = sizeof PASSES / sizeof *PASSES, MOST = 20000 };
    double *memory = allocate_array((size_t)3 * MOST, sizeof *memory);
    double end = nn_read_clock() + seconds;
    fill_uniform(state, memory, (size_t)3 * MOST, 0.0, 1.0);
    for (size_t i = 0; i < N_PASSES || nn_read_clock() < end; i++) {
        pass_run run = {PASSES[i % N_PASSES], 10 * draw_size(state, MOST / 10), memory,
                        memory + MOST, memory + 2 * MOST};
        price_sample *sample = add_sample(s, SAMPLE_PASS);
        sample->pass = run.pass;
        sample->elements = run.elements;
        sample->nanoseconds = time_fastest(run_pass, &run);
    }
    free(memory);
}

/* ---- plans ----------------------------------------------------------------------------------- */

typedef struct priced_plan {
    nn_plan plan;
    double nanoseconds;
} priced_plan;

static int compare_prices(const void *a, const void *b) {
    double x = ((const priced_plan *)a)->nanoseconds, y = ((const priced_plan *)b)->nanoseconds;
    return (x > y) - (x < y);
}

/* Of a plan whose parts share tiles each of two threads does half. */
static double price_plan(const nn_prices *prices, const nn_plan *plan, const nn_problem *planned) {
    nn_plan_price p = nn_price_plan(prices, plan, planned);
    double threads = plan->strategy == NN_SHARED_TILES ? 2.0 : 1.0;
    return p.once + p.sum + p.tiles * (p.deltas + p.updates) / threads;
}

static size_t list_plans(const nn_problem *planned, const nn_prices *prices, priced_plan *priced) {
    nn_plan *plans = allocate_array(NN_MOST_PLANS, sizeof *plans);
    size_t count = nn_list_plans(planned, plans);
    for (size_t i = 0; i < count; i++)
        priced[i] = (priced_plan){plans[i], price_plan(prices, &plans[i], planned)};
    free(plans);
    qsort(priced, count, sizeof *priced, compare_prices);
    return count;
}

static void sample_plan(price_samples *s, const trial_problem *t, const shape *drawn,
                        const nn_plan *plan) {
    bool is_shared = plan->strategy == NN_SHARED_TILES;
    if (is_shared && plan->threads < 2)
        return;
    require_ok(nnblas_set_threads(is_shared ? 2 : 1));
    nn_trial trial;
    open_trial(&trial, t, plan);
    double nanoseconds = time_fastest(run_trial, &trial);
    nn_trial_close(&trial);
    double waking =
        nn_estimate_threads(0.0, 2, 2) * 2.0 * (double)nn_divide_up(drawn->N, plan->tile_rows);
    if (is_shared && nanoseconds < 2.0 * waking)
        return;
    price_sample *sample = add_sample(s, is_shared ? SAMPLE_SHARED_PLAN : SAMPLE_PLAN);
    sample->shape = *drawn;
    sample->plan = *plan;
    sample->nanoseconds = nanoseconds - (is_shared ? waking : 0.0);
}

/* The cheapest ones, and as many of the others that are not hopeless. */
static void sample_plans_of(price_samples *s, const shape *drawn, const nn_prices *prices,
                            uint64_t *state) {
    enum { EACH = 7 };
    static const double HOPELESS = 2.5;
    trial_problem t;
    open_trial_problem(&t, drawn);
    priced_plan *plans = allocate_array(NN_MOST_PLANS, sizeof *plans);
    size_t count = list_plans(&t.rows.problem, prices, plans), hopeful = 0;
    while (hopeful < count && plans[hopeful].nanoseconds <= HOPELESS * plans[0].nanoseconds)
        hopeful++;
    for (size_t i = 0; i < EACH && i < hopeful; i++)
        sample_plan(s, &t, drawn, &plans[i].plan);
    for (size_t i = EACH; i < 2 * EACH && i < hopeful; i++)
        sample_plan(s, &t, drawn, &plans[EACH + nn_splitmix_bits(state) % (hopeful - EACH)].plan);
    free(plans);
    close_trial_problem(&t);
}

void sample_plans(price_samples *s, double seconds, const nn_prices *prices, uint64_t *state) {
    double end = nn_read_clock() + seconds;
    do {
        shape drawn = draw_shape(state);
        sample_plans_of(s, &drawn, prices, state);
    } while (nn_read_clock() < end);
}

/* ---- prices ---------------------------------------------------------------------------------- */

static double price_pass(const nn_prices *prices, const price_sample *s) {
    double call = s->pass == NN_TRANSPOSE ? 0.0 : prices->of[NN_PASS_CALL];
    return call + prices->of[s->pass] * (double)s->elements;
}

double price_sample_by(const nn_prices *prices, const price_sample *s) {
    const size_t sizes[] = {s->shape.inputs, s->shape.hidden, s->shape.outputs};
    const nn_problem planned = {
        .sizes = sizes, .n_layers = 2, .N = s->shape.N, .purpose = NN_GRADIENT};
    switch (s->kind) {
    case SAMPLE_PRODUCT:
        return nn_price_product(prices, &s->product);
    case SAMPLE_PASS:
        return price_pass(prices, s);
    default:
        return price_plan(prices, &s->plan, &planned);
    }
}
