/* SPDX-License-Identifier: BSD-3-Clause */
/* The calls on the caller's own arrays beside long double. */
#include "support/support.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static void check_array_calls(const problem *p) {
    size_t N = p->N, inputs = p->sizes[0], hidden = p->sizes[1], outputs = p->sizes[2];
    size_t weights1 = inputs * hidden, weights2 = hidden * outputs;
    double *W1 = p->parameters, *W2 = W1 + weights1;
    double *expected = allocate_doubles(p->parameter_count),
           *O_expected = allocate_doubles(N * outputs);
    double expected_mse = compute_reference(p, expected, O_expected);

    double *H_out = allocate_doubles(N * hidden), *O_out = allocate_doubles(N * outputs);
    double *H_delta = allocate_doubles(N * hidden), *O_delta = allocate_doubles(N * outputs);
    double *update = allocate_doubles(p->parameter_count), mse = (double)NAN;
    /* What the outputs held before must not count. */
    fill(N * hidden, H_out, (double)NAN);
    fill(N * outputs, O_out, (double)NAN);
    fill(N * hidden, H_delta, (double)NAN);
    fill(p->parameter_count, update, (double)NAN);
    ck_assert_ok(nnblas_feedforward(N, inputs, hidden, outputs, p->X, W1, W2, H_out, O_out));
    ck_assert_close(N * outputs, O_expected, O_out);
    ck_assert_ok(nnblas_backpropagate(N, inputs, hidden, outputs, p->X, p->Y, W2, H_out, O_out,
                                      O_delta, H_delta, update, update + weights1, &mse));
    ck_assert_close(1, &expected_mse, &mse);
    ck_assert_close(weights1, expected, update);
    ck_assert_close(weights2, expected + weights1, update + weights1);

    const double RATE = 0.75;
    double step_mse = (double)NAN;
    for (size_t i = 0; i < p->parameter_count; i++)
        expected[i] = p->parameters[i] - RATE * expected[i];
    ck_assert_ok(
        nnblas_gradient_step(N, inputs, hidden, outputs, p->X, p->Y, RATE, W1, W2, &step_mse));
    ck_assert_close(1, &expected_mse, &step_mse);
    ck_assert_close(weights1, expected, W1);
    ck_assert_close(weights2, expected + weights1, W2);

    double *all[] = {expected, O_expected, H_out, O_out, H_delta, O_delta, update};
    for (size_t i = 0; i < sizeof all / sizeof *all; i++)
        free(all[i]);
}

START_TEST(array_calls_agree_with_long_double) {
    dice d = {3};
    for (size_t i = 0; i < count_trials(300); i++) {
        size_t N = roll_size(&d, 400);
        const size_t sizes[] = {roll_size(&d, 150), roll_size(&d, 100), roll_size(&d, 60)};
        problem p = make_problem(&d, N, sizes, 3, 0);
        check_array_calls(&p);
        free_problem(&p);
    }
}
END_TEST

/* With so many rows, weights are copied where their vectors do not lie in whole cache lines. */
START_TEST(weights_may_lie_anywhere) {
    enum { N = 700, LINE = 8 };
    dice d = {31};
    const size_t sizes[] = {12, 24, 8};
    problem p = make_problem(&d, N, sizes, 3, 0);
    double *given = p.parameters, *memory = allocate_doubles(p.parameter_count + LINE);
    for (size_t offset = 0; offset < LINE; offset++) {
        p.parameters = memory + offset;
        memcpy(p.parameters, given, p.parameter_count * sizeof *given);
        check_array_calls(&p);
    }
    p.parameters = given;
    free(memory);
    free_problem(&p);
}
END_TEST

int main(void) {
    const TTest *const tests[] = {
        array_calls_agree_with_long_double,
        weights_may_lie_anywhere,
    };
    return run_tests("array_calls", tests, sizeof tests / sizeof *tests);
}
