/* SPDX-License-Identifier: BSD-3-Clause */
/* Every reason to stop. */
#include "support/small_training.h"

#include <limits.h>

typedef struct record {
    size_t calls, stop_at;
    double cost[64];
} record;

static int record_epoch(void *user, size_t epoch, double cost) {
    record *r = user;
    r->cost[r->calls++] = cost;
    ck_assert_uint_eq(epoch, r->calls);
    return epoch == r->stop_at;
}

START_TEST(the_callback_stops) {
    training s = make_training(NNBLAS_GRADIENT_DESCENT, 0.5, 50),
             seven = make_training(NNBLAS_GRADIENT_DESCENT, 0.5, 7);
    record r = {.stop_at = 7};
    ck_assert_ok(nnblas_trainer_set_callback(s.trainer, record_epoch, &r));
    ck_assert_int_eq(fit(&s), NNBLAS_STOPPED_CALLBACK);
    ck_assert_uint_eq(r.calls, 7);
    ck_assert_ok(fit(&seven));
    ck_assert(has_parameters(&s, get_parameters(&seven)));
    free_training(&s);
    free_training(&seven);
}
END_TEST

static int return_user(void *user, size_t epoch, double cost) {
    (void)cost;
    return epoch == 3 ? *(const int *)user : 0;
}

START_TEST(whatever_the_callback_returns_but_0_stops) {
    static const int RETURNED[] = {1, 2, -1, INT_MAX, INT_MIN};
    for (size_t i = 0; i < sizeof RETURNED / sizeof *RETURNED; i++) {
        training s = make_training(NNBLAS_GRADIENT_DESCENT, 0.5, 50);
        int returned = RETURNED[i];
        ck_assert_ok(nnblas_trainer_set_callback(s.trainer, return_user, &returned));
        ck_assert_int_eq(fit(&s), NNBLAS_STOPPED_CALLBACK);
        ck_assert_uint_eq(nnblas_trainer_history_count(s.trainer), 3);
        free_training(&s);
    }
}
END_TEST

START_TEST(the_desired_cost_stops) {
    training s = make_training(NNBLAS_GRADIENT_DESCENT, 0.5, 60);
    record r = {0};
    double start, end;
    ck_assert_ok(nnblas_net_evaluate(s.net, N, s.p.X, s.p.ldx, s.p.Y, s.p.ldy, &start));
    ck_assert_ok(nnblas_trainer_set_desired_cost(s.trainer, 0.95 * start));
    ck_assert_ok(nnblas_trainer_set_callback(s.trainer, record_epoch, &r));
    ck_assert_int_eq(fit(&s), NNBLAS_STOPPED_COST);
    ck_assert_uint_gt(r.calls, 1);
    ck_assert_double_gt(r.cost[r.calls - 2], 0.95 * start);
    ck_assert_double_le(r.cost[r.calls - 1], 0.95 * start);
    ck_assert_ok(nnblas_net_evaluate(s.net, N, s.p.X, s.p.ldx, s.p.Y, s.p.ldy, &end));
    ck_assert_double_eq_tol(end, r.cost[r.calls - 1], 1e-14);
    /* Already there: not one step. */
    double kept[PARAMETERS];
    keep_parameters(&s, kept);
    ck_assert_ok(nnblas_trainer_set_callback(s.trainer, NULL, NULL));
    ck_assert_int_eq(fit(&s), NNBLAS_STOPPED_COST);
    ck_assert(has_parameters(&s, kept));
    free_training(&s);
}
END_TEST

START_TEST(patience_stops) {
    training s = make_training(NNBLAS_GRADIENT_DESCENT, 0.01, 100);
    ck_assert_ok(nnblas_trainer_set_patience(s.trainer, 6));
    ck_assert_ok(nnblas_trainer_set_tolerance(s.trainer, 1e9));
    ck_assert_int_eq(fit(&s), NNBLAS_STOPPED_PATIENCE);
    ck_assert_uint_eq(nnblas_trainer_history_count(s.trainer), 7);
    ck_assert_ok(nnblas_trainer_set_tolerance(s.trainer, 0.0));
    ck_assert_ok(fit(&s)); /* descent this slow improves each time */
    free_training(&s);
}
END_TEST

