/* SPDX-License-Identifier: BSD-3-Clause */
/* The calls with given derivatives: any number of rows and threads, weights, NaN, memory, and
 * arguments that are refused. */
#include "support/counting_allocator.h"
#include "support/support.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* All that the calls take, and the gradient followed by the cost. */
typedef struct arguments {
    problem p;
    nnblas_net *net;
    const double *weights, *dYdX;
    double *given, *all, *gradient, *cost;
    double weight;
    size_t ldd;
} arguments;

static arguments make_arguments(dice *d, kind k, size_t N, const size_t *sizes, size_t n_sizes) {
    arguments a = {.p = make_problem_of(d, k, N, sizes, n_sizes, 1), .weight = 0.5};
    size_t n = a.p.parameter_count;
    a.ldd = get_inputs(&a.p) * get_outputs(&a.p);
    a.dYdX = a.given = allocate_doubles(N * a.ldd);
    for (size_t i = 0; i < N * a.ldd; i++)
        a.given[i] = roll_uniform(d, -1.0, 1.0);
    a.net = make_net(&a.p);
    a.gradient = a.all = allocate_doubles(n + 1);
    a.cost = a.all + n;
    fill(n + 1, a.all, (double)NAN);
    return a;
}

static void free_arguments(arguments *a) {
    nnblas_net_destroy(a->net);
    free(a->given);
    free(a->all);
    free_problem(&a->p);
}

static nnblas_status compute(const arguments *a) {
    const problem *p = &a->p;
    return nnblas_net_gradient_derivatives(a->net, p->N, p->X, p->ldx, p->Y, p->ldy, a->weights,
                                           a->weight, a->dYdX, a->ldd, a->gradient, a->cost);
}

static nnblas_status evaluate(const arguments *a) {
    const problem *p = &a->p;
    return nnblas_net_evaluate_derivatives(a->net, p->N, p->X, p->ldx, p->Y, p->ldy, a->weights,
                                           a->weight, a->dYdX, a->ldd, a->cost);
}

/* ---- rows ------------------------------------------------------------------------------------ */

static arguments get_row(const arguments *a, size_t e) {
    arguments row = *a;
    row.p.N = 1;
    row.p.X += e * a->p.ldx;
    row.p.Y += e * a->p.ldy;
    row.dYdX += e * a->ldd;
    row.weights = NULL;
    row.all = allocate_doubles(a->p.parameter_count + 1);
    row.gradient = row.all;
    row.cost = row.all + a->p.parameter_count;
    return row;
}

/* The mean of the rows alone, by their weights. */
static void check_rows_alone(const arguments *a) {
    size_t n = a->p.parameter_count;
    double *mean = allocate_doubles(n + 1), total = 0.0;
    fill(n + 1, mean, 0.0);
    for (size_t e = 0; e < a->p.N; e++) {
        arguments row = get_row(a, e);
        double weight = a->weights ? a->weights[e] : 1.0;
        ck_assert_ok(compute(&row));
        for (size_t i = 0; i <= n; i++)
            mean[i] += weight * row.all[i];
        total += weight;
        free(row.all);
    }
    for (size_t i = 0; i <= n; i++)
        mean[i] /= total;
    ck_assert_ok(compute(a));
    check_layers(&a->p, mean, a->all);
    ck_assert_close(1, mean + n, a->cost);
    ck_assert_ok(evaluate(a));
    ck_assert_close(1, mean + n, a->cost);
    free(mean);
}

/* Around the sizes of tiles, which are multiples of 8 and at most 512 rows, and with wide layers
 * whose tiles have few rows; passes of outputs and of inputs; weights that are 0 too. */
START_TEST(rows_are_averaged) {
    static const size_t ROWS[] = {2, 7, 9, 63, 65, 511, 512, 513, 1030};
    static const size_t FEW[] = {3, 4, 5, 2}, MANY[] = {2, 5, 4}, WIDE[] = {20, 70, 50, 3};
    dice d = {1};
    for (size_t i = 0; i < sizeof ROWS / sizeof *ROWS; i++) {
        kind k = get_kind((i * 7 + 3) % N_KINDS);
        arguments all[] = {make_arguments(&d, k, ROWS[i], FEW, 4),
                           make_arguments(&d, k, ROWS[i], MANY, 3),
                           make_arguments(&d, k, ROWS[i] % 100 + 1, WIDE, 4)};
        for (size_t j = 0; j < sizeof all / sizeof *all; j++) {
            check_rows_alone(&all[j]);
            weigh_rows(&d, &all[j].p);
            all[j].weights = all[j].p.weights;
            check_rows_alone(&all[j]);
            free_arguments(&all[j]);
        }
    }
}
END_TEST

