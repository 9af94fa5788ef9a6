/* SPDX-License-Identifier: BSD-3-Clause */
/* Sources that fail, change or have rows that cannot be trained on, and settings that do not go
 * with a source. */
#include "support/row_source.h"
#include "support/small_training.h"

#include <math.h>
#include <string.h>

enum {
    BLOCK_ROWS = 10,
    CALLS_OF_A_PASS = 10
}; /* the last block asks for a row that is not there */

static const nnblas_optimizer OPTIMIZERS[] = {
    NNBLAS_GRADIENT_DESCENT,    NNBLAS_RPROP, NNBLAS_ADAM,
    NNBLAS_LEVENBERG_MARQUARDT, NNBLAS_LBFGS, NNBLAS_SCALED_CONJUGATE_GRADIENT};
enum { N_OPTIMIZERS = sizeof OPTIMIZERS / sizeof *OPTIMIZERS };

/* ---- in the midst of a training -------------------------------------------------------------- */

typedef struct last_epoch {
    const training *t;
    double parameters[PARAMETERS];
} last_epoch;

static int keep_epoch(void *user, size_t epoch, double cost) {
    last_epoch *last = user;
    (void)epoch, (void)cost;
    keep_parameters(last->t, last->parameters);
    return 0;
}

/* Fails at a call; the parameters are those of the last epoch that was complete. */
static void check_late_failure(nnblas_optimizer optimizer, size_t call, bool reads_ahead) {
    training t = make_training(optimizer, 0.1, 1000);
    last_epoch last = {.t = &t};
    row_source s;
    open_row_source(&s, &t.p, BLOCK_ROWS);
    ck_assert_ok(nnblas_source_set_read_ahead(s.source, reads_ahead));
    s.fails_at = call;
    keep_parameters(&t, last.parameters);
    ck_assert_ok(nnblas_trainer_set_callback(t.trainer, keep_epoch, &last));
    ck_assert_int_eq(nnblas_trainer_fit_source(t.trainer, s.source), NNBLAS_ERROR_SOURCE);
    ck_assert_ptr_nonnull(strstr(nnblas_error_message(), "next returned 7"));
    ck_assert_int_eq(nnblas_trainer_fit_status(t.trainer), NNBLAS_ERROR_SOURCE);
    ck_assert(has_parameters(&t, last.parameters));
    close_row_source(&s);
    free_training(&t);
}

START_TEST(a_failure_takes_the_step_back) {
    for (size_t o = 0; o < N_OPTIMIZERS; o++)
        for (size_t call = 1; call < 8 * CALLS_OF_A_PASS && has_optimizer(OPTIMIZERS[o]); call += 3)
            check_late_failure(OPTIMIZERS[o], call, call % 2);
}
END_TEST

/* With mini-batches the steps before the failure are taken. */
START_TEST(a_failure_ends_mini_batches) {
    training t = make_training(NNBLAS_MOMENTUM, 0.1, 1000);
    row_source s;
    open_row_source(&s, &t.p, BLOCK_ROWS);
    let_seek(&s);
    s.fails_at = 3 * CALLS_OF_A_PASS + 4;
    ck_assert_ok(nnblas_trainer_set_batch_size(t.trainer, 7));
    ck_assert_int_eq(nnblas_trainer_fit_source(t.trainer, s.source), NNBLAS_ERROR_SOURCE);
    s.loses_place = true;
    s.fails_at = 0;
    ck_assert_int_eq(nnblas_trainer_fit_source(t.trainer, s.source), NNBLAS_ERROR_SOURCE);
    ck_assert_ptr_nonnull(strstr(nnblas_error_message(), "seek to row"));
    ck_assert_ptr_nonnull(strstr(nnblas_error_message(), "returned 4"));
    for (size_t i = 0; i < PARAMETERS; i++)
        ck_assert(isfinite(get_parameters(&t)[i]));
    close_row_source(&s);
    free_training(&t);
}
END_TEST

