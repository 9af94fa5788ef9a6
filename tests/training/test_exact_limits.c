/* SPDX-License-Identifier: BSD-3-Clause */
/* Settings and limits at the very number where they begin to count. */
#include "support/small_training.h"

#include <math.h>

/* ---- RPROP ----------------------------------------------------------------------------------- */

static double find_largest_change(const training *s, const double *before) {
    double largest = 0.0;
    for (size_t i = 0; i < PARAMETERS; i++)
        largest = fmax(largest, fabs(get_parameters(s)[i] - before[i]));
    return largest;
}

/* Its first steps are a tenth of the rate, from 1e-6 to 50. */
START_TEST(rprop_begins_within_its_bounds) {
    static const struct {
        double rate, size;
    } FIRST[] = {{1e-300, 1e-6}, {1e-9, 1e-6},  {1e-5, 1e-6},  {2e-5, 2e-6},
                 {0.5, 0.05},    {500.0, 50.0}, {600.0, 50.0}, {1e300, 50.0}};
    for (size_t i = 0; i < sizeof FIRST / sizeof *FIRST; i++) {
        training s = make_training(NNBLAS_RPROP, FIRST[i].rate, 1);
        double before[PARAMETERS];
        keep_parameters(&s, before);
        ck_assert_ok(fit(&s));
        ck_assert_double_eq_tol(find_largest_change(&s, before) / FIRST[i].size, 1.0, 1e-9);
        free_training(&s);
    }
}
END_TEST

/* ---- a network whose numbers are known ------------------------------------------------------- */

/* One weight, o = w x, of one row; the gradient is (w x - y) x. */
typedef struct line {
    nnblas_net *net;
    nnblas_trainer *trainer;
    double x, y;
} line;

static line make_line(nnblas_optimizer optimizer, double rate, size_t epochs) {
    line l = {.x = 1.0, .y = 2.0};
    ck_assert_ok(nnblas_net_create((size_t[]){1, 1}, 2, 0, &l.net));
    ck_assert_ok(nnblas_net_set_output(l.net, NNBLAS_IDENTITY, NNBLAS_MSE));
    nnblas_net_parameters(l.net)[0] = 5.0;
    ck_assert_ok(nnblas_trainer_create(l.net, &l.trainer));
    ck_assert_ok(nnblas_trainer_set_optimizer(l.trainer, optimizer));
    ck_assert_ok(nnblas_trainer_set_learning_rate(l.trainer, rate));
    ck_assert_ok(nnblas_trainer_set_epochs(l.trainer, epochs));
    return l;
}

static nnblas_status fit_line(const line *l) {
    return nnblas_trainer_fit(l->trainer, 1, &l->x, 1, &l->y, 1);
}

static double get_weight(const line *l) {
    return nnblas_net_parameters(l->net)[0];
}

static void free_line(line *l) {
    nnblas_trainer_destroy(l->trainer);
    nnblas_net_destroy(l->net);
}

/* ---- settings that could be mistaken for each other ------------------------------------------ */

/* Each setting of Adam, far from the others and from what is set by default. */
START_TEST(adam_takes_each_setting_for_itself) {
    const double RATE = 0.1, BETA1 = 0.25, BETA2 = 0.75, EPSILON = 0.5;
    enum { STEPS = 6 };
    line l = make_line(NNBLAS_ADAM, RATE, STEPS);
    ck_assert_ok(nnblas_trainer_set_adam(l.trainer, BETA1, BETA2, EPSILON));
    double w = get_weight(&l), m = 0.0, v = 0.0;
    for (int step = 1; step <= STEPS; step++) {
        double g = (w * l.x - l.y) * l.x;
        m = BETA1 * m + (1.0 - BETA1) * g;
        v = BETA2 * v + (1.0 - BETA2) * g * g;
        w -= RATE * (m / (1.0 - pow(BETA1, step))) / (sqrt(v / (1.0 - pow(BETA2, step))) + EPSILON);
    }
    ck_assert_ok(fit_line(&l));
    ck_assert_double_eq_tol(get_weight(&l), w, 1e-12);
    free_line(&l);
}
END_TEST

START_TEST(momentum_is_what_was_set) {
    const double RATE = 0.1, MOMENTUM = 0.25;
    for (int optimizer = NNBLAS_MOMENTUM; optimizer <= NNBLAS_NESTEROV; optimizer++) {
        line l = make_line((nnblas_optimizer)optimizer, RATE, 5);
        ck_assert_ok(nnblas_trainer_set_momentum(l.trainer, MOMENTUM));
        double w = get_weight(&l), v = 0.0;
        for (int step = 0; step < 5; step++) {
            double g = (w * l.x - l.y) * l.x;
            v = MOMENTUM * v - RATE * g;
            w += optimizer == NNBLAS_MOMENTUM ? v : MOMENTUM * v - RATE * g;
        }
        ck_assert_ok(fit_line(&l));
        ck_assert_double_eq_tol(get_weight(&l), w, 1e-12);
        free_line(&l);
    }
}
END_TEST

/* ---- improvement ----------------------------------------------------------------------------- */

