/* SPDX-License-Identifier: BSD-3-Clause */
#include "training/group_rows.h"
#include "core/memory.h"
#include "core/sizes.h"
#include "engine/row_weights.h"
#include "training/fit_checks.h"
#include "training/group_order.h"

#include <float.h>
#include <math.h>
#include <stdlib.h>

/* ---- all ranks ------------------------------------------------------------------------------- */

/* Rows of a kind: what a rank has, or all of them. */
typedef struct row_counts {
    size_t given, weighted; /* rows; with a weight above 0 */
    double largest;         /* weight */
    size_t with_weights;    /* ranks that have rows with weights, and rows without */
    size_t without;
    size_t before; /* weighted rows of the ranks before */
} row_counts;

static row_counts count_rows(nn_group *g, const nn_rows *rows) {
    enum { COUNTS = 5 };
    const double own[COUNTS] = {
        (double)rows->N, (double)nn_count_weighted_rows(rows->N, rows->weights),
        nn_find_largest_weight(rows), rows->N > 0 && rows->weights, rows->N > 0 && !rows->weights};
    row_counts all = {0};
    nn_group_gather(g, own, COUNTS);
    for (size_t r = 0; r < g->calls.ranks; r++) {
        const double *of_rank = g->gathered + r * COUNTS;
        if (r == g->calls.rank)
            all.before = all.weighted;
        all.given += (size_t)of_rank[0];
        all.weighted += (size_t)of_rank[1];
        all.largest = fmax(all.largest, of_rank[2]);
        all.with_weights += of_rank[3] > 0.0;
        all.without += of_rank[4] > 0.0;
    }
    return all;
}

/* All ranks come to the same result. */
static nnblas_status check_counts(const char *weight, const row_counts *all) {
    if (all->with_weights > 0 && all->without > 0)
        return nn_fail(
            NNBLAS_ERROR_VALUE,
            "%zu ranks have %ss and %zu have none: every rank that has rows must have them",
            all->with_weights, weight, all->without);
    return all->with_weights > 0 ? nn_check_weighted_count(weight, all->weighted) : NNBLAS_OK;
}

static nnblas_status check_all(const nn_fit *fit, const row_counts *all,
                               const row_counts *validating) {
    if (all->given == 0)
        return nn_fail(NNBLAS_ERROR_SIZE, "N is 0 on every rank; it must be at least 1 on one");
    nnblas_status status = check_counts("sample weight", all);
    if (!status)
        status = check_counts("validation weight", validating);
    return status
               ? status
               : nn_check_row_counts(fit->settings, all->given, all->weighted, validating->given);
}

/* ---- the order ------------------------------------------------------------------------------- */

static bool is_own(const nn_own_rows *own, size_t number) {
    return number >= own->first && number - own->first < own->count;
}

/* Appends where this rank's rows among those of the order are. Returns the new length. */
static size_t pick(const nn_fit *fit, size_t first, size_t end, size_t length) {
    const nn_own_rows *own = &fit->own;
    for (size_t i = first; i < end; i++) {
        size_t number = fit->order.rows[i];
        if (is_own(own, number))
            own->list[length++] = own->weighted ? own->weighted[number - own->first]
                                                : (uint32_t)(number - own->first);
    }
    return length;
}

/* Where rows are drawn. */
static nnblas_status open_order(nn_fit *fit, const row_counts *all, bool has_batches) {
    nn_own_rows *own = &fit->own;
    const nn_settings *s = fit->settings;
    nnblas_status status = nn_check_size("N of all ranks", all->weighted);
    if (!status)
        status =
            nn_row_order_open(&fit->order, all->weighted, NULL, s->validation_fraction, s->seed);
    if (status)
        return status;
    size_t batches = has_batches ? nn_divide_up(fit->order.learning, s->batch_size) : 0;
    own->list = nn_allocate(own->count + 1, sizeof *own->list);
    own->begins = nn_allocate(batches + 1, sizeof *own->begins);
    own->totals = nn_allocate(batches + 1, sizeof *own->totals);
    return own->list && own->begins && own->totals ? NNBLAS_OK : NNBLAS_ERROR_MEMORY;
}

