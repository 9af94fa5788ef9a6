/* SPDX-License-Identifier: BSD-3-Clause */
/* The trainer: every optimizer, schedule and reason to stop, beside plain formulas. */
#include "support/support.h"

#include <glob.h>
#include <math.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

static const size_t SIZES[] = {5, 7, 2};
enum { N_SIZES = 3, N = 83, PARAMETERS = (5 + 1) * 7 + (7 + 1) * 2 };

/* Rows, and networks with biases that begin at the same parameters. */
typedef struct setting {
    problem p;
    nnblas_net *net;
    nnblas_trainer *trainer;
} setting;

static setting make_setting(nnblas_optimizer optimizer, double rate, size_t epochs) {
    dice d = {41};
    setting s = {.p = make_problem(&d, N, SIZES, N_SIZES, 1)};
    ck_assert_ok(nnblas_net_create(SIZES, N_SIZES, NNBLAS_BIAS, &s.net));
    ck_assert_ok(nnblas_net_init(s.net, 5));
    ck_assert_ok(nnblas_trainer_create(s.net, &s.trainer));
    ck_assert_ok(nnblas_trainer_set_optimizer(s.trainer, optimizer));
    ck_assert_ok(nnblas_trainer_set_learning_rate(s.trainer, rate));
    ck_assert_ok(nnblas_trainer_set_epochs(s.trainer, epochs));
    return s;
}

static nnblas_status fit(const setting *s) {
    return nnblas_trainer_fit(s->trainer, N, s->p.X, s->p.ldx, s->p.Y, s->p.ldy);
}

static void free_setting(setting *s) {
    nnblas_trainer_destroy(s->trainer);
    nnblas_net_destroy(s->net);
    free_problem(&s->p);
}

static double *get_parameters(const setting *s) {
    return nnblas_net_parameters(s->net);
}

static void keep_parameters(const setting *s, double *kept) {
    memcpy(kept, get_parameters(s), PARAMETERS * sizeof *kept);
}

static bool has_parameters(const setting *s, const double *kept) {
    return memcmp(kept, get_parameters(s), PARAMETERS * sizeof *kept) == 0;
}

/* ---- optimizers ------------------------------------------------------------------------------ */

/* The formulas of the header, a parameter at a time. */
typedef struct state {
    double first[PARAMETERS], second[PARAMETERS];
    int steps;
} state;

static void step_plainly(nnblas_optimizer optimizer, double rate, const double *g, state *s,
                         double *W) {
    s->steps++;
    for (size_t i = 0; i < PARAMETERS; i++) {
        double *v = &s->first[i], *w = &s->second[i], old = *v, size;
        switch (optimizer) {
        case NNBLAS_GRADIENT_DESCENT:
            W[i] -= rate * g[i];
            break;
        case NNBLAS_MOMENTUM:
            *v = 0.9 * *v - rate * g[i];
            W[i] += *v;
            break;
        case NNBLAS_NESTEROV:
            *v = 0.9 * *v - rate * g[i];
            W[i] += 0.9 * *v - rate * g[i];
            break;
        case NNBLAS_RPROP:
            size = s->steps == 1 ? rate / 10.0 : *w;
            *v = g[i];
            if (old * g[i] > 0.0)
                size = fmin(1.2 * size, 50.0);
            if (old * g[i] < 0.0) {
                size = fmax(0.5 * size, 1e-6);
                *v = 0.0;
            }
            *w = size;
            W[i] -= *v > 0.0 ? size : *v < 0.0 ? -size : 0.0;
            break;
        case NNBLAS_ADAM:
            *v = 0.9 * *v + 0.1 * g[i];
            *w = 0.999 * *w + 0.001 * g[i] * g[i];
            W[i] -= rate * (*v / (1.0 - pow(0.9, s->steps))) /
                    (sqrt(*w / (1.0 - pow(0.999, s->steps))) + 1e-8);
            break;
        case NNBLAS_LBFGS:
            break;
        }
    }
}

/* Of the parameters: b1 and b2 are behind W1 and W2. */
static bool is_weight(size_t i) {
    return i < 5 * 7 || (i >= 6 * 7 && i < 6 * 7 + 7 * 2);
}

static void check_optimizer(nnblas_optimizer optimizer, double rate, double decay) {
    enum { EPOCHS = 30 };
    setting s = make_setting(optimizer, rate, EPOCHS), plain = make_setting(optimizer, rate, 1);
    ck_assert_ok(nnblas_trainer_set_weight_decay(s.trainer, decay));
    ck_assert_ok(fit(&s));
    double gradient[PARAMETERS], *W = get_parameters(&plain), cost;
    state memory = {.steps = 0};
    for (size_t epoch = 0; epoch < EPOCHS; epoch++) {
        ck_assert_ok(nnblas_net_gradient(plain.net, N, plain.p.X, plain.p.ldx, plain.p.Y,
                                         plain.p.ldy, gradient, &cost));
        for (size_t i = 0; i < PARAMETERS; i++)
            gradient[i] += is_weight(i) ? decay * W[i] : 0.0;
        step_plainly(optimizer, rate, gradient, &memory, W);
        const nnblas_epoch *e = &nnblas_trainer_history(s.trainer)[epoch];
        ck_assert_double_eq_tol(e->cost, cost, 1e-10);
        ck_assert_double_eq(e->learning_rate, rate);
        ck_assert(isnan(e->validation_cost));
    }
    ck_assert_double_le(get_difference(PARAMETERS, W, get_parameters(&s)), 1e-9);
    free_setting(&s);
    free_setting(&plain);
}

