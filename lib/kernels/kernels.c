/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * One set of kernels: plain loops, which meson.build compiles once for each instruction set, with
 * NN_KERNEL_SET naming the table that is defined here. The compiler does the vectorising, and
 * tests/kernels/check_vectorised.sh looks that it did. Sums are `omp simd` reductions, which lets
 * the compiler keep several partial sums in these loops alone.
 */
#include "kernels/kernels.h"
#include "kernels/activations.h"
#include "kernels/costs.h"
#include "kernels/optimizer_steps.h"
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
    .softmax = apply_softmax,
    .squared_error = squared_error,
    .sigmoid_cross_entropy = sigmoid_cross_entropy,
    .softmax_cross_entropy = softmax_cross_entropy,
    .sigmoid_delta = sigmoid_delta,
    .tanh_delta = tanh_delta,
    .relu_delta = relu_delta,
    .sigmoid_mse_delta = sigmoid_mse_delta,
    .error_delta = error_delta,
    .softmax_mse_delta = softmax_mse_delta,
    .softmax_cross_entropy_delta = softmax_cross_entropy_delta,
    .sum = sum,
    .add = add,
    .add_rows = add_rows,
    .update = update,
    .momentum = momentum,
    .nesterov = nesterov,
    .adam = adam,
    .rprop = rprop,
    .check_update = check_update,
    .check_finite = check_finite,
    .sum_magnitudes = sum_magnitudes,
};
