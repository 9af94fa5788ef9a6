/* SPDX-License-Identifier: BSD-3-Clause */
/* Rows count by their weights. */
#include "support/small_training.h"

#include <stdlib.h>
#include <string.h>

/* A row of weight 3 counts as three rows. */
START_TEST(weights_count_as_rows) {
    training s = make_training(NNBLAS_MOMENTUM, 0.3, 15),
             repeated = make_training(NNBLAS_MOMENTUM, 0.3, 15);
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
    free_training(&s);
    free_training(&repeated);
}
END_TEST

/* Batches of one row: rows of weight 0 take no step, and the weight of the others has no effect. */
START_TEST(a_batch_without_weight_is_passed_over) {
    training s = make_training(NNBLAS_GRADIENT_DESCENT, 0.1, 5),
             alone = make_training(NNBLAS_GRADIENT_DESCENT, 0.1, 5);
    double weights[N] = {[17] = 2.0};
    ck_assert_ok(nnblas_trainer_set_batch_size(s.trainer, 1));
    ck_assert_ok(nnblas_trainer_set_sample_weights(s.trainer, weights));
    ck_assert_ok(fit(&s));
    ck_assert_ok(nnblas_trainer_fit(alone.trainer, 1, s.p.X + 17 * s.p.ldx, s.p.ldx,
                                    s.p.Y + 17 * s.p.ldy, s.p.ldy));
    ck_assert_double_le(get_difference(PARAMETERS, get_parameters(&alone), get_parameters(&s)),
                        1e-13);
    free_training(&s);
    free_training(&alone);
}
END_TEST

int main(void) {
    const TTest *const tests[] = {
        weights_count_as_rows,
        a_batch_without_weight_is_passed_over,
    };
    return run_tests("sample_weights", tests, sizeof tests / sizeof *tests);
}
