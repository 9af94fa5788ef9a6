/* SPDX-License-Identifier: BSD-3-Clause */
#include "kernels/exact_activations.h"
#include "kernels/references.h"

#include <math.h>
#include <stdbool.h>
#include <string.h>

/* ---- calls, one for each list of arguments --------------------------------------------------- */

/* slot is the place of the kernel in its set. */
static double call_in_place(const void *slot, const operands *x) {
    typedef void in_place(size_t n, double *a);
    (*(in_place *const *)slot)(x->n, x->c);
    return 0.0;
}

static double call_rows_in_place(const void *slot, const operands *x) {
    typedef void rows_in_place(size_t rows, size_t columns, double *a);
    (*(rows_in_place *const *)slot)(x->rows, x->columns, x->c);
    return 0.0;
}

static double call_with_one(const void *slot, const operands *x) {
    typedef void with_one(size_t n, const double *a, double *c);
    (*(with_one *const *)slot)(x->n, x->a, x->c);
    return 0.0;
}

static double call_with_two(const void *slot, const operands *x) {
    typedef void with_two(size_t n, const double *a, const double *b, double *c);
    (*(with_two *const *)slot)(x->n, x->a, x->b, x->c);
    return 0.0;
}

static double call_rows_with_one(const void *slot, const operands *x) {
    typedef void rows_with_one(size_t rows, size_t columns, const double *a, double *c);
    (*(rows_with_one *const *)slot)(x->rows, x->columns, x->a, x->c);
    return 0.0;
}

static double call_rows_with_two(const void *slot, const operands *x) {
    typedef void rows_with_two(size_t rows, size_t columns, const double *a, const double *b,
                               double *c);
    (*(rows_with_two *const *)slot)(x->rows, x->columns, x->a, x->b, x->c);
    return 0.0;
}

static double call_cost(const void *slot, const operands *x) {
    typedef double cost(size_t n, const double *O, const double *Y, const double *weights,
                        double *O_delta);
    return (*(cost *const *)slot)(x->n, x->a, x->b, x->w, x->c);
}

static double call_cost_with_parameter(const void *slot, const operands *x) {
    typedef double cost(size_t n, double parameter, const double *O, const double *Y,
                        const double *weights, double *O_delta);
    return (*(cost *const *)slot)(x->n, COST_PARAMETER, x->a, x->b, x->w, x->c);
}

/* The first half of a and c are means, the other log variances; an element without a pair is only
 * copied. */
static double call_cost_of_pairs(const void *slot, const operands *x) {
    typedef double cost(size_t n, const double *O, const double *Y, const double *weights,
                        double *O_delta);
    if (x->c && x->n % 2 != 0)
        x->c[x->n - 1] = x->a[x->n - 1];
    return (*(cost *const *)slot)(x->n / 2, x->a, x->b, x->w, x->c);
}

static double call_cost_of_rows(const void *slot, const operands *x) {
    typedef double cost_of_rows(size_t rows, size_t columns, const double *O, const double *Y,
                                const double *weights, double *O_delta);
    return (*(cost_of_rows *const *)slot)(x->rows, x->columns, x->a, x->b, x->w, x->c);
}

static double call_sum(const void *slot, const operands *x) {
    typedef double sum(size_t n, const double *a);
    return (*(sum *const *)slot)(x->n, x->a);
}

static double call_sum_of_two(const void *slot, const operands *x) {
    typedef double sum_of_two(size_t n, const double *a, const double *b);
    return (*(sum_of_two *const *)slot)(x->n, x->a, x->b);
}

static const double RATE = 0.37, MOMENTUM = 0.9, DECAY = 0.23;
static const nn_adam ADAM = {.rate = 0.01, .beta1 = 0.9, .beta2 = 0.999, .epsilon = 1e-8};

static double call_descent(const void *slot, const operands *x) {
    typedef void descent(size_t n, double rate, const double *gradient, double *W);
    (*(descent *const *)slot)(x->n, RATE, x->a, x->c);
    return 0.0;
}

static double call_decaying_descent(const void *slot, const operands *x) {
    typedef void descent(size_t n, double rate, double decay, const double *gradient, double *W);
    (*(descent *const *)slot)(x->n, RATE, DECAY, x->a, x->c);
    return 0.0;
}

