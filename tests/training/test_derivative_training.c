/* SPDX-License-Identifier: BSD-3-Clause */
/* Training on given derivatives beside the values. */
#include "support/checkpoint_file.h"
#include "support/counting_allocator.h"
#include "support/small_training.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { COLUMNS = OUTPUTS * INPUTS, LDD = COLUMNS + 1 };
static const double WEIGHT = 0.3;

static const nnblas_optimizer OPTIMIZERS[] = {
    NNBLAS_GRADIENT_DESCENT,
    NNBLAS_MOMENTUM,
    NNBLAS_NESTEROV,
    NNBLAS_RPROP,
    NNBLAS_ADAM,
    NNBLAS_LBFGS,
    NNBLAS_SCALED_CONJUGATE_GRADIENT,
};
enum { N_OPTIMIZERS = sizeof OPTIMIZERS / sizeof *OPTIMIZERS };

/* What was given for the N rows of every training here, between columns of NaN. */
static double dYdX[N * LDD];

static void draw_derivatives(void) {
    dice d = {7};
    fill(N * LDD, dYdX, (double)NAN);
    for (size_t e = 0; e < N; e++)
        for (size_t j = 0; j < COLUMNS; j++)
            dYdX[e * LDD + j] = roll_uniform(&d, -0.5, 0.5);
}

static training begin(nnblas_optimizer optimizer, double rate, size_t epochs) {
    training t = make_training(optimizer, rate, epochs);
    draw_derivatives();
    ck_assert_ok(nnblas_trainer_set_derivatives(t.trainer, WEIGHT, dYdX, LDD));
    return t;
}

/* The cost of count rows from first on, and its gradient. */
static double compute(const training *t, size_t first, size_t count, double *gradient) {
    double cost;
    const double *weights = nnblas_trainer_sample_weights(t->trainer);
    ck_assert_ok(nnblas_net_gradient_derivatives(
        t->net, count, t->p.X + first * t->p.ldx, t->p.ldx, t->p.Y + first * t->p.ldy, t->p.ldy,
        weights ? weights + first : NULL, WEIGHT, dYdX + first * LDD, LDD, gradient, &cost));
    return cost;
}

/* ---- steps ----------------------------------------------------------------------------------- */

/* Gradient descent by hand in batches of so many rows, as they follow each other. */
static void descend(const training *t, size_t batch, double rate, size_t epochs) {
    double gradient[PARAMETERS];
    for (size_t epoch = 0; epoch < epochs; epoch++)
        for (size_t first = 0; first < N; first += batch) {
            compute(t, first, batch < N - first ? batch : N - first, gradient);
            for (size_t i = 0; i < PARAMETERS; i++)
                get_parameters(t)[i] -= rate * gradient[i];
        }
}

static void check_descent(size_t batch, const double *weights) {
    const double RATE = 0.4;
    training t = begin(NNBLAS_GRADIENT_DESCENT, RATE, 3), by_hand = begin(0, RATE, 3);
    ck_assert_ok(nnblas_trainer_set_batch_size(t.trainer, batch));
    ck_assert_ok(nnblas_trainer_set_shuffle(t.trainer, 0));
    ck_assert_ok(nnblas_trainer_set_sample_weights(t.trainer, weights));
    ck_assert_ok(nnblas_trainer_set_sample_weights(by_hand.trainer, weights));
    double gradient[PARAMETERS], first_cost = compute(&t, 0, N, gradient);
    ck_assert_ok(fit(&t));
    descend(&by_hand, batch > 0 ? batch : N, RATE, 3);
    ck_assert_close(PARAMETERS, get_parameters(&by_hand), get_parameters(&t));
    if (batch == 0) {
        const nnblas_epoch epoch = get_epoch(t.trainer, 0);
        ck_assert_close(1, &first_cost, &epoch.cost);
    }
    free_training(&t);
    free_training(&by_hand);
}

START_TEST(steps_are_along_the_gradient) {
    double weights[N];
    for (size_t e = 0; e < N; e++)
        weights[e] = 0.5 + (double)(e % 4);
    static const size_t BATCHES[] = {0, 1, 9, 40, N};
    for (size_t i = 0; i < sizeof BATCHES / sizeof *BATCHES; i++) {
        check_descent(BATCHES[i], NULL);
        check_descent(BATCHES[i], weights);
    }
}
END_TEST

