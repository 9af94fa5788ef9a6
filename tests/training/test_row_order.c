/* SPDX-License-Identifier: BSD-3-Clause */
/* In which order an epoch takes its rows: each once, and shuffled anew. */
#include "support/support.h"
#include "training/row_order.h"

#include <math.h>
#include <string.h>

/* ---- an order that can be read from a weight ------------------------------------------------- */

/*
 * One weight, o = w x, and rows of x = 1 and y = 16 e. A step over row e at the rate 15/16 makes it
 * w / 16 + 15 e: after an epoch of such steps, the digits of w / 15 to the base 16 are the rows,
 * the last one first, and behind them comes what the epochs before left.
 */
enum { ROWS = 8, EPOCHS = 4000 };

typedef struct observer {
    const double *w;
    size_t rows; /* of an epoch */
    unsigned char taken[EPOCHS][ROWS];
} observer;

static int read_order(void *user, size_t epoch, double cost) {
    observer *o = user;
    (void)cost;
    double digits = floor(ldexp(*o->w, 4 * (int)(o->rows - 1)) / 15.0 + 1e-3);
    for (size_t i = 0; i < o->rows; i++) {
        o->taken[epoch - 1][i] = (unsigned char)fmod(digits, 16.0);
        digits = floor(digits / 16.0);
    }
    return 0;
}

/* validating: how many of the rows. */
static void observe(observer *o, size_t epochs, size_t validating, uint64_t seed) {
    nnblas_net *net;
    nnblas_trainer *trainer;
    double X[ROWS], Y[ROWS];
    for (size_t e = 0; e < ROWS; e++) {
        X[e] = 1.0;
        Y[e] = 16.0 * (double)e;
    }
    ck_assert_ok(nnblas_net_create((size_t[]){1, 1}, 2, 0, &net));
    ck_assert_ok(nnblas_net_set_output(net, NNBLAS_IDENTITY, NNBLAS_MSE));
    ck_assert_ok(nnblas_trainer_create(net, &trainer));
    *nnblas_net_parameters(net) = 0.0;
    o->w = nnblas_net_parameters(net);
    o->rows = ROWS - validating;
    ck_assert_ok(nnblas_trainer_set_learning_rate(trainer, 0.9375));
    ck_assert_ok(nnblas_trainer_set_batch_size(trainer, 1));
    ck_assert_ok(nnblas_trainer_set_epochs(trainer, epochs));
    ck_assert_ok(nnblas_trainer_set_seed(trainer, seed));
    ck_assert_ok(
        nnblas_trainer_set_validation_fraction(trainer, (double)validating / (double)ROWS));
    ck_assert_ok(nnblas_trainer_set_callback(trainer, read_order, o));
    ck_assert_ok(nnblas_trainer_fit(trainer, ROWS, X, 1, Y, 1));
    nnblas_trainer_destroy(trainer);
    nnblas_net_destroy(net);
}

static observer seen, other;

/* A bit for each row that the epoch takes, none twice. */
static unsigned get_rows(const observer *o, size_t epoch) {
    unsigned rows = 0;
    for (size_t i = 0; i < o->rows; i++) {
        ck_assert_uint_lt(o->taken[epoch][i], ROWS);
        ck_assert(!(rows & 1U << o->taken[epoch][i]));
        rows |= 1U << o->taken[epoch][i];
    }
    return rows;
}

/* ---- the order ------------------------------------------------------------------------------- */

START_TEST(an_epoch_takes_each_row_once) {
    observe(&seen, EPOCHS, 0, 1);
    for (size_t e = 0; e < EPOCHS; e++)
        ck_assert_uint_eq(get_rows(&seen, e), (1U << ROWS) - 1);
}
END_TEST

/* Each row is at each place in an eighth of the epochs: 500, and 21 more or less. */
START_TEST(every_order_is_as_likely) {
    size_t count[ROWS][ROWS] = {{0}};
    observe(&seen, EPOCHS, 0, 2);
    for (size_t e = 0; e < EPOCHS; e++)
        for (size_t i = 0; i < ROWS; i++)
            count[i][seen.taken[e][i]]++;
    for (size_t i = 0; i < ROWS; i++)
        for (size_t row = 0; row < ROWS; row++)
            ck_assert_msg(count[i][row] > 400 && count[i][row] < 600,
                          "row %zu is at place %zu in %zu of %d epochs", row, i, count[i][row],
                          EPOCHS);
}
END_TEST

