/* SPDX-License-Identifier: BSD-3-Clause */
/* Levenberg-Marquardt: its first step by its formula, where it arrives, and why it stops. */
#include "support/counting_allocator.h"
#include "support/small_training.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static training make_lm(size_t epochs) {
    return make_training(NNBLAS_LEVENBERG_MARQUARDT, 1.0, epochs);
}

static double evaluate(const training *t) {
    double cost;
    ck_assert_ok(nnblas_net_evaluate(t->net, N, t->p.X, t->p.ldx, t->p.Y, t->p.ldy, &cost));
    return cost;
}

/* ---- the first step -------------------------------------------------------------------------- */

/* The derivatives of one output of one row, by the reference: those of a squared error that is 1.
 */
static void differentiate(const problem *p, size_t e, size_t k, double *derivatives,
                          double *error) {
    double outputs[OUTPUTS];
    problem row = *p;
    row.N = 1;
    row.weights = NULL;
    row.X = p->X + e * p->ldx;
    row.Y = outputs;
    compute_reference(&row, NULL, outputs);
    *error = outputs[k] - p->Y[e * p->ldy + k];
    outputs[k] -= 1.0;
    compute_reference(&row, derivatives, NULL);
}

/* By Gauss's elimination; A is positive definite. */
static void solve(long double A[PARAMETERS][PARAMETERS], long double *b) {
    for (size_t c = 0; c < PARAMETERS; c++)
        for (size_t r = c + 1; r < PARAMETERS; r++) {
            long double factor = A[r][c] / A[c][c];
            for (size_t j = c; j < PARAMETERS; j++)
                A[r][j] -= factor * A[c][j];
            b[r] -= factor * b[c];
        }
    for (size_t r = PARAMETERS; r-- > 0;) {
        for (size_t j = r + 1; j < PARAMETERS; j++)
            b[r] -= A[r][j] * b[j];
        b[r] /= A[r][r];
    }
}

/* W := W - (J^T J / S + d + mu)^-1 (J^T e / S + d W). Returns the largest of the diagonal before
 * mu.
 */
static double step_plainly(const problem *p, double mu, double decay, double *W) {
    static long double A[PARAMETERS][PARAMETERS];
    long double g[PARAMETERS] = {0.0L}, total = 0.0L, largest = 0.0L;
    double J[PARAMETERS], error;
    memset(A, 0, sizeof A);
    for (size_t e = 0; e < N; e++) {
        long double weight = p->weights ? (long double)p->weights[e] : 1.0L;
        total += weight;
        for (size_t k = 0; k < OUTPUTS; k++) {
            differentiate(p, e, k, J, &error);
            for (size_t i = 0; i < PARAMETERS; i++) {
                g[i] += weight * (long double)J[i] * (long double)error;
                for (size_t j = 0; j < PARAMETERS; j++)
                    A[i][j] += weight * (long double)J[i] * (long double)J[j];
            }
        }
    }
    for (size_t i = 0; i < PARAMETERS; i++) {
        long double d = is_weight(i) ? (long double)decay : 0.0L;
        g[i] = g[i] / total + d * (long double)W[i];
        for (size_t j = 0; j < PARAMETERS; j++)
            A[i][j] = A[i][j] / total + (i == j ? d : 0.0L);
        largest = fmaxl(largest, A[i][i]);
        A[i][i] += (long double)mu;
    }
    solve(A, g);
    for (size_t i = 0; i < PARAMETERS; i++)
        W[i] -= (double)g[i];
    return (double)largest;
}

/* The factors of dampings that are tried one after the other: 2, 4, 8, ... */
static bool is_growth(double factor) {
    for (double growth = 2.0; factor > 1.5; growth *= 2.0)
        factor /= growth;
    return fabs(factor - 1.0) <= 1e-12;
}

static void check_first_step(double damping, double decay, bool is_weighted) {
    training t = make_lm(1);
    dice d = {6};
    if (is_weighted)
        weigh_rows(&d, &t.p);
    t.p.kind.flags = NNBLAS_BIAS;
    t.p.parameters = realloc(t.p.parameters, PARAMETERS * sizeof(double));
    t.p.parameter_count = PARAMETERS;
    keep_parameters(&t, t.p.parameters);
    ck_assert_ok(nnblas_trainer_set_sample_weights(t.trainer, t.p.weights));
    ck_assert_ok(nnblas_trainer_set_levenberg_marquardt(t.trainer, damping, 1e-12));
    ck_assert_ok(nnblas_trainer_set_weight_decay(t.trainer, decay));
    double expected[PARAMETERS];
    keep_parameters(&t, expected);
    ck_assert_ok(fit(&t));
    double largest = step_plainly(&t.p, get_rate(&t, 0), decay, expected);
    ck_assert(is_growth(get_rate(&t, 0) / (damping * largest)));
    ck_assert_double_le(get_difference(PARAMETERS, expected, get_parameters(&t)), 1e-9);
    free_training(&t);
}

