/* SPDX-License-Identifier: BSD-3-Clause */
/* Checks of the arguments of public functions. The code inside relies on them. */
#ifndef NN_ARGUMENTS_H
#define NN_ARGUMENTS_H

#include "core/status.h"

#include <stdbool.h>

/* pointer, under the name that the header gives it, is not null. */
nnblas_status nn_check_pointer(const char *name, const void *pointer);

typedef enum nn_access { NN_READ, NN_WRITE } nn_access;

/* A matrix argument, as the caller gave it and under the name that the header gives it. */
typedef struct nn_argument {
    const char *name;
    const void *data;
    size_t rows, columns, ld;
    nn_access access;
} nn_argument;

/* A vector, as one column: more elements than BLAS counts to are no fault, as no call of it gets
 * all of them at once. */
static inline nn_argument nn_describe_vector(const char *name, const double *data, size_t count,
                                             nn_access access) {
    return (nn_argument){name, data, count, 1, 1, access};
}

/* The range of a real number: finite, from low to high, each end included unless it is open. */
typedef struct nn_range {
    const char *name;
    double low, high;
    bool is_low_open, is_high_open;
    const char *words; /* what it must be */
} nn_range;

nnblas_status nn_check_range(const nn_range *r, double value);

/* name is 1 to INT_MAX. */
nnblas_status nn_check_size(const char *name, size_t size);

enum { NN_MOST_ARGUMENTS = 12 };

/* For at most so many arguments: none is null, every ld fits, every matrix fits in the address
 * space, and those that are written share no element with another. No rows or columns are 0. */
nnblas_status nn_check_arguments(const nn_argument *arguments, size_t count);

#endif
