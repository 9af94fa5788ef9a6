/* SPDX-License-Identifier: BSD-3-Clause */
/* The first weights: seeded, within the bounds of their method, the same everywhere. */
#include "support/support.h"

#include <math.h>
#include <string.h>

static const size_t SIZES[] = {5, 7, 6, 2};
enum { N_SIZES = 4, PARAMETERS = 5 * 7 + 7 * 6 + 6 * 2 };

START_TEST(init_is_seeded) {
    nnblas_net *net;
    ck_assert_ok(nnblas_net_create(SIZES, N_SIZES, 0, &net));
    double *W = nnblas_net_parameters(net), first[PARAMETERS];
    memcpy(first, W, sizeof first);
    ck_assert_ok(nnblas_net_init(net, 1));
    ck_assert(memcmp(first, W, sizeof first) != 0);
    ck_assert_ok(nnblas_net_init(net, 0));
    ck_assert(memcmp(first, W, sizeof first) == 0);
    ck_assert_ok(nnblas_net_init_by(net, NNBLAS_UNIFORM, 5));
    memcpy(first, W, sizeof first);
    ck_assert_ok(nnblas_net_init_by(net, NNBLAS_UNIFORM, 6));
    ck_assert(memcmp(first, W, sizeof first) != 0);
    ck_assert_ok(nnblas_net_init_by(net, NNBLAS_UNIFORM, 5));
    ck_assert(memcmp(first, W, sizeof first) == 0);
    nnblas_net_destroy(net);
}
END_TEST

/* The weights come near to the bound on both sides and no further, and their mean is near 0. */
static void check_uniform(size_t n, const double *W, double bound) {
    double least = 0.0, largest = 0.0, sum = 0.0;
    for (size_t i = 0; i < n; i++) {
        least = fmin(least, W[i]);
        largest = fmax(largest, W[i]);
        sum += W[i];
    }
    ck_assert_double_le(largest, bound);
    ck_assert_double_ge(least, -bound);
    ck_assert_double_ge(fmin(largest, -least), 0.95 * bound);
    ck_assert_double_le(fabs(sum), 0.1 * bound * (double)n);
}

/* Sizes of which sqrt(6 / (inputs + outputs)) is 1/3 and sqrt(6 / inputs) 1/2 and sqrt(1/5). */
START_TEST(init_keeps_to_the_bounds_of_its_method) {
    enum { INPUTS = 24, HIDDEN = 30, OUTPUTS = 24, DEFAULT = -1 };
    const double GLOROT = 1.0 / 3.0, HE1 = 0.5, HE2 = sqrt(0.2);
    const struct {
        nnblas_activation hidden, output;
        nnblas_cost cost;
        int method;
        double bounds[2];
    } CASES[] = {
        {NNBLAS_SIGMOID, NNBLAS_SIGMOID, NNBLAS_MSE, DEFAULT, {4 * GLOROT, 4 * GLOROT}},
        {NNBLAS_SIGMOID, NNBLAS_SIGMOID, NNBLAS_CROSS_ENTROPY, DEFAULT, {GLOROT, GLOROT}},
        {NNBLAS_SIGMOID, NNBLAS_IDENTITY, NNBLAS_MSE, DEFAULT, {4 * GLOROT, GLOROT}},
        {NNBLAS_TANH, NNBLAS_SIGMOID, NNBLAS_MSE, DEFAULT, {GLOROT, 4 * GLOROT}},
        {NNBLAS_TANH, NNBLAS_SOFTMAX, NNBLAS_CROSS_ENTROPY, DEFAULT, {GLOROT, GLOROT}},
        {NNBLAS_RELU, NNBLAS_SOFTMAX, NNBLAS_MSE, DEFAULT, {HE1, GLOROT}},
        {NNBLAS_RELU, NNBLAS_SIGMOID, NNBLAS_MSE, NNBLAS_GLOROT, {GLOROT, 4 * GLOROT}},
        {NNBLAS_RELU, NNBLAS_IDENTITY, NNBLAS_MSE, NNBLAS_HE, {HE1, HE2}},
        {NNBLAS_LEAKY_RELU, NNBLAS_TANH, NNBLAS_MSE, DEFAULT, {HE1, GLOROT}},
        {NNBLAS_ELU, NNBLAS_SOFTPLUS, NNBLAS_MSE, DEFAULT, {HE1, HE2}},
        {NNBLAS_GELU, NNBLAS_RELU, NNBLAS_MSE, DEFAULT, {HE1, HE2}},
        {NNBLAS_SILU, NNBLAS_SINE, NNBLAS_MSE, DEFAULT, {HE1, HE2}},
        {NNBLAS_SINE, NNBLAS_SOFTSIGN, NNBLAS_MSE, DEFAULT, {HE1, GLOROT}},
        {NNBLAS_SOFTPLUS, NNBLAS_IDENTITY, NNBLAS_MSE, DEFAULT, {HE1, GLOROT}},
        {NNBLAS_SOFTSIGN, NNBLAS_SIGMOID, NNBLAS_MSE, DEFAULT, {GLOROT, 4 * GLOROT}},
        {NNBLAS_IDENTITY, NNBLAS_SIGMOID, NNBLAS_MSE, DEFAULT, {GLOROT, 4 * GLOROT}},
        {NNBLAS_SIGMOID, NNBLAS_SIGMOID, NNBLAS_MSE, NNBLAS_HE, {HE1, HE2}},
        {NNBLAS_SIGMOID, NNBLAS_SIGMOID, NNBLAS_MSE, NNBLAS_UNIFORM, {0.5, 0.5}},
        {NNBLAS_TANH, NNBLAS_IDENTITY, NNBLAS_MSE, NNBLAS_UNIFORM, {0.5, 0.5}},
    };
    for (size_t i = 0; i < sizeof CASES / sizeof *CASES; i++) {
        nnblas_net *net;
        ck_assert_ok(nnblas_net_create((size_t[]){INPUTS, HIDDEN, OUTPUTS}, 3, NNBLAS_BIAS, &net));
        ck_assert_ok(nnblas_net_set_hidden(net, CASES[i].hidden));
        ck_assert_ok(nnblas_net_set_output(net, CASES[i].output, CASES[i].cost));
        fill(nnblas_net_parameter_count(net), nnblas_net_parameters(net), (double)NAN);
        ck_assert_ok(CASES[i].method == DEFAULT
                         ? nnblas_net_init(net, i)
                         : nnblas_net_init_by(net, (nnblas_initialization)CASES[i].method, i));
        check_uniform(INPUTS * HIDDEN, nnblas_net_weights(net, 1), CASES[i].bounds[0]);
        check_uniform(HIDDEN * OUTPUTS, nnblas_net_weights(net, 2), CASES[i].bounds[1]);
        ck_assert(holds_only(HIDDEN, nnblas_net_bias(net, 1), 0.0));
        ck_assert(holds_only(OUTPUTS, nnblas_net_bias(net, 2), 0.0));
        nnblas_net_destroy(net);
    }
}
END_TEST

