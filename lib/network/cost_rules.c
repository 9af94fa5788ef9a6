/* SPDX-License-Identifier: BSD-3-Clause */
#include "network/cost_rules.h"

#include <math.h>
#include <stddef.h>

enum {
    SIGMOID = 1U << NNBLAS_SIGMOID,
    IDENTITY = 1U << NNBLAS_IDENTITY,
    SOFTMAX = 1U << NNBLAS_SOFTMAX,
    EXPONENTIAL = 1U << NNBLAS_EXPONENTIAL,
    ALL = 2 * EXPONENTIAL - 1,
    ELEMENTWISE = ALL - SOFTMAX
};

typedef struct cost_rule {
    const char *name;
    unsigned outputs; /* the activations that it goes with */
    const char *output_words;
    const char *parameter; /* its name and range; null where there is none */
    double default_parameter;
    double above, below;     /* between which it lies */
    double lowest, highest;  /* of the labels */
    bool has_only_ends;      /* no labels between these two */
    bool needs_pairs;        /* two outputs for each label */
    const char *label_words; /* null for any */
} cost_rule;

static const cost_rule RULES[] = {
    [NNBLAS_MSE] = {.name = "the mse",
                    .outputs = ALL,
                    .output_words = "all",
                    .lowest = -HUGE_VAL,
                    .highest = HUGE_VAL},
    [NNBLAS_CROSS_ENTROPY] = {.name = "the cross-entropy",
                              .outputs = SIGMOID | SOFTMAX,
                              .output_words = "sigmoid or softmax",
                              .highest = 1.0,
                              .label_words = "the cross-entropy needs labels from 0 to 1"},
    [NNBLAS_HUBER] = {.name = "the Huber cost",
                      .outputs = ELEMENTWISE,
                      .output_words = "all but softmax",
                      .parameter = "delta of the Huber cost; it must be finite and above 0",
                      .default_parameter = 1.0,
                      .below = HUGE_VAL,
                      .lowest = -HUGE_VAL,
                      .highest = HUGE_VAL},
    [NNBLAS_QUANTILE] = {.name = "the quantile cost",
                         .outputs = ELEMENTWISE,
                         .output_words = "all but softmax",
                         .parameter = "tau of the quantile cost; it must be between 0 and 1",
                         .default_parameter = 0.5,
                         .below = 1.0,
                         .lowest = -HUGE_VAL,
                         .highest = HUGE_VAL},
    [NNBLAS_POISSON] = {.name = "the Poisson deviance",
                        .outputs = EXPONENTIAL,
                        .output_words = "exponential",
                        .highest = HUGE_VAL,
                        .label_words = "the Poisson deviance needs labels of 0 or more"},
    [NNBLAS_GAMMA] = {.name = "the gamma deviance",
                      .outputs = EXPONENTIAL,
                      .output_words = "exponential",
                      .lowest = 0x1p-1074,
                      .highest = HUGE_VAL,
                      .label_words = "the gamma deviance needs labels above 0"},
    [NNBLAS_GAUSSIAN] = {.name = "the Gaussian likelihood",
                         .outputs = IDENTITY,
                         .output_words = "identity",
                         .lowest = -HUGE_VAL,
                         .highest = HUGE_VAL,
                         .needs_pairs = true},
    [NNBLAS_HINGE] = {.name = "the hinge cost",
                      .outputs = IDENTITY,
                      .output_words = "identity",
                      .highest = 1.0,
                      .has_only_ends = true,
                      .label_words = "the hinge cost needs labels 0 and 1"},
};
enum { N_COSTS = sizeof RULES / sizeof *RULES };

nnblas_status nn_check_cost(nnblas_cost cost, nnblas_activation outputs, size_t count) {
    if ((int)cost < 0 || (int)cost >= N_COSTS || !RULES[cost].name)
        return nn_fail(NNBLAS_ERROR_VALUE, "the cost is %d; they are numbered 0 to %d", (int)cost,
                       N_COSTS - 1);
    const cost_rule *rule = &RULES[cost];
    if (!(rule->outputs & 1U << outputs))
        return nn_fail(NNBLAS_ERROR_VALUE, "%s goes with %s outputs", rule->name,
                       rule->output_words);
    if (rule->needs_pairs && count % 2 != 0)
        return nn_fail(NNBLAS_ERROR_VALUE,
                       "%s takes a mean and a log variance for each label, and the network has an "
                       "odd number of outputs, %zu: make it twice the labels",
                       rule->name, count);
    return NNBLAS_OK;
}

double nn_get_default_cost_parameter(nnblas_cost cost) {
    return RULES[cost].default_parameter;
}

nnblas_status nn_check_cost_parameter(nnblas_cost cost, double parameter) {
    const cost_rule *rule = &RULES[cost];
    if (!rule->parameter)
        return nn_fail(NNBLAS_ERROR_VALUE, "%s has no parameter", rule->name);
    if (!(parameter > rule->above && parameter < rule->below))
        return nn_fail(NNBLAS_ERROR_VALUE, "%g is no %s", parameter, rule->parameter);
    return NNBLAS_OK;
}

bool nn_is_label(nnblas_cost cost, double label) {
    const cost_rule *rule = &RULES[cost];
    if (rule->has_only_ends)
        return label == rule->lowest || label == rule->highest;
    return label >= rule->lowest && label <= rule->highest;
}

const char *nn_describe_labels(nnblas_cost cost) {
    return RULES[cost].label_words;
}