/* With a validation source, the best parameters so far. */
START_TEST(a_validation_source_may_fail) {
    training t = make_training(NNBLAS_RPROP, 0.1, 1000);
    row_source s, v;
    open_row_source(&s, &t.p, BLOCK_ROWS);
    open_row_source(&v, &t.p, 30);
    v.fails_at = 4 * 4 + 1;
    ck_assert_ok(nnblas_trainer_set_validation_source(t.trainer, v.source));
    ck_assert_int_eq(nnblas_trainer_fit_source(t.trainer, s.source), NNBLAS_ERROR_SOURCE);
    ck_assert_ptr_nonnull(strstr(nnblas_error_message(), "the validation source failed at row 0"));
    ck_assert_uint_gt(nnblas_trainer_history_count(t.trainer), 0);
    v.fails_at = 1;
    v.calls = 0;
    ck_assert_int_eq(fit(&t), NNBLAS_ERROR_SOURCE);
    close_row_source(&v);
    close_row_source(&s);
    free_training(&t);
}
END_TEST

START_TEST(each_pass_has_the_same_number_of_rows) {
    static const size_t LATER[] = {N + 1, N - 1, N / 2, 2 * BLOCK_ROWS};
    for (size_t i = 0; i < sizeof LATER / sizeof *LATER; i++)
        for (size_t batch = 0; batch < 10; batch += 9) {
            training t = make_training(NNBLAS_MOMENTUM, 0.1, 5);
            row_source s;
            open_row_source(&s, &t.p, BLOCK_ROWS);
            s.N = LATER[i] > N ? N - 1 : N;
            s.later_N = LATER[i] > N ? N : LATER[i];
            ck_assert_ok(nnblas_trainer_set_batch_size(t.trainer, batch));
            ck_assert_int_eq(nnblas_trainer_fit_source(t.trainer, s.source), NNBLAS_ERROR_SOURCE);
            ck_assert_ptr_nonnull(strstr(nnblas_error_message(), "first pass"));
            close_row_source(&s);
            free_training(&t);
        }
}
END_TEST

/* Fewer rows than were set, and more. */
START_TEST(the_number_of_rows_must_be_right) {
    static const size_t SET[] = {1, N - 1, N + 1, 2 * N, 100 * N, BLOCK_ROWS};
    for (size_t i = 0; i < sizeof SET / sizeof *SET; i++)
        for (size_t manner = 0; manner < 8; manner++) {
            training t = make_training(NNBLAS_MOMENTUM, 0.1, 5);
            row_source s;
            open_row_source(&s, &t.p, BLOCK_ROWS);
            if (manner & 1)
                let_seek(&s);
            ck_assert_ok(nnblas_source_set_rows(s.source, SET[i]));
            ck_assert_ok(nnblas_source_set_read_ahead(s.source, (manner & 2) != 0));
            ck_assert_ok(nnblas_trainer_set_batch_size(t.trainer, manner & 4 ? 9 : 0));
            ck_assert_int_eq(nnblas_trainer_fit_source(t.trainer, s.source), NNBLAS_ERROR_SOURCE);
            const char *words = SET[i] < N ? "more rows than the" : "number of rows was set to";
            bool is_named = strstr(nnblas_error_message(), words) ||
                            strstr(nnblas_error_message(), "seek to row");
            ck_assert_msg(is_named, "%s", nnblas_error_message());
            close_row_source(&s);
            free_training(&t);
        }
}
END_TEST

/* The rate is small enough, and so is the cost: it is the gradient of the rows that makes the step
 * too large. */
START_TEST(a_step_on_rows_that_overflows_is_not_taken) {
    dice d = {10};
    problem p = make_problem(&d, N, (size_t[]){INPUTS, OUTPUTS}, 2, 0);
    nnblas_net *net = NULL;
    nnblas_trainer *trainer = NULL;
    row_source s;
    fill(N * p.ldx, p.X, 1e150);
    fill(N * p.ldy, p.Y, 1e150);
    ck_assert_ok(nnblas_net_create(p.sizes, p.n_sizes, 0, &net));
    ck_assert_ok(nnblas_net_set_output(net, NNBLAS_IDENTITY, NNBLAS_MSE));
    fill(nnblas_net_parameter_count(net), nnblas_net_parameters(net), 0.0);
    ck_assert_ok(nnblas_trainer_create(net, &trainer));
    ck_assert_ok(nnblas_trainer_set_learning_rate(trainer, 1e99));
    open_row_source(&s, &p, BLOCK_ROWS);
    ck_assert_int_eq(nnblas_trainer_fit_source(trainer, s.source), NNBLAS_ERROR_NOT_FINITE);
    for (size_t i = 0; i < nnblas_net_parameter_count(net); i++)
        ck_assert_double_eq(nnblas_net_parameters(net)[i], 0.0);
    close_row_source(&s);
    nnblas_trainer_destroy(trainer);
    nnblas_net_destroy(net);
    free_problem(&p);
}
END_TEST

