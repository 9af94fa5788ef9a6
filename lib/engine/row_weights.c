/* SPDX-License-Identifier: BSD-3-Clause */
#include "engine/row_weights.h"
#include "core/memory.h"

#include <math.h>

static double get_weight(const nn_rows *rows, size_t e) {
    return rows->weights[nn_get_row(rows, e)];
}

/* 1 where the largest is 0. The limits keep the scale itself a normal number. */
static double choose_scale(double largest) {
    enum { LARGEST_EXPONENT = 1000 };
    int exponent;
    frexp(largest, &exponent);
    exponent = exponent > LARGEST_EXPONENT ? LARGEST_EXPONENT : exponent;
    exponent = exponent < -LARGEST_EXPONENT ? -LARGEST_EXPONENT : exponent;
    return ldexp(1.0, -exponent);
}

double nn_find_largest_weight(const nn_rows *rows) {
    double largest = 0.0;
    for (size_t e = 0; rows->weights && e < rows->N; e++)
        largest = fmax(largest, get_weight(rows, e));
    return largest;
}

void nn_scale_weights(nn_rows *rows, double largest) {
    rows->weight_scale = choose_scale(largest);
}

double nn_add_weights(const nn_rows *rows, double sum) {
    if (!rows->weights)
        return sum + (double)rows->N;
    for (size_t e = 0; e < rows->N; e++)
        sum += rows->weight_scale * get_weight(rows, e);
    return sum;
}

void nn_weigh_rows(nn_rows *rows) {
    nn_scale_weights(rows, nn_find_largest_weight(rows));
    rows->total_weight = nn_add_weights(rows, 0.0);
}

void nn_rescale_weights(nn_rows *rows, double scale) {
    rows->total_weight *= scale / rows->weight_scale;
    rows->weight_scale = scale;
}

/* A tiny weight beside a large one may round to 0. */
double nn_add_weight(nn_weight_sum *sum, const nn_rows *rows) {
    if (rows->total_weight == 0.0)
        return 0.0;
    if (sum->total == 0.0 || rows->weight_scale < sum->scale) {
        sum->total = sum->total > 0.0 ? sum->total * (rows->weight_scale / sum->scale) : 0.0;
        sum->scale = rows->weight_scale;
    }
    double weight = rows->total_weight * (sum->scale / rows->weight_scale);
    sum->total += weight;
    return weight / sum->total;
}

/* ---- rows of weight 0 ------------------------------------------------------------------------ */

size_t nn_count_weighted_rows(size_t N, const double *weights) {
    size_t count = 0;
    for (size_t e = 0; weights && e < N; e++)
        count += weights[e] > 0.0;
    return weights ? count : N;
}

void nn_list_weighted_rows(size_t N, const double *weights, uint32_t *list) {
    size_t count = 0;
    for (size_t e = 0; e < N; e++)
        if (!weights || weights[e] > 0.0)
            list[count++] = (uint32_t)e;
}

nnblas_status nn_leave_out_rows(nn_rows *rows, uint32_t **list) {
    size_t count = nn_count_weighted_rows(rows->N, rows->weights);
    *list = NULL;
    if (count == rows->N)
        return NNBLAS_OK;
    *list = nn_allocate(count, sizeof **list);
    if (!*list)
        return NNBLAS_ERROR_MEMORY;
    nn_list_weighted_rows(rows->N, rows->weights, *list);
    rows->order = *list;
    rows->N = count;
    return NNBLAS_OK;
}

/* ---- checks ---------------------------------------------------------------------------------- */

nnblas_status nn_check_each_weight(const char *name, size_t first, size_t N,
                                   const double *weights) {
    for (size_t e = 0; weights && e < N; e++)
        if (!isfinite(weights[e]) || weights[e] < 0.0)
            return nn_fail(isfinite(weights[e]) ? NNBLAS_ERROR_VALUE : NNBLAS_ERROR_NOT_FINITE,
                           "the %s of row %zu is %g; it must be finite and 0 or above", name,
                           first + e, weights[e]);
    return NNBLAS_OK;
}

nnblas_status nn_check_weighted_count(const char *name, size_t count) {
    return count > 0 ? NNBLAS_OK
                     : nn_fail(NNBLAS_ERROR_VALUE,
                               "the %ss add up to 0; one at least must be above 0", name);
}

nnblas_status nn_check_row_weights(const char *name, size_t N, const double *weights) {
    nnblas_status status = nn_check_each_weight(name, 0, N, weights);
    if (status || !weights)
        return status;
    return nn_check_weighted_count(name, nn_count_weighted_rows(N, weights));
}