START_TEST(optimizers_follow_their_formulas) {
    static const double RATES[] = {0.8, 0.3, 0.3, 0.5, 0.01};
    for (int optimizer = NNBLAS_GRADIENT_DESCENT; optimizer <= NNBLAS_ADAM; optimizer++) {
        check_optimizer((nnblas_optimizer)optimizer, RATES[optimizer], 0.0);
        check_optimizer((nnblas_optimizer)optimizer, RATES[optimizer], 0.02);
    }
}
END_TEST

/* So many parameters that threads share the step. */
static void train_large(nnblas_optimizer optimizer, int threads, double *parameters, size_t count) {
    static const size_t LARGE[] = {210, 190, 3};
    dice d = {43};
    problem p = make_problem(&d, 40, LARGE, 3, 0);
    nnblas_net *net;
    nnblas_trainer *trainer;
    ck_assert_ok(nnblas_set_threads(threads));
    ck_assert_ok(nnblas_net_create(LARGE, 3, NNBLAS_BIAS, &net));
    ck_assert_uint_eq(nnblas_net_parameter_count(net), count);
    ck_assert_ok(nnblas_trainer_create(net, &trainer));
    ck_assert_ok(nnblas_trainer_set_optimizer(trainer, optimizer));
    ck_assert_ok(nnblas_trainer_set_learning_rate(trainer, 0.01));
    ck_assert_ok(nnblas_trainer_set_epochs(trainer, 4));
    ck_assert_ok(nnblas_trainer_fit(trainer, p.N, p.X, p.ldx, p.Y, p.ldy));
    memcpy(parameters, nnblas_net_parameters(net), count * sizeof *parameters);
    nnblas_trainer_destroy(trainer);
    nnblas_net_destroy(net);
    free_problem(&p);
}

START_TEST(threads_share_large_steps) {
    enum { COUNT = 211 * 190 + 191 * 3 };
    static double alone[COUNT], shared[COUNT], again[COUNT];
    for (int optimizer = NNBLAS_GRADIENT_DESCENT; optimizer <= NNBLAS_NESTEROV; optimizer++)
        for (int threads = 2; threads <= 5; threads++) {
            train_large((nnblas_optimizer)optimizer, 1, alone, COUNT);
            train_large((nnblas_optimizer)optimizer, threads, shared, COUNT);
            train_large((nnblas_optimizer)optimizer, threads, again, COUNT);
            ck_assert_close(COUNT, alone, shared);
            ck_assert(memcmp(shared, again, sizeof shared) == 0);
        }
    train_large(NNBLAS_ADAM, 1, alone, COUNT);
    train_large(NNBLAS_ADAM, 3, shared, COUNT);
    /* Its first steps divide a gradient by itself: where that is rounding, so is the step. */
    ck_assert_double_le(get_difference(COUNT, alone, shared), 1e-6);
}
END_TEST

START_TEST(lbfgs_goes_further_than_gradient_descent) {
    setting s = make_setting(NNBLAS_GRADIENT_DESCENT, 0.8, 60);
    nnblas_status known = nnblas_trainer_set_optimizer(s.trainer, NNBLAS_LBFGS);
    if (known == NNBLAS_ERROR_MISSING) {
        ck_assert_ptr_nonnull(strstr(nnblas_error_message(), "liblbfgs"));
    } else {
        ck_assert_ok(known);
        ck_assert_int_ge(fit(&s), 0);
        setting slow = make_setting(NNBLAS_GRADIENT_DESCENT, 0.8, 60);
        double fast_cost, slow_cost;
        ck_assert_ok(fit(&slow));
        ck_assert_ok(nnblas_net_evaluate(s.net, N, s.p.X, s.p.ldx, s.p.Y, s.p.ldy, &fast_cost));
        ck_assert_ok(nnblas_net_evaluate(slow.net, N, s.p.X, s.p.ldx, s.p.Y, s.p.ldy, &slow_cost));
        ck_assert_double_lt(fast_cost, 0.9 * slow_cost);
        size_t count = nnblas_trainer_history_count(s.trainer);
        ck_assert_double_eq_tol(nnblas_trainer_history(s.trainer)[count - 1].cost, fast_cost,
                                1e-14);
        free_setting(&slow);
    }
    free_setting(&s);
}
END_TEST

/* With the decay, the gradient of cost + decay/2 sum W^2 is 0 where L-BFGS ends. */
START_TEST(lbfgs_converges_on_the_decayed_cost) {
    setting s = make_setting(NNBLAS_GRADIENT_DESCENT, 1.0, 5000);
    if (nnblas_trainer_set_optimizer(s.trainer, NNBLAS_LBFGS) == NNBLAS_OK) {
        const double DECAY = 0.01;
        ck_assert_ok(nnblas_trainer_set_weight_decay(s.trainer, DECAY));
        ck_assert_int_eq(fit(&s), NNBLAS_STOPPED_CONVERGED);
        double gradient[PARAMETERS], *W = get_parameters(&s), largest = 0.0;
        ck_assert_ok(nnblas_net_gradient(s.net, N, s.p.X, s.p.ldx, s.p.Y, s.p.ldy, gradient, NULL));
        for (size_t i = 0; i < PARAMETERS; i++)
            largest = fmax(largest, fabs(gradient[i] + (is_weight(i) ? DECAY * W[i] : 0.0)));
        ck_assert_double_le(largest, 1e-4);
    }
    free_setting(&s);
}
END_TEST

