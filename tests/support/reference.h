/* SPDX-License-Identifier: BSD-3-Clause */
/* The inside of the reference: one example in long double. */
#ifndef REFERENCE_H
#define REFERENCE_H

#include "support/support.h"

/* units[l] are the outputs of layer l, inputs[l] what it made them of, errors[l] its deltas;
 * units[0] is the row. Parameters may be changed, and the inputs are those of the row plus the
 * moves, which begin at 0. */
typedef struct example {
    long double *units[MAX_SIZES], *inputs[MAX_SIZES], *errors[MAX_SIZES];
    long double *parameters, *moves;
    long double nearest_kink;
} example;

long double *allocate_long_doubles(size_t n); /* zeros */

example make_example(const problem *p);
void free_example(const problem *p, example *e);

void run_forward(const problem *p, example *e, size_t row);
/* After run_forward: returns the cost of the example, and computes its errors. */
long double run_backward(const problem *p, example *e, const double *y);
/* After run_forward: computes the errors of a number from its derivatives by the outputs, which are
 * in the errors of the last layer. */
void run_backward_from_outputs(const problem *p, example *e);
/* After either of the two: adds the derivatives of the example by the parameters. */
void add_example(const problem *p, const example *e, long double weight, long double *gradient);

#endif