START_TEST(the_first_step_is_that_of_the_formula) {
    check_first_step(1e-3, 0.0, false);
    check_first_step(0.5, 0.0, true);
    check_first_step(1e-2, 0.03, false);
    check_first_step(1e-3, 0.03, true);
}
END_TEST

/* ---- where it arrives ------------------------------------------------------------------------ */

typedef struct curve {
    nnblas_net *net;
    nnblas_trainer *trainer;
    double X[200], Y[200];
} curve;

/* Ten tanh units on three waves of a sine. */
static void open_curve(curve *c, double scale) {
    ck_assert_ok(nnblas_net_create((size_t[]){1, 10, 1}, 3, NNBLAS_BIAS, &c->net));
    ck_assert_ok(nnblas_net_set_hidden(c->net, NNBLAS_TANH));
    ck_assert_ok(nnblas_net_set_output(c->net, NNBLAS_IDENTITY, NNBLAS_MSE));
    ck_assert_ok(nnblas_net_init(c->net, 1));
    for (size_t i = 0; i < 200; i++) {
        c->X[i] = -1.7 + 3.4 * (double)i / 199.0;
        c->Y[i] = scale * sin(3.0 * c->X[i]);
    }
    for (size_t j = 0; j < 11; j++)
        nnblas_net_weights(c->net, 2)[j] *= scale;
    ck_assert_ok(nnblas_trainer_create(c->net, &c->trainer));
    ck_assert_ok(nnblas_trainer_set_optimizer(c->trainer, NNBLAS_LEVENBERG_MARQUARDT));
    ck_assert_ok(nnblas_trainer_set_epochs(c->trainer, 200));
    ck_assert_ok(nnblas_trainer_set_desired_cost(c->trainer, 1e-6 * scale * scale));
}

static nnblas_status fit_curve(curve *c) {
    return nnblas_trainer_fit(c->trainer, 200, c->X, 1, c->Y, 1);
}

static void close_curve(curve *c) {
    nnblas_trainer_destroy(c->trainer);
    nnblas_net_destroy(c->net);
}

/* With a power of two, all that is computed is scaled by one. */
START_TEST(a_sine_is_learnt_whatever_its_scale) {
    curve plain, scaled;
    open_curve(&plain, 1.0);
    ck_assert_int_eq(fit_curve(&plain), NNBLAS_STOPPED_COST);
    static const double SCALES[] = {0x1p20, 0x1p-20, 0x1p200, 0x1p-200};
    for (size_t i = 0; i < 4; i++) {
        open_curve(&scaled, SCALES[i]);
        ck_assert_int_eq(fit_curve(&scaled), NNBLAS_STOPPED_COST);
        for (size_t j = 0; j < 31; j++)
            ck_assert_double_eq(nnblas_net_parameters(scaled.net)[j],
                                nnblas_net_parameters(plain.net)[j] * (j < 20 ? 1.0 : SCALES[i]));
        close_curve(&scaled);
    }
    close_curve(&plain);
}
END_TEST

/* Parity of six bits, by sigmoid outputs. */
START_TEST(parity_is_learnt) {
    nnblas_net *net;
    nnblas_trainer *trainer;
    double X[64 * 6], Y[64];
    for (unsigned e = 0; e < 64; e++) {
        unsigned ones = 0;
        for (unsigned j = 0; j < 6; j++) {
            ones += e >> j & 1;
            X[e * 6 + j] = 2.0 * (e >> j & 1) - 1.0;
        }
        Y[e] = ones % 2;
    }
    ck_assert_ok(nnblas_net_create((size_t[]){6, 12, 1}, 3, NNBLAS_BIAS, &net));
    ck_assert_ok(nnblas_net_set_hidden(net, NNBLAS_TANH));
    ck_assert_ok(nnblas_net_init(net, 2));
    ck_assert_ok(nnblas_trainer_create(net, &trainer));
    ck_assert_ok(nnblas_trainer_set_optimizer(trainer, NNBLAS_LEVENBERG_MARQUARDT));
    ck_assert_ok(nnblas_trainer_set_epochs(trainer, 400));
    ck_assert_ok(nnblas_trainer_set_desired_cost(trainer, 1e-10));
    ck_assert_int_eq(nnblas_trainer_fit(trainer, 64, X, 6, Y, 1), NNBLAS_STOPPED_COST);
    nnblas_trainer_destroy(trainer);
    nnblas_net_destroy(net);
}
END_TEST