static void take_drawn_rows(nn_fit *fit, const nn_rows *given) {
    const nn_row_order *order = &fit->order;
    size_t end = order->learning + order->validating, learning = pick(fit, 0, order->learning, 0);
    fit->N = order->learning;
    fit->rows.N = learning;
    fit->rows.order = fit->own.list;
    if (order->validating == 0)
        return;
    fit->N_validation = order->validating;
    fit->validation = *given;
    fit->validation.N = pick(fit, order->learning, end, learning) - learning;
    fit->validation.order = fit->own.list + learning;
}

/* ---- weights --------------------------------------------------------------------------------- */

static void add_own_weights(void *rows, double *sum) {
    *sum = nn_add_weights(rows, *sum);
}

static void weigh_all(nn_group *g, nn_rows *rows, double largest) {
    double total = 0.0;
    nn_scale_weights(rows, largest);
    nn_group_add(g, &total, 1, add_own_weights, rows);
    rows->total_weight = total;
}

/* Where memory is out on one rank, all return it. */
static nnblas_status list_rows(nn_fit *fit, const row_counts *all, bool has_batches,
                               bool is_drawn) {
    nnblas_status status = nn_leave_out_rows(&fit->rows, &fit->own.weighted);
    if (!status)
        status = nn_leave_out_rows(&fit->validation, &fit->validation_list);
    if (!status && is_drawn)
        status = open_order(fit, all, has_batches);
    return nn_group_agree(&fit->group, status);
}

nnblas_status nn_choose_own_rows(nn_fit *fit, const nn_rows *given) {
    const nn_settings *s = fit->settings;
    nn_group *g = &fit->group;
    fit->rows = *given;
    fit->validation = s->validation;
    const row_counts all = count_rows(g, given), validating = count_rows(g, &fit->validation);
    nnblas_status status = nn_group_check(g);
    if (!status)
        status = check_all(fit, &all, &validating);
    if (status)
        return status;
    bool has_batches =
        s->batch_size > 0 && s->batch_size < all.weighted && nn_has_rate(s->optimizer);
    bool draws_validation = s->validation_fraction > 0.0,
         is_drawn = has_batches || draws_validation;
    fit->own = (nn_own_rows){.first = all.before,
                             .count = nn_count_weighted_rows(given->N, given->weights)};
    fit->N = all.weighted;
    fit->N_validation = validating.weighted;
    fit->has_weights = all.with_weights > 0;
    fit->has_validation_weights = validating.with_weights > 0;
    status = list_rows(fit, &all, has_batches, is_drawn);
    if (status)
        return status;
    if (is_drawn)
        take_drawn_rows(fit, given);
    weigh_all(g, &fit->rows, all.largest);
    weigh_all(g, &fit->validation, draws_validation ? all.largest : validating.largest);
    fit->batch_size = has_batches ? nn_min(s->batch_size, fit->N) : fit->N;
    return g->is_ordered ? nn_group_agree(g, nn_check_order(fit, given)) : nn_group_check(g);
}

void nn_close_own_rows(nn_own_rows *own) {
    free(own->weighted);
    free(own->list);
    free(own->begins);
    free(own->totals);
}

/* ---- mini-batches ---------------------------------------------------------------------------- */

void nn_pick_batches(nn_fit *fit) {
    const nn_own_rows *own = &fit->own;
    size_t length = 0, b = 0;
    for (size_t first = 0; first < fit->N; first += fit->batch_size, b++) {
        size_t end = nn_min(fit->N, first + fit->batch_size);
        own->begins[b] = length;
        length = pick(fit, first, end, length);
        own->begins[b + 1] = length;
        own->totals[b] = nn_add_weights(&(nn_rows){.N = length - own->begins[b],
                                                   .weights = fit->rows.weights,
                                                   .weight_scale = fit->rows.weight_scale,
                                                   .order = own->list + own->begins[b]},
                                        0.0);
    }
    nn_group_sum(&fit->group, own->totals, b);
}

nn_rows nn_get_own_batch(const nn_fit *fit, size_t first) {
    const nn_own_rows *own = &fit->own;
    size_t b = first / fit->batch_size;
    nn_rows batch = fit->rows;
    batch.N = own->begins[b + 1] - own->begins[b];
    batch.order = own->list + own->begins[b];
    /* Weights that vanish beside the largest of all ranks count as 0. */
    batch.total_weight = fmax(own->totals[b], DBL_MIN);
    return batch;
}