/* ---- schedules ------------------------------------------------------------------------------- */

static double get_rate(const setting *s, size_t epoch) {
    return nnblas_trainer_history(s->trainer)[epoch].learning_rate;
}

START_TEST(schedules_follow_their_formulas) {
    enum { EPOCHS = 21 };
    setting s = make_setting(NNBLAS_ADAM, 0.02, EPOCHS);
    ck_assert_ok(nnblas_trainer_set_step_schedule(s.trainer, 4, 0.5));
    ck_assert_ok(fit(&s));
    for (size_t e = 0; e < EPOCHS; e++)
        ck_assert_double_eq_tol(get_rate(&s, e), 0.02 * pow(0.5, (double)(e / 4)), 1e-17);
    ck_assert_ok(nnblas_trainer_set_cosine_schedule(s.trainer, 0.001));
    ck_assert_ok(fit(&s));
    ck_assert_double_eq(get_rate(&s, 0), 0.02);
    ck_assert_double_eq_tol(get_rate(&s, 10), 0.0105, 1e-15);
    ck_assert_double_eq_tol(get_rate(&s, 20), 0.001, 1e-15);
    ck_assert_ok(nnblas_trainer_set_constant_schedule(s.trainer));
    ck_assert_ok(fit(&s));
    ck_assert_double_eq(get_rate(&s, 20), 0.02);
    free_setting(&s);
}
END_TEST

START_TEST(the_rate_falls_on_a_plateau) {
    setting s = make_setting(NNBLAS_GRADIENT_DESCENT, 0.01, 12);
    ck_assert_ok(nnblas_trainer_set_plateau_schedule(s.trainer, 3, 0.1));
    ck_assert_ok(nnblas_trainer_set_tolerance(s.trainer, 1e9)); /* nothing but the first improves */
    ck_assert_ok(fit(&s));
    for (size_t e = 0; e < 12; e++) /* the first, three in a row, and then lower */
        ck_assert_double_eq_tol(get_rate(&s, e), 0.01 * pow(0.1, e < 4 ? 0 : (double)((e - 1) / 3)),
                                1e-17);
    free_setting(&s);
}
END_TEST

/* ---- batches --------------------------------------------------------------------------------- */

/* With so small a rate that the parameters stay, an epoch's cost is that over all rows, each once.
 */
START_TEST(an_epoch_takes_each_row_once) {
    static const size_t BATCHES[] = {1, 2, 7, 41, 42, 82, 83, 84, 1000};
    for (size_t b = 0; b < sizeof BATCHES / sizeof *BATCHES; b++) {
        setting s = make_setting(NNBLAS_GRADIENT_DESCENT, 1e-14, 3);
        double cost;
        ck_assert_ok(nnblas_net_evaluate(s.net, N, s.p.X, s.p.ldx, s.p.Y, s.p.ldy, &cost));
        ck_assert_ok(nnblas_trainer_set_batch_size(s.trainer, BATCHES[b]));
        ck_assert_ok(fit(&s));
        for (size_t e = 0; e < 3; e++)
            ck_assert_double_eq_tol(nnblas_trainer_history(s.trainer)[e].cost, cost, 1e-12);
        free_setting(&s);
    }
}
END_TEST

/* The batches of 5 rows by 3: whichever they are, the last one is the mean over two. */
START_TEST(the_last_batch_is_the_mean_over_its_rows) {
    enum { ROWS = 5, BATCH = 3 };
    setting s = make_setting(NNBLAS_GRADIENT_DESCENT, 0.5, 1);
    double start[PARAMETERS], gradient[PARAMETERS], X[ROWS * 5], Y[ROWS * 2];
    keep_parameters(&s, start);
    ck_assert_ok(nnblas_trainer_set_batch_size(s.trainer, BATCH));
    ck_assert_ok(nnblas_trainer_fit(s.trainer, ROWS, s.p.X, s.p.ldx, s.p.Y, s.p.ldy));
    double trained[PARAMETERS], best = (double)INFINITY;
    keep_parameters(&s, trained);
    for (unsigned set = 0; set < 1 << ROWS; set++) {
        if (__builtin_popcount(set) != BATCH)
            continue;
        size_t first = 0, second = BATCH;
        for (size_t e = 0; e < ROWS; e++) {
            size_t place = set >> e & 1 ? first++ : second++;
            memcpy(X + place * 5, s.p.X + e * s.p.ldx, 5 * sizeof *X);
            memcpy(Y + place * 2, s.p.Y + e * s.p.ldy, 2 * sizeof *Y);
        }
        memcpy(get_parameters(&s), start, sizeof start);
        for (size_t from = 0; from < ROWS; from += BATCH) {
            size_t rows = from == 0 ? BATCH : ROWS - BATCH;
            ck_assert_ok(
                nnblas_net_gradient(s.net, rows, X + from * 5, 5, Y + from * 2, 2, gradient, NULL));
            for (size_t i = 0; i < PARAMETERS; i++)
                get_parameters(&s)[i] -= 0.5 * gradient[i];
        }
        best = fmin(best, get_difference(PARAMETERS, trained, get_parameters(&s)));
    }
    ck_assert_double_le(best, 1e-13);
    free_setting(&s);
}
END_TEST

