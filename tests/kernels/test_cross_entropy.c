/* SPDX-License-Identifier: BSD-3-Clause */
/* The cross-entropies from the inputs of the outputs: each summand beside the exact one, over all
 * doubles, and what must come out at the ends. */
#include "kernels/kernel_table.h"
#include "kernels/ulps.h"

#include <float.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

/* ---- summands of sigmoid outputs ------------------------------------------------------------- */

/* ln(1 + exp(a)) */
static long double soft_plus(long double a) {
    return log1pl(expl(-fabsl(a))) + (a > 0.0L ? a : 0.0L);
}

static long double get_sigmoid_summand(double z, double y) {
    return (long double)y * soft_plus(-(long double)z) +
           (1.0L - (long double)y) * soft_plus((long double)z);
}

/* 0 and 1, what lies between, and what is very near to 0 or 1. */
static double roll_label(dice *d) {
    switch (roll_between(d, 0, 5)) {
    case 0:
        return 0.0;
    case 1:
        return 1.0;
    case 2:
        return ldexp(roll_uniform(d, 0.5, 1.0), -(int)roll_between(d, 0, 1073));
    case 3:
        return 1.0 - ldexp(roll_uniform(d, 0.5, 1.0), -(int)roll_between(d, 0, 53));
    default:
        return roll_uniform(d, 0.0, 1.0);
    }
}

/* Of n outputs, the one whose weight is 1 among zeros gives the sum. */
static double get_summand(const nn_kernels *set, const char *kernel, operands *x, size_t row,
                          double *O_delta) {
    x->c = O_delta;
    for (size_t i = 0; i < x->n; i++)
        x->w[i] = i / x->columns == row ? 1.0 : 0.0;
    return call_kernel(set, find_kernel(kernel), x);
}

static double check_sigmoid_summands(const nn_kernels *set, dice *d, double low, double high) {
    enum { MOST = 19 };
    double z[MOST], y[MOST], w[MOST], delta[MOST], most = 0.0;
    size_t n = roll_between(d, 1, MOST);
    operands x = {.n = n, .rows = n, .columns = 1, .a = z, .b = y, .w = w};
    for (size_t i = 0; i < n; i++) {
        z[i] = low < high ? roll_uniform(d, low, high) : roll_any(d, -1e308, 1e308);
        y[i] = roll_label(d);
    }
    for (size_t i = 0; i < n; i++) {
        double cost = get_summand(set, "sigmoid_cross_entropy", &x, i, delta);
        double ulps = count_ulps(cost, get_sigmoid_summand(z[i], y[i]));
        if (!(ulps <= find_kernel("sigmoid_cross_entropy")->relative_ulps))
            ck_abort_msg("%s: the cost of z = %a, y = %a is %a, off by %.2f ulp", set->name, z[i],
                         y[i], cost, ulps);
        if (cost != get_summand(set, "sigmoid_cross_entropy", &x, i, NULL))
            ck_abort_msg("%s: z = %a, y = %a cost another amount without a delta", set->name, z[i],
                         y[i]);
        most = fmax(most, ulps);
    }
    return most;
}

START_TEST(sigmoid_summands_are_within_their_ulps) {
    static const double RANGES[][2] = {{-1e-300, 1e-300}, {-1e-10, 1e-10}, {-1.0, 1.0},
                                       {-8.0, 8.0},       {-40.0, 40.0},   {-710.0, 710.0},
                                       {-760.0, 760.0},   {0.0, 0.0}};
    const size_t rounds_of_each = count_trials(3000);
    size_t n_sets;
    const nn_kernels *const *sets = nn_kernel_sets(&n_sets);
    for (size_t s = 0; s < n_sets; s++) {
        dice d = {1};
        double most = 0.0;
        for (size_t r = 0; r < sizeof RANGES / sizeof *RANGES; r++)
            for (size_t round = 0; round < rounds_of_each; round++)
                most = fmax(most, check_sigmoid_summands(sets[s], &d, RANGES[r][0], RANGES[r][1]));
        printf("%s: summands of sigmoid outputs are within %.2f ulp\n", sets[s]->name, most);
    }
}
END_TEST

/* ---- summands of softmax outputs ------------------------------------------------------------- */

/* -ln(softmax(z)_k) from the largest input, which loses nothing where the others are far from it.
 */
