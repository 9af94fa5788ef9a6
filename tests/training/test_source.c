/* SPDX-License-Identifier: BSD-3-Clause */
/* A training on the rows of a source is that on the same rows in arrays. */
#include "support/row_source.h"
#include "support/small_training.h"

#include <limits.h>
#include <math.h>
#include <string.h>

static double get_suitable_rate(nnblas_optimizer optimizer) {
    return optimizer == NNBLAS_ADAM ? 0.01 : 0.1;
}

/* is_counted: the source says how many rows it has. */
static nnblas_status fit_source(const training *t, size_t block_rows, bool is_counted) {
    row_source s;
    open_row_source(&s, &t->p, block_rows);
    ck_assert_ok(nnblas_source_set_rows(s.source, is_counted ? N : 0));
    nnblas_status status = nnblas_trainer_fit_source(t->trainer, s.source);
    close_row_source(&s);
    return status;
}

/* The largest difference of parameters and costs after some epochs. */
static void compare_trainings(nnblas_optimizer optimizer, size_t block_rows, size_t batch,
                              bool has_weights, bool is_counted) {
    dice d = {3};
    double rate = get_suitable_rate(optimizer);
    training arrays = make_training(optimizer, rate, 20),
             blocks = make_training(optimizer, rate, 20);
    if (has_weights) {
        weigh_rows(&d, &arrays.p);
        blocks.p.weights = arrays.p.weights;
        ck_assert_ok(nnblas_trainer_set_sample_weights(arrays.trainer, arrays.p.weights));
    }
    const training *both[] = {&arrays, &blocks};
    for (size_t i = 0; i < 2; i++) {
        ck_assert_ok(nnblas_trainer_set_batch_size(both[i]->trainer, batch));
        ck_assert_ok(nnblas_trainer_set_shuffle(both[i]->trainer, 0));
    }
    ck_assert_ok(fit(&arrays));
    ck_assert_ok(fit_source(&blocks, block_rows, is_counted));
    double difference =
        get_difference(PARAMETERS, get_parameters(&arrays), get_parameters(&blocks));
    /* Those gradients are subtracted from each other. */
    double tolerance = optimizer == NNBLAS_SCALED_CONJUGATE_GRADIENT ? 1e-7 : 1e-9;
    ck_assert_msg(difference <= tolerance, "optimizer %d, blocks of %zu, batches of %zu: %g",
                  (int)optimizer, block_rows, batch, difference);
    for (size_t e = 0; e < 20; e++)
        ck_assert_double_eq_tol(get_epoch(arrays.trainer, e).cost,
                                get_epoch(blocks.trainer, e).cost, tolerance);
    blocks.p.weights = NULL;
    free_training(&arrays);
    free_training(&blocks);
}

START_TEST(full_batches_are_those_of_arrays) {
    static const size_t BLOCKS[] = {1, 7, 41, 82, 83, 84, 1000};
    for (size_t o = 0; o < N_ALL_OPTIMIZERS; o++)
        for (size_t b = 0; b < sizeof BLOCKS / sizeof *BLOCKS && has_optimizer(ALL_OPTIMIZERS[o]);
             b++)
            for (size_t manner = 0; manner < 4; manner++)
                compare_trainings(ALL_OPTIMIZERS[o], BLOCKS[b], 0, manner & 1, manner & 2);
}
END_TEST

START_TEST(batches_in_order_are_those_of_arrays) {
    static const size_t SIZES[] = {1, 5, 10, 40, 82, 83};
    for (size_t b = 0; b < sizeof SIZES / sizeof *SIZES; b++)
        for (size_t s = 0; s < sizeof SIZES / sizeof *SIZES; s++)
            for (size_t manner = 0; manner < 4; manner++)
                compare_trainings(NNBLAS_MOMENTUM, SIZES[b], SIZES[s], manner & 1, manner & 2);
}
END_TEST

