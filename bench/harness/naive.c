/* SPDX-License-Identifier: BSD-3-Clause */
/* Every element is computed by the sum that defines it. */
#include "harness/naive.h"

#include <math.h>

size_t naive_count_workspace(const naive_iteration *it) {
    return 2 * it->N * (it->hidden + it->outputs) + (it->inputs + it->outputs) * it->hidden;
}

void naive_lay_out_workspace(naive_iteration *it, double *workspace) {
    it->H_out = workspace;
    it->O_out = it->H_out + it->N * it->hidden;
    it->O_delta = it->O_out + it->N * it->outputs;
    it->H_delta = it->O_delta + it->N * it->outputs;
    it->W1_update = it->H_delta + it->N * it->hidden;
    it->W2_update = it->W1_update + it->inputs * it->hidden;
}

static double sigmoid(double a) {
    return 1.0 / (1.0 + exp(-a));
}

/* out = sigmoid(in W) for one row. */
static void feed_row(size_t inputs, size_t outputs, const double *restrict in,
                     const double *restrict W, double *restrict out) {
    for (size_t j = 0; j < outputs; j++) {
        double sum = 0.0;
        for (size_t i = 0; i < inputs; i++)
            sum += in[i] * W[i * outputs + j];
        out[j] = sigmoid(sum);
    }
}

void naive_feedforward(const naive_iteration *it) {
    for (size_t e = 0; e < it->N; e++) {
        double *H_out = it->H_out + e * it->hidden;
        feed_row(it->inputs, it->hidden, it->X + e * it->inputs, it->W1, H_out);
        feed_row(it->hidden, it->outputs, H_out, it->W2, it->O_out + e * it->outputs);
    }
}

double naive_compute_mse(const naive_iteration *it) {
    double sum = 0.0;
    for (size_t e = 0; e < it->N * it->outputs; e++) {
        double O_error = it->O_out[e] - it->Y[e];
        sum += O_error * O_error;
    }
    return sum / (2.0 * (double)it->N);
}

void naive_compute_deltas(const naive_iteration *it) {
    for (size_t e = 0; e < it->N; e++) {
        const double *O_out = it->O_out + e * it->outputs, *Y = it->Y + e * it->outputs;
        const double *H_out = it->H_out + e * it->hidden;
        double *O_delta = it->O_delta + e * it->outputs, *H_delta = it->H_delta + e * it->hidden;
        for (size_t k = 0; k < it->outputs; k++)
            O_delta[k] = (O_out[k] - Y[k]) * O_out[k] * (1.0 - O_out[k]);
        for (size_t j = 0; j < it->hidden; j++) {
            double H_error = 0.0;
            for (size_t k = 0; k < it->outputs; k++)
                H_error += O_delta[k] * it->W2[j * it->outputs + k];
            H_delta[j] = H_error * H_out[j] * (1.0 - H_out[j]);
        }
    }
}

/* update = A^T delta / N */
static void compute_update(size_t N, size_t inputs, size_t outputs, const double *restrict A,
                           const double *restrict delta, double *restrict update) {
    for (size_t i = 0; i < inputs; i++)
        for (size_t j = 0; j < outputs; j++) {
            double sum = 0.0;
            for (size_t e = 0; e < N; e++)
                sum += A[e * inputs + i] * delta[e * outputs + j];
            update[i * outputs + j] = sum / (double)N;
        }
}

void naive_compute_updates(const naive_iteration *it) {
    compute_update(it->N, it->hidden, it->outputs, it->H_out, it->O_delta, it->W2_update);
    compute_update(it->N, it->inputs, it->hidden, it->X, it->H_delta, it->W1_update);
}

double naive_gradient(const naive_iteration *it) {
    naive_feedforward(it);
    double mse = naive_compute_mse(it);
    naive_compute_deltas(it);
    naive_compute_updates(it);
    return mse;
}

double naive_step(const naive_iteration *it, double learning_rate) {
    double mse = naive_gradient(it);
    for (size_t i = 0; i < it->inputs * it->hidden; i++)
        it->W1[i] -= learning_rate * it->W1_update[i];
    for (size_t i = 0; i < it->hidden * it->outputs; i++)
        it->W2[i] -= learning_rate * it->W2_update[i];
    return mse;
}
