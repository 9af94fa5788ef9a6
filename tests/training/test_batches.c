/* SPDX-License-Identifier: BSD-3-Clause */
/* Which rows a step is taken over. */
#include "support/small_training.h"

#include <math.h>
#include <string.h>

/* With so small a rate that the parameters stay, an epoch's cost is that over all rows, each once.
 */
START_TEST(an_epoch_takes_each_row_once) {
    static const size_t BATCHES[] = {1, 2, 7, 41, 42, 82, 83, 84, 1000};
    for (size_t b = 0; b < sizeof BATCHES / sizeof *BATCHES; b++) {
        training s = make_training(NNBLAS_GRADIENT_DESCENT, 1e-14, 3);
        double cost;
        ck_assert_ok(nnblas_net_evaluate(s.net, N, s.p.X, s.p.ldx, s.p.Y, s.p.ldy, &cost));
        ck_assert_ok(nnblas_trainer_set_batch_size(s.trainer, BATCHES[b]));
        ck_assert_ok(fit(&s));
        for (size_t e = 0; e < 3; e++)
            ck_assert_double_eq_tol(get_epoch(s.trainer, e).cost, cost, 1e-12);
        free_training(&s);
    }
}
END_TEST

/* The batches of 5 rows by 3: whichever they are, the last one is the mean over two. */
START_TEST(the_last_batch_is_the_mean_over_its_rows) {
    enum { ROWS = 5, BATCH = 3 };
    training s = make_training(NNBLAS_GRADIENT_DESCENT, 0.5, 1);
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
    free_training(&s);
}
END_TEST

static void train_batches(uint64_t seed, double *parameters) {
    training s = make_training(NNBLAS_ADAM, 0.01, 4);
    ck_assert_ok(nnblas_trainer_set_batch_size(s.trainer, 10));
    ck_assert_ok(nnblas_trainer_set_seed(s.trainer, seed));
    ck_assert_ok(fit(&s));
    keep_parameters(&s, parameters);
    free_training(&s);
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

/* Batches of neighbouring rows, the same in each epoch. */
START_TEST(without_shuffling_rows_keep_their_order) {
    enum { BATCH = 10 };
    training s = make_training(NNBLAS_GRADIENT_DESCENT, 0.5, 2),
             stepped = make_training(NNBLAS_GRADIENT_DESCENT, 0.5, 1);
    ck_assert_ok(nnblas_trainer_set_batch_size(s.trainer, BATCH));
    ck_assert_ok(nnblas_trainer_set_shuffle(s.trainer, 0));
    ck_assert_ok(fit(&s));
    for (int epoch = 0; epoch < 2; epoch++)
        for (size_t first = 0; first < N; first += BATCH) {
            size_t rows = N - first < BATCH ? N - first : BATCH;
            ck_assert_ok(nnblas_trainer_step(stepped.trainer, rows, s.p.X + first * s.p.ldx,
                                             s.p.ldx, s.p.Y + first * s.p.ldy, s.p.ldy, NULL,
                                             NULL));
        }
    ck_assert_double_le(get_difference(PARAMETERS, get_parameters(&s), get_parameters(&stepped)),
                        1e-13);
    free_training(&s);
    free_training(&stepped);
}
END_TEST

/* The second fit of a trainer is the first fit of another on the same network: neither the moments
 * nor the order go on. */
START_TEST(a_second_fit_begins_anew) {
    double second[PARAMETERS];
    training twice = make_training(NNBLAS_ADAM, 0.01, 4),
             other = make_training(NNBLAS_ADAM, 0.01, 4);
    ck_assert_ok(nnblas_trainer_set_batch_size(twice.trainer, 10));
    ck_assert_ok(nnblas_trainer_set_batch_size(other.trainer, 10));
    ck_assert_ok(fit(&twice));
    keep_parameters(&twice, get_parameters(&other));
    ck_assert_ok(fit(&twice));
    keep_parameters(&twice, second);
    ck_assert_ok(fit(&other));
    ck_assert(has_parameters(&other, second));
    ck_assert_uint_eq(nnblas_trainer_history_count(twice.trainer), 4);
    free_training(&twice);
    free_training(&other);
}
END_TEST

int main(void) {
    const TTest *const tests[] = {
        an_epoch_takes_each_row_once, the_last_batch_is_the_mean_over_its_rows,
        the_seed_decides_the_order,   without_shuffling_rows_keep_their_order,
        a_second_fit_begins_anew,
    };
    return run_tests("batches", tests, sizeof tests / sizeof *tests);
}