/* Given what the network computes already, no step changes it: whichever rows a batch has, their
 * derivatives are their own. With a row of weight 0 whose numbers are wrong. */
START_TEST(picked_rows_have_their_own_derivatives) {
    training t = begin(NNBLAS_GRADIENT_DESCENT, 0.5, 3);
    double kept[PARAMETERS], J[N * COLUMNS], weights[N];
    fill(N, weights, 1.0);
    weights[11] = 0.0;
    ck_assert_ok(nnblas_net_predict(t.net, N, t.p.X, t.p.ldx, t.p.Y, t.p.ldy));
    ck_assert_ok(nnblas_net_input_jacobian(t.net, N, t.p.X, t.p.ldx, J));
    ck_assert_ok(nnblas_trainer_set_derivatives(t.trainer, WEIGHT, J, COLUMNS));
    ck_assert_ok(nnblas_trainer_set_batch_size(t.trainer, 10));
    ck_assert_ok(nnblas_trainer_set_validation_fraction(t.trainer, 0.3));
    ck_assert_ok(nnblas_trainer_set_sample_weights(t.trainer, weights));
    J[11 * COLUMNS] += 100.0;
    keep_parameters(&t, kept);
    ck_assert_ok(fit(&t));
    ck_assert_double_le(get_difference(PARAMETERS, kept, get_parameters(&t)), 1e-14);
    ck_assert_double_le(get_epoch(t.trainer, 2).cost, 1e-25);
    free_training(&t);
}
END_TEST

START_TEST(every_optimizer_lowers_the_cost) {
    for (size_t o = 0; o < N_OPTIMIZERS; o++) {
        if (OPTIMIZERS[o] == NNBLAS_LBFGS && !nnblas_has(NNBLAS_FEATURE_LBFGS))
            continue;
        training t = begin(OPTIMIZERS[o], 0.05, 60);
        double gradient[PARAMETERS], before = compute(&t, 0, N, gradient);
        ck_assert_ok(nnblas_trainer_set_weight_decay(t.trainer, 1e-6));
        ck_assert_int_ge(fit(&t), 0);
        double after = compute(&t, 0, N, gradient);
        ck_assert_msg(after < 0.99 * before, "optimizer %d: %g to %g", (int)OPTIMIZERS[o], before,
                      after);
        free_training(&t);
    }
}
END_TEST

/* To a point where the gradient, with a decay of the weights, is 0. */
START_TEST(searches_converge) {
    const double DECAY = 0.01;
    for (size_t o = 0; o < N_OPTIMIZERS; o++) {
        if (OPTIMIZERS[o] < NNBLAS_LBFGS ||
            (OPTIMIZERS[o] == NNBLAS_LBFGS && !nnblas_has(NNBLAS_FEATURE_LBFGS)))
            continue;
        training t = begin(OPTIMIZERS[o], 1.0, 3000);
        double before[PARAMETERS], after[PARAMETERS], left = 0.0;
        ck_assert_ok(nnblas_trainer_set_weight_decay(t.trainer, DECAY));
        ck_assert_ok(nnblas_trainer_set_lbfgs(t.trainer, 20, 1e-7));
        ck_assert_ok(nnblas_trainer_set_scaled_conjugate_gradient(t.trainer, 1e-7));
        compute(&t, 0, N, before);
        ck_assert_int_eq(fit(&t), NNBLAS_STOPPED_CONVERGED);
        compute(&t, 0, N, after);
        for (size_t i = 0; i < PARAMETERS; i++)
            left =
                fmax(left, fabs(after[i] + (is_weight(i) ? DECAY * get_parameters(&t)[i] : 0.0)));
        ck_assert_double_lt(left, 1e-7);
        ck_assert_double_gt(get_difference(PARAMETERS, before, after), 0.1);
        free_training(&t);
    }
}
END_TEST

