/* SPDX-License-Identifier: BSD-3-Clause */
/* Fits the prices of plans to what this processor and BLAS take, and prints them as a file of
 * lib/engine/prices. */
#include "blas/blas.h"
#include "core/processor_name.h"
#include "engine/prices.h"
#include "harness/allocate.h"
#include "harness/least_squares.h"
#include "harness/price_samples.h"
#include "harness/runs.h"
#include "kernels/kernels.h"
#include "subcommands/subcommand.h"

#include <ctype.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

/* ---- the fit --------------------------------------------------------------------------------- */

/* The shapes are not those that grid draws. */
enum { FIRST_SEED = 1000 };

/* How often a sample of a kind is counted. */
static const double WEIGHTS[N_SAMPLE_KINDS] = {
    [SAMPLE_PRODUCT] = 1.0, [SAMPLE_PASS] = 1.0, [SAMPLE_PLAN] = 2.0, [SAMPLE_SHARED_PLAN] = 1.0};

/* The same for a price's former value. */
static const double FORMER = 0.5;

/* The estimate is linear in the prices: the count of one is the estimate where it is 1 and all
 * others are 0. */
static void count_prices(const nn_prices *prices, const price_sample *s, double *counts) {
    nn_prices one = *prices;
    memset(one.of, 0, sizeof one.of);
    for (size_t i = 0; i < NN_N_PRICES; i++) {
        one.of[i] = 1.0;
        counts[i] = price_sample_by(&one, s);
        one.of[i] = 0.0;
    }
}

/* One equation a sample, and for each price that it is what it was: that decides where no sample
 * tells. */
static equation *count_all(const nn_prices *prices, const price_samples *s) {
    size_t count = s->count + NN_N_PRICES;
    const nn_prices *former = nn_get_prices();
    equation *equations = allocate_array(count, sizeof *equations);
    double *counts = allocate_array(count * NN_N_PRICES, sizeof *counts);
    for (size_t i = 0; i < NN_N_PRICES; i++) {
        double *row = counts + (s->count + i) * NN_N_PRICES;
        row[i] = 1.0;
        equations[s->count + i] = former->of[i] > 0.0 ? (equation){row, former->of[i], FORMER}
                                                      : (equation){row, 1.0, 0.0};
    }
    for (size_t i = 0; i < s->count; i++) {
        const price_sample *sample = &s->samples[i];
        equations[i] =
            (equation){counts + i * NN_N_PRICES, sample->nanoseconds, WEIGHTS[sample->kind]};
        count_prices(prices, sample, equations[i].counts);
    }
    return equations;
}

static void free_equations(equation *equations) {
    free(equations[0].counts);
    free(equations);
}

/* Sets the prices for their sizes of caches. Returns the mean of the errors of plans. */
static double solve(nn_prices *prices, const price_samples *s) {
    equation *equations = count_all(prices, s);
    solve_least_squares(equations, s->count + NN_N_PRICES, NN_N_PRICES, prices->of);
    double error = 0.0;
    size_t plans = 0;
    for (size_t i = 0; i < s->count; i++)
        if (s->samples[i].kind == SAMPLE_PLAN) {
            error += fmin(fabs(get_relative_error(&equations[i], NN_N_PRICES, prices->of)), 0.5);
            plans++;
        }
    free_equations(equations);
    return error / (double)plans;
}

/* A cache, or else a usual size. */
static double get_cache_bytes(int name, double usual) {
    long bytes = sysconf(name);
    return bytes > 0 ? (double)bytes : usual;
}

static const char CACHES[] =
    "Beyond the near cache, a core's own, what a tile uses again is slower to read, and beyond "
    "the\n"
    "far one, the core's share of the next, slower still. How much of them is left beside weights\n"
    "and stacks is tried: for each pair, by how much the estimates of plans are off on average.\n";

/* Says how far off the estimates are by each pair. */
static void fit(nn_prices *prices, const price_samples *s) {
    static const double NEAR[] = {0.25, 0.5, 1.0}, FAR[] = {4.0, 8.0, 16.0};
    double second = get_cache_bytes(_SC_LEVEL2_CACHE_SIZE, 1 << 20), least = HUGE_VAL;
    nn_prices best = *prices;
    for (size_t i = 0; i < sizeof NEAR / sizeof *NEAR; i++)
        for (size_t k = 0; k < sizeof FAR / sizeof *FAR; k++) {
            prices->near_bytes = NEAR[i] * second;
            prices->far_bytes = FAR[k] * second;
            double error = solve(prices, s);
            fprintf(stderr, "  near %.0f KiB, far %.0f KiB: %.1f %%\n", prices->near_bytes / 1024,
                    prices->far_bytes / 1024, 100.0 * error);
            if (error < least) {
                best = *prices;
                least = error;
            }
        }
    *prices = best;
    fprintf(stderr, "  taken: near %.0f KiB, far %.0f KiB\n", prices->near_bytes / 1024,
            prices->far_bytes / 1024);
}