static long double get_softmax_summand(size_t n, const double *z, size_t k) {
    size_t largest = 0;
    long double others = 0.0L;
    for (size_t j = 1; j < n; j++)
        largest = z[j] > z[largest] ? j : largest;
    for (size_t j = 0; j < n; j++)
        others += j == largest ? 0.0L : expl((long double)z[j] - (long double)z[largest]);
    return (long double)z[largest] - (long double)z[k] + log1pl(others);
}

/* Inputs of one size, or some of them far from the others, or near to their neighbours. */
static void roll_row(dice *d, size_t n, double *z) {
    static const double SIZES[] = {1e-300, 1e-8, 1.0, 30.0, 500.0, 4e307};
    double size = SIZES[roll_between(d, 0, sizeof SIZES / sizeof *SIZES - 1)];
    double offset = roll_between(d, 0, 1) ? roll_uniform(d, -1e3, 1e3) : 0.0;
    for (size_t k = 0; k < n; k++) {
        z[k] = size * roll_uniform(d, -1.0, 1.0) + offset;
        if (k > 0 && roll_between(d, 0, 2) == 0)
            z[k] = z[k - 1] - roll_uniform(d, 0.0, 1.0);
    }
    if (roll_between(d, 0, 1))
        z[roll_between(d, 0, n - 1)] += roll_uniform(d, 0.0, 60.0);
    if (n > 1 && roll_between(d, 0, 3) == 0)
        z[roll_between(d, 0, n - 1)] = z[roll_between(d, 0, n - 1)];
    /* Exponentials each of which is less than half of the last digit of the sum. */
    for (size_t k = 0, few = roll_between(d, 0, 3); few == 0 && k < n; k++)
        z[k] = offset - (k < 2 ? 0.1 * (double)k : roll_uniform(d, 37.0, 38.0));
}

enum { MOST_COLUMNS = 300, MOST_ROWS = 20, MOST_Z = 1200 };

/* One label of each row is not 0. */
static double check_softmax_summands(const nn_kernels *set, dice *d, size_t rows, size_t columns) {
    static double z[MOST_Z], y[MOST_Z], w[MOST_Z], delta[MOST_Z];
    double most = 0.0;
    operands x = {.n = rows * columns, .rows = rows, .columns = columns, .a = z, .b = y, .w = w};
    memset(y, 0, sizeof y);
    for (size_t r = 0; r < rows; r++)
        roll_row(d, columns, z + r * columns);
    for (size_t r = 0; r < rows; r++) {
        size_t k = roll_between(d, 0, columns - 1);
        double label = y[r * columns + k] = roll_label(d);
        double cost = get_summand(set, "softmax_cross_entropy", &x, r, delta);
        long double expected =
            (long double)label * get_softmax_summand(columns, z + r * columns, k);
        double ulps = count_ulps(cost, expected);
        if (!(ulps <= find_kernel("softmax_cross_entropy")->relative_ulps))
            ck_abort_msg("%s: row %zu of %zu x %zu costs %a, off by %.2f ulp", set->name, r, rows,
                         columns, cost, ulps);
        if (cost != get_summand(set, "softmax_cross_entropy", &x, r, NULL))
            ck_abort_msg("%s: %zu x %zu cost another amount without a delta", set->name, rows,
                         columns);
        most = fmax(most, ulps);
    }
    return most;
}

START_TEST(softmax_summands_are_within_their_ulps) {
    const size_t rounds_of_each = count_trials(250);
    size_t n_sets;
    const nn_kernels *const *sets = nn_kernel_sets(&n_sets);
    for (size_t s = 0; s < n_sets; s++) {
        dice d = {2};
        double most = 0.0;
        for (size_t columns = 1; columns <= MOST_COLUMNS; columns += 1 + columns / 12)
            for (size_t round = 0; round < rounds_of_each; round++) {
                size_t rows = roll_between(&d, 1, MOST_ROWS);
                rows = rows * columns > MOST_Z ? MOST_Z / columns : rows;
                most = fmax(most, check_softmax_summands(sets[s], &d, rows, columns));
            }
        printf("%s: summands of softmax outputs are within %.2f ulp\n", sets[s]->name, most);
    }
}
END_TEST

/* ---- ends ------------------------------------------------------------------------------------ */

static bool is_same(double found, double expected) {
    return isnan(expected) ? isnan(found) : found == expected;
}

