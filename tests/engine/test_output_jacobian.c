/* SPDX-License-Identifier: BSD-3-Clause */
/* The derivatives of every output by every parameter, against the reference. */
#include "engine/output_jacobian.h"
#include "network/network.h"
#include "support/support.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* The gradient of half the squared error of one row whose labels are its outputs, but for output k
 * one less: the derivatives of output k. Those of an exponential output are it times those of its
 * input: the rounding of a much larger one would be felt. */
static void differentiate(const problem *p, size_t e, size_t k, double *derivatives) {
    problem row = *p;
    double *labels = allocate_doubles(get_outputs(p));
    row.kind.cost = NNBLAS_MSE;
    row.N = 1;
    row.X = p->X + e * p->ldx;
    row.Y = labels;
    row.weights = NULL;
    compute_reference(&row, NULL, labels);
    double factor = 1.0;
    if (p->kind.output == NNBLAS_EXPONENTIAL) {
        factor = labels[k];
        row.kind.output = NNBLAS_IDENTITY;
        compute_reference(&row, NULL, labels);
    }
    labels[k] -= 1.0;
    compute_reference(&row, derivatives, NULL);
    for (size_t i = 0; i < p->parameter_count; i++)
        derivatives[i] *= factor;
    free(labels);
}

/* Relative to the largest derivative. Where that is small, the output is near its limit, and its
 * slope has the rounding of a value near 1; that of a relu that is off has the one of its labels.
 */
static double get_tolerance(size_t n, const double *expected) {
    double largest = 0.0;
    for (size_t i = 0; i < n; i++)
        largest = fmax(largest, fabs(expected[i]));
    return fmax(1e-12, 1e-14 / largest);
}

/* Rows with factors, as for row weights, and picked from the problem's backwards, so that no two
 * lie together. */
static void check_jacobian(const problem *p) {
    nnblas_net *net = make_net(p);
    const nn_model model = nn_net_model(net);
    size_t outputs = get_outputs(p), ldj = p->parameter_count + 3;
    double *J = allocate_doubles(p->N * outputs * ldj), *factors = allocate_doubles(p->N);
    double *expected = allocate_doubles(p->parameter_count);
    uint32_t *order = calloc(p->N, sizeof *order);
    for (size_t e = 0; e < p->N; e++) {
        order[e] = (uint32_t)(p->N - 1 - e);
        factors[e] = 1.0 + (double)e;
    }
    nn_jacobian_buffers b;
    for (int given = 0; given <= 1; given++) {
        const nn_rows rows = {.N = p->N, .X = p->X, .ldx = p->ldx, .order = given ? order : NULL};
        fill(p->N * outputs * ldj, J, 7.0);
        ck_assert_ok(nn_jacobian_buffers_open(&b, &model, p->N));
        nn_tile tile = nn_forward_rows(&model, &rows, 0, p->N, &b);
        nn_compute_output_deltas(&model, &tile, given ? factors : NULL, b.deltas);
        nn_write_jacobian(&model, &tile, b.deltas, J, ldj);
        nn_jacobian_buffers_close(&b);
        for (size_t e = 0; e < p->N; e++)
            for (size_t k = 0; k < outputs; k++) {
                double *row = J + (e * outputs + k) * ldj;
                differentiate(p, given ? order[e] : e, k, expected);
                for (size_t i = 0; given && i < p->parameter_count; i++)
                    expected[i] *= factors[e];
                double difference = get_difference(p->parameter_count, expected, row);
                double tolerance = get_tolerance(p->parameter_count, expected);
                ck_assert_msg(difference <= tolerance, "off by %g: row %zu, output %zu, %s",
                              difference, e, k, describe_kind(p->kind));
                ck_assert(holds_only(3, row + p->parameter_count, 7.0));
            }
    }
    free(order);
    free(expected);
    free(factors);
    free(J);
    nnblas_net_destroy(net);
}

START_TEST(every_derivative_is_that_of_the_reference) {
    static const size_t SHAPES[][MAX_SIZES] = {
        /* N, sizes, 0 */
        {1, 4, 2, 3}, {13, 5, 9, 1},   {6, 1, 1, 1},          {8, 3, 2},
        {9, 1, 5},    {7, 6, 8, 5, 4}, {5, 2, 3, 1, 3, 2, 3},
    };
    dice d = {1};
    for (size_t i = 0; i < N_KINDS; i++)
        for (size_t s = 0; s < sizeof SHAPES / sizeof *SHAPES; s++) {
            size_t n_sizes = 0;
            while (SHAPES[s][n_sizes + 1])
                n_sizes++;
            problem p =
                make_problem_of(&d, get_kind(i), SHAPES[s][0], SHAPES[s] + 1, n_sizes, s % 2);
            if (measure_kinks(&p) > 1e-12)
                check_jacobian(&p);
            free_problem(&p);
        }
}
END_TEST

int main(void) {
    const TTest *const tests[] = {every_derivative_is_that_of_the_reference};
    return run_tests("output_jacobian", tests, sizeof tests / sizeof *tests);
}