static arguments make_large_arguments(dice *d) {
    static const size_t SIZES[] = {6, 20, 12, 2};
    kind k = {.hidden = NNBLAS_TANH, .output = NNBLAS_IDENTITY, .flags = NNBLAS_BIAS};
    return make_arguments(d, k, 4099, SIZES, 4);
}

START_TEST(any_number_of_threads_gives_the_same_bits) {
    dice d = {2};
    arguments a = make_large_arguments(&d);
    size_t bytes = (a.p.parameter_count + 1) * sizeof(double);
    double *expected = allocate_doubles(a.p.parameter_count + 1), cost = 0.0;
    ck_assert_ok(nnblas_set_threads(1));
    ck_assert_ok(evaluate(&a));
    cost = *a.cost;
    ck_assert_ok(compute(&a));
    memcpy(expected, a.all, bytes);
    for (int threads = 2; threads <= 9; threads += 3) {
        ck_assert_ok(nnblas_set_threads(threads));
        fill(a.p.parameter_count + 1, a.all, (double)NAN);
        ck_assert_ok(evaluate(&a));
        ck_assert(memcmp(&cost, a.cost, sizeof cost) == 0);
        ck_assert_ok(compute(&a));
        ck_assert(memcmp(expected, a.all, bytes) == 0);
    }
    ck_assert_ok(nnblas_set_threads(0));
    free(expected);
    free_arguments(&a);
}
END_TEST

/* ---- NaN ------------------------------------------------------------------------------------- */

/* To the parameters that the derivative depends on; of a row of weight 0 to none. */
START_TEST(nan_is_passed_on) {
    static const size_t FEW[] = {3, 4, 5, 2}, MANY[] = {2, 4, 3};
    enum { ROWS = 3, BAD = 1 };
    static const double WEIGHTS[ROWS] = {1.0, 0.0, 2.0};
    dice d = {3};
    for (size_t i = 0; i < 2 * N_KINDS; i++) {
        arguments a = make_arguments(&d, get_kind(i / 2), ROWS, i % 2 ? FEW : MANY, i % 2 ? 4 : 3);
        a.given[(BAD + 1) * a.ldd - 1] = (double)NAN;
        ck_assert_ok(evaluate(&a));
        ck_assert(isnan(*a.cost));
        ck_assert_ok(compute(&a));
        ck_assert(isnan(*a.cost) && !are_finite(a.p.parameter_count, a.gradient));
        a.weights = WEIGHTS;
        ck_assert_ok(compute(&a));
        ck_assert(are_finite(a.p.parameter_count + 1, a.all));
        ck_assert_ok(evaluate(&a));
        ck_assert(isfinite(*a.cost));
        free_arguments(&a);
    }
}
END_TEST

/* ---- memory ---------------------------------------------------------------------------------- */

static size_t count_bytes(const arguments *a) {
    size_t live = get_heap_count().live;
    start_counting(0);
    ck_assert_ok(compute(a));
    ck_assert_ok(evaluate(a));
    ck_assert_uint_eq(get_heap_count().live, live);
    return get_heap_count().bytes;
}

/* Eight times the rows take no more memory, once there are as many parts as there can be. */
START_TEST(memory_does_not_grow_with_the_rows) {
    static const size_t SIZES[] = {4, 30, 2};
    dice d = {4};
    arguments a = make_arguments(&d, (kind){.hidden = NNBLAS_TANH}, 80000, SIZES, 3);
    size_t all = count_bytes(&a);
    a.p.N /= 8;
    size_t some = count_bytes(&a);
    ck_assert_uint_gt(some, 0);
    ck_assert_uint_le(all, some + 200000); /* parts, each with its sums */
    ck_assert_uint_lt(all, 80000 * 30 * sizeof(double) / 2);
    free_arguments(&a);
}
END_TEST

START_TEST(failed_allocations_are_errors) {
    static const size_t SIZES[] = {40, 50, 30, 6};
    dice d = {5};
    arguments a = make_arguments(&d, (kind){.hidden = NNBLAS_TANH}, 100, SIZES, 4);
    weigh_rows(&d, &a.p);
    a.p.weights[3] = 0.0;
    a.weights = a.p.weights;
    start_counting(0);
    ck_assert_ok(compute(&a));
    size_t allocations = get_heap_count().allocations, live = get_heap_count().live;
    ck_assert_uint_ge(allocations, 2);
    fill(a.p.parameter_count + 1, a.all, 0.5);
    for (size_t fail_at = 1; fail_at <= allocations; fail_at++) {
        start_counting(fail_at);
        ck_assert_int_eq(compute(&a), NNBLAS_ERROR_MEMORY);
        start_counting(fail_at);
        ck_assert_int_eq(evaluate(&a), NNBLAS_ERROR_MEMORY);
        ck_assert_uint_eq(get_heap_count().live, live);
        ck_assert(holds_only(a.p.parameter_count + 1, a.all, 0.5));
    }
    start_counting(0);
    free_arguments(&a);
}
END_TEST

