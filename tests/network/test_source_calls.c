/* SPDX-License-Identifier: BSD-3-Clause */
/* The cost and the gradient of the rows of a source, however it hands them out. */
#include "support/row_source.h"

#include <limits.h>
#include <math.h>
#include <string.h>

enum { ROWS = 101, MOST_PARAMETERS = 200 };

static problem make_rows(bool has_weights) {
    static const size_t SIZES[] = {4, 9, 3};
    dice d = {11};
    problem p = make_problem(&d, ROWS, SIZES, 3, 2);
    if (has_weights)
        weigh_rows(&d, &p);
    return p;
}

static double compute_in_arrays(const nnblas_net *net, const problem *p, double *gradient) {
    double mse;
    if (p->weights)
        ck_assert_ok(nnblas_net_gradient_weighted(net, p->N, p->X, p->ldx, p->Y, p->ldy, p->weights,
                                                  gradient, &mse));
    else
        ck_assert_ok(nnblas_net_gradient(net, p->N, p->X, p->ldx, p->Y, p->ldy, gradient, &mse));
    return mse;
}

/* How a source may hand out rows, by the bits of a number. */
static void set_manner(row_source *s, unsigned manner) {
    s->portion = manner & 1 ? 5 : 0;
    s->points = manner & 2;
    if (manner & 4)
        let_seek(s);
    ck_assert_ok(nnblas_source_set_read_ahead(s->source, (manner & 8) == 0));
}
enum { MANNERS = 16 };

static void check_manner(const nnblas_net *net, const problem *p, size_t block_rows,
                         unsigned manner) {
    double expected[MOST_PARAMETERS], gradient[MOST_PARAMETERS], mse, gradient_mse;
    size_t count = nnblas_net_parameter_count(net);
    double expected_mse = compute_in_arrays(net, p, expected);
    row_source s;
    open_row_source(&s, p, block_rows);
    set_manner(&s, manner);
    ck_assert_ok(nnblas_net_evaluate_source(net, s.source, &mse));
    ck_assert_ok(nnblas_net_gradient_source(net, s.source, gradient, &gradient_mse));
    ck_assert_close(1, &expected_mse, &mse);
    ck_assert_close(1, &expected_mse, &gradient_mse);
    ck_assert_close(count, expected, gradient);
    ck_assert_uint_eq(s.restarts, 2);
    ck_assert(!s.was_inside);
    close_row_source(&s);
}

START_TEST(rows_are_those_of_arrays_in_whatever_portions) {
    static const size_t BLOCKS[] = {1, 3, 25, 50, 100, 101, 102, 0};
    for (int has_weights = 0; has_weights < 2; has_weights++) {
        problem p = make_rows(has_weights);
        nnblas_net *net = make_net(&p);
        for (size_t b = 0; b < sizeof BLOCKS / sizeof *BLOCKS; b++)
            for (unsigned manner = 0; manner < MANNERS; manner++)
                check_manner(net, &p, BLOCKS[b], manner);
        nnblas_net_destroy(net);
        free_problem(&p);
    }
}
END_TEST

/* Bits depend on the rows of a block, and on nothing else. */
START_TEST(bits_do_not_depend_on_portions_and_threads) {
    problem p = make_rows(true);
    nnblas_net *net = make_net(&p);
    double first[MOST_PARAMETERS], gradient[MOST_PARAMETERS];
    size_t bytes = nnblas_net_parameter_count(net) * sizeof *first;
    for (unsigned manner = 0; manner < MANNERS; manner++) {
        row_source s;
        open_row_source(&s, &p, 25);
        set_manner(&s, manner);
        ck_assert_ok(nnblas_set_threads(1 + (int)manner % 3));
        ck_assert_ok(nnblas_net_gradient_source(net, s.source, manner ? gradient : first, NULL));
        ck_assert(manner == 0 || memcmp(first, gradient, bytes) == 0);
        close_row_source(&s);
    }
    ck_assert_ok(nnblas_set_threads(0));
    nnblas_net_destroy(net);
    free_problem(&p);
}
END_TEST

START_TEST(a_block_of_rows_without_weight_counts_nothing) {
    problem p = make_rows(true);
    nnblas_net *net = make_net(&p);
    for (size_t e = 20; e < 40; e++)
        p.weights[e] = 0.0;
    for (size_t e = 40; e < 60; e++)
        p.weights[e] *= 1e-300;
    check_manner(net, &p, 10, 0);
    for (size_t e = 0; e < 20; e++)
        p.weights[e] *= 1e300;
    check_manner(net, &p, 10, 0);
    p.X[33 * p.ldx] = (double)NAN; /* of a row that is left out */
    check_manner(net, &p, 7, 0);
    nnblas_net_destroy(net);
    free_problem(&p);
}
END_TEST

