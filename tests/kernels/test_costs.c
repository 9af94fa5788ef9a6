/* SPDX-License-Identifier: BSD-3-Clause */
/* The other costs: each summand beside the exact one over all doubles, and what must come out at
 * the ends. */
#include "kernels/kernel_table.h"
#include "kernels/ulps.h"

#include <float.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

/* Of one output: its cost, and *delta. It must be the same among others. */
static double get_cost(const nn_kernels *set, const char *kernel, double o, double y,
                       double *delta) {
    enum { MOST = 19 };
    double O[MOST], Y[MOST], w[MOST] = {0.0}, deltas[MOST];
    for (size_t i = 0; i < MOST; i++) {
        O[i] = o;
        Y[i] = y;
    }
    w[MOST - 1] = 1.0;
    operands x = {.n = 1, .rows = 1, .columns = 1, .a = O, .b = Y, .c = delta};
    double alone = call_kernel(set, find_kernel(kernel), &x);
    x.n = x.rows = MOST;
    x.w = w;
    x.c = deltas;
    double among = call_kernel(set, find_kernel(kernel), &x);
    /* 0 times an infinite cost. */
    if (isfinite(alone) && (alone != among || *delta != deltas[MOST - 1]))
        ck_abort_msg("%s of %s: o = %a, y = %a cost %a alone and %a among others", kernel,
                     set->name, o, y, alone, among);
    return alone;
}

typedef void check_set(const nn_kernels *set);

static void check_sets(check_set *check) {
    size_t n_sets;
    const nn_kernels *const *sets = nn_kernel_sets(&n_sets);
    for (size_t s = 0; s < n_sets; s++)
        check(sets[s]);
}

/* ---- deviances ------------------------------------------------------------------------------- */

/* w - 1 - ln w, of w = exp(t). */
static long double get_excess(long double t) {
    if (fabsl(t) > 1e-3L)
        return expm1l(t) - t;
    return t * t / 2.0L *
           (1.0L + t / 3.0L * (1.0L + t / 4.0L * (1.0L + t / 5.0L * (1.0L + t / 6.0L))));
}

static long double get_poisson(long double z, long double y) {
    return y == 0.0L ? expl(z) : y * get_excess(z - logl(y));
}

static long double get_gamma(long double z, long double y) {
    return get_excess(logl(y) - z);
}

/* How far the cost may be from the exact one: 32 units in its last place, and what an O that is 4
 * off makes of it, by the derivative and, near its 0, the second one. */
static long double get_bound(long double cost, long double slope, long double curvature) {
    const long double off = 4.0L * (long double)DBL_EPSILON;
    return 32.0L * (long double)DBL_EPSILON * cost + off * fabsl(slope) + off * off * curvature +
           0x1p-1070L;
}

static void check_poisson(const nn_kernels *set, double z, double y) {
    double delta, cost = get_cost(set, "poisson_deviance", z, y, &delta);
    long double O = expl((long double)z), exact = get_poisson((long double)z, (long double)y);
    long double slope = O - (long double)y, bound = get_bound(exact, slope, O);
    if (O < (long double)DBL_MIN)
        bound += 1e-12L * (long double)y;
    if (exact > (long double)DBL_MAX)
        exact = (long double)(double)exact;
    if (!((long double)cost == exact || fabsl((long double)cost - exact) <= bound) || cost < 0.0)
        ck_abort_msg("%s: the deviance of z = %a, y = %a is %a and not %La", set->name, z, y, cost,
                     exact);
    if (!(fabsl((long double)delta - slope) <=
          (long double)DBL_EPSILON * (4.0L * O + fabsl(slope)) + 0x1p-1070L))
        ck_abort_msg("%s: delta of z = %a, y = %a is %a and not %La", set->name, z, y, delta,
                     slope);
}

static void check_gamma(const nn_kernels *set, double z, double y) {
    double delta, cost = get_cost(set, "gamma_deviance", z, y, &delta);
    long double w = expl(logl((long double)y) - (long double)z);
    long double exact = get_gamma((long double)z, (long double)y);
    if (w > (long double)DBL_MAX) {
        ck_assert(cost > 0.0 && isinf(cost) && isinf(delta) && delta < 0.0);
        return;
    }
    if (!(fabsl((long double)cost - exact) <= get_bound(exact, 1.0L - w, w)) || cost < 0.0)
        ck_abort_msg("%s: the deviance of z = %a, y = %a is %a and not %La", set->name, z, y, cost,
                     exact);
    if (!(fabsl((long double)delta - (1.0L - w)) <=
          4.0L * (long double)DBL_EPSILON * fmaxl(w, 1.0L)))
        ck_abort_msg("%s: delta of z = %a, y = %a is %a and not %La", set->name, z, y, delta,
                     1.0L - w);
}

