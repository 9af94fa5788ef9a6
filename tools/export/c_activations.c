/* SPDX-License-Identifier: BSD-3-Clause */
/* The activations of the C source that is written, and their derivatives. */
#include "export/c_parts.h"

/* How a layer's activation is computed in place from a, the input of a unit, and what it needs
 * before; null where there is nothing to write. Softmax is of a whole row and has its own. */
typedef struct {
    const char *value, *slope;                       /* expressions of a */
    const char *value_definition, *slope_definition; /* functions that they call */
} activation_source;

static const char SIGMOID[] = "\n"
                              "static double NAME_sigmoid(double a) {\n"
                              "    return 1.0 / (1.0 + exp(-a));\n"
                              "}\n";

static const char SIGMOID_SLOPE[] = "\n"
                                    "static double NAME_sigmoid_slope(double a) {\n"
                                    "    double h = NAME_sigmoid(a);\n"
                                    "    return h * (1.0 - h);\n"
                                    "}\n";

static const char TANH_SLOPE[] = "\n"
                                 "static double NAME_tanh_slope(double a) {\n"
                                 "    double h = tanh(a);\n"
                                 "    return (1.0 - h) * (1.0 + h);\n"
                                 "}\n";

static const char RELU[] = "\n"
                           "static double NAME_relu(double a) {\n"
                           "    return a < 0.0 ? 0.0 : a;\n"
                           "}\n";

static const char SOFTSIGN_SLOPE[] = "\n"
                                     "static double NAME_softsign_slope(double a) {\n"
                                     "    double rest = 1.0 / (1.0 + fabs(a));\n"
                                     "    return rest * rest;\n"
                                     "}\n";

static const char SOFTPLUS[] = "\n"
                               "static double NAME_softplus(double a) {\n"
                               "    return (a > 0.0 ? a : 0.0) + log1p(exp(-fabs(a)));\n"
                               "}\n";

static const char ELU[] = "\n"
                          "static double NAME_elu(double a) {\n"
                          "    return a > 0.0 ? a : expm1(a);\n"
                          "}\n";

static const char GELU[] = "\n"
                           "static double NAME_gelu(double a) {\n"
                           "    return 0.5 * a * erfc(-0.70710678118654752 * a);\n"
                           "}\n";

static const char GELU_SLOPE[] = "\n"
                                 "static double NAME_gelu_slope(double a) {\n"
                                 "    return 0.5 * erfc(-0.70710678118654752 * a) +\n"
                                 "           0.39894228040143268 * a * exp(-0.5 * a * a);\n"
                                 "}\n";

static const char SILU_SLOPE[] = "\n"
                                 "static double NAME_silu_slope(double a) {\n"
                                 "    double s = 1.0 / (1.0 + exp(-a));\n"
                                 "    return s * (1.0 + a * (1.0 - s));\n"
                                 "}\n";

static activation_source get_source(nnblas_activation activation) {
    switch (activation) {
    case NNBLAS_SIGMOID:
        return (activation_source){"NAME_sigmoid(a[j])", "NAME_sigmoid_slope(a[j])", SIGMOID,
                                   SIGMOID_SLOPE};
    case NNBLAS_TANH:
        return (activation_source){"tanh(a[j])", "NAME_tanh_slope(a[j])", NULL, TANH_SLOPE};
    case NNBLAS_RELU:
        return (activation_source){"NAME_relu(a[j])", "a[j] > 0.0 ? 1.0 : 0.0", RELU, NULL};
    case NNBLAS_EXPONENTIAL:
        return (activation_source){"exp(a[j])", "exp(a[j])", NULL, NULL};
    case NNBLAS_SOFTSIGN:
        return (activation_source){"a[j] / (1.0 + fabs(a[j]))", "NAME_softsign_slope(a[j])", NULL,
                                   SOFTSIGN_SLOPE};
    case NNBLAS_SOFTPLUS:
        return (activation_source){"NAME_softplus(a[j])", "1.0 / (1.0 + exp(-a[j]))", SOFTPLUS,
                                   NULL};
    case NNBLAS_ELU:
        return (activation_source){"NAME_elu(a[j])", "a[j] > 0.0 ? 1.0 : exp(a[j])", ELU, NULL};
    case NNBLAS_LEAKY_RELU:
        return (activation_source){"a[j] > 0.0 ? a[j] : 0.01 * a[j]", "a[j] > 0.0 ? 1.0 : 0.01",
                                   NULL, NULL};
    case NNBLAS_GELU:
        return (activation_source){"NAME_gelu(a[j])", "NAME_gelu_slope(a[j])", GELU, GELU_SLOPE};
    case NNBLAS_SILU:
        return (activation_source){"a[j] / (1.0 + exp(-a[j]))", "NAME_silu_slope(a[j])", NULL,
                                   SILU_SLOPE};
    case NNBLAS_SINE:
        return (activation_source){"sin(a[j])", "cos(a[j])", NULL, NULL};
    case NNBLAS_IDENTITY:
    case NNBLAS_SOFTMAX:
        break;
    }
    return (activation_source){0};
}

