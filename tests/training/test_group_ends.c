/* SPDX-License-Identifier: BSD-3-Clause */
/* Where one rank stops, fails, differs or is lost, all ranks end, and for the same reason. */
#include "support/group_training.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static const size_t SIZES[] = {4, 6, 2};
enum { ROWS = 60, RANKS = 4, ONE = 2 };

typedef void change(nnblas_trainer *t);
static change *change_one; /* of one rank alone */
static nnblas_optimizer optimizer;
static size_t batch_size;

static void set_up(nnblas_trainer *t, size_t rank) {
    ck_assert_ok(nnblas_trainer_set_optimizer(t, optimizer));
    ck_assert_ok(nnblas_trainer_set_learning_rate(t, 0.05));
    ck_assert_ok(nnblas_trainer_set_epochs(t, 8));
    ck_assert_ok(nnblas_trainer_set_batch_size(t, batch_size));
    if (rank == ONE && change_one)
        change_one(t);
}

static problem make(void) {
    dice d = {1};
    const kind k = {NNBLAS_TANH, NNBLAS_IDENTITY, NNBLAS_MSE, NNBLAS_BIAS};
    optimizer = NNBLAS_ADAM;
    batch_size = 0;
    return make_problem_of(&d, k, ROWS, SIZES, 3, 0);
}

/* words: in the message of each rank; null for none. */
static void check_end_of(const problem *p, change *some, nnblas_status status, const char *words) {
    const group_recipe recipe = {.p = p, .set_up = set_up};
    change_one = some;
    group_outcome o = train_in_group(&recipe, RANKS, NULL);
    for (size_t r = 0; r < RANKS; r++) {
        ck_assert_msg(o.rank[r].status == status, "rank %zu: status %d: %s", r,
                      (int)o.rank[r].status, o.rank[r].message);
        ck_assert_uint_eq(o.rank[r].epochs, o.rank[0].epochs);
        ck_assert_msg(!words || strstr(o.rank[r].message, words), "rank %zu: %s", r,
                      o.rank[r].message);
    }
    free_group_outcome(&o);
}

static void check_end(change *some, nnblas_status status, const char *words) {
    problem p = make();
    check_end_of(&p, some, status, words);
    free_problem(&p);
}

/* ---- reasons to stop ------------------------------------------------------------------------- */

static int stop_at_3(void *user, size_t epoch, double mse) {
    (void)user, (void)mse;
    return epoch == 3;
}

static void stop_by_callback(nnblas_trainer *t) {
    ck_assert_ok(nnblas_trainer_set_callback(t, stop_at_3, NULL));
}

static void stop_by_time(nnblas_trainer *t) {
    ck_assert_ok(nnblas_trainer_set_time_limit(t, 1e-9));
}

static void cancel(nnblas_trainer *t) {
    ck_assert_ok(nnblas_trainer_cancel(t));
}

START_TEST(one_rank_stops_all) {
    check_end(stop_by_callback, NNBLAS_STOPPED_CALLBACK, NULL);
    check_end(stop_by_time, NNBLAS_STOPPED_TIME, NULL);
}
END_TEST

START_TEST(one_rank_is_cancelled) {
    static const nnblas_optimizer OPTIMIZERS[] = {
        NNBLAS_ADAM, NNBLAS_RPROP, NNBLAS_SCALED_CONJUGATE_GRADIENT, NNBLAS_LEVENBERG_MARQUARDT};
    problem p = make();
    for (size_t i = 0; i < 3u + (nnblas_has(NNBLAS_FEATURE_LAPACK) != 0); i++) {
        optimizer = OPTIMIZERS[i];
        check_end_of(&p, cancel, NNBLAS_STOPPED_CANCELLED, NULL);
    }
    optimizer = NNBLAS_ADAM;
    batch_size = 7;
    check_end_of(&p, cancel, NNBLAS_STOPPED_CANCELLED, NULL);
    free_problem(&p);
}
END_TEST

/* ---- refused on one rank --------------------------------------------------------------------- */

/* Rank 2 of 4 has rows 30 to 44. */
START_TEST(a_fault_in_the_rows_of_one_rank_is_named_by_all) {
    problem p = make();
    p.X[31 * p.ldx + 3] = (double)NAN;
    check_end_of(&p, NULL, NNBLAS_ERROR_NOT_FINITE, "rank 2: X holds a NaN at row 1, column 3");
    p.X[31 * p.ldx + 3] = 0.0;
    dice d = {2};
    weigh_rows(&d, &p);
    p.weights[44] = -1.0;
    check_end_of(&p, NULL, NNBLAS_ERROR_VALUE, "rank 2: the sample weight of row 14 is -1");
    fill(ROWS, p.weights, 0.0);
    check_end_of(&p, NULL, NNBLAS_ERROR_VALUE, "the sample weights add up to 0");
    free_problem(&p);
}
END_TEST