/* ---- why it stops ---------------------------------------------------------------------------- */

/* A network without hidden units has one minimum, which a step with little damping finds. */
static training make_linear(double tolerance) {
    training t = make_lm(60);
    nnblas_trainer_destroy(t.trainer);
    nnblas_net_destroy(t.net);
    ck_assert_ok(nnblas_net_create((size_t[]){INPUTS, OUTPUTS}, 2, NNBLAS_BIAS, &t.net));
    ck_assert_ok(nnblas_net_set_output(t.net, NNBLAS_IDENTITY, NNBLAS_MSE));
    ck_assert_ok(nnblas_trainer_create(t.net, &t.trainer));
    ck_assert_ok(nnblas_trainer_set_optimizer(t.trainer, NNBLAS_LEVENBERG_MARQUARDT));
    ck_assert_ok(nnblas_trainer_set_levenberg_marquardt(t.trainer, 1e-3, tolerance));
    ck_assert_ok(nnblas_trainer_set_epochs(t.trainer, 60));
    return t;
}

static double measure_gradient(const training *t) {
    double gradient[PARAMETERS], squares = 0.0;
    size_t count = nnblas_net_parameter_count(t->net);
    ck_assert_ok(
        nnblas_net_gradient(t->net, N, t->p.X, t->p.ldx, t->p.Y, t->p.ldy, gradient, NULL));
    for (size_t i = 0; i < count; i++)
        squares += gradient[i] * gradient[i];
    return sqrt(squares);
}

START_TEST(the_gradient_says_that_it_has_converged) {
    static const double TOLERANCES[] = {1e-2, 1e-6, 1e-12};
    for (size_t i = 0; i < 3; i++) {
        training t = make_linear(TOLERANCES[i]);
        double first = measure_gradient(&t);
        ck_assert_int_eq(fit(&t), NNBLAS_STOPPED_CONVERGED);
        ck_assert_double_le(measure_gradient(&t), TOLERANCES[i] * first);
        size_t epochs = nnblas_trainer_history_count(t.trainer);
        ck_assert_uint_ge(epochs, 1);
        ck_assert_double_eq_tol(get_epoch(t.trainer, epochs - 1).cost, evaluate(&t), 1e-14);
        free_training(&t);
    }
}
END_TEST

typedef struct last_taken {
    const nnblas_net *net;
    double parameters[(INPUTS + 1) * OUTPUTS];
} last_taken;

static int keep_taken(void *user, size_t epoch, double cost) {
    last_taken *t = user;
    (void)epoch, (void)cost;
    memcpy(t->parameters, nnblas_net_const_parameters(t->net), sizeof t->parameters);
    return 0;
}

/* The last steps are rejected, and leave no trace. */
START_TEST(rounding_ends_it_where_no_gradient_is_small_enough) {
    training t = make_linear(0.0);
    last_taken last = {.net = t.net};
    double first = measure_gradient(&t);
    ck_assert_uint_eq(nnblas_net_parameter_count(t.net) * sizeof(double), sizeof last.parameters);
    ck_assert_ok(nnblas_trainer_set_callback(t.trainer, keep_taken, &last));
    ck_assert_int_eq(fit(&t), NNBLAS_STOPPED_DAMPING);
    ck_assert_mem_eq(nnblas_net_parameters(t.net), last.parameters, sizeof last.parameters);
    ck_assert_double_le(measure_gradient(&t), 1e-14 * first);
    size_t epochs = nnblas_trainer_history_count(t.trainer);
    ck_assert_uint_lt(epochs, 30);
    double kept = get_epoch(t.trainer, epochs - 1).cost;
    ck_assert_double_eq(kept, evaluate(&t));
    /* From there on it gets no further than rounding. */
    ck_assert_int_eq(fit(&t), NNBLAS_STOPPED_DAMPING);
    ck_assert_uint_lt(nnblas_trainer_history_count(t.trainer), 5);
    ck_assert_double_eq_tol(kept, evaluate(&t), 1e-14 * kept);
    free_training(&t);
}
END_TEST