/* ---- before the first step ------------------------------------------------------------------- */

static void check_refused(training *t, row_source *s, nnblas_status expected, const char *words) {
    double start[PARAMETERS];
    keep_parameters(t, start);
    ck_assert_int_eq(nnblas_trainer_fit_source(t->trainer, s->source), expected);
    ck_assert_msg(strstr(nnblas_error_message(), words), "%s", nnblas_error_message());
    ck_assert(has_parameters(t, start));
}

START_TEST(rows_are_checked_in_the_first_pass) {
    training t = make_training(NNBLAS_RPROP, 0.1, 5);
    row_source s;
    dice d = {8};
    weigh_rows(&d, &t.p);
    open_row_source(&s, &t.p, BLOCK_ROWS);
    double *X = &t.p.X[57 * t.p.ldx + 3], *Y = &t.p.Y[58 * t.p.ldy + 1], *w = &t.p.weights[59];
    double x = *X, y = *Y, weight = *w;
    *X = (double)NAN;
    check_refused(&t, &s, NNBLAS_ERROR_NOT_FINITE, "X holds a NaN at row 57, column 3");
    *X = x;
    *Y = (double)INFINITY;
    check_refused(&t, &s, NNBLAS_ERROR_NOT_FINITE, "Y holds an infinity at row 58, column 1");
    *Y = y;
    *w = -2.0;
    check_refused(&t, &s, NNBLAS_ERROR_VALUE, "the sample weight of row 59 is -2");
    *w = weight;
    ck_assert_ok(nnblas_net_set_output(t.net, NNBLAS_SIGMOID, NNBLAS_CROSS_ENTROPY));
    *Y = 3.0;
    check_refused(&t, &s, NNBLAS_ERROR_VALUE, "Y holds 3 at row 58, column 1");
    *Y = y;
    memset(t.p.weights, 0, N * sizeof *w);
    check_refused(&t, &s, NNBLAS_ERROR_VALUE, "the sample weights add up to 0");
    s.N = 0;
    check_refused(&t, &s, NNBLAS_ERROR_SIZE, "the source has no rows");
    close_row_source(&s);
    free_training(&t);
}
END_TEST

/* Before the step that would take it, with the same words. */
static void check_first_epoch(nnblas_optimizer optimizer, size_t batch) {
    training t = make_training(optimizer, 0.1, 5);
    row_source s;
    double *X = &t.p.X[57 * t.p.ldx + 3], *Y = &t.p.Y[58 * t.p.ldy + 1], x = *X;
    open_row_source(&s, &t.p, BLOCK_ROWS);
    ck_assert_ok(nnblas_source_set_rows(s.source, N));
    ck_assert_ok(nnblas_trainer_set_batch_size(t.trainer, batch));
    *X = (double)NAN;
    ck_assert_int_eq(nnblas_trainer_fit_source(t.trainer, s.source), NNBLAS_ERROR_NOT_FINITE);
    ck_assert_ptr_nonnull(strstr(nnblas_error_message(), "X holds a NaN at row 57, column 3"));
    *X = x;
    ck_assert_ok(nnblas_net_set_output(t.net, NNBLAS_SIGMOID, NNBLAS_CROSS_ENTROPY));
    *Y = 3.0;
    if (optimizer != NNBLAS_LEVENBERG_MARQUARDT) {
        ck_assert_int_eq(nnblas_trainer_fit_source(t.trainer, s.source), NNBLAS_ERROR_VALUE);
        ck_assert_ptr_nonnull(strstr(nnblas_error_message(), "Y holds 3 at row 58, column 1"));
    }
    for (size_t i = 0; i < PARAMETERS; i++)
        ck_assert(isfinite(get_parameters(&t)[i]));
    close_row_source(&s);
    free_training(&t);
}

START_TEST(counted_rows_are_checked_in_the_first_epoch) {
    for (size_t o = 0; o < N_OPTIMIZERS; o++)
        if (has_optimizer(OPTIMIZERS[o]))
            check_first_epoch(OPTIMIZERS[o], 0);
    check_first_epoch(NNBLAS_ADAM, 7);
}
END_TEST

