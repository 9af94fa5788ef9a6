/* SPDX-License-Identifier: BSD-3-Clause */
/* The message after a step that would not be finite names the first number that is not. */
#include "engine/finite.h"
#include "support/support.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

enum { N = 3, INPUTS = 4, HIDDEN = 2, OUTPUTS = 3 };

/* A step of a small network whose numbers are all finite. */
typedef struct step {
    double X[N * INPUTS], Y[N * OUTPUTS];
    double W[2][(INPUTS + 1) * HIDDEN], updates[2][(INPUTS + 1) * HIDDEN];
    double cost;
} step;

/* W2 and its biases fit into what W1 and its biases take. */
_Static_assert((HIDDEN + 1) * OUTPUTS <= (INPUTS + 1) * HIDDEN, "");

/* What is reported of it. */
static nnblas_status report(step *s, const uint32_t *order) {
    const size_t sizes[] = {INPUTS, HIDDEN, OUTPUTS};
    const nn_layer layers[] = {
        {.inputs = INPUTS, .outputs = HIDDEN, .W = s->W[0], .has_bias = true},
        {.inputs = HIDDEN, .outputs = OUTPUTS, .W = s->W[1], .has_bias = true},
    };
    const nn_model model = {.layers = layers, .sizes = sizes, .n_layers = 2};
    const nn_rows rows = {
        .N = N, .X = s->X, .ldx = INPUTS, .Y = s->Y, .ldy = OUTPUTS, .order = order};
    double *const updates[] = {s->updates[0], s->updates[1]};
    return nn_report_not_finite(&model, &rows, s->cost, 0.5, updates);
}

/* The places in the order of the algorithm. Each is spoilt on top of those behind it, and has to be
 * the one that is named. */
START_TEST(the_first_in_the_order_of_the_algorithm_is_named) {
    step s = {0};
    const struct {
        double *number, value;
        const char *message;
    } places[] = {
        {&s.updates[1][HIDDEN * OUTPUTS + 2], (double)NAN,
         "b2_update holds a NaN at row 0, column 2"},
        {&s.updates[1][5], -HUGE_VAL, "W2_update holds an infinity at row 1, column 2"},
        {&s.updates[0][INPUTS * HIDDEN], HUGE_VAL,
         "b1_update holds an infinity at row 0, column 0"},
        {&s.updates[0][7], (double)NAN, "W1_update holds a NaN at row 3, column 1"},
        {&s.cost, HUGE_VAL, "the cost overflows"},
        {&s.W[1][HIDDEN * OUTPUTS + 1], HUGE_VAL, "b2 holds an infinity at row 0, column 1"},
        {&s.W[1][4], (double)NAN, "W2 holds a NaN at row 1, column 1"},
        {&s.W[0][INPUTS * HIDDEN + 1], (double)NAN, "b1 holds a NaN at row 0, column 1"},
        {&s.W[0][0], HUGE_VAL, "W1 holds an infinity at row 0, column 0"},
        {&s.Y[8], (double)NAN, "Y holds a NaN at row 2, column 2"},
        {&s.X[6], HUGE_VAL, "X holds an infinity at row 1, column 2"},
    };
    ck_assert_int_eq(report(&s, NULL), NNBLAS_ERROR_NOT_FINITE);
    ck_assert_ptr_nonnull(strstr(nnblas_error_message(), "learning_rate 0.5 is too large"));
    for (size_t i = 0; i < sizeof places / sizeof *places; i++) {
        *places[i].number = places[i].value;
        ck_assert_int_eq(report(&s, NULL), NNBLAS_ERROR_NOT_FINITE);
        ck_assert_ptr_nonnull(strstr(nnblas_error_message(), places[i].message));
    }
}
END_TEST

/* Rows in an order of their own were searched before: the row would be another than the caller's.
 */
START_TEST(gathered_rows_are_not_searched) {
    const uint32_t order[N] = {2, 0, 1};
    step s = {.X = {(double)NAN}, .Y = {(double)NAN}, .cost = (double)NAN};
    ck_assert_int_eq(report(&s, order), NNBLAS_ERROR_NOT_FINITE);
    ck_assert_ptr_nonnull(strstr(nnblas_error_message(), "the cost overflows"));
}
END_TEST

/* What lies between the columns and the leading dimension does not count. */
START_TEST(every_element_of_a_matrix_is_searched) {
    enum { ROWS = 4, COLUMNS = 11, LD = 13 };
    double table[ROWS * LD];
    for (size_t i = 0; i < ROWS * LD; i++)
        table[i] = i % LD < COLUMNS ? 1e308 : (double)NAN;
    ck_assert_ok(nn_check_finite("the table", ROWS, COLUMNS, table, LD));
    for (size_t i = 0; i < ROWS; i++)
        for (size_t j = 0; j < COLUMNS; j++) {
            char message[80];
            snprintf(message, sizeof message, "the table holds an infinity at row %zu, column %zu",
                     i, j);
            table[i * LD + j] = -HUGE_VAL;
            ck_assert_int_eq(nn_check_finite("the table", ROWS, COLUMNS, table, LD),
                             NNBLAS_ERROR_NOT_FINITE);
            ck_assert_str_eq(nnblas_error_message(), message);
            table[i * LD + j] = 0.0;
        }
}
END_TEST

int main(void) {
    const TTest *const tests[] = {
        the_first_in_the_order_of_the_algorithm_is_named,
        gathered_rows_are_not_searched,
        every_element_of_a_matrix_is_searched,
    };
    return run_tests("finite", tests, sizeof tests / sizeof *tests);
}
