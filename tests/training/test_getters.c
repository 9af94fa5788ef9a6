/* SPDX-License-Identifier: BSD-3-Clause */
/* A trainer tells what it was set to. */
#include "support/small_training.h"

#include <limits.h>
#include <string.h>

static int go_on(void *user, size_t epoch, double mse) {
    (void)user, (void)epoch, (void)mse;
    return 0;
}

static int go_on_too(void *user, const nnblas_epoch *epoch) {
    (void)user, (void)epoch;
    return 0;
}

START_TEST(the_defaults_are_those_of_the_header) {
    training s = make_training(NNBLAS_GRADIENT_DESCENT, 0.1, 7);
    nnblas_trainer *t;
    ck_assert_ok(nnblas_trainer_create(s.net, &t));
    double beta1, beta2, epsilon, damping, tolerance;
    size_t memory, rows = 1, epochs = 1;
    nnblas_callback *callback = go_on;
    nnblas_epoch_callback *epoch_callback = go_on_too;
    ck_assert_ptr_eq(nnblas_trainer_net(t), s.net);
    ck_assert_int_eq(nnblas_trainer_optimizer(t), NNBLAS_GRADIENT_DESCENT);
    ck_assert_double_eq(nnblas_trainer_learning_rate(t), 1.0);
    ck_assert_double_eq(nnblas_trainer_momentum(t), 0.9);
    ck_assert_ok(nnblas_trainer_adam(t, &beta1, &beta2, &epsilon));
    ck_assert(beta1 == 0.9 && beta2 == 0.999 && epsilon == 1e-8);
    ck_assert_ok(nnblas_trainer_lbfgs(t, &memory, &tolerance));
    ck_assert(memory == 20 && tolerance == 1e-12);
    ck_assert_double_eq(nnblas_trainer_scaled_conjugate_gradient(t), 1e-12);
    ck_assert_ok(nnblas_trainer_levenberg_marquardt(t, &damping, &tolerance));
    ck_assert(damping == 1e-3 && tolerance == 1e-12);
    ck_assert_double_eq(nnblas_trainer_weight_decay(t), 0.0);
    ck_assert_double_eq(nnblas_trainer_l1(t), 0.0);
    ck_assert_uint_eq(nnblas_trainer_batch_size(t), 0);
    ck_assert_int_eq(nnblas_trainer_shuffle(t), 1);
    ck_assert_uint_eq(nnblas_trainer_seed(t), 0);
    ck_assert_ptr_null(nnblas_trainer_sample_weights(t));
    ck_assert_uint_eq(nnblas_trainer_epochs(t), 1000);
    ck_assert_double_eq(nnblas_trainer_desired_cost(t), 0.0);
    ck_assert_double_eq(nnblas_trainer_time_limit(t), 0.0);
    ck_assert_double_eq(nnblas_trainer_validation_fraction(t), 0.0);
    ck_assert_ok(nnblas_trainer_validation_rows(t, &rows, NULL, NULL, NULL, NULL));
    ck_assert_uint_eq(rows, 0);
    ck_assert_ptr_null(nnblas_trainer_validation_weights(t));
    ck_assert_uint_eq(nnblas_trainer_patience(t), 0);
    ck_assert_double_eq(nnblas_trainer_tolerance(t), 0.0);
    ck_assert_ok(nnblas_trainer_callback(t, &callback, NULL));
    ck_assert(!callback);
    ck_assert_ok(nnblas_trainer_epoch_callback(t, &epoch_callback, NULL));
    ck_assert(!epoch_callback);
    ck_assert_uint_eq(nnblas_trainer_history_limit(t), SIZE_MAX);
    ck_assert_ptr_null(nnblas_trainer_checkpoint(t, &epochs));
    ck_assert_uint_eq(epochs, 0);
    ck_assert_double_eq(nnblas_trainer_checkpoint_interval(t), 0.0);
    nnblas_trainer_destroy(t);
    free_training(&s);
}
END_TEST