/* ---- arguments ------------------------------------------------------------------------------- */

static void expect_refusal(const arguments *a, nnblas_status expected, const char *part) {
    double *kept = a->all, before = 0.5;
    for (int is_evaluation = 0; is_evaluation < 2; is_evaluation++) {
        if (is_evaluation && (!a->cost || a->gradient != a->all))
            continue;
        fill(a->p.parameter_count + 1, kept, before);
        ck_assert_int_eq(is_evaluation ? evaluate(a) : compute(a), expected);
        ck_assert_msg(strstr(nnblas_error_message(), part), "'%s' has no '%s'",
                      nnblas_error_message(), part);
        ck_assert(holds_only(a->p.parameter_count + 1, kept, before));
    }
}

static void check_rows_arguments(const arguments *a) {
    arguments bad = *a;
    bad.net = NULL;
    expect_refusal(&bad, NNBLAS_ERROR_NULL, "net is null");
    bad = *a;
    bad.p.N = 0;
    expect_refusal(&bad, NNBLAS_ERROR_SIZE, "N is 0");
    bad = *a;
    bad.p.X = NULL;
    expect_refusal(&bad, NNBLAS_ERROR_NULL, "X is null");
    bad = *a;
    bad.p.ldx = 3;
    expect_refusal(&bad, NNBLAS_ERROR_LEADING, "of X");
    bad = *a;
    bad.p.Y = NULL;
    expect_refusal(&bad, NNBLAS_ERROR_NULL, "Y is null");
    bad = *a;
    bad.p.ldy = 2;
    expect_refusal(&bad, NNBLAS_ERROR_LEADING, "of Y");
    bad = *a;
    bad.weights = (const double[]){1.0, -1.0};
    expect_refusal(&bad, NNBLAS_ERROR_VALUE, "weight of row 1");
    bad.weights = (const double[]){0.0, 0.0};
    expect_refusal(&bad, NNBLAS_ERROR_VALUE, "add up to 0");
}

static void check_derivative_arguments(const arguments *a) {
    static const double WEIGHTS[] = {0.0, -1.0, (double)NAN, (double)INFINITY};
    arguments bad = *a;
    bad.dYdX = NULL;
    expect_refusal(&bad, NNBLAS_ERROR_NULL, "dYdX is null");
    bad = *a;
    bad.ldd = 11;
    expect_refusal(&bad, NNBLAS_ERROR_LEADING, "of dYdX");
    bad = *a;
    bad.dYdX = a->all;
    expect_refusal(&bad, NNBLAS_ERROR_OVERLAP, "dYdX");
    bad = *a;
    for (size_t i = 0; i < sizeof WEIGHTS / sizeof *WEIGHTS; i++) {
        bad.weight = WEIGHTS[i];
        expect_refusal(&bad, NNBLAS_ERROR_VALUE, "derivative_weight");
    }
}

START_TEST(bad_arguments_are_refused) {
    static const size_t SIZES[] = {4, 2, 3};
    enum { ROWS = 2 };
    dice d = {6};
    arguments a = make_arguments(&d, (kind){.hidden = NNBLAS_TANH}, ROWS, SIZES, 3);
    ck_assert_ok(compute(&a));
    check_rows_arguments(&a);
    check_derivative_arguments(&a);
    arguments bad = a;
    bad.gradient = NULL;
    expect_refusal(&bad, NNBLAS_ERROR_NULL, "gradient is null");
    bad.gradient = a.p.X;
    expect_refusal(&bad, NNBLAS_ERROR_OVERLAP, "gradient");
    bad.gradient = nnblas_net_parameters(a.net);
    expect_refusal(&bad, NNBLAS_ERROR_OVERLAP, "gradient");
    bad = a;
    bad.cost = NULL;
    ck_assert_ok(compute(&bad));
    ck_assert_int_eq(evaluate(&bad), NNBLAS_ERROR_NULL);
    ck_assert_ptr_nonnull(strstr(nnblas_error_message(), "mse is null"));
    bad.cost = a.given;
    ck_assert_int_eq(evaluate(&bad), NNBLAS_ERROR_OVERLAP);
    free_arguments(&a);
}
END_TEST

int main(void) {
    const TTest *const tests[] = {
        rows_are_averaged,
        any_number_of_threads_gives_the_same_bits,
        nan_is_passed_on,
        memory_does_not_grow_with_the_rows,
        failed_allocations_are_errors,
        bad_arguments_are_refused,
    };
    return run_tests("given_derivative_calls", tests, sizeof tests / sizeof *tests);
}
