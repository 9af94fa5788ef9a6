/* SPDX-License-Identifier: BSD-3-Clause */
/* Plans are timed on made-up rows, as many as fit in the memory for them, and the fastest is kept.
 */
#include "core/clock.h"
#include "engine/plan_measure.h"
#include "engine/plan_search.h"
#include "network/network.h"
#include "support/support.h"

static const size_t SIZES[] = {30, 20, 5};

static nnblas_net *make_small_net(unsigned flags) {
    nnblas_net *net;
    ck_assert_ok(nnblas_net_create(SIZES, 3, flags, &net));
    return net;
}

START_TEST(rows_fit_in_their_memory) {
    nnblas_net *net = make_small_net(0);
    nn_model model = nn_net_model(net);
    nn_trial_rows rows;
    for (nn_purpose purpose = NN_PREDICT; purpose <= NN_TRAIN; purpose++) {
        ck_assert_ok(nn_trial_rows_open(&rows, &model, 1000, purpose, 1 << 20));
        ck_assert_uint_eq(rows.most, 1000);
        ck_assert(isfinite(rows.X[999 * 30 + 29]));
        nn_trial_rows_close(&rows);
        /* (30 + 5) numbers a row */
        ck_assert_ok(nn_trial_rows_open(&rows, &model, 1000, purpose, 100 * 35 * 8 + 7));
        ck_assert_uint_eq(rows.most, 100);
        ck_assert_uint_eq(rows.problem.N, 1000);
        nn_trial_rows_close(&rows);
        ck_assert_ok(nn_trial_rows_open(&rows, &model, 1000, purpose, 1));
        ck_assert_uint_eq(rows.most, 1);
        nn_trial_rows_close(&rows);
    }
    nnblas_net_destroy(net);
}
END_TEST

static void check_run(const nn_trial_rows *rows, const nn_plan *plan, size_t wanted, size_t count,
                      size_t parts, size_t tile_rows) {
    nn_trial trial;
    ck_assert_ok(nn_trial_open(&trial, rows, plan, wanted));
    ck_assert_uint_eq(trial.count, count);
    ck_assert_uint_eq(trial.engine.plan.parts, parts);
    ck_assert_uint_eq(trial.engine.plan.tile_rows, tile_rows);
    ck_assert_double_eq(trial.scale, (double)rows->problem.N / (double)count);
    for (size_t run = 0; run < 2 * rows->most / count + 3; run++) {
        ck_assert_double_gt(nn_trial_time(&trial, 1), 0.0);
        ck_assert_uint_eq(trial.first, (run % (rows->most / count) + 1) * count);
    }
    nn_trial_close(&trial);
}

/* Of 64000 rows there are 4000. */
START_TEST(fewer_rows_are_computed_in_the_same_tiles) {
    enum { ALL = 64000 };
    nnblas_net *net = make_small_net(NNBLAS_BIAS);
    nn_model model = nn_net_model(net);
    nn_trial_rows rows;
    nn_plan plan = {.parts = 64, .threads = 2, .tile_rows = 50, .padding = 1};
    ck_assert_ok(nnblas_set_threads(2));
    for (nn_purpose purpose = NN_PREDICT; purpose <= NN_TRAIN; purpose++) {
        ck_assert_ok(nn_trial_rows_open(&rows, &model, ALL, purpose, 4000 * 35 * 8));
        plan = (nn_plan){.parts = 64, .threads = 2, .tile_rows = 50, .padding = 1};
        check_run(&rows, &plan, ALL, 4000, 4, 50); /* 1000 rows a part, as in all */
        check_run(&rows, &plan, 1000, 1000, 2, 50);
        check_run(&rows, &plan, 30, 100, 2, 50); /* a tile for each thread */
        plan.tile_rows = 300;
        check_run(&rows, &plan, ALL, 3600, 4, 300);
        plan.parts = 8;
        check_run(&rows, &plan, ALL, 3600, 2, 300); /* not fewer than threads */
        plan.parts = plan.threads = 1;
        check_run(&rows, &plan, ALL, 3900, 1, 300);
        check_run(&rows, &plan, 1, 300, 1, 300);
        plan.tile_rows = 5000;
        check_run(&rows, &plan, ALL, 4000, 1, 5000);
        nn_trial_rows_close(&rows);
    }
    ck_assert_ok(nn_trial_rows_open(&rows, &model, ALL, NN_TRAIN, 4000 * 35 * 8));
    plan = (nn_plan){.strategy = NN_SHARED_TILES, .parts = 4, .tile_rows = 640, .padding = 1};
    plan.threads = 2;
    check_run(&rows, &plan, ALL, 3840, 4, 640);
    check_run(&rows, &plan, 1000, 640, 4, 640);
    nn_trial_rows_close(&rows);
    nnblas_net_destroy(net);
    ck_assert_ok(nnblas_set_threads(0));
}
END_TEST