/* The unit of identity outputs follows from the labels of all rows. */
START_TEST(targets_of_any_magnitude_are_those_of_arrays) {
    for (size_t o = 0; o < N_ALL_OPTIMIZERS; o++) {
        if (!has_optimizer(ALL_OPTIMIZERS[o]) || o < 5)
            continue;
        training arrays = make_training(ALL_OPTIMIZERS[o], 1.0, 6),
                 blocks = make_training(ALL_OPTIMIZERS[o], 1.0, 6);
        for (size_t e = 0; e < N * OUTPUTS; e++) {
            double *y = &arrays.p.Y[e / OUTPUTS * arrays.p.ldy + e % OUTPUTS];
            *y *= e < 70 * OUTPUTS ? 1e3 : 1e-3;
            blocks.p.Y[e / OUTPUTS * blocks.p.ldy + e % OUTPUTS] = *y;
        }
        ck_assert_ok(nnblas_net_set_output(arrays.net, NNBLAS_IDENTITY, NNBLAS_MSE));
        ck_assert_ok(nnblas_net_set_output(blocks.net, NNBLAS_IDENTITY, NNBLAS_MSE));
        ck_assert_ok(fit(&arrays));
        ck_assert_ok(fit_source(&blocks, 10, true));
        double difference =
            get_difference(PARAMETERS, get_parameters(&arrays), get_parameters(&blocks));
        ck_assert_msg(difference <= 1e-7, "optimizer %d: %g", (int)ALL_OPTIMIZERS[o], difference);
        free_training(&arrays);
        free_training(&blocks);
    }
}
END_TEST

/* The last block asks for a row that is not there. Nothing is read after the last epoch. */
static void check_calls(size_t batch, bool are_counted, bool reads_ahead) {
    enum { EPOCHS = 4, CALLS_OF_A_PASS = 10 };
    const size_t calls = (are_counted ? EPOCHS : EPOCHS + 1) * CALLS_OF_A_PASS;
    training t = make_training(NNBLAS_MOMENTUM, 0.1, EPOCHS);
    row_source s, v;
    open_row_source(&s, &t.p, 10);
    open_row_source(&v, &t.p, 10);
    ck_assert_ok(nnblas_source_set_read_ahead(s.source, reads_ahead));
    ck_assert_ok(nnblas_source_set_read_ahead(v.source, reads_ahead));
    ck_assert_ok(nnblas_source_set_rows(s.source, are_counted ? N : 0));
    ck_assert_ok(nnblas_source_set_rows(v.source, are_counted ? N : 0));
    ck_assert_ok(nnblas_trainer_set_batch_size(t.trainer, batch));
    ck_assert_ok(nnblas_trainer_set_validation_source(t.trainer, v.source));
    ck_assert_ok(nnblas_trainer_fit_source(t.trainer, s.source));
    ck_assert_uint_eq(s.calls, calls);
    ck_assert_uint_eq(v.calls, calls);
    close_row_source(&s);
    close_row_source(&v);
    free_training(&t);
}

START_TEST(rows_that_are_counted_are_read_once_less) {
    for (size_t manner = 0; manner < 8; manner++)
        check_calls(manner & 1 ? 9 : 0, manner & 2, manner & 4);
}
END_TEST

/* Blocks of so many rows would not fit in memory. */
START_TEST(a_block_has_no_more_room_than_there_are_rows) {
    training t = make_training(NNBLAS_MOMENTUM, 0.1, 2);
    row_source s;
    open_row_source(&s, &t.p, INT_MAX);
    ck_assert_ok(nnblas_source_set_rows(s.source, N));
    ck_assert_ok(nnblas_trainer_fit_source(t.trainer, s.source));
    ck_assert_ok(nnblas_net_evaluate_source(t.net, s.source, &(double){0.0}));
    close_row_source(&s);
    free_training(&t);
}
END_TEST

int main(void) {
    const TTest *const tests[] = {
        full_batches_are_those_of_arrays,
        batches_in_order_are_those_of_arrays,
        targets_of_any_magnitude_are_those_of_arrays,
        rows_that_are_counted_are_read_once_less,
        a_block_has_no_more_room_than_there_are_rows,
    };
    return run_tests("source", tests, sizeof tests / sizeof *tests);
}
