/* SPDX-License-Identifier: BSD-3-Clause */
#include "core/arguments.h"
#include "core/sizes.h"

#include <limits.h>
#include <math.h>

nnblas_status nn_check_pointer(const char *name, const void *pointer) {
    return pointer ? NNBLAS_OK : nn_fail(NNBLAS_ERROR_NULL, "%s is null", name);
}

nnblas_status nn_check_range(const nn_range *r, double value) {
    bool is_over = r->is_low_open ? value > r->low : value >= r->low;
    bool is_under = r->is_high_open ? value < r->high : value <= r->high;
    if (isfinite(value) && is_over && is_under)
        return NNBLAS_OK;
    return nn_fail(NNBLAS_ERROR_VALUE, "%s is %g; it must be %s", r->name, value, r->words);
}

nnblas_status nn_check_size(const char *name, size_t size) {
    if (size == 0)
        return nn_fail(NNBLAS_ERROR_SIZE, "%s is 0; it must be at least 1", name);
    if (size > INT_MAX)
        return nn_fail(NNBLAS_ERROR_SIZE, "%s is %zu; the largest size that BLAS accepts is %d",
                       name, size, INT_MAX);
    return NNBLAS_OK;
}

/* The elements from the first to the last. The gap after the last row is not part of a matrix. */
static size_t count_elements(const nn_argument *m) {
    return nn_add_sizes(nn_multiply_sizes(m->rows - 1, m->ld), m->columns);
}

static nnblas_status check_argument(const nn_argument *m) {
    if (nn_check_pointer(m->name, m->data))
        return NNBLAS_ERROR_NULL;
    if (m->ld < m->columns)
        return nn_fail(NNBLAS_ERROR_LEADING,
                       "the leading dimension of %s is %zu, smaller than its %zu columns", m->name,
                       m->ld, m->columns);
    if (m->ld > INT_MAX)
        return nn_fail(NNBLAS_ERROR_SIZE,
                       "the leading dimension of %s is %zu; the largest that BLAS accepts is %d",
                       m->name, m->ld, INT_MAX);
    if (count_elements(m) > PTRDIFF_MAX / sizeof(double))
        return nn_fail(NNBLAS_ERROR_SIZE, "%s, %zu x %zu with leading dimension %zu, is too large",
                       m->name, m->rows, m->columns, m->ld);
    return NNBLAS_OK;
}

static size_t find_common_divisor(size_t a, size_t b) {
    while (b > 0) {
        size_t rest = a % b;
        a = b;
        b = rest;
    }
    return a;
}

/* The bytes of a matrix: rows runs of equal length, at equal distances. */
typedef struct run_list {
    size_t rows, length, distance;
} run_list;

/* A matrix without gaps is one run. All products were checked by check_argument. */
static run_list list_runs(const nn_argument *m) {
    size_t length = m->columns * sizeof(double);
    if (m->rows == 1 || m->ld == m->columns)
        return (run_list){1, length * m->rows, length * m->rows};
    return (run_list){m->rows, length, m->ld * sizeof(double)};
}

/*
 * begin: where b begins, in bytes from the beginning of a, and within a. The answer is exact for
 * every pair of matrices: columns side by side in one table share nothing, and neither does a
 * number in the gap between two columns of a table.
 *
 * A run of b that begins within a either begins in a run of a, or reaches into the next one, or is
 * in the gap between two. Where the runs of b begin relative to those of a repeats after distance /
 * gcd runs, so no more are tried.
 */
static bool share_runs(run_list a, run_list b, size_t begin) {
    size_t span = (a.rows - 1) * a.distance + a.length;
    size_t period = a.distance / find_common_divisor(a.distance, b.distance);
    for (size_t row = 0; row < nn_min(b.rows, period) && begin < span; row++) {
        size_t place = begin % a.distance;
        if (place < a.length || b.length > a.distance - place)
            return true;
        begin += b.distance;
    }
    return false;
}

/* As integers: C does not compare pointers into different arrays. */
static bool share_elements(const nn_argument *a, const nn_argument *b) {
    if ((uintptr_t)a->data > (uintptr_t)b->data) {
        const nn_argument *swap = a;
        a = b;
        b = swap;
    }
    size_t begin = (size_t)((uintptr_t)b->data - (uintptr_t)a->data);
    return begin < count_elements(a) * sizeof(double) &&
           share_runs(list_runs(a), list_runs(b), begin);
}

static nnblas_status check_pair(const nn_argument *a, const nn_argument *b) {
    const nn_argument *written = a->access == NN_WRITE ? a : b, *other = written == a ? b : a;
    if (share_elements(a, b))
        return nn_fail(NNBLAS_ERROR_OVERLAP, "%s, which is written, overlaps %s", written->name,
                       other->name);
    return NNBLAS_OK;
}

/* Where an argument ends, at most at the end of the address space. */
static uintptr_t find_end(const nn_argument *m) {
    uintptr_t begin = (uintptr_t)m->data, end = begin + count_elements(m) * sizeof(double);
    return end < begin ? UINTPTR_MAX : end;
}

/* Most arguments are far apart, which is seen at once: small calls take a tenth of a microsecond.
 */
nnblas_status nn_check_arguments(const nn_argument *arguments, size_t count) {
    uintptr_t ends[NN_MOST_ARGUMENTS];
    for (size_t i = 0; i < count; i++) {
        nnblas_status status = check_argument(&arguments[i]);
        if (status)
            return status;
        ends[i] = find_end(&arguments[i]);
    }
    for (size_t i = 1; i < count; i++)
        for (size_t j = 0; j < i; j++) {
            const nn_argument *a = &arguments[i], *b = &arguments[j];
            bool is_apart = (uintptr_t)a->data >= ends[j] || (uintptr_t)b->data >= ends[i];
            if (is_apart || (a->access == NN_READ && b->access == NN_READ))
                continue;
            nnblas_status status = check_pair(a, b);
            if (status)
                return status;
        }
    return NNBLAS_OK;
}