START_TEST(counted_validation_rows_are_checked_in_the_first_epoch) {
    training t = make_training(NNBLAS_RPROP, 0.1, 5), others = make_training(NNBLAS_RPROP, 0.1, 5);
    row_source s;
    open_row_source(&s, &others.p, BLOCK_ROWS);
    ck_assert_ok(nnblas_source_set_rows(s.source, N));
    ck_assert_ok(nnblas_trainer_set_validation_source(t.trainer, s.source));
    ck_assert_ok(fit(&t));
    others.p.Y[58 * others.p.ldy] = (double)NAN;
    ck_assert_int_eq(fit(&t), NNBLAS_ERROR_NOT_FINITE);
    ck_assert_msg(strstr(nnblas_error_message(), "NaN at row 58, column 0"), "%s",
                  nnblas_error_message());
    close_row_source(&s);
    free_training(&others);
    free_training(&t);
}
END_TEST

static void check_later_weights(size_t batch, const double *later, nnblas_status status,
                                const char *words) {
    dice d = {9};
    training t = make_training(NNBLAS_ADAM, 0.01, 5);
    row_source s;
    weigh_rows(&d, &t.p);
    for (size_t e = 0; e < N; e++)
        t.p.weights[e] = e % 3 == 0 ? 0.0 : 1.0;
    open_row_source(&s, &t.p, BLOCK_ROWS);
    s.later_weights = later;
    ck_assert_ok(nnblas_trainer_set_batch_size(t.trainer, batch));
    ck_assert_int_eq(nnblas_trainer_fit_source(t.trainer, s.source), status);
    ck_assert_msg(strstr(nnblas_error_message(), words) != NULL, "%s", nnblas_error_message());
    close_row_source(&s);
    free_training(&t);
}

/* Of mini-batches. */
START_TEST(each_pass_has_the_same_weights) {
    double later[N];
    for (size_t batch = 1; batch <= 16; batch *= 4) {
        for (size_t e = 0; e < N; e++)
            later[e] = 1.0;
        check_later_weights(batch, later, NNBLAS_ERROR_SOURCE,
                            "more rows of a weight above 0 than the");
        for (size_t e = 0; e < N; e++)
            later[e] = e % 3 == 1 ? 1.0 : 0.0;
        check_later_weights(batch, later, NNBLAS_ERROR_SOURCE,
                            "fewer rows of a weight above 0 than the");
        later[70] = (double)NAN;
        check_later_weights(batch, later, NNBLAS_ERROR_NOT_FINITE,
                            "the sample weight of row 70 is nan");
    }
}
END_TEST

START_TEST(validation_rows_are_checked) {
    training t = make_training(NNBLAS_RPROP, 0.1, 5), other = make_training(NNBLAS_RPROP, 0.1, 5);
    row_source s, v;
    open_row_source(&s, &t.p, BLOCK_ROWS);
    open_row_source(&v, &other.p, BLOCK_ROWS);
    ck_assert_ok(nnblas_trainer_set_validation_source(t.trainer, v.source));
    other.p.X[60 * other.p.ldx] = (double)NAN;
    check_refused(&t, &s, NNBLAS_ERROR_NOT_FINITE, "validation X holds a NaN at row 60, column 0");
    v.N = 0;
    check_refused(&t, &s, NNBLAS_ERROR_SIZE, "the validation source has no rows");
    close_row_source(&v);
    close_row_source(&s);
    free_training(&t);
    free_training(&other);
}
END_TEST

