/* SPDX-License-Identifier: BSD-3-Clause */
/* The references of the kernels of costs, for kernel_table.c. */
#include "kernels/references.h"

#include <math.h>

void compute_identity_squared_error(exact_operands *x) {
    for (size_t i = 0; i < x->n; i++) {
        long double error = x->a[i] - x->b[i];
        x->c[i] = x->w[i] * error;
        x->sum += x->w[i] * error * error;
    }
}

void compute_sigmoid_squared_error(exact_operands *x) {
    compute_identity_squared_error(x);
    compute_sigmoid_delta(x);
}

/* O_delta_k = sum_j (O_j - Y_j) O_j ([j = k] - O_k): the whole matrix of derivatives. */
void compute_softmax_squared_error(exact_operands *x) {
    compute_identity_squared_error(x);
    for (size_t first = 0; first < x->n; first += x->columns) {
        const long double *O = x->a + first, *Y = x->b + first;
        for (size_t k = 0; k < x->columns; k++) {
            long double delta = 0.0L;
            for (size_t j = 0; j < x->columns; j++)
                delta += (O[j] - Y[j]) * O[j] * ((j == k ? 1.0L : 0.0L) - O[k]);
            x->c[first + k] = x->w[first] * delta;
        }
    }
}

void compute_huber_cost(exact_operands *x) {
    const long double delta = (long double)COST_PARAMETER;
    for (size_t i = 0; i < x->n; i++) {
        long double error = x->a[i] - x->b[i], cost = error * error / 2.0L;
        if (fabsl(error) > delta) {
            cost = delta * (fabsl(error) - delta / 2.0L);
            error = error < 0.0L ? -delta : delta;
        }
        x->c[i] = x->w[i] * error;
        x->sum += x->w[i] * cost;
    }
}

void compute_quantile_cost(exact_operands *x) {
    const long double tau = (long double)COST_PARAMETER;
    for (size_t i = 0; i < x->n; i++) {
        long double miss = x->b[i] - x->a[i];
        x->c[i] = x->w[i] * (miss > 0.0L ? -tau : miss < 0.0L ? 1.0L - tau : miss);
        x->sum += x->w[i] * (miss < 0.0L ? (tau - 1.0L) * miss : tau * miss);
    }
}

void compute_hinge_cost(exact_operands *x) {
    for (size_t i = 0; i < x->n; i++) {
        long double side = 2.0L * x->b[i] - 1.0L, lack = 1.0L - side * x->a[i];
        x->c[i] = x->w[i] * (lack > 0.0L ? -side : lack <= 0.0L ? 0.0L : lack);
        x->sum += x->w[i] * (lack <= 0.0L ? 0.0L : lack);
    }
}

void compute_gaussian_cost(exact_operands *x) {
    size_t n = x->n / 2;
    if (x->n % 2 != 0)
        x->c[x->n - 1] = x->a[x->n - 1];
    for (size_t i = 0; i < n; i++) {
        long double s = x->a[n + i], error = x->a[i] - x->b[i], precision = expl(-s);
        x->c[i] = x->w[i] * error * precision;
        x->c[n + i] = x->w[i] * (1.0L - error * error * precision) / 2.0L;
        x->sum += x->w[i] * (s + error * error * precision) / 2.0L;
    }
}

void compute_poisson_deviance(exact_operands *x) {
    for (size_t i = 0; i < x->n; i++) {
        long double z = x->a[i], y = x->b[i];
        x->c[i] = x->w[i] * (expl(z) - y);
        x->sum += x->w[i] * (expl(z) - y + (y == 0.0L ? 0.0L : y * (logl(y) - z)));
    }
}

void compute_gamma_deviance(exact_operands *x) {
    for (size_t i = 0; i < x->n; i++) {
        long double w = x->b[i] * expl(-x->a[i]);
        x->c[i] = x->w[i] * (1.0L - w);
        x->sum += x->w[i] * (w - 1.0L - logl(w));
    }
}

/* With ln(1 + exp(-|z|)), in long double, every size of z has its digits. */
void compute_sigmoid_cross_entropy(exact_operands *x) {
    for (size_t i = 0; i < x->n; i++) {
        long double z = x->a[i], y = x->b[i], common = log1pl(expl(-fabsl(z)));
        long double cost =
            y * (common + (z < 0.0L ? -z : 0.0L)) + (1.0L - y) * (common + (z > 0.0L ? z : 0.0L));
        x->c[i] = x->w[i] * ((1.0L - y) * get_sigmoid(z) - y * get_sigmoid(-z));
        x->sum += x->w[i] * cost;
    }
}

void run_libm_sigmoid_cross_entropy(const operands *x) {
    for (size_t i = 0; i < x->n; i++) {
        double z = x->a[i], y = x->b[i], e = exp(-fabs(z));
        x->d[0] += log1p(e) + (z < 0.0 ? y : 1.0 - y) * fabs(z);
        x->c[i] = (z < 0.0 ? e : 1.0) / (1.0 + e) - y;
    }
}

/* -ln O_k = ln(sum_j exp(z_j - z_k)), and O_delta_k = - sum_j Y_j ([j = k] - O_k). */
void compute_softmax_cross_entropy(exact_operands *x) {
    for (size_t i = 0; i < x->n; i++) {
        size_t k = i % x->columns, first = i - k;
        const long double *Y = x->b + first;
        long double ratios = sum_ratios(x->columns, x->a + first, k), delta = 0.0L;
        for (size_t j = 0; j < x->columns; j++)
            delta -= Y[j] * ((j == k ? 1.0L : 0.0L) - 1.0L / ratios);
        x->c[i] = x->w[first] * delta;
        x->sum += x->w[first] * Y[k] * logl(ratios);
    }
}

void run_libm_softmax_cross_entropy(const operands *x) {
    for (size_t first = 0; first < x->n; first += x->columns) {
        const double *z = x->a + first, *y = x->b + first;
        double largest = z[0], sum = 0.0, labels = 0.0;
        for (size_t k = 1; k < x->columns; k++)
            largest = z[k] > largest ? z[k] : largest;
        for (size_t k = 0; k < x->columns; k++) {
            sum += x->c[first + k] = exp(z[k] - largest);
            labels += y[k];
            x->d[0] += y[k] * (largest - z[k]);
        }
        x->d[0] += labels * log(sum);
        for (size_t k = 0; k < x->columns; k++)
            x->c[first + k] = x->c[first + k] / sum * labels - y[k];
    }
}