static void train_batches(uint64_t seed, double *parameters) {
    setting s = make_setting(NNBLAS_ADAM, 0.01, 4);
    ck_assert_ok(nnblas_trainer_set_batch_size(s.trainer, 10));
    ck_assert_ok(nnblas_trainer_set_seed(s.trainer, seed));
    ck_assert_ok(fit(&s));
    keep_parameters(&s, parameters);
    free_setting(&s);
}

START_TEST(the_seed_decides_the_order) {
    double first[PARAMETERS], again[PARAMETERS], other[PARAMETERS];
    train_batches(1, first);
    train_batches(1, again);
    train_batches(2, other);
    ck_assert(memcmp(first, again, sizeof first) == 0);
    ck_assert(memcmp(first, other, sizeof first) != 0);
}
END_TEST

/* ---- sample weights -------------------------------------------------------------------------- */

/* A row of weight 3 counts as three rows. */
START_TEST(weights_count_as_rows) {
    setting s = make_setting(NNBLAS_MOMENTUM, 0.3, 15),
            repeated = make_setting(NNBLAS_MOMENTUM, 0.3, 15);
    double weights[N], *X = allocate_doubles(4 * N * 5), *Y = allocate_doubles(4 * N * 2);
    size_t rows = 0;
    for (size_t e = 0; e < N; e++) {
        weights[e] = (double)(e * 7 % 4) * 0.25;
        for (size_t i = 0; i < e * 7 % 4; i++, rows++) {
            memcpy(X + rows * 5, s.p.X + e * s.p.ldx, 5 * sizeof *X);
            memcpy(Y + rows * 2, s.p.Y + e * s.p.ldy, 2 * sizeof *Y);
        }
    }
    ck_assert_ok(nnblas_trainer_set_sample_weights(s.trainer, weights));
    ck_assert_ok(fit(&s));
    ck_assert_ok(nnblas_trainer_fit(repeated.trainer, rows, X, 5, Y, 2));
    ck_assert_double_le(get_difference(PARAMETERS, get_parameters(&repeated), get_parameters(&s)),
                        1e-12);
    ck_assert_double_eq_tol(nnblas_trainer_history(s.trainer)[14].cost,
                            nnblas_trainer_history(repeated.trainer)[14].cost, 1e-13);
    free(X);
    free(Y);
    free_setting(&s);
    free_setting(&repeated);
}
END_TEST

/* Batches of one row: those of weight 0 teach nothing, and the weight of the others does not count.
 */
START_TEST(a_batch_without_weight_is_passed_over) {
    setting s = make_setting(NNBLAS_GRADIENT_DESCENT, 0.1, 5),
            alone = make_setting(NNBLAS_GRADIENT_DESCENT, 0.1, 5);
    double weights[N] = {[17] = 2.0};
    ck_assert_ok(nnblas_trainer_set_batch_size(s.trainer, 1));
    ck_assert_ok(nnblas_trainer_set_sample_weights(s.trainer, weights));
    ck_assert_ok(fit(&s));
    ck_assert_ok(nnblas_trainer_fit(alone.trainer, 1, s.p.X + 17 * s.p.ldx, s.p.ldx,
                                    s.p.Y + 17 * s.p.ldy, s.p.ldy));
    ck_assert_double_le(get_difference(PARAMETERS, get_parameters(&alone), get_parameters(&s)),
                        1e-13);
    free_setting(&s);
    free_setting(&alone);
}
END_TEST

/* ---- validation ------------------------------------------------------------------------------ */

static double find_lowest(const nnblas_trainer *trainer) {
    const nnblas_epoch *epochs = nnblas_trainer_history(trainer);
    double lowest = (double)INFINITY;
    for (size_t e = 0; e < nnblas_trainer_history_count(trainer); e++)
        lowest = fmin(lowest, epochs[e].validation_cost);
    return lowest;
}

/* Labels that have nothing to do with the rows: the validation cost rises soon. */
START_TEST(the_best_parameters_come_back) {
    setting s = make_setting(NNBLAS_ADAM, 0.1, 200);
    const double *X = s.p.X + 60 * s.p.ldx, *Y = s.p.Y + 60 * s.p.ldy;
    double cost;
    ck_assert_ok(nnblas_trainer_set_validation_rows(s.trainer, N - 60, X, s.p.ldx, Y, s.p.ldy));
    ck_assert_ok(nnblas_trainer_fit(s.trainer, 60, s.p.X, s.p.ldx, s.p.Y, s.p.ldy));
    ck_assert_ok(nnblas_net_evaluate(s.net, N - 60, X, s.p.ldx, Y, s.p.ldy, &cost));
    ck_assert_double_eq_tol(cost, find_lowest(s.trainer), 1e-14);
    ck_assert_double_gt(nnblas_trainer_history(s.trainer)[199].validation_cost, cost);
    free_setting(&s);
}
END_TEST

