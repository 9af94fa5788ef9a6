/* SPDX-License-Identifier: BSD-3-Clause */
/* The normal equations against sums over rows and outputs, and their memory. */
#include "engine/normal_equations.h"
#include "engine/row_weights.h"
#include "network/network.h"
#include "support/support.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Row by row: the Jacobian of the rows one at a time, multiplied in long double. */
typedef struct sums {
    double *hessian, *gradient;
} sums;

static void add_row(const problem *p, const double *J, const double *error, long double weight,
                    long double *hessian, long double *gradient) {
    for (size_t k = 0; k < get_outputs(p); k++, J += p->parameter_count)
        for (size_t i = 0; i < p->parameter_count; i++) {
            gradient[i] += weight * (long double)J[i] * (long double)error[k];
            for (size_t j = 0; j < p->parameter_count; j++)
                hessian[i * p->parameter_count + j] +=
                    weight * (long double)J[i] * (long double)J[j];
        }
}

static sums add_up(const problem *p, const nn_model *model, const uint32_t *order, size_t N) {
    size_t n = p->parameter_count, outputs = get_outputs(p);
    sums s = {allocate_doubles(n * n), allocate_doubles(n)};
    long double *hessian = calloc(n * n, sizeof *hessian), *gradient = calloc(n, sizeof *gradient);
    long double total = 0.0L;
    double *J = allocate_doubles(outputs * n), *error = allocate_doubles(outputs);
    nn_jacobian_buffers b;
    ck_assert_ok(nn_jacobian_buffers_open(&b, model, 1));
    for (size_t e = 0; e < N; e++) {
        size_t row = order ? order[e] : e;
        const nn_rows rows = {.N = p->N, .X = p->X, .ldx = p->ldx};
        nn_tile tile = nn_forward_rows(model, &rows, row, 1, &b);
        nn_compute_output_deltas(model, &tile, NULL, b.deltas);
        nn_write_jacobian(model, &tile, b.deltas, J, n);
        for (size_t k = 0; k < outputs; k++)
            error[k] = tile.activations[model->n_layers - 1][k] - p->Y[row * p->ldy + k];
        long double weight = p->weights ? (long double)p->weights[row] : 1.0L;
        add_row(p, J, error, weight, hessian, gradient);
        total += weight;
    }
    nn_jacobian_buffers_close(&b);
    for (size_t i = 0; i < n * n; i++)
        s.hessian[i] = (double)(hessian[i] / total);
    for (size_t i = 0; i < n; i++)
        s.gradient[i] = (double)(gradient[i] / total);
    free(hessian);
    free(gradient);
    free(J);
    free(error);
    return s;
}

/* The half that is promised, the lower one filled from it. */
static void compare(const sums *expected, const nn_normal_equations *e) {
    size_t n = e->count;
    double *found = allocate_doubles(n * n);
    for (size_t i = 0; i < n; i++) {
        ck_assert_double_eq(e->diagonal[i], e->hessian[i * n + i]);
        for (size_t j = 0; j < n; j++)
            found[i * n + j] = e->hessian[i <= j ? i * n + j : j * n + i];
    }
    ck_assert_close(n * n, expected->hessian, found);
    ck_assert_close(n, expected->gradient, e->gradient);
    free(found);
}

/* Twice: what the first run left must not count. */
static void check_equations(const problem *p, const uint32_t *order, size_t N) {
    nnblas_net *net = make_net(p);
    const nn_model model = nn_net_model(net);
    sums expected = add_up(p, &model, order, N);
    nn_rows rows = {.N = N,
                    .X = p->X,
                    .ldx = p->ldx,
                    .Y = p->Y,
                    .ldy = p->ldy,
                    .weights = p->weights,
                    .order = order};
    nn_weigh_rows(&rows);
    nn_normal_equations e;
    ck_assert_ok(nn_normal_equations_open(&e, &model, N));
    ck_assert_uint_eq(e.count, p->parameter_count);
    for (int run = 0; run < 2; run++) {
        nn_normal_equations_run(&e, &rows);
        compare(&expected, &e);
    }
    nn_normal_equations_close(&e);
    free(expected.hessian);
    free(expected.gradient);
    nnblas_net_destroy(net);
}