static double call_descent_check(const void *slot, const operands *x) {
    typedef double descent_check(size_t n, double rate, const double *gradient, const double *W);
    return (*(descent_check *const *)slot)(x->n, RATE, x->a, x->c);
}

static double call_momentum(const void *slot, const operands *x) {
    typedef void with_momentum(size_t n, double rate, double m, double decay,
                               const double *gradient, double *v, double *W);
    (*(with_momentum *const *)slot)(x->n, RATE, MOMENTUM, DECAY, x->a, x->c, x->e);
    return 0.0;
}

static double call_adam(const void *slot, const operands *x) {
    typedef void with_adam(size_t n, const nn_adam *constants, double decay, const double *gradient,
                           double *m, double *v, double *W);
    (*(with_adam *const *)slot)(x->n, &ADAM, DECAY, x->a, x->c, x->d, x->e);
    return 0.0;
}

static double call_rprop(const void *slot, const operands *x) {
    typedef void with_rprop(size_t n, double decay, const double *gradient, double *previous,
                            double *step, double *W);
    (*(with_rprop *const *)slot)(x->n, DECAY, x->a, x->c, x->d, x->e);
    return 0.0;
}

static const double L1_TERM = 0.41;

static double call_shrinking(const void *slot, const operands *x) {
    typedef void shrinking(size_t n, double threshold, double *W);
    (*(shrinking *const *)slot)(x->n, L1_TERM, x->c);
    return 0.0;
}

static double call_shrinking_by_momentum(const void *slot, const operands *x) {
    typedef void shrinking(size_t n, double threshold, double *v, double *W);
    (*(shrinking *const *)slot)(x->n, L1_TERM, x->c, x->e);
    return 0.0;
}

static double call_nesterov_with_l1(const void *slot, const operands *x) {
    typedef void with_l1(size_t n, double rate, double m, double decay, double l1,
                         const double *gradient, double *v, double *W);
    (*(with_l1 *const *)slot)(x->n, RATE, MOMENTUM, DECAY, L1_TERM, x->a, x->c, x->e);
    return 0.0;
}

static double call_shrinking_by_adam(const void *slot, const operands *x) {
    typedef void shrinking(size_t n, const nn_adam *constants, double l1, const double *v,
                           double *W);
    (*(shrinking *const *)slot)(x->n, &ADAM, L1_TERM, x->b, x->e);
    return 0.0;
}

static double call_rprop_with_l1(const void *slot, const operands *x) {
    typedef void with_l1(size_t n, double decay, double l1, const double *gradient,
                         double *previous, double *step, double *W);
    (*(with_l1 *const *)slot)(x->n, DECAY, L1_TERM, x->a, x->c, x->d, x->e);
    return 0.0;
}

/* ---- sums ------------------------------------------------------------------------------------ */

static void compute_sum(exact_operands *x) {
    for (size_t i = 0; i < x->n; i++)
        x->sum += x->a[i];
}

static void compute_sum_magnitudes(exact_operands *x) {
    for (size_t i = 0; i < x->n; i++)
        x->sum += fabsl(x->a[i]);
}

static void compute_sum_products(exact_operands *x) {
    for (size_t i = 0; i < x->n; i++)
        x->sum += x->a[i] * x->b[i];
}

static void compute_add(exact_operands *x) {
    for (size_t i = 0; i < x->n; i++)
        x->c[i] += x->a[i];
}

/* The sums are the first row of c. */
static void compute_add_column_sums(exact_operands *x) {
    for (size_t i = 0; i < x->n; i++)
        x->c[i % x->columns] += x->a[i];
}

static void compute_multiply_outer(exact_operands *x) {
    for (size_t i = 0; i < x->n; i++)
        x->c[i] = x->a[i / x->columns] * x->b[i % x->columns];
}

static void compute_check_finite(exact_operands *x) {
    for (size_t i = 0; i < x->n; i++)
        x->sum += 0.0L * x->a[i];
}

static void compute_check_descent(exact_operands *x) {
    for (size_t i = 0; i < x->n; i++)
        x->sum += 0.0L * (x->a[i] + x->c[i]);
}

/* ---- steps of the optimizers ----------------------------------------------------------------- */

