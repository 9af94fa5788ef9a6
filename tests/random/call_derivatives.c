/* SPDX-License-Identifier: BSD-3-Clause */
/* Derivatives beyond the gradient, beside differences of the reference. */
#include "random/recipe.h"

#include <stdlib.h>

/* Trained weights may be large, and the differences then have an error of their own. */
static const double OF_DIFFERENCES = 1e-8;

/* As many rows as differences in long double have time for, and no unit near a kink. False where
 * no rows are found: the units of a network without weights are at theirs, whatever the rows are.
 */
static bool draw_smooth_rows(world *w, const slot *s, problem *p) {
    static const double DISTANCE = 3e-3;
    for (int tries = 0; tries < 100; tries++) {
        *p = draw_rows(w, s);
        p->N = get_smaller(p->N, 4);
        free(p->weights);
        p->weights = NULL;
        if (measure_kinks(p) > DISTANCE)
            return true;
        free_problem(p);
    }
    return false;
}

static void check_by_inputs(world *w, const slot *s, const problem *p) {
    size_t inputs = get_inputs(p), outputs = get_outputs(p), n = p->N * outputs * inputs;
    double *expected = allocate_doubles(n), *found = allocate_doubles(n);
    double *V = allocate_doubles(p->N * outputs), *dX = allocate_doubles(p->N * inputs);
    double *products = allocate_doubles(p->N * inputs);
    compute_reference_input_jacobian(p, expected);
    expect_status(nnblas_net_input_jacobian(s->net, p->N, p->X, p->ldx, found), NNBLAS_OK);
    expect_within(OF_DIFFERENCES, "the input Jacobian", n, expected, found);
    for (size_t i = 0; i < p->N * outputs; i++)
        V[i] = roll_uniform(&w->d, -1.0, 1.0);
    for (size_t e = 0; e < p->N; e++)
        for (size_t i = 0; i < inputs; i++) {
            double total = 0.0;
            for (size_t k = 0; k < outputs; k++)
                total += V[e * outputs + k] * found[(e * outputs + k) * inputs + i];
            products[e * inputs + i] = total;
        }
    expect_status(nnblas_net_input_gradient(s->net, p->N, p->X, p->ldx, V, outputs, dX, inputs),
                  NNBLAS_OK);
    expect_close("the input gradient", p->N * inputs, products, dX);
    free(expected);
    free(found);
    free(V);
    free(dX);
    free(products);
}

static void check_by_parameters(const slot *s, const problem *p) {
    size_t n = p->parameter_count, all = p->N * get_outputs(p) * n;
    double *expected = allocate_doubles(all), *found = allocate_doubles(all);
    compute_reference_jacobian(p, expected, n);
    expect_status(nnblas_net_jacobian(s->net, p->N, p->X, p->ldx, found, n), NNBLAS_OK);
    expect_within(OF_DIFFERENCES, "the Jacobian", all, expected, found);
    free(expected);
    free(found);
}

static void check_second(world *w, const slot *s, const problem *p) {
    size_t n = p->parameter_count;
    double *v = allocate_doubles(n), *expected = allocate_doubles(n), *found = allocate_doubles(n);
    for (size_t i = 0; i < n; i++)
        v[i] = roll_uniform(&w->d, -1.0, 1.0);
    compute_reference_hessian_vector(p, v, expected);
    expect_status(nnblas_net_hessian_vector(s->net, p->N, p->X, p->ldx, p->Y, p->ldy, v, found),
                  NNBLAS_OK);
    expect_within(OF_DIFFERENCES, "the product with the Hessian", n, expected, found);
    /* One column of the Hessian has one element of the diagonal. */
    size_t i = roll_between(&w->d, 0, n - 1);
    fill(n, v, 0.0);
    v[i] = 1.0;
    compute_reference_hessian_vector(p, v, expected);
    expect_status(nnblas_net_hessian_diagonal(s->net, p->N, p->X, p->ldx, p->Y, p->ldy, found),
                  NNBLAS_OK);
    expect_within(OF_DIFFERENCES, "an element of the diagonal", 1, expected + i, found + i);
    free(v);
    free(expected);
    free(found);
}