/* Rows of huge inputs all fall on one side: the fraction takes rows from everywhere. */
START_TEST(a_fraction_validates) {
    setting s = make_setting(NNBLAS_ADAM, 0.1, 30), other = make_setting(NNBLAS_ADAM, 0.1, 30);
    for (size_t batch = 0; batch <= 16; batch += 16) {
        ck_assert_ok(nnblas_trainer_set_validation_fraction(s.trainer, 0.25));
        ck_assert_ok(nnblas_trainer_set_batch_size(s.trainer, batch));
        ck_assert_ok(fit(&s));
        ck_assert(isfinite(find_lowest(s.trainer)));
        ck_assert(find_lowest(s.trainer) > 0.0);
    }
    /* All rows together are the parts: at a rate that moves nothing, so are the costs. */
    ck_assert_ok(nnblas_trainer_set_learning_rate(other.trainer, 1e-15));
    ck_assert_ok(nnblas_trainer_set_validation_fraction(other.trainer, 0.25));
    double all;
    ck_assert_ok(nnblas_net_evaluate(other.net, N, s.p.X, s.p.ldx, s.p.Y, s.p.ldy, &all));
    ck_assert_ok(fit(&other));
    const nnblas_epoch *first = nnblas_trainer_history(other.trainer);
    double validating = floor(0.25 * N + 0.5);
    ck_assert_double_eq_tol(
        (first->cost * (N - validating) + first->validation_cost * validating) / N, all, 1e-12);
    free_setting(&s);
    free_setting(&other);
}
END_TEST

/* ---- reasons to stop ------------------------------------------------------------------------- */

START_TEST(patience_stops) {
    setting s = make_setting(NNBLAS_GRADIENT_DESCENT, 0.01, 100);
    ck_assert_ok(nnblas_trainer_set_patience(s.trainer, 6));
    ck_assert_ok(nnblas_trainer_set_tolerance(s.trainer, 1e9));
    ck_assert_int_eq(fit(&s), NNBLAS_STOPPED_PATIENCE);
    ck_assert_uint_eq(nnblas_trainer_history_count(s.trainer), 7);
    ck_assert_ok(nnblas_trainer_set_tolerance(s.trainer, 0.0));
    ck_assert_ok(fit(&s)); /* descent this slow improves each time */
    free_setting(&s);
}
END_TEST

START_TEST(the_time_limit_stops) {
    setting s = make_setting(NNBLAS_GRADIENT_DESCENT, 1e-6, 1000000000);
    ck_assert_ok(nnblas_trainer_set_time_limit(s.trainer, 0.05));
    ck_assert_int_eq(fit(&s), NNBLAS_STOPPED_TIME);
    size_t count = nnblas_trainer_history_count(s.trainer);
    const nnblas_epoch *epochs = nnblas_trainer_history(s.trainer);
    ck_assert_double_ge(epochs[count - 1].seconds, 0.05);
    ck_assert(count == 1 || epochs[count - 2].seconds < 0.05);
    free_setting(&s);
}
END_TEST

START_TEST(the_desired_cost_stops_batches) {
    setting s = make_setting(NNBLAS_ADAM, 0.05, 1000);
    ck_assert_ok(nnblas_trainer_set_batch_size(s.trainer, 8));
    ck_assert_ok(fit(&s));
    double last = nnblas_trainer_history(s.trainer)[20].cost;
    ck_assert_ok(nnblas_net_init(s.net, 5));
    ck_assert_ok(nnblas_trainer_set_desired_cost(s.trainer, last));
    ck_assert_int_eq(fit(&s), NNBLAS_STOPPED_COST);
    ck_assert_uint_le(nnblas_trainer_history_count(s.trainer), 21);
    free_setting(&s);
}
END_TEST

static int stop_in_history(void *user, size_t epoch, double cost) {
    const nnblas_trainer *trainer = user;
    ck_assert_uint_eq(nnblas_trainer_history_count(trainer), epoch);
    ck_assert_double_eq(nnblas_trainer_history(trainer)[epoch - 1].cost, cost);
    return epoch == 9;
}

START_TEST(the_callback_sees_the_history) {
    setting s = make_setting(NNBLAS_NESTEROV, 0.1, 100);
    ck_assert_ok(nnblas_trainer_set_callback(s.trainer, stop_in_history, s.trainer));
    ck_assert_int_eq(fit(&s), NNBLAS_STOPPED_CALLBACK);
    ck_assert_uint_eq(nnblas_trainer_history_count(s.trainer), 9);
    free_setting(&s);
}
END_TEST

/* ---- overflow -------------------------------------------------------------------------------- */

/* Identity outputs run away at a rate like that; no parameter may. */
START_TEST(a_step_that_overflows_is_not_taken) {
    for (int optimizer = NNBLAS_GRADIENT_DESCENT; optimizer <= NNBLAS_NESTEROV; optimizer++)
        for (size_t batch = 0; batch <= 20; batch += 20) {
            setting s = make_setting((nnblas_optimizer)optimizer, 1e60, 1000);
            ck_assert_ok(nnblas_net_set_hidden(s.net, NNBLAS_RELU));
            ck_assert_ok(nnblas_net_set_output(s.net, NNBLAS_IDENTITY, NNBLAS_MSE));
            ck_assert_ok(nnblas_trainer_set_batch_size(s.trainer, batch));
            ck_assert_int_eq(fit(&s), NNBLAS_ERROR_NOT_FINITE);
            ck_assert_ptr_nonnull(strstr(nnblas_error_message(), "overflow"));
            for (size_t i = 0; i < PARAMETERS; i++)
                ck_assert(isfinite(get_parameters(&s)[i]));
            free_setting(&s);
        }
}
END_TEST

