/* SPDX-License-Identifier: BSD-3-Clause */
#include "support/reference.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* ---- the reference: forward ------------------------------------------------------------------ */

long double *allocate_long_doubles(size_t n) {
    long double *a = calloc(n, sizeof *a);
    if (!a)
        ck_abort_msg("out of memory");
    return a;
}

example make_example(const problem *p) {
    example e = {.nearest_kink = 1.0L};
    for (size_t l = 0; l < p->n_sizes; l++) {
        e.units[l] = allocate_long_doubles(p->sizes[l]);
        e.inputs[l] = allocate_long_doubles(p->sizes[l]);
        e.errors[l] = allocate_long_doubles(p->sizes[l]);
    }
    e.parameters = allocate_long_doubles(p->parameter_count);
    for (size_t i = 0; i < p->parameter_count; i++)
        e.parameters[i] = (long double)p->parameters[i];
    e.moves = allocate_long_doubles(get_inputs(p));
    return e;
}

void free_example(const problem *p, example *e) {
    for (size_t l = 0; l < p->n_sizes; l++) {
        free(e->units[l]);
        free(e->inputs[l]);
        free(e->errors[l]);
    }
    free(e->parameters);
    free(e->moves);
}

static void apply_softmax(size_t n, long double *a) {
    long double sum = 0.0L;
    for (size_t k = 0; k < n; k++)
        sum += a[k] = expl(a[k]);
    for (size_t k = 0; k < n; k++)
        a[k] /= sum;
}

/* ln(1 + exp(a)), and its derivative. */
static long double soft_plus(long double a) {
    return log1pl(expl(-fabsl(a))) + (a > 0.0L ? a : 0.0L);
}

static long double get_sigmoid(long double a) {
    return 1.0L / (1.0L + expl(-a));
}

/* The normal distribution, and its density. */
static long double get_normal(long double a) {
    return 0.5L * erfcl(-a / sqrtl(2.0L));
}

static long double get_density(long double a) {
    return expl(-0.5L * a * a) / sqrtl(8.0L * atanl(1.0L));
}

/* Of softmax outputs a itself. */
static long double get_value(nnblas_activation activation, long double a) {
    switch (activation) {
    case NNBLAS_SIGMOID:
        return get_sigmoid(a);
    case NNBLAS_TANH:
        return tanhl(a);
    case NNBLAS_RELU:
        return a < 0.0L ? 0.0L : a;
    case NNBLAS_SOFTSIGN:
        return a / (1.0L + fabsl(a));
    case NNBLAS_SOFTPLUS:
        return soft_plus(a);
    case NNBLAS_ELU:
        return a > 0.0L ? a : expm1l(a);
    case NNBLAS_LEAKY_RELU:
        return a > 0.0L ? a : (long double)0.01 * a;
    case NNBLAS_GELU:
        return a * get_normal(a);
    case NNBLAS_SILU:
        return a * get_sigmoid(a);
    case NNBLAS_SINE:
        return sinl(a);
    case NNBLAS_EXPONENTIAL:
        return expl(a);
    case NNBLAS_IDENTITY:
    case NNBLAS_SOFTMAX:
        break;
    }
    return a;
}

/* The derivative by the input a. */
static long double get_slope(nnblas_activation activation, long double a) {
    switch (activation) {
    case NNBLAS_SIGMOID:
        return get_sigmoid(a) * get_sigmoid(-a);
    case NNBLAS_TANH:
        return 1.0L - tanhl(a) * tanhl(a);
    case NNBLAS_RELU:
        return a > 0.0L ? 1.0L : 0.0L;
    case NNBLAS_SOFTSIGN:
        return 1.0L / ((1.0L + fabsl(a)) * (1.0L + fabsl(a)));
    case NNBLAS_SOFTPLUS:
        return get_sigmoid(a);
    case NNBLAS_ELU:
        return a > 0.0L ? 1.0L : expl(a);
    case NNBLAS_LEAKY_RELU:
        return a > 0.0L ? 1.0L : (long double)0.01;
    case NNBLAS_GELU:
        return get_normal(a) + a * get_density(a);
    case NNBLAS_SILU:
        return get_sigmoid(a) + a * get_sigmoid(a) * get_sigmoid(-a);
    case NNBLAS_SINE:
        return cosl(a);
    case NNBLAS_EXPONENTIAL:
        return expl(a);
    case NNBLAS_IDENTITY:
    case NNBLAS_SOFTMAX:
        break;
    }
    return 1.0L;
}

