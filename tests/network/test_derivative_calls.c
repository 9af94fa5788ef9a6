/* SPDX-License-Identifier: BSD-3-Clause */
/* The calls for derivatives beyond the gradient: any number of rows and threads, several callers at
 * once, NaN, memory, and arguments that are refused. */
#include "support/counting_allocator.h"
#include "support/support.h"

#include <limits.h>
#include <math.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

/* All that the calls compute for the rows of a problem, side by side in one array. */
typedef struct results {
    double *all, *dX, *by_inputs, *by_parameters, *Hv, *diagonal;
    size_t count;
    double *V; /* the same row for each, behind all that is computed */
} results;

static results make_results(const problem *p) {
    size_t inputs = get_inputs(p), outputs = get_outputs(p), n = p->parameter_count;
    size_t by_inputs = p->N * outputs * inputs, by_parameters = p->N * outputs * n;
    results r = {.count = p->N * inputs + by_inputs + by_parameters + 2 * n};
    r.all = allocate_doubles(r.count + p->N * outputs);
    r.dX = r.all;
    r.by_inputs = r.dX + p->N * inputs;
    r.by_parameters = r.by_inputs + by_inputs;
    r.Hv = r.by_parameters + by_parameters;
    r.diagonal = r.Hv + n;
    r.V = r.diagonal + n;
    fill(r.count, r.all, (double)NAN);
    for (size_t i = 0; i < p->N * outputs; i++)
        r.V[i] = 0.5 + (double)(i % outputs);
    return r;
}

/* The parameters as v. Returns the first failure. */
static nnblas_status compute(const problem *p, const nnblas_net *net, const results *r) {
    size_t N = p->N, ldx = p->ldx, ldy = p->ldy, n = p->parameter_count;
    nnblas_status status =
        nnblas_net_input_gradient(net, N, p->X, ldx, r->V, get_outputs(p), r->dX, get_inputs(p));
    if (!status)
        status = nnblas_net_input_jacobian(net, N, p->X, ldx, r->by_inputs);
    if (!status)
        status = nnblas_net_jacobian(net, N, p->X, ldx, r->by_parameters, n);
    if (!status)
        status = nnblas_net_hessian_vector(net, N, p->X, ldx, p->Y, ldy, p->parameters, r->Hv);
    if (!status)
        status = nnblas_net_hessian_diagonal(net, N, p->X, ldx, p->Y, ldy, r->diagonal);
    return status;
}

/* ---- rows ------------------------------------------------------------------------------------ */

/* The problem with one of its rows alone. */
static problem get_row(const problem *p, size_t e) {
    problem row = *p;
    row.N = 1;
    row.X += e * p->ldx;
    row.Y += e * p->ldy;
    return row;
}

/* What is of a row is that of a call with this row alone, and second derivatives are the mean. */
static void check_rows_alone(const problem *p, const nnblas_net *net) {
    results together = make_results(p), sum = make_results(p);
    ck_assert_ok(compute(p, net, &together));
    fill(2 * p->parameter_count, sum.Hv, 0.0);
    for (size_t e = 0; e < p->N; e++) {
        problem row = get_row(p, e);
        results alone = make_results(&row);
        size_t n_X = get_inputs(p), n_inputs = get_outputs(p) * n_X;
        size_t n_parameters = get_outputs(p) * p->parameter_count;
        ck_assert_ok(compute(&row, net, &alone));
        memcpy(sum.dX + e * n_X, alone.dX, n_X * sizeof *sum.dX);
        memcpy(sum.by_inputs + e * n_inputs, alone.by_inputs, n_inputs * sizeof *sum.dX);
        memcpy(sum.by_parameters + e * n_parameters, alone.by_parameters,
               n_parameters * sizeof *sum.dX);
        for (size_t i = 0; i < 2 * p->parameter_count; i++)
            sum.Hv[i] += alone.Hv[i] / (double)p->N;
        free(alone.all);
    }
    ck_assert_close(p->N * get_inputs(p), sum.dX, together.dX);
    ck_assert_close(p->N * get_outputs(p) * get_inputs(p), sum.by_inputs, together.by_inputs);
    ck_assert_close(p->N * get_outputs(p) * p->parameter_count, sum.by_parameters,
                    together.by_parameters);
    check_layers(p, sum.Hv, together.Hv);
    check_layers(p, sum.diagonal, together.diagonal);
    free(together.all);
    free(sum.all);
}

