/* SPDX-License-Identifier: BSD-3-Clause */
#include "support/support.h"

#include "core/random.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>

/* ---- random numbers -------------------------------------------------------------------------- */

uint64_t roll(dice *d) {
    return nn_splitmix_bits(&d->state);
}

size_t roll_between(dice *d, size_t first, size_t last) {
    return first + roll(d) % (last - first + 1);
}

double roll_uniform(dice *d, double low, double high) {
    return low + (high - low) * nn_unit_of_bits(roll(d));
}

size_t roll_size(dice *d, size_t limit) {
    static const size_t PRIMES[] = {2, 3, 5, 7, 11, 13, 17, 23, 31, 37, 61, 67, 127, 131, 257};
    size_t size = 1;
    switch (roll_between(d, 0, 3)) {
    case 0:
        break;
    case 1:
        size = PRIMES[roll_between(d, 0, sizeof PRIMES / sizeof *PRIMES - 1)];
        break;
    case 2:
        size = ((size_t)1 << roll_between(d, 1, 9)) - 1 + roll_between(d, 0, 2);
        break;
    default:
        size = roll_between(d, 1, limit);
    }
    return size > limit ? roll_between(d, 1, limit) : size;
}

/* ---- arrays ---------------------------------------------------------------------------------- */

double *allocate_doubles(size_t n) {
    double *a = malloc((n + 1) * sizeof *a);
    ck_assert_ptr_nonnull(a);
    return a;
}

void fill(size_t n, double *a, double value) {
    for (size_t i = 0; i < n; i++)
        a[i] = value;
}

bool holds_only(size_t n, const double *a, double value) {
    for (size_t i = 0; i < n; i++)
        if (memcmp(&a[i], &value, sizeof value) != 0)
            return false;
    return true;
}

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

kind get_kind(size_t i) {
    static const kind OUTPUTS[] = {
        {.output = NNBLAS_SIGMOID, .cost = NNBLAS_MSE},
        {.output = NNBLAS_SIGMOID, .cost = NNBLAS_CROSS_ENTROPY},
        {.output = NNBLAS_IDENTITY, .cost = NNBLAS_MSE},
        {.output = NNBLAS_SOFTMAX, .cost = NNBLAS_MSE},
        {.output = NNBLAS_SOFTMAX, .cost = NNBLAS_CROSS_ENTROPY},
    };
    static const nnblas_activation HIDDEN[] = {NNBLAS_SIGMOID, NNBLAS_TANH, NNBLAS_RELU};
    kind k = OUTPUTS[i % 5];
    k.hidden = HIDDEN[i / 5 % 3];
    k.flags = i / 15 ? NNBLAS_BIAS : 0;
    return k;
}

kind roll_kind(dice *d) {
    return get_kind(roll_between(d, 0, N_KINDS - 1));
}

const char *describe_kind(kind k) {
    static const char *const ACTIVATIONS[] = {"sigmoid", "tanh", "relu", "identity", "softmax"};
    static char text[80];
    snprintf(text, sizeof text, "%s units, %s outputs, %s%s", ACTIVATIONS[k.hidden],
             ACTIVATIONS[k.output], k.cost == NNBLAS_MSE ? "mse" : "cross-entropy",
             k.flags & NNBLAS_BIAS ? ", biases" : "");
    return text;
}

/* ---- children -------------------------------------------------------------------------------- */

