/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Derivatives as differences of what the reference computes in long double. With the steps h and 2
 * h to both sides, (8 (f(h) - f(-h)) - (f(2h) - f(-2h))) / 12 h, what is left out is h^4 / 30 times
 * the fifth derivative: 3e-20 of it. The rounding is that of long double over h, 4e-15.
 */
#include "support/reference.h"

#include <stdlib.h>
#include <string.h>

static const long double STEP = 0x1p-15L;

/* Where f is taken, and its weights over 12 h. */
static const long double PLACES[] = {-2.0L, -1.0L, 1.0L, 2.0L},
                         SHARES[] = {1.0L, -8.0L, 8.0L, -1.0L};
enum { N_PLACES = 4 };

static long double get_share(size_t place) {
    return SHARES[place] / (12.0L * STEP);
}

/* ---- of the outputs -------------------------------------------------------------------------- */

/* Of the outputs of a row, when *moved moves. derivatives: at a distance of stride. */
static void differentiate_outputs(const problem *p, example *e, size_t row, long double *moved,
                                  double *derivatives, size_t stride) {
    size_t outputs = get_outputs(p);
    long double kept = *moved, *sums = allocate_long_doubles(outputs);
    for (size_t place = 0; place < N_PLACES; place++) {
        *moved = kept + PLACES[place] * STEP;
        run_forward(p, e, row);
        for (size_t k = 0; k < outputs; k++)
            sums[k] += get_share(place) * e->units[p->n_sizes - 1][k];
    }
    *moved = kept;
    for (size_t k = 0; k < outputs; k++)
        derivatives[k * stride] = (double)sums[k];
    free(sums);
}

void compute_reference_input_jacobian(const problem *p, double *J) {
    example e = make_example(p);
    size_t inputs = get_inputs(p), outputs = get_outputs(p);
    for (size_t row = 0; row < p->N; row++)
        for (size_t i = 0; i < inputs; i++)
            differentiate_outputs(p, &e, row, &e.moves[i], J + row * outputs * inputs + i, inputs);
    free_example(p, &e);
}

void compute_reference_jacobian(const problem *p, double *J, size_t ldj) {
    example e = make_example(p);
    for (size_t row = 0; row < p->N; row++)
        for (size_t i = 0; i < p->parameter_count; i++)
            differentiate_outputs(p, &e, row, &e.parameters[i], J + row * get_outputs(p) * ldj + i,
                                  ldj);
    free_example(p, &e);
}

/* ---- of the gradient ------------------------------------------------------------------------- */

/* Adds share times the gradient of the cost over all rows. */
static void add_gradient(const problem *p, example *e, long double share, long double *sums) {
    for (size_t row = 0; row < p->N; row++) {
        run_forward(p, e, row);
        run_backward(p, e, p->Y + row * p->ldy);
        add_example(p, e, share / (long double)p->N, sums);
    }
}

void compute_reference_hessian_vector(const problem *p, const double *v, double *Hv) {
    example e = make_example(p);
    long double *sums = allocate_long_doubles(p->parameter_count);
    for (size_t place = 0; place < N_PLACES; place++) {
        for (size_t i = 0; i < p->parameter_count; i++)
            e.parameters[i] =
                (long double)p->parameters[i] + PLACES[place] * STEP * (long double)v[i];
        add_gradient(p, &e, get_share(place), sums);
    }
    for (size_t i = 0; i < p->parameter_count; i++)
        Hv[i] = (double)sums[i];
    free(sums);
    free_example(p, &e);
}

/* Column after column of the Hessian, of which one element is kept. */
void compute_reference_hessian_diagonal(const problem *p, double *diagonal) {
    double *v = allocate_doubles(p->parameter_count), *Hv = allocate_doubles(p->parameter_count);
    fill(p->parameter_count, v, 0.0);
    for (size_t i = 0; i < p->parameter_count; i++) {
        v[i] = 1.0;
        compute_reference_hessian_vector(p, v, Hv);
        diagonal[i] = Hv[i];
        v[i] = 0.0;
    }
    free(v);
    free(Hv);
}

/* ---- of given derivatives -------------------------------------------------------------------- */

/* E := J - D of a row, outputs x inputs. Returns half the sum of their squares. */
static long double compare_derivatives(const problem *p, example *e, size_t row, const double *D,
                                       double *E) {
    size_t inputs = get_inputs(p), outputs = get_outputs(p);
    long double sum = 0.0L;
    for (size_t i = 0; i < inputs; i++)
        differentiate_outputs(p, e, row, &e->moves[i], E + i, inputs);
    for (size_t j = 0; j < outputs * inputs; j++) {
        E[j] -= D[j];
        sum += (long double)E[j] * (long double)E[j] / 2.0L;
    }
    return sum;
}

/* Adds weight times the derivatives of sum_ki E_ki J_ki of a row by the parameters, E as it is: for
 * each input, the derivative by it of those of sum_k E_ki o_k. */
static void add_mixed_derivatives(const problem *p, example *e, size_t row, const double *E,
                                  long double weight, long double *sums) {
    size_t inputs = get_inputs(p), last = p->n_sizes - 1;
    for (size_t i = 0; i < inputs; i++) {
        for (size_t place = 0; place < N_PLACES; place++) {
            e->moves[i] = PLACES[place] * STEP;
            run_forward(p, e, row);
            for (size_t k = 0; k < get_outputs(p); k++)
                e->errors[last][k] = (long double)E[k * inputs + i];
            run_backward_from_outputs(p, e);
            add_example(p, e, weight * get_share(place), sums);
        }
        e->moves[i] = 0.0L;
    }
}

static long double get_weight(const problem *p, size_t row) {
    return p->weights ? (long double)p->weights[row] : 1.0L;
}

double compute_reference_given_derivatives(const problem *p, double derivative_weight,
                                           const double *dYdX, size_t ldd, double *gradient) {
    example e = make_example(p);
    double *E = allocate_doubles(get_outputs(p) * get_inputs(p));
    long double *sums = allocate_long_doubles(p->parameter_count), cost = 0.0L, total = 0.0L;
    for (size_t row = 0; row < p->N; row++)
        total += get_weight(p, row);
    for (size_t row = 0; row < p->N; row++) {
        long double weight = (long double)derivative_weight * get_weight(p, row) / total;
        cost += weight * compare_derivatives(p, &e, row, dYdX + row * ldd, E);
        add_mixed_derivatives(p, &e, row, E, weight, sums);
    }
    cost += (long double)compute_reference(p, gradient, NULL);
    for (size_t i = 0; i < p->parameter_count; i++)
        gradient[i] = (double)((long double)gradient[i] + sums[i]);
    free(E);
    free(sums);
    free_example(p, &e);
    return (double)cost;
}