/* In every place of every length. */
START_TEST(sigmoid_costs_are_right_at_the_ends) {
    static const double INF = (double)INFINITY, NONE = (double)NAN;
    static const struct {
        double z, y, cost, delta;
    } ENDS[] = {
        {0.0, 0.0, 0x1.62e42fefa39efp-1, 0.5},
        {-0.0, 1.0, 0x1.62e42fefa39efp-1, -0.5},
        {700.0, 0.0, 700.0, 1.0},
        {-700.0, 1.0, 700.0, -1.0},
        {1e308, 0.0, 1e308, 1.0},
        {-1e308, 1.0, 1e308, -1.0},
        {1e308, 1.0, 0.0, 0.0},
        {-1e308, 0.0, 0.0, 0.0},
        {1e308, 0.75, 2.5e307, 0.25},
        {DBL_MAX, 0.0, DBL_MAX, 1.0},
        {-745.0, 0.0, 5e-324, 5e-324},
        {745.0, 1.0, 5e-324, -5e-324},
        {-746.0, 0.0, 0.0, 0.0},
        {746.0, 1.0, 0.0, 0.0},
        {INF, 0.0, INF, 1.0},
        {-INF, 1.0, INF, -1.0},
        {INF, 1.0, 0.0, 0.0},
        {-INF, 0.0, 0.0, 0.0},
        {INF, 0.5, INF, 0.5},
        {NONE, 0.0, NONE, NONE},
        {NONE, 1.0, NONE, NONE},
        {0.5, NONE, NONE, NONE},
        {-INF, NONE, NONE, NONE},
    };
    enum { LONGEST = 19 };
    size_t n_sets;
    const nn_kernels *const *sets = nn_kernel_sets(&n_sets);
    for (size_t s = 0; s < n_sets; s++)
        for (size_t i = 0; i < sizeof ENDS / sizeof *ENDS; i++)
            for (size_t n = 1; n <= LONGEST; n++)
                for (size_t e = 0; e < n; e++) {
                    /* The others cost nothing. */
                    double z[LONGEST], y[LONGEST], delta[LONGEST];
                    fill(n, z, -1e4);
                    fill(n, y, 0.0);
                    z[e] = ENDS[i].z;
                    y[e] = ENDS[i].y;
                    double cost = sets[s]->sigmoid_cross_entropy(n, z, y, NULL, delta);
                    if (!is_same(cost, ENDS[i].cost) || !is_same(delta[e], ENDS[i].delta))
                        ck_abort_msg("%s: z = %g, y = %g cost %g with the delta %g", sets[s]->name,
                                     z[e], y[e], cost, delta[e]);
                }
}
END_TEST

/* Where sigmoid(z) is 1 to the last bit, what is left to learn is still there. */
START_TEST(right_sigmoid_outputs_keep_their_deltas) {
    size_t n_sets;
    const nn_kernels *const *sets = nn_kernel_sets(&n_sets);
    for (size_t s = 0; s < n_sets; s++)
        for (double z = 0.0; z < 745.0; z += 0.37) {
            double O_in[] = {z, -z}, Y[] = {1.0, 0.0}, delta[2];
            sets[s]->sigmoid_cross_entropy(2, O_in, Y, NULL, delta);
            long double expected = 1.0L / (1.0L + expl((long double)z));
            ck_assert_double_le(count_ulps(-delta[0], expected), 3.0);
            ck_assert_double_eq(delta[1], -delta[0]);
        }
}
END_TEST

