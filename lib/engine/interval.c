/* SPDX-License-Identifier: BSD-3-Clause */
#include "engine/interval.h"
#include "blas/blas.h"
#include "core/memory.h"
#include "core/sizes.h"
#include "workers/threads.h"
#include "workers/workers.h"

#include <cblas.h>
#include <math.h>
#include <stdlib.h>

/* Rows of a part. With fewer, the solution for them would read the factor too often. */
enum { PART_ROWS = 32 };

/* What one thread works in. */
typedef struct room {
    nn_jacobian_buffers buffers;
    double *J;
} room;

typedef struct run {
    const nn_model *model;
    const nn_posterior *posterior;
    const nn_rows *rows;
    double quantile;
    const nn_interval *interval;
    size_t outputs, count; /* parameters */
    room *rooms;
    size_t n_rooms;
} run;

/* ---- memory ---------------------------------------------------------------------------------- */

static nnblas_status open_room(const run *r, room *opened) {
    size_t rows = nn_min(PART_ROWS, r->rows->N) * r->outputs;
    opened->J = nn_allocate(nn_multiply_sizes(rows, r->count), sizeof(double));
    if (!opened->J)
        return NNBLAS_ERROR_MEMORY;
    nnblas_status status = nn_jacobian_buffers_open(&opened->buffers, r->model, PART_ROWS);
    if (status)
        free(opened->J);
    return status;
}

static nnblas_status open_rooms(run *r, size_t rooms) {
    nnblas_status status = NNBLAS_OK;
    r->rooms = nn_allocate(rooms, sizeof *r->rooms);
    if (!r->rooms)
        return NNBLAS_ERROR_MEMORY;
    for (; r->n_rooms < rooms && !status; r->n_rooms += !status)
        status = open_room(r, &r->rooms[r->n_rooms]);
    return status;
}

static void close_rooms(const run *r) {
    for (size_t i = 0; i < r->n_rooms; i++) {
        nn_jacobian_buffers_close(&r->rooms[i].buffers);
        free(r->rooms[i].J);
    }
    free(r->rooms);
}

/* ---- a part ---------------------------------------------------------------------------------- */

/* |L^-1 j|^2 of each row j of J, which is overwritten: J L^-T. */
static double measure_row(const run *r, const double *row) {
    double squares = 0.0;
    for (size_t i = 0; i < r->count; i++)
        squares += row[i] * row[i];
    return squares;
}

static void write_row(const run *r, size_t e, size_t k, double output, double squares) {
    const nn_interval *to = r->interval;
    double reach = r->quantile * sqrt(r->posterior->noise * (1.0 + squares));
    to->O_out[e * to->ldo + k] = output;
    to->lower[e * to->ldl + k] = output - reach;
    to->upper[e * to->ldu + k] = output + reach;
}

static void run_part(void *context, size_t part, size_t runner) {
    const run *r = context;
    room *own = &r->rooms[runner];
    size_t first = part * PART_ROWS, rows = nn_min(PART_ROWS, r->rows->N - first);
    int count = (int)r->count;
    const nn_tile tile = nn_forward_rows(r->model, r->rows, first, rows, &own->buffers);
    nn_compute_output_deltas(r->model, &tile, NULL, own->buffers.deltas);
    nn_write_jacobian(r->model, &tile, own->buffers.deltas, own->J, r->count);
    cblas_dtrsm(CblasRowMajor, CblasRight, CblasLower, CblasTrans, CblasNonUnit,
                (int)(rows * r->outputs), count, 1.0, r->posterior->factor, count, own->J, count);
    const double *O_out = tile.activations[r->model->n_layers - 1];
    for (size_t e = 0; e < rows; e++)
        for (size_t k = 0; k < r->outputs; k++) {
            size_t row = e * r->outputs + k;
            write_row(r, first + e, k, O_out[row], measure_row(r, own->J + row * r->count));
        }
}

nnblas_status nn_predict_intervals(const nn_model *model, const nn_posterior *posterior,
                                   const nn_rows *rows, double quantile,
                                   const nn_interval *interval) {
    run r = {.model = model,
             .posterior = posterior,
             .rows = rows,
             .quantile = quantile,
             .interval = interval,
             .outputs = model->layers[model->n_layers - 1].outputs};
    for (size_t l = 0; l < model->n_layers; l++)
        r.count += nn_count_parameters(&model->layers[l]);
    size_t parts = nn_divide_up(rows->N, PART_ROWS);
    double nanoseconds = 0.05 * (double)(rows->N * r.outputs) * (double)r.count * (double)r.count;
    size_t threads = nn_min(nn_count_worthy_threads(nanoseconds, parts), nn_count_threads());
    nnblas_status status = open_rooms(&r, threads);
    if (!status) {
        nn_blas_hold();
        nn_run_parts(threads, parts, run_part, &r);
        nn_blas_release();
    }
    close_rooms(&r);
    return status;
}