/* Around the sizes of tiles, which are multiples of 8 and at most 512 rows, and with wide layers
 * whose tiles have few rows. */
START_TEST(every_number_of_rows_gives_the_same_rows) {
    static const size_t ROWS[] = {2, 7, 8, 9, 63, 65, 511, 512, 513, 1030};
    static const size_t NARROW[] = {3, 4, 5, 2}, WIDE[] = {20, 70, 50, 3};
    dice d = {1};
    for (size_t i = 0; i < sizeof ROWS / sizeof *ROWS; i++) {
        kind k = get_kind((i * 7 + 3) % N_KINDS);
        problem narrow = make_problem_of(&d, k, ROWS[i], NARROW, 4, i % 3);
        problem wide = make_problem_of(&d, k, ROWS[i] % 100 + 1, WIDE, 4, i % 3);
        const problem *both[] = {&narrow, &wide};
        for (size_t j = 0; j < 2; j++) {
            nnblas_net *net = make_net(both[j]);
            check_rows_alone(both[j], net);
            nnblas_net_destroy(net);
        }
        free_problem(&narrow);
        free_problem(&wide);
    }
}
END_TEST

/* ---- threads --------------------------------------------------------------------------------- */

/* Large enough for several parts: some milliseconds each. */
static problem make_large_problem(dice *d) {
    static const size_t SIZES[] = {6, 20, 12, 2};
    kind k = {.hidden = NNBLAS_TANH, .output = NNBLAS_IDENTITY, .flags = NNBLAS_BIAS};
    return make_problem_of(d, k, 4099, SIZES, 4, 1);
}

START_TEST(any_number_of_threads_gives_the_same_bits) {
    dice d = {2};
    problem p = make_large_problem(&d);
    nnblas_net *net = make_net(&p);
    results expected = make_results(&p), found = make_results(&p);
    ck_assert_ok(nnblas_set_threads(1));
    ck_assert_ok(compute(&p, net, &expected));
    for (int threads = 2; threads <= 9; threads += 3) {
        ck_assert_ok(nnblas_set_threads(threads));
        fill(found.count, found.all, (double)NAN);
        ck_assert_ok(compute(&p, net, &found));
        ck_assert(memcmp(expected.all, found.all, found.count * sizeof(double)) == 0);
    }
    ck_assert_ok(nnblas_set_threads(0));
    free(expected.all);
    free(found.all);
    nnblas_net_destroy(net);
    free_problem(&p);
}
END_TEST

typedef struct shared_net {
    problem p;
    nnblas_net *net;
    results expected;
    atomic_int differences;
} shared_net;

/* No assertions: Check's are for its own thread. */
static void *call_in_thread(void *context) {
    shared_net *s = context;
    results found = make_results(&s->p);
    for (int call = 0; call < 3; call++) {
        fill(found.count, found.all, (double)NAN);
        s->differences += compute(&s->p, s->net, &found) != NNBLAS_OK ||
                          memcmp(s->expected.all, found.all, found.count * sizeof(double)) != 0;
    }
    free(found.all);
    return NULL;
}

START_TEST(several_threads_may_call_at_once) {
    enum { CALLERS = 6 };
    pthread_t callers[CALLERS];
    dice d = {3};
    shared_net s = {.p = make_large_problem(&d)};
    s.net = make_net(&s.p);
    s.expected = make_results(&s.p);
    ck_assert_ok(compute(&s.p, s.net, &s.expected));
    for (size_t i = 0; i < CALLERS; i++)
        ck_assert_int_eq(pthread_create(&callers[i], NULL, call_in_thread, &s), 0);
    for (size_t i = 0; i < CALLERS; i++)
        pthread_join(callers[i], NULL);
    ck_assert_int_eq(s.differences, 0);
    free(s.expected.all);
    nnblas_net_destroy(s.net);
    free_problem(&s.p);
}
END_TEST