/* ---- settings that do not go together, or are none ------------------------------------------- */

START_TEST(bad_settings_are_refused) {
    setting s = make_setting(NNBLAS_GRADIENT_DESCENT, 0.1, 2);
    nnblas_trainer *t = s.trainer;
    const double BAD = (double)NAN;
    const struct {
        nnblas_status status;
        const char *word;
    } REFUSALS[] = {
        {nnblas_trainer_set_optimizer(t, (nnblas_optimizer)6), ""},
        {nnblas_trainer_set_momentum(t, 1.0), ""},
        {nnblas_trainer_set_momentum(t, -0.1), ""},
        {nnblas_trainer_set_adam(t, 1.0, 0.9, 1e-8), ""},
        {nnblas_trainer_set_adam(t, 0.9, BAD, 1e-8), ""},
        {nnblas_trainer_set_adam(t, 0.9, 0.9, 0.0), ""},
        {nnblas_trainer_set_weight_decay(t, -1.0), ""},
        {nnblas_trainer_set_weight_decay(t, (double)INFINITY), ""},
        {nnblas_trainer_set_step_schedule(t, 0, 0.5), ""},
        {nnblas_trainer_set_step_schedule(t, 3, 1.5), ""},
        {nnblas_trainer_set_plateau_schedule(t, 3, 0.0), ""},
        {nnblas_trainer_set_cosine_schedule(t, -1.0), ""},
        {nnblas_trainer_set_time_limit(t, BAD), ""},
        {nnblas_trainer_set_tolerance(t, -1e-9), ""},
        {nnblas_trainer_set_validation_fraction(t, 1.0), ""},
        {nnblas_trainer_set_validation_fraction(t, -0.1), ""},
        {nnblas_trainer_set_epochs(t, 0), ""},
        {nnblas_trainer_set_learning_rate(t, 0.0), ""},
        {nnblas_trainer_set_checkpoint(t, "/nowhere/x", 0), ""},
    };
    for (size_t i = 0; i < sizeof REFUSALS / sizeof *REFUSALS; i++)
        ck_assert_msg(REFUSALS[i].status == NNBLAS_ERROR_VALUE, "refusal %zu is %s", i,
                      nnblas_status_string(REFUSALS[i].status));
    ck_assert_ok(fit(&s));
    ck_assert_double_eq(get_rate(&s, 1), 0.1);
    free_setting(&s);
}
END_TEST

START_TEST(settings_have_to_go_together) {
    setting s = make_setting(NNBLAS_RPROP, 0.1, 2);
    double kept[PARAMETERS], weights[N] = {0.0};
    keep_parameters(&s, kept);
    ck_assert_ok(nnblas_trainer_set_batch_size(s.trainer, 10));
    ck_assert_int_eq(fit(&s), NNBLAS_ERROR_VALUE);
    ck_assert_ptr_nonnull(strstr(nnblas_error_message(), "batch_size"));
    ck_assert_ok(nnblas_trainer_set_batch_size(s.trainer, 0));
    ck_assert_ok(nnblas_trainer_set_sample_weights(s.trainer, weights));
    ck_assert_int_eq(fit(&s), NNBLAS_ERROR_VALUE);
    ck_assert_ptr_nonnull(strstr(nnblas_error_message(), "add up to 0"));
    weights[3] = -1.0;
    ck_assert_int_eq(fit(&s), NNBLAS_ERROR_VALUE);
    ck_assert_ptr_nonnull(strstr(nnblas_error_message(), "row 3"));
    weights[3] = (double)NAN;
    ck_assert_int_eq(fit(&s), NNBLAS_ERROR_NOT_FINITE);
    ck_assert_ok(nnblas_trainer_set_sample_weights(s.trainer, NULL));
    ck_assert_ok(nnblas_trainer_set_validation_fraction(s.trainer, 0.5));
    ck_assert_int_eq(nnblas_trainer_fit(s.trainer, 1, s.p.X, s.p.ldx, s.p.Y, s.p.ldy),
                     NNBLAS_ERROR_VALUE);
    double X[5] = {0, 0, (double)NAN, 0, 0}, Y[2] = {0, 0};
    ck_assert_ok(nnblas_trainer_set_validation_rows(s.trainer, 1, X, 5, Y, 2));
    ck_assert_int_eq(fit(&s), NNBLAS_ERROR_NOT_FINITE);
    ck_assert_ptr_nonnull(strstr(nnblas_error_message(), "validation X holds a NaN"));
    ck_assert(has_parameters(&s, kept));
    ck_assert_uint_eq(nnblas_trainer_history_count(s.trainer), 0);
    free_setting(&s);
}
END_TEST

/* ---- checkpoints ----------------------------------------------------------------------------- */

/* A training that may be cut into lives: what it is, and where it saves. */
typedef struct career {
    nnblas_optimizer optimizer;
    double rate;
    size_t batch;
    double fraction;
    bool has_plateau;
    char path[64];
} career;

enum { CAREER_EPOCHS = 24 };

static void make_path(char *path, size_t size) {
    snprintf(path, size, "checkpoint.%ld.safetensors", (long)getpid());
}

