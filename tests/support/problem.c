/* SPDX-License-Identifier: BSD-3-Clause */
#include "support/support.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static double *make_matrix(dice *d, size_t rows, size_t columns, size_t ld, double low,
                           double high) {
    double *m = allocate_doubles(rows * ld);
    fill(rows * ld, m, (double)NAN);
    for (size_t i = 0; i < rows; i++)
        for (size_t j = 0; j < columns; j++)
            m[i * ld + j] = roll_uniform(d, low, high);
    return m;
}

/* ---- kinds ----------------------------------------------------------------------------------- */

static const nnblas_activation HIDDEN[] = {NNBLAS_SIGMOID,  NNBLAS_TANH,       NNBLAS_RELU,
                                           NNBLAS_IDENTITY, NNBLAS_SOFTSIGN,   NNBLAS_SOFTPLUS,
                                           NNBLAS_ELU,      NNBLAS_LEAKY_RELU, NNBLAS_GELU,
                                           NNBLAS_SILU,     NNBLAS_SINE};
enum { N_HIDDEN = sizeof HIDDEN / sizeof *HIDDEN, MIXED = 100 };

/* Every fifth of them is mixed. Each row of outputs begins with another hidden activation. */
kind get_kind(size_t i) {
    static const kind OUTPUTS[] = {
        {.output = NNBLAS_SIGMOID, .cost = NNBLAS_MSE},
        {.output = NNBLAS_SIGMOID, .cost = NNBLAS_CROSS_ENTROPY},
        {.output = NNBLAS_IDENTITY, .cost = NNBLAS_MSE},
        {.output = NNBLAS_SOFTMAX, .cost = NNBLAS_MSE},
        {.output = NNBLAS_SOFTMAX, .cost = NNBLAS_CROSS_ENTROPY},
        {.output = NNBLAS_IDENTITY, .cost = NNBLAS_HUBER},
        {.output = NNBLAS_SIGMOID, .cost = NNBLAS_HUBER},
        {.output = NNBLAS_IDENTITY, .cost = NNBLAS_QUANTILE},
        {.output = NNBLAS_EXPONENTIAL, .cost = NNBLAS_QUANTILE},
        {.output = NNBLAS_EXPONENTIAL, .cost = NNBLAS_MSE},
        {.output = NNBLAS_EXPONENTIAL, .cost = NNBLAS_POISSON},
        {.output = NNBLAS_EXPONENTIAL, .cost = NNBLAS_GAMMA},
        {.output = NNBLAS_IDENTITY, .cost = NNBLAS_HINGE},
        {.output = NNBLAS_IDENTITY, .cost = NNBLAS_GAUSSIAN},
        {.output = NNBLAS_TANH, .cost = NNBLAS_MSE},
        {.output = NNBLAS_RELU, .cost = NNBLAS_MSE},
        {.output = NNBLAS_SOFTSIGN, .cost = NNBLAS_MSE},
        {.output = NNBLAS_SOFTPLUS, .cost = NNBLAS_MSE},
        {.output = NNBLAS_ELU, .cost = NNBLAS_MSE},
        {.output = NNBLAS_LEAKY_RELU, .cost = NNBLAS_MSE},
        {.output = NNBLAS_GELU, .cost = NNBLAS_MSE},
        {.output = NNBLAS_SILU, .cost = NNBLAS_MSE},
        {.output = NNBLAS_SINE, .cost = NNBLAS_MSE},
    };
    enum { N_OUTPUTS = sizeof OUTPUTS / sizeof *OUTPUTS };
    kind k = OUTPUTS[i % N_OUTPUTS];
    k.hidden = HIDDEN[(i + i / N_OUTPUTS) % N_HIDDEN];
    k.flags = (i / N_OUTPUTS % 2 ? NNBLAS_BIAS : 0) | (i / N_OUTPUTS > 2 ? NNBLAS_SKIP : 0);
    if (i % 5 == 4)
        k.hidden = mix_hidden(k.hidden);
    return k;
}

nnblas_activation mix_hidden(nnblas_activation first) {
    return (nnblas_activation)(MIXED + (int)first);
}

nnblas_activation get_hidden(kind k, size_t l) {
    size_t place = 0;
    if ((int)k.hidden < MIXED)
        return k.hidden;
    while (mix_hidden(HIDDEN[place]) != k.hidden)
        place++;
    return HIDDEN[(place + l - 1) % N_HIDDEN];
}

unsigned get_flags(kind k, size_t n_sizes) {
    return n_sizes > 2 ? k.flags : k.flags & ~(unsigned)NNBLAS_SKIP;
}

