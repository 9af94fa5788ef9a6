/* SPDX-License-Identifier: BSD-3-Clause */
/* What a network is made of, and what no network can be. */
#include "support/support.h"

#include <limits.h>
#include <string.h>

static const size_t SIZES[] = {5, 7, 6, 2};
enum { N_SIZES = 4, PARAMETERS = 5 * 7 + 7 * 6 + 6 * 2 };

/* W1 b1 W2 b2 ... */
START_TEST(parameters_are_one_vector) {
    for (unsigned i = 0; i < 4; i++) {
        unsigned bias = i & 1 ? NNBLAS_BIAS : 0, flags = bias | (i & 2 ? NNBLAS_SKIP : 0);
        nnblas_net *net;
        ck_assert_ok(nnblas_net_create(SIZES, N_SIZES, flags, &net));
        ck_assert_uint_eq(nnblas_net_flags(net), flags);
        ck_assert_uint_eq(nnblas_net_layer_count(net), N_SIZES);
        ck_assert_uint_eq(nnblas_net_layer_size(net, 0), SIZES[0]);
        double *next = nnblas_net_parameters(net);
        for (size_t l = 1; l < N_SIZES; l++) {
            ck_assert_uint_eq(nnblas_net_layer_size(net, l), SIZES[l]);
            ck_assert_ptr_eq(nnblas_net_weights(net, l), next);
            ck_assert_ptr_eq(nnblas_net_const_weights(net, l), next);
            next += (SIZES[l - 1] + (l == 3 && i & 2 ? SIZES[0] : 0)) * SIZES[l];
            ck_assert_ptr_eq(nnblas_net_bias(net, l), bias ? next : NULL);
            ck_assert_ptr_eq(nnblas_net_const_bias(net, l), bias ? next : NULL);
            next += bias ? SIZES[l] : 0;
        }
        size_t others = (bias ? SIZES[1] + SIZES[2] + SIZES[3] : 0) + (i & 2 ? 5 * 2 : 0);
        ck_assert_uint_eq(nnblas_net_parameter_count(net), PARAMETERS + others);
        ck_assert_ptr_eq(nnblas_net_parameters(net) + PARAMETERS + others, next);
        ck_assert_ptr_eq(nnblas_net_const_parameters(net), nnblas_net_parameters(net));
        nnblas_net_destroy(net);
    }
}
END_TEST

START_TEST(a_network_tells_its_kind_and_keeps_its_parameters) {
    for (size_t i = 0; i < N_KINDS; i++) {
        kind k = get_kind(i);
        nnblas_net *net, *untouched;
        ck_assert_ok(nnblas_net_create(SIZES, N_SIZES, k.flags, &net));
        ck_assert_ok(nnblas_net_create(SIZES, N_SIZES, k.flags, &untouched));
        set_kind(net, k);
        ck_assert_uint_eq(nnblas_net_flags(net), k.flags);
        ck_assert_int_eq(nnblas_net_activation(net, 1), get_hidden(k, 1));
        ck_assert_int_eq(nnblas_net_activation(net, 2), get_hidden(k, 2));
        ck_assert_int_eq(nnblas_net_activation(net, 3), k.output);
        ck_assert_int_eq(nnblas_net_hidden_activation(net), get_hidden(k, 1));
        ck_assert_int_eq(nnblas_net_output_activation(net), k.output);
        ck_assert_int_eq(nnblas_net_cost(net), k.cost);
        ck_assert(memcmp(nnblas_net_parameters(net), nnblas_net_parameters(untouched),
                         nnblas_net_parameter_count(net) * sizeof(double)) == 0);
        ck_assert_int_eq(nnblas_net_hidden_activation(untouched), NNBLAS_SIGMOID);
        ck_assert_int_eq(nnblas_net_output_activation(untouched), NNBLAS_SIGMOID);
        ck_assert_int_eq(nnblas_net_cost(untouched), NNBLAS_MSE);
        nnblas_net_destroy(net);
        nnblas_net_destroy(untouched);
    }
}
END_TEST

START_TEST(hidden_units_and_outputs_have_activations_of_their_own) {
    nnblas_net *net;
    ck_assert_ok(nnblas_net_create(SIZES, N_SIZES, 0, &net));
    ck_assert_ok(nnblas_net_set_output(net, NNBLAS_IDENTITY, NNBLAS_MSE));
    ck_assert_ok(nnblas_net_set_hidden(net, NNBLAS_TANH));
    ck_assert_int_eq(nnblas_net_activation(net, N_SIZES - 2), NNBLAS_TANH);
    ck_assert_int_eq(nnblas_net_output_activation(net), NNBLAS_IDENTITY);
    nnblas_net_destroy(net);
}
END_TEST