static activation_source get_layer_source(const c_source *c, size_t l) {
    return get_source(nnblas_net_activation(c->net, l));
}

/* Once each, in the order of the layers. */
static void write_definitions(const c_source *c, bool of_slopes) {
    for (size_t l = 1; l < nnblas_net_layer_count(c->net); l++) {
        activation_source source = get_layer_source(c, l);
        const char *definition = of_slopes ? source.slope_definition : source.value_definition;
        bool is_new = definition != NULL;
        for (size_t before = 1; before < l; before++)
            is_new &= nnblas_net_activation(c->net, before) != nnblas_net_activation(c->net, l);
        if (is_new)
            write_part(c, definition);
    }
}

/* A case for each layer with an expression of its own; in the source layers count from 0. */
static void write_cases(const c_source *c, bool of_slopes, const char *target) {
    size_t end = nnblas_net_layer_count(c->net);
    for (size_t l = 1; l < end; l++) {
        activation_source source = get_layer_source(c, l);
        const char *expression = of_slopes ? source.slope : source.value;
        if (!expression)
            continue;
        fprintf(c->stream, "    case %zu:\n", l - 1);
        if (l + 1 < end && nnblas_net_activation(c->net, l + 1) == nnblas_net_activation(c->net, l))
            continue;
        fprintf(c->stream, "        for (int j = 0; j < count; j++)\n            %s = ", target);
        write_part(c, expression);
        fputs(";\n        break;\n", c->stream);
    }
}

static const char BEGIN_ACTIVATE[] =
    "\n"
    "/* The activation of layer l, of the inputs a of its units, in place. */\n"
    "static void NAME_activate(int l, int count, double *a) {\n"
    "    switch (l) {\n";

static const char END_ACTIVATE[] = "    default:\n"
                                   "        break;\n"
                                   "    }\n"
                                   "}\n";

static const char BEGIN_SLOPES[] =
    "\n"
    "/* Its derivative. */\n"
    "static void NAME_differentiate(int l, int count, const double *a, double *slopes) {\n"
    "    switch (l) {\n";

static const char END_SLOPES[] = "    default:\n"
                                 "        for (int j = 0; j < count; j++)\n"
                                 "            slopes[j] = 1.0;\n"
                                 "        break;\n"
                                 "    }\n"
                                 "}\n";

bool has_activations(const c_source *c) {
    for (size_t l = 1; l < nnblas_net_layer_count(c->net); l++)
        if (get_layer_source(c, l).value)
            return true;
    return false;
}

void write_c_activations(const c_source *c) {
    if (!has_activations(c))
        return;
    write_definitions(c, false);
    write_part(c, BEGIN_ACTIVATE);
    write_cases(c, false, "a[j]");
    write_part(c, END_ACTIVATE);
    if (!c->has_jacobian)
        return;
    write_definitions(c, true);
    write_part(c, BEGIN_SLOPES);
    write_cases(c, true, "slopes[j]");
    write_part(c, END_SLOPES);
}
