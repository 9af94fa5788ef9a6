/* SPDX-License-Identifier: BSD-3-Clause */
/* The references of the kernels of second derivatives, for kernel_table.c. */
#include "kernels/references.h"

#include <math.h>
#include <string.h>

/* ---- second derivatives ---------------------------------------------------------------------- */

void compute_sigmoid_curvature(exact_operands *x) {
    for (size_t i = 0; i < x->n; i++) {
        long double h = x->a[i];
        x->c[i] *= h - 3.0L * h * h + 2.0L * h * h * h;
    }
}

void compute_tanh_curvature(exact_operands *x) {
    for (size_t i = 0; i < x->n; i++) {
        long double h = x->a[i];
        x->c[i] *= 2.0L * h * h * h - 2.0L * h;
    }
}

static long double get_side(long double h) {
    return h > 0.0L ? 1.0L : h < 0.0L ? -1.0L : h;
}

void compute_softsign_curvature(exact_operands *x) {
    for (size_t i = 0; i < x->n; i++)
        x->c[i] *= -2.0L * get_side(x->a[i]) * powl(1.0L - fabsl(x->a[i]), 3.0L);
}

void compute_softplus_curvature(exact_operands *x) {
    for (size_t i = 0; i < x->n; i++)
        x->c[i] *= expl(-x->a[i]) - expl(-2.0L * x->a[i]);
}

void compute_elu_curvature(exact_operands *x) {
    for (size_t i = 0; i < x->n; i++)
        x->c[i] *= x->a[i] > 0.0L ? 0.0L : 1.0L + x->a[i];
}

void compute_gelu_curvature(exact_operands *x) {
    for (size_t i = 0; i < x->n; i++) {
        long double h = x->a[i];
        x->c[i] *= expl(-0.5L * h * h) / sqrtl(8.0L * atanl(1.0L)) * (2.0L - h * h);
    }
}

void compute_silu_curvature(exact_operands *x) {
    for (size_t i = 0; i < x->n; i++) {
        long double h = x->a[i], s = get_sigmoid(h);
        x->c[i] *= 2.0L * s * (1.0L - s) + h * s * (1.0L - s) * (1.0L - 2.0L * s);
    }
}

void compute_sine_curvature(exact_operands *x) {
    for (size_t i = 0; i < x->n; i++)
        x->c[i] *= -x->a[i];
}

void compute_sigmoid_cross_entropy_curvature(exact_operands *x) {
    for (size_t i = 0; i < x->n; i++)
        x->c[i] *= get_sigmoid(x->a[i]) * get_sigmoid(-x->a[i]);
}

/* d O_out_j / d O_in_k where the outputs need not add up to 1. */
static long double get_softmax_slope(const long double *O, size_t j, size_t k) {
    return O[j] * ((j == k ? 1.0L : 0.0L) - O[k]);
}

void compute_softmax_delta(exact_operands *x) {
    for (size_t first = 0; first < x->n; first += x->columns) {
        long double a[MOST_ELEMENTS];
        memcpy(a, x->c + first, x->columns * sizeof *a);
        for (size_t k = 0; k < x->columns; k++) {
            x->c[first + k] = 0.0L;
            for (size_t j = 0; j < x->columns; j++)
                x->c[first + k] += get_softmax_slope(x->a + first, j, k) * a[j];
        }
    }
}

/* With a reference, so that it is defined where the outputs do not add up to 1: the kernel takes
 * that of the largest output. */
void compute_softmax_cross_entropy_curvature(exact_operands *x) {
    for (size_t first = 0; first < x->n; first += x->columns) {
        const long double *O = x->a + first;
        long double *a = x->c + first, labels = 0.0L, mean = 0.0L;
        size_t largest = 0;
        for (size_t k = 0; k < x->columns; k++) {
            largest = O[k] > O[largest] ? k : largest;
            labels += x->b[first + k];
        }
        long double reference = a[largest];
        for (size_t k = 0; k < x->columns; k++)
            mean += O[k] * a[k] - O[k] * reference;
        for (size_t k = 0; k < x->columns; k++)
            a[k] = labels * (O[k] * a[k] - O[k] * reference - O[k] * mean);
    }
}

/* O_delta_k = sum_j (O_j - Y_j) O_j ([j = k] - O_k) moves with each O_i, and that with each a. */
void compute_softmax_squared_error_curvature(exact_operands *x) {
    compute_softmax_delta(x);
    for (size_t first = 0; first < x->n; first += x->columns) {
        const long double *O = x->a + first, *Y = x->b + first;
        long double r[MOST_ELEMENTS];
        memcpy(r, x->c + first, x->columns * sizeof *r);
        for (size_t k = 0; k < x->columns; k++) {
            long double sum = 0.0L;
            for (size_t j = 0; j < x->columns; j++) {
                long double kronecker = j == k ? 1.0L : 0.0L;
                sum += r[j] * O[j] * (kronecker - O[k]);
                sum += (O[j] - Y[j]) * r[j] * (kronecker - O[k]);
                sum -= (O[j] - Y[j]) * O[j] * r[k];
            }
            x->c[first + k] = sum;
        }
    }
}

/* ---- products -------------------------------------------------------------------------------- */

void compute_multiply(exact_operands *x) {
    for (size_t i = 0; i < x->n; i++)
        x->c[i] *= x->a[i];
}

void compute_add_products(exact_operands *x) {
    for (size_t i = 0; i < x->n; i++)
        x->c[i] += x->a[i] * x->b[i];
}
