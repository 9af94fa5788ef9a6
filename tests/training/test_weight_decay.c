/* SPDX-License-Identifier: BSD-3-Clause */
/* The weight decay beside the reference: what is lowered is the cost and half the decay times the
 * squares of the weights, and not of the biases. */
#include "support/support.h"
#include "training/optimizer.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static const double DECAY = 0.03, RATE = 0.4, MOMENTUM = 0.5;

/* ---- whole gradients ------------------------------------------------------------------------- */

/* The reference's gradient with the decay's. */
static double add_up_gradient(const problem *p, double *gradient) {
    double cost = compute_reference(p, gradient, NULL);
    size_t i = 0;
    for (size_t l = 1; l < p->n_sizes; l++) {
        size_t weights = get_fan_in(p, l) * p->sizes[l], all = count_layer_parameters(p, l);
        for (size_t j = 0; j < weights; j++)
            gradient[i + j] += DECAY * p->parameters[i + j];
        i += all;
    }
    return cost;
}

/* Leaves the parameters of the reference in p. */
static void check_descent(problem *p, nnblas_optimizer optimizer) {
    enum { EPOCHS = 12 };
    double momentum = optimizer == NNBLAS_MOMENTUM ? MOMENTUM : 0.0;
    double *gradient = allocate_doubles(p->parameter_count),
           *v = allocate_doubles(p->parameter_count);
    nnblas_net *net = make_net(p);
    nnblas_trainer *trainer;
    ck_assert_ok(nnblas_trainer_create(net, &trainer));
    ck_assert_ok(nnblas_trainer_set_optimizer(trainer, optimizer));
    ck_assert_ok(nnblas_trainer_set_momentum(trainer, MOMENTUM));
    ck_assert_ok(nnblas_trainer_set_learning_rate(trainer, RATE));
    ck_assert_ok(nnblas_trainer_set_weight_decay(trainer, DECAY));
    ck_assert_ok(nnblas_trainer_set_sample_weights(trainer, p->weights));
    ck_assert_ok(nnblas_trainer_set_epochs(trainer, EPOCHS));
    ck_assert_ok(nnblas_trainer_fit(trainer, p->N, p->X, p->ldx, p->Y, p->ldy));
    fill(p->parameter_count, v, 0.0);
    for (size_t epoch = 0; epoch < EPOCHS; epoch++) {
        double cost = add_up_gradient(p, gradient);
        ck_assert_double_eq_tol(get_epoch(trainer, epoch).cost, cost, 1e-12);
        for (size_t i = 0; i < p->parameter_count; i++) {
            v[i] = momentum * v[i] - RATE * gradient[i];
            p->parameters[i] += v[i];
        }
    }
    check_layers(p, p->parameters, nnblas_net_parameters(net));
    nnblas_trainer_destroy(trainer);
    nnblas_net_destroy(net);
    free(gradient);
    free(v);
}

START_TEST(steps_are_those_of_the_reference) {
    static const size_t SIZES[] = {4, 6, 5, 2};
    static const nnblas_optimizer OPTIMIZERS[] = {NNBLAS_GRADIENT_DESCENT, NNBLAS_MOMENTUM};
    dice d = {81};
    for (size_t i = 0; i < 2; i++)
        for (unsigned f = 0; f < 4; f++)
            for (int is_weighted = 0; is_weighted < 2; is_weighted++) {
                const kind k = {.hidden = NNBLAS_TANH,
                                .flags = f % 2 * NNBLAS_BIAS + f / 2 * NNBLAS_SKIP};
                problem p = make_problem_of(&d, k, 37, SIZES, 4, 1);
                if (is_weighted)
                    weigh_rows(&d, &p);
                check_descent(&p, OPTIMIZERS[i]);
                free_problem(&p);
            }
}
END_TEST

/* ---- the decay alone ------------------------------------------------------------------------- */

/* Weights and a bias whose cost is 0 from the first to the last step: inputs of 0, and the bias for
 * a label. */
typedef struct still {
    nnblas_net *net;
    nnblas_trainer *trainer;
    double X[3 * 2], Y[3];
} still;

static still make_still(double rate, double decay) {
    still s = {.Y = {2.0, 2.0, 2.0}};
    ck_assert_ok(nnblas_net_create((size_t[]){2, 1}, 2, NNBLAS_BIAS, &s.net));
    ck_assert_ok(nnblas_net_set_output(s.net, NNBLAS_IDENTITY, NNBLAS_MSE));
    ck_assert_ok(nnblas_trainer_create(s.net, &s.trainer));
    ck_assert_ok(nnblas_trainer_set_learning_rate(s.trainer, rate));
    ck_assert_ok(nnblas_trainer_set_weight_decay(s.trainer, decay));
    memcpy(nnblas_net_parameters(s.net), (double[]){1.0, -4.0, 2.0}, 3 * sizeof(double));
    return s;
}

