/* SPDX-License-Identifier: BSD-3-Clause */
/* Every reason to stop with L-BFGS, and what it leaves: the history, the parameters. */
#include "support/small_training.h"

#include <math.h>
#include <string.h>

static training make_lbfgs(size_t epochs) {
    return make_training(NNBLAS_LBFGS, 1.0, epochs);
}

static double evaluate(const training *t) {
    double cost;
    ck_assert_ok(nnblas_net_evaluate(t->net, N, t->p.X, t->p.ldx, t->p.Y, t->p.ldy, &cost));
    return cost;
}

static nnblas_epoch get_numbered(const training *t, size_t number) {
    return get_epoch(t->trainer, number - 1);
}

static void check_epochs(const training *t, size_t count) {
    ck_assert_uint_eq(nnblas_trainer_history_count(t->trainer), count);
    for (size_t e = 1; e <= count; e++)
        ck_assert_uint_eq(get_numbered(t, e).epoch, e);
    if (count > 0)
        ck_assert_double_eq_tol(get_numbered(t, count).cost, evaluate(t), 1e-14);
}

/* In the callback, the network has the parameters of the cost that it gets. */
typedef struct witness {
    const training *t;
    size_t stop_at, calls;
} witness;

static int check_epoch(void *user, size_t epoch, double cost) {
    witness *w = user;
    ck_assert_uint_eq(epoch, ++w->calls);
    ck_assert_double_eq_tol(cost, evaluate(w->t), 1e-14);
    ck_assert_uint_eq(nnblas_trainer_history_count(w->t->trainer), epoch);
    ck_assert_double_eq(get_numbered(w->t, epoch).cost, cost);
    return epoch == w->stop_at;
}

/* The weight decay is no part of the cost. */
START_TEST(the_callback_sees_each_epoch_and_stops) {
    training t = make_lbfgs(50), seven = make_lbfgs(7);
    witness w = {.t = &t, .stop_at = 7};
    ck_assert_ok(nnblas_trainer_set_weight_decay(t.trainer, 0.001));
    ck_assert_ok(nnblas_trainer_set_weight_decay(seven.trainer, 0.001));
    ck_assert_ok(nnblas_trainer_set_callback(t.trainer, check_epoch, &w));
    ck_assert_int_eq(fit(&t), NNBLAS_STOPPED_CALLBACK);
    check_epochs(&t, 7);
    ck_assert_ok(fit(&seven));
    ck_assert(has_parameters(&t, get_parameters(&seven)));
    free_training(&t);
    free_training(&seven);
}
END_TEST

static int stop_at(void *user, size_t epoch, double cost) {
    (void)cost;
    return epoch == *(const size_t *)user;
}

/* Whoever stops in the epoch that converges is told that it was he. */
START_TEST(the_callback_comes_before_convergence) {
    training t = make_lbfgs(1000), stopped = make_lbfgs(1000), whole = make_lbfgs(1);
    training *all[] = {&t, &stopped, &whole};
    for (size_t i = 0; i < 3; i++)
        ck_assert_ok(nnblas_trainer_set_lbfgs(all[i]->trainer, 20, 0.1));
    ck_assert_int_eq(fit(&t), NNBLAS_STOPPED_CONVERGED);
    size_t last = nnblas_trainer_history_count(t.trainer);
    ck_assert_uint_gt(last, 1);
    ck_assert_ok(nnblas_trainer_set_callback(stopped.trainer, stop_at, &last));
    ck_assert_int_eq(fit(&stopped), NNBLAS_STOPPED_CALLBACK);
    check_epochs(&stopped, last);
    ck_assert(has_parameters(&stopped, get_parameters(&t)));
    /* Epochs that are over are no other reason. */
    ck_assert_ok(nnblas_trainer_set_epochs(whole.trainer, last));
    ck_assert_int_eq(fit(&whole), NNBLAS_STOPPED_CONVERGED);
    for (size_t i = 0; i < 3; i++)
        free_training(all[i]);
}
END_TEST

