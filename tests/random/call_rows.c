/* SPDX-License-Identifier: BSD-3-Clause */
/* Predictions, costs and gradients beside the reference, and their arguments when one is bad. */
#include "random/world.h"

#include <limits.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

static const double UNTOUCHED = -31.25;

/* ---- arguments ------------------------------------------------------------------------------- */

/* What the calls on rows take. */
typedef struct row_call {
    const nnblas_net *net;
    size_t N, ldx, ldy;
    const double *X, *Y, *weights;
    double *out; /* of the predictions or the gradient */
    size_t ldo;
    double *cost;
} row_call;

typedef nnblas_status run_rows(const row_call *c);

static nnblas_status run_predict(const row_call *c) {
    return nnblas_net_predict(c->net, c->N, c->X, c->ldx, c->out, c->ldo);
}

static nnblas_status run_evaluate(const row_call *c) {
    return nnblas_net_evaluate(c->net, c->N, c->X, c->ldx, c->Y, c->ldy, c->cost);
}

static nnblas_status run_evaluate_weighted(const row_call *c) {
    return nnblas_net_evaluate_weighted(c->net, c->N, c->X, c->ldx, c->Y, c->ldy, c->weights,
                                        c->cost);
}

static nnblas_status run_gradient(const row_call *c) {
    return nnblas_net_gradient(c->net, c->N, c->X, c->ldx, c->Y, c->ldy, c->out, c->cost);
}

static nnblas_status run_gradient_weighted(const row_call *c) {
    return nnblas_net_gradient_weighted(c->net, c->N, c->X, c->ldx, c->Y, c->ldy, c->weights,
                                        c->out, c->cost);
}

/* ---- one bad argument ------------------------------------------------------------------------ */

/* Spoils what every one of the calls takes; returns the status that it has to give. */
static nnblas_status spoil(world *w, const problem *p, row_call *c) {
    switch (roll_between(&w->d, 0, 6)) {
    case 0:
        c->net = NULL;
        return NNBLAS_ERROR_NULL;
    case 1:
        c->X = NULL;
        return NNBLAS_ERROR_NULL;
    case 2:
        c->N = 0;
        return NNBLAS_ERROR_SIZE;
    case 3:
        c->N = (size_t)INT_MAX + roll_between(&w->d, 1, 1000);
        return NNBLAS_ERROR_SIZE;
    case 4:
        c->ldx = roll_between(&w->d, 0, get_inputs(p) - 1);
        return NNBLAS_ERROR_LEADING;
    case 5:
        c->ldx = (size_t)INT_MAX + roll_between(&w->d, 1, 1000);
        return NNBLAS_ERROR_SIZE;
    default:
        c->out = c->cost = (double *)c->X;
        return NNBLAS_ERROR_OVERLAP;
    }
}

/* Labels and weights are spoilt in the calls that have them. */
static nnblas_status spoil_labels(world *w, const problem *p, row_call *c) {
    switch (roll_between(&w->d, 0, c->weights ? 3 : 1)) {
    case 0:
        c->Y = NULL;
        return NNBLAS_ERROR_NULL;
    case 1:
        c->ldy = roll_between(&w->d, 0, get_labels(p) - 1);
        return NNBLAS_ERROR_LEADING;
    case 2: {
        double bad = (double[]){(double)NAN, (double)INFINITY, -1e-300}[roll_between(&w->d, 0, 2)];
        p->weights[roll_between(&w->d, 0, p->N - 1)] = bad;
        return isfinite(bad) ? NNBLAS_ERROR_VALUE : NNBLAS_ERROR_NOT_FINITE;
    }
    default:
        fill(p->N, p->weights, 0.0);
        return NNBLAS_ERROR_VALUE;
    }
}

/* count: of the elements that out has. */
static void check_refused(world *w, run_rows *run, const problem *p, row_call c, size_t count) {
    fill(count, c.out, UNTOUCHED);
    *c.cost = UNTOUCHED;
    row_call bad = c;
    nnblas_status expected =
        run != run_predict && roll_chance(w, 2) ? spoil_labels(w, p, &bad) : spoil(w, p, &bad);
    double first = p->X[0];
    expect_status(run(&bad), expected);
    expect(holds_only(count, c.out, UNTOUCHED) && holds_only(1, c.cost, UNTOUCHED) &&
               holds_only(1, p->X, first),
           "something was written");
}

