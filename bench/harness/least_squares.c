/* SPDX-License-Identifier: BSD-3-Clause */
#include "harness/least_squares.h"
#include "harness/allocate.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

double get_relative_error(const equation *e, size_t unknowns, const double *x) {
    double sum = 0.0;
    for (size_t i = 0; i < unknowns; i++)
        sum += e->counts[i] * x[i];
    return sum / e->total - 1.0;
}

/* The equations multiplied by their own transpose: matrix x = right. */
typedef struct normal_equations {
    double *matrix, *right;
} normal_equations;

static void add_equation(const normal_equations *n, const equation *e, size_t unknowns,
                         double weight) {
    for (size_t i = 0; i < unknowns; i++) {
        double count = weight * e->counts[i] / e->total;
        n->right[i] += count;
        for (size_t k = 0; count != 0.0 && k < unknowns; k++)
            n->matrix[i * unknowns + k] += count * e->counts[k] / e->total;
    }
}

/* One unknown at a time is set to its best, the others being as they are; Gauss and Seidel's
 * iteration, kept from negative values. */
static void descend(const normal_equations *n, size_t unknowns, double *x) {
    enum { SWEEPS = 2000 };
    for (int sweep = 0; sweep < SWEEPS; sweep++)
        for (size_t i = 0; i < unknowns; i++) {
            const double *row = n->matrix + i * unknowns;
            double rest = n->right[i];
            for (size_t k = 0; k < unknowns; k++)
                rest -= k == i ? 0.0 : row[k] * x[k];
            x[i] = row[i] > 0.0 ? fmax(rest / row[i], 0.0) : 0.0;
        }
}

/* Huber's weights: that of an error beyond LARGE falls with its size. */
static double get_robust_weight(const equation *e, size_t unknowns, const double *x) {
    static const double LARGE = 0.1;
    double error = fabs(get_relative_error(e, unknowns, x));
    return e->weight * (error > LARGE ? LARGE / error : 1.0);
}

void solve_least_squares(const equation *equations, size_t count, size_t unknowns, double *x) {
    enum { ROUNDS = 8 };
    size_t numbers = unknowns * unknowns + unknowns;
    normal_equations n = {.matrix = allocate_array(numbers, sizeof(double))};
    n.right = n.matrix + unknowns * unknowns;
    memset(x, 0, unknowns * sizeof *x);
    for (int round = 0; round < ROUNDS; round++) {
        memset(n.matrix, 0, numbers * sizeof(double));
        for (size_t e = 0; e < count; e++)
            add_equation(&n, &equations[e], unknowns,
                         round == 0 ? equations[e].weight
                                    : get_robust_weight(&equations[e], unknowns, x));
        descend(&n, unknowns, x);
    }
    free(n.matrix);
}