START_TEST(the_epochs_are_counted) {
    training t = make_lbfgs(1), longer = make_lbfgs(12);
    ck_assert_ok(fit(&t));
    check_epochs(&t, 1);
    ck_assert_ok(fit(&longer));
    check_epochs(&longer, 12);
    ck_assert_double_eq(get_numbered(&t, 1).cost, get_numbered(&longer, 1).cost);
    for (size_t e = 2; e <= 12; e++) { /* after a step, and a line search never goes up */
        ck_assert_double_lt(get_numbered(&longer, e).cost, get_numbered(&longer, e - 1).cost);
        ck_assert_double_gt(get_numbered(&longer, e).learning_rate, 0.0);
    }
    free_training(&t);
    free_training(&longer);
}
END_TEST

START_TEST(the_desired_cost_stops) {
    training t = make_lbfgs(60);
    double desired = 0.3 * evaluate(&t);
    ck_assert_ok(nnblas_trainer_set_desired_cost(t.trainer, desired));
    ck_assert_int_eq(fit(&t), NNBLAS_STOPPED_COST);
    size_t epochs = nnblas_trainer_history_count(t.trainer);
    check_epochs(&t, epochs);
    ck_assert_uint_gt(epochs, 1);
    ck_assert_double_le(get_numbered(&t, epochs).cost, desired);
    ck_assert_double_gt(get_numbered(&t, epochs - 1).cost, desired);
    /* Already there: not one step. */
    double kept[PARAMETERS];
    keep_parameters(&t, kept);
    ck_assert_int_eq(fit(&t), NNBLAS_STOPPED_COST);
    check_epochs(&t, 0);
    ck_assert(has_parameters(&t, kept));
    free_training(&t);
}
END_TEST

/* (5 - 2)^2 / 2 is at the desired cost, and one place of a double above it is not. */
START_TEST(a_cost_at_the_desired_one_is_enough) {
    const double x = 1.0, y = 2.0;
    nnblas_net *net;
    nnblas_trainer *trainer;
    ck_assert_ok(nnblas_net_create((size_t[]){1, 1}, 2, 0, &net));
    ck_assert_ok(nnblas_net_set_output(net, NNBLAS_IDENTITY, NNBLAS_MSE));
    ck_assert_ok(nnblas_trainer_create(net, &trainer));
    ck_assert_ok(nnblas_trainer_set_optimizer(trainer, NNBLAS_LBFGS));
    nnblas_net_parameters(net)[0] = 5.0;
    ck_assert_ok(nnblas_trainer_set_desired_cost(trainer, 4.5));
    ck_assert_int_eq(nnblas_trainer_fit(trainer, 1, &x, 1, &y, 1), NNBLAS_STOPPED_COST);
    ck_assert_uint_eq(nnblas_trainer_history_count(trainer), 0);
    ck_assert_ok(nnblas_trainer_set_desired_cost(trainer, nextafter(4.5, 0.0)));
    ck_assert_int_eq(nnblas_trainer_fit(trainer, 1, &x, 1, &y, 1), NNBLAS_STOPPED_COST);
    ck_assert_uint_eq(nnblas_trainer_history_count(trainer), 1);
    nnblas_trainer_destroy(trainer);
    nnblas_net_destroy(net);
}
END_TEST

START_TEST(patience_and_time_stop) {
    training t = make_lbfgs(100);
    ck_assert_ok(nnblas_trainer_set_patience(t.trainer, 3));
    ck_assert_ok(nnblas_trainer_set_tolerance(t.trainer, 1e9));
    ck_assert_int_eq(fit(&t), NNBLAS_STOPPED_PATIENCE);
    check_epochs(&t, 4);
    ck_assert_ok(nnblas_trainer_set_patience(t.trainer, 0));
    ck_assert_ok(nnblas_trainer_set_time_limit(t.trainer, 1e-9));
    ck_assert_int_eq(fit(&t), NNBLAS_STOPPED_TIME);
    check_epochs(&t, 1);
    free_training(&t);
}
END_TEST

