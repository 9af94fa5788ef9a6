/* SPDX-License-Identifier: BSD-3-Clause */
/* L1: each step is that of its formula, and training ends where no weight can lower the cost with
 * its term; those that are not worth it are 0 exactly. */
#include "support/support.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { INPUTS = 8, OUTPUTS = 2, N = 60, WEIGHTS = INPUTS * OUTPUTS, ALL = WEIGHTS + OUTPUTS };

static const double L1 = 0.03, DECAY = 0.02;

/* Linear outputs of which half of the inputs have no part, and noise. */
static problem make_rows(void) {
    dice d = {31};
    const kind linear = {.output = NNBLAS_IDENTITY, .flags = NNBLAS_BIAS};
    problem p = make_problem_of(&d, linear, N, (size_t[]){INPUTS, OUTPUTS}, 2, 0);
    for (size_t e = 0; e < N; e++)
        for (size_t k = 0; k < OUTPUTS; k++) {
            const double *x = p.X + e * INPUTS;
            p.Y[e * OUTPUTS + k] =
                3.0 + 2.0 * x[k] - 1.5 * x[2] + 0.5 * x[3] + roll_uniform(&d, -0.1, 0.1);
        }
    return p;
}

typedef struct trained {
    nnblas_net *net;
    nnblas_trainer *trainer;
} trained;

static trained begin(const problem *p, nnblas_optimizer optimizer, double rate, size_t epochs) {
    trained t = {.net = make_net(p)};
    ck_assert_ok(nnblas_trainer_create(t.net, &t.trainer));
    ck_assert_ok(nnblas_trainer_set_optimizer(t.trainer, optimizer));
    ck_assert_ok(nnblas_trainer_set_learning_rate(t.trainer, rate));
    ck_assert_ok(nnblas_trainer_set_epochs(t.trainer, epochs));
    ck_assert_ok(nnblas_trainer_set_weight_decay(t.trainer, DECAY));
    ck_assert_ok(nnblas_trainer_set_l1(t.trainer, L1));
    return t;
}

static void end(trained *t) {
    nnblas_trainer_destroy(t->trainer);
    nnblas_net_destroy(t->net);
}

static void get_gradient(const problem *p, nnblas_net *net, double *gradient) {
    const double *W = nnblas_net_const_parameters(net);
    ck_assert_ok(nnblas_net_gradient(net, N, p->X, p->ldx, p->Y, p->ldy, gradient, NULL));
    for (size_t i = 0; i < WEIGHTS; i++)
        gradient[i] += DECAY * W[i];
}

/* ---- steps ----------------------------------------------------------------------------------- */

/* The number nearest to a among those that are at most t from it, and of these the nearest to 0. */
static double draw_to_0(double a, double t) {
    return copysign(fmax(fabs(a) - t, 0.0), a);
}

/* x: the weights; of Nesterov behind those of the network by m v. */
typedef struct state {
    double x[ALL], before[ALL], moment[ALL], second[ALL], step[ALL];
} state;

static double get_sign(double a) {
    return a > 0.0 ? 1.0 : a < 0.0 ? -1.0 : 0.0;
}

static void take_rprop_step(state *s, double l1, double g, size_t i, double *w) {
    double side = get_sign(*w);
    double slope = side == 0.0 ? draw_to_0(g, l1) : g + l1 * side;
    double agreement = slope * s->moment[i];
    if (agreement > 0.0)
        s->step[i] = fmin(1.2 * s->step[i], 50.0);
    if (agreement < 0.0) {
        s->step[i] = fmax(0.5 * s->step[i], 1e-6);
        slope = 0.0;
    }
    s->moment[i] = slope;
    double next = *w - get_sign(slope) * s->step[i];
    bool passes_0 = l1 > 0.0 && side != 0.0 && get_sign(next) == -side;
    *w = passes_0 ? 0.0 : next;
}