/* ---- the calls ------------------------------------------------------------------------------- */

static row_call make_call(const slot *s, const problem *p, double *out, size_t ldo, double *cost) {
    return (row_call){s->net, p->N, p->ldx, p->ldy, p->X, p->Y, p->weights, out, ldo, cost};
}

/* The columns of O_out, and nothing behind them. */
static void check_outputs(const problem *p, const double *expected, const double *O_out,
                          size_t ldo) {
    size_t outputs = get_outputs(p);
    double *found = allocate_doubles(p->N * outputs);
    for (size_t i = 0; i < p->N; i++) {
        memcpy(found + i * outputs, O_out + i * ldo, outputs * sizeof *found);
        expect(holds_only(ldo - outputs, O_out + i * ldo + outputs, UNTOUCHED),
               "row %zu of the predictions reaches over its end", i);
    }
    expect_close("O_out", p->N * outputs, expected, found);
    free(found);
}

void call_predict(world *w) {
    begin_call("nnblas_net_predict");
    slot *s = roll_slot(w);
    problem p = draw_rows(w, s);
    size_t ldo = get_outputs(&p) + roll_between(&w->d, 0, 2);
    double *expected = allocate_doubles(p.N * get_outputs(&p)), cost;
    double *O_out = allocate_doubles(p.N * ldo);
    fill(p.N * ldo, O_out, UNTOUCHED);
    row_call c = make_call(s, &p, O_out, ldo, &cost);
    if (roll_chance(w, 4)) {
        check_refused(w, run_predict, &p, c, p.N * ldo);
    } else {
        compute_reference(&p, NULL, expected);
        expect_status(run_predict(&c), NNBLAS_OK);
        check_outputs(&p, expected, O_out, ldo);
    }
    free(expected);
    free(O_out);
    check_slot(s);
    free_problem(&p);
}

void call_evaluate(world *w) {
    slot *s = roll_slot(w);
    problem p = draw_rows(w, s);
    run_rows *run = p.weights ? run_evaluate_weighted : run_evaluate;
    begin_call(p.weights ? "nnblas_net_evaluate_weighted" : "nnblas_net_evaluate");
    double cost, out;
    row_call c = make_call(s, &p, &out, 1, &cost);
    if (roll_chance(w, 4)) {
        check_refused(w, run, &p, c, 1);
    } else {
        double expected = compute_reference(&p, NULL, NULL);
        expect_status(run(&c), NNBLAS_OK);
        expect_close("the cost", 1, &expected, &cost);
    }
    check_slot(s);
    free_problem(&p);
}

static void run_another_gradient(world *w) {
    const slot *s = roll_slot(w);
    problem p = draw_rows(w, s);
    double *gradient = allocate_doubles(p.parameter_count), cost;
    row_call c = make_call(s, &p, gradient, 1, &cost);
    expect_status(run_gradient(&c), NNBLAS_OK);
    free(gradient);
    free_problem(&p);
}

/* Once more, after a call of another network: the same bits. */
static void check_repeated(world *w, run_rows *run, row_call c, size_t count) {
    double *again = allocate_doubles(count), *found = c.out, found_cost = *c.cost;
    run_another_gradient(w);
    c.out = again;
    expect_status(run(&c), NNBLAS_OK);
    expect(memcmp(found, again, count * sizeof *found) == 0 &&
               memcmp(&found_cost, c.cost, sizeof found_cost) == 0,
           "the gradient has other bits the second time");
    free(again);
}

void call_gradient(world *w) {
    slot *s = roll_slot(w);
    problem p = draw_rows(w, s);
    run_rows *run = p.weights ? run_gradient_weighted : run_gradient;
    begin_call(p.weights ? "nnblas_net_gradient_weighted" : "nnblas_net_gradient");
    double *gradient = allocate_doubles(p.parameter_count), cost;
    double *expected = allocate_doubles(p.parameter_count);
    row_call c = make_call(s, &p, gradient, 1, &cost);
    if (roll_chance(w, 4)) {
        check_refused(w, run, &p, c, p.parameter_count);
    } else {
        double expected_cost = compute_reference(&p, expected, NULL);
        expect_status(run(&c), NNBLAS_OK);
        expect_close("the cost", 1, &expected_cost, &cost);
        expect_close("the gradient", p.parameter_count, expected, gradient);
        check_repeated(w, run, c, p.parameter_count);
    }
    free(gradient);
    free(expected);
    check_slot(s);
    free_problem(&p);
}

