/* SPDX-License-Identifier: BSD-3-Clause */
#include "engine/plan_text.h"
#include "core/sizes.h"
#include "engine/plan_search.h"

#include <stdio.h>
#include <string.h>

static const char *const STRATEGIES[] = {
    [NN_OWN_ROWS] = "rows", [NN_SHARED_TILES] = "shared", NULL};
static const char *const PADDINGS[] = {"1", "8", NULL};
static const size_t PADDING_VALUES[] = {1, 8};

/* ---- writing --------------------------------------------------------------------------------- */

static void append(char *text, const char *format, size_t number) {
    size_t used = strlen(text);
    snprintf(text + used, NN_PLAN_TEXT_SIZE - used, format, number);
}

static void append_layers(char *text, const char *name, uint64_t layers) {
    append(text, name, 0);
    if (layers == 0)
        append(text, "none", 0);
    for (size_t l = 0, count = 0; l < 64; l++)
        if (layers >> l & 1)
            append(text, count++ > 0 ? ",%zu" : "%zu", l + 1);
}

void nn_write_plan(const nn_plan *plan, char text[NN_PLAN_TEXT_SIZE]) {
    snprintf(text, NN_PLAN_TEXT_SIZE, "strategy=%s", STRATEGIES[plan->strategy]);
    append(text, " parts=%zu", plan->parts);
    append(text, " tile_rows=%zu", plan->tile_rows);
    append_layers(text, " transposed=", plan->transposed);
    append_layers(text, " transposed_updates=", plan->transposed_updates);
    append(text, " padding=%zu", plan->padding);
    append(text, " product_limit=%zu", plan->product_limit);
}

/* ---- reading --------------------------------------------------------------------------------- */

static bool fail(const char *words) {
    nn_fail(NNBLAS_ERROR_FORMAT, "%s", words);
    return false;
}

static bool read_size(nn_fields *fields, const char *name, size_t least, size_t most,
                      size_t *size) {
    uint64_t number;
    if (!nn_read_number_field(fields, name, least, most, &number))
        return false;
    *size = (size_t)number;
    return true;
}

/* Rising numbers of layers up to most. */
static bool read_layers(nn_fields *fields, const char *name, size_t most, uint64_t *layers) {
    uint64_t numbers[64], last = 0;
    size_t count;
    if (!nn_read_list_field(fields, name, 1, most, true, numbers, 64, &count))
        return false;
    *layers = 0;
    for (size_t i = 0; i < count; i++) {
        if (numbers[i] <= last) {
            nn_fail(NNBLAS_ERROR_FORMAT, "%s has layer %zu behind layer %zu", name,
                    (size_t)numbers[i], (size_t)last);
            return false;
        }
        last = numbers[i];
        *layers |= (uint64_t)1 << (last - 1);
    }
    return true;
}

/* 0, or as many as the kernels for small products take, on any core type. */
static bool read_limit(nn_fields *fields, size_t *limit) {
    enum { LEAST = 10000, MOST = 1000000000 };
    if (!read_size(fields, "product_limit", 0, MOST, limit))
        return false;
    if (*limit == 0 || *limit >= LEAST)
        return true;
    nn_fail(NNBLAS_ERROR_FORMAT, "product_limit is %zu; it must be 0, or %d to %d", *limit, LEAST,
            MOST);
    return false;
}

/* Parts take no more memory than those of the planner. */
static bool check_own_rows(const nn_plan *plan, const nn_problem *problem) {
    size_t most = nn_get_most_parts(problem), share = nn_divide_up(problem->N, plan->parts);
    if (plan->parts > most)
        nn_fail(NNBLAS_ERROR_FORMAT,
                "parts is %zu; with these sizes it must be %zu at most: the updates of more take "
                "too much memory",
                plan->parts, most);
    else if (plan->tile_rows > share)
        nn_fail(NNBLAS_ERROR_FORMAT, "tile_rows is %zu, and a part has %zu rows", plan->tile_rows,
                share);
    return plan->parts <= most && plan->tile_rows <= share;
}

/* What each number by itself allows is possible for the whole. */
static bool check_plan(const nn_plan *plan, const nn_problem *problem) {
    bool shares = plan->strategy == NN_SHARED_TILES, predicts = problem->purpose == NN_PREDICT;
    uint64_t last = problem->n_layers <= 64 ? (uint64_t)1 << (problem->n_layers - 1) : 0;
    if (shares && (predicts || plan->parts == 1))
        return fail("parts share tiles only where there are updates, and with parts=2 or more");
    if (shares && plan->transposed)
        return fail("parts that share tiles must have transposed=none");
    if (predicts && plan->transposed_updates)
        return fail("a plan without updates must have transposed_updates=none");
    if (problem->row_major_outputs && plan->transposed & last)
        return fail("softmax outputs are never transposed");
    return shares || check_own_rows(plan, problem);
}

bool nn_read_plan(nn_fields *fields, const nn_problem *problem, nn_plan *plan) {
    size_t strategy, padding, layers = nn_min(problem->n_layers, 64);
    size_t most_rows = nn_min(problem->N, nn_get_most_tile_rows(problem));
    *plan = (nn_plan){.parts = 1};
    if (!nn_read_word_field(fields, "strategy", STRATEGIES, &strategy) ||
        !read_size(fields, "parts", 1, nn_min(NN_MOST_PARTS, problem->N), &plan->parts) ||
        !read_size(fields, "tile_rows", 1, most_rows, &plan->tile_rows) ||
        !read_layers(fields, "transposed", layers, &plan->transposed) ||
        !read_layers(fields, "transposed_updates", layers, &plan->transposed_updates) ||
        !nn_read_word_field(fields, "padding", PADDINGS, &padding) ||
        !read_limit(fields, &plan->product_limit))
        return false;
    plan->strategy = (nn_strategy)strategy;
    plan->padding = PADDING_VALUES[padding];
    return check_plan(plan, problem);
}