/* Hidden units and inputs are 30 together: sqrt(6 / (30 + 24)) is 1/3, and sqrt(6 / 30) sqrt(1/5).
 */
START_TEST(skip_connections_count_as_inputs) {
    enum { INPUTS = 20, HIDDEN = 10, OUTPUTS = 24, FAN_IN = INPUTS + HIDDEN };
    for (int is_he = 0; is_he < 2; is_he++) {
        nnblas_net *net;
        ck_assert_ok(nnblas_net_create((size_t[]){INPUTS, HIDDEN, OUTPUTS}, 3,
                                       NNBLAS_BIAS | NNBLAS_SKIP, &net));
        ck_assert_ok(nnblas_net_set_output(net, NNBLAS_IDENTITY, NNBLAS_MSE));
        fill(nnblas_net_parameter_count(net), nnblas_net_parameters(net), (double)NAN);
        ck_assert_ok(nnblas_net_init_by(net, is_he ? NNBLAS_HE : NNBLAS_GLOROT, 1));
        double bound = is_he ? sqrt(0.2) : 1.0 / 3.0;
        check_uniform(FAN_IN * OUTPUTS, nnblas_net_weights(net, 2), bound);
        check_uniform(INPUTS * OUTPUTS, nnblas_net_weights(net, 2) + HIDDEN * OUTPUTS, bound);
        ck_assert(holds_only(OUTPUTS, nnblas_net_bias(net, 2), 0.0));
        nnblas_net_destroy(net);
    }
}
END_TEST

/* The same numbers on every machine: the generator and the order of the weights are a promise. */
START_TEST(init_gives_known_weights) {
    nnblas_net *net;
    ck_assert_ok(nnblas_net_create((size_t[]){3, 3}, 2, 0, &net));
    ck_assert_ok(nnblas_net_init(net, 42));
    const double *W = nnblas_net_parameters(net);
    /* xoshiro256** from SplitMix64, seed 42: the first bits, by the authors' reference code. */
    const uint64_t BITS[] = {0x15780b2e0c2ec716, 0x6104d9866d113a7e, 0xae17533239e499a1};
    for (size_t i = 0; i < 3; i++) {
        double unit = (double)(BITS[i] >> 11) * 0x1p-53;
        ck_assert_double_eq(W[i], 4.0 * (2.0 * unit - 1.0));
    }
    nnblas_net_destroy(net);
}
END_TEST

int main(void) {
    const TTest *const tests[] = {
        init_is_seeded,
        init_keeps_to_the_bounds_of_its_method,
        skip_connections_count_as_inputs,
        init_gives_known_weights,
    };
    return run_tests("initialization", tests, sizeof tests / sizeof *tests);
}
