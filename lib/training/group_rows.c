/* SPDX-License-Identifier: BSD-3-Clause */
#include "training/group_rows.h"
#include "core/memory.h"
#include "core/sizes.h"
#include "engine/row_weights.h"
#include "training/fit_checks.h"

#include <float.h>
#include <math.h>
#include <stdlib.h>

/* ---- all ranks ------------------------------------------------------------------------------- */

/* What a rank has, or all of them. */
typedef struct row_counts {
    size_t given, weighted; /* rows; with a weight above 0 */
    size_t validating, weighted_validating;
    double largest, largest_validating; /* weights */
    size_t before;                      /* weighted rows of the ranks before */
} row_counts;

static row_counts count_rows(const nn_rows *given, const nn_rows *validation) {
    return (row_counts){.given = given->N,
                        .weighted = nn_count_weighted_rows(given->N, given->weights),
                        .validating = validation->N,
                        .weighted_validating =
                            nn_count_weighted_rows(validation->N, validation->weights),
                        .largest = nn_find_largest_weight(given),
                        .largest_validating = nn_find_largest_weight(validation)};
}

static row_counts add_counts(nn_group *g, const row_counts *own) {
    enum { COUNTS = 6 };
    const double numbers[COUNTS] = {(double)own->given,
                                    (double)own->weighted,
                                    (double)own->validating,
                                    (double)own->weighted_validating,
                                    own->largest,
                                    own->largest_validating};
    row_counts all = {0};
    nn_group_gather(g, numbers, COUNTS);
    for (size_t r = 0; r < g->calls.ranks; r++) {
        const double *of_rank = g->gathered + r * COUNTS;
        if (r == g->calls.rank)
            all.before = all.weighted;
        all.given += (size_t)of_rank[0];
        all.weighted += (size_t)of_rank[1];
        all.validating += (size_t)of_rank[2];
        all.weighted_validating += (size_t)of_rank[3];
        all.largest = fmax(all.largest, of_rank[4]);
        all.largest_validating = fmax(all.largest_validating, of_rank[5]);
    }
    return all;
}

/* All ranks come to the same result. */
static nnblas_status check_counts(const nn_fit *fit, const row_counts *all) {
    if (all->given == 0)
        return nn_fail(NNBLAS_ERROR_SIZE, "N is 0 on every rank; it must be at least 1 on one");
    nnblas_status status = nn_check_weighted_count("sample weight", all->weighted);
    if (!status && all->validating > 0)
        status = nn_check_weighted_count("validation weight", all->weighted_validating);
    return status ? status : nn_check_row_counts(fit->settings, all->given, all->weighted);
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

static void weigh(nn_fit *fit, const row_counts *all) {
    bool is_drawn = fit->settings->validation_fraction > 0.0;
    nn_weigh_share(&fit->rows, all->largest);
    nn_weigh_share(&fit->validation, is_drawn ? all->largest : all->largest_validating);
    double totals[] = {fit->rows.total_weight, fit->validation.total_weight};
    nn_group_sum(&fit->group, totals, 2);
    fit->rows.total_weight = totals[0];
    fit->validation.total_weight = totals[1];
}

nnblas_status nn_choose_own_rows(nn_fit *fit, const nn_rows *given) {
    const nn_settings *s = fit->settings;
    nn_own_rows *own = &fit->own;
    fit->rows = *given;
    fit->validation = s->validation;
    const row_counts counts = count_rows(&fit->rows, &fit->validation);
    const row_counts all = add_counts(&fit->group, &counts);
    *own = (nn_own_rows){.first = all.before, .count = counts.weighted};
    fit->N = all.weighted;
    fit->N_validation = all.weighted_validating;
    nnblas_status status = nn_group_check(&fit->group);
    if (!status)
        status = check_counts(fit, &all);
    if (status)
        return status;
    bool has_batches =
        s->batch_size > 0 && s->batch_size < all.weighted && nn_has_rate(s->optimizer);
    bool is_drawn = has_batches || s->validation_fraction > 0.0;
    status = nn_leave_out_rows(&fit->rows, &own->weighted);
    if (!status)
        status = nn_leave_out_rows(&fit->validation, &fit->validation_list);
    if (!status && is_drawn)
        status = open_order(fit, &all, has_batches);
    status = nn_group_agree(&fit->group, status);
    if (status)
        return status;
    if (is_drawn)
        take_drawn_rows(fit, given);
    weigh(fit, &all);
    fit->batch_size = has_batches ? nn_min(s->batch_size, fit->N) : fit->N;
    return nn_group_check(&fit->group);
}

void nn_close_own_rows(nn_own_rows *own) {
    free(own->weighted);
    free(own->list);
    free(own->begins);
    free(own->totals);
}

/* ---- mini-batches ---------------------------------------------------------------------------- */

static double sum_weights(const nn_rows *rows, size_t first, size_t end) {
    double sum = 0.0;
    for (size_t e = first; e < end; e++)
        sum += rows->weight_scale * rows->weights[rows->order[e]];
    return sum;
}

void nn_pick_batches(nn_fit *fit) {
    const nn_own_rows *own = &fit->own;
    size_t length = 0, b = 0;
    for (size_t first = 0; first < fit->N; first += fit->batch_size, b++) {
        size_t end = nn_min(fit->N, first + fit->batch_size);
        own->begins[b] = length;
        length = pick(fit, first, end, length);
        own->totals[b] = fit->rows.weights ? sum_weights(&fit->rows, own->begins[b], length)
                                           : (double)(end - first);
    }
    own->begins[b] = length;
    if (fit->rows.weights)
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