/* The bits of a fit depend on no number of threads; rows enough for several parts. */
START_TEST(any_number_of_threads_gives_the_same_bits) {
    enum { ROWS = 3000, IN = 4, OUT = 2, ALL = (IN + 1) * 30 + 31 * OUT };
    static const size_t SIZES[] = {IN, 30, OUT};
    dice d = {3};
    problem p = make_problem(&d, ROWS, SIZES, 3, 0);
    double *given = allocate_doubles(ROWS * IN * OUT), expected[ALL] = {0.0};
    for (size_t i = 0; i < ROWS * IN * OUT; i++)
        given[i] = roll_uniform(&d, -1.0, 1.0);
    for (int threads = 1; threads <= 7; threads += 3) {
        nnblas_net *net;
        nnblas_trainer *trainer;
        ck_assert_ok(nnblas_set_threads(threads));
        ck_assert_ok(nnblas_net_create(SIZES, 3, NNBLAS_BIAS, &net));
        ck_assert_ok(nnblas_trainer_create(net, &trainer));
        ck_assert_ok(nnblas_trainer_set_derivatives(trainer, 1.0, given, IN * OUT));
        ck_assert_ok(nnblas_trainer_set_batch_size(trainer, 1700));
        ck_assert_ok(nnblas_trainer_set_epochs(trainer, 2));
        ck_assert_ok(nnblas_trainer_fit(trainer, ROWS, p.X, p.ldx, p.Y, p.ldy));
        if (threads == 1)
            memcpy(expected, nnblas_net_parameters(net), sizeof expected);
        ck_assert(memcmp(expected, nnblas_net_parameters(net), sizeof expected) == 0);
        nnblas_trainer_destroy(trainer);
        nnblas_net_destroy(net);
    }
    ck_assert_ok(nnblas_set_threads(0));
    free(given);
    free_problem(&p);
}
END_TEST

/* Each of several fits has the derivatives of its own trainer, and the bits of its own fit. */
START_TEST(many_fits_have_the_bits_of_each) {
    enum { COUNT = 3 };
    training many[COUNT], alone[COUNT];
    nnblas_trainer *trainers[COUNT];
    for (size_t i = 0; i < COUNT; i++) {
        many[i] = begin(NNBLAS_ADAM, 0.1, 4 + i);
        alone[i] = begin(NNBLAS_ADAM, 0.1, 4 + i);
        trainers[i] = many[i].trainer;
        ck_assert_ok(nnblas_trainer_set_batch_size(many[i].trainer, 20));
        ck_assert_ok(nnblas_trainer_set_batch_size(alone[i].trainer, 20));
    }
    ck_assert_ok(nnblas_trainer_set_derivatives(trainers[1], 0.0, NULL, 0));
    ck_assert_ok(nnblas_trainer_set_derivatives(alone[1].trainer, 0.0, NULL, 0));
    ck_assert_ok(nnblas_fit_many(trainers, COUNT, N, many[0].p.X, many[0].p.ldx, many[0].p.Y,
                                 many[0].p.ldy, NULL));
    for (size_t i = 0; i < COUNT; i++) {
        ck_assert_ok(fit(&alone[i]));
        ck_assert(has_parameters(&many[i], get_parameters(&alone[i])));
        free_training(&many[i]);
        free_training(&alone[i]);
    }
}
END_TEST

START_TEST(masked_parameters_stay) {
    uint8_t mask[PARAMETERS];
    double kept[PARAMETERS];
    for (size_t i = 0; i < PARAMETERS; i++)
        mask[i] = i % 3 != 0;
    for (size_t o = 0; o < N_OPTIMIZERS; o++) {
        if (OPTIMIZERS[o] == NNBLAS_LBFGS && !nnblas_has(NNBLAS_FEATURE_LBFGS))
            continue;
        training t = begin(OPTIMIZERS[o], 0.05, 5);
        ck_assert_ok(nnblas_trainer_set_mask(t.trainer, mask));
        keep_parameters(&t, kept);
        ck_assert_int_ge(fit(&t), 0);
        for (size_t i = 0; i < PARAMETERS; i++)
            ck_assert((memcmp(&kept[i], get_parameters(&t) + i, sizeof *kept) != 0) == mask[i]);
        free_training(&t);
    }
}
END_TEST

/* ---- what is of the values alone ------------------------------------------------------------- */

START_TEST(validation_is_by_values) {
    training t = begin(NNBLAS_GRADIENT_DESCENT, 0.1, 1);
    double expected;
    ck_assert_ok(nnblas_trainer_set_validation_rows(t.trainer, 20, t.p.X, t.p.ldx, t.p.Y, t.p.ldy));
    ck_assert_ok(fit(&t));
    ck_assert_ok(nnblas_net_evaluate(t.net, 20, t.p.X, t.p.ldx, t.p.Y, t.p.ldy, &expected));
    const nnblas_epoch epoch = get_epoch(t.trainer, 0);
    ck_assert_close(1, &expected, &epoch.validation_cost);
    free_training(&t);
}
END_TEST