/* The cost stays what it is: after the first epoch, none improves. */
START_TEST(an_equal_cost_is_no_improvement) {
    line l = make_line(NNBLAS_GRADIENT_DESCENT, 0.1, 100);
    l.x = 0.0;
    ck_assert_ok(nnblas_trainer_set_patience(l.trainer, 3));
    ck_assert_int_eq(fit_line(&l), NNBLAS_STOPPED_PATIENCE);
    ck_assert_uint_eq(nnblas_trainer_history_count(l.trainer), 4);
    free_line(&l);
}
END_TEST

/* Costs 8, 2 and so on by halves of the distance: a quarter each. An improvement by just the
 * tolerance is none. */
START_TEST(an_improvement_by_the_tolerance_is_none) {
    const double TOLERANCES[] = {6.0, nextafter(6.0, 0.0)};
    const size_t EPOCHS[] = {2, 3};
    for (size_t i = 0; i < 2; i++) {
        line l = make_line(NNBLAS_GRADIENT_DESCENT, 0.5, 100);
        nnblas_net_parameters(l.net)[0] = 6.0;
        ck_assert_ok(nnblas_trainer_set_patience(l.trainer, 1));
        ck_assert_ok(nnblas_trainer_set_tolerance(l.trainer, TOLERANCES[i]));
        ck_assert_int_eq(fit_line(&l), NNBLAS_STOPPED_PATIENCE);
        ck_assert_uint_eq(nnblas_trainer_history_count(l.trainer), EPOCHS[i]);
        ck_assert_double_eq(get_epoch(l.trainer, 0).cost, 8.0);
        ck_assert_double_eq(get_epoch(l.trainer, 1).cost, 2.0);
        free_line(&l);
    }
}
END_TEST

static int keep_first_weight(void *user, size_t epoch, double cost) {
    line *l = user;
    (void)cost;
    if (epoch == 1)
        l->x = get_weight(l);
    return 0;
}

/* Each epoch has the same validation cost, with other weights: the first are the best. */
START_TEST(the_first_of_equal_epochs_is_the_best) {
    const double zero = 0.0, one = 1.0;
    line l = make_line(NNBLAS_GRADIENT_DESCENT, 0.1, 10), seen = l;
    ck_assert_ok(nnblas_trainer_set_validation_rows(l.trainer, 1, &zero, 1, &one, 1));
    ck_assert_ok(nnblas_trainer_set_callback(l.trainer, keep_first_weight, &seen));
    ck_assert_ok(fit_line(&l));
    ck_assert_double_eq(get_epoch(l.trainer, 9).validation_cost, 0.5);
    ck_assert_double_eq(get_weight(&l), seen.x);
    ck_assert_double_ne(get_weight(&l), 5.0);
    free_line(&l);
}
END_TEST

/* ---- the desired cost ------------------------------------------------------------------------ */

/* At it is enough: no step is taken. By one place of a double above it, one is. */
START_TEST(a_cost_at_the_desired_one_stops) {
    line l = make_line(NNBLAS_GRADIENT_DESCENT, 0.5, 100);
    ck_assert_ok(nnblas_trainer_set_desired_cost(l.trainer, 4.5)); /* (5 - 2)^2 / 2 */
    ck_assert_int_eq(fit_line(&l), NNBLAS_STOPPED_COST);
    ck_assert_uint_eq(nnblas_trainer_history_count(l.trainer), 1);
    ck_assert_double_eq(get_weight(&l), 5.0);
    ck_assert_ok(nnblas_trainer_set_desired_cost(l.trainer, nextafter(4.5, 0.0)));
    ck_assert_int_eq(fit_line(&l), NNBLAS_STOPPED_COST);
    ck_assert_uint_eq(nnblas_trainer_history_count(l.trainer), 2);
    ck_assert_double_eq(get_weight(&l), 3.5);
    free_line(&l);
}
END_TEST

/* With batches the steps of the epoch are taken. */
START_TEST(an_epoch_of_batches_at_the_desired_cost_stops) {
    const double X[] = {1.0, 1.0}, Y[] = {2.0, 2.0};
    line l = make_line(NNBLAS_GRADIENT_DESCENT, 0.5, 100);
    ck_assert_ok(nnblas_trainer_set_batch_size(l.trainer, 1));
    ck_assert_ok(nnblas_trainer_set_desired_cost(l.trainer, (4.5 + 1.125) / 2.0));
    ck_assert_int_eq(nnblas_trainer_fit(l.trainer, 2, X, 1, Y, 1), NNBLAS_STOPPED_COST);
    ck_assert_uint_eq(nnblas_trainer_history_count(l.trainer), 1);
    ck_assert_double_eq(get_epoch(l.trainer, 0).cost, (4.5 + 1.125) / 2.0);
    ck_assert_double_eq(get_weight(&l), 2.75);
    free_line(&l);
}
END_TEST

int main(void) {
    const TTest *const tests[] = {
        rprop_begins_within_its_bounds,
        adam_takes_each_setting_for_itself,
        momentum_is_what_was_set,
        an_equal_cost_is_no_improvement,
        an_improvement_by_the_tolerance_is_none,
        the_first_of_equal_epochs_is_the_best,
        a_cost_at_the_desired_one_stops,
        an_epoch_of_batches_at_the_desired_cost_stops,
    };
    return run_tests("exact_limits", tests, sizeof tests / sizeof *tests);
}