static void weigh(nnblas_trainer *t) {
    static double weights[ROWS];
    fill(ROWS, weights, 2.0);
    ck_assert_ok(nnblas_trainer_set_sample_weights(t, weights));
}

START_TEST(weights_are_of_all_ranks_or_of_none) {
    check_end(weigh, NNBLAS_ERROR_VALUE, "1 ranks have sample weights and 3 have none");
}
END_TEST

START_TEST(a_training_without_rows_is_refused) {
    static const nnblas_optimizer NONE = NNBLAS_ADAM;
    problem p = make();
    optimizer = NONE;
    p.N = 0;
    const group_recipe recipe = {.p = &p, .set_up = set_up};
    change_one = NULL;
    group_outcome o = train_in_group(&recipe, 2, NULL);
    for (size_t r = 0; r < 2; r++) {
        ck_assert_int_eq(o.rank[r].status, NNBLAS_ERROR_SIZE);
        ck_assert_ptr_nonnull(strstr(o.rank[r].message, "N is 0 on every rank"));
    }
    p.N = ROWS;
    free_group_outcome(&o);
    free_problem(&p);
}
END_TEST

static void differ_in_batch(nnblas_trainer *t) {
    ck_assert_ok(nnblas_trainer_set_batch_size(t, 5));
}

static void differ_in_epochs(nnblas_trainer *t) {
    ck_assert_ok(nnblas_trainer_set_epochs(t, 9));
}

static void differ_in_activation(nnblas_trainer *t) {
    ck_assert_ok(nnblas_net_set_activation(nnblas_trainer_net(t), 1, NNBLAS_SIGMOID));
}

static void differ_in_patience(nnblas_trainer *t) {
    ck_assert_ok(nnblas_trainer_set_patience(t, 3));
}

static void differ_in_mask(nnblas_trainer *t) {
    const uint8_t mask[64] = {1, 0, 1};
    ck_assert_ok(nnblas_trainer_set_mask(t, mask));
}

START_TEST(other_settings_are_named) {
    check_end(differ_in_batch, NNBLAS_ERROR_VALUE, "rank 2: batch size: 0 in rank 0, 5 in this");
    check_end(differ_in_epochs, NNBLAS_ERROR_VALUE, "rank 2: the number of epochs is not that of");
    check_end(differ_in_activation, NNBLAS_ERROR_VALUE,
              "rank 2: the activation of layer 1 is not that of rank 0");
    check_end(differ_in_patience, NNBLAS_ERROR_VALUE, "rank 2: the patience is not that of rank 0");
    check_end(differ_in_mask, NNBLAS_ERROR_VALUE, "rank 2: mask: none in rank 0, one in this rank");
}
END_TEST

/* ---- parameters ------------------------------------------------------------------------------ */

static void differ_in_parameters(nnblas_trainer *t) {
    nnblas_net_parameters(nnblas_trainer_net(t))[5] = (double)NAN;
}

START_TEST(all_begin_with_those_of_the_first_rank) {
    problem p = make();
    const group_recipe recipe = {.p = &p, .set_up = set_up};
    change_one = differ_in_parameters;
    check_group(&recipe, RANKS, NULL, 1e-9);
    free_problem(&p);
}
END_TEST

static int spoil(void *user, size_t epoch, double mse) {
    (void)mse;
    if (epoch == 2)
        nnblas_net_parameters(user)[7] *= 1.0 + 1e-15;
    return 0;
}

static void spoil_parameters(nnblas_trainer *t) {
    ck_assert_ok(nnblas_trainer_set_callback(t, spoil, nnblas_trainer_net(t)));
}

START_TEST(other_parameters_are_noticed_after_the_epoch) {
    check_end(spoil_parameters, NNBLAS_ERROR_GROUP,
              "rank 2: the parameters after epoch 2 differ from those of rank 0");
}
END_TEST

/* ---- a lost rank ----------------------------------------------------------------------------- */

/* Whichever call it is, every rank returns, and its parameters are finite. */
static void check_lost(const problem *p, size_t call, bool *is_over) {
    const group_recipe recipe = {.p = p, .set_up = set_up};
    change_one = NULL;
    lose_rank(ONE, call);
    group_outcome o = train_in_group(&recipe, RANKS, NULL);
    *is_over = o.rank[ONE].status >= 0;
    for (size_t r = 0; r < RANKS; r++) {
        ck_assert_msg(*is_over || o.rank[r].status == NNBLAS_ERROR_GROUP ||
                          /* It may have made its last call before. */
                          (r != ONE && o.rank[r].status >= 0),
                      "call %zu, rank %zu: status %d: %s", call, r, (int)o.rank[r].status,
                      o.rank[r].message);
        ck_assert(are_finite(p->parameter_count, o.rank[r].parameters));
        if (o.rank[r].status < 0)
            ck_assert_msg(strstr(o.rank[r].message, "a rank is lost"), "rank %zu: %s", r,
                          o.rank[r].message);
    }
    free_group_outcome(&o);
}