START_TEST(no_gradient_ends_it_before_an_epoch) {
    training t = make_linear(0.0);
    memset(nnblas_net_parameters(t.net), 0, nnblas_net_parameter_count(t.net) * sizeof(double));
    for (size_t i = 0; i < N * t.p.ldy; i++)
        t.p.Y[i] = 0.0;
    ck_assert_int_eq(fit(&t), NNBLAS_STOPPED_CONVERGED);
    ck_assert_uint_eq(nnblas_trainer_history_count(t.trainer), 0);
    free_training(&t);
}
END_TEST

/* An epoch lowers the total of cost and weight decay; the history has the cost alone. */
START_TEST(each_epoch_lowers_the_cost) {
    training t = make_lm(40);
    double last = evaluate(&t);
    ck_assert_int_ge(fit(&t), 0);
    ck_assert_uint_eq(nnblas_trainer_history_count(t.trainer), 40);
    for (size_t e = 0; e < 40; e++) {
        ck_assert_double_lt(get_epoch(t.trainer, e).cost, last);
        ck_assert_double_gt(get_rate(&t, e), 0.0);
        last = get_epoch(t.trainer, e).cost;
    }
    ck_assert_double_eq_tol(last, evaluate(&t), 1e-14);
    free_training(&t);
}
END_TEST

START_TEST(the_desired_cost_stops_before_a_step_too) {
    training t = make_lm(40);
    ck_assert_ok(nnblas_trainer_set_desired_cost(t.trainer, 0.5 * evaluate(&t)));
    ck_assert_int_eq(fit(&t), NNBLAS_STOPPED_COST);
    ck_assert_uint_ge(nnblas_trainer_history_count(t.trainer), 1);
    ck_assert_int_eq(fit(&t), NNBLAS_STOPPED_COST);
    ck_assert_uint_eq(nnblas_trainer_history_count(t.trainer), 0);
    free_training(&t);
}
END_TEST

/* Rows of weight 0 hold what would overflow. */
START_TEST(rows_without_weight_have_no_effect) {
    training t = make_lm(5), other = make_lm(5);
    double weights[N], kept[PARAMETERS];
    for (size_t e = 0; e < N; e++) {
        weights[e] = e % 3 == 1 ? 0.0 : 2.0;
        for (size_t j = 0; e % 3 == 1 && j < INPUTS; j++)
            other.p.X[e * other.p.ldx + j] = 1e300;
    }
    ck_assert_ok(nnblas_trainer_set_sample_weights(t.trainer, weights));
    ck_assert_ok(nnblas_trainer_set_sample_weights(other.trainer, weights));
    ck_assert_ok(fit(&t));
    ck_assert_ok(fit(&other));
    keep_parameters(&t, kept);
    ck_assert(has_parameters(&other, kept));
    free_training(&t);
    free_training(&other);
}
END_TEST

/* ---- what is refused ------------------------------------------------------------------------- */

START_TEST(another_cost_is_refused) {
    training t = make_lm(5);
    double kept[PARAMETERS];
    keep_parameters(&t, kept);
    ck_assert_ok(nnblas_net_set_output(t.net, NNBLAS_SIGMOID, NNBLAS_CROSS_ENTROPY));
    ck_assert_int_eq(fit(&t), NNBLAS_ERROR_VALUE);
    ck_assert_ptr_nonnull(strstr(nnblas_error_message(), "least squares"));
    ck_assert(has_parameters(&t, kept));
    free_training(&t);
}
END_TEST

/* Whichever allocation fails, those of the search tell how much it takes. */
START_TEST(memory_that_is_not_there_is_told) {
    size_t told = 0;
    char bytes[80];
    snprintf(bytes, sizeof bytes, "bytes for %d parameters", PARAMETERS);
    for (size_t fail_at = 1;; fail_at++) {
        training t = make_lm(3);
        start_counting(fail_at);
        nnblas_status status = fit(&t);
        bool failed = get_heap_count().allocations >= fail_at;
        start_counting(0);
        ck_assert_int_eq(status, failed ? NNBLAS_ERROR_MEMORY : NNBLAS_OK);
        told += failed && strstr(nnblas_error_message(), bytes);
        free_training(&t);
        if (!failed)
            break;
    }
    ck_assert_uint_ge(told, 4);
}
END_TEST

START_TEST(numbers_that_overflow_are_refused) {
    training t = make_linear(1e-12);
    double kept[PARAMETERS];
    size_t count = nnblas_net_parameter_count(t.net);
    memset(nnblas_net_parameters(t.net), 0, count * sizeof(double));
    memcpy(kept, nnblas_net_parameters(t.net), count * sizeof(double));
    t.p.X[3] = 1e200;
    ck_assert_int_eq(fit(&t), NNBLAS_ERROR_NOT_FINITE);
    ck_assert_ptr_nonnull(strstr(nnblas_error_message(), "normal equations of epoch 1"));
    ck_assert(memcmp(kept, nnblas_net_parameters(t.net), count * sizeof(double)) == 0);
    free_training(&t);
}
END_TEST

