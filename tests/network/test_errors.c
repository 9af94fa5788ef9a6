/* SPDX-License-Identifier: BSD-3-Clause */
/* Bad input: every argument of every function gets its status and words, and nothing is written. */
#include "support/support.h"

#include <float.h>
#include <limits.h>
#include <math.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

enum { N = 6, INPUTS = 4, HIDDEN = 2, OUTPUTS = 3 };

static const double UNTOUCHED = -31.25;

/* ---- one set of arguments for all calls ------------------------------------------------------ */

/* All that any call takes; a test spoils one thing and calls. */
typedef struct arguments {
    size_t n, inputs, hidden, outputs, ldx, ldy, ldo;
    double *X, *Y, *W1, *W2;
    double *H_out, *O_out, *O_delta, *H_delta, *W1_update, *W2_update, *mse;
    double learning_rate;
    nnblas_activation hidden_activation, output_activation;
    nnblas_cost cost;
    nnblas_initialization method;
    nnblas_net *net;
    nnblas_trainer *trainer;
} arguments;

static struct arrays {
    double X[N * INPUTS], Y[N * OUTPUTS], W1[INPUTS * HIDDEN], W2[HIDDEN * OUTPUTS];
    double H_out[N * HIDDEN], O_out[N * OUTPUTS], O_delta[N * OUTPUTS], H_delta[N * HIDDEN];
    double W1_update[INPUTS * HIDDEN + HIDDEN * OUTPUTS], W2_update[HIDDEN * OUTPUTS], mse;
} arrays;

static arguments make_arguments(void) {
    dice d = {7};
    for (size_t i = 0; i < N * INPUTS; i++)
        arrays.X[i] = roll_uniform(&d, -1.0, 1.0);
    for (size_t i = 0; i < N * OUTPUTS; i++)
        arrays.Y[i] = roll_uniform(&d, 0.0, 1.0);
    for (size_t i = 0; i < INPUTS * HIDDEN; i++)
        arrays.W1[i] = roll_uniform(&d, -1.0, 1.0);
    for (size_t i = 0; i < HIDDEN * OUTPUTS; i++)
        arrays.W2[i] = roll_uniform(&d, -1.0, 1.0);
    fill(N * HIDDEN, arrays.H_out, UNTOUCHED);
    fill(N * OUTPUTS, arrays.O_out, UNTOUCHED);
    fill(N * OUTPUTS, arrays.O_delta, UNTOUCHED);
    fill(N * HIDDEN, arrays.H_delta, UNTOUCHED);
    fill(INPUTS * HIDDEN + HIDDEN * OUTPUTS, arrays.W1_update, UNTOUCHED);
    fill(HIDDEN * OUTPUTS, arrays.W2_update, UNTOUCHED);
    arrays.mse = UNTOUCHED;
    arguments a = {
        .n = N,
        .inputs = INPUTS,
        .hidden = HIDDEN,
        .outputs = OUTPUTS,
        .ldx = INPUTS,
        .ldy = OUTPUTS,
        .ldo = OUTPUTS,
        .X = arrays.X,
        .Y = arrays.Y,
        .W1 = arrays.W1,
        .W2 = arrays.W2,
        .H_out = arrays.H_out,
        .O_out = arrays.O_out,
        .O_delta = arrays.O_delta,
        .H_delta = arrays.H_delta,
        .W1_update = arrays.W1_update,
        .W2_update = arrays.W2_update,
        .mse = &arrays.mse,
        .learning_rate = 0.5,
        .hidden_activation = NNBLAS_TANH,
        .output_activation = NNBLAS_SOFTMAX,
        .cost = NNBLAS_CROSS_ENTROPY,
        .method = NNBLAS_HE,
    };
    ck_assert_ok(nnblas_net_create((size_t[]){INPUTS, HIDDEN, OUTPUTS}, 3, 0, &a.net));
    ck_assert_ok(nnblas_trainer_create(a.net, &a.trainer));
    return a;
}

