/* SPDX-License-Identifier: BSD-3-Clause */
/* The bounds that let a step do without a check: no number may exceed its bound. */
#include "network/network.h"
#include "support/support.h"
#include "training/optimizer.h"
#include "training/overflow_bounds.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static double find_largest(size_t n, const double *a) {
    double largest = 0.0;
    for (size_t i = 0; i < n; i++)
        largest = fmax(largest, fabs(a[i]));
    return largest;
}

/* ---- gradients ------------------------------------------------------------------------------- */

static void scale(size_t n, double *a, double factor) {
    for (size_t i = 0; i < n; i++)
        a[i] *= factor;
}

/* Rows of few labels that all miss by as much as they can, or of random ones. */
static problem roll_problem(dice *d) {
    size_t sizes[4], n_sizes = roll_between(d, 2, 4);
    for (size_t l = 0; l < n_sizes; l++)
        sizes[l] = roll_between(d, 1, 9);
    problem p = make_problem_of(d, roll_kind(d), roll_between(d, 1, 6), sizes, n_sizes, 0);
    scale(p.N * p.ldx, p.X, pow(10.0, roll_uniform(d, -3, 3)));
    scale(p.parameter_count, p.parameters, pow(10.0, roll_uniform(d, -3, 2)));
    if (p.kind.cost != NNBLAS_CROSS_ENTROPY && p.kind.cost != NNBLAS_HINGE)
        scale(p.N * p.ldy, p.Y, pow(10.0, roll_uniform(d, -3, 3)));
    if (roll_between(d, 0, 1))
        weigh_rows(d, &p);
    return p;
}

START_TEST(no_gradient_exceeds_its_bound) {
    dice d = {61};
    double nearest = (double)INFINITY;
    for (size_t i = 0; i < count_trials(10000); i++) {
        problem p = roll_problem(&d);
        nnblas_net *net = make_net(&p);
        const nn_model model = nn_net_model(net);
        const nn_rows rows = {
            .N = p.N, .X = p.X, .ldx = p.ldx, .Y = p.Y, .ldy = p.ldy, .weights = p.weights};
        double *gradient = allocate_doubles(p.parameter_count), cost;
        ck_assert_ok(p.weights
                         ? nnblas_net_gradient_weighted(net, p.N, p.X, p.ldx, p.Y, p.ldy, p.weights,
                                                        gradient, &cost)
                         : nnblas_net_gradient(net, p.N, p.X, p.ldx, p.Y, p.ldy, gradient, &cost));
        nn_overflow_bounds bounds = nn_bound_rows(&model, &rows);
        bounds.parameters = nn_bound_parameters(p.parameter_count, p.parameters);
        double bound = nn_bound_gradient(&model, &bounds);
        double largest = find_largest(p.parameter_count, gradient);
        if (!(largest <= bound * (1.0 + 1e-12))) /* some are reached, up to rounding */
            ck_abort_msg("%g over %g: %s", largest, bound, describe_kind(p.kind));
        nearest = largest > 0.0 ? fmin(nearest, bound / largest) : nearest;
        free(gradient);
        nnblas_net_destroy(net);
        free_problem(&p);
    }
    /* A bound that is always far away could lose a factor unseen. */
    ck_assert_double_lt(nearest, 20.0);
}
END_TEST

/* Inputs and weights of 1, relu units, a sigmoid output and a label that is far away: the gradient
 * is the label times the units on the widest way. The bounds are the least that hold. */
static void check_width(const size_t *sizes, size_t n_sizes, size_t width) {
    const double LABEL = -1e6;
    static double X[200], gradient[600];
    nnblas_net *net;
    ck_assert_ok(nnblas_net_create(sizes, n_sizes, 0, &net));
    ck_assert_ok(nnblas_net_set_hidden(net, NNBLAS_RELU));
    ck_assert_ok(nnblas_net_set_output(net, NNBLAS_SIGMOID, NNBLAS_CROSS_ENTROPY));
    size_t count = nnblas_net_parameter_count(net);
    fill(count, nnblas_net_parameters(net), 1.0);
    fill(sizes[0], X, 1.0);
    ck_assert_ok(nnblas_net_gradient(net, 1, X, sizes[0], &LABEL, 1, gradient, NULL));
    const nn_model model = nn_net_model(net);
    const nn_overflow_bounds bounds = {.X = 1.0, .Y = -LABEL, .parameters = 1.0};
    double largest = find_largest(count, gradient), bound = nn_bound_gradient(&model, &bounds);
    ck_assert_double_ge(largest, 0.99 * (double)width * -LABEL);
    ck_assert_double_ge(bound, largest);
    nnblas_net_destroy(net);
}

START_TEST(the_bound_grows_with_the_layers) {
    check_width((size_t[]){1, 1, 200, 1}, 4, 200); /* the deltas of 200 units meet in one */
    check_width((size_t[]){200, 1, 1}, 3, 200);    /* 200 inputs add up in one unit */
}
END_TEST