/* An epoch of gradient descent in batches, each a step along the gradient with derivatives. */
static void check_derivative_steps(dice *d, const slot *s, const problem *p, double weight,
                                   const double *dYdX, size_t ldd) {
    const double RATE = 0.1 * get_longest_rate(p);
    size_t n = p->parameter_count, batch = roll_between(d, 1, p->N);
    nnblas_net *fitted, *stepped;
    nnblas_trainer *trainer;
    double *gradient = allocate_doubles(n);
    expect_status(nnblas_net_clone(s->net, &fitted), NNBLAS_OK);
    expect_status(nnblas_net_clone(s->net, &stepped), NNBLAS_OK);
    expect_status(nnblas_trainer_create(fitted, &trainer), NNBLAS_OK);
    expect_status(nnblas_trainer_set_learning_rate(trainer, RATE), NNBLAS_OK);
    expect_status(nnblas_trainer_set_epochs(trainer, 1), NNBLAS_OK);
    expect_status(nnblas_trainer_set_batch_size(trainer, batch), NNBLAS_OK);
    expect_status(nnblas_trainer_set_shuffle(trainer, 0), NNBLAS_OK);
    expect_status(nnblas_trainer_set_derivatives(trainer, weight, dYdX, ldd), NNBLAS_OK);
    nnblas_status status = nnblas_trainer_fit(trainer, p->N, p->X, p->ldx, p->Y, p->ldy);
    if (status != NNBLAS_ERROR_NOT_FINITE) /* steep slopes may lead a step too far */
        expect_status(status, NNBLAS_OK);
    for (size_t first = 0; first < p->N && !status; first += batch) {
        size_t count = get_smaller(batch, p->N - first);
        expect_status(nnblas_net_gradient_derivatives(stepped, count, p->X + first * p->ldx, p->ldx,
                                                      p->Y + first * p->ldy, p->ldy, NULL, weight,
                                                      dYdX + first * ldd, ldd, gradient, NULL),
                      NNBLAS_OK);
        for (size_t i = 0; i < n; i++)
            nnblas_net_parameters(stepped)[i] -= RATE * gradient[i];
    }
    if (!status)
        expect_close("steps with derivatives", n, nnblas_net_parameters(stepped),
                     nnblas_net_parameters(fitted));
    nnblas_trainer_destroy(trainer);
    nnblas_net_destroy(fitted);
    nnblas_net_destroy(stepped);
    free(gradient);
}

/* The cost with random derivatives beside the labels, and its gradient. */
static void check_given(dice d, const slot *s, const problem *p) {
    size_t n = p->parameter_count, columns = get_outputs(p) * get_inputs(p);
    size_t ldd = columns + roll_between(&d, 0, 2);
    double *dYdX = allocate_doubles(p->N * ldd), weight = roll_uniform(&d, 0.1, 2.0);
    double *expected = allocate_doubles(n), *found = allocate_doubles(n), cost, cost_alone;
    for (size_t i = 0; i < p->N * ldd; i++)
        dYdX[i] = roll_uniform(&d, -1.0, 1.0);
    double expected_cost = compute_reference_given_derivatives(p, weight, dYdX, ldd, expected);
    expect_status(nnblas_net_gradient_derivatives(s->net, p->N, p->X, p->ldx, p->Y, p->ldy, NULL,
                                                  weight, dYdX, ldd, found, &cost),
                  NNBLAS_OK);
    expect_status(nnblas_net_evaluate_derivatives(s->net, p->N, p->X, p->ldx, p->Y, p->ldy, NULL,
                                                  weight, dYdX, ldd, &cost_alone),
                  NNBLAS_OK);
    expect_within(OF_DIFFERENCES, "the gradient with derivatives", n, expected, found);
    expect_within(OF_DIFFERENCES, "the cost with derivatives", 1, &expected_cost, &cost);
    expect_close("the cost with derivatives alone", 1, &cost, &cost_alone);
    check_derivative_steps(&d, s, p, weight, dYdX, ldd);
    free(dYdX);
    free(expected);
    free(found);
}

void call_derivatives(world *w) {
    begin_call("nnblas_net_hessian_vector");
    slot *s = roll_slot(w);
    problem p;
    if (!draw_smooth_rows(w, s, &p))
        return;
    check_by_inputs(w, s, &p);
    check_by_parameters(s, &p);
    check_second(w, s, &p);
    check_given(w->d, s, &p);
    check_slot(s);
    free_problem(&p);
}
