/* SPDX-License-Identifier: BSD-3-Clause */
/* Good arguments for the calls on matrices and networks; a test spoils one of them and calls. */
#ifndef SAMPLE_ARGUMENTS_H
#define SAMPLE_ARGUMENTS_H

#include "support/support.h"

enum { N = 6, INPUTS = 4, HIDDEN = 2, OUTPUTS = 3 };

/* What every array that a call may write holds before. */
extern const double UNTOUCHED;

/* All that any of the calls takes. */
typedef struct arguments {
    size_t n, inputs, hidden, outputs, ldx, ldy, ldo;
    double *X, *Y, *W1, *W2;
    double *H_out, *O_out, *O_delta, *H_delta, *W1_update, *W2_update, *mse;
    double learning_rate;
    size_t layer; /* that is given an activation: of hidden_activation, or of output_activation */
    nnblas_activation hidden_activation, output_activation;
    nnblas_cost cost;
    nnblas_initialization method;
    nnblas_net *net;
    nnblas_trainer *trainer;
} arguments;

/* What the pointers of make_arguments point to. */
struct arrays {
    double X[N * INPUTS], Y[N * OUTPUTS], W1[INPUTS * HIDDEN], W2[HIDDEN * OUTPUTS];
    double H_out[N * HIDDEN], O_out[N * OUTPUTS], O_delta[N * OUTPUTS], H_delta[N * HIDDEN];
    double W1_update[INPUTS * HIDDEN + HIDDEN * OUTPUTS], W2_update[HIDDEN * OUTPUTS], mse;
};
extern struct arrays arrays;

arguments make_arguments(void);
void free_arguments(arguments *a);

typedef nnblas_status any_call(const arguments *a);

nnblas_status call_feedforward(const arguments *a);
nnblas_status call_backpropagate(const arguments *a);
nnblas_status call_gradient_step(const arguments *a);
nnblas_status call_predict(const arguments *a);
nnblas_status call_evaluate(const arguments *a);
nnblas_status call_gradient(const arguments *a);
nnblas_status call_fit(const arguments *a);
nnblas_status call_set_hidden(const arguments *a);
nnblas_status call_set_output(const arguments *a);
nnblas_status call_set_activation(const arguments *a);
nnblas_status call_init(const arguments *a);
nnblas_status call_init_by(const arguments *a);

/* Whether the network has the activations and the cost that a new one has. */
bool has_default_kind(const nnblas_net *net);

/* Calls, and expects the status, a message that holds part, and nothing written. */
void check_refused_call(any_call *call, const arguments *a, nnblas_status expected,
                        const char *part);

#endif
