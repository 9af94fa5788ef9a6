/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Every kernel beside what it is compared with: a kernel that is added gets a row here, and with it
 * the tests of all kernels and a line of `nnblas-bench kernels`. Needs nothing of the test
 * framework.
 */
#ifndef KERNEL_TABLE_H
#define KERNEL_TABLE_H

#include "kernels/kernels.h"

/*
 * What a kernel works on: arrays of n = rows x columns elements, one row where it knows no rows. It
 * reads a, b and the weights w, and reads or writes c, d and e. For costs a is O_out or O_in, b is
 * Y, and c is O_delta; w and c may be null.
 */
typedef struct operands {
    size_t n, rows, columns;
    double *a, *b, *w, *c, *d, *e;
} operands;

enum { MOST_ELEMENTS = 256 };

/* The same in long double, for the reference: it finds what the kernel will find. Null weights are
 * ones. */
typedef struct exact_operands {
    size_t n, rows, columns;
    long double a[MOST_ELEMENTS], b[MOST_ELEMENTS], w[MOST_ELEMENTS];
    long double c[MOST_ELEMENTS], d[MOST_ELEMENTS], e[MOST_ELEMENTS];
    long double sum; /* what the call returns, 0 if nothing */
} exact_operands;

typedef enum kernel_trait {
    BY_ROWS = 1,
    SIGNED = 2,         /* a and c lie in -1 .. 1; else in 0 .. 1, as all others do */
    IS_COST = 4,        /* w and c may be null, and c may be a */
    SEES_NOT_FINITE = 8 /* returns NaN for an element of a that is not finite */
} kernel_trait;

typedef struct kernel_row {
    const char *name;
    size_t offset; /* of its slot in nn_kernels */
    double (*call)(const void *slot, const operands *x);
    void (*compute)(exact_operands *x); /* the reference */
    /* The accuracy of each element, in units in the last place of 1 or, where its magnitude is
     * more, of itself: a difference that cancels has no relative accuracy to keep. What a sum over
     * a row enters has as many more as the sum has roundings. */
    double ulps;
    unsigned traits;
    /* That of the value itself at every double, where it is promised: of what an activation makes,
     * of each summand of a cost. */
    double relative_ulps;
    /* The same by the functions of libm, to be timed beside the kernel; or null. */
    void (*libm)(const operands *x);
    /* What fills a for timing, where the kernel's results would vanish otherwise; or 0. */
    double steady;
} kernel_row;

extern const kernel_row KERNELS[];
extern const size_t N_KERNELS;

/* Calls the kernel; returns its result, 0 if it has none. */
double call_kernel(const nn_kernels *set, const kernel_row *k, const operands *x);

/* The row of a kernel; null where there is none. */
const kernel_row *find_kernel(const char *name);

#endif
