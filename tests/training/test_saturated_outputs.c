/* SPDX-License-Identifier: BSD-3-Clause */
/* Outputs that round to 0 or 1: the cross-entropy still says how wrong they are, and training goes
 * on from there. */
#include "support/support.h"

#include <float.h>
#include <math.h>

static const double INPUTS[] = {20.0, 40.0, 100.0, 700.0, 1e4, 1e300};
enum { N_INPUTS = sizeof INPUTS / sizeof *INPUTS };

/* A network whose one row x = 1 gives the input z to the first of its outputs, and 0 to the second
 * of a softmax. */
static nnblas_net *make_saturated_net(nnblas_activation output, double z) {
    const size_t sizes[] = {1, output == NNBLAS_SOFTMAX ? 2 : 1};
    nnblas_net *net;
    ck_assert_ok(nnblas_net_create(sizes, 2, 0, &net));
    ck_assert_ok(nnblas_net_set_output(net, output, NNBLAS_CROSS_ENTROPY));
    double *W = nnblas_net_parameters(net);
    W[0] = z;
    if (output == NNBLAS_SOFTMAX)
        W[1] = 0.0;
    return net;
}

static void check_cost(nnblas_activation output, double z, double y) {
    const double X = 1.0, Y[] = {y, 1.0 - y}, WEIGHT = 3.0;
    size_t outputs = output == NNBLAS_SOFTMAX ? 2 : 1;
    /* How far z is on the wrong side. */
    long double wrong = (long double)(y == 1.0 ? -z : z);
    long double common = log1pl(expl(-fabsl(wrong))), cost = common + fmaxl(wrong, 0.0L);
    long double delta = (y == 1.0 ? -1.0L : 1.0L) / (1.0L + expl(-wrong));
    double found, gradient[2], weighted;
    nnblas_net *net = make_saturated_net(output, z);
    ck_assert_ok(nnblas_net_evaluate(net, 1, &X, 1, Y, outputs, &found));
    ck_assert_double_eq_tol(found, (double)cost, 4.0 * DBL_EPSILON * (double)cost + DBL_TRUE_MIN);
    ck_assert_ok(nnblas_net_gradient(net, 1, &X, 1, Y, outputs, gradient, &weighted));
    ck_assert_double_eq(weighted, found);
    ck_assert_double_eq_tol(gradient[0], (double)delta,
                            4.0 * DBL_EPSILON * fabs((double)delta) + DBL_TRUE_MIN);
    ck_assert_ok(nnblas_net_evaluate_weighted(net, 1, &X, 1, Y, outputs, &WEIGHT, &weighted));
    ck_assert_double_eq_tol(weighted, found, 2.0 * DBL_EPSILON * found + DBL_TRUE_MIN);
    nnblas_net_destroy(net);
}

START_TEST(costs_of_saturated_outputs_are_exact) {
    for (size_t i = 0; i < N_INPUTS; i++)
        for (double y = 0.0; y <= 1.0; y += 1.0) {
            check_cost(NNBLAS_SIGMOID, INPUTS[i], y);
            check_cost(NNBLAS_SIGMOID, -INPUTS[i], y);
            check_cost(NNBLAS_SOFTMAX, INPUTS[i], y);
            check_cost(NNBLAS_SOFTMAX, -INPUTS[i], y);
        }
}
END_TEST

/* The label is the other one: each step goes on towards it. */
static void train_from(nnblas_activation output, nnblas_optimizer optimizer, double z) {
    const double X = 1.0, Y[] = {0.0, 1.0};
    size_t outputs = output == NNBLAS_SOFTMAX ? 2 : 1;
    double cost, gradient[2];
    nnblas_net *net = make_saturated_net(output, z);
    nnblas_trainer *trainer;
    ck_assert_ok(nnblas_trainer_create(net, &trainer));
    ck_assert_ok(nnblas_trainer_set_learning_rate(trainer, 2.0));
    ck_assert_ok(nnblas_trainer_set_epochs(trainer, 200));
    if (nnblas_trainer_set_optimizer(trainer, optimizer) == NNBLAS_OK) {
        nnblas_status status = nnblas_trainer_fit(trainer, 1, &X, 1, Y, outputs);
        ck_assert_int_ge(status, 0);
        ck_assert_ok(nnblas_net_gradient(net, 1, &X, 1, Y, outputs, gradient, &cost));
        ck_assert_msg(cost < 0.05 && fabs(gradient[0]) < 0.05,
                      "from z = %g the training ends with status %d at the cost %g", z, (int)status,
                      cost);
    }
    nnblas_trainer_destroy(trainer);
    nnblas_net_destroy(net);
}

START_TEST(training_goes_on_from_saturated_outputs) {
    static const double FROM[] = {20.0, 40.0, 100.0};
    static const nnblas_activation OUTPUTS[] = {NNBLAS_SIGMOID, NNBLAS_SOFTMAX};
    for (size_t i = 0; i < sizeof FROM / sizeof *FROM; i++)
        for (size_t o = 0; o < sizeof OUTPUTS / sizeof *OUTPUTS; o++) {
            train_from(OUTPUTS[o], NNBLAS_GRADIENT_DESCENT, FROM[i]);
            train_from(OUTPUTS[o], NNBLAS_LBFGS, FROM[i]);
        }
}
END_TEST

int main(void) {
    const TTest *const tests[] = {
        costs_of_saturated_outputs_are_exact,
        training_goes_on_from_saturated_outputs,
    };
    return run_tests("saturated_outputs", tests, sizeof tests / sizeof *tests);
}