static setting begin_career(const career *c, uint64_t seed) {
    setting s = make_setting(c->optimizer, c->rate, CAREER_EPOCHS);
    ck_assert_ok(nnblas_net_init(s.net, seed));
    ck_assert_ok(nnblas_trainer_set_batch_size(s.trainer, c->batch));
    ck_assert_ok(nnblas_trainer_set_validation_fraction(s.trainer, c->fraction));
    ck_assert_ok(nnblas_trainer_set_seed(s.trainer, 77));
    if (c->has_plateau)
        ck_assert_ok(nnblas_trainer_set_plateau_schedule(s.trainer, 2, 0.7));
    return s;
}

/* Two histories are the same but for the seconds. */
static void check_same_history(const nnblas_trainer *a, const nnblas_trainer *b) {
    size_t count = nnblas_trainer_history_count(a);
    ck_assert_uint_eq(count, nnblas_trainer_history_count(b));
    for (size_t i = 0; i < count; i++) {
        const nnblas_epoch *x = &nnblas_trainer_history(a)[i], *y = &nnblas_trainer_history(b)[i];
        ck_assert_uint_eq(x->epoch, y->epoch);
        ck_assert(memcmp(&x->cost, &y->cost, sizeof x->cost) == 0);
        ck_assert(memcmp(&x->learning_rate, &y->learning_rate, sizeof x->cost) == 0);
        ck_assert(isnan(x->validation_cost) == isnan(y->validation_cost));
        ck_assert(isnan(x->validation_cost) || x->validation_cost == y->validation_cost);
    }
}

static int stop_at_seven(void *user, size_t epoch, double cost) {
    (void)user, (void)cost;
    return epoch == 7;
}

static void check_career(career c) {
    double expected[PARAMETERS];
    make_path(c.path, sizeof c.path);
    setting whole = begin_career(&c, 5);
    ck_assert_ok(fit(&whole));
    keep_parameters(&whole, expected);

    setting first = begin_career(&c, 5);
    ck_assert_ok(nnblas_trainer_set_checkpoint(first.trainer, c.path, 5));
    ck_assert_ok(nnblas_trainer_set_callback(first.trainer, stop_at_seven, NULL));
    ck_assert_int_eq(fit(&first), NNBLAS_STOPPED_CALLBACK);
    free_setting(&first);

    setting second = begin_career(&c, 999); /* other parameters: the checkpoint's count */
    ck_assert_ok(nnblas_trainer_resume(second.trainer, c.path));
    ck_assert_ok(fit(&second));
    ck_assert(has_parameters(&second, expected));
    check_same_history(whole.trainer, second.trainer);
    free_setting(&second);
    free_setting(&whole);
    ck_assert_int_eq(unlink(c.path), 0);
}

START_TEST(a_resumed_training_has_the_same_bits) {
    const career CAREERS[] = {
        {.optimizer = NNBLAS_GRADIENT_DESCENT, .rate = 0.5},
        {.optimizer = NNBLAS_GRADIENT_DESCENT, .rate = 0.5, .batch = 9},
        {.optimizer = NNBLAS_MOMENTUM, .rate = 0.2, .batch = 9, .fraction = 0.2},
        {.optimizer = NNBLAS_NESTEROV, .rate = 0.2, .batch = 30, .has_plateau = true},
        {.optimizer = NNBLAS_RPROP, .rate = 0.2, .fraction = 0.2},
        {.optimizer = NNBLAS_ADAM, .rate = 0.3, .batch = 9, .fraction = 0.3, .has_plateau = true},
    };
    for (size_t i = 0; i < sizeof CAREERS / sizeof *CAREERS; i++)
        check_career(CAREERS[i]);
}
END_TEST

/* A life: goes on from the checkpoint, if there is one, and saves after every epoch. Nothing of
 * Check is called here: it would write into the file through which the parent tells its results. */
static _Noreturn void live(const setting *s, const char *path) {
    bool good = true;
    if (access(path, F_OK) == 0)
        good = nnblas_trainer_resume(s->trainer, path) == NNBLAS_OK;
    good = good && fit(s) == NNBLAS_OK;
    _exit(good ? 0 : 1);
}

/* Returns whether it was killed, after so many microseconds. */
static bool kill_a_life(const career *c, useconds_t after) {
    setting s = begin_career(c, 5);
    ck_assert_ok(nnblas_trainer_set_checkpoint(s.trainer, c->path, 1));
    pid_t child = fork();
    if (child == 0)
        live(&s, c->path);
    ck_assert_int_ge(child, 0);
    usleep(after);
    kill(child, SIGKILL);
    int status = wait_for_child(child);
    ck_assert_msg(WIFSIGNALED(status) || WEXITSTATUS(status) == 0, "a life failed");
    free_setting(&s);
    return WIFSIGNALED(status);
}

/* What killed processes were writing, and the folder with it. */
static void remove_folder(const char *folder) {
    char pattern[128];
    glob_t found;
    snprintf(pattern, sizeof pattern, "%s/.nnblas-*.tmp", folder);
    if (glob(pattern, 0, NULL, &found) == 0)
        for (size_t i = 0; i < found.gl_pathc; i++)
            ck_assert_int_eq(unlink(found.gl_pathv[i]), 0);
    globfree(&found);
    ck_assert_int_eq(rmdir(folder), 0);
}