/* It is told by what is read, or where the order of so many blocks has no room. */
START_TEST(a_number_of_rows_that_is_none_is_told) {
    const size_t most = SIZE_MAX >> 11, huge[] = {SIZE_MAX, SIZE_MAX / 2 + 1, most + 2};
    training t = make_training(NNBLAS_ADAM, 0.1, 5);
    row_source s;
    open_row_source(&s, &t.p, BLOCK_ROWS);
    for (size_t i = 0; i < 3 && sizeof(size_t) > 4; i++) {
        ck_assert_int_eq(nnblas_source_set_rows(s.source, huge[i]), NNBLAS_ERROR_SIZE);
        ck_assert_ptr_nonnull(strstr(nnblas_error_message(), "it must be how many there are"));
    }
    ck_assert_int_eq(nnblas_source_set_rows(s.source, SIZE_MAX), NNBLAS_ERROR_SIZE);
    ck_assert_ok(nnblas_trainer_fit_source(t.trainer, s.source));
    ck_assert_ok(nnblas_trainer_set_batch_size(t.trainer, 9));
    ck_assert_ok(nnblas_source_set_rows(s.source, most));
    if (sizeof(size_t) > 4) {
        ck_assert_int_eq(nnblas_trainer_fit_source(t.trainer, s.source), NNBLAS_ERROR_SOURCE);
        ck_assert_ptr_nonnull(
            strstr(nnblas_error_message(), "number of rows was set to 9007199254740991"));
    }
    let_seek(&s);
    if (sizeof(size_t) > 4)
        check_refused(&t, &s, NNBLAS_ERROR_MEMORY,
                      "the source was set to have 9007199254740991 rows");
    ck_assert_ok(nnblas_source_set_rows(s.source, ((size_t)BLOCK_ROWS << 26) + 1));
    check_refused(&t, &s, NNBLAS_ERROR_MEMORY, "the order of 67108865 blocks");
    close_row_source(&s);
    free_training(&t);
}
END_TEST

START_TEST(settings_of_arrays_are_refused) {
    training t = make_training(NNBLAS_RPROP, 0.1, 5);
    row_source s;
    double derivatives[N * OUTPUTS * INPUTS] = {0.0}, weights[N];
    for (size_t e = 0; e < N; e++)
        weights[e] = 1.0;
    open_row_source(&s, &t.p, BLOCK_ROWS);
    ck_assert_ok(nnblas_trainer_set_sample_weights(t.trainer, weights));
    check_refused(&t, &s, NNBLAS_ERROR_VALUE, "cannot be combined with sample weights in an array");
    ck_assert_ok(nnblas_trainer_set_sample_weights(t.trainer, NULL));
    ck_assert_ok(nnblas_trainer_set_derivatives(t.trainer, 1.0, derivatives, OUTPUTS * INPUTS));
    check_refused(&t, &s, NNBLAS_ERROR_VALUE, "cannot be combined with derivatives");
    ck_assert_ok(nnblas_trainer_set_derivatives(t.trainer, 1.0, NULL, 0));
    ck_assert_ok(nnblas_trainer_set_validation_fraction(t.trainer, 0.2));
    check_refused(&t, &s, NNBLAS_ERROR_VALUE, "cannot be combined with a validation fraction");
    ck_assert_ok(nnblas_trainer_set_validation_source(t.trainer, s.source));
    check_refused(&t, &s, NNBLAS_ERROR_VALUE, "the source is used by another call, or twice");
    ck_assert_ok(nnblas_trainer_set_validation_rows(t.trainer, 0, NULL, 0, NULL, 0));
    ck_assert_ptr_null(nnblas_trainer_validation_source(t.trainer));
    ck_assert_ok(nnblas_trainer_set_batch_size(t.trainer, 9));
    check_refused(&t, &s, NNBLAS_ERROR_VALUE, "RPROP compares gradients over all rows");
    ck_assert_ok(nnblas_trainer_set_batch_size(t.trainer, 0));
    ck_assert_ok(nnblas_trainer_fit_source(t.trainer, s.source));
    ck_assert_int_eq(nnblas_trainer_fit_source(t.trainer, NULL), NNBLAS_ERROR_NULL);
    ck_assert_int_eq(nnblas_trainer_fit_source(NULL, s.source), NNBLAS_ERROR_NULL);
    close_row_source(&s);
    free_training(&t);
}
END_TEST

int main(void) {
    const TTest *const tests[] = {
        a_failure_takes_the_step_back,
        a_failure_ends_mini_batches,
        a_validation_source_may_fail,
        each_pass_has_the_same_number_of_rows,
        the_number_of_rows_must_be_right,
        a_step_on_rows_that_overflows_is_not_taken,
        counted_rows_are_checked_in_the_first_epoch,
        counted_validation_rows_are_checked_in_the_first_epoch,
        rows_are_checked_in_the_first_pass,
        validation_rows_are_checked,
        each_pass_has_the_same_weights,
        a_number_of_rows_that_is_none_is_told,
        settings_of_arrays_are_refused,
    };
    return run_tests("source_failures", tests, sizeof tests / sizeof *tests);
}
