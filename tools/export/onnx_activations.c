/* SPDX-License-Identifier: BSD-3-Clause */
#include "export/onnx_activations.h"

#include <stdio.h>

/* Of those that ONNX knows, onnxruntime computes only these of doubles. The others are made of
 * operators that it does; Erf, which gelu needs, it has of floats alone. */
static const char *get_operator(nnblas_activation activation) {
    switch (activation) {
    case NNBLAS_SIGMOID:
        return "Sigmoid";
    case NNBLAS_TANH:
        return "Tanh";
    case NNBLAS_RELU:
        return "Relu";
    case NNBLAS_SOFTMAX:
        return "Softmax"; /* over the last dimension */
    case NNBLAS_IDENTITY:
        return "Identity";
    case NNBLAS_SINE:
        return "Sin";
    case NNBLAS_EXPONENTIAL:
        return "Exp";
    case NNBLAS_SOFTSIGN:
    case NNBLAS_SOFTPLUS:
    case NNBLAS_ELU:
    case NNBLAS_LEAKY_RELU:
    case NNBLAS_GELU:
    case NNBLAS_SILU:
        break;
    }
    return NULL;
}

/* A value between the nodes of one activation. */
static value_name name_part(const char *output, const char *word) {
    value_name name;
    snprintf(name.text, sizeof name.text, "%.24s_%s", output, word);
    return name;
}

static value_name add_constant(message *graph, const char *output, const char *word, double value) {
    value_name name = name_part(output, word);
    add_reals(graph, name.text, (onnx_shape){1, 0}, &value);
    return name;
}

/* a / (1 + |a|) */
static void add_softsign(message *graph, const char *a, const char *output) {
    value_name one = add_constant(graph, output, "one", 1.0);
    value_name magnitude = name_part(output, "magnitude"), sum = name_part(output, "sum");
    add_unary(graph, "Abs", a, magnitude.text);
    add_binary(graph, "Add", one.text, magnitude.text, sum.text);
    add_binary(graph, "Div", a, sum.text, output);
}

/* max(a, 0) + ln(1 + exp(-|a|)) */
static void add_softplus(message *graph, const char *a, const char *output) {
    value_name one = add_constant(graph, output, "one", 1.0);
    value_name magnitude = name_part(output, "magnitude"), minus = name_part(output, "minus"),
               e = name_part(output, "exp"), sum = name_part(output, "sum"),
               rest = name_part(output, "rest"), above = name_part(output, "above");
    add_unary(graph, "Abs", a, magnitude.text);
    add_unary(graph, "Neg", magnitude.text, minus.text);
    add_unary(graph, "Exp", minus.text, e.text);
    add_binary(graph, "Add", one.text, e.text, sum.text);
    add_unary(graph, "Log", sum.text, rest.text);
    add_unary(graph, "Relu", a, above.text);
    add_binary(graph, "Add", above.text, rest.text, output);
}

/* max(a, 0) + (exp(min(a, 0)) - 1) */
static void add_elu(message *graph, const char *a, const char *output) {
    value_name zero = add_constant(graph, output, "zero", 0.0);
    value_name one = add_constant(graph, output, "one", 1.0);
    value_name below = name_part(output, "below"), e = name_part(output, "exp"),
               rest = name_part(output, "rest"), above = name_part(output, "above");
    add_binary(graph, "Min", a, zero.text, below.text);
    add_unary(graph, "Exp", below.text, e.text);
    add_binary(graph, "Sub", e.text, one.text, rest.text);
    add_unary(graph, "Relu", a, above.text);
    add_binary(graph, "Add", above.text, rest.text, output);
}

/* max(a, 0.01 a) */
static void add_leaky_relu(message *graph, const char *a, const char *output) {
    value_name leak = add_constant(graph, output, "leak", 0.01), low = name_part(output, "low");
    add_binary(graph, "Mul", leak.text, a, low.text);
    add_binary(graph, "Max", a, low.text, output);
}

/* a / 2 (1 + erf(a / sqrt(2))) */
static void add_gelu(message *graph, const char *a, const char *output) {
    value_name root = add_constant(graph, output, "root", 0.70710678118654752),
               half = add_constant(graph, output, "half", 0.5),
               one = add_constant(graph, output, "one", 1.0);
    value_name scaled = name_part(output, "scaled"), erf = name_part(output, "erf"),
               sum = name_part(output, "sum"), share = name_part(output, "share");
    add_binary(graph, "Mul", root.text, a, scaled.text);
    add_unary(graph, "Erf", scaled.text, erf.text);
    add_binary(graph, "Add", one.text, erf.text, sum.text);
    add_binary(graph, "Mul", half.text, sum.text, share.text);
    add_binary(graph, "Mul", a, share.text, output);
}

/* a / (1 + exp(-a)). From a Sigmoid(a) onnxruntime makes an operator that it has of floats alone.
 */
static void add_silu(message *graph, const char *a, const char *output) {
    value_name one = add_constant(graph, output, "one", 1.0);
    value_name minus = name_part(output, "minus"), e = name_part(output, "exp"),
               sum = name_part(output, "sum");
    add_unary(graph, "Neg", a, minus.text);
    add_unary(graph, "Exp", minus.text, e.text);
    add_binary(graph, "Add", one.text, e.text, sum.text);
    add_binary(graph, "Div", a, sum.text, output);
}

void add_activation(message *graph, nnblas_activation activation, const char *input,
                    const char *output) {
    if (get_operator(activation))
        add_unary(graph, get_operator(activation), input, output);
    else if (activation == NNBLAS_SOFTSIGN)
        add_softsign(graph, input, output);
    else if (activation == NNBLAS_SOFTPLUS)
        add_softplus(graph, input, output);
    else if (activation == NNBLAS_ELU)
        add_elu(graph, input, output);
    else if (activation == NNBLAS_LEAKY_RELU)
        add_leaky_relu(graph, input, output);
    else if (activation == NNBLAS_GELU)
        add_gelu(graph, input, output);
    else
        add_silu(graph, input, output);
}