/* All rows, where there are all. */
START_TEST(whole_calls_are_as_they_are) {
    nnblas_net *net = make_small_net(NNBLAS_BIAS);
    nn_model model = nn_net_model(net);
    nn_trial_rows rows;
    const nn_plan plan = {.parts = 8, .threads = 2, .tile_rows = 70, .padding = 1};
    ck_assert_ok(nn_trial_rows_open(&rows, &model, 1003, NN_GRADIENT, SIZE_MAX));
    check_run(&rows, &plan, 1003, 1003, 8, 70);
    check_run(&rows, &plan, SIZE_MAX, 1003, 8, 70);
    nn_trial_rows_close(&rows);
    nnblas_net_destroy(net);
}
END_TEST

static bool is_listed(const nn_plan *plan, const nn_problem *p) {
    static nn_plan plans[NN_MOST_PLANS];
    size_t count = nn_list_plans(p, plans), i = 0;
    while (i < count && !nn_is_same_plan(&plans[i], plan))
        i++;
    return i < count;
}

/* Whatever the time: no less than for one plan, and no more than for all of them. */
START_TEST(the_result_is_a_plan_of_the_planner) {
    nnblas_net *net = make_small_net(NNBLAS_BIAS);
    nn_model model = nn_net_model(net);
    const double SECONDS[] = {1e-9, 0.01, 0.3};
    for (nn_purpose purpose = NN_PREDICT; purpose <= NN_TRAIN; purpose++)
        for (size_t i = 0; i < sizeof SECONDS / sizeof *SECONDS; i++) {
            nn_measured_plan measured;
            double start = nn_read_clock();
            ck_assert_ok(nn_measure_plan(&model, 3000, purpose, SECONDS[i], &measured));
            ck_assert_double_le(nn_read_clock() - start, 20.0);
            ck_assert_uint_eq(measured.problem.N, 3000);
            ck_assert_int_eq(measured.problem.purpose, purpose);
            ck_assert(is_listed(&measured.plan, &measured.problem));
            ck_assert_uint_ge(measured.nanoseconds, 1);
            ck_assert_double_le((double)measured.nanoseconds,
                                1.01 * (double)measured.with_estimated_plan + 1.0);
        }
    nnblas_net_destroy(net);
}
END_TEST

/* Where there is time for one plan only, it is the planner's, which another may beat on the threads
 * that there are. */
START_TEST(without_time_the_estimate_stays) {
    nnblas_net *net = make_small_net(0);
    nn_model model = nn_net_model(net);
    for (int threads = 1; threads <= 8; threads++)
        for (size_t N = 200; N < 60000; N = 3 * N + 17) {
            nn_measured_plan measured;
            ck_assert_ok(nnblas_set_threads(threads));
            ck_assert_ok(nn_measure_plan(&model, N, NN_GRADIENT, 1e-12, &measured));
            nn_plan estimated = nn_make_plan(&measured.problem);
            ck_assert(nn_is_same_plan(&measured.plan, &estimated));
            ck_assert_uint_eq(measured.nanoseconds, measured.with_estimated_plan);
        }
    nnblas_net_destroy(net);
    ck_assert_ok(nnblas_set_threads(0));
}
END_TEST

int main(void) {
    const TTest *const tests[] = {
        rows_fit_in_their_memory,        fewer_rows_are_computed_in_the_same_tiles,
        whole_calls_are_as_they_are,     the_result_is_a_plan_of_the_planner,
        without_time_the_estimate_stays,
    };
    return run_tests("plan_trials", tests, sizeof tests / sizeof *tests);
}
