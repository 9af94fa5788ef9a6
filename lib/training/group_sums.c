/* SPDX-License-Identifier: BSD-3-Clause */
#include "training/group_sums.h"
#include "core/hash.h"

#include <math.h>
#include <string.h>

/* ---- gradients ------------------------------------------------------------------------------- */

/* The layers of a small network go together: a message of some 64 KiB takes about as long as an
 * empty one on the way and for each rank that hands it on. */
enum { FEWEST_NUMBERS = 8192 };

bool nn_is_own_cancelled(const nn_fit *fit) {
    return atomic_load_explicit(&fit->trainer->is_cancelled, memory_order_relaxed);
}

nn_layer_sums nn_begin_layer_sums(nn_fit *fit) {
    return (nn_layer_sums){fit, nn_count_all_parameters(fit) + NN_SPARE_UPDATES};
}

static bool is_begun(const nn_layer_sums *s) {
    return s->begun <= nn_count_all_parameters(s->fit);
}

/* The sums of the updates from this place on are complete on this rank. */
static void begin_from(nn_layer_sums *s, size_t first, double cost) {
    double *updates = s->fit->engine.updates[0];
    size_t count = nn_count_all_parameters(s->fit);
    if (!is_begun(s)) {
        updates[count] = cost;
        updates[count + 1] = nn_is_own_cancelled(s->fit);
    }
    if (first > 0 && s->begun - first < FEWEST_NUMBERS)
        return;
    nn_group_begin_sum(&s->fit->group, updates + first, s->begun - first);
    s->begun = first;
}

void nn_begin_layer_sum(void *sums, size_t l, double cost) {
    nn_layer_sums *s = sums;
    double *const *updates = s->fit->engine.updates;
    begin_from(s, (size_t)(updates[l] - updates[0]), cost);
}

double nn_take_group_cost(nn_fit *fit, const double sum[2]) {
    fit->group.is_cancelled |= sum[1] > 0.0;
    return fit->group.status ? (double)NAN : sum[0];
}

double nn_finish_layer_sums(nn_layer_sums *s, double cost) {
    nn_fit *fit = s->fit;
    /* A rank without rows has no layers to tell of, and makes the same calls. */
    for (size_t l = fit->model.n_layers; l-- > 0 && s->begun > 0;)
        nn_begin_layer_sum(s, l, cost);
    nn_group_finish_sums(&fit->group);
    return nn_take_group_cost(fit, fit->engine.updates[0] + nn_count_all_parameters(fit));
}

double nn_sum_cost(nn_fit *fit, double cost) {
    if (nn_is_alone(&fit->group))
        return cost;
    double sum[] = {cost, nn_is_own_cancelled(fit)};
    nn_group_sum(&fit->group, sum, 2);
    return nn_take_group_cost(fit, sum);
}

/* ---- normal equations ------------------------------------------------------------------------ */

/* The upper half and the diagonal, row after row, at the beginning of the matrix. */
static size_t pack_upper_half(double *H, size_t n) {
    size_t length = 0;
    for (size_t i = 0; i < n; length += n - i, i++)
        memmove(H + length, H + i * n + i, (n - i) * sizeof *H);
    return length;
}

static void unpack_upper_half(double *H, size_t n, size_t length) {
    for (size_t i = n; i-- > 0;) {
        length -= n - i;
        memmove(H + i * n + i, H + length, (n - i) * sizeof *H);
    }
}

void nn_sum_normal_equations(nn_group *g, nn_normal_equations *e) {
    if (nn_is_alone(g))
        return;
    size_t length = pack_upper_half(e->hessian, e->count);
    nn_group_begin_sum(g, e->hessian, length);
    nn_group_begin_sum(g, e->gradient, e->count);
    nn_group_finish_sums(g);
    unpack_upper_half(e->hessian, e->count, length);
    for (size_t i = 0; i < e->count; i++)
        e->diagonal[i] = e->hessian[i * e->count + i];
}

/* ---- the end of an epoch --------------------------------------------------------------------- */

static uint64_t hash_parameters(const nn_fit *fit) {
    return nn_hash_bytes(NN_HASH_START, nn_get_parameters(fit),
                         nn_count_all_parameters(fit) * sizeof(double));
}

static nnblas_status compare_with_first(nn_fit *fit, uint64_t own) {
    uint64_t first = own;
    nn_group_broadcast_bytes(&fit->group, &first, sizeof first, 0);
    nnblas_status status = NNBLAS_OK;
    if (first != own)
        status = nn_fail(NNBLAS_ERROR_GROUP,
                         "the parameters after epoch %zu differ from those of rank 0: processors "
                         "or libraries may compute differently",
                         fit->progress.epoch);
    return nn_group_agree(&fit->group, status);
}

nnblas_status nn_end_group_epoch(nn_fit *fit, nn_epoch_end *end) {
    nn_group *g = &fit->group;
    if (nn_is_alone(g))
        return NNBLAS_OK;
    uint64_t hash = hash_parameters(fit);
    double high = (double)(hash >> 32), low = (double)(hash & UINT32_MAX),
           ranks = (double)g->calls.ranks;
    double sum[] = {end->stops, end->is_over_time, nn_is_own_cancelled(fit), end->status < 0, high,
                    low};
    nn_group_sum(g, sum, sizeof sum / sizeof *sum);
    if (g->status)
        return nn_group_check(g);
    end->stops = sum[0] > 0.0;
    end->is_over_time = sum[1] > 0.0;
    g->is_cancelled |= sum[2] > 0.0;
    if (sum[3] > 0.0)
        return nn_group_agree(g, end->status);
    /* Where all are the same, the sums are so many times one's own, and exact. */
    bool is_same = sum[4] == ranks * high && sum[5] == ranks * low;
    return is_same ? NNBLAS_OK : compare_with_first(fit, hash);
}