/* Batches of one row at a rate so large that the cost goes up and down: patience ends where so many
 * epochs in a row are not under the lowest before them, and not one epoch sooner. Returns how many
 * there are in all. */
static size_t check_patience(uint64_t seed, size_t patience) {
    training s = make_training(NNBLAS_GRADIENT_DESCENT, 3.0, 2000);
    ck_assert_ok(nnblas_trainer_set_batch_size(s.trainer, 1));
    ck_assert_ok(nnblas_trainer_set_seed(s.trainer, seed));
    ck_assert_ok(nnblas_trainer_set_patience(s.trainer, patience));
    ck_assert_int_eq(fit(&s), NNBLAS_STOPPED_PATIENCE);
    size_t count = nnblas_trainer_history_count(s.trainer), in_a_row = 0, in_all = 0;
    double lowest = get_epoch(s.trainer, 0).cost;
    for (size_t e = 1; e < count; e++) {
        ck_assert_uint_lt(in_a_row, patience);
        bool improves = get_epoch(s.trainer, e).cost < lowest;
        lowest = improves ? get_epoch(s.trainer, e).cost : lowest;
        in_a_row = improves ? 0 : in_a_row + 1;
        in_all += !improves;
    }
    ck_assert_uint_eq(in_a_row, patience);
    free_training(&s);
    return in_all;
}

START_TEST(an_improvement_renews_the_patience) {
    enum { SEEDS = 20, PATIENCE = 4 };
    size_t in_all = 0;
    for (uint64_t seed = 0; seed < SEEDS; seed++)
        in_all += check_patience(seed, PATIENCE);
    ck_assert_uint_gt(in_all, SEEDS * PATIENCE);
}
END_TEST

START_TEST(the_time_limit_stops) {
    training s = make_training(NNBLAS_GRADIENT_DESCENT, 1e-6, 1000000000);
    ck_assert_ok(nnblas_trainer_set_time_limit(s.trainer, 0.05));
    ck_assert_int_eq(fit(&s), NNBLAS_STOPPED_TIME);
    size_t count = nnblas_trainer_history_count(s.trainer);
    ck_assert_double_ge(get_epoch(s.trainer, count - 1).seconds, 0.05);
    ck_assert(count == 1 || get_epoch(s.trainer, count - 2).seconds < 0.05);
    free_training(&s);
}
END_TEST

START_TEST(the_desired_cost_stops_batches) {
    training s = make_training(NNBLAS_ADAM, 0.05, 1000);
    ck_assert_ok(nnblas_trainer_set_batch_size(s.trainer, 8));
    ck_assert_ok(fit(&s));
    double last = get_epoch(s.trainer, 20).cost;
    ck_assert_ok(nnblas_net_init(s.net, 5));
    ck_assert_ok(nnblas_trainer_set_desired_cost(s.trainer, last));
    ck_assert_int_eq(fit(&s), NNBLAS_STOPPED_COST);
    ck_assert_uint_le(nnblas_trainer_history_count(s.trainer), 21);
    free_training(&s);
}
END_TEST

static int stop_in_history(void *user, size_t epoch, double cost) {
    const nnblas_trainer *trainer = user;
    ck_assert_uint_eq(nnblas_trainer_history_count(trainer), epoch);
    ck_assert_double_eq(get_epoch(trainer, epoch - 1).cost, cost);
    return epoch == 9;
}

START_TEST(the_callback_sees_the_history) {
    training s = make_training(NNBLAS_NESTEROV, 0.1, 100);
    ck_assert_ok(nnblas_trainer_set_callback(s.trainer, stop_in_history, s.trainer));
    ck_assert_int_eq(fit(&s), NNBLAS_STOPPED_CALLBACK);
    ck_assert_uint_eq(nnblas_trainer_history_count(s.trainer), 9);
    free_training(&s);
}
END_TEST

int main(void) {
    const TTest *const tests[] = {
        the_callback_stops,
        whatever_the_callback_returns_but_0_stops,
        the_desired_cost_stops,
        patience_stops,
        an_improvement_renews_the_patience,
        the_time_limit_stops,
        the_desired_cost_stops_batches,
        the_callback_sees_the_history,
    };
    return run_tests("stopping", tests, sizeof tests / sizeof *tests);
}
