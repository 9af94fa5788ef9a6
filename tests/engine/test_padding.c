/* SPDX-License-Identifier: BSD-3-Clause */
/* A padded layer computes what the layer itself computes, where numbers are not finite, too. */
#include "blas/blas.h"
#include "engine/engine.h"
#include "network/network.h"
#include "support/support.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Infinities, of which units make numbers that are finite again, and now and then a NaN. */
static void spoil_matrix(dice *d, size_t rows, size_t columns, double *data, size_t ld) {
    for (size_t i = 0; i < rows; i++)
        if (roll_between(d, 0, 4) == 0) {
            double infinity = roll_between(d, 0, 1) ? HUGE_VAL : -HUGE_VAL;
            bool is_nan = roll_between(d, 0, 19) == 0;
            data[i * ld + roll_between(d, 0, columns - 1)] = is_nan ? (double)NAN : infinity;
        }
}

static problem roll_spoiled_problem(dice *d) {
    size_t sizes[MAX_SIZES], n_sizes = roll_between(d, 3, 5);
    for (size_t l = 0; l < n_sizes; l++)
        sizes[l] = roll_between(d, 1, 20);
    problem p = make_problem_of(d, roll_kind(d), roll_between(d, 1, 9), sizes, n_sizes, 0);
    if (roll_between(d, 0, 1))
        spoil_matrix(d, p.N, get_inputs(&p), p.X, p.ldx);
    else
        spoil_matrix(d, p.N, get_labels(&p), p.Y, p.ldy);
    return p;
}

/* ---- one problem under two plans ------------------------------------------------------------- */

/* The gradient, the cost behind it and, behind that, the outputs. */
static double *compute_padded(const problem *p, nn_plan plan, size_t padding) {
    nnblas_net *net = make_net(p);
    const nn_model model = nn_net_model(net);
    const nn_rows rows = {.N = p->N, .X = p->X, .ldx = p->ldx, .Y = p->Y, .ldy = p->ldy};
    nn_problem planned_problem = nn_make_problem(&model, &rows, NN_GRADIENT);
    plan.padding = padding;
    nn_engine engine;
    ck_assert_ok(nn_engine_open(&engine, &planned_problem, &plan, NULL));
    size_t count = p->parameter_count;
    double *results = allocate_doubles(count + 1 + p->N * get_outputs(p));
    for (size_t l = 0; l < model.n_layers; l++)
        engine.updates[l] = results + (net->W[l] - net->parameters);
    results[count] = nn_engine_run(
        &engine, &(nn_call){.model = &model, .rows = &rows, .updates = engine.updates});
    nn_engine_run(&engine, &(nn_call){.model = &model,
                                      .rows = &rows,
                                      .O_out = results + count + 1,
                                      .ldo = get_outputs(p)});
    nn_engine_close(&engine);
    nnblas_net_destroy(net);
    return results;
}

static bool is_same_number(double a, double b) {
    if (isnan(a) || isnan(b))
        return isnan(a) && isnan(b);
    return isinf(a) || isinf(b) ? a == b : fabs(a - b) <= 1e-12 * fmax(1.0, fabs(a));
}

static void check_padding(const problem *p, nn_plan plan, size_t padding) {
    double *plain = compute_padded(p, plan, 1), *padded = compute_padded(p, plan, padding);
    for (size_t i = 0; i < p->parameter_count + 1 + p->N * get_outputs(p); i++)
        if (!is_same_number(plain[i], padded[i]))
            ck_abort_msg("number %zu of %zu parameters is %g and not %g: %s", i, p->parameter_count,
                         padded[i], plain[i], describe_kind(p->kind));
    free(plain);
    free(padded);
}

/* BLIS computes a product with one row or one column as a matrix times a vector, and leaves factors
 * of 0 out: 0 times a NaN is 0 there, and NaN where the product is wider. */
START_TEST(padding_computes_the_same_of_infinities) {
    dice d = {51};
    if (!nn_blas_core())
        return;
    for (size_t i = 0; i < count_trials(1500); i++) {
        problem p = roll_spoiled_problem(&d);
        nn_strategy strategy = roll_between(&d, 0, 3) == 0 ? NN_SHARED_TILES : NN_OWN_ROWS;
        nn_plan plan = {
            .strategy = strategy,
            .parts = roll_between(&d, 1, 2),
            .threads = roll_between(&d, 1, 2),
            .tile_rows = roll_between(&d, 1, p.N + 1),
            .transposed = strategy == NN_SHARED_TILES ? 0 : roll(&d),
            .product_limit = roll_between(&d, 0, 1) ? roll_between(&d, 1, 2000) : 0,
        };
        check_padding(&p, plan, roll_between(&d, 0, 1) ? 8 : 3);
        free_problem(&p);
    }
}
END_TEST

/* The same by a public call, in a shape where a padded plan is the fastest by the model. */
START_TEST(a_gradient_passes_infinities_on) {
    enum { N = 600, INPUTS = 300, HIDDEN = 30, OUTPUTS = 5 };
    const size_t sizes[] = {INPUTS, HIDDEN, OUTPUTS};
    dice d = {52};
    problem p = make_problem(&d, N, sizes, 3, 0);
    p.X[7] = HUGE_VAL;
    double *expected = allocate_doubles(p.parameter_count), mse;
    double *gradient = allocate_doubles(p.parameter_count);
    double expected_mse = compute_reference(&p, expected, NULL);
    nnblas_net *net = make_net(&p);
    ck_assert_ok(nnblas_net_gradient(net, N, p.X, p.ldx, p.Y, p.ldy, gradient, &mse));
    ck_assert_close(1, &expected_mse, &mse);
    for (size_t i = 0; i < p.parameter_count; i++)
        ck_assert(is_same_number(expected[i], gradient[i]));
    nnblas_net_destroy(net);
    free(expected);
    free(gradient);
    free_problem(&p);
}
END_TEST

int main(void) {
    const TTest *const tests[] = {
        padding_computes_the_same_of_infinities,
        a_gradient_passes_infinities_on,
    };
    return run_tests("padding", tests, sizeof tests / sizeof *tests);
}