/* ---- the calls on matrices ------------------------------------------------------------------- */

static double *allocate_matrix(size_t rows, size_t columns) {
    double *m = allocate_doubles(rows * columns);
    fill(rows * columns, m, (double)NAN);
    return m;
}

static void check_array_functions(const problem *p, double *expected, const double *O_expected,
                                  double cost) {
    size_t N = p->N, inputs = p->sizes[0], hidden = p->sizes[1], outputs = p->sizes[2];
    size_t n_weights = inputs * hidden;
    double *W1 = p->parameters, *W2 = W1 + n_weights, found;
    double *H_out = allocate_matrix(N, hidden), *O_out = allocate_matrix(N, outputs);
    double *H_delta = allocate_matrix(N, hidden), *O_delta = allocate_matrix(N, outputs);
    double *update = allocate_matrix(p->parameter_count, 1);
    expect_status(nnblas_feedforward(N, inputs, hidden, outputs, p->X, W1, W2, H_out, O_out),
                  NNBLAS_OK);
    expect_close("O_out", N * outputs, O_expected, O_out);
    expect_status(nnblas_backpropagate(N, inputs, hidden, outputs, p->X, p->Y, W2, H_out, O_out,
                                       O_delta, H_delta, update, update + n_weights, &found),
                  NNBLAS_OK);
    expect_close("the mse", 1, &cost, &found);
    expect_close("W1_update", n_weights, expected, update);
    expect_close("W2_update", hidden * outputs, expected + n_weights, update + n_weights);
    for (size_t i = 0; i < p->parameter_count; i++)
        expected[i] = p->parameters[i] - 0.5 * expected[i];
    expect_status(nnblas_gradient_step(N, inputs, hidden, outputs, p->X, p->Y, 0.5, W1, W2, &found),
                  NNBLAS_OK);
    expect_close("the mse", 1, &cost, &found);
    expect_close("W1 and W2", p->parameter_count, expected, p->parameters);
    double *all[] = {H_out, O_out, H_delta, O_delta, update};
    for (size_t i = 0; i < sizeof all / sizeof *all; i++)
        free(all[i]);
}

/* What refuses the step; nothing is written then. */
static void check_step_refused(world *w, const problem *p) {
    double rate = 0.5, mse = UNTOUCHED, *kept = allocate_doubles(p->parameter_count);
    memcpy(kept, p->parameters, p->parameter_count * sizeof *kept);
    nnblas_status expected = NNBLAS_ERROR_VALUE;
    switch (roll_between(&w->d, 0, 2)) {
    case 0:
        rate = (double[]){(double)NAN, (double)INFINITY, -0.5}[roll_between(&w->d, 0, 2)];
        break;
    case 1:
        p->X[roll_between(&w->d, 0, p->N * get_inputs(p) - 1)] = (double)NAN;
        expected = NNBLAS_ERROR_NOT_FINITE;
        break;
    default:
        p->Y[roll_between(&w->d, 0, p->N * get_labels(p) - 1)] = 1e200;
        expected = NNBLAS_ERROR_NOT_FINITE;
    }
    double *W2 = p->parameters + p->sizes[0] * p->sizes[1];
    expect_status(nnblas_gradient_step(p->N, p->sizes[0], p->sizes[1], p->sizes[2], p->X, p->Y,
                                       rate, p->parameters, W2, &mse),
                  expected);
    expect(memcmp(kept, p->parameters, p->parameter_count * sizeof *kept) == 0 &&
               holds_only(1, &mse, UNTOUCHED),
           "something was written");
    free(kept);
}

void call_array_functions(world *w) {
    begin_call("nnblas_gradient_step");
    const size_t sizes[] = {roll_size(&w->d, 20), roll_size(&w->d, 20), roll_size(&w->d, 20)};
    problem p = make_problem(&w->d, roll_size(&w->d, 60), sizes, 3, 0);
    if (roll_chance(w, 4)) {
        check_step_refused(w, &p);
    } else {
        double *expected = allocate_doubles(p.parameter_count);
        double *O_expected = allocate_doubles(p.N * get_outputs(&p));
        double cost = compute_reference(&p, expected, O_expected);
        check_array_functions(&p, expected, O_expected, cost);
        free(expected);
        free(O_expected);
    }
    free_problem(&p);
}
