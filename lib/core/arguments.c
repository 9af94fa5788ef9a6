/* SPDX-License-Identifier: BSD-3-Clause */
#include "core/arguments.h"

#include <limits.h>
#include <stdbool.h>

nnblas_status nn_check_size(const char *name, size_t size) {
    if (size == 0)
        return nn_fail(NNBLAS_ERROR_SIZE, "%s is 0; it must be at least 1", name);
    if (size > INT_MAX)
        return nn_fail(NNBLAS_ERROR_SIZE, "%s is %zu; BLAS counts to %d", name, size, INT_MAX);
    return NNBLAS_OK;
}

/* From the first element to behind the last; what the ld leaves behind the last row is not ours. */
static size_t count_elements(const nn_argument *m) {
    return (m->rows - 1) * m->ld + m->columns;
}

static nnblas_status check_argument(const nn_argument *m) {
    if (!m->data)
        return nn_fail(NNBLAS_ERROR_NULL, "%s is null", m->name);
    if (m->ld < m->columns)
        return nn_fail(NNBLAS_ERROR_LEADING,
                       "the leading dimension of %s is %zu, smaller than its %zu columns", m->name,
                       m->ld, m->columns);
    if (m->ld > INT_MAX)
        return nn_fail(NNBLAS_ERROR_SIZE, "the leading dimension of %s is %zu; BLAS counts to %d",
                       m->name, m->ld, INT_MAX);
    /* rows and ld are both at most INT_MAX here, so the product of the two cannot wrap. */
    if (count_elements(m) > PTRDIFF_MAX / sizeof(double))
        return nn_fail(NNBLAS_ERROR_SIZE, "%s, %zu x %zu with leading dimension %zu, is too large",
                       m->name, m->rows, m->columns, m->ld);
    return NNBLAS_OK;
}

static bool share_elements(const nn_argument *a, const nn_argument *b) {
    if (a->data > b->data) {
        const nn_argument *swap = a;
        a = b;
        b = swap;
    }
    uintptr_t distance = (uintptr_t)b->data - (uintptr_t)a->data;
    if (distance >= count_elements(a) * sizeof(double))
        return false;
    /* Both lie in one table: they may be columns of it, side by side. */
    if (a->ld != b->ld || distance % sizeof(double))
        return true;
    size_t first_column = distance / sizeof(double) % a->ld;
    return first_column < a->columns || first_column + b->columns > a->ld;
}

nnblas_status nn_check_arguments(const nn_argument *arguments, size_t count) {
    for (size_t i = 0; i < count; i++) {
        nnblas_status status = check_argument(&arguments[i]);
        if (status)
            return status;
    }
    for (size_t i = 1; i < count; i++)
        for (size_t j = 0; j < i; j++) {
            const nn_argument *written = &arguments[i], *other = &arguments[j];
            if (written->access == NN_READ) {
                written = &arguments[j];
                other = &arguments[i];
            }
            if (written->access == NN_WRITE && share_elements(written, other))
                return nn_fail(NNBLAS_ERROR_OVERLAP, "%s, which is written, overlaps %s",
                               written->name, other->name);
        }
    return NNBLAS_OK;
}