/* W: the parameters of the network, before the step and after it. */
static void take_step(nnblas_optimizer optimizer, double rate, size_t t, const double *g, state *s,
                      double *W) {
    for (size_t i = 0; i < ALL; i++) {
        double l1 = i < WEIGHTS ? L1 : 0.0, x = s->x[i], unit;
        switch (optimizer) {
        case NNBLAS_GRADIENT_DESCENT:
            W[i] = draw_to_0(W[i] - rate * g[i], rate * l1);
            break;
        case NNBLAS_MOMENTUM:
            s->x[i] = draw_to_0(x - rate * g[i] + 0.9 * (x - s->before[i]), rate * l1);
            W[i] = s->x[i];
            break;
        case NNBLAS_NESTEROV:
            s->x[i] = draw_to_0(W[i] - rate * g[i], rate * l1);
            W[i] = s->x[i] + 0.9 * (s->x[i] - x);
            break;
        case NNBLAS_ADAM:
            s->moment[i] = 0.9 * s->moment[i] + 0.1 * g[i];
            s->second[i] = 0.999 * s->second[i] + 0.001 * g[i] * g[i];
            unit = rate / (1.0 - pow(0.9, (double)t)) /
                   (sqrt(s->second[i] / (1.0 - pow(0.999, (double)t))) + 1e-8);
            W[i] = draw_to_0(W[i] - unit * s->moment[i], unit * l1);
            break;
        default:
            take_rprop_step(s, l1, g[i], i, &W[i]);
        }
        s->before[i] = x;
    }
}

static void check_steps(nnblas_optimizer optimizer, double rate) {
    enum { EPOCHS = 40 };
    problem p = make_rows();
    trained t = begin(&p, optimizer, rate, EPOCHS);
    nnblas_net *plain = make_net(&p);
    double gradient[ALL], *W = nnblas_net_parameters(plain);
    state s = {.moment = {0.0}};
    memcpy(s.x, W, sizeof s.x);
    memcpy(s.before, W, sizeof s.before);
    fill(ALL, s.step, rate / 10.0);
    ck_assert_ok(nnblas_trainer_fit(t.trainer, N, p.X, p.ldx, p.Y, p.ldy));
    for (size_t epoch = 1; epoch <= EPOCHS; epoch++) {
        get_gradient(&p, plain, gradient);
        take_step(optimizer, rate, epoch, gradient, &s, W);
    }
    double difference = get_difference(ALL, W, nnblas_net_parameters(t.net));
    ck_assert_msg(difference <= 1e-11, "optimizer %d is off by %g", optimizer, difference);
    nnblas_net_destroy(plain);
    end(&t);
    free_problem(&p);
}

START_TEST(steps_follow_their_formulas) {
    static const double RATES[] = {0.3, 0.1, 0.1, 0.5, 0.05};
    for (int optimizer = NNBLAS_GRADIENT_DESCENT; optimizer <= NNBLAS_ADAM; optimizer++)
        check_steps((nnblas_optimizer)optimizer, RATES[optimizer]);
}
END_TEST

/* ---- the end --------------------------------------------------------------------------------- */

/* No weight can lower the sum: where it is not 0, the slopes of cost and term are opposite; where
 * it is, the cost's is not larger. A bias has no term. Returns how many weights are 0. */
static size_t check_end(nnblas_optimizer optimizer, double rate, size_t epochs, double within) {
    problem p = make_rows();
    trained t = begin(&p, optimizer, rate, epochs);
    double g[ALL];
    size_t zeros = 0;
    ck_assert_int_ge(nnblas_trainer_fit(t.trainer, N, p.X, p.ldx, p.Y, p.ldy), 0);
    const double *W = nnblas_net_const_parameters(t.net);
    get_gradient(&p, t.net, g);
    for (size_t i = 0; i < ALL; i++) {
        double l1 = i < WEIGHTS ? L1 : 0.0;
        double over = W[i] == 0.0 ? fabs(g[i]) - l1 : fabs(g[i] + copysign(l1, W[i]));
        ck_assert_msg(over <= within, "optimizer %d, parameter %zu: %g has the slope %g", optimizer,
                      i, W[i], g[i]);
        zeros += i < WEIGHTS && W[i] == 0.0;
    }
    end(&t);
    free_problem(&p);
    return zeros;
}