/* ---- NaN ------------------------------------------------------------------------------------- */

static bool are_nan(size_t n, const double *a) {
    for (size_t i = 0; i < n; i++)
        if (!isnan(a[i]))
            return false;
    return true;
}

/* A NaN in a row makes that row's derivatives NaN and no others, and with it every sum over the
 * rows. Of relu units too, whose derivative would be 0 there. */
START_TEST(nan_is_passed_on) {
    static const size_t SIZES[] = {3, 4, 5, 2};
    enum { BAD = 1 };
    dice d = {4};
    for (size_t i = 0; i < N_KINDS; i++) {
        problem p = make_problem_of(&d, get_kind(i), 3, SIZES, 4, 0);
        nnblas_net *net = make_net(&p);
        results r = make_results(&p);
        p.X[BAD * p.ldx] = (double)NAN;
        ck_assert_ok(compute(&p, net, &r));
        bool is_linear = p.kind.hidden == NNBLAS_IDENTITY && p.kind.output == NNBLAS_IDENTITY;
        size_t inputs = get_inputs(&p), outputs = get_outputs(&p);
        if (!is_linear) { /* else the derivatives are the same everywhere */
            ck_assert(are_nan(inputs, r.dX + BAD * inputs));
            ck_assert(are_nan(outputs * inputs, r.by_inputs + BAD * outputs * inputs));
        }
        ck_assert(isnan(r.by_parameters[BAD * outputs * p.parameter_count]));
        ck_assert(isnan(r.Hv[0]) && isnan(r.diagonal[0]));
        ck_assert(are_finite(inputs, r.dX) && are_finite(outputs * inputs, r.by_inputs));
        ck_assert(are_finite(outputs * p.parameter_count, r.by_parameters));
        free(r.all);
        nnblas_net_destroy(net);
        free_problem(&p);
    }
}
END_TEST

/* ---- memory ---------------------------------------------------------------------------------- */

static size_t count_bytes(const problem *p, const nnblas_net *net, const results *r) {
    size_t live = get_heap_count().live;
    start_counting(0);
    ck_assert_ok(compute(p, net, r));
    ck_assert_uint_eq(get_heap_count().live, live);
    return get_heap_count().bytes;
}

/* Eight times the rows take no more memory, once there are as many parts as there can be. */
START_TEST(memory_does_not_grow_with_the_rows) {
    static const size_t SIZES[] = {4, 30, 2};
    dice d = {5};
    problem p = make_problem(&d, 80000, SIZES, 3, 0);
    nnblas_net *net = make_net(&p);
    results r = make_results(&p);
    size_t all = count_bytes(&p, net, &r);
    p.N /= 8;
    size_t some = count_bytes(&p, net, &r);
    ck_assert_uint_gt(some, 0);
    ck_assert_uint_le(all, some + 200000); /* parts, each with its sums */
    ck_assert_uint_lt(all, 80000 * 30 * sizeof(double) / 2);
    free(r.all);
    nnblas_net_destroy(net);
    free_problem(&p);
}
END_TEST

/* ---- arguments ------------------------------------------------------------------------------- */

/* All that any of the calls takes. */
typedef struct arguments {
    const nnblas_net *net;
    size_t N, ldx, ldy, ldv, ldo;
    const double *X, *Y, *V, *v;
    double *out;
} arguments;

typedef nnblas_status any_call(const arguments *a);

static nnblas_status call_input_gradient(const arguments *a) {
    return nnblas_net_input_gradient(a->net, a->N, a->X, a->ldx, a->V, a->ldv, a->out, a->ldo);
}

static nnblas_status call_input_jacobian(const arguments *a) {
    return nnblas_net_input_jacobian(a->net, a->N, a->X, a->ldx, a->out);
}