START_TEST(single_steps_are_by_values) {
    training t = begin(NNBLAS_GRADIENT_DESCENT, 0.1, 1),
             plain = make_training(NNBLAS_GRADIENT_DESCENT, 0.1, 1);
    const training *both[] = {&t, &plain};
    for (size_t i = 0; i < 2; i++)
        ck_assert_ok(
            nnblas_trainer_step(both[i]->trainer, N, t.p.X, t.p.ldx, t.p.Y, t.p.ldy, NULL, NULL));
    ck_assert(has_parameters(&t, get_parameters(&plain)));
    ck_assert_ok(fit(&plain));
    ck_assert_ok(nnblas_trainer_set_derivatives(t.trainer, -1.0, NULL, 0)); /* the values alone */
    ck_assert_ok(fit(&t));
    ck_assert(has_parameters(&t, get_parameters(&plain)));
    free_training(&t);
    free_training(&plain);
}
END_TEST

/* ---- refusals -------------------------------------------------------------------------------- */

static void expect_refusal(const training *t, nnblas_status expected, const char *part) {
    double kept[PARAMETERS];
    keep_parameters(t, kept);
    ck_assert_int_eq(fit(t), expected);
    ck_assert_msg(strstr(nnblas_error_message(), part), "'%s' has no '%s'", nnblas_error_message(),
                  part);
    ck_assert(has_parameters(t, kept));
}

START_TEST(settings_are_checked) {
    static const double BAD[] = {0.0, -1.0, (double)NAN, (double)INFINITY};
    training t = begin(NNBLAS_ADAM, 0.1, 2);
    double weight = 0.0;
    const double *found = NULL;
    size_t ldd = 0;
    for (size_t i = 0; i < sizeof BAD / sizeof *BAD; i++)
        ck_assert_int_eq(nnblas_trainer_set_derivatives(t.trainer, BAD[i], dYdX, LDD),
                         NNBLAS_ERROR_VALUE);
    ck_assert_int_eq(nnblas_trainer_set_derivatives(t.trainer, 1.0, dYdX, COLUMNS - 1),
                     NNBLAS_ERROR_LEADING);
    ck_assert_int_eq(nnblas_trainer_set_derivatives(NULL, 1.0, dYdX, LDD), NNBLAS_ERROR_NULL);
    ck_assert_ok(nnblas_trainer_derivatives(t.trainer, &weight, &found, &ldd));
    ck_assert(weight == WEIGHT && found == dYdX && ldd == LDD);
    ck_assert_ok(nnblas_trainer_set_derivatives(t.trainer, 1.0, NULL, 0));
    ck_assert_ok(nnblas_trainer_derivatives(t.trainer, &weight, &found, &ldd));
    ck_assert(weight == 0.0 && !found && ldd == 0);
    ck_assert_ok(nnblas_trainer_derivatives(t.trainer, NULL, NULL, NULL));
    ck_assert_int_eq(nnblas_trainer_derivatives(NULL, &weight, &found, &ldd), NNBLAS_ERROR_NULL);
    free_training(&t);
}
END_TEST

START_TEST(bad_derivatives_are_refused) {
    training t = begin(NNBLAS_ADAM, 0.1, 2);
    dYdX[40 * LDD + 3] = (double)NAN;
    expect_refusal(&t, NNBLAS_ERROR_NOT_FINITE, "dYdX holds a NaN at row 40, column 3");
    dYdX[40 * LDD + 3] = (double)-INFINITY;
    expect_refusal(&t, NNBLAS_ERROR_NOT_FINITE, "dYdX holds an infinity at row 40, column 3");
    dYdX[40 * LDD + 3] = 0.0;
    ck_assert_ok(nnblas_trainer_set_derivatives(t.trainer, 1.0, get_parameters(&t), PARAMETERS));
    expect_refusal(&t, NNBLAS_ERROR_OVERLAP, "dYdX");
    if (nnblas_has(NNBLAS_FEATURE_LAPACK)) {
        ck_assert_ok(nnblas_trainer_set_derivatives(t.trainer, 1.0, dYdX, LDD));
        ck_assert_ok(nnblas_trainer_set_optimizer(t.trainer, NNBLAS_LEVENBERG_MARQUARDT));
        expect_refusal(&t, NNBLAS_ERROR_VALUE, "takes no derivatives");
        ck_assert_ok(nnblas_trainer_set_bayesian(t.trainer, 1));
        expect_refusal(&t, NNBLAS_ERROR_VALUE, "takes no derivatives");
    }
    free_training(&t);
}
END_TEST