static int compare_doubles(const void *a, const void *b) {
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static void show_errors(const char *by, const nn_prices *prices, const price_samples *s) {
    static const char *const KINDS[N_SAMPLE_KINDS] = {[SAMPLE_PRODUCT] = "products",
                                                      [SAMPLE_PASS] = "passes",
                                                      [SAMPLE_PLAN] = "plans",
                                                      [SAMPLE_SHARED_PLAN] =
                                                          "plans with shared tiles"};
    double *errors = allocate_array(s->count, sizeof *errors);
    fprintf(stderr, "How far the estimates are off, %s:\n", by);
    for (int kind = 0; kind < N_SAMPLE_KINDS; kind++) {
        size_t count = 0;
        for (size_t i = 0; i < s->count; i++)
            if ((int)s->samples[i].kind == kind)
                errors[count++] =
                    fabs(price_sample_by(prices, &s->samples[i]) / s->samples[i].nanoseconds - 1.0);
        if (count == 0)
            continue;
        qsort(errors, count, sizeof *errors, compare_doubles);
        fprintf(stderr,
                "  %s, %zu: half within %.1f %%, nine in ten within %.1f %%, worst %.1f %%\n",
                KINDS[kind], count, 100.0 * errors[count / 2], 100.0 * errors[count * 9 / 10],
                100.0 * errors[count - 1]);
    }
    free(errors);
}

/* ---- the file -------------------------------------------------------------------------------- */

static const char *const NAMES[NN_N_PRICES] = {
    [NN_VECTORS_CALL] = "NN_VECTORS_CALL",
    [NN_VECTORS_MULTIPLY] = "NN_VECTORS_MULTIPLY",
    [NN_VECTORS_COLUMN] = "NN_VECTORS_COLUMN",
    [NN_VECTORS_STEP] = "NN_VECTORS_STEP",
    [NN_VECTORS_WALK] = "NN_VECTORS_WALK",
    [NN_VECTORS_FAR_WALK] = "NN_VECTORS_FAR_WALK",
    [NN_DOTS_CALL] = "NN_DOTS_CALL",
    [NN_DOTS_MULTIPLY] = "NN_DOTS_MULTIPLY",
    [NN_DOTS_COLUMN] = "NN_DOTS_COLUMN",
    [NN_DOTS_STEP] = "NN_DOTS_STEP",
    [NN_DOTS_WALK] = "NN_DOTS_WALK",
    [NN_DOTS_FAR_WALK] = "NN_DOTS_FAR_WALK",
    [NN_ROWS_CALL] = "NN_ROWS_CALL",
    [NN_ROWS_MULTIPLY] = "NN_ROWS_MULTIPLY",
    [NN_ROWS_STEP] = "NN_ROWS_STEP",
    [NN_ROWS_WALK] = "NN_ROWS_WALK",
    [NN_ROWS_FAR_WALK] = "NN_ROWS_FAR_WALK",
    [NN_ROWS_STORE] = "NN_ROWS_STORE",
    [NN_ROWS_SCATTER] = "NN_ROWS_SCATTER",
    [NN_REST_CALL] = "NN_REST_CALL",
    [NN_REST_COPY] = "NN_REST_COPY",
    [NN_PACKED + NN_OF_CALL] = "NN_PACKED + NN_OF_CALL",
    [NN_PACKED + NN_OF_WALK] = "NN_PACKED + NN_OF_WALK",
    [NN_PACKED + NN_OF_BLOCK] = "NN_PACKED + NN_OF_BLOCK",
    [NN_PACKED + NN_OF_STORE] = "NN_PACKED + NN_OF_STORE",
    [NN_PACKED + NN_OF_FIRST] = "NN_PACKED + NN_OF_FIRST",
    [NN_PACKED + NN_OF_FIRST_TURNED] = "NN_PACKED + NN_OF_FIRST_TURNED",
    [NN_PACKED + NN_OF_SECOND] = "NN_PACKED + NN_OF_SECOND",
    [NN_PACKED + NN_OF_SECOND_TURNED] = "NN_PACKED + NN_OF_SECOND_TURNED",
    [NN_PACKED + NN_OF_ROW] = "NN_PACKED + NN_OF_ROW",
    [NN_PACKED + NN_OF_STEP] = "NN_PACKED + NN_OF_STEP",
    [NN_PACKED_LARGE + NN_OF_CALL] = "NN_PACKED_LARGE + NN_OF_CALL",
    [NN_PACKED_LARGE + NN_OF_WALK] = "NN_PACKED_LARGE + NN_OF_WALK",
    [NN_PACKED_LARGE + NN_OF_BLOCK] = "NN_PACKED_LARGE + NN_OF_BLOCK",
    [NN_PACKED_LARGE + NN_OF_STORE] = "NN_PACKED_LARGE + NN_OF_STORE",
    [NN_PACKED_LARGE + NN_OF_FIRST] = "NN_PACKED_LARGE + NN_OF_FIRST",
    [NN_PACKED_LARGE + NN_OF_FIRST_TURNED] = "NN_PACKED_LARGE + NN_OF_FIRST_TURNED",
    [NN_PACKED_LARGE + NN_OF_SECOND] = "NN_PACKED_LARGE + NN_OF_SECOND",
    [NN_PACKED_LARGE + NN_OF_SECOND_TURNED] = "NN_PACKED_LARGE + NN_OF_SECOND_TURNED",
    [NN_PACKED_LARGE + NN_OF_ROW] = "NN_PACKED_LARGE + NN_OF_ROW",
    [NN_PACKED_LARGE + NN_OF_STEP] = "NN_PACKED_LARGE + NN_OF_STEP",
    [NN_PASS_CALL] = "NN_PASS_CALL",
    [NN_SIGMOID] = "NN_SIGMOID",
    [NN_DELTA] = "NN_DELTA",
    [NN_CROSS_ENTROPY] = "NN_CROSS_ENTROPY",
    [NN_COPY] = "NN_COPY",
    [NN_COPY_ROW] = "NN_COPY_ROW",
    [NN_TRANSPOSE] = "NN_TRANSPOSE",
    [NN_ADD] = "NN_ADD",
    [NN_SUM_CALL] = "NN_SUM_CALL",
    [NN_TILE] = "NN_TILE",
    [NN_OUT_OF_NEAR] = "NN_OUT_OF_NEAR",
    [NN_OUT_OF_FAR] = "NN_OUT_OF_FAR",
    [NN_ROWS_OUT_OF_NEAR] = "NN_ROWS_OUT_OF_NEAR",
    [NN_ROWS_OUT_OF_FAR] = "NN_ROWS_OUT_OF_FAR",
    [NN_SHARE] = "NN_SHARE",
    [NN_TURNED_ROW] = "NN_TURNED_ROW",
    [NN_TURNED_BYTE] = "NN_TURNED_BYTE",
};

/* "on 2026-11-26, AMD EPYC (family 25, model 17), OpenBLAS 0.3.21 Haswell, kernels avx512" */
static void describe_origin(char *text, size_t size) {
    char date[16], processor[96], blas[64];
    time_t now = time(NULL);
    strftime(date, sizeof date, "%Y-%m-%d", gmtime(&now));
    nn_read_processor_name(processor, sizeof processor);
    nn_blas_name(blas, sizeof blas);
    snprintf(text, size, "on %s, %s, %s %s, kernels %s", date, processor, blas,
             nn_blas_core() ? nn_blas_core() : "", nn_get_kernels()->name);
}

static void print_prices(const nn_prices *p) {
    char made[512], name[64] = "neutral";
    describe_origin(made, sizeof made);
    for (size_t i = 0; p->cores[0] != '\0' && (i == 0 || name[i - 1] != '\0'); i++)
        name[i] = (char)(p->cores[i] == ' ' ? '\0' : tolower((unsigned char)p->cores[i]));
    printf("/* SPDX-License-Identifier: BSD-3-Clause */\n"
           "/* Written by nnblas-bench fit. */\n#include \"engine/prices.h\"\n\n"
           "const nn_prices nn_%s_prices = {\n    .cores = \"%s\",\n    .made = \"%s\",\n"
           "    .small_limit = %.1f,\n    .packed_rows = %zu,\n    .packed_columns = %zu,\n"
           "    .near_bytes = %.1f,\n    .far_bytes = %.1f,\n    .of =\n        {\n",
           name, p->cores, made, p->small_limit, p->packed_rows, p->packed_columns, p->near_bytes,
           p->far_bytes);
    for (size_t i = 0; i < NN_N_PRICES; i++)
        if (p->of[i] > 0.0)
            printf("            [%s] = %.4g,\n", NAMES[i], p->of[i]);
    printf("        },\n};\n");
}

static void take_plans(price_samples *s, const options *o, const nn_prices *prices,
                       uint64_t *state) {
    static const double SHARE = 80.0;
    sample_plans(s, SHARE * o->seconds, prices, state);
    require_ok(nnblas_set_threads(0));
}

/* The plans are taken twice: the first fit knows better which are the cheapest. */
int run_fit(const options *o) {
    static const double PRODUCTS = 30.0, PASSES = 4.0;
    nn_prices prices = *nn_get_prices();
    price_samples samples = {0};
    uint64_t state = FIRST_SEED + (uint64_t)o->seed;
    sample_products(&samples, PRODUCTS * o->seconds, &state);
    sample_passes(&samples, PASSES * o->seconds, &state);
    take_plans(&samples, o, &prices, &state);
    show_errors("by the prices so far", &prices, &samples);
    fputs(CACHES, stderr);
    fit(&prices, &samples);
    take_plans(&samples, o, &prices, &state);
    fit(&prices, &samples);
    show_errors("by the fitted prices", &prices, &samples);
    print_prices(&prices);
    free(samples.samples);
    return EXIT_SUCCESS;
}
