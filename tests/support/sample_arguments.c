/* SPDX-License-Identifier: BSD-3-Clause */
#include "support/sample_arguments.h"

#include <string.h>

const double UNTOUCHED = -31.25;

struct arrays arrays;

arguments make_arguments(void) {
    dice d = {7};
    for (size_t i = 0; i < N * INPUTS; i++)
        arrays.X[i] = roll_uniform(&d, -1.0, 1.0);
    for (size_t i = 0; i < N * OUTPUTS; i++)
        arrays.Y[i] = roll_uniform(&d, 0.0, 1.0);
    for (size_t i = 0; i < INPUTS * HIDDEN; i++)
        arrays.W1[i] = roll_uniform(&d, -1.0, 1.0);
    for (size_t i = 0; i < HIDDEN * OUTPUTS; i++)
        arrays.W2[i] = roll_uniform(&d, -1.0, 1.0);
    fill(N * HIDDEN, arrays.H_out, UNTOUCHED);
    fill(N * OUTPUTS, arrays.O_out, UNTOUCHED);
    fill(N * OUTPUTS, arrays.O_delta, UNTOUCHED);
    fill(N * HIDDEN, arrays.H_delta, UNTOUCHED);
    fill(INPUTS * HIDDEN + HIDDEN * OUTPUTS, arrays.W1_update, UNTOUCHED);
    fill(HIDDEN * OUTPUTS, arrays.W2_update, UNTOUCHED);
    arrays.mse = UNTOUCHED;
    arguments a = {
        .n = N,
        .inputs = INPUTS,
        .hidden = HIDDEN,
        .outputs = OUTPUTS,
        .ldx = INPUTS,
        .ldy = OUTPUTS,
        .ldo = OUTPUTS,
        .X = arrays.X,
        .Y = arrays.Y,
        .W1 = arrays.W1,
        .W2 = arrays.W2,
        .H_out = arrays.H_out,
        .O_out = arrays.O_out,
        .O_delta = arrays.O_delta,
        .H_delta = arrays.H_delta,
        .W1_update = arrays.W1_update,
        .W2_update = arrays.W2_update,
        .mse = &arrays.mse,
        .learning_rate = 0.5,
        .layer = 1,
        .hidden_activation = NNBLAS_TANH,
        .output_activation = NNBLAS_SOFTMAX,
        .cost = NNBLAS_CROSS_ENTROPY,
        .method = NNBLAS_HE,
    };
    ck_assert_ok(nnblas_net_create((size_t[]){INPUTS, HIDDEN, OUTPUTS}, 3, 0, &a.net));
    ck_assert_ok(nnblas_trainer_create(a.net, &a.trainer));
    return a;
}

nnblas_status call_feedforward(const arguments *a) {
    return nnblas_feedforward(a->n, a->inputs, a->hidden, a->outputs, a->X, a->W1, a->W2, a->H_out,
                              a->O_out);
}

nnblas_status call_backpropagate(const arguments *a) {
    return nnblas_backpropagate(a->n, a->inputs, a->hidden, a->outputs, a->X, a->Y, a->W2, a->H_out,
                                a->O_out, a->O_delta, a->H_delta, a->W1_update, a->W2_update,
                                a->mse);
}

nnblas_status call_gradient_step(const arguments *a) {
    return nnblas_gradient_step(a->n, a->inputs, a->hidden, a->outputs, a->X, a->Y,
                                a->learning_rate, a->W1, a->W2, a->mse);
}

nnblas_status call_predict(const arguments *a) {
    return nnblas_net_predict(a->net, a->n, a->X, a->ldx, a->O_out, a->ldo);
}

nnblas_status call_evaluate(const arguments *a) {
    return nnblas_net_evaluate(a->net, a->n, a->X, a->ldx, a->Y, a->ldy, a->mse);
}

nnblas_status call_gradient(const arguments *a) {
    return nnblas_net_gradient(a->net, a->n, a->X, a->ldx, a->Y, a->ldy, a->W1_update, a->mse);
}

nnblas_status call_fit(const arguments *a) {
    return nnblas_trainer_fit(a->trainer, a->n, a->X, a->ldx, a->Y, a->ldy);
}

nnblas_status call_set_hidden(const arguments *a) {
    return nnblas_net_set_hidden(a->net, a->hidden_activation);
}

nnblas_status call_set_output(const arguments *a) {
    return nnblas_net_set_output(a->net, a->output_activation, a->cost);
}

nnblas_status call_set_activation(const arguments *a) {
    return nnblas_net_set_activation(a->net, a->layer,
                                     a->layer == 2 ? a->output_activation : a->hidden_activation);
}

nnblas_status call_init(const arguments *a) {
    return nnblas_net_init(a->net, 7);
}

nnblas_status call_init_by(const arguments *a) {
    return nnblas_net_init_by(a->net, a->method, 7);
}

bool has_default_kind(const nnblas_net *net) {
    return nnblas_net_flags(net) == 0 && nnblas_net_hidden_activation(net) == NNBLAS_SIGMOID &&
           nnblas_net_output_activation(net) == NNBLAS_SIGMOID &&
           nnblas_net_cost(net) == NNBLAS_MSE;
}

void check_refused_call(any_call *call, const arguments *a, nnblas_status expected,
                        const char *part) {
    struct arrays kept = arrays;
    double weights[INPUTS * HIDDEN + HIDDEN * OUTPUTS];
    if (a->net)
        memcpy(weights, nnblas_net_parameters(a->net), sizeof weights);
    nnblas_status status = call(a);
    ck_assert_msg(status == expected, "%s instead of %s for %s", nnblas_status_string(status),
                  nnblas_status_string(expected), part);
    ck_assert_msg(strstr(nnblas_error_message(), part), "\"%s\" does not say \"%s\"",
                  nnblas_error_message(), part);
    ck_assert_msg(memcmp(&kept, &arrays, sizeof kept) == 0, "written though %s", part);
    if (a->net)
        ck_assert_msg(memcmp(weights, nnblas_net_parameters(a->net), sizeof weights) == 0 &&
                          has_default_kind(a->net),
                      "the network changed though %s", part);
}

void free_arguments(arguments *a) {
    nnblas_trainer_destroy(a->trainer);
    nnblas_net_destroy(a->net);
}
