/* SPDX-License-Identifier: BSD-3-Clause */
/* What the rows of kernel_table.c have in other files: the references of kernels in long double,
 * and the same by the functions of libm. */
#ifndef REFERENCES_H
#define REFERENCES_H

#include "kernels/kernel_table.h"

/* delta of Huber, tau of quantiles. */
static const double COST_PARAMETER = 0.3;

long double get_sigmoid(long double a);
/* sum_j exp(z_j) / exp(z_k) */
long double sum_ratios(size_t n, const long double *z, size_t k);
void compute_sigmoid_delta(exact_operands *x);

/* ---- cost_references.c ----------------------------------------------------------------------- */

void compute_identity_squared_error(exact_operands *x);
void compute_sigmoid_squared_error(exact_operands *x);
void compute_softmax_squared_error(exact_operands *x);
void compute_huber_cost(exact_operands *x);
void compute_quantile_cost(exact_operands *x);
void compute_hinge_cost(exact_operands *x);
void compute_gaussian_cost(exact_operands *x);
void compute_poisson_deviance(exact_operands *x);
void compute_gamma_deviance(exact_operands *x);
void compute_sigmoid_cross_entropy(exact_operands *x);
void run_libm_sigmoid_cross_entropy(const operands *x);
void compute_softmax_cross_entropy(exact_operands *x);
void run_libm_softmax_cross_entropy(const operands *x);

/* ---- curvature_references.c ------------------------------------------------------------------ */

void compute_sigmoid_curvature(exact_operands *x);
void compute_tanh_curvature(exact_operands *x);
void compute_softsign_curvature(exact_operands *x);
void compute_softplus_curvature(exact_operands *x);
void compute_elu_curvature(exact_operands *x);
void compute_gelu_curvature(exact_operands *x);
void compute_silu_curvature(exact_operands *x);
void compute_sine_curvature(exact_operands *x);
void compute_sigmoid_cross_entropy_curvature(exact_operands *x);
void compute_softmax_delta(exact_operands *x);
void compute_softmax_cross_entropy_curvature(exact_operands *x);
void compute_softmax_squared_error_curvature(exact_operands *x);
void compute_multiply(exact_operands *x);
void compute_add_products(exact_operands *x);

#endif
