/* SPDX-License-Identifier: BSD-3-Clause */
/* Bad arguments: each gets its status and words, and nothing is written. */
#include "support/sample_arguments.h"

#include <limits.h>
#include <math.h>
#include <stdint.h>
#include <string.h>

/* The start of a test is one good call of each: a refusal is then for the spoilt argument. */
START_TEST(the_unspoilt_arguments_are_accepted) {
    any_call *const calls[] = {call_feedforward, call_backpropagate, call_gradient_step,
                               call_predict,     call_evaluate,      call_gradient,
                               call_fit,         call_set_hidden,    call_set_output,
                               call_init,        call_init_by,       call_set_activation};
    for (size_t i = 0; i < sizeof calls / sizeof *calls; i++) {
        arguments a = make_arguments();
        ck_assert_ok(calls[i](&a));
        free_arguments(&a);
    }
}
END_TEST

#define CHECK_SPOILT(call, spoil, status, part)                                                    \
    do {                                                                                           \
        arguments a = make_arguments(), given = a;                                                 \
        given.spoil;                                                                               \
        check_refused_call(call, &given, status, part);                                            \
        free_arguments(&a);                                                                        \
    } while (0)

START_TEST(null_is_named) {
#define CHECK_NULL(call, argument)                                                                 \
    CHECK_SPOILT(call, argument = NULL, NNBLAS_ERROR_NULL, #argument " is null")
    CHECK_NULL(call_feedforward, X);
    CHECK_NULL(call_feedforward, W1);
    CHECK_NULL(call_feedforward, W2);
    CHECK_NULL(call_feedforward, H_out);
    CHECK_NULL(call_feedforward, O_out);
    CHECK_NULL(call_backpropagate, X);
    CHECK_NULL(call_backpropagate, Y);
    CHECK_NULL(call_backpropagate, W2);
    CHECK_NULL(call_backpropagate, H_out);
    CHECK_NULL(call_backpropagate, O_out);
    CHECK_NULL(call_backpropagate, O_delta);
    CHECK_NULL(call_backpropagate, H_delta);
    CHECK_NULL(call_backpropagate, W1_update);
    CHECK_NULL(call_backpropagate, W2_update);
    CHECK_NULL(call_gradient_step, X);
    CHECK_NULL(call_gradient_step, Y);
    CHECK_NULL(call_gradient_step, W1);
    CHECK_NULL(call_gradient_step, W2);
    CHECK_NULL(call_predict, net);
    CHECK_NULL(call_predict, X);
    CHECK_NULL(call_predict, O_out);
    CHECK_NULL(call_evaluate, net);
    CHECK_NULL(call_evaluate, X);
    CHECK_NULL(call_evaluate, Y);
    CHECK_NULL(call_evaluate, mse);
    CHECK_NULL(call_gradient, net);
    CHECK_NULL(call_gradient, X);
    CHECK_NULL(call_gradient, Y);
    CHECK_SPOILT(call_gradient, W1_update = NULL, NNBLAS_ERROR_NULL, "gradient is null");
    CHECK_NULL(call_set_hidden, net);
    CHECK_NULL(call_set_output, net);
    CHECK_NULL(call_set_activation, net);
    CHECK_NULL(call_init, net);
    CHECK_NULL(call_init_by, net);
    CHECK_NULL(call_fit, trainer);
    CHECK_NULL(call_fit, X);
    CHECK_NULL(call_fit, Y);
#undef CHECK_NULL
}
END_TEST

START_TEST(mse_may_be_null) {
    any_call *const calls[] = {call_backpropagate, call_gradient_step, call_gradient};
    for (size_t i = 0; i < sizeof calls / sizeof *calls; i++) {
        arguments a = make_arguments(), given = a;
        given.mse = NULL;
        ck_assert_ok(calls[i](&given));
        free_arguments(&a);
    }
}
END_TEST

START_TEST(sizes_are_refused) {
    static const size_t BAD[] = {0, (size_t)INT_MAX + 1, SIZE_MAX};
    any_call *const array_calls[] = {call_feedforward, call_backpropagate, call_gradient_step};
    any_call *const net_calls[] = {call_predict, call_evaluate, call_gradient, call_fit};
    for (size_t i = 0; i < sizeof BAD / sizeof *BAD; i++) {
        for (size_t c = 0; c < sizeof array_calls / sizeof *array_calls; c++) {
            CHECK_SPOILT(array_calls[c], n = BAD[i], NNBLAS_ERROR_SIZE, "N is ");
            CHECK_SPOILT(array_calls[c], inputs = BAD[i], NNBLAS_ERROR_SIZE, "inputs is ");
            CHECK_SPOILT(array_calls[c], hidden = BAD[i], NNBLAS_ERROR_SIZE, "hidden is ");
            CHECK_SPOILT(array_calls[c], outputs = BAD[i], NNBLAS_ERROR_SIZE, "outputs is ");
        }
        for (size_t c = 0; c < sizeof net_calls / sizeof *net_calls; c++)
            CHECK_SPOILT(net_calls[c], n = BAD[i], NNBLAS_ERROR_SIZE, "N is ");
    }
}
END_TEST

/* Each size fits, their product does not: 2^31 x 2^31 doubles are 2^65 bytes. */
START_TEST(matrices_that_do_not_fit_are_refused) {
    arguments a = make_arguments(), given = a;
    given.n = given.inputs = INT_MAX;
    check_refused_call(call_feedforward, &given, NNBLAS_ERROR_SIZE, "X, ");
    check_refused_call(call_backpropagate, &given, NNBLAS_ERROR_SIZE, "X, ");
    check_refused_call(call_gradient_step, &given, NNBLAS_ERROR_SIZE, "X, ");
    given = a;
    given.n = given.ldx = INT_MAX;
    check_refused_call(call_evaluate, &given, NNBLAS_ERROR_SIZE, "X, ");
    given.n = (size_t)1 << 30; /* 2^64 bytes less a few rows: more than a pointer can span */
    check_refused_call(call_evaluate, &given, NNBLAS_ERROR_SIZE, "X, ");
    free_arguments(&a);
}
END_TEST

START_TEST(leading_dimensions_are_refused) {
    any_call *const target_calls[] = {call_evaluate, call_gradient, call_fit};
    CHECK_SPOILT(call_predict, ldx = INPUTS - 1, NNBLAS_ERROR_LEADING,
                 "leading dimension of X is 3");
    CHECK_SPOILT(call_predict, ldo = OUTPUTS - 1, NNBLAS_ERROR_LEADING,
                 "leading dimension of O_out is 2");
    CHECK_SPOILT(call_predict, ldo = (size_t)INT_MAX + 1, NNBLAS_ERROR_SIZE,
                 "leading dimension of O_out");
    for (size_t c = 0; c < sizeof target_calls / sizeof *target_calls; c++) {
        CHECK_SPOILT(target_calls[c], ldx = 0, NNBLAS_ERROR_LEADING, "leading dimension of X is 0");
        CHECK_SPOILT(target_calls[c], ldy = OUTPUTS - 1, NNBLAS_ERROR_LEADING,
                     "leading dimension of Y is 2");
        CHECK_SPOILT(target_calls[c], ldx = SIZE_MAX, NNBLAS_ERROR_SIZE, "leading dimension of X");
    }
}
END_TEST

START_TEST(overlaps_are_refused) {
    CHECK_SPOILT(call_feedforward, H_out = arrays.X, NNBLAS_ERROR_OVERLAP, "H_out");
    CHECK_SPOILT(call_feedforward, O_out = arrays.W1 + 1, NNBLAS_ERROR_OVERLAP, "O_out");
    CHECK_SPOILT(call_backpropagate, O_delta = arrays.O_out, NNBLAS_ERROR_OVERLAP, "O_delta");
    CHECK_SPOILT(call_backpropagate, W2_update = arrays.W2, NNBLAS_ERROR_OVERLAP, "W2_update");
    CHECK_SPOILT(call_backpropagate, mse = arrays.H_delta, NNBLAS_ERROR_OVERLAP, "H_delta");
    CHECK_SPOILT(call_gradient_step, W1 = arrays.X, NNBLAS_ERROR_OVERLAP, "W1");
    CHECK_SPOILT(call_gradient_step, W2 = arrays.W1, NNBLAS_ERROR_OVERLAP, "W2");
    CHECK_SPOILT(call_predict, O_out = arrays.X + N * INPUTS - 1, NNBLAS_ERROR_OVERLAP, "O_out");
    CHECK_SPOILT(call_gradient, W1_update = arrays.Y, NNBLAS_ERROR_OVERLAP, "gradient");
    CHECK_SPOILT(call_evaluate, mse = arrays.Y, NNBLAS_ERROR_OVERLAP, "mse");
    CHECK_SPOILT(call_gradient, W1_update = nnblas_net_parameters(given.net), NNBLAS_ERROR_OVERLAP,
                 "gradient");
}
END_TEST

/* Columns of one table: O_out runs over the end of a row into X of the next. */
START_TEST(columns_that_wrap_into_the_next_row_overlap) {
    enum { LD = INPUTS + OUTPUTS };
    double table[N * LD + OUTPUTS] = {0.0};
    arguments a = make_arguments(), given = a;
    given.X = table;
    given.ldx = given.ldo = LD;
    given.O_out = table + INPUTS;
    ck_assert_ok(call_predict(&given));
    given.O_out = table + INPUTS + 1;
    check_refused_call(call_predict, &given, NNBLAS_ERROR_OVERLAP, "O_out");
    free_arguments(&a);
}
END_TEST

START_TEST(learning_rates_are_refused) {
    static const double BAD[] = {(double)NAN, (double)INFINITY, -(double)INFINITY, -0.5};
    for (size_t i = 0; i < sizeof BAD / sizeof *BAD; i++)
        CHECK_SPOILT(call_gradient_step, learning_rate = BAD[i], NNBLAS_ERROR_VALUE,
                     "learning_rate is ");
}
END_TEST

START_TEST(activations_costs_and_methods_are_refused) {
    const int NEITHER[] = {-1, NNBLAS_EXPONENTIAL + 1, INT_MAX};
#define CHECK_VALUE(call, argument, value, part)                                                   \
    CHECK_SPOILT(call, argument = value, NNBLAS_ERROR_VALUE, part)
    CHECK_VALUE(call_set_hidden, hidden_activation, NNBLAS_SOFTMAX, "the hidden activation is 4");
    CHECK_VALUE(call_set_hidden, hidden_activation, NNBLAS_EXPONENTIAL, "hidden activation is 12");
    CHECK_VALUE(call_set_output, output_activation, NNBLAS_TANH,
                "the cross-entropy goes with sigmoid or softmax outputs");
    CHECK_VALUE(call_set_output, output_activation, NNBLAS_IDENTITY,
                "the cross-entropy goes with sigmoid or softmax outputs");
    CHECK_VALUE(call_set_activation, hidden_activation, NNBLAS_SOFTMAX, "hidden activation is 4");
    CHECK_VALUE(call_set_activation, layer, 0, "layer is 0; activations have layers 1 to 2");
    CHECK_VALUE(call_set_activation, layer, 3, "layer is 3; activations have layers 1 to 2");
    CHECK_VALUE(call_set_activation, layer, SIZE_MAX, "; activations have layers 1 to 2");
    CHECK_VALUE(call_set_output, cost, NNBLAS_HUBER, "the Huber cost goes with ");
    CHECK_VALUE(call_set_output, cost, NNBLAS_POISSON, "goes with exponential outputs");
    CHECK_VALUE(call_set_output, cost, NNBLAS_GAMMA, "goes with exponential outputs");
    CHECK_VALUE(call_set_output, cost, NNBLAS_HINGE, "the hinge cost goes with identity outputs");
    CHECK_VALUE(call_set_output, cost, NNBLAS_GAUSSIAN,
                "the Gaussian likelihood goes with identity outputs");
    for (size_t i = 0; i < sizeof NEITHER / sizeof *NEITHER; i++) {
        nnblas_activation activation = (nnblas_activation)NEITHER[i];
        CHECK_VALUE(call_set_hidden, hidden_activation, activation, "the hidden activation is ");
        CHECK_VALUE(call_set_output, output_activation, activation, "the output activation is ");
        CHECK_VALUE(call_set_output, cost, (nnblas_cost)NEITHER[i], "the cost is ");
        CHECK_VALUE(call_init_by, method, (nnblas_initialization)NEITHER[i],
                    "the initialization is ");
    }
#undef CHECK_VALUE
}
END_TEST

static void check_refused_parameter(nnblas_net *net, double parameter, const char *words) {
    double kept = nnblas_net_cost_parameter(net);
    ck_assert_int_eq(nnblas_net_set_cost_parameter(net, parameter), NNBLAS_ERROR_VALUE);
    ck_assert_msg(strstr(nnblas_error_message(), words), "%s", nnblas_error_message());
    ck_assert_double_eq(nnblas_net_cost_parameter(net), kept);
}

START_TEST(parameters_of_costs_are_refused) {
    static const double BAD[] = {(double)NAN, (double)INFINITY, -(double)INFINITY, -0.5, 0.0};
    arguments a = make_arguments();
    nnblas_net *net = a.net;
    check_refused_parameter(net, 0.5, "the mse has no parameter");
    ck_assert_double_eq(nnblas_net_cost_parameter(net), 0.0);
    ck_assert_ok(nnblas_net_set_output(net, NNBLAS_IDENTITY, NNBLAS_HUBER));
    ck_assert_double_eq(nnblas_net_cost_parameter(net), 1.0);
    for (size_t i = 0; i < sizeof BAD / sizeof *BAD; i++)
        check_refused_parameter(net, BAD[i],
                                "delta of the Huber cost; it must be finite and above");
    ck_assert_ok(nnblas_net_set_cost_parameter(net, 1e300));
    ck_assert_ok(nnblas_net_set_output(net, NNBLAS_IDENTITY, NNBLAS_QUANTILE));
    ck_assert_double_eq(nnblas_net_cost_parameter(net), 0.5);
    for (size_t i = 0; i < sizeof BAD / sizeof *BAD; i++)
        check_refused_parameter(net, BAD[i],
                                "tau of the quantile cost; it must be between 0 and 1");
    check_refused_parameter(net, 1.0, "tau of the quantile cost");
    ck_assert_int_eq(nnblas_net_set_cost_parameter(NULL, 0.5), NNBLAS_ERROR_NULL);
    ck_assert_double_eq(nnblas_net_cost_parameter(NULL), 0.0);
    free_arguments(&a);
}
END_TEST

START_TEST(accessors_answer_what_is_not_there) {
    arguments a = make_arguments();
    ck_assert_uint_eq(nnblas_net_layer_count(NULL), 0);
    ck_assert_uint_eq(nnblas_net_layer_size(NULL, 0), 0);
    ck_assert_uint_eq(nnblas_net_parameter_count(NULL), 0);
    ck_assert_ptr_null(nnblas_net_parameters(NULL));
    ck_assert_ptr_null(nnblas_net_weights(NULL, 1));
    ck_assert_ptr_null(nnblas_net_weights(a.net, 0));
    ck_assert_ptr_null(nnblas_net_weights(a.net, 3));
    ck_assert_ptr_null(nnblas_net_bias(NULL, 1));
    ck_assert_ptr_nonnull(strstr(nnblas_error_message(), "net is null"));
    ck_assert_ptr_null(nnblas_net_bias(a.net, 0));
    ck_assert_ptr_null(nnblas_net_bias(a.net, 3));
    ck_assert_ptr_nonnull(strstr(nnblas_error_message(), "layer is 3"));
    ck_assert_ptr_null(nnblas_net_bias(a.net, 1));
    ck_assert_ptr_nonnull(strstr(nnblas_error_message(), "without biases"));
    ck_assert(has_default_kind(NULL));
    ck_assert_ok(nnblas_net_set_activation(a.net, 2, NNBLAS_IDENTITY));
    ck_assert_int_eq(nnblas_net_activation(NULL, 2), NNBLAS_SIGMOID);
    ck_assert_ptr_nonnull(strstr(nnblas_error_message(), "net is null"));
    ck_assert_int_eq(nnblas_net_activation(a.net, 0), NNBLAS_SIGMOID);
    ck_assert_ptr_nonnull(strstr(nnblas_error_message(), "layer is 0"));
    ck_assert_int_eq(nnblas_net_activation(a.net, 3), NNBLAS_SIGMOID);
    ck_assert_int_eq(nnblas_net_activation(a.net, 2), NNBLAS_IDENTITY);
    ck_assert_uint_eq(nnblas_net_layer_size(a.net, 3), 0);
    ck_assert_int_eq(nnblas_trainer_create(a.net, NULL), NNBLAS_ERROR_NULL);
    free_arguments(&a);
}
END_TEST

int main(void) {
    const TTest *const tests[] = {
        the_unspoilt_arguments_are_accepted,
        null_is_named,
        mse_may_be_null,
        sizes_are_refused,
        matrices_that_do_not_fit_are_refused,
        leading_dimensions_are_refused,
        overlaps_are_refused,
        columns_that_wrap_into_the_next_row_overlap,
        learning_rates_are_refused,
        activations_costs_and_methods_are_refused,
        parameters_of_costs_are_refused,
        accessors_answer_what_is_not_there,
    };
    return run_tests("argument_checks", tests, sizeof tests / sizeof *tests);
}