static nnblas_status call_jacobian(const arguments *a) {
    return nnblas_net_jacobian(a->net, a->N, a->X, a->ldx, a->out, a->ldo);
}

static nnblas_status call_hessian_vector(const arguments *a) {
    return nnblas_net_hessian_vector(a->net, a->N, a->X, a->ldx, a->Y, a->ldy, a->v, a->out);
}

static nnblas_status call_hessian_diagonal(const arguments *a) {
    return nnblas_net_hessian_diagonal(a->net, a->N, a->X, a->ldx, a->Y, a->ldy, a->out);
}

enum { USES_LABELS = 1, USES_V = 2, USES_DIRECTION = 4, USES_LDO = 8 };

static const struct derivative_call {
    any_call *call;
    unsigned uses;
} CALLS[] = {
    {call_input_gradient, USES_V | USES_LDO},
    {call_input_jacobian, 0},
    {call_jacobian, USES_LDO},
    {call_hessian_vector, USES_LABELS | USES_DIRECTION},
    {call_hessian_diagonal, USES_LABELS},
};

enum { ROWS = 6, OUT = 1000 };

static void expect_refusal(any_call *call, const arguments *a, nnblas_status expected,
                           const char *part) {
    double before[OUT];
    if (a->out)
        memcpy(before, a->out, sizeof before);
    ck_assert_int_eq(call(a), expected);
    ck_assert_msg(strstr(nnblas_error_message(), part), "'%s' has no '%s'", nnblas_error_message(),
                  part);
    ck_assert(!a->out || memcmp(before, a->out, sizeof before) == 0);
}

static void check_common(any_call *call, arguments a) {
    arguments bad = a;
    bad.net = NULL;
    expect_refusal(call, &bad, NNBLAS_ERROR_NULL, "net is null");
    bad = a;
    bad.X = NULL;
    expect_refusal(call, &bad, NNBLAS_ERROR_NULL, "X is null");
    bad = a;
    bad.N = 0;
    expect_refusal(call, &bad, NNBLAS_ERROR_SIZE, "N is 0");
    bad.N = (size_t)INT_MAX + 1;
    expect_refusal(call, &bad, NNBLAS_ERROR_SIZE, "N is 2147483648");
    bad = a;
    bad.ldx--;
    expect_refusal(call, &bad, NNBLAS_ERROR_LEADING, "of X");
    bad = a;
    bad.out = NULL;
    expect_refusal(call, &bad, NNBLAS_ERROR_NULL, "is null");
    bad = a;
    bad.X = a.out + 3;
    expect_refusal(call, &bad, NNBLAS_ERROR_OVERLAP, "overlaps X");
}

static void check_others(const struct derivative_call *c, arguments a) {
    arguments bad = a;
    if (c->uses & USES_LABELS) {
        bad.Y = NULL;
        expect_refusal(c->call, &bad, NNBLAS_ERROR_NULL, "Y is null");
        bad = a;
        bad.ldy--;
        expect_refusal(c->call, &bad, NNBLAS_ERROR_LEADING, "of Y");
        bad = a;
        bad.Y = a.out;
        expect_refusal(c->call, &bad, NNBLAS_ERROR_OVERLAP, "overlaps Y");
        bad = a;
    }
    if (c->uses & USES_V) {
        bad.V = NULL;
        expect_refusal(c->call, &bad, NNBLAS_ERROR_NULL, "V is null");
        bad = a;
        bad.ldv--;
        expect_refusal(c->call, &bad, NNBLAS_ERROR_LEADING, "of V");
        bad = a;
        bad.V = a.out;
        expect_refusal(c->call, &bad, NNBLAS_ERROR_OVERLAP, "overlaps V");
        bad = a;
    }
    if (c->uses & USES_DIRECTION) {
        bad.v = NULL;
        expect_refusal(c->call, &bad, NNBLAS_ERROR_NULL, "v is null");
        bad.v = a.out;
        expect_refusal(c->call, &bad, NNBLAS_ERROR_OVERLAP, "overlaps v");
        bad = a;
    }
    if (c->uses & USES_LDO) {
        bad.ldo = 2;
        expect_refusal(c->call, &bad, NNBLAS_ERROR_LEADING, "leading dimension");
    }
}