/* ---- failures -------------------------------------------------------------------------------- */

static void check_failure(const nnblas_net *net, row_source *s, nnblas_status expected,
                          const char *words) {
    double mse = 7.0, gradient[MOST_PARAMETERS];
    memset(gradient, 1, sizeof gradient);
    double untouched[MOST_PARAMETERS];
    memcpy(untouched, gradient, sizeof gradient);
    ck_assert_int_eq(nnblas_net_gradient_source(net, s->source, gradient, &mse), expected);
    ck_assert_str_eq(nnblas_error_message(), words);
    ck_assert(mse == 7.0 && memcmp(gradient, untouched, sizeof gradient) == 0);
}

typedef struct failing {
    row_source settings;
    const char *words;
} failing;

START_TEST(failures_name_the_row) {
    double number[8] = {0.0};
    const failing ALL[] = {
        {{.fails_at = 1}, "the source failed at row 0: next returned 7"},
        {{.fails_at = 3}, "the source failed at row 20: next returned 7"},
        {{.fails_at = 12}, "the source failed at row 101: next returned 7"},
        {{.loses_start = true}, "the source failed: restart returned 3"},
        {{.answer = {.N = 11, .X = number, .ldx = 4, .Y = number, .ldy = 3}},
         "the source handed out 11 rows at row 0; at most 10 were wanted"},
        {{.answer = {.N = 1, .ldx = 4, .Y = number, .ldy = 3}},
         "the source handed out null for X at row 0"},
        {{.answer = {.N = 1, .X = number, .ldx = 4, .ldy = 3}},
         "the source handed out null for Y at row 0"},
        {{.answer = {.N = 1, .X = number, .ldx = 3, .Y = number, .ldy = 3}},
         "the source handed out ldx = 3 at row 0; there are 4 columns"},
        {{.answer = {.N = 1, .X = number, .ldx = 4, .Y = number, .ldy = 2}},
         "the source handed out ldy = 2 at row 0; there are 3 columns"},
        {{.answer = {.N = 1, .X = number, .ldx = (size_t)INT_MAX + 1, .Y = number, .ldy = 3}},
         "the source handed out ldx = 2147483648 at row 0; the largest that BLAS accepts is "
         "2147483647"},
        {{.answer = {.N = 1, .X = number, .ldx = 4, .Y = number, .ldy = (size_t)INT_MAX + 1}},
         "the source handed out ldy = 2147483648 at row 0; the largest that BLAS accepts is "
         "2147483647"},
        {{.portion = 2, .gap = 2},
         "the source handed out rows in its room with another leading dimension at row 0; only the "
         "values in the room may change"},
        {{.portion = 2, .shift = 3},
         "the source handed out rows in its room with another address at row 0; only the values in "
         "the room may change"},
    };
    problem p = make_rows(false);
    nnblas_net *net = make_net(&p);
    for (size_t i = 0; i < sizeof ALL / sizeof *ALL; i++) {
        row_source s;
        open_row_source(&s, &p, 10);
        s.fails_at = ALL[i].settings.fails_at;
        s.loses_start = ALL[i].settings.loses_start;
        s.answer = ALL[i].settings.answer;
        s.portion = ALL[i].settings.portion;
        s.gap = ALL[i].settings.gap;
        s.shift = ALL[i].settings.shift;
        check_failure(net, &s, NNBLAS_ERROR_SOURCE, ALL[i].words);
        s.fails_at = s.gap = s.shift = 0;
        s.loses_start = false;
        s.answer.N = 0;
        double mse;
        ck_assert_ok(nnblas_net_evaluate_source(net, s.source, &mse)); /* it is not stuck */
        close_row_source(&s);
    }
    nnblas_net_destroy(net);
    free_problem(&p);
}
END_TEST

START_TEST(rows_and_weights_are_checked) {
    problem p = make_rows(true);
    nnblas_net *net = make_net(&p);
    row_source s;
    open_row_source(&s, &p, 10);
    p.weights[57] = -1.0;
    check_failure(net, &s, NNBLAS_ERROR_VALUE,
                  "the weight of row 57 is -1; it must be finite and 0 or above");
    s.answer = (nnblas_block){.N = 1, .X = p.X, .ldx = p.ldx, .Y = p.Y, .ldy = p.ldy};
    check_failure(net, &s, NNBLAS_ERROR_SOURCE,
                  "the source handed out null for the weights at row 0");
    s.answer.N = 0;
    s.portion = 2;
    s.weight_shift = 1;
    check_failure(net, &s, NNBLAS_ERROR_SOURCE,
                  "the source handed out rows in its room with another address at row 0; only the "
                  "values in the room may change");
    s.weight_shift = 0;
    for (size_t e = 0; e < ROWS; e++)
        p.weights[e] = 0.0;
    check_failure(net, &s, NNBLAS_ERROR_VALUE,
                  "the weights add up to 0; one at least must be above 0");
    s.N = 0;
    check_failure(net, &s, NNBLAS_ERROR_SIZE, "the source has no rows");
    close_row_source(&s);
    nnblas_net_destroy(net);
    free_problem(&p);
}
END_TEST