static void activate(nnblas_activation activation, size_t n, const long double *in,
                     long double *out) {
    for (size_t j = 0; j < n; j++)
        out[j] = get_value(activation, in[j]);
    if (activation == NNBLAS_SOFTMAX)
        apply_softmax(n, out);
}

static void look_for_kinks(example *e, size_t n, const long double *a) {
    for (size_t j = 0; j < n; j++)
        e->nearest_kink = fminl(e->nearest_kink, fabsl(a[j]));
}

/* What row i of the matrix of layer l multiplies: a unit of the layer before, or, of skip
 * connections, an input. */
static long double get_taken(const problem *p, const example *e, size_t l, size_t i) {
    return i < p->sizes[l - 1] ? e->units[l - 1][i] : e->units[0][i - p->sizes[l - 1]];
}

void run_forward(const problem *p, example *e, size_t row) {
    const long double *W = e->parameters;
    size_t last = p->n_sizes - 1;
    for (size_t j = 0; j < get_inputs(p); j++)
        e->units[0][j] = (long double)p->X[row * p->ldx + j] + e->moves[j];
    for (size_t l = 1; l <= last; W += count_layer_parameters(p, l), l++) {
        size_t fan_in = get_fan_in(p, l), outputs = p->sizes[l];
        for (size_t j = 0; j < outputs; j++) {
            long double sum = has_bias(p) ? W[fan_in * outputs + j] : 0.0L;
            for (size_t i = 0; i < fan_in; i++)
                sum += get_taken(p, e, l, i) * W[i * outputs + j];
            e->inputs[l][j] = sum;
        }
        if (is_kinked(get_activation(p, l)))
            look_for_kinks(e, outputs, e->inputs[l]);
        activate(get_activation(p, l), outputs, e->inputs[l], e->units[l]);
    }
}

/* ---- the reference: backward ----------------------------------------------------------------- */

/* The cost of one output, and *delta, its derivative by O_in: -y ln sigmoid(z) - (1 - y) ln(1 -
 * sigmoid(z)), as two terms of which none is rounded away. */
static long double compute_sigmoid_cross_entropy(long double z, long double y, long double *delta) {
    *delta = (1.0L - y) * get_sigmoid(z) - y * get_sigmoid(-z);
    return y * soft_plus(-z) + (1.0L - y) * soft_plus(z);
}

/* Of output k: -y ln o_k is y ln(1 + sum_(j != k) exp(z_j - z_k)). */
static long double compute_softmax_cross_entropy(size_t n, const long double *z, size_t k,
                                                 const double *y, long double *delta) {
    long double others = 0.0L;
    for (size_t j = 0; j < n; j++)
        others += j == k ? 0.0L : expl(z[j] - z[k]);
    *delta = -(long double)y[k];
    for (size_t j = 0; j < n; j++)
        *delta += (long double)y[j] / (1.0L + others);
    return (long double)y[k] * log1pl(others);
}

/* From the derivatives by the outputs to those by what they were made of. A softmax has a whole
 * matrix of them. */
static void multiply_by_derivative(const problem *p, const example *e, size_t l) {
    long double mean = 0.0L, *errors = e->errors[l]; /* mean: of softmax */
    const long double *o = e->units[l];
    for (size_t j = 0; j < p->sizes[l]; j++)
        mean += o[j] * errors[j];
    for (size_t k = 0; k < p->sizes[l]; k++) {
        if (get_activation(p, l) == NNBLAS_SOFTMAX)
            errors[k] = o[k] * (errors[k] - mean);
        else
            errors[k] *= get_slope(get_activation(p, l), e->inputs[l][k]);
    }
}

/* The cost of one output o, for those costs that are sums over the outputs, and *slope, its
 * derivative by o. */
static long double compute_cost(nnblas_cost cost, long double o, long double y,
                                long double *slope) {
    long double parameter = (long double)get_cost_parameter(cost), error = o - y;
    switch (cost) {
    case NNBLAS_HUBER:
        *slope = fminl(fmaxl(error, -parameter), parameter);
        return fabsl(error) <= parameter ? error * error / 2.0L
                                         : parameter * fabsl(error) - parameter * parameter / 2.0L;
    case NNBLAS_QUANTILE:
        *slope = (error > 0.0L ? 1.0L : 0.0L) - (error == 0.0L ? 0.0L : parameter);
        return error * *slope;
    case NNBLAS_HINGE:
        *slope = (2.0L * y - 1.0L) * o < 1.0L ? 1.0L - 2.0L * y : 0.0L;
        return fmaxl(0.0L, 1.0L - (2.0L * y - 1.0L) * o);
    case NNBLAS_POISSON:
        *slope = 1.0L - y / o;
        return o - y + (y == 0.0L ? 0.0L : y * (logl(y) - logl(o)));
    case NNBLAS_GAMMA:
        *slope = (1.0L - y / o) / o;
        return y / o - 1.0L + logl(o) - logl(y);
    case NNBLAS_MSE:
    case NNBLAS_CROSS_ENTROPY:
    case NNBLAS_GAUSSIAN:
        break;
    }
    *slope = error;
    return error * error / 2.0L;
}