START_TEST(bad_arguments_are_refused) {
    static const size_t SIZES[] = {4, 2, 3};
    dice d = {6};
    problem p = make_problem(&d, ROWS, SIZES, 3, 0);
    nnblas_net *net = make_net(&p);
    double out[OUT];
    fill(OUT, out, 0.5);
    for (size_t i = 0; i < sizeof CALLS / sizeof *CALLS; i++) {
        const arguments a = {.net = net,
                             .N = ROWS,
                             .ldx = 4,
                             .ldy = 3,
                             .ldv = 3,
                             .ldo = 14,
                             .X = p.X,
                             .Y = p.Y,
                             .V = p.Y,
                             .v = p.parameters,
                             .out = out};
        ck_assert_ok(CALLS[i].call(&a));
        check_common(CALLS[i].call, a);
        check_others(&CALLS[i], a);
        arguments inside = a;
        inside.out = nnblas_net_parameters(net);
        ck_assert_int_eq(CALLS[i].call(&inside), NNBLAS_ERROR_OVERLAP);
    }
    nnblas_net_destroy(net);
    free_problem(&p);
}
END_TEST

/* One row of J is then more than BLAS counts to. */
START_TEST(too_many_outputs_times_inputs_are_refused) {
    const size_t sizes[] = {70000, 1, 70000};
    double number = 0.0;
    nnblas_net *net;
    ck_assert_ok(nnblas_net_create(sizes, 3, NNBLAS_ZERO, &net));
    ck_assert_int_eq(nnblas_net_input_jacobian(net, 1, nnblas_net_parameters(net), 70000, &number),
                     NNBLAS_ERROR_SIZE);
    nnblas_net_destroy(net);
}
END_TEST

/* Every allocation of every call fails once. */
START_TEST(failed_allocations_are_errors) {
    static const size_t SIZES[] = {40, 50, 30, 6};
    dice d = {7};
    problem p = make_problem(&d, 100, SIZES, 4, 0);
    nnblas_net *net = make_net(&p);
    results r = make_results(&p);
    arguments a = {.net = net,
                   .N = p.N,
                   .ldx = 40,
                   .ldy = 6,
                   .ldv = 6,
                   .ldo = p.parameter_count,
                   .X = p.X,
                   .Y = p.Y,
                   .V = p.Y,
                   .v = p.parameters,
                   .out = r.all};
    for (size_t i = 0; i < sizeof CALLS / sizeof *CALLS; i++) {
        fill(r.count, r.all, 0.5);
        start_counting(0);
        ck_assert_ok(CALLS[i].call(&a));
        size_t allocations = get_heap_count().allocations, live = get_heap_count().live;
        ck_assert_uint_gt(allocations, 0);
        fill(r.count, r.all, 0.5);
        for (size_t fail_at = 1; fail_at <= allocations; fail_at++) {
            start_counting(fail_at);
            ck_assert_int_eq(CALLS[i].call(&a), NNBLAS_ERROR_MEMORY);
            ck_assert_uint_eq(get_heap_count().live, live);
            ck_assert(holds_only(r.count, r.all, 0.5));
        }
        start_counting(0);
    }
    free(r.all);
    nnblas_net_destroy(net);
    free_problem(&p);
}
END_TEST

int main(void) {
    const TTest *const tests[] = {
        every_number_of_rows_gives_the_same_rows,  any_number_of_threads_gives_the_same_bits,
        several_threads_may_call_at_once,          nan_is_passed_on,
        memory_does_not_grow_with_the_rows,        bad_arguments_are_refused,
        too_many_outputs_times_inputs_are_refused, failed_allocations_are_errors,
    };
    return run_tests("derivative_calls", tests, sizeof tests / sizeof *tests);
}