START_TEST(softmax_costs_are_right_at_the_ends) {
    static const double INF = (double)INFINITY, NONE = (double)NAN;
    static const struct {
        size_t columns;
        double z[3], y[3], cost, deltas[3];
    } ENDS[] = {
        {1, {7.0}, {1.0}, 0.0, {0.0}},
        {1, {-1e308}, {0.5}, 0.0, {0.0}},
        {2, {1e308, 1e308}, {1.0, 0.0}, 0x1.62e42fefa39efp-1, {-0.5, 0.5}},
        {2, {-1e308, 5e307}, {1.0, 0.0}, 1.5e308, {-1.0, 1.0}},
        {2, {-1e308, 1e308}, {0.0, 1.0}, 0.0, {0.0, 0.0}},
        {2, {-1e308, 1e308}, {1.0, 0.0}, INF, {-1.0, 1.0}},
        {2, {-1e308, 1e308}, {0.25, 0.75}, 5e307, {-0.25, 0.25}},
        {2, {-745.0, 0.0}, {0.0, 1.0}, 5e-324, {5e-324, -5e-324}},
        {2, {0.0, -746.0}, {1.0, 0.0}, 0.0, {0.0, 0.0}},
        {3, {-INF, 3.0, 3.0}, {0.0, 1.0, 0.0}, 0x1.62e42fefa39efp-1, {0.0, -0.5, 0.5}},
        {3, {-INF, 3.0, -INF}, {0.0, 1.0, 0.0}, 0.0, {0.0, 0.0, 0.0}},
        {3, {-INF, 3.0, -INF}, {0.5, 0.5, 0.0}, INF, {-0.5, 0.5, 0.0}},
        {3, {0.0, 0.0, 0.0}, {0.0, 0.0, 0.0}, 0.0, {0.0, 0.0, 0.0}},
        {2, {-INF, -INF}, {0.0, 1.0}, NONE, {NONE, NONE}},
        {2, {INF, 1.0}, {1.0, 0.0}, NONE, {NONE, NONE}},
        {3, {1.0, INF, INF}, {1.0, 0.0, 0.0}, NONE, {NONE, NONE, NONE}},
        {3, {1.0, NONE, 2.0}, {1.0, 0.0, 0.0}, NONE, {NONE, NONE, NONE}},
        {3, {NONE, 1.0, 2.0}, {0.0, 0.0, 1.0}, NONE, {NONE, NONE, NONE}},
        {3, {1.0, 1.0, 2.0}, {0.0, NONE, 0.0}, NONE, {NONE, NONE, NONE}},
    };
    enum { MOST_REPEATS = 40 };
    size_t n_sets;
    const nn_kernels *const *sets = nn_kernel_sets(&n_sets);
    for (size_t s = 0; s < n_sets; s++)
        for (size_t i = 0; i < sizeof ENDS / sizeof *ENDS; i++)
            for (size_t rows = 1; rows <= MOST_REPEATS; rows++)
                for (size_t r = 0; r < rows; r++) {
                    /* The others cost nothing. */
                    double z[3 * MOST_REPEATS], y[3 * MOST_REPEATS], delta[3 * MOST_REPEATS];
                    size_t columns = ENDS[i].columns;
                    fill(rows * columns, z, 1.0);
                    fill(rows * columns, y, 0.0);
                    memcpy(z + r * columns, ENDS[i].z, columns * sizeof *z);
                    memcpy(y + r * columns, ENDS[i].y, columns * sizeof *y);
                    double cost = sets[s]->softmax_cross_entropy(rows, columns, z, y, NULL, delta);
                    ck_assert_msg(is_same(cost, ENDS[i].cost), "%s: row %zu costs %g",
                                  sets[s]->name, i, cost);
                    for (size_t k = 0; k < columns; k++)
                        ck_assert_msg(is_same(delta[r * columns + k], ENDS[i].deltas[k]),
                                      "%s: delta %zu of row %zu is %g", sets[s]->name, k, i,
                                      delta[r * columns + k]);
                }
}
END_TEST

START_TEST(right_softmax_outputs_keep_their_deltas) {
    enum { MOST = 70 };
    size_t n_sets;
    const nn_kernels *const *sets = nn_kernel_sets(&n_sets);
    for (size_t s = 0; s < n_sets; s++)
        for (size_t columns = 2; columns <= MOST; columns++)
            for (double z = 0.0; z < 700.0; z += 9.1) {
                double O_in[MOST] = {0.0}, Y[MOST] = {0.0}, delta[MOST];
                size_t right = columns / 2;
                O_in[right] = z;
                Y[right] = 1.0;
                sets[s]->softmax_cross_entropy(1, columns, O_in, Y, NULL, delta);
                long double others = (long double)(columns - 1) * expl(-(long double)z);
                ck_assert_double_le(count_ulps(-delta[right], others / (1.0L + others)), 4.0);
            }
}
END_TEST

int main(void) {
    const TTest *const tests[] = {
        sigmoid_summands_are_within_their_ulps, softmax_summands_are_within_their_ulps,
        sigmoid_costs_are_right_at_the_ends,    right_sigmoid_outputs_keep_their_deltas,
        softmax_costs_are_right_at_the_ends,    right_softmax_outputs_keep_their_deltas,
    };
    return run_tests("cross_entropy", tests, sizeof tests / sizeof *tests);
}
