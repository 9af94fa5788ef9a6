/* SPDX-License-Identifier: BSD-3-Clause */
#include "training/group_source.h"
#include "core/memory.h"
#include "core/sizes.h"

#include <float.h>
#include <math.h>

/* ---- all ranks ------------------------------------------------------------------------------- */

/* Ranks without rows have no weight. */
static double get_least_scale(const nn_group *g, size_t numbers) {
    double least = HUGE_VAL;
    for (size_t r = 0; r < g->calls.ranks; r++)
        if (g->gathered[r * numbers] > 0.0)
            least = fmin(least, g->gathered[r * numbers + 1]);
    return least;
}

nnblas_status nn_join_rows(nn_group *g, nnblas_status status, nn_rows *rows, size_t *N,
                           double *share) {
    enum { NUMBERS = 3 };
    const double own[NUMBERS] = {(double)rows->N, rows->weight_scale, rows->total_weight};
    status = nn_group_agree(g, status);
    if (status || nn_is_alone(g))
        return status;
    nn_group_gather(g, own, NUMBERS);
    double scale = get_least_scale(g, NUMBERS), total = 0.0;
    *N = 0;
    for (size_t r = 0; r < g->calls.ranks; r++) {
        const double *of_rank = g->gathered + r * NUMBERS;
        *N += (size_t)of_rank[0];
        total += of_rank[0] > 0.0 ? of_rank[2] * (scale / of_rank[1]) : 0.0;
    }
    if (*N == 0)
        return nn_group_check(g);
    *share = rows->N > 0 ? rows->total_weight * (scale / rows->weight_scale) / total : 0.0;
    rows->weight_scale = scale;
    rows->total_weight = total;
    return nn_group_check(g);
}

static nnblas_status list_counts(nn_fit *fit, size_t own) {
    nn_group *g = &fit->group;
    const double count = (double)own;
    fit->source.rank_rows = nn_allocate(g->calls.ranks, sizeof *fit->source.rank_rows);
    nnblas_status status =
        nn_group_agree(g, fit->source.rank_rows ? NNBLAS_OK : NNBLAS_ERROR_MEMORY);
    if (status)
        return status;
    nn_group_gather(g, &count, 1);
    for (size_t r = 0; r < g->calls.ranks; r++)
        fit->source.rank_rows[r] = (size_t)g->gathered[r];
    return nn_group_check(g);
}

nnblas_status nn_join_source(nn_fit *fit, nnblas_status status) {
    nn_group *g = &fit->group;
    fit->N = fit->rows.N;
    fit->source.share = 1.0;
    status = nn_join_rows(g, status, &fit->rows, &fit->N, &fit->source.share);
    return status || nn_is_alone(g) ? status : list_counts(fit, fit->rows.N);
}

/* ---- mini-batches ---------------------------------------------------------------------------- */

#ifdef __SIZEOF_INT128__
__extension__ typedef unsigned __int128 wide;
#else
typedef uint64_t wide; /* where size_t has 32 bits */
#endif

/* Of the first rows of all ranks, a rank's share of the weighted rows. The ranks round at different
 * rows: equal ranks together have each row. */
static size_t count_before(const nn_fit *fit, size_t batch, size_t rank) {
    size_t end = nn_min(nn_multiply_sizes(batch, fit->batch_size), fit->N);
    size_t offset = fit->N / fit->group.calls.ranks * rank;
    return (size_t)(((wide)end * fit->source.rank_rows[rank] + offset) / fit->N);
}

size_t nn_count_rows_before(const nn_fit *fit, size_t batch) {
    if (!fit->source.rank_rows)
        return nn_min(nn_multiply_sizes(batch, fit->batch_size), fit->N);
    return count_before(fit, batch, fit->group.calls.rank);
}

size_t nn_count_batch_rows(const nn_fit *fit, size_t batch) {
    size_t count = 0;
    for (size_t r = 0; fit->source.rank_rows && r < fit->group.calls.ranks; r++)
        count += count_before(fit, batch + 1, r) - count_before(fit, batch, r);
    return fit->source.rank_rows
               ? count
               : nn_count_rows_before(fit, batch + 1) - nn_count_rows_before(fit, batch);
}

void nn_weigh_batch(nn_fit *fit, size_t batch, nn_rows *rows) {
    nn_weigh_rows(rows);
    if (nn_is_alone(&fit->group))
        return;
    nn_rescale_weights(rows, fit->rows.weight_scale);
    if (fit->source.blocks.source->is_weighted)
        nn_group_sum(&fit->group, &rows->total_weight, 1);
    else
        rows->total_weight = (double)nn_count_batch_rows(fit, batch);
    /* Weights that vanish beside the largest of all ranks count as 0. */
    rows->total_weight = fmax(rows->total_weight, DBL_MIN);
}