/* Each value differs from all others, so that none is told for another. */
START_TEST(numbers_come_back) {
    training s = make_training(NNBLAS_ADAM, 0.11, 12);
    nnblas_trainer *t = s.trainer;
    ck_assert_ok(nnblas_trainer_set_momentum(t, 0.13));
    ck_assert_ok(nnblas_trainer_set_adam(t, 0.14, 0.15, 0.16));
    ck_assert_ok(nnblas_trainer_set_lbfgs(t, 17, 0.18));
    ck_assert_ok(nnblas_trainer_set_scaled_conjugate_gradient(t, 0.29));
    ck_assert_ok(nnblas_trainer_set_levenberg_marquardt(t, 0.181, 0.182));
    ck_assert_ok(nnblas_trainer_set_weight_decay(t, 0.19));
    ck_assert_ok(nnblas_trainer_set_l1(t, 0.27));
    ck_assert_ok(nnblas_trainer_set_batch_size(t, 20));
    ck_assert_ok(nnblas_trainer_set_shuffle(t, 0));
    ck_assert_ok(nnblas_trainer_set_seed(t, UINT64_MAX - 21));
    ck_assert_ok(nnblas_trainer_set_desired_cost(t, 0.22));
    ck_assert_ok(nnblas_trainer_set_time_limit(t, 0.23));
    ck_assert_ok(nnblas_trainer_set_validation_fraction(t, 0.24));
    ck_assert_ok(nnblas_trainer_set_patience(t, 25));
    ck_assert_ok(nnblas_trainer_set_tolerance(t, 0.26));
    ck_assert_ok(nnblas_trainer_set_history_limit(t, 27));
    ck_assert_ok(nnblas_trainer_set_checkpoint_interval(t, 0.28));
    double beta1, beta2, epsilon, damping, tolerance;
    size_t memory;
    ck_assert_int_eq(nnblas_trainer_optimizer(t), NNBLAS_ADAM);
    ck_assert_double_eq(nnblas_trainer_learning_rate(t), 0.11);
    ck_assert_uint_eq(nnblas_trainer_epochs(t), 12);
    ck_assert_double_eq(nnblas_trainer_momentum(t), 0.13);
    ck_assert_ok(nnblas_trainer_adam(t, &beta1, &beta2, &epsilon));
    ck_assert(beta1 == 0.14 && beta2 == 0.15 && epsilon == 0.16);
    ck_assert_ok(nnblas_trainer_lbfgs(t, &memory, &tolerance));
    ck_assert(memory == 17 && tolerance == 0.18);
    ck_assert_double_eq(nnblas_trainer_scaled_conjugate_gradient(t), 0.29);
    ck_assert_ok(nnblas_trainer_levenberg_marquardt(t, &damping, &tolerance));
    ck_assert(damping == 0.181 && tolerance == 0.182);
    ck_assert_double_eq(nnblas_trainer_weight_decay(t), 0.19);
    ck_assert_double_eq(nnblas_trainer_l1(t), 0.27);
    ck_assert_uint_eq(nnblas_trainer_batch_size(t), 20);
    ck_assert_int_eq(nnblas_trainer_shuffle(t), 0);
    ck_assert_uint_eq(nnblas_trainer_seed(t), UINT64_MAX - 21);
    ck_assert_double_eq(nnblas_trainer_desired_cost(t), 0.22);
    ck_assert_double_eq(nnblas_trainer_time_limit(t), 0.23);
    ck_assert_double_eq(nnblas_trainer_validation_fraction(t), 0.24);
    ck_assert_uint_eq(nnblas_trainer_patience(t), 25);
    ck_assert_double_eq(nnblas_trainer_tolerance(t), 0.26);
    ck_assert_uint_eq(nnblas_trainer_history_limit(t), 27);
    ck_assert_double_eq(nnblas_trainer_checkpoint_interval(t), 0.28);
    free_training(&s);
}
END_TEST

