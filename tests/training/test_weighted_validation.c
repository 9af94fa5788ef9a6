/* SPDX-License-Identifier: BSD-3-Clause */
/* Weights of rows count in every cost that fit computes, in validation too. */
#include "support/small_training.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static double evaluate(const training *s, const double *weights) {
    double cost;
    ck_assert_ok(nnblas_net_evaluate_weighted(s->net, N, s->p.X, s->p.ldx, s->p.Y, s->p.ldy,
                                              weights, &cost));
    return cost;
}

static double get_validation_cost(const training *s, size_t epoch) {
    return get_epoch(s->trainer, epoch).validation_cost;
}

/* With so small a rate that the parameters stay, an epoch's cost is that over all rows, by their
 * weights, of whatever magnitude those of a batch are. */
START_TEST(an_epoch_costs_the_weighted_mean_of_its_batches) {
    static const size_t BATCHES[] = {0, 1, 7, 82};
    dice d = {3};
    for (size_t b = 0; b < sizeof BATCHES / sizeof *BATCHES; b++) {
        training s = make_training(NNBLAS_GRADIENT_DESCENT, 1e-15, 2);
        double weights[N];
        for (size_t e = 0; e < N; e++)
            weights[e] = e % 5 == 0 ? 0.0 : pow(10.0, roll_uniform(&d, -300, -298));
        ck_assert_ok(nnblas_trainer_set_sample_weights(s.trainer, weights));
        ck_assert_ok(nnblas_trainer_set_batch_size(s.trainer, BATCHES[b]));
        double expected = evaluate(&s, weights);
        ck_assert_ok(fit(&s));
        for (size_t epoch = 0; epoch < 2; epoch++)
            ck_assert_double_eq_tol(get_epoch(s.trainer, epoch).cost, expected, 1e-12);
        free_training(&s);
    }
}
END_TEST

/* ---- a fraction ------------------------------------------------------------------------------ */

/* Rows of one weight and of another: the cost of all is that of the two parts by their weights, and
 * how many rows of which weight a part has is what solves the equation. */
START_TEST(the_fraction_validates_by_weights) {
    training s = make_training(NNBLAS_GRADIENT_DESCENT, 1e-15, 1);
    double weights[N];
    for (size_t e = 0; e < N; e++)
        weights[e] = e % 3 == 0 ? 0.0 : e % 3 == 1 ? 1.0 : 64.0;
    ck_assert_ok(nnblas_trainer_set_sample_weights(s.trainer, weights));
    ck_assert_ok(nnblas_trainer_set_validation_fraction(s.trainer, 0.25));
    ck_assert_ok(fit(&s));
    double all = evaluate(&s, weights), part = get_validation_cost(&s, 0);
    double rest = get_epoch(s.trainer, 0).cost;
    /* 28 rows weigh 1 and 27 weigh 64; a quarter of these 55 rows validates, and none of the
     * others. */
    double total = 28.0 + 27.0 * 64.0, nearest = (double)INFINITY;
    for (double heavy = 0.0; heavy <= 14.0; heavy++) {
        double share = (64.0 * heavy + 14.0 - heavy) / total;
        nearest = fmin(nearest, fabs(share * part + (1.0 - share) * rest - all));
    }
    ck_assert_double_le(nearest, 1e-13);
    free_training(&s);
}
END_TEST

/* y = x on 140 rows and noise on 60 rows of weight 0: returns the cost on rows of a third kind,
 * that nobody trained on. */
static double train_beside_false_labels(uint64_t seed) {
    enum { ROWS = 200, FALSE_ROWS = 60, TESTS = 100 };
    dice d = {seed};
    double X[ROWS + TESTS], Y[ROWS + TESTS], weights[ROWS], cost;
    for (size_t e = 0; e < ROWS + TESTS; e++) {
        X[e] = roll_uniform(&d, -1.0, 1.0);
        Y[e] = e < FALSE_ROWS ? roll_uniform(&d, 2.0, 6.0) : sin(3.0 * X[e]);
        if (e < ROWS)
            weights[e] = e < FALSE_ROWS ? 0.0 : 1.0;
    }
    nnblas_net *net;
    nnblas_trainer *trainer;
    ck_assert_ok(nnblas_net_create((size_t[]){1, 8, 1}, 3, NNBLAS_BIAS, &net));
    ck_assert_ok(nnblas_net_set_hidden(net, NNBLAS_TANH));
    ck_assert_ok(nnblas_net_set_output(net, NNBLAS_IDENTITY, NNBLAS_MSE));
    ck_assert_ok(nnblas_net_init(net, seed));
    ck_assert_ok(nnblas_trainer_create(net, &trainer));
    ck_assert_ok(nnblas_trainer_set_optimizer(trainer, NNBLAS_ADAM));
    ck_assert_ok(nnblas_trainer_set_learning_rate(trainer, 0.02));
    ck_assert_ok(nnblas_trainer_set_epochs(trainer, 450));
    ck_assert_ok(nnblas_trainer_set_seed(trainer, seed));
    ck_assert_ok(nnblas_trainer_set_batch_size(trainer, 32));
    ck_assert_ok(nnblas_trainer_set_sample_weights(trainer, weights));
    ck_assert_ok(nnblas_trainer_set_validation_fraction(trainer, 0.3));
    ck_assert_ok(nnblas_trainer_fit(trainer, ROWS, X, 1, Y, 1));
    ck_assert_ok(nnblas_net_evaluate(net, TESTS, X + ROWS, 1, Y + ROWS, 1, &cost));
    nnblas_trainer_destroy(trainer);
    nnblas_net_destroy(net);
    return cost;
}