/* At most KILLS_EACH in each training, which then goes on alone to its end: that has to have the
 * bits of one that nobody killed. A child of a process that has used the library has one thread, so
 * has this one. */
START_TEST(a_thousand_kills_lose_nothing) {
    enum { KILLS = 1000, KILLS_EACH = 250 };
    career c = {.optimizer = NNBLAS_ADAM, .rate = 0.05, .batch = 9, .fraction = 0.2};
    char folder[] = "lives.XXXXXX";
    ck_assert_ptr_nonnull(mkdtemp(folder));
    snprintf(c.path, sizeof c.path, "%s/checkpoint.safetensors", folder);
    ck_assert_ok(nnblas_set_threads(1));
    double expected[PARAMETERS];
    setting whole = begin_career(&c, 5);
    ck_assert_ok(fit(&whole));
    keep_parameters(&whole, expected);
    dice d = {99};
    size_t kills = 0;
    while (kills < KILLS) {
        for (int i = 0; i < KILLS_EACH; i++, kills++)
            if (!kill_a_life(&c, (useconds_t)roll_between(&d, 0, 6000)))
                break;
        setting end = begin_career(&c, 5);
        if (access(c.path, F_OK) == 0)
            ck_assert_ok(nnblas_trainer_resume(end.trainer, c.path));
        ck_assert_ok(fit(&end));
        ck_assert(has_parameters(&end, expected));
        check_same_history(whole.trainer, end.trainer);
        free_setting(&end);
        unlink(c.path);
    }
    remove_folder(folder);
    free_setting(&whole);
}
END_TEST

START_TEST(foreign_checkpoints_are_refused) {
    career c = {.optimizer = NNBLAS_ADAM, .rate = 0.05, .batch = 9};
    make_path(c.path, sizeof c.path);
    setting s = begin_career(&c, 5);
    double kept[PARAMETERS];
    keep_parameters(&s, kept);
    ck_assert_int_eq(nnblas_trainer_resume(s.trainer, "no/such/file"), NNBLAS_ERROR_FILE);
    ck_assert_ok(nnblas_net_save(s.net, c.path));
    ck_assert_int_eq(nnblas_trainer_resume(s.trainer, c.path), NNBLAS_ERROR_FORMAT);
    ck_assert_ptr_nonnull(strstr(nnblas_error_message(), "no checkpoint"));
    ck_assert_ok(nnblas_trainer_set_checkpoint(s.trainer, c.path, 3));
    ck_assert_ok(fit(&s));
    keep_parameters(&s, kept);
    ck_assert_ok(nnblas_trainer_set_momentum(s.trainer, 0.5));
    ck_assert_int_eq(nnblas_trainer_resume(s.trainer, c.path), NNBLAS_ERROR_VALUE);
    ck_assert_ptr_nonnull(strstr(nnblas_error_message(), "another momentum"));
    ck_assert_ok(nnblas_trainer_set_momentum(s.trainer, 0.9));
    ck_assert_ok(nnblas_net_set_hidden(s.net, NNBLAS_TANH));
    ck_assert_int_eq(nnblas_trainer_resume(s.trainer, c.path), NNBLAS_ERROR_VALUE);
    ck_assert_ptr_nonnull(strstr(nnblas_error_message(), "another network"));
    ck_assert_ok(nnblas_net_set_hidden(s.net, NNBLAS_SIGMOID));
    ck_assert_ok(nnblas_trainer_resume(s.trainer, c.path));
    ck_assert_int_eq(nnblas_trainer_fit(s.trainer, N - 1, s.p.X, s.p.ldx, s.p.Y, s.p.ldy),
                     NNBLAS_ERROR_VALUE);
    ck_assert_ptr_nonnull(strstr(nnblas_error_message(), "rows_to_learn_from"));
    ck_assert(has_parameters(&s, kept));
    /* The network in it is a network like any other. */
    nnblas_net *net;
    ck_assert_ok(nnblas_net_load(c.path, &net));
    ck_assert(memcmp(nnblas_net_parameters(net), kept, sizeof kept) == 0);
    nnblas_net_destroy(net);
    free_setting(&s);
    ck_assert_int_eq(unlink(c.path), 0);
}
END_TEST

int main(void) {
    const TTest *const tests[] = {
        optimizers_follow_their_formulas,
        threads_share_large_steps,
        lbfgs_goes_further_than_gradient_descent,
        lbfgs_converges_on_the_decayed_cost,
        schedules_follow_their_formulas,
        the_rate_falls_on_a_plateau,
        an_epoch_takes_each_row_once,
        the_last_batch_is_the_mean_over_its_rows,
        the_seed_decides_the_order,
        weights_count_as_rows,
        a_batch_without_weight_is_passed_over,
        the_best_parameters_come_back,
        a_fraction_validates,
        patience_stops,
        the_time_limit_stops,
        the_desired_cost_stops_batches,
        the_callback_sees_the_history,
        a_step_that_overflows_is_not_taken,
        bad_settings_are_refused,
        settings_have_to_go_together,
        a_resumed_training_has_the_same_bits,
        a_thousand_kills_lose_nothing,
        foreign_checkpoints_are_refused,
    };
    return run_tests("trainer", tests, sizeof tests / sizeof *tests);
}
