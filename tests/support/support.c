/* SPDX-License-Identifier: BSD-3-Clause */
#include "support/support.h"

#include "core/random.h"

#include <math.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

/* ---- random numbers -------------------------------------------------------------------------- */

uint64_t roll(dice *d) {
    return nn_splitmix_bits(&d->state);
}

size_t roll_between(dice *d, size_t first, size_t last) {
    return first + (size_t)(roll(d) % ((uint64_t)last - first + 1));
}

double roll_uniform(dice *d, double low, double high) {
    return low + (high - low) * nn_unit_of_bits(roll(d));
}

size_t count_trials(size_t all) {
    const char *share = getenv("NNBLAS_TEST_SHARE");
    double trials = (share ? strtod(share, NULL) : 1.0) * (double)all;
    return trials < 1.0 ? 1 : (size_t)trials;
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
    if (!a)
        ck_abort_msg("out of memory");
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

bool are_finite(size_t n, const double *a) {
    for (size_t i = 0; i < n; i++)
        if (!isfinite(a[i]))
            return false;
    return true;
}

/* ---- children -------------------------------------------------------------------------------- */

/* Check's own handler, which the child inherits, would kill the whole group of processes. */
void limit_child(void) {
    signal(SIGALRM, SIG_DFL);
    alarm(60);
}

int wait_for_child(pid_t child) {
    int status;
    ck_assert_int_ge(child, 0);
    ck_assert_int_eq(waitpid(child, &status, 0), child);
    return status;
}

bool has_optimizer(nnblas_optimizer optimizer) {
    return (optimizer != NNBLAS_LBFGS || nnblas_has(NNBLAS_FEATURE_LBFGS)) &&
           (optimizer != NNBLAS_LEVENBERG_MARQUARDT || nnblas_has(NNBLAS_FEATURE_LAPACK));
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

void check_layers(const problem *p, const double *expected, const double *found) {
    for (size_t l = 1, offset = 0; l < p->n_sizes; offset += count_layer_parameters(p, l), l++) {
        double difference =
            get_difference(count_layer_parameters(p, l), expected + offset, found + offset);
        if (!(difference <= 1e-12))
            ck_abort_msg("layer %zu of %zu is off by %g: %s", l, p->n_sizes - 1, difference,
                         describe_kind(p->kind));
    }
}

void check_predictions(const problem *p, const double *expected, const double *O_out, size_t ldo,
                       double other) {
    size_t outputs = get_outputs(p);
    double *found = allocate_doubles(p->N * outputs);
    for (size_t i = 0; i < p->N; i++) {
        memcpy(found + i * outputs, O_out + i * ldo, outputs * sizeof *found);
        ck_assert(holds_only(ldo - outputs, O_out + i * ldo + outputs, other));
    }
    ck_assert_close(p->N * outputs, expected, found);
    free(found);
}

/* ---- the runner ------------------------------------------------------------------------------ */

int run_tests_between(const char *suite_name, const TTest *const *tests, size_t count,
                      void (*begin)(void), void (*end)(void)) {
    Suite *suite = suite_create(suite_name);
    for (size_t i = 0; i < count; i++) {
        TCase *tcase = tcase_create(tests[i]->name);
        tcase_set_timeout(tcase, 0);
        tcase_add_checked_fixture(tcase, begin, end);
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

static void reset_threads(void) {
    nnblas_set_threads(0);
}

int run_tests(const char *suite_name, const TTest *const *tests, size_t count) {
    return run_tests_between(suite_name, tests, count, reset_threads, NULL);
}