START_TEST(a_lost_rank_ends_the_training_of_all) {
    static const nnblas_optimizer OPTIMIZERS[] = {NNBLAS_ADAM, NNBLAS_GRADIENT_DESCENT,
                                                  NNBLAS_SCALED_CONJUGATE_GRADIENT,
                                                  NNBLAS_LEVENBERG_MARQUARDT, NNBLAS_LBFGS};
    problem p = make();
    for (size_t i = 0; i < 5; i++) {
        optimizer = OPTIMIZERS[i];
        if ((optimizer == NNBLAS_LBFGS && !nnblas_has(NNBLAS_FEATURE_LBFGS)) ||
            (optimizer == NNBLAS_LEVENBERG_MARQUARDT && !nnblas_has(NNBLAS_FEATURE_LAPACK)))
            continue;
        batch_size = optimizer == NNBLAS_ADAM ? 7 : 0;
        bool is_over = false;
        for (size_t call = 0; !is_over; call += 1 + call / 4)
            check_lost(&p, call, &is_over);
        ck_assert(!called_after_failure());
    }
    free_problem(&p);
}
END_TEST

/* ---- other calls ----------------------------------------------------------------------------- */

static int do_nothing(void *user, double *values, size_t count) {
    (void)user, (void)values, (void)count;
    return 0;
}

static int finish_nothing(void *user) {
    (void)user;
    return 0;
}

static int copy_nothing(void *user, double *values, size_t count, size_t from) {
    (void)user, (void)values, (void)count, (void)from;
    return 0;
}

START_TEST(groups_that_are_none_are_refused) {
    problem p = make();
    nnblas_net *net = make_net(&p);
    nnblas_trainer *t;
    nnblas_group group = {.rank = 1, .ranks = 1}, found;
    int ordered = 7;
    ck_assert_ok(nnblas_trainer_create(net, &t));
    ck_assert_int_eq(nnblas_trainer_set_group(t, &group, 0), NNBLAS_ERROR_NULL);
    group.begin_sum = do_nothing;
    group.finish_sums = finish_nothing;
    group.broadcast = copy_nothing;
    ck_assert_int_eq(nnblas_trainer_set_group(t, &group, 0), NNBLAS_ERROR_VALUE);
    ck_assert_ok(nnblas_trainer_group(t, &found, &ordered));
    ck_assert_uint_eq(found.ranks, 0);
    ck_assert_int_eq(ordered, 0);
    group.rank = 0;
    ck_assert_ok(nnblas_trainer_set_group(t, &group, 5));
    ck_assert_ok(nnblas_trainer_group(t, &found, &ordered));
    ck_assert(found.ranks == 1 && found.broadcast == copy_nothing && ordered == 1);
    nnblas_status status;
    ck_assert_int_eq(nnblas_fit_many(&t, 1, p.N, p.X, p.ldx, p.Y, p.ldy, &status),
                     NNBLAS_ERROR_VALUE);
    ck_assert_ptr_nonnull(strstr(nnblas_error_message(), "trainer 0 has a group"));
    ck_assert_int_eq(nnblas_trainer_step(t, p.N, p.X, p.ldx, p.Y, p.ldy, NULL, NULL),
                     NNBLAS_ERROR_VALUE);
    ck_assert_ok(nnblas_trainer_set_group(t, NULL, 1));
    ck_assert_ok(nnblas_trainer_group(t, &found, &ordered));
    ck_assert(found.ranks == 0 && !ordered);
    nnblas_trainer_destroy(t);
    nnblas_net_destroy(net);
    free_problem(&p);
}
END_TEST

int main(void) {
    const TTest *const tests[] = {one_rank_stops_all,
                                  one_rank_is_cancelled,
                                  a_fault_in_the_rows_of_one_rank_is_named_by_all,
                                  weights_are_of_all_ranks_or_of_none,
                                  a_training_without_rows_is_refused,
                                  other_settings_are_named,
                                  all_begin_with_those_of_the_first_rank,
                                  other_parameters_are_noticed_after_the_epoch,
                                  a_lost_rank_ends_the_training_of_all,
                                  groups_that_are_none_are_refused};
    return run_tests("group_ends", tests, sizeof tests / sizeof *tests);
}