/* Labels of every size, and inputs near their logarithms, some way off, and anywhere. */
static void check_deviances_of(const nn_kernels *set) {
    dice d = {3};
    for (size_t i = 0; i < count_trials(60000); i++) {
        double y = ldexp(roll_uniform(&d, 0.5, 1.0), (int)roll_between(&d, 0, 2097) - 1073),
               z = log(y);
        switch (roll_between(&d, 0, 3)) {
        case 0:
            z += ldexp(roll_uniform(&d, -1.0, 1.0), -(int)roll_between(&d, 0, 60));
            break;
        case 1:
            z += roll_uniform(&d, -0.4, 0.4);
            break;
        case 2:
            z += roll_uniform(&d, -40.0, 40.0);
            break;
        default:
            z = roll_uniform(&d, -800.0, 800.0);
        }
        check_gamma(set, z, y);
        check_poisson(set, fmin(z, 709.0), roll_between(&d, 0, 9) ? y : 0.0);
    }
}

START_TEST(deviances_are_within_their_ulps) {
    check_sets(check_deviances_of);
}
END_TEST

static void check_ends_of_deviances(const nn_kernels *set) {
    double delta;
    /* No count where none is expected. */
    ck_assert_double_eq(get_cost(set, "poisson_deviance", -800.0, 0.0, &delta), 0.0);
    ck_assert_double_eq(delta, 0.0);
    ck_assert_double_eq(get_cost(set, "poisson_deviance", -1e308, 0.0, &delta), 0.0);
    ck_assert_double_eq(get_cost(set, "poisson_deviance", 0.0, 1.0, &delta), 0.0);
    ck_assert_double_eq(delta, 0.0);
    ck_assert_double_eq(get_cost(set, "gamma_deviance", 0.0, 1.0, &delta), 0.0);
    ck_assert_double_eq(delta, 0.0);
    /* The output is 0 or infinite, and the cost goes on. */
    ck_assert_double_eq_tol(get_cost(set, "poisson_deviance", -2000.0, 3.0, &delta),
                            6000.0 + 3.0 * log(3.0) - 3.0, 1e-11);
    ck_assert_double_eq(delta, -3.0);
    ck_assert_double_eq_tol(get_cost(set, "gamma_deviance", 2000.0, 3.0, &delta),
                            2000.0 - log(3.0) - 1.0, 1e-11);
    ck_assert_double_eq(delta, 1.0);
    ck_assert_double_eq(get_cost(set, "poisson_deviance", 800.0, 3.0, &delta), HUGE_VAL);
    ck_assert_double_eq(get_cost(set, "poisson_deviance", 800.0, 0.0, &delta), HUGE_VAL);
    ck_assert_double_eq(get_cost(set, "gamma_deviance", -800.0, 3.0, &delta), HUGE_VAL);
    /* No such labels. */
    ck_assert(isnan(get_cost(set, "poisson_deviance", 0.5, -1.0, &delta)));
    ck_assert(isnan(get_cost(set, "gamma_deviance", 0.5, -1.0, &delta)));
    ck_assert_double_eq(get_cost(set, "gamma_deviance", 0.5, 0.0, &delta), HUGE_VAL);
}

START_TEST(deviances_at_the_ends) {
    check_sets(check_ends_of_deviances);
}
END_TEST

/* ---- likelihood ------------------------------------------------------------------------------ */

/* A label, its weight 1, beside others of weight 0; deltas are of the mean and the log variance. */
static double get_gaussian(const nn_kernels *set, double o, double s, double y, double *deltas) {
    enum { MOST = 19 };
    double pair[2] = {o, s}, O[2 * MOST], Y[MOST], w[MOST] = {0.0}, all[2 * MOST];
    for (size_t i = 0; i < MOST; i++) {
        O[i] = o;
        O[MOST + i] = s;
        Y[i] = y;
    }
    w[MOST - 1] = 1.0;
    double alone = set->gaussian_cost(1, pair, &y, NULL, deltas);
    double among = set->gaussian_cost(MOST, O, Y, w, all);
    if (isfinite(alone) && isfinite(deltas[0]) &&
        (alone != among || deltas[0] != all[MOST - 1] || deltas[1] != all[2 * MOST - 1]))
        ck_abort_msg("%s: o = %a, s = %a, y = %a cost %a alone and %a among others", set->name, o,
                     s, y, alone, among);
    return alone;
}

