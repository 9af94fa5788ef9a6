/* SPDX-License-Identifier: BSD-3-Clause */
/* The Gaussian cost of a tile in both layouts, its derivatives and its second derivatives, beside
 * long double. */
#include "engine/gaussian.h"
#include "support/support.h"

#include <math.h>
#include <stdlib.h>

/* A tile of labels, weights, outputs and what is computed of them, each row-major. */
typedef struct tile {
    size_t rows, labels;
    double *Y, *weights, *O, *expected;
    double expected_cost;
} tile;

static tile make_tile(dice *d, size_t rows, size_t labels, bool is_weighted) {
    size_t n = rows * labels;
    tile t = {.rows = rows,
              .labels = labels,
              .Y = allocate_doubles(n),
              .O = allocate_doubles(2 * n),
              .expected = allocate_doubles(2 * n)};
    if (is_weighted)
        t.weights = allocate_doubles(n);
    long double cost = 0.0L;
    for (size_t i = 0; i < n; i++) {
        size_t place = i / labels * 2 * labels + i % labels;
        double o = t.O[place] = roll_uniform(d, -2.0, 2.0);
        double s = t.O[place + labels] = roll_uniform(d, -3.0, 3.0);
        t.Y[i] = roll_uniform(d, -2.0, 2.0);
        double w = is_weighted ? (t.weights[i] = roll_uniform(d, 0.0, 3.0)) : 1.0;
        long double error = (long double)o - (long double)t.Y[i], precision = expl(-(long double)s);
        cost += (long double)w * ((long double)s + error * error * precision) / 2.0L;
        t.expected[place] = (double)((long double)w * error * precision);
        t.expected[place + labels] =
            (double)((long double)w * (1.0L - error * error * precision) / 2.0L);
    }
    t.expected_cost = (double)cost;
    return t;
}

static void free_tile(tile *t) {
    free(t->Y);
    free(t->weights);
    free(t->O);
    free(t->expected);
}

/* A copy, columns x rows. Null of null. */
static double *transpose(size_t rows, size_t columns, const double *from) {
    double *to = from ? allocate_doubles(rows * columns) : NULL;
    for (size_t i = 0; from && i < rows * columns; i++)
        to[i % columns * rows + i / columns] = from[i];
    return to;
}

static void check_tile(const tile *t, bool transposed) {
    size_t rows = t->rows, labels = t->labels, n = rows * labels;
    double *O = transposed ? transpose(rows, 2 * labels, t->O) : t->O;
    double *Y = transposed ? transpose(rows, labels, t->Y) : t->Y;
    double *weights = transposed ? transpose(rows, labels, t->weights) : t->weights;
    double *expected = transposed ? transpose(rows, 2 * labels, t->expected) : t->expected;
    double *deltas = allocate_doubles(2 * n);
    fill(2 * n, deltas, (double)NAN);
    const nn_gaussian g = {rows, labels, transposed, O, Y, weights};
    double cost = nn_compute_gaussian_cost(&g, deltas);
    ck_assert_double_le(fabs(cost - t->expected_cost), 1e-13 * (double)n);
    ck_assert_close(2 * n, expected, deltas);
    ck_assert_double_eq(nn_compute_gaussian_cost(&g, NULL), cost);
    free(deltas);
    if (transposed) {
        free(O);
        free(Y);
        free(weights);
        free(expected);
    }
}

/* Below and above the labels that are computed together, in whole blocks and not. */
START_TEST(every_layout_gives_the_same) {
    static const size_t ROWS[] = {1, 2, 3, 63, 64, 65, 129, 300},
                        LABELS[] = {1, 2, 3, 5, 63, 64, 65, 127, 128, 129, 260};
    dice d = {1};
    for (size_t r = 0; r < sizeof ROWS / sizeof *ROWS; r++)
        for (size_t l = 0; l < sizeof LABELS / sizeof *LABELS; l++)
            for (int is_weighted = 0; is_weighted <= 1; is_weighted++) {
                tile t = make_tile(&d, ROWS[r], LABELS[l], is_weighted);
                check_tile(&t, false);
                check_tile(&t, true);
                free_tile(&t);
            }
}
END_TEST

/* The block of a label is [p, -e p; -e p, e^2 p / 2], with the error e and the precision p. */
START_TEST(second_derivatives_are_blocks_of_a_label) {
    dice d = {2};
    for (size_t labels = 1; labels <= 70; labels += 23) {
        enum { ROWS = 5 };
        tile t = make_tile(&d, ROWS, labels, false);
        size_t n = ROWS * labels;
        double *R = allocate_doubles(2 * n), *expected = allocate_doubles(2 * n);
        double *curvature = allocate_doubles(2 * n);
        for (size_t i = 0; i < 2 * n; i++)
            R[i] = roll_uniform(&d, -1.0, 1.0);
        for (size_t i = 0; i < n; i++) {
            size_t place = i / labels * 2 * labels + i % labels, pair = place + labels;
            double e = t.O[place] - t.Y[i], p = exp(-t.O[pair]);
            expected[place] = p * R[place] - e * p * R[pair];
            expected[pair] = e * e * p / 2.0 * R[pair] - e * p * R[place];
        }
        const nn_gaussian g = {.rows = ROWS, .labels = labels, .O = t.O, .Y = t.Y};
        nn_prepare_gaussian_curvature(&g, curvature);
        nn_multiply_by_gaussian_curvature(&g, curvature, R);
        ck_assert_close(2 * n, expected, R);
        free(R);
        free(expected);
        free(curvature);
        free_tile(&t);
    }
}
END_TEST

/* Where there is no variance and no error, a direction of the log variance changes nothing. */
START_TEST(second_derivatives_of_no_variance) {
    const double O[] = {0.3, -1500.0}, Y[] = {0.3};
    double curvature[2], R[] = {0.0, 1.0};
    const nn_gaussian g = {.rows = 1, .labels = 1, .O = O, .Y = Y};
    nn_prepare_gaussian_curvature(&g, curvature);
    nn_multiply_by_gaussian_curvature(&g, curvature, R);
    ck_assert_double_eq(R[0], 0.0);
    ck_assert_double_eq(R[1], 0.0);
}
END_TEST

int main(void) {
    const TTest *const tests[] = {
        every_layout_gives_the_same,
        second_derivatives_are_blocks_of_a_label,
        second_derivatives_of_no_variance,
    };
    return run_tests("gaussian_tiles", tests, sizeof tests / sizeof *tests);
}