START_TEST(validation_leaves_the_best_epoch) {
    enum { ROWS = 20 };
    training t = make_lbfgs(80);
    dice d = {2};
    const size_t SIZES[] = {INPUTS, HIDDEN, OUTPUTS};
    problem other = make_problem(&d, ROWS, SIZES, 3, 0);
    ck_assert_ok(nnblas_trainer_set_validation_rows(t.trainer, ROWS, other.X, other.ldx, other.Y,
                                                    other.ldy));
    ck_assert_ok(fit(&t));
    double best = (double)INFINITY, left;
    size_t best_epoch = 0;
    for (size_t e = 1; e <= 80; e++) {
        double cost = get_numbered(&t, e).validation_cost;
        best_epoch = cost < best ? e : best_epoch;
        best = fmin(best, cost);
    }
    ck_assert_uint_lt(best_epoch, 80);
    ck_assert_ok(nnblas_net_evaluate(t.net, ROWS, other.X, other.ldx, other.Y, other.ldy, &left));
    ck_assert_double_eq_tol(left, best, 1e-14);
    ck_assert_double_eq_tol(evaluate(&t), get_numbered(&t, best_epoch).cost, 1e-14);
    free_problem(&other);
    free_training(&t);
}
END_TEST

/* Outputs that are right, without a hidden layer: the gradient is 0, and no step is taken. */
START_TEST(a_gradient_of_zero_has_converged) {
    static const size_t SIZES[] = {2, 1};
    static const double X[] = {1, 2, 3, 4}, Y[] = {5, 11};
    nnblas_net *net;
    nnblas_trainer *trainer;
    ck_assert_ok(nnblas_net_create(SIZES, 2, 0, &net));
    ck_assert_ok(nnblas_net_set_output(net, NNBLAS_IDENTITY, NNBLAS_MSE));
    double *W = nnblas_net_parameters(net);
    W[0] = 1.0, W[1] = 2.0;
    ck_assert_ok(nnblas_trainer_create(net, &trainer));
    ck_assert_ok(nnblas_trainer_set_optimizer(trainer, NNBLAS_LBFGS));
    ck_assert_ok(nnblas_trainer_set_lbfgs(trainer, 20, 0.0));
    ck_assert_int_eq(nnblas_trainer_fit(trainer, 2, X, 2, Y, 1), NNBLAS_STOPPED_CONVERGED);
    ck_assert_uint_eq(nnblas_trainer_history_count(trainer), 0);
    ck_assert_double_eq(W[0], 1.0);
    ck_assert_double_eq(W[1], 2.0);
    nnblas_trainer_destroy(trainer);
    nnblas_net_destroy(net);
}
END_TEST

static void check_refused_start(const training *t, const char *word) {
    double kept[PARAMETERS];
    keep_parameters(t, kept);
    ck_assert_int_eq(fit(t), NNBLAS_ERROR_NOT_FINITE);
    ck_assert_msg(strstr(nnblas_error_message(), word) != NULL, "%s", nnblas_error_message());
    ck_assert(has_parameters(t, kept));
    check_epochs(t, 0);
}

START_TEST(a_start_that_is_not_finite_is_refused) {
    training t = make_lbfgs(5);
    double *W = get_parameters(&t), kept = W[3];
    W[3] = (double)INFINITY;
    check_refused_start(&t, "W1 holds an infinity at row 0, column 3");
    W[3] = 1e160;
    ck_assert_ok(nnblas_trainer_set_weight_decay(t.trainer, 0.1));
    check_refused_start(&t, "weight decay");
    ck_assert_ok(nnblas_trainer_set_weight_decay(t.trainer, 0.0));
    W[3] = kept;
    double label = t.p.Y[0];
    t.p.Y[0] = 1e200;
    check_refused_start(&t, "the cost overflows");
    ck_assert_ptr_null(strstr(nnblas_error_message(), "learning rate"));
    t.p.Y[0] = label;
    ck_assert_ok(fit(&t));
    free_training(&t);
}
END_TEST

