/* SPDX-License-Identifier: BSD-3-Clause */
/* nnblas_net_measure_plans: calls take the measured plan, and may be made while others measure. */
#include "engine/engine.h"
#include "engine/measured_plans.h"
#include "network/network.h"
#include "support/shared_work.h"

#include <limits.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

/* A network and rows that need a plan. */
enum { ROWS = 700 };
static const size_t SIZES[] = {20, 15, 4};

static problem make_rows(kind k) {
    dice d = {51};
    return make_problem_of(&d, k, ROWS, SIZES, 3, 2);
}

/* In three parts and tiles of 50, as no search would choose. */
static void add_odd_plan(const nnblas_net *net, nn_purpose purpose, bool has_cross_entropy) {
    nn_measured_plan measured = {.plan = {.parts = 3, .tile_rows = 50, .padding = 1},
                                 .nanoseconds = 812500,
                                 .with_estimated_plan = 903100};
    nn_problem p = {.sizes = net->sizes,
                    .n_layers = net->n_layers,
                    .N = ROWS,
                    .purpose = purpose,
                    .has_bias = nnblas_net_flags(net) & NNBLAS_BIAS,
                    .has_skip = nnblas_net_flags(net) & NNBLAS_SKIP,
                    .row_major_outputs = nnblas_net_output_activation(net) == NNBLAS_SOFTMAX,
                    .has_cross_entropy = has_cross_entropy};
    nn_set_measured_problem(&measured, &p);
    ck_assert_ok(nn_add_measured_plans(&measured, 1));
}

START_TEST(info_tells_the_plan_and_its_time) {
    problem p = make_rows(get_kind(0));
    nnblas_net *net = make_net(&p);
    const char *info = nnblas_net_plan_info(net, ROWS, NNBLAS_PLAN_TRAIN);
    ck_assert_ptr_nonnull(strstr(info, "; estimated"));
    add_odd_plan(net, NN_TRAIN, false);
    info = nnblas_net_plan_info(net, ROWS, NNBLAS_PLAN_TRAIN);
    ck_assert_ptr_nonnull(strstr(info, "rows, 3 parts"));
    ck_assert_ptr_nonnull(
        strstr(info, "tiles of 50; measured: 812.5 us, by the estimated plan 903.1 us"));
    info = nnblas_net_plan_info(net, ROWS, NNBLAS_PLAN_GRADIENT);
    ck_assert_ptr_nonnull(strstr(info, "; estimated"));
    nnblas_plans_forget();
    info = nnblas_net_plan_info(net, ROWS, NNBLAS_PLAN_TRAIN);
    ck_assert_ptr_nonnull(strstr(info, "; estimated"));
    nnblas_net_destroy(net);
    free_problem(&p);
}
END_TEST

START_TEST(info_tells_the_threads_that_calls_may_use) {
    problem p = make_rows(get_kind(0));
    nnblas_net *net = make_net(&p);
    ck_assert_ok(nnblas_set_threads(2));
    const char *info = nnblas_net_plan_info(net, 10000000, NNBLAS_PLAN_GRADIENT);
    ck_assert_ptr_nonnull(strstr(info, ", up to 2 threads, "));
    ck_assert_ok(nnblas_set_local_threads(1));
    info = nnblas_net_plan_info(net, 10000000, NNBLAS_PLAN_GRADIENT);
    ck_assert_ptr_nonnull(strstr(info, ", 1 thread, "));
    ck_assert_ok(nnblas_set_local_threads(0));
    ck_assert_ok(nnblas_set_threads(0));
    nnblas_net_destroy(net);
    free_problem(&p);
}
END_TEST

/* Each call with each kind of network finds the plan that was measured for it. */
START_TEST(measured_plans_are_those_of_the_calls) {
    for (size_t i = 0; i < N_KINDS; i++) {
        problem p = make_rows(get_kind(i));
        nnblas_net *net = make_net(&p);
        for (nnblas_plan_purpose purpose = NNBLAS_PLAN_PREDICT; purpose <= NNBLAS_PLAN_TRAIN;
             purpose++) {
            ck_assert_ok(nnblas_net_measure_plans(net, ROWS, purpose, 1e-6));
            const char *info = nnblas_net_plan_info(net, ROWS, purpose);
            ck_assert_msg(strstr(info, "; measured: "), "%s: %s", describe_kind(p.kind), info);
        }
        nnblas_plans_forget();
        nnblas_net_destroy(net);
        free_problem(&p);
    }
}
END_TEST

