/* SPDX-License-Identifier: BSD-3-Clause */
/* One set of kernels: plain loops, which meson.build compiles once for each instruction set, with
 * NN_KERNEL_SET as the name of the table below. The compiler vectorises them, and
 * tests/kernels/check_vectorised.sh checks that it did. Sums are `omp simd` reductions, which allow
 * the compiler to keep several partial sums in these loops alone. */
#include "kernels/kernels.h"
#include "kernels/activations.h"
#include "kernels/costs.h"
#include "kernels/curvatures.h"
#include "kernels/optimizer_steps.h"
#include "kernels/softmax_cross_entropy.h"
#include "kernels/sums.h"

#define NN_TEXT(name) #name
#define NN_SET_NAME(name) NN_TEXT(name)
#define NN_JOIN(prefix, name) prefix##name
#define NN_SET_TABLE(name) NN_JOIN(nn_kernels_, name)

extern const nn_kernels NN_SET_TABLE(NN_KERNEL_SET);
const nn_kernels NN_SET_TABLE(NN_KERNEL_SET) = {
    .name = NN_SET_NAME(NN_KERNEL_SET),
    .sigmoid = apply_sigmoid,
    .tanh = apply_tanh,
    .relu = apply_relu,
    .exponential = apply_exponential,
    .softsign = apply_softsign,
    .softplus = apply_softplus,
    .elu = apply_elu,
    .leaky_relu = apply_leaky_relu,
    .gelu = apply_gelu,
    .silu = apply_silu,
    .sine = apply_sine,
    .softmax = apply_softmax,
    .sigmoid_delta = sigmoid_delta,
    .tanh_delta = tanh_delta,
    .relu_delta = relu_delta,
    .exponential_delta = exponential_delta,
    .softsign_delta = softsign_delta,
    .softplus_delta = softplus_delta,
    .elu_delta = elu_delta,
    .leaky_relu_delta = leaky_relu_delta,
    .gelu_delta = gelu_delta,
    .silu_delta = silu_delta,
    .sine_delta = sine_delta,
    .identity_squared_error = identity_squared_error,
    .sigmoid_squared_error = sigmoid_squared_error,
    .softmax_squared_error = softmax_squared_error,
    .huber_cost = huber_cost,
    .quantile_cost = quantile_cost,
    .hinge_cost = hinge_cost,
    .gaussian_cost = gaussian_cost,
    .poisson_deviance = poisson_deviance,
    .gamma_deviance = gamma_deviance,
    .sigmoid_cross_entropy = sigmoid_cross_entropy,
    .softmax_cross_entropy = softmax_cross_entropy,
    .softmax_delta = softmax_delta,
    .sigmoid_curvature = sigmoid_curvature,
    .tanh_curvature = tanh_curvature,
    .softsign_curvature = softsign_curvature,
    .softplus_curvature = softplus_curvature,
    .elu_curvature = elu_curvature,
    .gelu_curvature = gelu_curvature,
    .silu_curvature = silu_curvature,
    .sine_curvature = sine_curvature,
    .softmax_squared_error_curvature = softmax_squared_error_curvature,
    .sigmoid_cross_entropy_curvature = sigmoid_cross_entropy_curvature,
    .softmax_cross_entropy_curvature = softmax_cross_entropy_curvature,
    .multiply = multiply,
    .add_products = add_products,
    .sum = sum,
    .sum_magnitudes = sum_magnitudes,
    .sum_products = sum_products,
    .add = add,
    .add_column_sums = add_column_sums,
    .multiply_outer = multiply_outer,
    .check_finite = check_finite,
    .check_descent = check_descent,
    .descend = descend,
    .descend_with_decay = descend_with_decay,
    .step_by_momentum = step_by_momentum,
    .step_by_nesterov = step_by_nesterov,
    .step_by_adam = step_by_adam,
    .step_by_rprop = step_by_rprop,
    .shrink_weights = shrink_weights,
    .shrink_by_momentum = shrink_by_momentum,
    .step_by_nesterov_with_l1 = step_by_nesterov_with_l1,
    .shrink_by_adam = shrink_by_adam,
    .step_by_rprop_with_l1 = step_by_rprop_with_l1,
};