/* They know no cost, and a label for each output. */
static void check_problem(dice *d, kind k, size_t N, const size_t *sizes, size_t n_sizes) {
    k.cost = k.cost == NNBLAS_GAUSSIAN ? NNBLAS_MSE : k.cost;
    problem p = make_problem_of(d, k, N, sizes, n_sizes, roll_between(d, 0, 2));
    uint32_t *order = calloc(N, sizeof *order);
    for (size_t e = 0; e < N; e++)
        order[e] = (uint32_t)(N - 1 - e);
    check_equations(&p, NULL, N);
    weigh_rows(d, &p);
    check_equations(&p, NULL, N);
    check_equations(&p, order, N / 2 + 1);
    free(order);
    free_problem(&p);
}

START_TEST(they_are_the_sums_over_the_rows) {
    static const size_t SHAPES[][MAX_SIZES] = {
        /* N, sizes, 0: one block, several, several tiles */
        {1, 1, 1},        {7, 4, 2, 3},        {150, 5, 9, 1},
        {61, 3, 6, 4, 2}, {1100, 4, 12, 1, 2}, {40, 9, 11, 2},
    };
    dice d = {3};
    for (size_t s = 0; s < sizeof SHAPES / sizeof *SHAPES; s++) {
        size_t n_sizes = 0;
        while (SHAPES[s][n_sizes + 1])
            n_sizes++;
        for (size_t i = 0; i < count_trials(N_KINDS / 3); i++)
            check_problem(&d, get_kind(roll_between(&d, 0, N_KINDS - 1)), SHAPES[s][0],
                          SHAPES[s] + 1, n_sizes);
    }
}
END_TEST

/* Tiles are cut short where the rows are many: the cost of the memory is that of the first. */
START_TEST(memory_does_not_grow_with_the_rows) {
    dice d = {4};
    const size_t sizes[] = {10, 15, 1};
    problem p = make_problem(&d, 1, sizes, 3, 0);
    nnblas_net *net = make_net(&p);
    const nn_model model = nn_net_model(net);
    size_t count = p.parameter_count, some = nn_measure_normal_equations(&model, 100000);
    ck_assert_uint_eq(some, nn_measure_normal_equations(&model, 1000000000));
    ck_assert_uint_ge(some, count * count * sizeof(double));
    ck_assert_uint_le(some, count * count * sizeof(double) + (4 << 20));
    nnblas_net_destroy(net);
    free_problem(&p);
}
END_TEST

START_TEST(any_number_of_threads_gives_the_same_bits) {
    dice d = {5};
    const size_t sizes[] = {8, 30, 2};
    problem p = make_problem(&d, 3000, sizes, 3, 0);
    nnblas_net *net = make_net(&p);
    const nn_model model = nn_net_model(net);
    const nn_rows rows = {.N = p.N, .X = p.X, .ldx = p.ldx, .Y = p.Y, .ldy = p.ldy};
    size_t n = p.parameter_count;
    double *first = allocate_doubles(n * n);
    for (int threads = 1; threads <= 5; threads++) {
        nn_normal_equations e;
        ck_assert_ok(nnblas_set_threads(threads));
        ck_assert_ok(nn_normal_equations_open(&e, &model, p.N));
        nn_normal_equations_run(&e, &rows);
        if (threads == 1)
            memcpy(first, e.hessian, n * n * sizeof *first);
        for (size_t i = 0; i < n; i++)
            ck_assert(memcmp(first + i * n + i, e.hessian + i * n + i, (n - i) * sizeof *first) ==
                      0);
        nn_normal_equations_close(&e);
    }
    ck_assert_ok(nnblas_set_threads(0));
    free(first);
    nnblas_net_destroy(net);
    free_problem(&p);
}
END_TEST

int main(void) {
    const TTest *const tests[] = {
        they_are_the_sums_over_the_rows,
        memory_does_not_grow_with_the_rows,
        any_number_of_threads_gives_the_same_bits,
    };
    return run_tests("normal_equations", tests, sizeof tests / sizeof *tests);
}
