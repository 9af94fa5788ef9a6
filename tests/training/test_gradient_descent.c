/* SPDX-License-Identifier: BSD-3-Clause */
/* Gradient descent beside the reference, on rows of each size, and on xor. */
#include "support/small_training.h"

#include <math.h>

/* Parameters that follow the reference for some epochs. */
static void check_descent(training *s, double rate, size_t epochs) {
    problem p = s->p;
    p.kind.flags = NNBLAS_BIAS;
    p.parameter_count = PARAMETERS;
    double parameters[PARAMETERS], gradient[PARAMETERS];
    keep_parameters(s, parameters);
    p.parameters = parameters;
    ck_assert_ok(fit(s));
    for (size_t epoch = 0; epoch < epochs; epoch++) {
        double cost = compute_reference(&p, gradient, NULL);
        const nnblas_epoch e = get_epoch(s->trainer, epoch);
        ck_assert_close(1, &cost, &e.cost);
        for (size_t i = 0; i < PARAMETERS; i++)
            parameters[i] -= rate * gradient[i];
    }
    ck_assert_close(PARAMETERS, parameters, get_parameters(s));
}

START_TEST(fit_is_steps_of_the_gradient) {
    training s = make_training(NNBLAS_GRADIENT_DESCENT, 0.8, 20);
    check_descent(&s, 0.8, 20);
    free_training(&s);
}
END_TEST

/* Inputs so large that no bound shows the weights to stay finite: each step is then looked at. */
START_TEST(fit_trains_on_huge_inputs) {
    training s = make_training(NNBLAS_GRADIENT_DESCENT, 1e-130, 3);
    for (size_t i = 0; i < N; i++)
        s.p.X[i * s.p.ldx] *= 1e120;
    check_descent(&s, 1e-130, 3);
    free_training(&s);
}
END_TEST

/* Xor, which no network without a hidden layer can learn. The third input is 1: a bias. */
START_TEST(xor_is_learnt) {
    static const double X[] = {0, 0, 1, 0, 1, 1, 1, 0, 1, 1, 1, 1}, Y[] = {0, 1, 1, 0};
    nnblas_net *net;
    nnblas_trainer *trainer;
    ck_assert_ok(nnblas_net_create((size_t[]){3, 6, 1}, 3, 0, &net));
    ck_assert_ok(nnblas_trainer_create(net, &trainer));
    ck_assert_ok(nnblas_trainer_set_learning_rate(trainer, 2.0));
    ck_assert_ok(nnblas_trainer_set_epochs(trainer, 20000));
    ck_assert_ok(nnblas_trainer_fit(trainer, 4, X, 3, Y, 1));
    double O_out[4];
    ck_assert_ok(nnblas_net_predict(net, 4, X, 3, O_out, 1));
    for (size_t i = 0; i < 4; i++)
        ck_assert_double_le(fabs(O_out[i] - Y[i]), 0.1);
    nnblas_trainer_destroy(trainer);
    nnblas_net_destroy(net);
}
END_TEST

int main(void) {
    const TTest *const tests[] = {
        fit_is_steps_of_the_gradient,
        fit_trains_on_huge_inputs,
        xor_is_learnt,
    };
    return run_tests("gradient_descent", tests, sizeof tests / sizeof *tests);
}