/* Of 40320 orders, two epochs in a row have the same one once in so many. */
START_TEST(each_epoch_has_an_order_of_its_own) {
    size_t same = 0;
    observe(&seen, EPOCHS, 0, 3);
    for (size_t e = 1; e < EPOCHS; e++)
        same += memcmp(seen.taken[e], seen.taken[e - 1], ROWS) == 0;
    ck_assert_uint_le(same, 2);
}
END_TEST

START_TEST(the_seed_decides_the_orders) {
    observe(&seen, EPOCHS, 0, 4);
    observe(&other, EPOCHS, 0, 4);
    ck_assert(memcmp(seen.taken, other.taken, sizeof seen.taken) == 0);
    observe(&other, EPOCHS, 0, 5);
    ck_assert(memcmp(seen.taken[0], other.taken[0], ROWS) != 0);
}
END_TEST

/* Rows that validate are the same ones in all epochs, and any of them over the seeds. */
START_TEST(rows_that_validate_are_not_taken) {
    enum { FEW = 50 };
    unsigned ever = 0;
    for (uint64_t seed = 0; seed < 20; seed++) {
        observe(&seen, FEW, 2, seed);
        unsigned rows = get_rows(&seen, 0);
        for (size_t e = 1; e < FEW; e++)
            ck_assert_uint_eq(get_rows(&seen, e), rows);
        ever |= ~rows & ((1U << ROWS) - 1);
    }
    ck_assert_uint_eq(ever, (1U << ROWS) - 1);
}
END_TEST

/* ---- the two parts --------------------------------------------------------------------------- */

/* Each row with weight is there once, no other is, and those to learn from rise. */
static void check_parts(size_t N, const double *weights, double fraction, uint64_t seed) {
    nn_row_order o;
    bool taken[100] = {false};
    double weighted = 0.0;
    for (size_t row = 0; row < N; row++)
        weighted += !weights || weights[row] > 0.0;
    ck_assert_ok(nn_row_order_open(&o, N, weights, fraction, seed));
    ck_assert_double_eq((double)(o.learning + o.validating), weighted);
    for (size_t i = 0; i < o.learning + o.validating; i++) {
        ck_assert_uint_lt(o.rows[i], N);
        ck_assert(!taken[o.rows[i]]);
        taken[o.rows[i]] = true;
        ck_assert(!weights || weights[o.rows[i]] > 0.0);
        ck_assert(i < 1 || i >= o.learning || o.rows[i] > o.rows[i - 1]);
    }
    ck_assert(memcmp(o.base, o.rows, o.learning * sizeof *o.base) == 0);
    double expected = fmin(fmax(floor(fraction * weighted + 0.5), 1.0), weighted - 1.0);
    ck_assert_double_eq((double)o.validating, fraction > 0.0 ? expected : 0.0);
    nn_row_order_close(&o);
}

START_TEST(rows_learn_or_validate) {
    static const double FRACTIONS[] = {0.0, 1e-9, 0.25, 0.5, 0.999999};
    double weights[100];
    for (size_t e = 0; e < 100; e++)
        weights[e] = e % 3 == 0 ? 0.0 : 1.0;
    for (size_t i = 0; i < sizeof FRACTIONS / sizeof *FRACTIONS; i++)
        for (uint64_t seed = 0; seed < 10; seed++)
            for (size_t N = 3; N <= 100; N += 97) {
                check_parts(N, NULL, FRACTIONS[i], seed);
                check_parts(N, weights, FRACTIONS[i], seed);
            }
}
END_TEST

/* ---- the generator --------------------------------------------------------------------------- */

/* A training that goes on from a checkpoint knows the generator, and not the order before. */
START_TEST(the_generator_alone_decides_an_order) {
    enum { N = 100 };
    nn_row_order a, b;
    nn_random random, same;
    ck_assert_ok(nn_row_order_open(&a, N, NULL, 0.2, 7));
    ck_assert_ok(nn_row_order_open(&b, N, NULL, 0.2, 7));
    nn_random_seed(&random, 1);
    for (int i = 0; i < 3; i++) {
        same = random;
        nn_row_order_shuffle(&a, &random);
    }
    nn_row_order_shuffle(&b, &same);
    ck_assert(memcmp(a.rows, b.rows, N * sizeof *a.rows) == 0);
    nn_row_order_close(&a);
    nn_row_order_close(&b);
}
END_TEST

int main(void) {
    const TTest *const tests[] = {
        an_epoch_takes_each_row_once,         every_order_is_as_likely,
        each_epoch_has_an_order_of_its_own,   the_seed_decides_the_orders,
        rows_that_validate_are_not_taken,     rows_learn_or_validate,
        the_generator_alone_decides_an_order,
    };
    return run_tests("row_order", tests, sizeof tests / sizeof *tests);
}
