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
            memcpy(Y + rows * OUTPUTS, s.p.Y + e * s.p.ldy, OUTPUTS * sizeof *Y);
        }
    }
    ck_assert_ok(nnblas_trainer_set_sample_weights(s.trainer, weights));
    ck_assert_ok(fit(&s));
    ck_assert_ok(nnblas_trainer_fit(repeated.trainer, rows, X, 5, Y, 2));
    ck_assert_double_le(get_difference(PARAMETERS, get_parameters(&repeated), get_parameters(&s)),
                        1e-12);
    ck_assert_double_eq_tol(get_epoch(s.trainer, 14).cost, get_epoch(repeated.trainer, 14).cost,
                            1e-13);
    free(X);
    free(Y);
    free_training(&s);
    free_training(&repeated);
}
END_TEST

/* Batches of one row: rows of weight 0 take no step, and the weight of the others has no effect. */
START_TEST(rows_without_weight_take_no_step) {
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

/* ---- rows of weight 0, whatever they hold ---------------------------------------------------- */

enum { EPOCHS = 6 };

static training make_identity_training(size_t batch) {
    training s = make_training(NNBLAS_ADAM, 0.05, EPOCHS);
    ck_assert_ok(nnblas_net_set_output(s.net, NNBLAS_IDENTITY, NNBLAS_MSE));
    ck_assert_ok(nnblas_trainer_set_batch_size(s.trainer, batch));
    return s;
}

/* Every third row has no weight. */
static void set_weights(double *weights) {
    for (size_t e = 0; e < N; e++)
        weights[e] = e % 3 == 1 ? 0.0 : 1.0 + (double)(e % 4);
}

static void spoil_rows(training *s, double content) {
    for (size_t e = 1; e < N; e += 3) {
        fill(INPUTS, s->p.X + e * s->p.ldx, content);
        fill(OUTPUTS, s->p.Y + e * s->p.ldy, content);
    }
}

static void ck_assert_same_training(const training *a, const training *b) {
    ck_assert_uint_eq(nnblas_trainer_history_count(a->trainer), EPOCHS);
    ck_assert_uint_eq(nnblas_trainer_history_count(b->trainer), EPOCHS);
    ck_assert(memcmp(get_parameters(a), get_parameters(b), PARAMETERS * sizeof(double)) == 0);
    for (size_t i = 0; i < EPOCHS; i++) {
        const nnblas_epoch e = get_epoch(a->trainer, i), f = get_epoch(b->trainer, i);
        ck_assert_double_eq(e.cost, f.cost);
        ck_assert(memcmp(&e.validation_cost, &f.validation_cost, sizeof(double)) == 0);
    }
}

typedef enum validating { NO_VALIDATION, FRACTION, OWN_ROWS } validating;

static void set_validation(const training *s, validating how, const double *weights) {
    if (how == FRACTION)
        ck_assert_ok(nnblas_trainer_set_validation_fraction(s->trainer, 0.3));
    if (how != OWN_ROWS)
        return;
    ck_assert_ok(
        nnblas_trainer_set_validation_rows(s->trainer, N, s->p.X, s->p.ldx, s->p.Y, s->p.ldy));
    ck_assert_ok(nnblas_trainer_set_validation_weights(s->trainer, weights));
}

/* The squares of 1e200 overflow. */
START_TEST(rows_without_weight_are_not_there) {
    static const size_t BATCHES[] = {0, 1, 7, 55, 60};
    double weights[N];
    set_weights(weights);
    for (size_t b = 0; b < sizeof BATCHES / sizeof *BATCHES; b++)
        for (validating how = NO_VALIDATION; how <= OWN_ROWS; how++) {
            training plain = make_identity_training(BATCHES[b]),
                     spoilt = make_identity_training(BATCHES[b]);
            spoil_rows(&spoilt, 1e200);
            training *const both[] = {&plain, &spoilt};
            for (int i = 0; i < 2; i++) {
                ck_assert_ok(nnblas_trainer_set_sample_weights(both[i]->trainer, weights));
                set_validation(both[i], how, weights);
                ck_assert_ok(fit(both[i]));
            }
            ck_assert_same_training(&plain, &spoilt);
            free_training(&plain);
            free_training(&spoilt);
        }
}
END_TEST

/* The same batches as in a training on the others alone. */
START_TEST(the_other_rows_make_the_batches) {
    training s = make_identity_training(7), alone = make_identity_training(7);
    double weights[N], X[N * INPUTS], Y[N * OUTPUTS], kept[N];
    size_t rows = 0;
    set_weights(weights);
    for (size_t e = 0; e < N; e++)
        if (weights[e] > 0.0) {
            memcpy(X + rows * INPUTS, s.p.X + e * s.p.ldx, INPUTS * sizeof *X);
            memcpy(Y + rows * OUTPUTS, s.p.Y + e * s.p.ldy, OUTPUTS * sizeof *Y);
            kept[rows++] = weights[e];
        }
    ck_assert_ok(nnblas_trainer_set_sample_weights(s.trainer, weights));
    ck_assert_ok(nnblas_trainer_set_sample_weights(alone.trainer, kept));
    ck_assert_ok(fit(&s));
    ck_assert_ok(nnblas_trainer_fit(alone.trainer, rows, X, INPUTS, Y, OUTPUTS));
    ck_assert_same_training(&s, &alone);
    free_training(&s);
    free_training(&alone);
}
END_TEST

int main(void) {
    const TTest *const tests[] = {
        weights_count_as_rows,
        rows_without_weight_take_no_step,
        rows_without_weight_are_not_there,
        the_other_rows_make_the_batches,
    };
    return run_tests("sample_weights", tests, sizeof tests / sizeof *tests);
}
