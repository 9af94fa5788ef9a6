/* SPDX-License-Identifier: BSD-3-Clause */
/* What the suites share: seeded data, the algorithm in long double, comparison, the runner. */
#ifndef SUPPORT_H
#define SUPPORT_H

#include "nnblas.h"

#include <check.h>
#include <stdbool.h>

enum { MAX_SIZES = 8 };

/* ---- random numbers -------------------------------------------------------------------------- */

/* A generator of the tests' own: not the library's, which is under test. */
typedef struct dice {
    uint64_t state;
} dice;

uint64_t roll(dice *d);
/* Uniform over first .. last, both included. */
size_t roll_between(dice *d, size_t first, size_t last);
/* Uniform in low .. high. */
double roll_uniform(dice *d, double low, double high);
/* A size from 1 to limit: often 1, a prime, or a power of two and its neighbours. */
size_t roll_size(dice *d, size_t limit);

/* ---- problems -------------------------------------------------------------------------------- */

/* A network's sizes, its parameters as the library lays them out, and rows to learn from. What lies
 * between the columns of X and Y and their leading dimensions is NaN. */
typedef struct problem {
    size_t n_sizes, sizes[MAX_SIZES];
    size_t N, ldx, ldy;
    size_t parameter_count;
    double *X, *Y, *parameters;
} problem;

problem make_problem(dice *d, size_t N, const size_t *sizes, size_t n_sizes, size_t extra_columns);
void free_problem(problem *p);

size_t get_inputs(const problem *p);
size_t get_outputs(const problem *p);

/* The network of the problem; the caller destroys it. */
nnblas_net *make_net(const problem *p);

/* ---- the reference --------------------------------------------------------------------------- */

/*
 * The algorithm example by example and weight by weight in long double, for any number of layers.
 * Returns the mse. gradient (parameter_count) and O_out (N x outputs) may be null.
 */
double compute_reference(const problem *p, double *gradient, double *O_out);

/* ---- comparison ------------------------------------------------------------------------------ */

/* The largest difference of two arrays over the largest magnitude in expected; infinity where one
 * of the two is NaN. */
double get_difference(size_t n, const double *expected, const double *found);

#define ck_assert_close(n, expected, found)                                                        \
    ck_assert_double_le(get_difference(n, expected, found), 1e-12)

#define ck_assert_ok(call)                                                                         \
    do {                                                                                           \
        nnblas_status status_of_call = (call);                                                     \
        ck_assert_msg(status_of_call == NNBLAS_OK, "%s: %s, %s", #call,                            \
                      nnblas_status_string(status_of_call), nnblas_error_message());               \
    } while (0)

double *allocate_doubles(size_t n);
void fill(size_t n, double *a, double value);
bool holds_only(size_t n, const double *a, double value);

/* ---- the runner ------------------------------------------------------------------------------ */

/* A case of each test function, none with a time limit. Returns what main returns. */
int run_tests(const char *suite_name, const TTest *const *tests, size_t count);

#endif