double get_cost_parameter(nnblas_cost cost) {
    return cost == NNBLAS_HUBER ? 0.4 : cost == NNBLAS_QUANTILE ? 0.3 : 0.0;
}

void set_cost_parameter(nnblas_net *net) {
    double parameter = get_cost_parameter(nnblas_net_cost(net));
    if (parameter != 0.0)
        ck_assert_ok(nnblas_net_set_cost_parameter(net, parameter));
}

void set_kind(nnblas_net *net, kind k) {
    ck_assert_ok(nnblas_net_set_hidden(net, get_hidden(k, 1)));
    for (size_t l = 2; l + 1 < nnblas_net_layer_count(net); l++)
        ck_assert_ok(nnblas_net_set_activation(net, l, get_hidden(k, l)));
    ck_assert_ok(nnblas_net_set_output(net, k.output, k.cost));
    set_cost_parameter(net);
}

kind roll_kind(dice *d) {
    return get_kind(roll_between(d, 0, N_KINDS - 1));
}

const char *describe_kind(kind k) {
    static const char *const ACTIVATIONS[] = {
        [NNBLAS_SIGMOID] = "sigmoid",
        [NNBLAS_TANH] = "tanh",
        [NNBLAS_RELU] = "relu",
        [NNBLAS_IDENTITY] = "identity",
        [NNBLAS_SOFTMAX] = "softmax",
        [NNBLAS_SOFTSIGN] = "softsign",
        [NNBLAS_SOFTPLUS] = "softplus",
        [NNBLAS_ELU] = "elu",
        [NNBLAS_LEAKY_RELU] = "leaky relu",
        [NNBLAS_GELU] = "gelu",
        [NNBLAS_SILU] = "silu",
        [NNBLAS_SINE] = "sine",
        [NNBLAS_EXPONENTIAL] = "exponential",
    };
    static const char *const COSTS[] = {
        [NNBLAS_MSE] = "mse",         [NNBLAS_CROSS_ENTROPY] = "cross-entropy",
        [NNBLAS_HUBER] = "Huber",     [NNBLAS_QUANTILE] = "quantile",
        [NNBLAS_POISSON] = "Poisson", [NNBLAS_GAMMA] = "gamma",
        [NNBLAS_HINGE] = "hinge",     [NNBLAS_GAUSSIAN] = "Gaussian",
    };
    static char text[80];
    snprintf(text, sizeof text, "%s%s units, %s outputs, %s%s%s", ACTIVATIONS[get_hidden(k, 1)],
             (int)k.hidden >= MIXED ? " and other" : "", ACTIVATIONS[k.output], COSTS[k.cost],
             k.flags & NNBLAS_BIAS ? ", biases" : "", k.flags & NNBLAS_SKIP ? ", skip" : "");
    return text;
}

/* ---- problems -------------------------------------------------------------------------------- */

static void divide_by_sum(size_t n, double *y) {
    double sum = 0.0;
    for (size_t k = 0; k < n; k++)
        sum += y[k];
    for (size_t k = 0; k < n; k++)
        y[k] /= sum;
}

static void make_labels_of_classes(dice *d, problem *p) {
    size_t outputs = get_outputs(p);
    for (size_t i = 0; i < p->N; i++) {
        double *y = p->Y + i * p->ldy;
        switch (roll_between(d, 0, 2)) {
        case 0:
            fill(outputs, y, 0.0);
            y[roll_between(d, 0, outputs - 1)] = 1.0;
            break;
        case 1:
            divide_by_sum(outputs, y);
            break;
        default:
            break;
        }
    }
}

static void make_parameters(dice *d, problem *p) {
    for (size_t l = 1; l < p->n_sizes; l++)
        p->parameter_count += count_layer_parameters(p, l);
    p->parameters = allocate_doubles(p->parameter_count);
    double *W = p->parameters;
    for (size_t l = 1; l < p->n_sizes; l++) {
        double bound = 2.0 / sqrt((double)p->sizes[l - 1]);
        for (size_t i = 0; i < count_layer_parameters(p, l); i++)
            *W++ = roll_uniform(d, -bound, bound);
    }
}

/* What every cost takes, and what is special to two of them: classes, counts. */
static void make_labels(dice *d, problem *p) {
    nnblas_cost cost = p->kind.cost;
    bool is_any = p->kind.output == NNBLAS_IDENTITY && cost != NNBLAS_HINGE;
    double low = is_any ? -2.0 : 0.0, high = 1.0;
    if (cost == NNBLAS_GAUSSIAN) { /* so far from the means that no costs cancel */
        low = 4.0;
        high = 6.0;
    }
    p->Y = make_matrix(d, p->N, get_labels(p), p->ldy, low, high);
    for (size_t i = 0; i < p->N * p->ldy; i++) {
        if (cost == NNBLAS_HINGE && !isnan(p->Y[i]))
            p->Y[i] = p->Y[i] > 0.5;
        if (cost == NNBLAS_POISSON && !isnan(p->Y[i]))
            p->Y[i] = floor(4.0 * p->Y[i]);
    }
    if (p->kind.output == NNBLAS_SOFTMAX)
        make_labels_of_classes(d, p);
}

