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

#include "kernels/adam.h"

#include <stddef.h>

typedef struct nn_kernels {
    const char *name; /* "avx512", "avx2", "baseline" */

    /* Units, in place. NaN stays. sigmoid: within 2 ulp, 0 and 1 at -infinity and infinity; tanh:
     * within 3 ulp, -1 and 1, odd; softmax: of each of the rows, which are contiguous. */
    void (*sigmoid)(size_t n, double *a);
    void (*tanh)(size_t n, double *a);
    void (*relu)(size_t n, double *a);
    void (*softmax)(size_t rows, size_t columns, double *a);

    /* H_delta := H_delta f'(a) where H_out = f(a), in place: it comes holding H_error. For the
     * sigmoid, f' is H_out (1 - H_out). */
    void (*sigmoid_delta)(size_t n, const double *H_out, double *H_delta);
    void (*tanh_delta)(size_t n, const double *H_out, double *H_delta);
    void (*relu_delta)(size_t n, const double *H_out, double *H_delta);

    /* O_delta, the derivative of half of sum (O_out - Y)^2, which is returned, by what the outputs
     * made their values of: (O_out - Y) O_out (1 - O_out) for sigmoid outputs, O_out - Y itself for
     * identity. O_delta may be O_out. */
    double (*sigmoid_mse_delta)(size_t n, const double *O_out, const double *Y, double *O_delta);
    double (*error_delta)(size_t n, const double *O_out, const double *Y, double *O_delta);
    double (*softmax_mse_delta)(size_t rows, size_t columns, const double *O_out, const double *Y,
                                double *O_delta);
    /* The derivative of the cross-entropy; that of sigmoid outputs is O_out - Y. */
    void (*softmax_cross_entropy_delta)(size_t rows, size_t columns, const double *O_out,
                                        const double *Y, double *O_delta);

    /* sum (O_out - Y)^2; - sum (Y ln O_out + (1 - Y) ln(1 - O_out)); - sum Y ln O_out. The values
     * that logarithms are taken of are raised to 2^-1074, and 1 - O_out to 2^-54; logarithms are
     * within 2 ulp. */
    double (*squared_error)(size_t n, const double *O_out, const double *Y);
    double (*sigmoid_cross_entropy)(size_t n, const double *O_out, const double *Y);
    double (*softmax_cross_entropy)(size_t n, const double *O_out, const double *Y);

    /* sum a; sums := sums + a; sums[j] := sums[j] + sum over the rows of column j, which are
     * contiguous. */
    double (*sum)(size_t n, const double *a);
    void (*add)(size_t n, const double *a, double *sums);
    void (*add_rows)(size_t rows, size_t columns, const double *a, double *sums);

    /* The steps of nnblas_optimizer: W := W - learning_rate W_update, and those with memories. */
    void (*update)(size_t n, double learning_rate, const double *W_update, double *W);
    void (*momentum)(size_t n, double rate, double m, const double *gradient, double *v, double *W);
    void (*nesterov)(size_t n, double rate, double m, const double *gradient, double *v, double *W);
    void (*adam)(size_t n, const nn_adam *constants, const double *gradient, double *m, double *v,
                 double *W);
    void (*rprop)(size_t n, const double *gradient, double *previous, double *step, double *W);

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