static nnblas_status fit_still(const still *s) {
    return nnblas_trainer_fit(s->trainer, 3, s->X, 2, s->Y, 1);
}

static void check_parameters(const still *s, double shrunk_to) {
    const double *W = nnblas_net_parameters(s->net);
    ck_assert_double_eq_tol(W[0], shrunk_to, 1e-14);
    ck_assert_double_eq_tol(W[1], -4.0 * shrunk_to, 1e-14);
    ck_assert_double_eq(W[2], 2.0);
}

static void free_still(still *s) {
    nnblas_trainer_destroy(s->trainer);
    nnblas_net_destroy(s->net);
}

/* Each step multiplies the weights by 1 - rate decay, whatever its batch is. */
static void check_shrinking(size_t batch, size_t steps, double decay) {
    still s = make_still(0.5, decay);
    ck_assert_ok(nnblas_trainer_set_batch_size(s.trainer, batch));
    ck_assert_ok(nnblas_trainer_set_epochs(s.trainer, 4));
    ck_assert_ok(fit_still(&s));
    check_parameters(&s, pow(1.0 - 0.5 * decay, (double)(4 * steps)));
    ck_assert_double_eq(get_epoch(s.trainer, 3).cost, 0.0);
    free_still(&s);
}

START_TEST(each_step_shrinks_the_weights) {
    static const double DECAYS[] = {0x1p-1074, 0.1, 1.0};
    for (size_t i = 0; i < 3; i++) {
        check_shrinking(0, 1, DECAYS[i]);
        check_shrinking(1, 3, DECAYS[i]);
        check_shrinking(2, 2, DECAYS[i]);
    }
}
END_TEST

/* The first step of each optimizer, whose gradient is the decay's alone. */
START_TEST(every_optimizer_decays_weights_and_no_bias) {
    static const double LOW_RATE = 0.01, HIGH_DECAY = 0.5;
    static const double W_after[] = {
        [NNBLAS_GRADIENT_DESCENT] = 1.0 - 0.01 * 0.5,
        [NNBLAS_MOMENTUM] = 1.0 - 0.01 * 0.5,
        [NNBLAS_NESTEROV] = 1.0 - (1.0 + 0.9) * 0.01 * 0.5,
        [NNBLAS_RPROP] = 1.0 - 0.001,
        [NNBLAS_ADAM] = 1.0 - 0.01,
    };
    for (nnblas_optimizer optimizer = 0; optimizer <= NNBLAS_ADAM; optimizer++) {
        still s = make_still(LOW_RATE, HIGH_DECAY);
        ck_assert_ok(nnblas_trainer_set_optimizer(s.trainer, optimizer));
        ck_assert_ok(nnblas_trainer_set_epochs(s.trainer, 1));
        ck_assert_ok(fit_still(&s));
        ck_assert_double_eq_tol(nnblas_net_parameters(s.net)[0], W_after[optimizer], 1e-9);
        ck_assert_double_eq(nnblas_net_parameters(s.net)[2], 2.0);
        free_still(&s);
    }
}
END_TEST

/* Large enough for several threads, whose shares of the parameters end within layers. */
static void step_with_threads(int threads, nnblas_optimizer optimizer, size_t count, double *W) {
    const nn_layer layers[] = {{.inputs = 1000, .outputs = 301, .has_bias = true},
                               {.inputs = 301, .outputs = 1501, .has_bias = true}};
    const nn_settings settings = {.optimizer = optimizer,
                                  .learning_rate = RATE,
                                  .momentum = MOMENTUM,
                                  .beta1 = 0.9,
                                  .beta2 = 0.999,
                                  .epsilon = 1e-8,
                                  .weight_decay = DECAY};
    double *gradient = allocate_doubles(count);
    dice d = {82};
    fill(count, W, 1.0);
    for (size_t i = 0; i < count; i++)
        gradient[i] = roll_uniform(&d, -1.0, 1.0);
    nn_optimizer o;
    ck_assert_ok(nnblas_set_threads(threads));
    ck_assert_ok(nn_optimizer_open(&o, &settings, layers, 2, SIZE_MAX));
    ck_assert_uint_eq(o.count, count);
    for (int step = 0; step < 3; step++)
        nn_optimizer_step(&o, RATE, gradient, W);
    nn_optimizer_close(&o);
    free(gradient);
}