/* As arrays: a NaN is passed on. */
START_TEST(nan_is_passed_on) {
    problem p = make_rows(false);
    nnblas_net *net = make_net(&p);
    row_source s;
    double mse;
    open_row_source(&s, &p, 10);
    p.X[33 * p.ldx] = (double)NAN;
    ck_assert_ok(nnblas_net_evaluate_source(net, s.source, &mse));
    ck_assert(isnan(mse));
    close_row_source(&s);
    nnblas_net_destroy(net);
    free_problem(&p);
}
END_TEST

/* ---- arguments ------------------------------------------------------------------------------- */

static int next_of_none(void *user, nnblas_block *block) {
    (void)user;
    block->N = 0;
    return 0;
}

static int restart_none(void *user) {
    (void)user;
    return 0;
}

START_TEST(arguments_are_checked) {
    problem p = make_rows(false);
    nnblas_net *net = make_net(&p);
    nnblas_source *source = NULL;
    double mse, *parameters = nnblas_net_parameters(net);
    ck_assert_int_eq(nnblas_source_create(4, 3, NULL, restart_none, NULL, &source),
                     NNBLAS_ERROR_NULL);
    ck_assert_int_eq(nnblas_source_create(4, 3, next_of_none, NULL, NULL, &source),
                     NNBLAS_ERROR_NULL);
    ck_assert_int_eq(nnblas_source_create(0, 3, next_of_none, restart_none, NULL, &source),
                     NNBLAS_ERROR_SIZE);
    ck_assert_int_eq(nnblas_source_create(4, 0, next_of_none, restart_none, NULL, &source),
                     NNBLAS_ERROR_SIZE);
    ck_assert_ptr_null(source);
    ck_assert_ok(nnblas_source_create(5, 3, next_of_none, restart_none, NULL, &source));
    ck_assert_int_eq(nnblas_net_evaluate_source(net, source, &mse), NNBLAS_ERROR_VALUE);
    ck_assert_str_eq(nnblas_error_message(),
                     "source has rows of 5 inputs and 3 labels; the network has 4 and 3");
    ck_assert_int_eq(nnblas_source_set_weighted(source, 2), NNBLAS_ERROR_VALUE);
    ck_assert_int_eq(nnblas_source_set_read_ahead(source, -1), NNBLAS_ERROR_VALUE);
    ck_assert_int_eq(nnblas_source_set_block_rows(source, (size_t)1 << 31), NNBLAS_ERROR_SIZE);
    ck_assert_uint_eq(nnblas_source_block_rows(source), ((size_t)64 << 20) / 64);
    nnblas_source_destroy(source);
    /* The bytes of a row do not fit a size of 32 bits. */
    ck_assert_ok(
        nnblas_source_create(((size_t)1 << 29) - 1, 1, next_of_none, restart_none, NULL, &source));
    ck_assert_uint_eq(nnblas_source_block_rows(source), 1024);
    nnblas_source_destroy(source);
    ck_assert_ok(nnblas_source_create(5, 3, next_of_none, restart_none, NULL, &source));
    ck_assert_int_eq(nnblas_net_gradient_source(net, source, parameters, NULL),
                     NNBLAS_ERROR_OVERLAP);
    ck_assert_int_eq(nnblas_net_evaluate_source(net, NULL, &mse), NNBLAS_ERROR_NULL);
    ck_assert_int_eq(nnblas_net_evaluate_source(net, source, NULL), NNBLAS_ERROR_NULL);
    nnblas_source_destroy(source);
    nnblas_source_destroy(NULL);
    nnblas_net_destroy(net);
    free_problem(&p);
}
END_TEST

int main(void) {
    const TTest *const tests[] = {
        rows_are_those_of_arrays_in_whatever_portions,
        bits_do_not_depend_on_portions_and_threads,
        a_block_of_rows_without_weight_counts_nothing,
        failures_name_the_row,
        rows_and_weights_are_checked,
        nan_is_passed_on,
        arguments_are_checked,
    };
    return run_tests("source_calls", tests, sizeof tests / sizeof *tests);
}