static bool is_near(double found, long double exact, long double bound) {
    if (fabsl(exact) > (long double)DBL_MAX)
        return (long double)found == (exact > 0.0L ? HUGE_VALL : -HUGE_VALL);
    return fabsl((long double)found - exact) <= bound + 0x1p-1070L;
}

/* What is promised of z^2 shows where s counts for nothing in the cost, and in the derivative by s
 * where it is above 1. */
static void check_gaussian(const nn_kernels *set, double o, double s, double y) {
    const long double unit = (long double)DBL_EPSILON;
    double deltas[2], cost = get_gaussian(set, o, s, y, deltas), error = o - y;
    long double precision = expl(-(long double)s), slope = (long double)error * precision;
    long double square = slope * (long double)error, exact = ((long double)s + square) / 2.0L;
    if (!is_near(cost, exact, unit * (4.0L * square + fabsl((long double)s) + fabsl(exact))))
        ck_abort_msg("%s: error %a, s = %a cost %a and not %La", set->name, error, s, cost, exact);
    if (!is_near(deltas[0], slope, 6.0L * unit * fabsl(slope)))
        ck_abort_msg("%s: error %a, s = %a: the slope of the mean is %a and not %La", set->name,
                     error, s, deltas[0], slope);
    long double by_s = (1.0L - square) / 2.0L;
    if (!is_near(deltas[1], by_s, unit * (4.0L * square + fabsl(by_s))))
        ck_abort_msg("%s: error %a, s = %a: the slope of s is %a and not %La", set->name, error, s,
                     deltas[1], by_s);
}

/* Errors and variances of every size, and errors about as large as their deviation. */
static void check_gaussians_of(const nn_kernels *set) {
    dice d = {6};
    for (size_t i = 0; i < count_trials(60000); i++) {
        double s = roll_between(&d, 0, 1) ? roll_uniform(&d, -5.0, 5.0)
                                          : roll_uniform(&d, -1390.0, 1390.0);
        double error = roll_between(&d, 0, 2) == 0
                           ? ldexp(roll_uniform(&d, -1.0, 1.0), (int)roll_between(&d, 0, 400) - 200)
                           : roll_uniform(&d, -3.0, 3.0) * exp(0.5 * s);
        double y = roll_between(&d, 0, 1) ? 0.0 : roll_uniform(&d, -2.0, 2.0);
        check_gaussian(set, y + error, s, y);
    }
}

START_TEST(likelihoods_are_within_their_ulps) {
    check_sets(check_gaussians_of);
}
END_TEST

static void check_ends_of_gaussians(const nn_kernels *set) {
    double deltas[2];
    /* No variance, and no error. */
    const double LOW[] = {-1.0, -1400.0, -1500.0, -1e10, -1e308};
    for (size_t i = 0; i < sizeof LOW / sizeof *LOW; i++) {
        ck_assert_double_eq(get_gaussian(set, 0.3, LOW[i], 0.3, deltas), 0.5 * LOW[i]);
        ck_assert_double_eq(deltas[0], 0.0);
        ck_assert_double_eq(deltas[1], 0.5);
    }
    /* An error, and the sign that leads back. */
    ck_assert_double_eq(get_gaussian(set, -0.5, -1500.0, 0.5, deltas), HUGE_VAL);
    ck_assert_double_eq(deltas[0], -HUGE_VAL);
    ck_assert_double_eq(deltas[1], -HUGE_VAL);
    /* A variance that no error shows in. */
    ck_assert_double_eq(get_gaussian(set, 1e150, 1e5, 0.0, deltas), 0.5e5);
    ck_assert_double_eq(deltas[0], 0.0);
    ck_assert_double_eq(deltas[1], 0.5);
    ck_assert(isnan(get_gaussian(set, (double)NAN, 0.0, 0.0, deltas)) && isnan(deltas[0]));
    ck_assert(isnan(get_gaussian(set, 0.0, (double)NAN, 0.0, deltas)) && isnan(deltas[1]));
}

START_TEST(likelihoods_at_the_ends) {
    check_sets(check_ends_of_gaussians);
}
END_TEST

/* ---- costs of the error ---------------------------------------------------------------------- */