START_TEST(threads_share_the_decay) {
    enum { COUNT = 1001 * 301 + 302 * 1501 };
    double *one = allocate_doubles(COUNT), *many = allocate_doubles(COUNT);
    for (nnblas_optimizer optimizer = 0; optimizer <= NNBLAS_ADAM; optimizer++) {
        step_with_threads(1, optimizer, COUNT, one);
        for (int threads = 2; threads <= 5; threads++) {
            step_with_threads(threads, optimizer, COUNT, many);
            ck_assert(memcmp(one, many, COUNT * sizeof *one) == 0);
        }
    }
    ck_assert_ok(nnblas_set_threads(0));
    free(one);
    free(many);
}
END_TEST

/* The gradient is 0, the rate far from the end of a double, and the decay alone too large. */
START_TEST(a_decay_that_overflows_takes_no_step) {
    still s = make_still(1e80, 1e250);
    ck_assert_int_eq(fit_still(&s), NNBLAS_ERROR_NOT_FINITE);
    ck_assert_str_eq(nnblas_error_message(), "the step overflows: weight_decay 1e+250 or "
                                             "learning_rate 1e+80 is too large");
    check_parameters(&s, 1.0);
    ck_assert_uint_eq(nnblas_trainer_history_count(s.trainer), 0);
    free_still(&s);
}
END_TEST

/* Of a usual size, it is not to blame where the rate is beyond all size. */
START_TEST(a_rate_that_diverges_is_named) {
    still s = make_still(1e60, 1.0);
    ck_assert_ok(nnblas_trainer_set_epochs(s.trainer, 100));
    ck_assert_int_eq(fit_still(&s), NNBLAS_ERROR_NOT_FINITE);
    ck_assert_str_eq(nnblas_error_message(),
                     "the step overflows in epoch 6: the learning rate 1e+60 may be too large");
    free_still(&s);
}
END_TEST

/* Each step multiplies the weights by -1e60. */
START_TEST(a_decay_that_diverges_is_named) {
    still s = make_still(1.0, 1e60);
    ck_assert_ok(nnblas_trainer_set_epochs(s.trainer, 100));
    ck_assert_int_eq(fit_still(&s), NNBLAS_ERROR_NOT_FINITE);
    ck_assert_str_eq(nnblas_error_message(), "the step overflows in epoch 6: weight_decay 1e+60 or "
                                             "the learning rate 1 may be too large");
    free_still(&s);
}
END_TEST

/* ---- where it ends --------------------------------------------------------------------------- */

/* One weight has its minimum at sum x y / (sum x^2 + N decay), and the bias, of centred rows, at
 * the mean. */
START_TEST(the_end_is_that_of_ridge_regression) {
    enum { ROWS = 5 };
    static const double X[ROWS] = {-2, -1, 0, 1, 2}, Y[ROWS] = {1, 0, 4, 2, 8};
    static const nnblas_optimizer OPTIMIZERS[] = {NNBLAS_GRADIENT_DESCENT, NNBLAS_LBFGS,
                                                  NNBLAS_LEVENBERG_MARQUARDT};
    for (size_t i = 0; i < 3; i++) {
        nnblas_net *net;
        nnblas_trainer *trainer;
        ck_assert_ok(nnblas_net_create((size_t[]){1, 1}, 2, NNBLAS_BIAS, &net));
        ck_assert_ok(nnblas_net_set_output(net, NNBLAS_IDENTITY, NNBLAS_MSE));
        ck_assert_ok(nnblas_trainer_create(net, &trainer));
        ck_assert_ok(nnblas_trainer_set_learning_rate(trainer, 0.2));
        ck_assert_ok(nnblas_trainer_set_weight_decay(trainer, 0.5));
        /* Without the library that it needs, it stays gradient descent. */
        nnblas_trainer_set_optimizer(trainer, OPTIMIZERS[i]);
        ck_assert_int_ge(nnblas_trainer_fit(trainer, ROWS, X, 1, Y, 1), 0);
        ck_assert_double_eq_tol(nnblas_net_parameters(net)[0], 16.0 / (10.0 + ROWS * 0.5), 1e-9);
        ck_assert_double_eq_tol(nnblas_net_parameters(net)[1], 3.0, 1e-9);
        nnblas_trainer_destroy(trainer);
        nnblas_net_destroy(net);
    }
}
END_TEST

int main(void) {
    const TTest *const tests[] = {
        steps_are_those_of_the_reference,
        each_step_shrinks_the_weights,
        every_optimizer_decays_weights_and_no_bias,
        threads_share_the_decay,
        a_decay_that_overflows_takes_no_step,
        a_decay_that_diverges_is_named,
        a_rate_that_diverges_is_named,
        the_end_is_that_of_ridge_regression,
    };
    return run_tests("weight_decay", tests, sizeof tests / sizeof *tests);
}