int wait_for_child(pid_t child) {
    int status;
    ck_assert_int_ge(child, 0);
    ck_assert_int_eq(waitpid(child, &status, 0), child);
    return status;
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

problem make_problem_of(dice *d, kind k, size_t N, const size_t *sizes, size_t n_sizes,
                        size_t extra_columns) {
    problem p = {.n_sizes = n_sizes, .kind = k, .N = N};
    memcpy(p.sizes, sizes, n_sizes * sizeof *sizes);
    p.ldx = get_inputs(&p) + extra_columns;
    p.ldy = get_outputs(&p) + extra_columns;
    p.X = make_matrix(d, N, get_inputs(&p), p.ldx, -1.0, 1.0);
    p.Y = make_matrix(d, N, get_outputs(&p), p.ldy, k.output == NNBLAS_IDENTITY ? -2.0 : 0.0, 1.0);
    if (k.output == NNBLAS_SOFTMAX)
        make_labels_of_classes(d, &p);
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

size_t get_inputs(const problem *p) {
    return p->sizes[0];
}

size_t get_outputs(const problem *p) {
    return p->sizes[p->n_sizes - 1];
}

static bool has_bias(const problem *p) {
    return p->kind.flags & NNBLAS_BIAS;
}

size_t count_layer_parameters(const problem *p, size_t l) {
    return (p->sizes[l - 1] + has_bias(p)) * p->sizes[l];
}

nnblas_net *make_net(const problem *p) {
    nnblas_net *net;
    ck_assert_ok(nnblas_net_create(p->sizes, p->n_sizes, p->kind.flags, &net));
    ck_assert_ok(nnblas_net_set_hidden(net, p->kind.hidden));
    ck_assert_ok(nnblas_net_set_output(net, p->kind.output, p->kind.cost));
    memcpy(nnblas_net_parameters(net), p->parameters, p->parameter_count * sizeof(double));
    return net;
}

/* ---- the reference: forward ------------------------------------------------------------------ */

/* One example: units[l] are the outputs of layer l, errors[l] its deltas; units[0] is the row. */
typedef struct example {
    long double *units[MAX_SIZES], *errors[MAX_SIZES];
    long double nearest_kink;
} example;

static long double *allocate_long_doubles(size_t n) {
    long double *a = calloc(n, sizeof *a);
    ck_assert_ptr_nonnull(a);
    return a;
}

static example make_example(const problem *p) {
    example e = {.nearest_kink = 1.0L};
    for (size_t l = 0; l < p->n_sizes; l++) {
        e.units[l] = allocate_long_doubles(p->sizes[l]);
        e.errors[l] = allocate_long_doubles(p->sizes[l]);
    }
    return e;
}

static void free_example(const problem *p, example *e) {
    for (size_t l = 0; l < p->n_sizes; l++) {
        free(e->units[l]);
        free(e->errors[l]);
    }
}

static void apply_softmax(size_t n, long double *a) {
    long double sum = 0.0L;
    for (size_t k = 0; k < n; k++)
        sum += a[k] = expl(a[k]);
    for (size_t k = 0; k < n; k++)
        a[k] /= sum;
}

static void activate(nnblas_activation activation, size_t n, long double *a) {
    for (size_t j = 0; j < n; j++) {
        if (activation == NNBLAS_SIGMOID)
            a[j] = 1.0L / (1.0L + expl(-a[j]));
        if (activation == NNBLAS_TANH)
            a[j] = tanhl(a[j]);
        if (activation == NNBLAS_RELU && a[j] < 0.0L)
            a[j] = 0.0L;
    }
    if (activation == NNBLAS_SOFTMAX)
        apply_softmax(n, a);
}

static void look_for_kinks(example *e, size_t n, const long double *a) {
    for (size_t j = 0; j < n; j++)
        if (a[j] != 0.0L)
            e->nearest_kink = fminl(e->nearest_kink, fabsl(a[j]));
}

static void run_forward(const problem *p, example *e, size_t row) {
    const double *W = p->parameters;
    size_t last = p->n_sizes - 1;
    for (size_t j = 0; j < get_inputs(p); j++)
        e->units[0][j] = (long double)p->X[row * p->ldx + j];
    for (size_t l = 1; l <= last; W += count_layer_parameters(p, l), l++) {
        size_t inputs = p->sizes[l - 1], outputs = p->sizes[l];
        for (size_t j = 0; j < outputs; j++) {
            long double sum = has_bias(p) ? (long double)W[inputs * outputs + j] : 0.0L;
            for (size_t i = 0; i < inputs; i++)
                sum += e->units[l - 1][i] * (long double)W[i * outputs + j];
            e->units[l][j] = sum;
        }
        if (l < last)
            look_for_kinks(e, outputs, e->units[l]);
        activate(l < last ? p->kind.hidden : p->kind.output, outputs, e->units[l]);
    }
}

/* ---- the reference: backward ----------------------------------------------------------------- */

/* The cost of one output, and *error, its derivative by the output. */
static long double compute_error(const kind *k, long double o, long double y, long double *error) {
    if (k->cost == NNBLAS_MSE) {
        *error = o - y;
        return 0.5L * (o - y) * (o - y);
    }
    if (k->output == NNBLAS_SOFTMAX) {
        *error = -y / o;
        return -y * logl(o);
    }
    *error = (1.0L - y) / (1.0L - o) - y / o;
    return -y * logl(o) - (1.0L - y) * logl(1.0L - o);
}

/* From the derivatives by the outputs to those by what they were made of. A softmax has a whole
 * matrix of them. */
static void multiply_by_derivative(nnblas_activation activation, size_t n, const long double *o,
                                   long double *errors) {
    long double mean = 0.0L; /* of softmax */
    for (size_t j = 0; j < n; j++)
        mean += o[j] * errors[j];
    for (size_t k = 0; k < n; k++) {
        if (activation == NNBLAS_SIGMOID)
            errors[k] *= o[k] * (1.0L - o[k]);
        if (activation == NNBLAS_TANH)
            errors[k] *= 1.0L - o[k] * o[k];
        if (activation == NNBLAS_RELU && o[k] == 0.0L)
            errors[k] = 0.0L;
        if (activation == NNBLAS_SOFTMAX)
            errors[k] = o[k] * (errors[k] - mean);
    }
}

static long double run_backward(const problem *p, example *e, const double *y) {
    size_t last = p->n_sizes - 1;
    long double cost = 0.0L;
    for (size_t k = 0; k < p->sizes[last]; k++)
        cost += compute_error(&p->kind, e->units[last][k], (long double)y[k], &e->errors[last][k]);
    multiply_by_derivative(p->kind.output, p->sizes[last], e->units[last], e->errors[last]);
    const double *W = p->parameters + p->parameter_count;
    for (size_t l = last; l > 1; l--) {
        W -= count_layer_parameters(p, l);
        for (size_t i = 0; i < p->sizes[l - 1]; i++) {
            e->errors[l - 1][i] = 0.0L;
            for (size_t j = 0; j < p->sizes[l]; j++)
                e->errors[l - 1][i] += e->errors[l][j] * (long double)W[i * p->sizes[l] + j];
        }
        multiply_by_derivative(p->kind.hidden, p->sizes[l - 1], e->units[l - 1], e->errors[l - 1]);
    }
    return cost;
}

static void add_example(const problem *p, const example *e, long double weight,
                        long double *gradient) {
    for (size_t l = 1; l < p->n_sizes; l++) {
        for (size_t i = 0; i < p->sizes[l - 1]; i++)
            for (size_t j = 0; j < p->sizes[l]; j++)
                *gradient++ += weight * e->units[l - 1][i] * e->errors[l][j];
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

double measure_kinks(const problem *p) {
    example e = make_example(p);
    for (size_t i = 0; i < p->N; i++)
        run_forward(p, &e, i);
    free_example(p, &e);
    return (double)e.nearest_kink;
}

/* ---- comparison ------------------------------------------------------------------------------ */

double get_difference(size_t n, const double *expected, const double *found) {
    double largest = 0.0, difference = 0.0;
    for (size_t i = 0; i < n; i++) {
        if (isnan(expected[i]) || isnan(found[i]))
            return (double)INFINITY;
        largest = fmax(largest, fabs(expected[i]));
        difference = fmax(difference, fabs(expected[i] - found[i]));
    }
    return difference == 0.0 ? 0.0 : difference / largest;
}

/* ---- the runner ------------------------------------------------------------------------------ */

static void reset_threads(void) {
    nnblas_set_threads(0);
}

int run_tests(const char *suite_name, const TTest *const *tests, size_t count) {
    Suite *suite = suite_create(suite_name);
    for (size_t i = 0; i < count; i++) {
        TCase *tcase = tcase_create(tests[i]->name);
        tcase_set_timeout(tcase, 0);
        tcase_add_checked_fixture(tcase, reset_threads, NULL);
        tcase_add_test(tcase, tests[i]);
        suite_add_tcase(suite, tcase);
    }
    SRunner *runner = srunner_create(suite);
    /* One process, so that what a test leaves behind is there in the next. */
    srunner_set_fork_status(runner, CK_NOFORK);
    srunner_run_all(runner, CK_NORMAL);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