/* Errors whose squares overflow end the fit, with every optimizer. */
START_TEST(overflow_is_an_error) {
    for (size_t o = 0; o < N_OPTIMIZERS; o++) {
        if (OPTIMIZERS[o] == NNBLAS_LBFGS && !nnblas_has(NNBLAS_FEATURE_LBFGS))
            continue;
        training t = begin(OPTIMIZERS[o], 0.1, 2);
        dYdX[3] = 1e200;
        expect_refusal(&t, NNBLAS_ERROR_NOT_FINITE, "overflows");
        free_training(&t);
    }
}
END_TEST

START_TEST(failed_allocations_are_errors) {
    training t = begin(NNBLAS_ADAM, 0.1, 1);
    double kept[PARAMETERS];
    keep_parameters(&t, kept);
    start_counting(0);
    ck_assert_ok(fit(&t));
    size_t allocations = get_heap_count().allocations;
    for (size_t fail_at = 1; fail_at <= allocations; fail_at++) {
        memcpy(get_parameters(&t), kept, sizeof kept);
        start_counting(0);
        size_t live = get_heap_count().live;
        start_counting(fail_at);
        ck_assert_int_eq(fit(&t), NNBLAS_ERROR_MEMORY);
        ck_assert_uint_le(get_heap_count().live, live);
        ck_assert(has_parameters(&t, kept));
    }
    start_counting(0);
    free_training(&t);
}
END_TEST

/* ---- checkpoints ----------------------------------------------------------------------------- */

static void check_resumption(nnblas_optimizer optimizer, size_t batch, const char *path) {
    double expected[PARAMETERS];
    training whole = begin(optimizer, 0.1, 8), t = begin(optimizer, 0.1, 3);
    ck_assert_ok(nnblas_trainer_set_batch_size(whole.trainer, batch));
    ck_assert_ok(nnblas_trainer_set_batch_size(t.trainer, batch));
    ck_assert_ok(fit(&whole));
    keep_parameters(&whole, expected);
    ck_assert_ok(nnblas_trainer_set_checkpoint(t.trainer, path, 100));
    ck_assert_ok(fit(&t));
    ck_assert_ok(nnblas_trainer_set_derivatives(whole.trainer, 1.0, NULL, 0));
    ck_assert_int_eq(nnblas_trainer_resume(whole.trainer, path), NNBLAS_ERROR_VALUE);
    ck_assert_str_eq(nnblas_error_message(), "weight of the derivatives: 0.3 in the checkpoint, "
                                             "none in this training");
    ck_assert_ok(nnblas_trainer_set_derivatives(whole.trainer, 0.4, dYdX, LDD));
    ck_assert_int_eq(nnblas_trainer_resume(whole.trainer, path), NNBLAS_ERROR_VALUE);
    ck_assert_ok(nnblas_trainer_set_derivatives(whole.trainer, WEIGHT, dYdX, LDD));
    ck_assert_ok(nnblas_trainer_resume(whole.trainer, path));
    ck_assert_ok(nnblas_net_init(whole.net, 99));
    ck_assert_ok(fit(&whole));
    ck_assert(has_parameters(&whole, expected));
    free_training(&whole);
    free_training(&t);
    ck_assert_int_eq(unlink(path), 0);
}

START_TEST(a_checkpoint_goes_on) {
    char path[64];
    snprintf(path, sizeof path, "derivatives.%ld.safetensors", (long)getpid());
    check_resumption(NNBLAS_ADAM, 9, path);
    check_resumption(NNBLAS_RPROP, 0, path);
    check_resumption(NNBLAS_SCALED_CONJUGATE_GRADIENT, 0, path);
}
END_TEST

int main(void) {
    const TTest *const tests[] = {
        steps_are_along_the_gradient,
        picked_rows_have_their_own_derivatives,
        every_optimizer_lowers_the_cost,
        searches_converge,
        any_number_of_threads_gives_the_same_bits,
        many_fits_have_the_bits_of_each,
        masked_parameters_stay,
        validation_is_by_values,
        single_steps_are_by_values,
        settings_are_checked,
        bad_derivatives_are_refused,
        overflow_is_an_error,
        failed_allocations_are_errors,
        a_checkpoint_goes_on,
    };
    return run_tests("derivative_training", tests, sizeof tests / sizeof *tests);
}