START_TEST(weights_that_are_not_worth_it_are_0) {
    size_t zeros = check_end(NNBLAS_GRADIENT_DESCENT, 0.5, 3000, 1e-12);
    ck_assert_uint_ge(zeros, 4);
    ck_assert_uint_le(zeros, WEIGHTS - 6);
    ck_assert_uint_eq(check_end(NNBLAS_MOMENTUM, 0.1, 3000, 1e-12), zeros);
    ck_assert_uint_eq(check_end(NNBLAS_NESTEROV, 0.1, 3000, 1e-12), zeros);
    ck_assert_uint_eq(check_end(NNBLAS_RPROP, 0.5, 3000, 1e-4), zeros);
    ck_assert_uint_eq(check_end(NNBLAS_ADAM, 0.01, 8000, 1e-4), zeros);
}
END_TEST

/* Where the term is larger than any slope, nothing but the biases is left, at the means. */
START_TEST(a_large_term_leaves_the_biases) {
    problem p = make_rows();
    trained t = begin(&p, NNBLAS_GRADIENT_DESCENT, 0.5, 200);
    ck_assert_ok(nnblas_trainer_set_l1(t.trainer, 100.0));
    ck_assert_ok(nnblas_trainer_set_weight_decay(t.trainer, 0.0));
    ck_assert_ok(nnblas_trainer_fit(t.trainer, N, p.X, p.ldx, p.Y, p.ldy));
    ck_assert(holds_only(WEIGHTS, nnblas_net_parameters(t.net), 0.0));
    for (size_t k = 0; k < OUTPUTS; k++) {
        double sum = 0.0;
        for (size_t e = 0; e < N; e++)
            sum += p.Y[e * OUTPUTS + k];
        ck_assert_double_eq_tol(nnblas_net_bias(t.net, 1)[k], sum / N, 1e-12);
    }
    end(&t);
    free_problem(&p);
}
END_TEST

/* A threshold that overflows makes zeros, and no NaN. */
START_TEST(the_largest_term_overflows_nothing) {
    problem p = make_rows();
    for (int optimizer = NNBLAS_GRADIENT_DESCENT; optimizer <= NNBLAS_ADAM; optimizer++) {
        trained t = begin(&p, (nnblas_optimizer)optimizer, 10.0, 3);
        ck_assert_ok(nnblas_trainer_set_l1(t.trainer, 1.7e308));
        nnblas_status status = nnblas_trainer_fit(t.trainer, N, p.X, p.ldx, p.Y, p.ldy);
        ck_assert(status >= 0 || strstr(nnblas_error_message(), "l1 1.7e+308 or "));
        ck_assert(are_finite(ALL, nnblas_net_parameters(t.net)));
        end(&t);
    }
    free_problem(&p);
}
END_TEST

START_TEST(lbfgs_refuses_l1) {
    if (!nnblas_has(NNBLAS_FEATURE_LBFGS))
        return;
    problem p = make_rows();
    trained t = begin(&p, NNBLAS_LBFGS, 0.5, 20);
    ck_assert_int_eq(nnblas_trainer_fit(t.trainer, N, p.X, p.ldx, p.Y, p.ldy), NNBLAS_ERROR_VALUE);
    ck_assert_ptr_nonnull(strstr(nnblas_error_message(), "l1 is 0.03; this optimizer needs"));
    ck_assert_ok(nnblas_trainer_set_l1(t.trainer, 0.0));
    ck_assert_int_ge(nnblas_trainer_fit(t.trainer, N, p.X, p.ldx, p.Y, p.ldy), 0);
    end(&t);
    free_problem(&p);
}
END_TEST

int main(void) {
    const TTest *const tests[] = {
        steps_follow_their_formulas,
        weights_that_are_not_worth_it_are_0,
        a_large_term_leaves_the_biases,
        the_largest_term_overflows_nothing,
        lbfgs_refuses_l1,
    };
    return run_tests("l1", tests, sizeof tests / sizeof *tests);
}