static int compare(const void *a, const void *b) {
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

/* Were false labels to choose the best epoch, it would be the one whose outputs are far too high.
 */
START_TEST(false_labels_without_weight_choose_nothing) {
    enum { SEEDS = 21 };
    double costs[SEEDS];
    for (size_t i = 0; i < SEEDS; i++)
        costs[i] = train_beside_false_labels(i + 1);
    qsort(costs, SEEDS, sizeof *costs, compare);
    ck_assert_double_lt(costs[SEEDS / 2], 2e-3);
    ck_assert_double_lt(costs[SEEDS - 1], 2e-2);
}
END_TEST

/* ---- the caller's own rows ------------------------------------------------------------------- */

static void set_own_rows(const training *s) {
    ck_assert_ok(
        nnblas_trainer_set_validation_rows(s->trainer, N, s->p.X, s->p.ldx, s->p.Y, s->p.ldy));
}

/* The parameters stay, so that the validation cost is known before. */
static void check_validation(const training *s, const double *weights) {
    double ones[N];
    fill(N, ones, 1.0);
    ck_assert_ok(fit(s));
    ck_assert_double_eq_tol(get_validation_cost(s, 0), evaluate(s, weights ? weights : ones),
                            1e-13);
}

START_TEST(own_validation_rows_have_own_weights) {
    training s = make_training(NNBLAS_GRADIENT_DESCENT, 1e-15, 1);
    double weights[N], sample_weights[N];
    for (size_t e = 0; e < N; e++) {
        weights[e] = e < 3 ? 1e308 : e < 30 ? 1e307 : 0.0;
        sample_weights[e] = (double)(e % 4);
    }
    ck_assert_ok(nnblas_trainer_set_sample_weights(s.trainer, sample_weights));
    set_own_rows(&s);
    check_validation(&s, NULL);
    ck_assert_ok(nnblas_trainer_set_validation_weights(s.trainer, weights));
    check_validation(&s, weights);
    ck_assert_ok(nnblas_trainer_set_validation_weights(s.trainer, NULL));
    check_validation(&s, NULL);
    /* New rows bring no weights, and neither does a fraction leave any. */
    ck_assert_ok(nnblas_trainer_set_validation_weights(s.trainer, weights));
    set_own_rows(&s);
    check_validation(&s, NULL);
    ck_assert_ok(nnblas_trainer_set_validation_weights(s.trainer, weights));
    ck_assert_ok(nnblas_trainer_set_validation_fraction(s.trainer, 0.0));
    ck_assert_ok(fit(&s));
    ck_assert(isnan(get_validation_cost(&s, 0)));
    set_own_rows(&s);
    check_validation(&s, NULL);
    free_training(&s);
}
END_TEST

START_TEST(bad_validation_weights_are_refused) {
    static const double BAD[] = {-1.0, (double)NAN, (double)INFINITY};
    training s = make_training(NNBLAS_GRADIENT_DESCENT, 0.1, 1);
    double weights[N] = {0.0}, kept[PARAMETERS];
    keep_parameters(&s, kept);
    ck_assert_int_eq(nnblas_trainer_set_validation_weights(NULL, weights), NNBLAS_ERROR_NULL);
    ck_assert_int_eq(nnblas_trainer_set_validation_weights(s.trainer, weights), NNBLAS_ERROR_VALUE);
    ck_assert_ptr_nonnull(strstr(nnblas_error_message(), "no validation rows"));
    ck_assert_ok(nnblas_trainer_set_validation_weights(s.trainer, NULL));
    set_own_rows(&s);
    ck_assert_ok(nnblas_trainer_set_validation_weights(s.trainer, weights));
    ck_assert_int_eq(fit(&s), NNBLAS_ERROR_VALUE);
    ck_assert_ptr_nonnull(strstr(nnblas_error_message(), "the validation weights add up to 0"));
    for (size_t i = 0; i < sizeof BAD / sizeof *BAD; i++) {
        weights[N - 1] = BAD[i];
        ck_assert_int_eq(fit(&s), isfinite(BAD[i]) ? NNBLAS_ERROR_VALUE : NNBLAS_ERROR_NOT_FINITE);
        ck_assert_ptr_nonnull(
            strstr(nnblas_error_message(), "the validation weight of row 82 is "));
    }
    ck_assert(has_parameters(&s, kept));
    weights[N - 1] = 1.0;
    ck_assert_ok(fit(&s));
    free_training(&s);
}
END_TEST

int main(void) {
    const TTest *const tests[] = {
        an_epoch_costs_the_weighted_mean_of_its_batches,
        the_fraction_validates_by_weights,
        false_labels_without_weight_choose_nothing,
        own_validation_rows_have_own_weights,
        bad_validation_weights_are_refused,
    };
    return run_tests("weighted_validation", tests, sizeof tests / sizeof *tests);
}