static void compute_descent(exact_operands *x) {
    for (size_t i = 0; i < x->n; i++)
        x->c[i] -= (long double)RATE * x->a[i];
}

/* The gradient with that of the weight decay. */
static long double get_gradient(const exact_operands *x, const long double *W, size_t i) {
    return x->a[i] + (long double)DECAY * W[i];
}

static void compute_decaying_descent(exact_operands *x) {
    for (size_t i = 0; i < x->n; i++)
        x->c[i] -= (long double)RATE * get_gradient(x, x->c, i);
}

static void compute_momentum(exact_operands *x) {
    for (size_t i = 0; i < x->n; i++) {
        long double step = (long double)RATE * get_gradient(x, x->e, i);
        x->c[i] = (long double)MOMENTUM * x->c[i] - step;
        x->e[i] += x->c[i];
    }
}

static void compute_nesterov(exact_operands *x) {
    for (size_t i = 0; i < x->n; i++) {
        long double step = (long double)RATE * get_gradient(x, x->e, i);
        x->c[i] = (long double)MOMENTUM * x->c[i] - step;
        x->e[i] += (long double)MOMENTUM * x->c[i] - step;
    }
}

static void compute_adam(exact_operands *x) {
    const long double beta1 = (long double)ADAM.beta1, beta2 = (long double)ADAM.beta2;
    for (size_t i = 0; i < x->n; i++) {
        long double g = get_gradient(x, x->e, i);
        x->c[i] = beta1 * x->c[i] + (1.0L - beta1) * g;
        x->d[i] = beta2 * x->d[i] + (1.0L - beta2) * g * g;
        x->e[i] -= (long double)ADAM.rate * x->c[i] / (sqrtl(x->d[i]) + (long double)ADAM.epsilon);
    }
}

/* As the article has it; an element with a NaN does not move. */
static void move_by_rprop(exact_operands *x, size_t i, long double g) {
    long double agreement = g * x->c[i];
    x->c[i] = g;
    if (agreement > 0.0L)
        x->d[i] *= 1.2L;
    if (agreement < 0.0L) {
        x->d[i] *= 0.5L;
        x->c[i] = 0.0L;
    }
    if (x->d[i] > 50.0L)
        x->d[i] = 50.0L;
    if (x->d[i] < 1e-6L)
        x->d[i] = 1e-6L;
    x->e[i] -= x->d[i] * (x->c[i] > 0.0L ? 1.0L : x->c[i] < 0.0L ? -1.0L : 0.0L);
}

static void compute_rprop(exact_operands *x) {
    for (size_t i = 0; i < x->n; i++)
        move_by_rprop(x, i, get_gradient(x, x->e, i));
}

/* ---- L1 -------------------------------------------------------------------------------------- */

static long double shrink(long double a, long double t) {
    long double rest = fabsl(a) - t;
    return isnan(rest) ? rest : copysignl(rest > 0.0L ? rest : 0.0L, a);
}

static void compute_shrinking(exact_operands *x) {
    for (size_t i = 0; i < x->n; i++)
        x->c[i] = shrink(x->c[i], (long double)L1_TERM);
}

static void compute_shrinking_by_momentum(exact_operands *x) {
    for (size_t i = 0; i < x->n; i++) {
        long double before = x->e[i];
        x->e[i] = shrink(before, (long double)L1_TERM);
        x->c[i] += x->e[i] - before;
    }
}

static void compute_nesterov_with_l1(exact_operands *x) {
    const long double m = (long double)MOMENTUM, rate = (long double)RATE;
    for (size_t i = 0; i < x->n; i++) {
        long double behind = x->e[i] - m * x->c[i];
        long double next =
            shrink(x->e[i] - rate * get_gradient(x, x->e, i), rate * (long double)L1_TERM);
        x->c[i] = next - behind;
        x->e[i] = next + m * x->c[i];
    }
}

static void compute_shrinking_by_adam(exact_operands *x) {
    for (size_t i = 0; i < x->n; i++) {
        long double unit = (long double)ADAM.rate / (sqrtl(x->b[i]) + (long double)ADAM.epsilon);
        x->e[i] = shrink(x->e[i], (long double)L1_TERM * unit);
    }
}