/* Neither the path nor the end depends on what rows hold that have no weight, or one so small that
 * it vanishes beside the others. */
static void check_weight(double smallest) {
    training t = make_lbfgs(10), spoilt = make_lbfgs(10);
    double weights[N];
    for (size_t e = 0; e < N; e++)
        weights[e] = e % 5 == 0 ? smallest : 1.5;
    training *both[] = {&t, &spoilt};
    for (size_t i = 0; i < 2; i++) {
        ck_assert_ok(nnblas_net_set_output(both[i]->net, NNBLAS_IDENTITY, NNBLAS_MSE));
        ck_assert_ok(nnblas_trainer_set_sample_weights(both[i]->trainer, weights));
    }
    for (size_t e = 0; e < N; e += 5)
        spoilt.p.Y[e * spoilt.p.ldy] = 1e9;
    ck_assert_ok(fit(&t));
    ck_assert_ok(fit(&spoilt));
    ck_assert(has_parameters(&t, get_parameters(&spoilt)));
    free_training(&t);
    free_training(&spoilt);
}

START_TEST(rows_without_weight_do_not_count) {
    check_weight(0.0);
    check_weight(1e-60);
}
END_TEST

/* Whether the row of a label that is far off validates. If so, it decides nothing of the path. */
static bool check_path(size_t row) {
    training t = make_lbfgs(6), spoilt = make_lbfgs(6);
    training *both[] = {&t, &spoilt};
    spoilt.p.Y[row * spoilt.p.ldy] = 1e9;
    for (size_t i = 0; i < 2; i++) {
        ck_assert_ok(nnblas_net_set_output(both[i]->net, NNBLAS_IDENTITY, NNBLAS_MSE));
        ck_assert_ok(nnblas_trainer_set_validation_fraction(both[i]->trainer, 0.25));
        ck_assert_int_ge(fit(both[i]), 0);
    }
    bool validates = get_numbered(&spoilt, 1).cost < 1e12;
    size_t epochs = nnblas_trainer_history_count(t.trainer);
    if (validates)
        ck_assert_uint_eq(nnblas_trainer_history_count(spoilt.trainer), epochs);
    for (size_t e = 1; validates && e <= epochs; e++) {
        ck_assert_double_gt(get_numbered(&spoilt, e).validation_cost, 1e12);
        ck_assert_double_eq(get_numbered(&t, e).cost, get_numbered(&spoilt, e).cost);
    }
    free_training(&t);
    free_training(&spoilt);
    return validates;
}

START_TEST(rows_that_validate_do_not_count) {
    size_t validating = 0;
    for (size_t row = 0; row < N; row++)
        validating += check_path(row);
    ck_assert_uint_eq(validating, 21); /* a quarter of 83 */
}
END_TEST

/* It takes all rows, whatever the batch size is. */
START_TEST(batches_do_not_count) {
    training t = make_lbfgs(10), cut = make_lbfgs(10);
    ck_assert_ok(nnblas_trainer_set_batch_size(cut.trainer, 7));
    ck_assert_ok(nnblas_trainer_set_learning_rate(cut.trainer, 1e9));
    ck_assert_ok(fit(&t));
    ck_assert_ok(fit(&cut));
    ck_assert(has_parameters(&t, get_parameters(&cut)));
    free_training(&t);
    free_training(&cut);
}
END_TEST

int main(void) {
    const TTest *const tests[] = {
        the_callback_sees_each_epoch_and_stops,
        the_callback_comes_before_convergence,
        the_epochs_are_counted,
        the_desired_cost_stops,
        a_cost_at_the_desired_one_is_enough,
        patience_and_time_stop,
        validation_leaves_the_best_epoch,
        a_gradient_of_zero_has_converged,
        a_start_that_is_not_finite_is_refused,
        rows_without_weight_do_not_count,
        rows_that_validate_do_not_count,
        batches_do_not_count,
    };
    return run_tests("lbfgs_stopping", tests, sizeof tests / sizeof *tests);
}
