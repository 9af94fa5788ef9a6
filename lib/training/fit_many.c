/* SPDX-License-Identifier: BSD-3-Clause */
/* Several trainings side by side, each in one thread. */
#include "blas/blas.h"
#include "core/memory.h"
#include "core/sizes.h"
#include "training/training.h"
#include "workers/threads.h"
#include "workers/workers.h"

#include <stdlib.h>
#include <string.h>

/* One call of nnblas_fit_many. */
typedef struct many_fits {
    nnblas_trainer *const *trainers;
    size_t count;
    nn_rows rows;
    nnblas_status *statuses; /* null: not wanted */
} many_fits;

/* ---- checks ---------------------------------------------------------------------------------- */

/* What no two trainings may have at the same time. */
typedef struct claim {
    const void *claimed; /* a network, a source, or the path of checkpoints */
    size_t trainer;
} claim;

typedef int comparison(const void *a, const void *b);

static int compare_pointers(const void *a, const void *b) {
    uintptr_t x = (uintptr_t)((const claim *)a)->claimed;
    uintptr_t y = (uintptr_t)((const claim *)b)->claimed;
    return (x > y) - (x < y);
}

static int compare_paths(const void *a, const void *b) {
    return strcmp(((const claim *)a)->claimed, ((const claim *)b)->claimed);
}

static nnblas_status check_claims(claim *claims, size_t count, comparison *compare,
                                  const char *words) {
    qsort(claims, count, sizeof *claims, compare);
    for (size_t i = 1; i < count; i++) {
        size_t a = claims[i - 1].trainer, b = claims[i].trainer;
        if (compare(&claims[i - 1], &claims[i]) == 0)
            return nn_fail(NNBLAS_ERROR_VALUE, "trainers %zu and %zu have the same %s",
                           nn_min(a, b), nn_max(a, b), words);
    }
    return NNBLAS_OK;
}

/* Has room for as many claims as there are trainers. */
static nnblas_status check_pairs(const many_fits *m, claim *claims) {
    size_t paths = 0;
    for (size_t i = 0; i < m->count; i++)
        claims[i] = (claim){m->trainers[i]->net, i};
    nnblas_status status = check_claims(claims, m->count, compare_pointers, "network");
    size_t sources = 0;
    for (size_t i = 0; !status && i < m->count; i++)
        if (m->trainers[i]->settings.validation_source)
            claims[sources++] = (claim){m->trainers[i]->settings.validation_source, i};
    if (!status)
        status = check_claims(claims, sources, compare_pointers, "validation source");
    for (size_t i = 0; i < m->count; i++)
        if (m->trainers[i]->settings.checkpoint_path)
            claims[paths++] = (claim){m->trainers[i]->settings.checkpoint_path, i};
    return status ? status : check_claims(claims, paths, compare_paths, "path for checkpoints");
}

/* What is wrong with all trainings, or between two of them. The rest fit itself refuses. */
static nnblas_status check_many(const many_fits *m) {
    if (nn_check_pointer("trainers", m->trainers))
        return NNBLAS_ERROR_NULL;
    if (nn_check_size("count", m->count) || nn_check_size("N", m->rows.N))
        return NNBLAS_ERROR_SIZE;
    if (nn_check_pointer("X", m->rows.X) || nn_check_pointer("Y", m->rows.Y))
        return NNBLAS_ERROR_NULL;
    for (size_t i = 0; i < m->count; i++)
        if (!m->trainers[i])
            return nn_fail(NNBLAS_ERROR_NULL, "trainer %zu is null", i);
    for (size_t i = 0; i < m->count; i++)
        if (m->trainers[i]->settings.group.ranks > 0)
            return nn_fail(NNBLAS_ERROR_VALUE,
                           "trainer %zu has a group; train it by a fit of its own", i);
    claim *claims = nn_allocate(m->count, sizeof *claims);
    nnblas_status status = claims ? check_pairs(m, claims) : NNBLAS_ERROR_MEMORY;
    free(claims);
    return status;
}

/* ---- trainings ------------------------------------------------------------------------------- */

static void fit_one(void *context, size_t i, size_t runner) {
    (void)runner;
    const many_fits *m = context;
    const nn_rows *rows = &m->rows;
    int limit = nnblas_local_threads();
    /* One alone may use them all. */
    if (m->count > 1)
        nnblas_set_local_threads(1);
    nnblas_status status =
        nnblas_trainer_fit(m->trainers[i], rows->N, rows->X, rows->ldx, rows->Y, rows->ldy);
    nnblas_set_local_threads(limit);
    if (m->statuses)
        m->statuses[i] = status;
}

/* BLAS is held all the while: else each of many products at a time would set its threads anew. */
static void fit_all(many_fits *m) {
    if (m->count > 1)
        nn_blas_hold();
    nn_run_long_parts(nn_count_threads(), m->count, fit_one, m);
    if (m->count > 1)
        nn_blas_release();
}

/* The message of a failure belongs to the thread that trained: the trainer has kept it. */
static nnblas_status report_first(const many_fits *m) {
    for (size_t i = 0; i < m->count; i++) {
        const nn_failure *failure = &m->trainers[i]->fit_failure;
        if (failure->status < 0)
            return nn_fail(failure->status, "trainer %zu: %s", i, failure->words);
    }
    return NNBLAS_OK;
}

nnblas_status nnblas_fit_many(nnblas_trainer *const *trainers, size_t count, size_t N,
                              const double *X, size_t ldx, const double *Y, size_t ldy,
                              nnblas_status *statuses) {
    many_fits m = {.trainers = trainers,
                   .count = count,
                   .rows = {.N = N, .X = X, .ldx = ldx, .Y = Y, .ldy = ldy},
                   .statuses = statuses};
    nnblas_status status = check_many(&m);
    if (status)
        return status;
    fit_all(&m);
    return report_first(&m);
}
