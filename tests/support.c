/* SPDX-License-Identifier: BSD-3-Clause */
#include "support.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* ---- random numbers -------------------------------------------------------------------------- */

/* SplitMix64 (G. L. Steele, D. Lea, C. H. Flood, "Fast splittable pseudorandom number generators",
 * OOPSLA 2014). */
uint64_t roll(dice *d) {
    uint64_t z = d->state += 0x9e3779b97f4a7c15;
    z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9;
    z = (z ^ z >> 27) * 0x94d049bb133111eb;
    return z ^ z >> 31;
}

size_t roll_between(dice *d, size_t first, size_t last) {
    return first + roll(d) % (last - first + 1);
}

double roll_uniform(dice *d, double low, double high) {
    return low + (high - low) * (double)(roll(d) >> 11) * 0x1p-53;
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

/* ---- problems -------------------------------------------------------------------------------- */

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

problem make_problem(dice *d, size_t N, const size_t *sizes, size_t n_sizes, size_t extra_columns) {
    problem p = {.n_sizes = n_sizes, .N = N};
    memcpy(p.sizes, sizes, n_sizes * sizeof *sizes);
    p.ldx = get_inputs(&p) + extra_columns;
    p.ldy = get_outputs(&p) + extra_columns;
    p.X = make_matrix(d, N, get_inputs(&p), p.ldx, -1.0, 1.0);
    p.Y = make_matrix(d, N, get_outputs(&p), p.ldy, 0.0, 1.0);
    for (size_t l = 1; l < n_sizes; l++)
        p.parameter_count += sizes[l - 1] * sizes[l];
    p.parameters = allocate_doubles(p.parameter_count);
    double *W = p.parameters;
    for (size_t l = 1; l < n_sizes; l++) {
        double bound = 2.0 / sqrt((double)sizes[l - 1]);
        for (size_t i = 0; i < sizes[l - 1] * sizes[l]; i++)
            *W++ = roll_uniform(d, -bound, bound);
    }
    return p;
}

void free_problem(problem *p) {
    free(p->X);
    free(p->Y);
    free(p->parameters);
}

size_t get_inputs(const problem *p) {
    return p->sizes[0];
}

size_t get_outputs(const problem *p) {
    return p->sizes[p->n_sizes - 1];
}

nnblas_net *make_net(const problem *p) {
    nnblas_net *net;
    ck_assert_ok(nnblas_net_create(p->sizes, p->n_sizes, 0, &net));
    memcpy(nnblas_net_parameters(net), p->parameters, p->parameter_count * sizeof(double));
    return net;
}

/* ---- the reference --------------------------------------------------------------------------- */

/* One example: units[l] are the outputs of layer l, errors[l] its deltas; units[0] is the row. */
typedef struct example {
    long double *units[MAX_SIZES], *errors[MAX_SIZES];
} example;

static long double *allocate_long_doubles(size_t n) {
    long double *a = calloc(n, sizeof *a);
    ck_assert_ptr_nonnull(a);
    return a;
}

static void run_forward(const problem *p, example *e) {
    const double *W = p->parameters;
    for (size_t l = 1; l < p->n_sizes; l++) {
        for (size_t j = 0; j < p->sizes[l]; j++) {
            long double sum = 0.0L;
            for (size_t i = 0; i < p->sizes[l - 1]; i++)
                sum += e->units[l - 1][i] * (long double)W[i * p->sizes[l] + j];
            e->units[l][j] = 1.0L / (1.0L + expl(-sum));
        }
        W += p->sizes[l - 1] * p->sizes[l];
    }
}

static long double run_backward(const problem *p, example *e, const double *y) {
    size_t last = p->n_sizes - 1;
    long double squared_error = 0.0L;
    for (size_t k = 0; k < p->sizes[last]; k++) {
        long double o = e->units[last][k], error = o - (long double)y[k];
        squared_error += error * error;
        e->errors[last][k] = error * o * (1.0L - o);
    }
    const double *W = p->parameters + p->parameter_count;
    for (size_t l = last; l > 0; l--) {
        W -= p->sizes[l - 1] * p->sizes[l];
        for (size_t i = 0; i < p->sizes[l - 1]; i++) {
            long double h = e->units[l - 1][i], sum = 0.0L;
            for (size_t j = 0; j < p->sizes[l]; j++)
                sum += e->errors[l][j] * (long double)W[i * p->sizes[l] + j];
            e->errors[l - 1][i] = sum * h * (1.0L - h);
        }
    }
    return squared_error;
}

static void add_example(const problem *p, const example *e, long double *gradient) {
    for (size_t l = 1; l < p->n_sizes; l++)
        for (size_t i = 0; i < p->sizes[l - 1]; i++)
            for (size_t j = 0; j < p->sizes[l]; j++)
                *gradient++ += e->units[l - 1][i] * e->errors[l][j];
}

double compute_reference(const problem *p, double *gradient, double *O_out) {
    example e;
    for (size_t l = 0; l < p->n_sizes; l++) {
        e.units[l] = allocate_long_doubles(p->sizes[l]);
        e.errors[l] = allocate_long_doubles(p->sizes[l]);
    }
    long double *sums = allocate_long_doubles(p->parameter_count), squared_error = 0.0L;
    size_t outputs = get_outputs(p);
    for (size_t i = 0; i < p->N; i++) {
        for (size_t j = 0; j < get_inputs(p); j++)
            e.units[0][j] = (long double)p->X[i * p->ldx + j];
        run_forward(p, &e);
        squared_error += run_backward(p, &e, p->Y + i * p->ldy);
        if (gradient)
            add_example(p, &e, sums);
        for (size_t k = 0; O_out && k < outputs; k++)
            O_out[i * outputs + k] = (double)e.units[p->n_sizes - 1][k];
    }
    for (size_t i = 0; gradient && i < p->parameter_count; i++)
        gradient[i] = (double)(sums[i] / (long double)p->N);
    free(sums);
    for (size_t l = 0; l < p->n_sizes; l++) {
        free(e.units[l]);
        free(e.errors[l]);
    }
    return (double)(squared_error / (2.0L * (long double)p->N));
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
    /* In a forked child the library keeps to one thread, and less would be tested. */
    srunner_set_fork_status(runner, CK_NOFORK);
    srunner_run_all(runner, CK_NORMAL);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