static void compute_rprop_with_l1(exact_operands *x) {
    for (size_t i = 0; i < x->n; i++) {
        long double w = x->e[i], g = get_gradient(x, x->e, i), l1 = (long double)L1_TERM;
        move_by_rprop(x, i, w > 0.0L ? g + l1 : w < 0.0L ? g - l1 : shrink(g, l1));
        if ((w > 0.0L && x->e[i] < 0.0L) || (w < 0.0L && x->e[i] > 0.0L))
            x->e[i] = 0.0L;
    }
}

/* ---- the table ------------------------------------------------------------------------------- */

#define KERNEL(kernel) .name = #kernel, .offset = offsetof(nn_kernels, kernel)

const kernel_row KERNELS[] = {
    {KERNEL(sigmoid), .call = call_in_place, .compute = compute_sigmoid, .ulps = 2.0,
     .traits = SIGNED, .relative_ulps = 2.0, .libm = run_libm_sigmoid},
    {KERNEL(tanh), .call = call_in_place, .compute = compute_tanh, .ulps = 2.0, .traits = SIGNED,
     .relative_ulps = 3.0, .libm = run_libm_tanh},
    {KERNEL(relu), .call = call_in_place, .compute = compute_relu, .traits = SIGNED},
    {KERNEL(exponential), .call = call_in_place, .compute = compute_exponential, .ulps = 2.0,
     .traits = SIGNED, .relative_ulps = 2.0, .libm = run_libm_exponential},
    {KERNEL(softsign), .call = call_in_place, .compute = compute_softsign, .ulps = 1.0,
     .traits = SIGNED, .relative_ulps = 2.0},
    {KERNEL(softplus), .call = call_in_place, .compute = compute_softplus, .ulps = 2.0,
     .traits = SIGNED, .relative_ulps = 3.0, .libm = run_libm_softplus},
    {KERNEL(elu), .call = call_in_place, .compute = compute_elu, .ulps = 1.0, .traits = SIGNED,
     .relative_ulps = 2.0, .libm = run_libm_elu},
    {KERNEL(leaky_relu), .call = call_in_place, .compute = compute_leaky_relu, .ulps = 1.0,
     .traits = SIGNED, .relative_ulps = 0.51},
    {KERNEL(gelu), .call = call_in_place, .compute = compute_gelu, .ulps = 2.0, .traits = SIGNED,
     .relative_ulps = 9.0, .libm = run_libm_gelu},
    {KERNEL(silu), .call = call_in_place, .compute = compute_silu, .ulps = 2.0, .traits = SIGNED,
     .relative_ulps = 4.0, .libm = run_libm_silu},
    {KERNEL(sine), .call = call_in_place, .compute = compute_sine, .ulps = 2.0, .traits = SIGNED,
     .relative_ulps = 3.0, .libm = run_libm_sine},
    {KERNEL(softmax), .call = call_rows_in_place, .compute = compute_softmax, .ulps = 2.0,
     .traits = BY_ROWS | SIGNED, .relative_ulps = 3.0},
    {KERNEL(sigmoid_delta), .call = call_with_one, .compute = compute_sigmoid_delta, .ulps = 2.0},
    {KERNEL(tanh_delta), .call = call_with_one, .compute = compute_tanh_delta, .ulps = 2.0,
     .traits = SIGNED, .steady = 1.4142135623730951},
    {KERNEL(relu_delta), .call = call_with_one, .compute = compute_relu_delta, .traits = SIGNED},
    {KERNEL(exponential_delta), .call = call_with_one, .compute = compute_exponential_delta,
     .ulps = 1.0},
    {KERNEL(softsign_delta), .call = call_with_one, .compute = compute_softsign_delta, .ulps = 2.0,
     .traits = SIGNED},
    {KERNEL(softplus_delta), .call = call_with_one, .compute = compute_softplus_delta, .ulps = 2.0},
    {KERNEL(elu_delta), .call = call_with_one, .compute = compute_elu_delta, .ulps = 2.0,
     .traits = SIGNED},
    {KERNEL(leaky_relu_delta), .call = call_with_one, .compute = compute_leaky_relu_delta,
     .ulps = 1.0, .traits = SIGNED},
    {KERNEL(gelu_delta), .call = call_with_one, .compute = compute_gelu_delta, .ulps = 2.0,
     .traits = SIGNED},
    {KERNEL(silu_delta), .call = call_with_one, .compute = compute_silu_delta, .ulps = 2.0,
     .traits = SIGNED},
    {KERNEL(sine_delta), .call = call_with_one, .compute = compute_sine_delta, .ulps = 2.0,
     .traits = SIGNED},
    {KERNEL(identity_squared_error), .call = call_cost, .compute = compute_identity_squared_error,
     .ulps = 2.0, .traits = SIGNED | IS_COST},
    {KERNEL(sigmoid_squared_error), .call = call_cost, .compute = compute_sigmoid_squared_error,
     .ulps = 2.0, .traits = IS_COST},
    {KERNEL(softmax_squared_error), .call = call_cost_of_rows,
     .compute = compute_softmax_squared_error, .ulps = 64.0, .traits = BY_ROWS | IS_COST},
    {KERNEL(huber_cost), .call = call_cost_with_parameter, .compute = compute_huber_cost,
     .ulps = 2.0, .traits = SIGNED | IS_COST},
    {KERNEL(quantile_cost), .call = call_cost_with_parameter, .compute = compute_quantile_cost,
     .ulps = 2.0, .traits = SIGNED | IS_COST},
    {KERNEL(hinge_cost), .call = call_cost, .compute = compute_hinge_cost, .ulps = 2.0,
     .traits = SIGNED | IS_COST},
    {KERNEL(gaussian_cost), .call = call_cost_of_pairs, .compute = compute_gaussian_cost,
     .ulps = 8.0, .traits = SIGNED | IS_COST, .relative_ulps = 8.0},
    {KERNEL(poisson_deviance), .call = call_cost, .compute = compute_poisson_deviance, .ulps = 4.0,
     .traits = SIGNED | IS_COST, .relative_ulps = 32.0},
    {KERNEL(gamma_deviance), .call = call_cost, .compute = compute_gamma_deviance, .ulps = 4.0,
     .traits = SIGNED | IS_COST, .relative_ulps = 32.0},
    {KERNEL(sigmoid_cross_entropy), .call = call_cost, .compute = compute_sigmoid_cross_entropy,
     .ulps = 2.0, .traits = SIGNED | IS_COST, .relative_ulps = 4.0,
     .libm = run_libm_sigmoid_cross_entropy},
    {KERNEL(softmax_cross_entropy), .call = call_cost_of_rows,
     .compute = compute_softmax_cross_entropy, .ulps = 64.0, .traits = BY_ROWS | SIGNED | IS_COST,
     .relative_ulps = 4.0, .libm = run_libm_softmax_cross_entropy},
    {KERNEL(softmax_delta), .call = call_rows_with_one, .compute = compute_softmax_delta,
     .ulps = 64.0, .traits = BY_ROWS},
    {KERNEL(sigmoid_curvature), .call = call_with_one, .compute = compute_sigmoid_curvature,
     .ulps = 2.0},
    {KERNEL(tanh_curvature), .call = call_with_one, .compute = compute_tanh_curvature, .ulps = 3.0,
     .traits = SIGNED},
    {
        KERNEL(softsign_curvature),
        .call = call_with_one,
        .compute = compute_softsign_curvature,
        .ulps = 4.0,
        .traits = SIGNED,
    },
    {
        KERNEL(softplus_curvature),
        .call = call_with_one,
        .compute = compute_softplus_curvature,
        .ulps = 4.0,
    },
    {
        KERNEL(elu_curvature),
        .call = call_with_one,
        .compute = compute_elu_curvature,
        .ulps = 4.0,
        .traits = SIGNED,
    },
    {
        KERNEL(gelu_curvature),
        .call = call_with_one,
        .compute = compute_gelu_curvature,
        .ulps = 4.0,
        .traits = SIGNED,
    },
    {
        KERNEL(silu_curvature),
        .call = call_with_one,
        .compute = compute_silu_curvature,
        .ulps = 4.0,
        .traits = SIGNED,
    },
    {
        KERNEL(sine_curvature),
        .call = call_with_one,
        .compute = compute_sine_curvature,
        .ulps = 4.0,
        .traits = SIGNED,
    },
    {KERNEL(softmax_squared_error_curvature), .call = call_rows_with_two,
     .compute = compute_softmax_squared_error_curvature, .ulps = 512.0, .traits = BY_ROWS},
    {KERNEL(sigmoid_cross_entropy_curvature), .call = call_with_one,
     .compute = compute_sigmoid_cross_entropy_curvature, .ulps = 2.0, .traits = SIGNED},
    {KERNEL(softmax_cross_entropy_curvature), .call = call_rows_with_two,
     .compute = compute_softmax_cross_entropy_curvature, .ulps = 1024.0, .traits = BY_ROWS},
    {KERNEL(multiply), .call = call_with_one, .compute = compute_multiply, .ulps = 1.0,
     .traits = SIGNED},
    {KERNEL(add_products), .call = call_with_two, .compute = compute_add_products, .ulps = 2.0,
     .traits = SIGNED},
    {KERNEL(sum), .call = call_sum, .compute = compute_sum, .traits = SIGNED},
    {KERNEL(sum_magnitudes), .call = call_sum, .compute = compute_sum_magnitudes, .traits = SIGNED},
    {KERNEL(sum_products), .call = call_sum_of_two, .compute = compute_sum_products,
     .traits = SIGNED},
    {KERNEL(add), .call = call_with_one, .compute = compute_add, .ulps = 1.0, .traits = SIGNED},
    {KERNEL(add_column_sums), .call = call_rows_with_one, .compute = compute_add_column_sums,
     .ulps = 64.0, .traits = BY_ROWS | SIGNED},
    {KERNEL(multiply_outer), .call = call_rows_with_two, .compute = compute_multiply_outer,
     .ulps = 1.0, .traits = BY_ROWS | SIGNED},
    {KERNEL(check_finite), .call = call_sum, .compute = compute_check_finite,
     .traits = SEES_NOT_FINITE},
    {KERNEL(check_descent), .call = call_descent_check, .compute = compute_check_descent,
     .traits = SEES_NOT_FINITE},
    {KERNEL(descend), .call = call_descent, .compute = compute_descent, .ulps = 1.0,
     .traits = SIGNED},
    {KERNEL(descend_with_decay), .call = call_decaying_descent, .compute = compute_decaying_descent,
     .ulps = 2.0, .traits = SIGNED},
    {KERNEL(step_by_momentum), .call = call_momentum, .compute = compute_momentum, .ulps = 2.0,
     .traits = SIGNED},
    {KERNEL(step_by_nesterov), .call = call_momentum, .compute = compute_nesterov, .ulps = 3.0,
     .traits = SIGNED},
    {KERNEL(step_by_adam), .call = call_adam, .compute = compute_adam, .ulps = 3.0,
     .traits = SIGNED},
    {KERNEL(step_by_rprop), .call = call_rprop, .compute = compute_rprop, .ulps = 2.0,
     .traits = SIGNED},
    {KERNEL(shrink_weights), .call = call_shrinking, .compute = compute_shrinking, .ulps = 1.0,
     .traits = SIGNED},
    {KERNEL(shrink_by_momentum), .call = call_shrinking_by_momentum,
     .compute = compute_shrinking_by_momentum, .ulps = 2.0, .traits = SIGNED},
    {KERNEL(step_by_nesterov_with_l1), .call = call_nesterov_with_l1,
     .compute = compute_nesterov_with_l1, .ulps = 4.0, .traits = SIGNED},
    {KERNEL(shrink_by_adam), .call = call_shrinking_by_adam, .compute = compute_shrinking_by_adam,
     .ulps = 2.0, .traits = SIGNED},
    {KERNEL(step_by_rprop_with_l1), .call = call_rprop_with_l1, .compute = compute_rprop_with_l1,
     .ulps = 2.0, .traits = SIGNED},
};

const size_t N_KERNELS = sizeof KERNELS / sizeof *KERNELS;

double call_kernel(const nn_kernels *set, const kernel_row *k, const operands *x) {
    return k->call((const char *)set + k->offset, x);
}

const kernel_row *find_kernel(const char *name) {
    for (size_t i = 0; i < N_KERNELS; i++)
        if (strcmp(KERNELS[i].name, name) == 0)
            return &KERNELS[i];
    return NULL;
}