/* -ln of the normal density of y with the mean o and the variance exp(s), but for ln(2 pi) / 2, and
 * the derivatives by o and by s. */
static long double compute_gaussian_cost(long double o, long double s, long double y,
                                         long double *by_o, long double *by_s) {
    long double variance = expl(s), square = (o - y) * (o - y);
    *by_o = (o - y) / variance;
    *by_s = 0.5L - square / (2.0L * variance);
    return logl(sqrtl(variance)) + square / (2.0L * variance);
}

static long double compute_gaussian_deltas(const problem *p, example *e, const double *y) {
    size_t last = p->n_sizes - 1, labels = get_labels(p);
    const long double *o = e->units[last];
    long double cost = 0.0L, *deltas = e->errors[last];
    for (size_t t = 0; t < labels; t++)
        cost += compute_gaussian_cost(o[t], o[labels + t], (long double)y[t], &deltas[t],
                                      &deltas[labels + t]);
    return cost;
}

/* The cost of the example; the deltas of the last layer go to its errors. */
static long double compute_output_deltas(const problem *p, example *e, const double *y) {
    size_t last = p->n_sizes - 1, outputs = p->sizes[last];
    long double cost = 0.0L, *deltas = e->errors[last];
    if (p->kind.cost == NNBLAS_GAUSSIAN)
        return compute_gaussian_deltas(p, e, y);
    for (size_t k = 0; k < outputs; k++) {
        if (p->kind.cost != NNBLAS_CROSS_ENTROPY)
            cost += compute_cost(p->kind.cost, e->units[last][k], (long double)y[k], &deltas[k]);
        else if (p->kind.output == NNBLAS_SOFTMAX)
            cost += compute_softmax_cross_entropy(outputs, e->inputs[last], k, y, &deltas[k]);
        else
            cost +=
                compute_sigmoid_cross_entropy(e->inputs[last][k], (long double)y[k], &deltas[k]);
    }
    if (p->kind.cost != NNBLAS_CROSS_ENTROPY)
        multiply_by_derivative(p, e, last);
    return cost;
}

/* From the deltas of the last layer to those of the others. */
static void compute_hidden_deltas(const problem *p, example *e) {
    size_t last = p->n_sizes - 1;
    const long double *W = e->parameters + p->parameter_count;
    for (size_t l = last; l > 1; l--) {
        W -= count_layer_parameters(p, l);
        for (size_t i = 0; i < p->sizes[l - 1]; i++) {
            e->errors[l - 1][i] = 0.0L;
            for (size_t j = 0; j < p->sizes[l]; j++)
                e->errors[l - 1][i] += e->errors[l][j] * W[i * p->sizes[l] + j];
        }
        multiply_by_derivative(p, e, l - 1);
    }
}

long double run_backward(const problem *p, example *e, const double *y) {
    long double cost = compute_output_deltas(p, e, y);
    compute_hidden_deltas(p, e);
    return cost;
}

void run_backward_from_outputs(const problem *p, example *e) {
    multiply_by_derivative(p, e, p->n_sizes - 1);
    compute_hidden_deltas(p, e);
}

void add_example(const problem *p, const example *e, long double weight, long double *gradient) {
    for (size_t l = 1; l < p->n_sizes; l++) {
        for (size_t i = 0; i < get_fan_in(p, l); i++)
            for (size_t j = 0; j < p->sizes[l]; j++)
                *gradient++ += weight * get_taken(p, e, l, i) * e->errors[l][j];
        for (size_t j = 0; has_bias(p) && j < p->sizes[l]; j++)
            *gradient++ += weight * e->errors[l][j];
    }
}

double compute_reference(const problem *p, double *gradient, double *O_out) {
    example e = make_example(p);
    long double *sums = allocate_long_doubles(p->parameter_count), cost = 0.0L, total_weight = 0.0L;
    size_t outputs = get_outputs(p);
    for (size_t i = 0; i < p->N; i++) {
        long double weight = p->weights ? (long double)p->weights[i] : 1.0L;
        run_forward(p, &e, i);
        cost += weight * run_backward(p, &e, p->Y + i * p->ldy);
        total_weight += weight;
        if (gradient)
            add_example(p, &e, weight, sums);
        for (size_t k = 0; O_out && k < outputs; k++)
            O_out[i * outputs + k] = (double)e.units[p->n_sizes - 1][k];
    }
    for (size_t i = 0; gradient && i < p->parameter_count; i++)
        gradient[i] = (double)(sums[i] / total_weight);
    free(sums);
    free_example(p, &e);
    return (double)(cost / total_weight);
}