START_TEST(networks_that_cannot_be_are_refused) {
    nnblas_net *const untouched = (nnblas_net *)SIZES, *net = untouched;
    const size_t good[] = {4, 2, 3}, zero[] = {4, 0, 3}, large[] = {4, (size_t)INT_MAX + 1, 3};
    const size_t huge[] = {INT_MAX, INT_MAX, INT_MAX, INT_MAX, INT_MAX, INT_MAX};
    ck_assert_int_eq(nnblas_net_create(NULL, 3, 0, &net), NNBLAS_ERROR_NULL);
    ck_assert_int_eq(nnblas_net_create(good, 3, 0, NULL), NNBLAS_ERROR_NULL);
    ck_assert_int_eq(nnblas_net_create(good, 0, 0, &net), NNBLAS_ERROR_SIZE);
    ck_assert_int_eq(nnblas_net_create(good, 1, 0, &net), NNBLAS_ERROR_SIZE);
    ck_assert_int_eq(nnblas_net_create(zero, 3, 0, &net), NNBLAS_ERROR_SIZE);
    ck_assert_ptr_nonnull(strstr(nnblas_error_message(), "layer_sizes[1] is 0"));
    ck_assert_int_eq(nnblas_net_create(large, 3, 0, &net), NNBLAS_ERROR_SIZE);
    ck_assert_int_eq(nnblas_net_create(huge, 6, 0, &net), NNBLAS_ERROR_SIZE);
    /* INT_MAX squared fits in 64 bits of a size, and in no address space. */
    ck_assert_int_eq(nnblas_net_create(huge, 2, 0, &net), NNBLAS_ERROR_SIZE);
    ck_assert_ptr_nonnull(strstr(nnblas_error_message(), "up to layer 1 do not fit"));
    ck_assert_int_eq(nnblas_net_create(huge, 2, NNBLAS_BIAS, &net), NNBLAS_ERROR_SIZE);
    /* Each matrix would fit, but not both. */
    const unsigned most = SIZE_MAX > UINT32_MAX ? 30 : 14;
    const size_t both[] = {(size_t)1 << most, (size_t)1 << (most - 1), (size_t)1 << most};
    ck_assert_int_eq(nnblas_net_create(both, 3, 0, &net), NNBLAS_ERROR_SIZE);
    ck_assert_ptr_nonnull(strstr(nnblas_error_message(), "up to layer 2 do not fit"));
    ck_assert_int_eq(nnblas_net_create(good, 3, 1U << 31, &net), NNBLAS_ERROR_VALUE);
    ck_assert_int_eq(nnblas_net_create(good, 3, NNBLAS_BIAS | 8U, &net), NNBLAS_ERROR_VALUE);
    ck_assert_ptr_nonnull(strstr(nnblas_error_message(), "flags is 0x9"));
    ck_assert_int_eq(nnblas_net_create(good, 2, NNBLAS_SKIP, &net), NNBLAS_ERROR_VALUE);
    ck_assert_ptr_nonnull(strstr(nnblas_error_message(), "n_layers is 2: skip connections"));
    ck_assert_ptr_eq(net, untouched);

    nnblas_trainer *trainer = (nnblas_trainer *)SIZES;
    ck_assert_int_eq(nnblas_trainer_create(NULL, &trainer), NNBLAS_ERROR_NULL);
    ck_assert_ptr_eq((const void *)trainer, (const void *)SIZES);
    nnblas_net_destroy(NULL);
    nnblas_trainer_destroy(NULL);
}
END_TEST

START_TEST(parameters_may_begin_at_0) {
    for (unsigned flags = 0; flags <= NNBLAS_BIAS; flags++) {
        nnblas_net *net;
        ck_assert_ok(nnblas_net_create(SIZES, N_SIZES, flags | NNBLAS_ZERO, &net));
        ck_assert_uint_eq(nnblas_net_flags(net), flags);
        for (size_t i = 0; i < nnblas_net_parameter_count(net); i++)
            ck_assert_double_eq(nnblas_net_const_parameters(net)[i], 0.0);
        nnblas_net_destroy(net);
    }
}
END_TEST

START_TEST(a_null_network_has_no_parameters) {
    ck_assert_ptr_null(nnblas_net_const_parameters(NULL));
    ck_assert_str_eq(nnblas_error_message(), "net is null");
    ck_assert_ptr_null(nnblas_net_const_weights(NULL, 1));
    ck_assert_ptr_null(nnblas_net_const_bias(NULL, 1));
    ck_assert_ptr_null(nnblas_net_parameters(NULL));
    ck_assert_ptr_null(nnblas_net_weights(NULL, 1));
    ck_assert_ptr_null(nnblas_net_bias(NULL, 1));
}
END_TEST

int main(void) {
    const TTest *const tests[] = {
        parameters_are_one_vector,
        a_network_tells_its_kind_and_keeps_its_parameters,
        hidden_units_and_outputs_have_activations_of_their_own,
        networks_that_cannot_be_are_refused,
        parameters_may_begin_at_0,
        a_null_network_has_no_parameters,
    };
    return run_tests("networks", tests, sizeof tests / sizeof *tests);
}