/* The softmax mixes the labels of a row: its delta is up to the sum of them. */
START_TEST(the_bound_of_softmax_grows_with_the_outputs) {
    enum { OUTPUTS = 200 };
    static double Y[OUTPUTS], gradient[OUTPUTS];
    nnblas_net *net;
    ck_assert_ok(nnblas_net_create((size_t[]){1, OUTPUTS}, 2, 0, &net));
    ck_assert_ok(nnblas_net_set_output(net, NNBLAS_SOFTMAX, NNBLAS_CROSS_ENTROPY));
    fill(OUTPUTS, nnblas_net_parameters(net), 0.0);
    nnblas_net_parameters(net)[0] = 40.0;
    fill(OUTPUTS, Y, 1.0);
    Y[0] = 0.0;
    const double X = 1.0;
    ck_assert_ok(nnblas_net_gradient(net, 1, &X, 1, Y, OUTPUTS, gradient, NULL));
    const nn_model model = nn_net_model(net);
    const nn_overflow_bounds bounds = {.X = 1.0, .Y = 1.0, .parameters = 40.0};
    ck_assert_double_ge(find_largest(OUTPUTS, gradient), 0.99 * (OUTPUTS - 1));
    ck_assert_double_ge(nn_bound_gradient(&model, &bounds), find_largest(OUTPUTS, gradient));
    nnblas_net_destroy(net);
}
END_TEST

/* Rows that are picked out of a table: the bound is that of these rows and no others. */
START_TEST(the_picked_rows_are_bounded) {
    double X[] = {1.0, 2.0, 1e30, 4.0}, Y[] = {0.5, 1e20, 0.25, -1e25};
    nnblas_net *net;
    ck_assert_ok(nnblas_net_create((size_t[]){1, 1}, 2, 0, &net));
    const nn_model model = nn_net_model(net);
    const uint32_t order[] = {3, 0};
    nn_rows rows = {.N = 2, .X = X, .ldx = 1, .Y = Y, .ldy = 1, .order = order};
    nn_overflow_bounds bounds = nn_bound_rows(&model, &rows);
    ck_assert_double_eq(bounds.X, 4.0);
    ck_assert_double_eq(bounds.Y, 1e25);
    rows.order = NULL;
    rows.N = 3;
    bounds = nn_bound_rows(&model, &rows);
    ck_assert_double_eq(bounds.X, 1e30);
    ck_assert_double_eq(bounds.Y, 1e20);
    ck_assert(!nn_is_safe(nn_bound_gradient(&model, &bounds))); /* no parameters are known yet */
    nnblas_net_destroy(net);
}
END_TEST

/* ---- steps ----------------------------------------------------------------------------------- */

enum { COUNT = 16 };

/* A gradient that keeps its sign, changes it, falls by powers of ten, or is there only now and
 * then: what drives an optimizer far. */
static void roll_gradient(dice *d, int step, double largest, double *gradient) {
    for (int i = 0; i < COUNT; i++) {
        double unit = roll_uniform(d, 0.5, 1.0);
        switch (i % 5) {
        case 0:
            gradient[i] = largest;
            break;
        case 1:
            gradient[i] = step % 2 ? unit * largest : -unit * largest;
            break;
        case 2:
            gradient[i] = largest * pow(10.0, -step);
            break;
        case 3:
            gradient[i] = step % 7 == 0 ? largest : 0.0;
            break;
        default:
            gradient[i] = unit * largest * pow(10.0, roll_uniform(d, -320, 0));
        }
    }
}

static nn_settings roll_settings(dice *d, nnblas_optimizer optimizer) {
    static const double BELOW_ONE[] = {0.0, 0.5, 0.9, 0.99, 0.999},
                        EPSILONS[] = {0x1p-1074, 1e-160, 1e-8, 1.0};
    return (nn_settings){
        .optimizer = optimizer,
        .learning_rate = pow(10.0, roll_uniform(d, -9, 3)),
        .momentum = BELOW_ONE[roll_between(d, 0, 4)],
        .beta1 = BELOW_ONE[roll_between(d, 0, 4)],
        .beta2 = BELOW_ONE[roll_between(d, 0, 4)],
        .epsilon = EPSILONS[roll_between(d, 0, 3)],
    };
}

/* Returns how near a step came to its bound. first: what the optimizer already has, as a resumed
 * training may. */
