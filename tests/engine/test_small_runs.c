/* SPDX-License-Identifier: BSD-3-Clause */
/* Small calls, which need no plan: which they are, and that they compute what others do. */
#include "engine/small_run.h"
#include "network/network.h"
#include "support/support.h"

#include <math.h>
#include <stdlib.h>

typedef struct outcome {
    bool is_small;
    double cost, *gradient, *O_out;
} outcome;

static nn_rows get_rows(const problem *p) {
    return (nn_rows){.N = p->N, .X = p->X, .ldx = p->ldx, .Y = p->Y, .ldy = p->ldy};
}

/* Both calls; what is not small leaves NaN. */
static outcome run_small(const problem *p) {
    static nn_scratch scratch;
    nnblas_net *net = make_net(p);
    const nn_model model = nn_net_model(net);
    const nn_rows rows = get_rows(p);
    outcome o = {.cost = (double)NAN,
                 .gradient = allocate_doubles(p->parameter_count),
                 .O_out = allocate_doubles(p->N * get_ldo(p))};
    double *updates[MAX_SIZES], again = (double)NAN;
    fill(p->parameter_count, o.gradient, (double)NAN);
    fill(p->N * get_ldo(p), o.O_out, -7.0);
    for (size_t l = 0; l < model.n_layers; l++)
        updates[l] = o.gradient + (net->W[l] - net->parameters);
    nn_call call = {.model = &model, .rows = &rows, .updates = updates};
    o.is_small = nn_run_small(&call, scratch.numbers, NN_SCRATCH_NUMBERS, &o.cost);
    call = (nn_call){.model = &model, .rows = &rows};
    if (nn_run_small(&call, scratch.numbers, NN_SCRATCH_NUMBERS, &again) && o.is_small)
        ck_assert_double_eq(again, o.cost);
    call = (nn_call){.model = &model, .rows = &rows, .O_out = o.O_out, .ldo = get_ldo(p)};
    ck_assert(nn_run_small(&call, scratch.numbers, NN_SCRATCH_NUMBERS, NULL) >= o.is_small);
    nnblas_net_destroy(net);
    return o;
}

static void check_small(const problem *p, const outcome *o) {
    double *expected = allocate_doubles(p->parameter_count);
    double *O_expected = allocate_doubles(p->N * get_outputs(p));
    double cost = compute_reference(p, expected, O_expected);
    ck_assert_close(1, &cost, &o->cost);
    check_layers(p, expected, o->gradient);
    check_predictions(p, O_expected, o->O_out, get_ldo(p), -7.0);
    free(expected);
    free(O_expected);
}

static void check_problem(problem p, bool is_small) {
    outcome o = run_small(&p);
    ck_assert_int_eq(o.is_small, is_small);
    if (is_small)
        check_small(&p, &o);
    else
        for (size_t i = 0; i < p.parameter_count; i++)
            ck_assert(isnan(o.gradient[i]));
    free(o.gradient);
    free(o.O_out);
    free_problem(&p);
}

START_TEST(small_calls_agree_with_long_double) {
    dice d = {101};
    for (int i = 0; i < 600; i++) {
        size_t sizes[MAX_SIZES], n_sizes = roll_between(&d, 2, 5);
        for (size_t l = 0; l < n_sizes; l++)
            sizes[l] = roll_size(&d, 12);
        size_t N = roll_between(&d, 0, 3) ? roll_between(&d, 1, 32) : 1;
        problem p = make_problem_of(&d, roll_kind(&d), N, sizes, n_sizes, roll_between(&d, 0, 2));
        check_problem(p, true);
    }
}
END_TEST

START_TEST(what_is_small_has_limits) {
    static const struct {
        size_t N, sizes[3];
        bool is_small;
    } CASES[] = {
        {64, {5, 4, 2}, true},     {65, {5, 4, 2}, false},    {16, {32, 64, 32}, true},
        {16, {32, 65, 32}, false}, {1, {300, 300, 10}, true}, {1, {3, 2040, 7}, true},
        {1, {3, 2041, 8}, false},  {2, {1, 1023, 1}, true},   {2, {1, 1024, 1}, false},
    };
    dice d = {102};
    for (size_t i = 0; i < sizeof CASES / sizeof *CASES; i++)
        check_problem(make_problem(&d, CASES[i].N, CASES[i].sizes, 3, 0), CASES[i].is_small);
}
END_TEST

START_TEST(deep_networks_are_not_small) {
    enum { MOST = 20 };
    size_t sizes[MOST + 1];
    for (size_t l = 0; l <= MOST; l++)
        sizes[l] = 2;
    for (size_t n_layers = 10; n_layers <= MOST; n_layers++) {
        static nn_scratch scratch;
        nnblas_net *net;
        double x[2] = {0.3, -0.4}, o_out[2] = {-7.0, -7.0};
        ck_assert_ok(nnblas_net_create(sizes, n_layers + 1, 0, &net));
        const nn_model model = nn_net_model(net);
        const nn_rows rows = {.N = 1, .X = x, .ldx = 2};
        const nn_call call = {.model = &model, .rows = &rows, .O_out = o_out, .ldo = 2};
        ck_assert_int_eq(nn_run_small(&call, scratch.numbers, NN_SCRATCH_NUMBERS, NULL),
                         n_layers <= NN_MOST_SMALL_LAYERS);
        ck_assert((o_out[0] == -7.0) == (n_layers > NN_MOST_SMALL_LAYERS));
        nnblas_net_destroy(net);
    }
}
END_TEST

/* An order or weights of the rows are what an engine is for. */
START_TEST(picked_and_weighted_rows_are_not_small) {
    static nn_scratch scratch;
    const size_t sizes[] = {3, 2, 1};
    dice d = {103};
    problem p = make_problem(&d, 4, sizes, 3, 0);
    nnblas_net *net = make_net(&p);
    const nn_model model = nn_net_model(net);
    const uint32_t order[] = {3, 1, 0, 2};
    const double weights[] = {1, 2, 3, 4};
    double cost;
    nn_rows rows = get_rows(&p);
    rows.order = order;
    ck_assert(!nn_run_small(&(nn_call){.model = &model, .rows = &rows}, scratch.numbers,
                            NN_SCRATCH_NUMBERS, &cost));
    rows = get_rows(&p);
    rows.weights = weights;
    ck_assert(!nn_run_small(&(nn_call){.model = &model, .rows = &rows}, scratch.numbers,
                            NN_SCRATCH_NUMBERS, &cost));
    nnblas_net_destroy(net);
    free_problem(&p);
}
END_TEST

int main(void) {
    const TTest *const tests[] = {
        small_calls_agree_with_long_double,
        what_is_small_has_limits,
        deep_networks_are_not_small,
        picked_and_weighted_rows_are_not_small,
    };
    return run_tests("small_runs", tests, sizeof tests / sizeof *tests);
}