static nnblas_status feedforward(const arguments *a) {
    return nnblas_feedforward(a->n, a->inputs, a->hidden, a->outputs, a->X, a->W1, a->W2, a->H_out,
                              a->O_out);
}

static nnblas_status backpropagate(const arguments *a) {
    return nnblas_backpropagate(a->n, a->inputs, a->hidden, a->outputs, a->X, a->Y, a->W2, a->H_out,
                                a->O_out, a->O_delta, a->H_delta, a->W1_update, a->W2_update,
                                a->mse);
}

static nnblas_status gradient_step(const arguments *a) {
    return nnblas_gradient_step(a->n, a->inputs, a->hidden, a->outputs, a->X, a->Y,
                                a->learning_rate, a->W1, a->W2, a->mse);
}

static nnblas_status predict(const arguments *a) {
    return nnblas_net_predict(a->net, a->n, a->X, a->ldx, a->O_out, a->ldo);
}

static nnblas_status evaluate(const arguments *a) {
    return nnblas_net_evaluate(a->net, a->n, a->X, a->ldx, a->Y, a->ldy, a->mse);
}

static nnblas_status gradient(const arguments *a) {
    return nnblas_net_gradient(a->net, a->n, a->X, a->ldx, a->Y, a->ldy, a->W1_update, a->mse);
}

static nnblas_status fit(const arguments *a) {
    return nnblas_trainer_fit(a->trainer, a->n, a->X, a->ldx, a->Y, a->ldy);
}

static nnblas_status set_hidden(const arguments *a) {
    return nnblas_net_set_hidden(a->net, a->hidden_activation);
}

static nnblas_status set_output(const arguments *a) {
    return nnblas_net_set_output(a->net, a->output_activation, a->cost);
}

static nnblas_status init(const arguments *a) {
    return nnblas_net_init(a->net, 7);
}

static nnblas_status init_by(const arguments *a) {
    return nnblas_net_init_by(a->net, a->method, 7);
}

typedef nnblas_status any_call(const arguments *a);

static bool has_default_kind(const nnblas_net *net) {
    return nnblas_net_flags(net) == 0 && nnblas_net_hidden_activation(net) == NNBLAS_SIGMOID &&
           nnblas_net_output_activation(net) == NNBLAS_SIGMOID &&
           nnblas_net_cost(net) == NNBLAS_MSE;
}

/* Calls, and expects the status, words that hold part, and nothing written. */
static void check_refused(any_call *call, const arguments *a, nnblas_status expected,
                          const char *part) {
    struct arrays kept = arrays;
    double weights[INPUTS * HIDDEN + HIDDEN * OUTPUTS];
    if (a->net)
        memcpy(weights, nnblas_net_parameters(a->net), sizeof weights);
    nnblas_status status = call(a);
    ck_assert_msg(status == expected, "%s instead of %s for %s", nnblas_status_string(status),
                  nnblas_status_string(expected), part);
    ck_assert_msg(strstr(nnblas_error_message(), part), "\"%s\" does not say \"%s\"",
                  nnblas_error_message(), part);
    ck_assert_msg(memcmp(&kept, &arrays, sizeof kept) == 0, "written though %s", part);
    if (a->net)
        ck_assert_msg(memcmp(weights, nnblas_net_parameters(a->net), sizeof weights) == 0 &&
                          has_default_kind(a->net),
                      "the network changed though %s", part);
}

static void free_arguments(arguments *a) {
    nnblas_trainer_destroy(a->trainer);
    nnblas_net_destroy(a->net);
}

/* The start of a test is one good call of each: a refusal is then for the spoilt argument. */
START_TEST(the_unspoilt_arguments_are_accepted) {
    any_call *const calls[] = {feedforward, backpropagate, gradient_step, predict,
                               evaluate,    gradient,      fit,           set_hidden,
                               set_output,  init,          init_by};
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
        check_refused(call, &given, status, part);                                                 \
        free_arguments(&a);                                                                        \
    } while (0)

