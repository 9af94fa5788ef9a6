/* SPDX-License-Identifier: BSD-3-Clause */
#include "engine/normal_equations.h"
#include "blas/blas.h"
#include "blas/lapack.h"
#include "core/memory.h"
#include "core/sizes.h"
#include "engine/products.h"
#include "engine/rows.h"
#include "workers/threads.h"
#include "workers/workers.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* A tile of J stays in the second cache, but has so many rows that the Hessian, which each tile is
 * added to, is not the larger part of the memory that is moved. */
enum { TILE_BYTES = 1 << 20, FEWEST_JACOBIAN_ROWS = 256 };

/* The parts of a tile's rows, and the columns of a block: half of the products of a block on the
 * diagonal are of no use, and narrower ones are slower. */
enum { PART_ROWS = 64, BLOCK = 48 };

/* ---- memory ---------------------------------------------------------------------------------- */

static size_t get_tile_rows(const nn_model *model, size_t N) {
    size_t row_bytes = nn_multiply_sizes(nn_count_model_parameters(model), sizeof(double));
    size_t rows = nn_max(TILE_BYTES / row_bytes, FEWEST_JACOBIAN_ROWS) / nn_count_outputs(model);
    return nn_min(N, nn_max(rows, 1));
}

/* Each column of a block begins at a cache line. */
static size_t get_ldj(const nn_model *model) {
    return nn_round_up(nn_count_model_parameters(model), NN_ALIGNMENT / sizeof(double));
}

/* What is behind the Hessian: J, the errors, the factors, the diagonal and the gradient. */
static size_t count_vectors(const nn_model *model, size_t N) {
    size_t tile_rows = get_tile_rows(model, N), ldj = get_ldj(model);
    size_t rows = nn_multiply_sizes(tile_rows, nn_count_outputs(model));
    size_t J = nn_multiply_sizes(rows, ldj);
    return nn_add_sizes(nn_add_sizes(J, rows), nn_add_sizes(tile_rows, 2 * ldj));
}

size_t nn_measure_normal_equations(const nn_model *model, size_t N) {
    size_t count = nn_count_model_parameters(model);
    size_t numbers = nn_add_sizes(nn_multiply_sizes(count, count), count_vectors(model, N));
    return nn_multiply_sizes(numbers, sizeof(double));
}

static nnblas_status open_buffers(nn_normal_equations *e, size_t runners) {
    e->buffers = nn_allocate(runners, sizeof *e->buffers);
    if (!e->buffers)
        return NNBLAS_ERROR_MEMORY;
    for (; e->runners < runners; e->runners++)
        if (nn_jacobian_buffers_open(&e->buffers[e->runners], e->model,
                                     nn_min(e->tile_rows, PART_ROWS)))
            return NNBLAS_ERROR_MEMORY;
    return NNBLAS_OK;
}

nnblas_status nn_normal_equations_open(nn_normal_equations *e, const nn_model *model, size_t N) {
    size_t outputs = nn_count_outputs(model), tile_rows = get_tile_rows(model, N);
    *e = (nn_normal_equations){.count = nn_count_model_parameters(model),
                               .model = model,
                               .tile_rows = tile_rows,
                               .ldj = get_ldj(model)};
    e->hessian = nn_allocate(e->count, nn_multiply_sizes(e->count, sizeof(double)));
    e->J = nn_allocate(count_vectors(model, N), sizeof(double));
    if (!e->hessian || !e->J ||
        open_buffers(e, nn_min(nn_count_threads(), nn_divide_up(tile_rows, PART_ROWS)))) {
        nn_normal_equations_close(e);
        return NNBLAS_ERROR_MEMORY;
    }
    e->diagonal = e->J + tile_rows * outputs * e->ldj;
    e->gradient = e->diagonal + e->ldj;
    e->errors = e->gradient + e->ldj;
    e->factors = e->errors + tile_rows * outputs;
    return NNBLAS_OK;
}

void nn_normal_equations_close(nn_normal_equations *e) {
    for (size_t r = 0; r < e->runners; r++)
        nn_jacobian_buffers_close(&e->buffers[r]);
    free(e->buffers);
    free(e->hessian);
    free(e->J);
}

/* ---- a tile ---------------------------------------------------------------------------------- */

typedef struct run {
    nn_normal_equations *e;
    const nn_rows *rows;
    size_t first, count; /* the rows of the tile */
    double alpha;        /* 1 / S */
} run;

/* The errors of a part, multiplied by the factors of their rows. */
static void write_errors(const run *r, const nn_tile *tile, size_t first, const double *factors,
                         double *errors) {
    size_t outputs = nn_count_outputs(r->e->model);
    const double *O_out = tile->activations[r->e->model->n_layers - 1];
    for (size_t e = 0; e < tile->rows; e++) {
        const double *Y = r->rows->Y + nn_get_row(r->rows, first + e) * r->rows->ldy;
        for (size_t k = 0; k < outputs; k++)
            errors[e * outputs + k] =
                (O_out[e * outputs + k] - Y[k]) * (factors ? factors[e] : 1.0);
    }
}

static double *get_factors(const run *r, size_t first, size_t count) {
    if (!r->rows->weights)
        return NULL;
    double *factors = r->e->factors + (first - r->first);
    for (size_t e = 0; e < count; e++)
        factors[e] = sqrt(r->rows->weight_scale * r->rows->weights[nn_get_row(r->rows, first + e)]);
    return factors;
}