START_TEST(pointers_come_back) {
    training s = make_training(NNBLAS_GRADIENT_DESCENT, 0.1, 7);
    nnblas_trainer *t = s.trainer;
    static const double X[2 * (INPUTS + 1)], Y[2 * (OUTPUTS + 2)], WEIGHTS[2] = {1.0, 2.0};
    char path[] = "a path";
    int users[2];
    ck_assert_ok(nnblas_trainer_set_sample_weights(t, s.p.X));
    ck_assert_ok(nnblas_trainer_set_validation_rows(t, 2, X, INPUTS + 1, Y, OUTPUTS + 2));
    ck_assert_ok(nnblas_trainer_set_validation_weights(t, WEIGHTS));
    ck_assert_ok(nnblas_trainer_set_callback(t, go_on, &users[0]));
    ck_assert_ok(nnblas_trainer_set_epoch_callback(t, go_on_too, &users[1]));
    ck_assert_ok(nnblas_trainer_set_checkpoint(t, path, 9));
    path[0] = 'x';
    const double *given_X, *given_Y;
    size_t rows, ldx, ldy, epochs;
    nnblas_callback *callback;
    nnblas_epoch_callback *epoch_callback;
    void *user;
    ck_assert_ptr_eq(nnblas_trainer_sample_weights(t), s.p.X);
    ck_assert_ok(nnblas_trainer_validation_rows(t, &rows, &given_X, &ldx, &given_Y, &ldy));
    ck_assert(rows == 2 && given_X == X && given_Y == Y && ldx == INPUTS + 1 && ldy == OUTPUTS + 2);
    ck_assert_ptr_eq(nnblas_trainer_validation_weights(t), WEIGHTS);
    ck_assert_ok(nnblas_trainer_callback(t, &callback, &user));
    ck_assert(callback == go_on && user == &users[0]);
    ck_assert_ok(nnblas_trainer_epoch_callback(t, &epoch_callback, &user));
    ck_assert(epoch_callback == go_on_too && user == &users[1]);
    ck_assert_str_eq(nnblas_trainer_checkpoint(t, &epochs), "a path");
    ck_assert_uint_eq(epochs, 9);
    ck_assert_ok(nnblas_trainer_set_checkpoint(t, NULL, 9));
    ck_assert_ptr_null(nnblas_trainer_checkpoint(t, &epochs));
    ck_assert_uint_eq(epochs, 0);
    free_training(&s);
}
END_TEST

START_TEST(outputs_may_be_null) {
    training s = make_training(NNBLAS_GRADIENT_DESCENT, 0.1, 7);
    ck_assert_ok(nnblas_trainer_adam(s.trainer, NULL, NULL, NULL));
    ck_assert_ok(nnblas_trainer_lbfgs(s.trainer, NULL, NULL));
    ck_assert_ok(nnblas_trainer_levenberg_marquardt(s.trainer, NULL, NULL));
    ck_assert_ok(nnblas_trainer_validation_rows(s.trainer, NULL, NULL, NULL, NULL, NULL));
    ck_assert_ok(nnblas_trainer_callback(s.trainer, NULL, NULL));
    ck_assert_ok(nnblas_trainer_epoch_callback(s.trainer, NULL, NULL));
    ck_assert_ptr_null(nnblas_trainer_checkpoint(s.trainer, NULL));
    free_training(&s);
}
END_TEST

START_TEST(a_null_trainer_has_no_settings) {
    double number = 7.0;
    size_t size = 7;
    ck_assert_ptr_null(nnblas_trainer_net(NULL));
    ck_assert_str_eq(nnblas_error_message(), "trainer is null");
    ck_assert_double_eq(nnblas_trainer_learning_rate(NULL), 0.0);
    ck_assert_uint_eq(nnblas_trainer_epochs(NULL), 0);
    ck_assert_ptr_null(nnblas_trainer_sample_weights(NULL));
    ck_assert_int_eq(nnblas_trainer_adam(NULL, &number, &number, &number), NNBLAS_ERROR_NULL);
    ck_assert_int_eq(nnblas_trainer_lbfgs(NULL, &size, &number), NNBLAS_ERROR_NULL);
    ck_assert_int_eq(nnblas_trainer_levenberg_marquardt(NULL, &number, &number), NNBLAS_ERROR_NULL);
    ck_assert_int_eq(nnblas_trainer_validation_rows(NULL, &size, NULL, &size, NULL, &size),
                     NNBLAS_ERROR_NULL);
    ck_assert_int_eq(nnblas_trainer_callback(NULL, NULL, NULL), NNBLAS_ERROR_NULL);
    ck_assert_int_eq(nnblas_trainer_epoch_callback(NULL, NULL, NULL), NNBLAS_ERROR_NULL);
    ck_assert_int_eq(nnblas_trainer_set_epoch_callback(NULL, go_on_too, NULL), NNBLAS_ERROR_NULL);
    ck_assert_ptr_null(nnblas_trainer_checkpoint(NULL, &size));
    ck_assert(number == 7.0 && size == 7);
}
END_TEST

int main(void) {
    const TTest *const tests[] = {
        the_defaults_are_those_of_the_header,
        numbers_come_back,
        pointers_come_back,
        outputs_may_be_null,
        a_null_trainer_has_no_settings,
    };
    return run_tests("getters", tests, sizeof tests / sizeof *tests);
}