/* ---- the reference: scores ------------------------------------------------------------------- */

static size_t find_largest(size_t n, const long double *a) {
    size_t largest = 0;
    for (size_t k = 0; k < n; k++)
        largest = a[k] > a[largest] ? k : largest;
    return largest;
}

/* 1 or 0 for one row. */
static long double judge_row(size_t n, nnblas_score score, long double threshold,
                             const long double *o, const long double *y) {
    if (score == NNBLAS_SCORE_ACCURACY && n > 1)
        return find_largest(n, o) == find_largest(n, y);
    for (size_t k = 0; k < n; k++)
        if ((o[k] > threshold) != (y[k] > 0.5L))
            return 0.0L;
    return 1.0L;
}

/* Of one label k, with the outputs that are compared with labels, of all rows. */
static long double compute_determination(const problem *p, size_t k, const long double *O_out) {
    size_t labels = get_labels(p);
    long double total_weight = 0.0L, mean = 0.0L, around_mean = 0.0L, errors = 0.0L;
    for (size_t i = 0; i < p->N; i++) {
        long double w = p->weights ? (long double)p->weights[i] : 1.0L;
        total_weight += w;
        mean += w * (long double)p->Y[i * p->ldy + k];
    }
    mean /= total_weight;
    for (size_t i = 0; i < p->N; i++) {
        long double w = p->weights ? (long double)p->weights[i] : 1.0L;
        long double y = (long double)p->Y[i * p->ldy + k], o = O_out[i * labels + k];
        around_mean += w * (y - mean) * (y - mean);
        errors += w * (y - o) * (y - o);
    }
    return 1.0L - errors / around_mean;
}

double compute_reference_score(const problem *p, nnblas_score score) {
    example e = make_example(p);
    size_t labels = get_labels(p);
    long double *O_out = allocate_long_doubles(p->N * labels), *y = e.errors[p->n_sizes - 1];
    long double right = 0.0L, total_weight = 0.0L, determination = 0.0L;
    for (size_t i = 0; i < p->N; i++) {
        long double w = p->weights ? (long double)p->weights[i] : 1.0L;
        run_forward(p, &e, i);
        for (size_t k = 0; k < labels; k++) {
            O_out[i * labels + k] = e.units[p->n_sizes - 1][k];
            y[k] = (long double)p->Y[i * p->ldy + k];
        }
        right += w * judge_row(labels, score, p->kind.cost == NNBLAS_HINGE ? 0.0L : 0.5L,
                               O_out + i * labels, y);
        total_weight += w;
    }
    for (size_t k = 0; k < labels; k++)
        determination += compute_determination(p, k, O_out) / (long double)labels;
    free(O_out);
    free_example(p, &e);
    return (double)(score == NNBLAS_SCORE_R2 ? determination : right / total_weight);
}

/* How far an output is from where the derivative of its cost jumps, or the second one. */
static long double measure_kink_of_cost(nnblas_cost cost, long double o, long double y) {
    switch (cost) {
    case NNBLAS_HUBER:
        return fabsl(fabsl(o - y) - (long double)get_cost_parameter(cost));
    case NNBLAS_QUANTILE:
        return fabsl(o - y);
    case NNBLAS_HINGE:
        return fabsl(1.0L - (2.0L * y - 1.0L) * o);
    default:
        return 1.0L;
    }
}

double measure_kinks(const problem *p) {
    example e = make_example(p);
    for (size_t i = 0; i < p->N; i++) {
        run_forward(p, &e, i);
        for (size_t k = 0; k < get_labels(p); k++)
            e.nearest_kink =
                fminl(e.nearest_kink, measure_kink_of_cost(p->kind.cost, e.units[p->n_sizes - 1][k],
                                                           (long double)p->Y[i * p->ldy + k]));
    }
    free_example(p, &e);
    return (double)e.nearest_kink;
}

problem make_smooth_problem(dice *d, kind k, size_t N, const size_t *sizes, size_t n_sizes,
                            size_t extra_columns, double distance) {
    for (;;) {
        problem p = make_problem_of(d, k, N, sizes, n_sizes, extra_columns);
        if (measure_kinks(&p) > distance)
            return p;
        free_problem(&p);
    }
}