/* Some rows of J and of the errors. */
static void run_part(void *context, size_t part, size_t runner) {
    const run *r = context;
    const nn_normal_equations *e = r->e;
    nn_jacobian_buffers *b = &e->buffers[runner];
    size_t first = r->first + part * PART_ROWS, outputs = nn_count_outputs(e->model);
    size_t count = nn_min(PART_ROWS, r->first + r->count - first);
    size_t row = (first - r->first) * outputs;
    const double *factors = get_factors(r, first, count);
    const nn_tile tile = nn_forward_rows(e->model, r->rows, first, count, b);
    write_errors(r, &tile, first, factors, e->errors + row);
    nn_compute_output_deltas(e->model, &tile, factors, b->deltas);
    nn_write_jacobian(e->model, &tile, b->deltas, e->J + row * e->ldj, e->ldj);
}

/* The rows of the Hessian that belong to a block of columns of J, from the diagonal on, and their
 * part of the gradient. */
static void run_block(void *context, size_t block, size_t runner) {
    (void)runner;
    const run *r = context;
    nn_normal_equations *e = r->e;
    size_t first = block * BLOCK, width = nn_min(BLOCK, e->count - first);
    size_t rows = r->count * nn_count_outputs(e->model);
    double beta = e->is_fresh ? 0.0 : 1.0;
    const nn_matrix_view A = {e->J + first, (int)e->ldj, false};
    nn_product_normal(rows, width, e->count - first, r->alpha, A, A, beta,
                      e->hessian + first * e->count + first, e->count);
    nn_product_normal(rows, width, 1, r->alpha, A, (nn_matrix_view){e->errors, 1, false}, beta,
                      e->gradient + first, 1);
}

/* ---- all rows -------------------------------------------------------------------------------- */

/* Nanoseconds of a tile: a multiplication takes about 0.04. */
static size_t choose_threads(const nn_normal_equations *e, size_t parts, size_t blocks) {
    double rows = (double)(e->tile_rows * nn_count_outputs(e->model)), count = (double)e->count;
    double nanoseconds = rows * count * (0.02 * count + 1.0);
    size_t threads = nn_count_worthy_threads(nanoseconds, nn_min(parts, blocks));
    return nn_min(threads, nn_min(e->runners, nn_count_threads()));
}

void nn_normal_equations_begin(nn_normal_equations *e) {
    e->is_fresh = true;
}

void nn_normal_equations_add(nn_normal_equations *e, const nn_rows *rows) {
    run r = {.e = e, .rows = rows, .alpha = 1.0 / nn_get_total_weight(rows)};
    size_t blocks = nn_divide_up(e->count, BLOCK);
    size_t threads = choose_threads(e, nn_divide_up(e->tile_rows, PART_ROWS), blocks);
    nn_blas_hold();
    for (; r.first < rows->N; r.first += r.count) {
        r.count = nn_min(e->tile_rows, rows->N - r.first);
        nn_run_parts(threads, nn_divide_up(r.count, PART_ROWS), run_part, &r);
        nn_run_parts(threads, blocks, run_block, &r);
        e->is_fresh = false;
    }
    nn_blas_release();
    for (size_t i = 0; i < e->count; i++)
        e->diagonal[i] = e->hessian[i * e->count + i];
}

void nn_normal_equations_run(nn_normal_equations *e, const nn_rows *rows) {
    nn_normal_equations_begin(e);
    nn_normal_equations_add(e, rows);
}

/* ---- the factor ------------------------------------------------------------------------------ */

/* Copies the upper half to the lower one. */
static void fill_lower_half(nn_normal_equations *e) {
    enum { STRIP = 64 };
    size_t n = e->count;
    double *H = e->hessian;
    for (size_t first = 0; first < n; first += STRIP) {
        size_t end = nn_min(n, first + STRIP);
        nn_transpose(first, end - first, H + first, n, H + first * n, n);
        for (size_t i = first; i < end; i++)
            for (size_t j = first; j < i; j++)
                H[i * n + j] = H[j * n + i];
    }
}

bool nn_normal_equations_factor(nn_normal_equations *e, const double *added) {
    fill_lower_half(e);
    for (size_t i = 0; i < e->count; i++)
        e->hessian[i * e->count + i] = e->diagonal[i] + added[i];
    nn_blas_hold();
    bool is_definite = nn_factor_cholesky(e->count, e->hessian);
    nn_blas_release();
    return is_definite;
}

void nn_normal_equations_solve(const nn_normal_equations *e, double *b) {
    nn_blas_hold();
    nn_solve_cholesky(e->count, e->hessian, b);
    nn_blas_release();
}

void nn_normal_equations_invert(nn_normal_equations *e, const double *added, double *sum,
                                double *log_determinant) {
    size_t n = e->count;
    *sum = *log_determinant = 0.0;
    for (size_t i = 0; i < n; i++)
        *log_determinant += 2.0 * log(e->hessian[i * n + i]);
    nn_blas_hold();
    nn_invert_triangle(n, e->hessian);
    nn_blas_release();
    for (size_t i = 0; i < n; i++)
        for (size_t j = 0; j <= i; j++)
            *sum += added[j] * e->hessian[i * n + j] * e->hessian[i * n + j];
}