/* ---- skip connections ------------------------------------------------------------------------ */

/* Trains a network of one hidden unit on a target that is linear in X, and returns its cost. */
static double learn_linear_target(unsigned flags, double decay, nnblas_net **net,
                                  double *gradient) {
    enum { ROWS = 50 };
    double X[ROWS][INPUTS], Y[ROWS], cost;
    dice d = {3};
    for (size_t e = 0; e < ROWS; e++) {
        for (size_t i = 0; i < INPUTS; i++)
            X[e][i] = roll_uniform(&d, -2.0, 2.0);
        Y[e] = 3.0 * X[e][0] - X[e][1] + 0.5 * X[e][2] + 2.0;
    }
    nnblas_trainer *trainer;
    ck_assert_ok(nnblas_net_create((size_t[]){INPUTS, 1, 1}, 3, NNBLAS_BIAS | flags, net));
    ck_assert_ok(nnblas_net_set_hidden(*net, NNBLAS_TANH));
    ck_assert_ok(nnblas_net_set_output(*net, NNBLAS_IDENTITY, NNBLAS_MSE));
    ck_assert_ok(nnblas_net_init(*net, 1));
    ck_assert_ok(nnblas_trainer_create(*net, &trainer));
    ck_assert_ok(nnblas_trainer_set_optimizer(trainer, NNBLAS_LEVENBERG_MARQUARDT));
    ck_assert_ok(nnblas_trainer_set_weight_decay(trainer, decay));
    ck_assert_ok(nnblas_trainer_set_epochs(trainer, 200));
    ck_assert_int_ge(nnblas_trainer_fit(trainer, ROWS, X[0], INPUTS, Y, 1), 0);
    ck_assert_ok(nnblas_net_gradient(*net, ROWS, X[0], INPUTS, Y, 1, gradient, &cost));
    nnblas_trainer_destroy(trainer);
    return cost;
}

/* One tanh alone cannot learn it. */
START_TEST(skip_connections_learn_a_linear_target_exactly) {
    for (unsigned flags = 0; flags <= NNBLAS_SKIP; flags += NNBLAS_SKIP) {
        nnblas_net *net;
        double gradient[PARAMETERS], cost = learn_linear_target(flags, 0.0, &net, gradient);
        if (flags)
            ck_assert_double_le(cost, 1e-14);
        else
            ck_assert_double_ge(cost, 1e-10);
        nnblas_net_destroy(net);
    }
}
END_TEST

/* At the lowest cost with decay the gradient of each weight is what its decay takes back, and that
 * of a bias is 0: W1 b1 W2 W_skip b2. */
START_TEST(skip_weights_decay_and_their_biases_do_not) {
    enum { COUNT = INPUTS + 1 + (1 + INPUTS) + 1 };
    const double DECAY = 0.05;
    nnblas_net *net;
    double gradient[COUNT];
    learn_linear_target(NNBLAS_SKIP, DECAY, &net, gradient);
    ck_assert_uint_eq(nnblas_net_parameter_count(net), COUNT);
    for (size_t i = 0; i < COUNT; i++) {
        bool is_bias = i == INPUTS || i == COUNT - 1;
        double taken = is_bias ? 0.0 : DECAY * nnblas_net_parameters(net)[i];
        ck_assert_double_le(fabs(gradient[i] + taken), 1e-6);
    }
    nnblas_net_destroy(net);
}
END_TEST

int main(void) {
    const TTest *const tests[] = {
        skip_connections_learn_a_linear_target_exactly,
        skip_weights_decay_and_their_biases_do_not,
        the_first_step_is_that_of_the_formula,
        a_sine_is_learnt_whatever_its_scale,
        parity_is_learnt,
        the_gradient_says_that_it_has_converged,
        rounding_ends_it_where_no_gradient_is_small_enough,
        no_gradient_ends_it_before_an_epoch,
        each_epoch_lowers_the_cost,
        the_desired_cost_stops_before_a_step_too,
        rows_without_weight_have_no_effect,
        another_cost_is_refused,
        memory_that_is_not_there_is_told,
        numbers_that_overflow_are_refused,
    };
    return run_tests("levenberg_marquardt", tests, sizeof tests / sizeof *tests);
}
