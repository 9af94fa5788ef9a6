/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The elementwise passes. Pure loops: no allocation, no error, no BLAS. Each works on n contiguous
 * elements of any alignment; arrays do not overlap unless the kernel says that it works in place.
 *
 * kernels.c is compiled once for each instruction set; nn_get_kernels() is the fastest set that
 * this processor and its operating system support.
 */
#ifndef NN_KERNELS_H
#define NN_KERNELS_H

#include <stddef.h>

typedef struct nn_kernels {
    const char *name; /* "avx512", "avx2", "baseline" */

    /* a := sigmoid(a), in place. Within 2 ulp, sigmoid(-inf) = 0, sigmoid(inf) = 1, NaN stays. */
    void (*sigmoid)(size_t n, double *a);

    /* O_delta := (O_out - Y) O_out (1 - O_out); returns sum (O_out - Y)^2. O_delta may be O_out. */
    double (*output_delta)(size_t n, const double *O_out, const double *Y, double *O_delta);

    /* H_delta := H_delta H_out (1 - H_out), in place: it comes holding H_error. */
    void (*hidden_delta)(size_t n, const double *H_out, double *H_delta);

    /* Returns sum (O_out - Y)^2. */
    double (*squared_error)(size_t n, const double *O_out, const double *Y);

    /* W := W - learning_rate W_update. */
    void (*update)(size_t n, double learning_rate, const double *W_update, double *W);

    /* sum := sum + a. */
    void (*add)(size_t n, const double *a, double *sum);

    /* 0 when all of W - learning_rate W_update is finite, NaN when not; stores nothing. */
    double (*check_update)(size_t n, double learning_rate, const double *W_update, const double *W);

    /* 0 when every element is finite, NaN when not. */
    double (*check_finite)(size_t n, const double *a);

    /* sum |a|, which no magnitude exceeds; infinity or NaN where an element is not finite. */
    double (*sum_magnitudes)(size_t n, const double *a);
} nn_kernels;

/* The sets of this build that this processor can run, fastest first; *count of them. */
const nn_kernels *const *nn_kernel_sets(size_t *count);

const nn_kernels *nn_get_kernels(void);

#endif