static double check_steps(dice *d, const nn_settings *settings, double first) {
    enum { STEPS = 60 };
    const nn_layer layer = {.inputs = COUNT, .outputs = 1};
    nn_optimizer o;
    ck_assert_ok(nn_optimizer_open(&o, settings, &layer, 1, 1));
    double W[COUNT] = {0.0}, before[COUNT], gradient[COUNT], nearest = (double)INFINITY;
    double largest = pow(10.0, roll_uniform(d, -12, 12)), velocity = first;
    if (o.first)
        fill(COUNT, o.first, first);
    for (int step = 0; step < STEPS; step++) {
        roll_gradient(d, step, largest, gradient);
        memcpy(before, W, sizeof W);
        double bound = nn_optimizer_bound_step(&o, settings->learning_rate, largest, &velocity);
        nn_optimizer_step(&o, settings->learning_rate, gradient, W);
        for (int i = 0; i < COUNT; i++) {
            /* The difference of two rounded numbers is off by their last places. */
            double change = fabs(W[i] - before[i]), rounding = 0x1p-50 * fabs(before[i]);
            if (!(change <= bound * (1.0 + 1e-12) + rounding))
                ck_abort_msg("optimizer %d, element %d, step %d: %g over %g", settings->optimizer,
                             i, step, change, bound);
            nearest = change > rounding ? fmin(nearest, bound / change) : nearest;
        }
        bool has_velocity =
            settings->optimizer == NNBLAS_MOMENTUM || settings->optimizer == NNBLAS_NESTEROV;
        if (has_velocity && !(velocity * (1.0 + 1e-12) >= find_largest(COUNT, o.first)))
            ck_abort_msg("optimizer %d, step %d: a velocity over %g", settings->optimizer, step,
                         velocity);
    }
    nn_optimizer_close(&o);
    return nearest;
}

static void check_optimizer(nnblas_optimizer optimizer, double tightness) {
    dice d = {(uint64_t)optimizer + 70};
    double nearest = (double)INFINITY;
    for (int i = 0; i < 3000; i++) {
        const nn_settings settings = roll_settings(&d, optimizer);
        double first = roll_between(&d, 0, 1) ? pow(10.0, roll_uniform(&d, -12, 12)) : 0.0;
        nearest = fmin(nearest, check_steps(&d, &settings, first));
    }
    ck_assert_msg(nearest <= tightness, "optimizer %d: its bound is %g times too large at least",
                  optimizer, nearest);
}

START_TEST(no_step_exceeds_its_bound) {
    check_optimizer(NNBLAS_GRADIENT_DESCENT, 1.0001);
    check_optimizer(NNBLAS_MOMENTUM, 2.5);
    check_optimizer(NNBLAS_NESTEROV, 1.01);
    check_optimizer(NNBLAS_RPROP, 1.0001);
    check_optimizer(NNBLAS_ADAM, 2.5);
}
END_TEST

/* The slopes of gelu and silu are up to 1.13 and 1.1: in a hundred layers, each at that place, they
 * are 200000 and 13000 together. */
START_TEST(the_bound_grows_with_the_slopes) {
    static const struct {
        nnblas_activation activation;
        double steepest;
    } CASES[] = {{NNBLAS_GELU, 1.4142135623730951}, {NNBLAS_SILU, 2.3993572805154}};
    const double X = 1.0, LABEL = -1e6;
    enum { SIZES = 102, PARAMETERS = 2 * (SIZES - 1) };
    size_t sizes[SIZES];
    for (size_t l = 0; l < SIZES; l++)
        sizes[l] = 1;
    for (size_t i = 0; i < sizeof CASES / sizeof *CASES; i++) {
        nnblas_net *net;
        double gradient[PARAMETERS], value = X;
        ck_assert_ok(nnblas_net_create(sizes, SIZES, NNBLAS_BIAS, &net));
        ck_assert_ok(nnblas_net_set_hidden(net, CASES[i].activation));
        ck_assert_ok(nnblas_net_set_output(net, NNBLAS_IDENTITY, NNBLAS_MSE));
        for (size_t l = 1; l < SIZES; l++) {
            *nnblas_net_weights(net, l) = 1.0;
            *nnblas_net_bias(net, l) = CASES[i].steepest - value;
            double a = CASES[i].steepest;
            value = CASES[i].activation == NNBLAS_GELU ? a / 2.0 * (1.0 + erf(a / sqrt(2.0)))
                                                       : a / (1.0 + exp(-a));
        }
        ck_assert_ok(nnblas_net_gradient(net, 1, &X, 1, &LABEL, 1, gradient, NULL));
        const nn_model model = nn_net_model(net);
        const nn_overflow_bounds bounds = {.X = X, .Y = -LABEL, .parameters = 1.0};
        double largest = find_largest(PARAMETERS, gradient),
               bound = nn_bound_gradient(&model, &bounds);
        ck_assert_double_ge(largest, 1.3e4 * -LABEL);
        ck_assert_double_ge(bound, largest);
        nnblas_net_destroy(net);
    }
}
END_TEST

int main(void) {
    const TTest *const tests[] = {
        the_bound_grows_with_the_slopes, no_gradient_exceeds_its_bound,
        the_bound_grows_with_the_layers, the_bound_of_softmax_grows_with_the_outputs,
        the_picked_rows_are_bounded,     no_step_exceeds_its_bound,
    };
    return run_tests("overflow_bounds", tests, sizeof tests / sizeof *tests);
}