/* Other parts, other roundings: so the calls do take the plan, and the results are right. */
START_TEST(results_are_right_and_of_the_plan) {
    for (size_t i = 0; i < N_KINDS; i++) {
        problem p = make_rows(get_kind(i));
        nnblas_net *net = make_net(&p);
        bool is_cross_entropy = nn_takes_O_in(p.kind.cost);
        double *gradients[3], costs[3];
        for (int run = 0; run < 3; run++) {
            if (run == 1)
                add_odd_plan(net, NN_GRADIENT, is_cross_entropy);
            gradients[run] = allocate_doubles(p.parameter_count);
            ck_assert_ok(nnblas_set_threads(run == 2 ? 1 : 3));
            ck_assert_ok(nnblas_net_gradient(net, ROWS, p.X, p.ldx, p.Y, p.ldy, gradients[run],
                                             &costs[run]));
        }
        check_layers(&p, gradients[0], gradients[1]);
        size_t bytes = p.parameter_count * sizeof(double);
        ck_assert(memcmp(gradients[0], gradients[1], bytes) != 0);
        ck_assert(memcmp(gradients[1], gradients[2], bytes) == 0);
        ck_assert_mem_eq(&costs[1], &costs[2], sizeof costs[1]);
        for (int run = 0; run < 3; run++)
            free(gradients[run]);
        nnblas_plans_forget();
        nnblas_net_destroy(net);
        free_problem(&p);
    }
    ck_assert_ok(nnblas_set_threads(0));
}
END_TEST

static void check_refused(const nnblas_net *net, size_t N, int purpose, double seconds,
                          nnblas_status expected, const char *words) {
    nnblas_status status = nnblas_net_measure_plans(net, N, (nnblas_plan_purpose)purpose, seconds);
    ck_assert_int_eq(status, expected);
    ck_assert_msg(strstr(nnblas_error_message(), words), "%s", nnblas_error_message());
}

START_TEST(arguments_are_refused) {
    enum { DEEP = NN_MOST_MEASURED_LAYERS + 2 };
    size_t deep_sizes[DEEP];
    for (size_t l = 0; l < DEEP; l++)
        deep_sizes[l] = 2;
    nnblas_net *net, *deep;
    ck_assert_ok(nnblas_net_create(SIZES, 3, 0, &net));
    ck_assert_ok(nnblas_net_create(deep_sizes, DEEP, 0, &deep));
    check_refused(NULL, 5, 0, 1.0, NNBLAS_ERROR_NULL, "net is null");
    check_refused(net, 0, 0, 1.0, NNBLAS_ERROR_SIZE, "N is 0");
    check_refused(net, (size_t)INT_MAX + 1, 0, 1.0, NNBLAS_ERROR_SIZE, "N is ");
    check_refused(net, 5, -1, 1.0, NNBLAS_ERROR_VALUE, "purpose is -1");
    check_refused(net, 5, 3, 1.0, NNBLAS_ERROR_VALUE, "purpose is 3");
    const double BAD[] = {0.0, -1.0, (double)NAN, HUGE_VAL};
    for (size_t i = 0; i < sizeof BAD / sizeof *BAD; i++)
        check_refused(net, 5, 0, BAD[i], NNBLAS_ERROR_VALUE, "seconds is ");
    check_refused(deep, 5, 0, 1.0, NNBLAS_ERROR_SIZE, "65 layers of weights");
    ck_assert_ptr_null(nnblas_net_plan_info(NULL, 5, NNBLAS_PLAN_PREDICT));
    ck_assert_ptr_null(nnblas_net_plan_info(net, 0, NNBLAS_PLAN_PREDICT));
    ck_assert_ptr_null(nnblas_net_plan_info(net, 5, (nnblas_plan_purpose)3));
    ck_assert_ptr_nonnull(nnblas_net_plan_info(deep, 5, NNBLAS_PLAN_PREDICT));
    nnblas_net_destroy(deep);
    nnblas_net_destroy(net);
}
END_TEST

/* ---- many threads ---------------------------------------------------------------------------- */

static atomic_bool is_done;

/* Problems with other N than those of the work, and all of them forgotten again and again. */
static void *measure_and_forget(void *net) {
    for (size_t N = 100; !is_done; N++) {
        if (nnblas_net_measure_plans(net, N, NNBLAS_PLAN_GRADIENT, 1e-4))
            return NULL;
        if (N % 5 == 0)
            nnblas_plans_forget();
    }
    return net;
}

START_TEST(others_may_call_meanwhile) {
    shared_work w = make_work(500);
    pthread_t threads[2];
    is_done = false;
    for (int i = 0; i < 2; i++)
        ck_assert_int_eq(pthread_create(&threads[i], NULL, measure_and_forget, w.net), 0);
    run_callers(4, call_many_times, &w);
    is_done = true;
    for (int i = 0; i < 2; i++) {
        void *result;
        ck_assert_int_eq(pthread_join(threads[i], &result), 0);
        ck_assert_ptr_eq(result, w.net);
    }
    ck_assert_int_eq(w.differences, 0);
    nnblas_plans_forget();
    free_work(&w);
}
END_TEST

int main(void) {
    const TTest *const tests[] = {
        info_tells_the_plan_and_its_time,
        info_tells_the_threads_that_calls_may_use,
        measured_plans_are_those_of_the_calls,
        results_are_right_and_of_the_plan,
        arguments_are_refused,
        others_may_call_meanwhile,
    };
    return run_tests("measured_calls", tests, sizeof tests / sizeof *tests);
}
