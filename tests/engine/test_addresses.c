/* SPDX-License-Identifier: BSD-3-Clause */
/* Where the caller's matrices lie in memory may cost time, and changes no bit. */
#include "support/support.h"

#include <stdlib.h>
#include <string.h>

/* Doubles of a cache line: the offsets from its begin that a matrix can have. */
enum { LINE = 8 };

/* A copy of values, so many doubles behind the begin of a cache line. */
typedef struct placed {
    double *memory, *values;
} placed;

static placed place(size_t n, const double *values, size_t offset) {
    size_t bytes = (n + LINE) * sizeof *values;
    placed p = {.memory = aligned_alloc(64, (bytes + 63) / 64 * 64)};
    ck_assert_ptr_nonnull(p.memory);
    p.values = p.memory + offset;
    if (values)
        memcpy(p.values, values, n * sizeof *values);
    return p;
}

static problem roll_problem(dice *d) {
    size_t sizes[3];
    for (size_t l = 0; l < 3; l++)
        sizes[l] = roll_between(d, 0, 1) ? 8 * roll_between(d, 1, 6) : roll_size(d, 60);
    size_t N = roll_between(d, 0, 1) ? roll_between(d, 512, 1200) : roll_between(d, 1, 300);
    return make_problem_of(d, roll_kind(d), N, sizes, 3, roll_between(d, 0, 2));
}

/* ---- gradients of a network ------------------------------------------------------------------ */

/* The gradient, the cost and the outputs, from and to matrices at other addresses. */
static double *compute_at(const problem *p, nnblas_net *net, size_t offset) {
    size_t count = p->parameter_count, outputs = p->N * get_outputs(p);
    placed X = place(p->N * p->ldx, p->X, offset), Y = place(p->N * p->ldy, p->Y, offset);
    placed gradient = place(count, NULL, offset), O_out = place(outputs, NULL, offset);
    double *results = allocate_doubles(count + 1 + outputs);
    ck_assert_ok(nnblas_net_gradient(net, p->N, X.values, p->ldx, Y.values, p->ldy, gradient.values,
                                     &results[count]));
    ck_assert_ok(nnblas_net_predict(net, p->N, X.values, p->ldx, O_out.values, get_outputs(p)));
    memcpy(results, gradient.values, count * sizeof *results);
    memcpy(results + count + 1, O_out.values, outputs * sizeof *results);
    free(X.memory);
    free(Y.memory);
    free(gradient.memory);
    free(O_out.memory);
    return results;
}

START_TEST(a_network_computes_the_same_bits_of_rows_anywhere) {
    dice d = {61};
    for (size_t i = 0; i < count_trials(60); i++) {
        problem p = roll_problem(&d);
        nnblas_net *net = make_net(&p);
        double *aligned = compute_at(&p, net, 0);
        for (size_t offset = 1; offset < LINE; offset++) {
            double *found = compute_at(&p, net, offset);
            size_t count = p.parameter_count + 1 + p.N * get_outputs(&p);
            ck_assert_msg(memcmp(aligned, found, count * sizeof *found) == 0,
                          "offset %zu: %zu rows of %zu-%zu-%zu, %s", offset, p.N, p.sizes[0],
                          p.sizes[1], p.sizes[2], describe_kind(p.kind));
            free(found);
        }
        free(aligned);
        nnblas_net_destroy(net);
        free_problem(&p);
    }
}
END_TEST

/* ---- steps on weights of the caller's -------------------------------------------------------- */

/* The weights after a step, and the cost before it. */
static double *step_at(const problem *p, size_t offset) {
    size_t weights1 = p->sizes[0] * p->sizes[1], weights2 = p->sizes[1] * p->sizes[2];
    placed W1 = place(weights1, p->parameters, offset);
    placed W2 = place(weights2, p->parameters + weights1, (offset + 3) % LINE);
    double *results = allocate_doubles(weights1 + weights2 + 1);
    ck_assert_ok(nnblas_gradient_step(p->N, p->sizes[0], p->sizes[1], p->sizes[2], p->X, p->Y, 0.3,
                                      W1.values, W2.values, &results[weights1 + weights2]));
    memcpy(results, W1.values, weights1 * sizeof *results);
    memcpy(results + weights1, W2.values, weights2 * sizeof *results);
    free(W1.memory);
    free(W2.memory);
    return results;
}

START_TEST(a_step_computes_the_same_bits_of_weights_anywhere) {
    dice d = {62};
    for (size_t i = 0; i < count_trials(60); i++) {
        problem rolled = roll_problem(&d);
        problem p = make_problem(&d, rolled.N, rolled.sizes, 3, 0);
        double *aligned = step_at(&p, 0);
        for (size_t offset = 1; offset < LINE; offset++) {
            double *found = step_at(&p, offset);
            ck_assert_msg(memcmp(aligned, found, (p.parameter_count + 1) * sizeof *found) == 0,
                          "offset %zu: %zu rows of %zu-%zu-%zu", offset, p.N, p.sizes[0],
                          p.sizes[1], p.sizes[2]);
            free(found);
        }
        free(aligned);
        free_problem(&p);
        free_problem(&rolled);
    }
}
END_TEST

int main(void) {
    const TTest *const tests[] = {
        a_network_computes_the_same_bits_of_rows_anywhere,
        a_step_computes_the_same_bits_of_weights_anywhere,
    };
    return run_tests("addresses", tests, sizeof tests / sizeof *tests);
}