problem make_problem_of(dice *d, kind k, size_t N, const size_t *sizes, size_t n_sizes,
                        size_t extra_columns) {
    problem p = {.n_sizes = n_sizes, .kind = k, .N = N};
    memcpy(p.sizes, sizes, n_sizes * sizeof *sizes);
    p.kind.flags = get_flags(k, n_sizes);
    if (k.cost == NNBLAS_GAUSSIAN)
        p.sizes[n_sizes - 1] += sizes[n_sizes - 1] % 2;
    for (size_t l = 1; l + 1 < n_sizes; l++)
        p.hidden[l] = get_hidden(k, l);
    p.ldx = get_inputs(&p) + extra_columns;
    p.ldy = get_labels(&p) + extra_columns;
    p.X = make_matrix(d, N, get_inputs(&p), p.ldx, -1.0, 1.0);
    make_labels(d, &p);
    make_parameters(d, &p);
    return p;
}

problem make_problem(dice *d, size_t N, const size_t *sizes, size_t n_sizes, size_t extra_columns) {
    return make_problem_of(d, (kind){NNBLAS_SIGMOID, NNBLAS_SIGMOID, NNBLAS_MSE, 0}, N, sizes,
                           n_sizes, extra_columns);
}

void weigh_rows(dice *d, problem *p) {
    p->weights = allocate_doubles(p->N);
    for (size_t i = 0; i < p->N; i++)
        p->weights[i] = i > 0 && roll_between(d, 0, 4) == 0 ? 0.0 : roll_uniform(d, 0.1, 3.0);
}

void free_problem(problem *p) {
    free(p->X);
    free(p->Y);
    free(p->parameters);
    free(p->weights);
}

nnblas_activation get_activation(const problem *p, size_t l) {
    return l + 1 < p->n_sizes ? p->hidden[l] : p->kind.output;
}

bool is_kinked(nnblas_activation activation) {
    return activation == NNBLAS_RELU || activation == NNBLAS_LEAKY_RELU ||
           activation == NNBLAS_ELU || activation == NNBLAS_SOFTSIGN;
}

bool has_kinks(const problem *p) {
    for (size_t l = 1; l < p->n_sizes; l++)
        if (is_kinked(get_activation(p, l)))
            return true;
    return false;
}

bool has_hidden(const problem *p, nnblas_activation activation) {
    for (size_t l = 1; l + 1 < p->n_sizes; l++)
        if (p->hidden[l] == activation)
            return true;
    return false;
}

size_t get_inputs(const problem *p) {
    return p->sizes[0];
}

size_t get_outputs(const problem *p) {
    return p->sizes[p->n_sizes - 1];
}

size_t get_labels(const problem *p) {
    return get_outputs(p) / (p->kind.cost == NNBLAS_GAUSSIAN ? 2 : 1);
}

size_t get_ldo(const problem *p) {
    return get_outputs(p) + (p->ldy - get_labels(p));
}

bool has_bias(const problem *p) {
    return p->kind.flags & NNBLAS_BIAS;
}

bool has_skip(const problem *p) {
    return p->kind.flags & NNBLAS_SKIP;
}

size_t get_fan_in(const problem *p, size_t l) {
    return p->sizes[l - 1] + (has_skip(p) && l + 1 == p->n_sizes ? get_inputs(p) : 0);
}

size_t count_layer_parameters(const problem *p, size_t l) {
    return (get_fan_in(p, l) + has_bias(p)) * p->sizes[l];
}

nnblas_epoch get_epoch(const nnblas_trainer *trainer, size_t index) {
    nnblas_epoch epoch;
    if (nnblas_trainer_history_epoch(trainer, index, &epoch, sizeof epoch))
        ck_abort_msg("%s", nnblas_error_message());
    return epoch;
}

nnblas_net *make_net(const problem *p) {
    nnblas_net *net;
    ck_assert_ok(nnblas_net_create(p->sizes, p->n_sizes, p->kind.flags, &net));
    set_kind(net, p->kind);
    for (size_t l = 1; l + 1 < p->n_sizes; l++)
        ck_assert_ok(nnblas_net_set_activation(net, l, p->hidden[l]));
    memcpy(nnblas_net_parameters(net), p->parameters, p->parameter_count * sizeof(double));
    return net;
}