START_TEST(null_is_named) {
#define CHECK_NULL(call, argument)                                                                 \
    CHECK_SPOILT(call, argument = NULL, NNBLAS_ERROR_NULL, #argument " is null")
    CHECK_NULL(feedforward, X);
    CHECK_NULL(feedforward, W1);
    CHECK_NULL(feedforward, W2);
    CHECK_NULL(feedforward, H_out);
    CHECK_NULL(feedforward, O_out);
    CHECK_NULL(backpropagate, X);
    CHECK_NULL(backpropagate, Y);
    CHECK_NULL(backpropagate, W2);
    CHECK_NULL(backpropagate, H_out);
    CHECK_NULL(backpropagate, O_out);
    CHECK_NULL(backpropagate, O_delta);
    CHECK_NULL(backpropagate, H_delta);
    CHECK_NULL(backpropagate, W1_update);
    CHECK_NULL(backpropagate, W2_update);
    CHECK_NULL(gradient_step, X);
    CHECK_NULL(gradient_step, Y);
    CHECK_NULL(gradient_step, W1);
    CHECK_NULL(gradient_step, W2);
    CHECK_NULL(predict, net);
    CHECK_NULL(predict, X);
    CHECK_NULL(predict, O_out);
    CHECK_NULL(evaluate, net);
    CHECK_NULL(evaluate, X);
    CHECK_NULL(evaluate, Y);
    CHECK_NULL(evaluate, mse);
    CHECK_NULL(gradient, net);
    CHECK_NULL(gradient, X);
    CHECK_NULL(gradient, Y);
    CHECK_SPOILT(gradient, W1_update = NULL, NNBLAS_ERROR_NULL, "gradient is null");
    CHECK_NULL(set_hidden, net);
    CHECK_NULL(set_output, net);
    CHECK_NULL(init, net);
    CHECK_NULL(init_by, net);
    CHECK_NULL(fit, trainer);
    CHECK_NULL(fit, X);
    CHECK_NULL(fit, Y);
#undef CHECK_NULL
}
END_TEST

START_TEST(mse_may_be_null) {
    any_call *const calls[] = {backpropagate, gradient_step, gradient};
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
    any_call *const array_calls[] = {feedforward, backpropagate, gradient_step};
    any_call *const net_calls[] = {predict, evaluate, gradient, fit};
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
    check_refused(feedforward, &given, NNBLAS_ERROR_SIZE, "X, ");
    check_refused(backpropagate, &given, NNBLAS_ERROR_SIZE, "X, ");
    check_refused(gradient_step, &given, NNBLAS_ERROR_SIZE, "X, ");
    given = a;
    given.n = given.ldx = INT_MAX;
    check_refused(evaluate, &given, NNBLAS_ERROR_SIZE, "X, ");
    given.n = (size_t)1 << 30; /* 2^64 bytes less a few rows: more than a pointer can span */
    check_refused(evaluate, &given, NNBLAS_ERROR_SIZE, "X, ");
    free_arguments(&a);
}
END_TEST

START_TEST(leading_dimensions_are_refused) {
    any_call *const target_calls[] = {evaluate, gradient, fit};
    CHECK_SPOILT(predict, ldx = INPUTS - 1, NNBLAS_ERROR_LEADING, "leading dimension of X is 3");
    CHECK_SPOILT(predict, ldo = OUTPUTS - 1, NNBLAS_ERROR_LEADING,
                 "leading dimension of O_out is 2");
    CHECK_SPOILT(predict, ldo = (size_t)INT_MAX + 1, NNBLAS_ERROR_SIZE,
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
    CHECK_SPOILT(feedforward, H_out = arrays.X, NNBLAS_ERROR_OVERLAP, "H_out");
    CHECK_SPOILT(feedforward, O_out = arrays.W1 + 1, NNBLAS_ERROR_OVERLAP, "O_out");
    CHECK_SPOILT(backpropagate, O_delta = arrays.O_out, NNBLAS_ERROR_OVERLAP, "O_delta");
    CHECK_SPOILT(backpropagate, W2_update = arrays.W2, NNBLAS_ERROR_OVERLAP, "W2_update");
    CHECK_SPOILT(backpropagate, mse = arrays.H_delta, NNBLAS_ERROR_OVERLAP, "H_delta");
    CHECK_SPOILT(gradient_step, W1 = arrays.X, NNBLAS_ERROR_OVERLAP, "W1");
    CHECK_SPOILT(gradient_step, W2 = arrays.W1, NNBLAS_ERROR_OVERLAP, "W2");
    CHECK_SPOILT(predict, O_out = arrays.X + N * INPUTS - 1, NNBLAS_ERROR_OVERLAP, "O_out");
    CHECK_SPOILT(gradient, W1_update = arrays.Y, NNBLAS_ERROR_OVERLAP, "gradient");
    CHECK_SPOILT(evaluate, mse = arrays.Y, NNBLAS_ERROR_OVERLAP, "mse");
    CHECK_SPOILT(gradient, W1_update = nnblas_net_parameters(given.net), NNBLAS_ERROR_OVERLAP,
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
    ck_assert_ok(predict(&given));
    given.O_out = table + INPUTS + 1;
    check_refused(predict, &given, NNBLAS_ERROR_OVERLAP, "O_out");
    free_arguments(&a);
}
END_TEST

START_TEST(settings_are_refused) {
    arguments a = make_arguments();
    static const double BAD_RATES[] = {(double)NAN, (double)INFINITY, -(double)INFINITY, -0.5};
    for (size_t i = 0; i < sizeof BAD_RATES / sizeof *BAD_RATES; i++) {
        arguments given = a;
        given.learning_rate = BAD_RATES[i];
        check_refused(gradient_step, &given, NNBLAS_ERROR_VALUE, "learning_rate is ");
        ck_assert_int_eq(nnblas_trainer_set_learning_rate(a.trainer, BAD_RATES[i]),
                         NNBLAS_ERROR_VALUE);
        ck_assert_int_eq(nnblas_trainer_set_desired_cost(a.trainer, BAD_RATES[i]),
                         NNBLAS_ERROR_VALUE);
    }
    ck_assert_int_eq(nnblas_trainer_set_learning_rate(a.trainer, 0.0), NNBLAS_ERROR_VALUE);
    ck_assert_int_eq(nnblas_trainer_set_epochs(a.trainer, 0), NNBLAS_ERROR_VALUE);
    ck_assert_int_eq(nnblas_set_threads(-1), NNBLAS_ERROR_VALUE);
    ck_assert_ptr_nonnull(strstr(nnblas_error_message(), "threads is -1"));
    ck_assert_int_eq(nnblas_trainer_set_learning_rate(NULL, 1.0), NNBLAS_ERROR_NULL);
    ck_assert_int_eq(nnblas_trainer_set_epochs(NULL, 1), NNBLAS_ERROR_NULL);
    ck_assert_int_eq(nnblas_trainer_set_desired_cost(NULL, 1.0), NNBLAS_ERROR_NULL);
    ck_assert_int_eq(nnblas_trainer_set_callback(NULL, NULL, NULL), NNBLAS_ERROR_NULL);
    free_arguments(&a);
}
END_TEST

START_TEST(activations_costs_and_methods_are_refused) {
    const int NEITHER[] = {-1, 5, INT_MAX};
#define CHECK_VALUE(call, argument, value, part)                                                   \
    CHECK_SPOILT(call, argument = value, NNBLAS_ERROR_VALUE, part)
    CHECK_VALUE(set_hidden, hidden_activation, NNBLAS_IDENTITY, "the hidden activation is 3");
    CHECK_VALUE(set_hidden, hidden_activation, NNBLAS_SOFTMAX, "the hidden activation is 4");
    CHECK_VALUE(set_output, output_activation, NNBLAS_TANH, "the output activation is 1");
    CHECK_VALUE(set_output, output_activation, NNBLAS_RELU, "the output activation is 2");
    CHECK_VALUE(set_output, output_activation, NNBLAS_IDENTITY, "not with identity");
    for (size_t i = 0; i < sizeof NEITHER / sizeof *NEITHER; i++) {
        nnblas_activation activation = (nnblas_activation)NEITHER[i];
        CHECK_VALUE(set_hidden, hidden_activation, activation, "the hidden activation is ");
        CHECK_VALUE(set_output, output_activation, activation, "the output activation is ");
        CHECK_VALUE(set_output, cost, (nnblas_cost)NEITHER[i], "the cost is ");
        CHECK_VALUE(init_by, method, (nnblas_initialization)NEITHER[i], "the initialization is ");
    }
#undef CHECK_VALUE
}
END_TEST

START_TEST(networks_that_cannot_be_are_refused) {
    nnblas_net *const untouched = (nnblas_net *)&arrays, *net = untouched;
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
    ck_assert_int_eq(nnblas_net_create(huge, 2, 0, &net), NNBLAS_ERROR_MEMORY);
    ck_assert_int_eq(nnblas_net_create(huge, 2, NNBLAS_BIAS, &net), NNBLAS_ERROR_MEMORY);
    ck_assert_int_eq(nnblas_net_create(good, 3, 1U << 31, &net), NNBLAS_ERROR_VALUE);
    ck_assert_int_eq(nnblas_net_create(good, 3, NNBLAS_BIAS | 2U, &net), NNBLAS_ERROR_VALUE);
    ck_assert_ptr_nonnull(strstr(nnblas_error_message(), "flags is 0x3"));
    ck_assert_ptr_eq(net, untouched);

    nnblas_trainer *trainer = (nnblas_trainer *)&arrays;
    ck_assert_int_eq(nnblas_trainer_create(NULL, &trainer), NNBLAS_ERROR_NULL);
    ck_assert_ptr_eq((void *)trainer, (void *)&arrays);
    nnblas_net_destroy(NULL);
    nnblas_trainer_destroy(NULL);
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
    ck_assert_ptr_nonnull(strstr(nnblas_error_message(), "without NNBLAS_BIAS"));
    ck_assert(has_default_kind(NULL));
    ck_assert_uint_eq(nnblas_net_layer_size(a.net, 3), 0);
    ck_assert_int_eq(nnblas_trainer_create(a.net, NULL), NNBLAS_ERROR_NULL);
    free_arguments(&a);
}
END_TEST

/* ---- NaN and infinity ------------------------------------------------------------------------ */

/* feedforward, backpropagate, predict, evaluate and gradient pass them on. */
START_TEST(not_finite_values_are_passed_on) {
    arguments a = make_arguments();
    a.X[2 * INPUTS + 1] = (double)NAN;
    ck_assert_ok(feedforward(&a));
    ck_assert(isnan(a.O_out[2 * OUTPUTS]) && isfinite(a.O_out[OUTPUTS]));
    ck_assert_ok(backpropagate(&a));
    ck_assert(isnan(*a.mse) && isnan(a.W1_update[0]));
    ck_assert_ok(predict(&a));
    ck_assert(isnan(a.O_out[2 * OUTPUTS + 2]) && isfinite(a.O_out[3 * OUTPUTS]));
    *a.mse = 0.0;
    ck_assert_ok(evaluate(&a));
    ck_assert(isnan(*a.mse));
    *a.mse = 0.0;
    ck_assert_ok(gradient(&a));
    ck_assert(isnan(*a.mse) && isnan(a.W1_update[0]));
    /* An infinity saturates a sigmoid, which is a number. */
    a.X[2 * INPUTS + 1] = (double)INFINITY;
    ck_assert_ok(predict(&a));
    ck_assert(isfinite(a.O_out[2 * OUTPUTS]));
    free_arguments(&a);
}
END_TEST

/* One NaN among the parameters of each kind of network reaches the outputs that depend on it, the
 * cost and, but for what no path leads from, the gradient. */
static void check_nan_parameter(const problem *p, nnblas_net *net, double *parameter,
                                size_t n_reached) {
    double O_out[OUTPUTS], updates[(INPUTS + 1) * HIDDEN + (HIDDEN + 1) * OUTPUTS], cost;
    double kept = *parameter;
    *parameter = (double)NAN;
    ck_assert_ok(nnblas_net_predict(net, 1, p->X, p->ldx, O_out, OUTPUTS));
    size_t reached = 0;
    for (size_t k = 0; k < OUTPUTS; k++)
        reached += isnan(O_out[k]) != 0;
    ck_assert_msg(reached == n_reached, "%zu: %s", reached, describe_kind(p->kind));
    ck_assert_ok(nnblas_net_evaluate(net, p->N, p->X, p->ldx, p->Y, p->ldy, &cost));
    ck_assert(isnan(cost));
    ck_assert_ok(nnblas_net_gradient(net, p->N, p->X, p->ldx, p->Y, p->ldy, updates, &cost));
    ck_assert(isnan(cost) && isnan(updates[p->parameter_count - OUTPUTS]));
    *parameter = kept;
}

START_TEST(a_nan_goes_through_every_activation) {
    static const size_t SIZES[] = {INPUTS, HIDDEN, OUTPUTS};
    dice d = {8};
    for (size_t i = 0; i < N_KINDS; i++) {
        kind k = get_kind(i);
        k.flags = NNBLAS_BIAS;
        problem p = make_problem_of(&d, k, N, SIZES, 3, 0);
        nnblas_net *net = make_net(&p);
        size_t reached = k.output == NNBLAS_SOFTMAX ? OUTPUTS : 1;
        /* No relu is at 0: some BLAS pass over a 0, and what it would be multiplied by. */
        fill(HIDDEN, nnblas_net_bias(net, 1), 5.0);
        check_nan_parameter(&p, net, nnblas_net_weights(net, 1) + 1, OUTPUTS);
        check_nan_parameter(&p, net, nnblas_net_bias(net, 1) + 1, OUTPUTS);
        check_nan_parameter(&p, net, nnblas_net_weights(net, 2), reached);
        check_nan_parameter(&p, net, nnblas_net_bias(net, 2), reached);
        nnblas_net_destroy(net);
        free_problem(&p);
    }
}
END_TEST

/* An infinite bias of a hidden unit that counts 1, -1 and -1 in the outputs: sigmoid and tanh make
 * 1 of it, relu leaves it, and so do identity outputs. */
START_TEST(an_infinity_goes_through_every_activation) {
    static const double X[INPUTS] = {0.5, -0.5, 0.25, 1.0};
    static const struct {
        nnblas_activation hidden, output;
        double expected[OUTPUTS];
    } CASES[] = {
        {NNBLAS_SIGMOID, NNBLAS_IDENTITY, {1, -1, -1}},
        {NNBLAS_TANH, NNBLAS_IDENTITY, {1, -1, -1}},
        {NNBLAS_RELU, NNBLAS_IDENTITY, {(double)INFINITY, -(double)INFINITY, -(double)INFINITY}},
        {NNBLAS_RELU, NNBLAS_SIGMOID, {1, 0, 0}},
        {NNBLAS_RELU, NNBLAS_SOFTMAX, {(double)NAN, (double)NAN, (double)NAN}},
    };
    for (size_t i = 0; i < sizeof CASES / sizeof *CASES; i++) {
        nnblas_net *net;
        double O_out[OUTPUTS];
        ck_assert_ok(nnblas_net_create((size_t[]){INPUTS, HIDDEN, OUTPUTS}, 3, NNBLAS_BIAS, &net));
        ck_assert_ok(nnblas_net_set_hidden(net, CASES[i].hidden));
        ck_assert_ok(nnblas_net_set_output(net, CASES[i].output, NNBLAS_MSE));
        fill(nnblas_net_parameter_count(net), nnblas_net_parameters(net), 0.0);
        nnblas_net_bias(net, 1)[0] = (double)INFINITY;
        memcpy(nnblas_net_weights(net, 2), (double[]){1.0, -1.0, -1.0}, OUTPUTS * sizeof(double));
        ck_assert_ok(nnblas_net_predict(net, 1, X, INPUTS, O_out, OUTPUTS));
        for (size_t k = 0; k < OUTPUTS; k++)
            ck_assert_msg(isnan(CASES[i].expected[k]) ? isnan(O_out[k])
                                                      : O_out[k] == CASES[i].expected[k],
                          "case %zu: output %zu is %g", i, k, O_out[k]);
        nnblas_net_destroy(net);
    }
}
END_TEST

/* element points into arrays, which make_arguments fills. */
static void check_not_finite_step(double *element, double value, const char *part) {
    arguments a = make_arguments();
    *element = value;
    check_refused(gradient_step, &a, NNBLAS_ERROR_NOT_FINITE, part);
    free_arguments(&a);
}

START_TEST(steps_name_the_first_culprit) {
    check_not_finite_step(&arrays.X[1 * INPUTS + 3], (double)NAN,
                          "X holds a NaN at row 1, column 3");
    check_not_finite_step(&arrays.X[5 * INPUTS], (double)INFINITY,
                          "X holds an infinity at row 5, column 0");
    check_not_finite_step(&arrays.Y[4 * OUTPUTS + 2], (double)NAN,
                          "Y holds a NaN at row 4, column 2");
    check_not_finite_step(&arrays.W1[3 * HIDDEN + 1], (double)NAN,
                          "W1 holds a NaN at row 3, column 1");
    check_not_finite_step(&arrays.W2[OUTPUTS + 2], -(double)INFINITY,
                          "W2 holds an infinity at row 1, column 2");
    check_not_finite_step(&arrays.Y[0], 1e200, "cost overflows");
}
END_TEST

START_TEST(steps_that_overflow_leave_the_weights) {
    arguments a = make_arguments(), given = a;
    given.learning_rate = DBL_MAX;
    for (size_t i = 0; i < N * OUTPUTS; i++)
        a.Y[i] = 1e3;
    check_refused(gradient_step, &given, NNBLAS_ERROR_NOT_FINITE, "learning_rate");
    for (size_t i = 0; i < N * OUTPUTS; i++)
        a.Y[i] = 1e153;
    ck_assert_ok(nnblas_trainer_set_learning_rate(a.trainer, 1e200));
    check_refused(fit, &a, NNBLAS_ERROR_NOT_FINITE, "learning_rate");
    free_arguments(&a);
}
END_TEST

static int count_calls(void *user, size_t epoch, double mse) {
    (void)epoch;
    (void)mse;
    ++*(int *)user;
    return 0;
}

START_TEST(fit_looks_at_the_data_before_it_starts) {
    arguments a = make_arguments();
    int calls = 0;
    ck_assert_ok(nnblas_trainer_set_callback(a.trainer, count_calls, &calls));
    a.X[17] = (double)NAN;
    check_refused(fit, &a, NNBLAS_ERROR_NOT_FINITE, "X holds a NaN at row 4, column 1");
    a.X[17] = 0.0;
    a.Y[17] = (double)INFINITY;
    check_refused(fit, &a, NNBLAS_ERROR_NOT_FINITE, "Y holds an infinity at row 5, column 2");
    a.Y[17] = 0.0;
    nnblas_net_parameters(a.net)[INPUTS * HIDDEN] = (double)NAN;
    check_refused(fit, &a, NNBLAS_ERROR_NOT_FINITE, "W2 holds a NaN at row 0, column 0");
    ck_assert_int_eq(calls, 0);
    free_arguments(&a);
}
END_TEST

/* ---- messages -------------------------------------------------------------------------------- */

START_TEST(every_status_has_a_name) {
    static const struct {
        nnblas_status status;
        const char *name;
    } NAMES[] = {
        {NNBLAS_OK, "NNBLAS_OK"},
        {NNBLAS_ERROR_NULL, "NNBLAS_ERROR_NULL"},
        {NNBLAS_ERROR_SIZE, "NNBLAS_ERROR_SIZE"},
        {NNBLAS_ERROR_LEADING, "NNBLAS_ERROR_LEADING"},
        {NNBLAS_ERROR_OVERLAP, "NNBLAS_ERROR_OVERLAP"},
        {NNBLAS_ERROR_VALUE, "NNBLAS_ERROR_VALUE"},
        {NNBLAS_ERROR_NOT_FINITE, "NNBLAS_ERROR_NOT_FINITE"},
        {NNBLAS_ERROR_MEMORY, "NNBLAS_ERROR_MEMORY"},
        {NNBLAS_ERROR_FILE, "NNBLAS_ERROR_FILE"},
        {NNBLAS_ERROR_FORMAT, "NNBLAS_ERROR_FORMAT"},
        {NNBLAS_ERROR_MISSING, "NNBLAS_ERROR_MISSING"},
        {NNBLAS_STOPPED_COST, "NNBLAS_STOPPED_COST"},
        {NNBLAS_STOPPED_CALLBACK, "NNBLAS_STOPPED_CALLBACK"},
        {NNBLAS_STOPPED_PATIENCE, "NNBLAS_STOPPED_PATIENCE"},
        {NNBLAS_STOPPED_TIME, "NNBLAS_STOPPED_TIME"},
        {NNBLAS_STOPPED_CONVERGED, "NNBLAS_STOPPED_CONVERGED"},
    };
    for (size_t i = 0; i < sizeof NAMES / sizeof *NAMES; i++)
        ck_assert_str_eq(nnblas_status_string(NAMES[i].status), NAMES[i].name);
    ck_assert_ptr_nonnull(nnblas_status_string((nnblas_status)-999));
    ck_assert_ptr_nonnull(nnblas_status_string((nnblas_status)999));
}
END_TEST

static void *read_message_of_new_thread(void *result) {
    *(size_t *)result = strlen(nnblas_error_message());
    return NULL;
}

START_TEST(messages_belong_to_their_thread) {
    nnblas_set_threads(-3);
    ck_assert_ptr_nonnull(strstr(nnblas_error_message(), "-3"));
    ck_assert_ok(nnblas_set_threads(0));
    ck_assert_ptr_nonnull(strstr(nnblas_error_message(), "-3"));
    size_t length = 99;
    pthread_t thread;
    ck_assert_int_eq(pthread_create(&thread, NULL, read_message_of_new_thread, &length), 0);
    pthread_join(thread, NULL);
    ck_assert_uint_eq(length, 0);
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
        settings_are_refused,
        activations_costs_and_methods_are_refused,
        networks_that_cannot_be_are_refused,
        accessors_answer_what_is_not_there,
        not_finite_values_are_passed_on,
        a_nan_goes_through_every_activation,
        an_infinity_goes_through_every_activation,
        steps_name_the_first_culprit,
        steps_that_overflow_leave_the_weights,
        fit_looks_at_the_data_before_it_starts,
        every_status_has_a_name,
        messages_belong_to_their_thread,
    };
    return run_tests("errors", tests, sizeof tests / sizeof *tests);
}