/* The kernels take 0.3 as delta and tau. */
static void check_errors_of(const nn_kernels *set) {
    dice d = {4};
    for (size_t i = 0; i < count_trials(60000); i++) {
        double y = roll_any(&d, -1e150, 1e150),
               o = roll_between(&d, 0, 1) ? roll_uniform(&d, -1, 1) : roll_any(&d, -1e150, 1e150);
        double delta, error = o - y;
        long double e = (long double)error, size = fabsl(e), c = (long double)0.3;
        long double huber = size <= c ? e * e / 2.0L : c * (size - c / 2.0L);
        double cost = get_cost(set, "huber_cost", o, y, &delta);
        if (!(fabsl((long double)cost - huber) <=
              2.0L * (long double)DBL_EPSILON * huber + 0x1p-1074L) ||
            delta != fmax(fmin(error, 0.3), -0.3))
            ck_abort_msg("%s: Huber of %a is %a, %a", set->name, error, cost, delta);
        long double pinball = e > 0.0L ? (1.0L - c) * e : -c * e;
        cost = get_cost(set, "quantile_cost", o, y, &delta);
        if (!(fabsl((long double)cost - pinball) <=
              2.0L * (long double)DBL_EPSILON * pinball + 0x1p-1074L) ||
            delta != (error > 0.0   ? 1.0 - 0.3
                      : error < 0.0 ? -0.3
                                    : 0.0))
            ck_abort_msg("%s: the quantile cost of %a is %a, %a", set->name, error, cost, delta);
    }
}

START_TEST(costs_of_errors_are_within_their_ulps) {
    check_sets(check_errors_of);
}
END_TEST

static void check_ends_of_errors(const nn_kernels *set) {
    double delta;
    /* delta of Huber itself, and beyond it. */
    ck_assert_double_eq(get_cost(set, "huber_cost", 0.3, 0.0, &delta), 0.3 * (0.3 - 0.15));
    ck_assert_double_eq(get_cost(set, "huber_cost", 1e308, 0.0, &delta), 0.3 * 1e308);
    ck_assert_double_eq(delta, 0.3);
    ck_assert_double_eq(get_cost(set, "quantile_cost", 2.5, 2.5, &delta), 0.0);
    ck_assert_double_eq(delta, 0.0);
    /* Both sides of the margin, and the margin. */
    ck_assert_double_eq(get_cost(set, "hinge_cost", 0.75, 1.0, &delta), 0.25);
    ck_assert_double_eq(delta, -1.0);
    ck_assert_double_eq(get_cost(set, "hinge_cost", 0.75, 0.0, &delta), 1.75);
    ck_assert_double_eq(delta, 1.0);
    ck_assert_double_eq(get_cost(set, "hinge_cost", 1.0, 1.0, &delta), 0.0);
    ck_assert_double_eq(delta, 0.0);
    ck_assert_double_eq(get_cost(set, "hinge_cost", -1e308, 0.0, &delta), 0.0);
    ck_assert_double_eq(delta, 0.0);
    ck_assert_double_eq(get_cost(set, "hinge_cost", -1e308, 1.0, &delta), 1e308);
    ck_assert_double_eq(get_cost(set, "hinge_cost", -HUGE_VAL, 1.0, &delta), HUGE_VAL);
    ck_assert_double_eq(delta, -1.0);
}

START_TEST(costs_of_errors_at_the_ends) {
    check_sets(check_ends_of_errors);
}
END_TEST

/* ---- exponential outputs --------------------------------------------------------------------- */

static void check_exponential(const nn_kernels *set) {
    double ends[] = {-HUGE_VAL, HUGE_VAL, -746.0, 709.8, 0.0, 1e308, -1e308};
    const double EXPECTED[] = {0.0, HUGE_VAL, 0.0, HUGE_VAL, 1.0, HUGE_VAL, 0.0};
    set->exponential(sizeof ends / sizeof *ends, ends);
    for (size_t i = 0; i < sizeof ends / sizeof *ends; i++)
        ck_assert_double_eq(ends[i], EXPECTED[i]);
    dice d = {5};
    double most = 0.0;
    for (size_t i = 0; i < count_trials(200000); i++) {
        double z = roll_uniform(&d, -708.0, 709.7), value = z;
        set->exponential(1, &value);
        most = fmax(most, count_ulps(value, expl((long double)z)));
    }
    printf("%s: exponential outputs are within %.2f ulp\n", set->name, most);
    ck_assert_double_le(most, find_kernel("exponential")->relative_ulps);
}

START_TEST(exponential_outputs_are_within_their_ulps) {
    check_sets(check_exponential);
}
END_TEST

int main(void) {
    const TTest *const tests[] = {
        deviances_are_within_their_ulps,           deviances_at_the_ends,
        likelihoods_are_within_their_ulps,         likelihoods_at_the_ends,
        costs_of_errors_are_within_their_ulps,     costs_of_errors_at_the_ends,
        exponential_outputs_are_within_their_ulps,
    };
    return run_tests("costs", tests, sizeof tests / sizeof *tests);
}
