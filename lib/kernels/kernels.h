/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The elementwise loops: no allocation, no error, no BLAS. Each works on n contiguous elements of
 * any alignment, or on rows x columns of them. Arrays do not overlap unless the kernel works in
 * place.
 *
 * kernels.c is compiled once for each instruction set; nn_get_kernels() is the fastest set that
 * this processor and its operating system support. nn_kernels lists all kernels, and
 * tests/kernels/kernel_table.c has a row for each, with its reference and its accuracy.
 */
#ifndef NN_KERNELS_H
#define NN_KERNELS_H

#include "kernels/adam.h"

#include <stddef.h>

/* A name, followed by pointers to functions only. */
typedef struct nn_kernels {
    const char *name; /* "avx512", "avx2", "baseline" */

    /*
     * Activations, in place. NaN stays NaN. Accuracy in units in the last place (ulp) of the exact
     * value:
     *
     *   sigmoid      2 ulp; 0 and 1 at -infinity and infinity
     *   tanh         3 ulp; -1 and 1 there; odd
     *   relu         exact
     *   exponential  2 ulp; 0 and infinity at -infinity and infinity
     *   softsign     2 ulp; -1 and 1 there; odd
     *   softplus     3 ulp
     *   elu          2 ulp; exact above 0
     *   leaky_relu   rounded once; exact above 0
     *   gelu         9 ulp
     *   silu         4 ulp
     *   sine         3 ulp at every finite input; NaN for infinities
     *   softmax      3 ulp, of each row, and one more for each 2^-52 by which the difference of an
     *                input and the row's largest is rounded
     */
    void (*sigmoid)(size_t n, double *a);
    void (*tanh)(size_t n, double *a);
    void (*relu)(size_t n, double *a);
    void (*exponential)(size_t n, double *a);
    void (*softsign)(size_t n, double *a);
    void (*softplus)(size_t n, double *a);
    void (*elu)(size_t n, double *a);
    void (*leaky_relu)(size_t n, double *a);
    void (*gelu)(size_t n, double *a);
    void (*silu)(size_t n, double *a);
    void (*sine)(size_t n, double *a);
    void (*softmax)(size_t rows, size_t columns, double *a);

    /* Deltas of hidden layers, in place: H_delta holds H_error, and is multiplied by f'(H_in),
     * computed from H_out = f(H_in). For the sigmoid that is H_out (1 - H_out). The derivative is
     * within 2^-51. */
    void (*sigmoid_delta)(size_t n, const double *H_out, double *H_delta);
    void (*tanh_delta)(size_t n, const double *H_out, double *H_delta);
    void (*relu_delta)(size_t n, const double *H_out, double *H_delta);
    void (*exponential_delta)(size_t n, const double *H_out, double *H_delta);
    void (*softsign_delta)(size_t n, const double *H_out, double *H_delta);
    void (*softplus_delta)(size_t n, const double *H_out, double *H_delta);
    void (*elu_delta)(size_t n, const double *H_out, double *H_delta);
    void (*leaky_relu_delta)(size_t n, const double *H_out, double *H_delta);

    /* The same from H_in, where two inputs have the same value and other derivatives. */
    void (*gelu_delta)(size_t n, const double *H_in, double *H_delta);
    void (*silu_delta)(size_t n, const double *H_in, double *H_delta);
    void (*sine_delta)(size_t n, const double *H_in, double *H_delta);

    /*
     * Costs. They return the cost and write O_delta, its derivative by O_in. O_delta may be null,
     * or the first array. weights are one for each element, null for 1 each; in a row of softmax
     * outputs all are the same.
     *
     * From O_out: sum w (O_out - Y)^2, and the derivative of half of it.
     */
    double (*identity_squared_error)(size_t n, const double *O_out, const double *Y,
                                     const double *weights, double *O_delta);
    double (*sigmoid_squared_error)(size_t n, const double *O_out, const double *Y,
                                    const double *weights, double *O_delta);
    double (*softmax_squared_error)(size_t rows, size_t columns, const double *O_out,
                                    const double *Y, const double *weights, double *O_delta);

    /*
     * From O_out too, and the derivative by O_out, which is still to be multiplied by that of the
     * activation. delta is finite and above 0, tau between 0 and 1.
     *
     * With error = O_out - Y: huber_cost, sum w error^2 / 2 where |error| <= delta, else w delta
     * (|error| - delta / 2); each summand is within 2 ulp for that error. quantile_cost, sum w (1 -
     * tau) error where error > 0, else -w tau error; within 2 ulp. Its derivative is 0 where error
     * is 0.
     */
    double (*huber_cost)(size_t n, double delta, const double *O_out, const double *Y,
                         const double *weights, double *O_delta);
    double (*quantile_cost)(size_t n, double tau, const double *O_out, const double *Y,
                            const double *weights, double *O_delta);

    /*
     * hinge_cost, from the O_out of identity outputs: sum w max(0, 1 - (2 Y - 1) O_out). Its
     * derivative is 0 where the maximum is 0.
     *
     * From the O_in of exponential outputs, O = exp(O_in): poisson_deviance, sum w (O - Y + Y ln(Y
     * / O)), Y ln Y being 0 for a Y of 0; gamma_deviance, sum w (Y / O - 1 - ln(Y / O)). For finite
     * O_in, and labels of 0 or more and above 0, each summand is within 32 ulp of the exact one for
     * an O that is within 4 ulp, or infinity where O is. (A Poisson deviance of a subnormal O is
     * within 1e-12 Y.) For labels below 0 the sum is NaN.
     */
    double (*hinge_cost)(size_t n, const double *O_out, const double *Y, const double *weights,
                         double *O_delta);
    double (*poisson_deviance)(size_t n, const double *O_in, const double *Y, const double *weights,
                               double *O_delta);
    double (*gamma_deviance)(size_t n, const double *O_in, const double *Y, const double *weights,
                             double *O_delta);

    /*
     * n labels, and of identity outputs n means o and behind them n log variances s; O_delta has
     * the derivatives in the same places. gaussian_cost: sum w (s + (o - Y)^2 exp(-s)) / 2. For
     * this difference and an s above -1400, (o - Y)^2 exp(-s) is within 8 ulp, and the derivative
     * by o, (o - Y) exp(-s), within 6. A label that is o costs s / 2, however low s is.
     */
    double (*gaussian_cost)(size_t n, const double *O_out, const double *Y, const double *weights,
                            double *O_delta);

    /* From O_in, because the cost goes on growing where O_out is rounded to 0 or 1. Sigmoid
     * outputs: -sum w (Y ln O_out + (1 - Y) ln(1 - O_out)). Softmax outputs: -sum w Y ln O_out. For
     * labels in 0 .. 1 each summand is within 4 ulp of the exact one for that O_in. Where the
     * largest input of a softmax is infinite, all is NaN. */
    double (*sigmoid_cross_entropy)(size_t n, const double *O_in, const double *Y,
                                    const double *weights, double *O_delta);
    double (*softmax_cross_entropy)(size_t rows, size_t columns, const double *O_in,
                                    const double *Y, const double *weights, double *O_delta);

    /* Softmax outputs, in place: a holds the derivatives of a number by O_out, or the direction in
     * which O_in moves, and becomes the derivatives by O_in, or the direction of O_out. The two are
     * the same, since the matrix of derivatives is symmetric. */
    void (*softmax_delta)(size_t rows, size_t columns, const double *O_out, double *a);

    /*
     * Second derivatives, each multiplied into a, in place: of hidden activations, f''(H_in)
     * computed from H_out = f(H_in), or from H_in where that is the argument; of costs (of squared
     * errors that of half of them) by O_in, where for softmax outputs a row of a is multiplied by
     * the matrix of its row.
     *
     * From O_out and Y, the cross-entropy of sigmoid outputs from O_in.
     */
    void (*sigmoid_curvature)(size_t n, const double *H_out, double *a);
    void (*tanh_curvature)(size_t n, const double *H_out, double *a);
    void (*softsign_curvature)(size_t n, const double *H_out, double *a);
    void (*softplus_curvature)(size_t n, const double *H_out, double *a);
    void (*elu_curvature)(size_t n, const double *H_out, double *a);
    void (*gelu_curvature)(size_t n, const double *H_in, double *a);
    void (*silu_curvature)(size_t n, const double *H_in, double *a);
    void (*sine_curvature)(size_t n, const double *H_out, double *a);
    void (*softmax_squared_error_curvature)(size_t rows, size_t columns, const double *O_out,
                                            const double *Y, double *a);
    void (*sigmoid_cross_entropy_curvature)(size_t n, const double *O_in, double *a);
    void (*softmax_cross_entropy_curvature)(size_t rows, size_t columns, const double *O_out,
                                            const double *Y, double *a);

    /* product := product a, and sums := sums + a b. */
    void (*multiply)(size_t n, const double *a, double *product);
    void (*add_products)(size_t n, const double *a, const double *b, double *sums);

    /* sum: sum of a. sum_magnitudes: sum of |a|, which is at least the largest |a|. sum_products:
     * sum of a b; a may be b. add: sums := sums + a. add_column_sums: sums[j] := sums[j] + the sum
     * of column j. */
    double (*sum)(size_t n, const double *a);
    double (*sum_magnitudes)(size_t n, const double *a);
    double (*sum_products)(size_t n, const double *a, const double *b);
    void (*add)(size_t n, const double *a, double *sums);
    void (*add_column_sums)(size_t rows, size_t columns, const double *a, double *sums);

    /* product[i columns + j] := a[i] b[j], for rows of a and columns of b. */
    void (*multiply_outer)(size_t rows, size_t columns, const double *a, const double *b,
                           double *product);

    /* 0 where every element is finite, else NaN: of a, or of what descend would make of W. */
    double (*check_finite)(size_t n, const double *a);
    double (*check_descent)(size_t n, double rate, const double *gradient, const double *W);

    /* The steps of nnblas_optimizer. descend: W := W - rate gradient. The others step by gradient +
     * decay W, and all but the first of them also update vectors of their own. */
    void (*descend)(size_t n, double rate, const double *gradient, double *W);
    void (*descend_with_decay)(size_t n, double rate, double decay, const double *gradient,
                               double *W);
    void (*step_by_momentum)(size_t n, double rate, double m, double decay, const double *gradient,
                             double *v, double *W);
    void (*step_by_nesterov)(size_t n, double rate, double m, double decay, const double *gradient,
                             double *v, double *W);
    void (*step_by_adam)(size_t n, const nn_adam *constants, double decay, const double *gradient,
                         double *m, double *v, double *W);
    void (*step_by_rprop)(size_t n, double decay, const double *gradient, double *previous,
                          double *step, double *W);

    /*
     * For the term l1 |W|: what follows a step, or takes its place. Each moves W towards 0 by rate
     * l1 (of Adam, by what its step has in the place of the rate) and not through it.
     * shrink_weights follows descend_with_decay. The two with momentum keep in v how far W has
     * come, and step_by_rprop_with_l1 takes the one-sided slope.
     */
    void (*shrink_weights)(size_t n, double threshold, double *W);
    void (*shrink_by_momentum)(size_t n, double threshold, double *v, double *W);
    void (*step_by_nesterov_with_l1)(size_t n, double rate, double m, double decay, double l1,
                                     const double *gradient, double *v, double *W);
    void (*shrink_by_adam)(size_t n, const nn_adam *constants, double l1, const double *v,
                           double *W);
    void (*step_by_rprop_with_l1)(size_t n, double decay, double l1, const double *gradient,
                                  double *previous, double *step, double *W);
} nn_kernels;

/* The sets of this build that this processor can run, fastest first; *count of them. */
const nn_kernels *const *nn_kernel_sets(size_t *count);

const nn_kernels *nn_get_kernels(void);

#endif
